"""Reads the folder of the library: each template once, as private copies of its bytes, with its TOML file."""

import hashlib
import os
import stat
import unicodedata
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from docops_flask.engine.errors import echo
from docops_flask.intake.catalogue.catalogue import CatalogueError, files_of, read_file, shown_name
from docops_flask.intake.catalogue.office import Office
from docops_flask.intake.library import entry
from docops_flask.intake.library.entry import Fault
from docops_flask.intake.library.toml_file import MAX_BYTES as MAX_TOML_BYTES
from docops_flask.intake.library.toml_file import Declared, read_declared

MAX_TEMPLATES = 1000
MAX_LIBRARY_BYTES = 512 * 1024 * 1024
MAX_NAME_CHARACTERS = 100
_DOCX, _TOML = ".docx", ".toml"


class Candidate(NamedTuple):
    """A template whose bytes may be opened: ``copy`` is the private copy, ``size`` in bytes."""

    name: str
    declared: Declared
    sha256: str
    size: int
    copy: Path


class FolderContent(NamedTuple):
    """What a folder of templates holds: what may be opened, and what is wrong."""

    candidates: tuple[Candidate, ...]
    faults: tuple[Fault, ...]


class _Refused(Exception):
    """A template that is not copied; ``reason`` is a word of ``entry``, the message the rest of a line."""

    def __init__(self, reason: str, message: str) -> None:
        super().__init__(message)
        self.reason = reason


def read_folder(folder: Path, office: Office, copies: Path) -> FolderContent:
    """Read the templates of ``folder`` and put their bytes into the folder ``copies``, named by SHA-256.

    Only files directly in ``folder`` count, and none whose name begins with ``.`` or ``~``. Raises
    ``CatalogueError`` when the folder cannot be read, ``OSError`` when ``copies`` takes no more.
    """
    templates, tomls = (
        {file.stem: file for file in files_of(folder, suffix) if not file.name.startswith("~")}
        for suffix in (_DOCX, _TOML)
    )
    faults = [
        Fault(name, entry.NO_TEMPLATE, f"{shown_name(tomls[name])}: no {echo(name)}{_DOCX} is beside it")
        for name in tomls
        if name not in templates
    ]
    candidates: list[Candidate] = []
    room = MAX_LIBRARY_BYTES
    for number, (name, file) in enumerate(templates.items()):
        declared, lines = _declared(tomls.get(name), office)
        faults += [Fault(name, entry.TOML, line) for line in lines]
        try:
            _check_name(name)
            if number >= MAX_TEMPLATES:
                raise _Refused(entry.TOO_LARGE, f"the library has more than {MAX_TEMPLATES} templates")
            most = min(office.settings.max_upload_bytes, room)
            candidate = _copied(name, file, declared, copies, most)
        except _Refused as refusal:
            faults.append(Fault(name, refusal.reason, f"{shown_name(file)}: {refusal}"))
        else:
            room -= candidate.size
            candidates.append(candidate)
    return FolderContent(tuple(candidates), tuple(faults))


def _declared(file: Path | None, office: Office) -> tuple[Declared, Sequence[str]]:
    if file is None:
        return Declared(), ()
    try:
        _refuse_special(file)
        return read_declared(shown_name(file), read_file(file, MAX_TOML_BYTES + 1), office)
    except CatalogueError as error:
        return Declared(), (str(error),)


def _check_name(name: str) -> None:
    if not unicodedata.is_normalized("NFC", name):
        raise _Refused(entry.NAME, "the name is not in the normal form NFC; rename the file")
    is_plain = name.isprintable() and name == name.strip() and "\\" not in name
    if not is_plain or len(name) > MAX_NAME_CHARACTERS:
        raise _Refused(
            entry.NAME,
            f"the name must be at most {MAX_NAME_CHARACTERS} printable characters, without \\ and without "
            "spaces at its ends; rename the file",
        )


def _copied(name: str, file: Path, declared: Declared, copies: Path, most_bytes: int) -> Candidate:
    try:
        _refuse_special(file)
        content = read_file(file, most_bytes + 1)
    except CatalogueError as error:
        raise _Refused(entry.UNREADABLE, str(error).partition(": ")[2]) from None
    if len(content) > most_bytes:
        raise _Refused(
            entry.TOO_LARGE,
            "larger than DOCOPS_MAX_UPLOAD_BYTES allows, or the library has more than "
            f"{MAX_LIBRARY_BYTES} bytes",
        )
    sha256 = hashlib.sha256(content).hexdigest()
    if declared.approved_sha256 not in (None, sha256):
        raise _Refused(
            entry.NOT_APPROVED,
            f"has the SHA-256 {sha256}, but {echo(name)}{_TOML} approves {declared.approved_sha256}",
        )
    copy = copies / f"{sha256}{_DOCX}"
    copy.write_bytes(content)
    return Candidate(name, declared, sha256, len(content), copy)


def _refuse_special(file: Path) -> None:
    """Refuse a pipe or a device, which would never end or never begin; a link to a file is one.

    A config map's files are links.
    """
    try:
        is_file = stat.S_ISREG(os.stat(file).st_mode)
    except OSError as error:
        raise CatalogueError(
            f"{shown_name(file)}: cannot be read ({error.strerror}); give a readable file"
        ) from None
    if not is_file:
        raise CatalogueError(f"{shown_name(file)}: is no regular file; give a file")


def names_of(faults: Sequence[Fault]) -> Iterator[tuple[str, Fault]]:
    """Yield each template that is stopped with its first fault; a name that cannot be used names none."""
    seen: set[str] = set()
    for fault in faults:
        if fault.reason != entry.NAME and fault.name not in seen:
            seen.add(fault.name)
            yield fault.name, fault
