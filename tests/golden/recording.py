"""The results of every case, one line each: ``case | step | member | value``.

``value`` is the SHA-256 of the member's unpacked bytes; for an exit code or a status it is what it was.
"""

import hashlib
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

from tests.golden import format_cases, story_cases, value_cases
from tests.golden.adapter import Service, Steps, catalogue, shell_steps
from tests.golden.case import Case
from tests.golden.type_cases import sample_cases, type_cases

RECORDED = Path(__file__).with_name("recorded.txt")
_SEPARATOR = " | "
_TOLD = ("exit code", "status")
# What makes a line one of its own, and its value.
Lines = dict[str, str]


def all_cases() -> list[Case]:
    """Every case of the golden net; names are unique."""
    cases = [
        *sample_cases(),
        *type_cases(),
        *story_cases.CASES,
        *value_cases.CASES,
        *format_cases.CASES,
    ]
    names = [case.name for case in cases]
    assert len(names) == len(set(names))
    return cases


def record(cases: Iterable[Case], *, keep: Path | None = None, is_served: bool = True) -> Lines:
    """Do every case and return its lines; ``keep`` is a folder for the contents themselves.

    ``is_served`` says whether cases that ask for it are sent to the service too.
    """
    lines: Lines = {}
    with tempfile.TemporaryDirectory(prefix="golden-") as work:
        service = Service(Path(work)) if is_served else None
        for case in cases:
            with tempfile.TemporaryDirectory(dir=work) as folder:
                lines |= _lines_of(case.name, shell_steps(case, Path(folder)), keep)
            if case.served and service is not None:
                lines |= _lines_of(case.name, service.steps(case), keep)
    return lines


def record_catalogues(*, keep: Path | None = None) -> Lines:
    """Return the lines of the document types and policies there are."""
    steps = ((f"docops {kind}", {"printed": catalogue(kind)}) for kind in ("skills", "policies"))
    return dict(_lines_of("the built-in catalogues", steps, keep))


def write(lines: Mapping[str, str], file: Path) -> None:
    """Write ``lines`` to ``file``."""
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{key}{_SEPARATOR}{value}\n" for key, value in lines.items()), "utf-8")


def read(file: Path) -> Lines:
    """Return the lines of ``file``; none when it is not there."""
    if not file.exists():
        return {}
    pairs = (line.rpartition(_SEPARATOR) for line in file.read_text("utf-8").splitlines())
    return {key: value for key, _, value in pairs}


def differences(before: Mapping[str, str], after: Mapping[str, str]) -> Iterator[str]:
    """Yield a sentence for each line that is gone, new or other, and one when only their order changed."""
    for key in before:
        if key not in after:
            yield f"gone:    {key}"
        elif before[key] != after[key]:
            yield f"changed: {key}{_SEPARATOR}{_short(before[key])} -> {_short(after[key])}"
    for key in after:
        if key not in before:
            yield f"new:     {key}"
    if before.keys() == after.keys() and list(before) != list(after):
        moved = next(key for key, other in zip(before, after, strict=True) if key != other)
        yield f"moved:   {moved}"


def _lines_of(name: str, steps: Steps, keep: Path | None) -> Iterator[tuple[str, str]]:
    for step, members in steps:
        for member, content in members.items():
            is_told = member in _TOLD
            value = content.decode() if is_told else hashlib.sha256(content).hexdigest()
            yield _SEPARATOR.join((name, step, member)), value
            if keep is not None and not is_told:
                file = keep / _as_path(name) / _as_path(step) / member
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)


def _as_path(words: str) -> str:
    return words.replace("/", "_")


def _short(value: str) -> str:
    return value[:12]
