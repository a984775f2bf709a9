"""What ``docker build .`` would send of a folder: all but what its .dockerignore keeps out."""

import re
import shutil
from pathlib import Path


def context_files(folder: Path) -> list[str]:
    """The files and links of ``folder`` that are sent, as paths relative to it, sorted.

    The last pattern that fits a path or one of its folders decides
    (https://docs.docker.com/build/concepts/context/#dockerignore-files).
    """
    lines = (folder / ".dockerignore").read_text().split("\n")
    rules = [line.strip() for line in lines if line.strip() and not line.startswith("#")]
    patterns = [(_pattern(rule.removeprefix("!")), rule.startswith("!")) for rule in rules]
    # Patterns that begin with ** only ever keep out here, so the top level decides where to look.
    tops = (path for path in folder.iterdir() if _is_sent(path.name, patterns))
    found = (path for top in tops for path in (top.rglob("*") if _is_folder(top) else [top]))
    names = (str(path.relative_to(folder)) for path in found if not _is_folder(path))
    return sorted(name for name in names if _is_sent(name, patterns))


def copy_context(folder: Path, target: Path) -> None:
    """Copy what is sent of ``folder`` into ``target``; links stay links."""
    for name in context_files(folder):
        (target / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(folder / name, target / name, follow_symlinks=False)


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _is_sent(name: str, patterns: list[tuple[re.Pattern[str], bool]]) -> bool:
    sent = True
    for pattern, admits in patterns:
        if pattern.match(name):
            sent = admits
    return sent


def _pattern(rule: str) -> re.Pattern[str]:
    """A pattern that matches what ``rule`` names and all below it."""
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    tokens = re.split(r"(\*\*/|\*\*|\*|\?)", rule)
    return re.compile("".join(parts.get(token, re.escape(token)) for token in tokens) + r"(?:/|\Z)")
