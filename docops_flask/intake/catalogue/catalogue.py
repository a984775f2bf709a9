"""What document types and policies share: files in folders, entries by name, one error."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Generic, TypeVar

from docops_flask.engine.errors import echo

_Entry = TypeVar("_Entry")
# The names of files and folders are shown whole, because an operator looks for them: PATH_MAX of Linux.
_PATH_MAX = 4096


class CatalogueError(ValueError):
    """A file of a catalogue that cannot be used.

    The message is one line: file, line or key, problem, what is accepted.
    """


class Catalogue(Generic[_Entry]):
    """Entries by name, in the order in which they were added."""

    def __init__(self, entries: Iterable[tuple[str, _Entry]]) -> None:
        self._entries = dict(entries)

    def __iter__(self) -> Iterator[_Entry]:
        return iter(self._entries.values())

    def __len__(self) -> int:
        return len(self._entries)

    def names(self) -> tuple[str, ...]:
        """Return the names, in the catalogue's order."""
        return tuple(self._entries)

    def get(self, name: str) -> _Entry | None:
        """Return the entry by its name, or ``None``."""
        return self._entries.get(name)


def files_of(folder: Path, suffix: str) -> list[Path]:
    """Return the files of ``folder`` that end with ``suffix``, hidden ones left out, in the order of names.

    Raises ``CatalogueError`` when the folder cannot be read.
    """
    try:
        names = [path for path in folder.iterdir() if path.name.endswith(suffix)]
    except OSError as error:
        raise CatalogueError(
            f"'{echo(str(folder), _PATH_MAX)}': cannot be read ({error.strerror}); "
            f"give a folder of *{suffix} files"
        ) from None
    # Editors and file systems leave files such as .#name.toml and ._name.toml.
    return sorted(path for path in names if not path.name.startswith("."))


def read_file(file: Path, most_bytes: int = -1) -> bytes:
    """Return the first ``most_bytes`` bytes of ``file`` (-1: all); raises ``CatalogueError``."""
    try:
        with file.open("rb") as stream:
            return stream.read(most_bytes)
    except OSError as error:
        raise CatalogueError(
            f"{shown_name(file)}: cannot be read ({error.strerror}); give a readable file"
        ) from None


def shown_name(file: Path) -> str:
    """Return the name of ``file`` so that it fits in one line of a message."""
    return echo(file.name, _PATH_MAX)
