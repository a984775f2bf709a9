"""ZIP archives as other programs read them: what they list, and what they unpack.

Each reader returns the names of files (a folder's with a slash at its end) in the archive's order, or the
contents of files by name. Info-ZIP, libarchive and 7-Zip go by different parts of an archive; ``bsdtar``
reading from a pipe goes by local headers alone, as streaming readers do.
"""

import io
import os
import shutil
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

from tests.conftest import require

_ENVIRONMENT = {**os.environ, "LC_ALL": "C.UTF-8"}
PACKAGES = {"unzip": "unzip", "bsdtar": "libarchive-tools", "7z": "p7zip-full"}


def require_tools() -> None:
    """Skip the test unless every program is there."""
    missing = sorted(package for program, package in PACKAGES.items() if shutil.which(program) is None)
    require(not missing, f"not installed (Debian): {' '.join(missing)}")


def _said(*command: str | Path, stdin: Path | None = None) -> str:
    with open(stdin or os.devnull, "rb") as source:
        done = subprocess.run(
            command, stdin=source, capture_output=True, env=_ENVIRONMENT, timeout=60, check=False
        )
    # unzip tells of everything that is not as it expects by a code above 0.
    assert done.returncode == 0, (command, done.returncode, done.stdout[-500:], done.stderr[-500:])
    assert done.stderr == b"", (command, done.stderr)
    return done.stdout.decode()


def _listed_by_7z(archive: Path) -> list[str]:
    names = []
    for block in _said("7z", "l", "-ba", "-slt", archive).split("\n\n"):
        told = dict(line.partition(" = ")[::2] for line in block.splitlines() if " = " in line)
        if told:
            names.append(told["Path"] + ("/" if told["Folder"] == "+" else ""))
    return names


LISTED: dict[str, Callable[[Path], list[str]]] = {
    "zipfile": lambda archive: zipfile.ZipFile(archive).namelist(),
    "unzip": lambda archive: _said("unzip", "-Z1", archive).splitlines(),
    "bsdtar": lambda archive: _said("bsdtar", "-tf", archive).splitlines(),
    "bsdtar of a stream": lambda archive: _said("bsdtar", "-tf", "-", stdin=archive).splitlines(),
    "7z": _listed_by_7z,
}
UNPACK: dict[str, Callable[[Path, Path], str]] = {
    "unzip": lambda archive, folder: _said("unzip", "-q", archive, "-d", folder),
    "bsdtar": lambda archive, folder: _said("bsdtar", "-xf", archive, "-C", folder),
    "bsdtar of a stream": lambda archive, folder: _said("bsdtar", "-xf", "-", "-C", folder, stdin=archive),
    "7z": lambda archive, folder: _said("7z", "x", "-bd", f"-o{folder}", archive),
}


def unpacked(reader: str, archive: Path, folder: Path) -> dict[str, bytes]:
    """The contents of the files that ``reader`` unpacks into the empty ``folder``, by name."""
    UNPACK[reader](archive, folder)
    files = [path for path in folder.rglob("*") if not path.is_dir()]
    assert all(path.is_file() and not path.is_symlink() for path in files)
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def contents(archive: bytes) -> dict[str, bytes]:
    """The contents of an archive's files by name, by Python's reader."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {name: opened.read(name) for name in opened.namelist() if not name.endswith("/")}
