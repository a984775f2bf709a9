"""Checks and completes the ZIP that a renderer made, as a file of an untrusted process.

No general ZIP reader opens it. A renderer writes its ZIP with ``ZipWriter``, whose headers follow from a
member's name, sizes and CRC. So each header is computed here and must equal the one in the file, byte for
byte, and members must follow each other without a gap. The members' bytes are not compared with their CRC
and unpacked size: that would mean reading all of them, and a wrong value there damages only the ZIP of its
own job, whose reader reports it.
"""

import io
import os
import struct
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO, NamedTuple

from docops_flask.engine.artefacts import ARTEFACTS, DOCUMENT
from docops_flask.engine.file_name import MAX_NAME_BYTES
from docops_flask.engine.merge.members import CSV_NAME, DOCUMENTS, JSON_NAME, is_member
from docops_flask.engine.opc.zip_entry import DEFLATED, STORED
from docops_flask.engine.opc.zip_writer import Header, ZipWriter, central_header, end_record, local_header
from docops_flask.jobs.answer import open_made
from docops_flask.jobs.errors import RendererCrashed

_END = struct.Struct("<8xHHLL2x")
_CENTRAL_BYTES = 46
# CRC, sizes and length of the name, in a header of the central directory.
_FACTS = struct.Struct("<16x3LH16x")


class ArchiveRules(NamedTuple):
    """Which members a ZIP of a renderer may have, and must have.

    ``is_member`` says of a name whether there may be such a member, ``is_stored`` whether it is not deflated.
    ``needed`` are the names that must be there. The central directory has at most ``most_directory_bytes``.
    """

    is_member: Callable[[str], bool]
    is_stored: Callable[[str], bool]
    needed: frozenset[str]
    most_directory_bytes: int


OF_RUN = ArchiveRules(
    frozenset(ARTEFACTS).__contains__,
    # The document is compressed already.
    DOCUMENT.__eq__,
    frozenset((DOCUMENT,)),
    sum(_CENTRAL_BYTES + len(name) for name in ARTEFACTS),
)


_LISTS = frozenset((CSV_NAME, JSON_NAME))


def rules_of_merge(most_rows: int) -> ArchiveRules:
    """Return the rules of the ZIP of a merge of ``most_rows`` rows at most."""
    of_row = len(ARTEFACTS) * (_CENTRAL_BYTES + len(DOCUMENTS) + MAX_NAME_BYTES + len(".docx"))
    return ArchiveRules(
        is_member,
        lambda name: name.startswith(DOCUMENTS),
        _LISTS,
        of_row * (most_rows + 1),
    )


def rules_of_chunk(most_rows: int) -> ArchiveRules:
    """Return the rules of the ZIP of a chunk of ``most_rows`` rows: that of a merge without its lists."""
    rules = rules_of_merge(most_rows)
    return rules._replace(is_member=lambda name: name not in _LISTS and is_member(name), needed=frozenset())


class MadeArchive:
    """A ZIP that passed the check; ``file`` is open for reading and writing, and the caller closes it.

    ``directory`` has the headers of its central directory, ``end`` is where its members end.
    """

    def __init__(self, file: BinaryIO, directory: list[bytes], end: int) -> None:
        """Take the headers of its central ``directory``, and the offset at which its members ``end``."""
        self.file = file
        self.directory = directory
        self.end = end

    def complete(self, members: dict[str, bytes]) -> None:
        """Add ``members``, names to contents, and leave the file at its beginning; raises ``OSError``.

        They overwrite the central directory, which is written again after them: the new end is always longer
        than the old one.
        """
        added = io.BytesIO()
        writer = ZipWriter(added, self.end, self.directory)
        for name, content in members.items():
            writer.add(name, content)
        writer.finish()
        self.file.seek(self.end)
        left = added.getbuffer()
        while left:
            # On a volume that becomes full a write is short, and the next one fails.
            left = left[self.file.write(left) :]
        self.file.seek(0)


def open_archive(path: Path, most_bytes: int, rules: ArchiveRules = OF_RUN) -> MadeArchive:
    """Open the ZIP at ``path``, whose members may have ``most_bytes`` unpacked, all together.

    ``rules`` say which members there may be.

    Raises ``RendererCrashed`` when it is not what a renderer writes, ``InsufficientStorage`` when its
    folder is gone.
    """
    file = open(open_made(path, os.O_RDWR), "r+b", buffering=0)  # noqa: SIM115, it is handed on
    try:
        try:
            directory, end = _Reading(file.fileno(), rules).members(most_bytes)
        except _Unsound as error:
            raise RendererCrashed(inner=f"{path.name} is unsound: {error}") from error
        return MadeArchive(file, directory, end)
    except BaseException:
        file.close()
        raise


class _Unsound(Exception):
    """The ZIP is not as a renderer writes it; the message says how."""


class _Reading:
    """Reads the headers of an archive, a kilobyte at most, and compares them with the expected ones."""

    def __init__(self, descriptor: int, rules: ArchiveRules) -> None:
        self._descriptor = descriptor
        self._rules = rules
        self._size = os.fstat(descriptor).st_size

    def members(self, most_bytes: int) -> tuple[list[bytes], int]:
        """Return the headers of the central directory and where it begins; raises ``_Unsound``."""
        directory, count, start = self._directory()
        found: list[bytes] = []
        names: set[str] = set()
        read = position = unpacked = 0
        while read < len(directory):
            member = self._member(directory, read, names)
            header = central_header(member, position)
            if directory[read : read + len(header)] != header:
                raise _Unsound(f"its directory has an unexpected entry for {member.name.decode()}")
            position += self._bytes_of(member, position)
            unpacked += member.size
            read += len(header)
            found.append(header)
            if position > start:
                raise _Unsound(f"{member.name.decode()} is cut off")
        if position != start:
            raise _Unsound("it has bytes that belong to no member")
        if len(found) != count:
            raise _Unsound("its end record has a wrong number of members")
        missing = self._rules.needed - names
        if missing:
            raise _Unsound(f"it has no {min(missing)}")
        if unpacked > most_bytes:
            raise _Unsound(f"its members have more than {most_bytes} bytes")
        return found, start

    def _directory(self) -> tuple[bytes, int, int]:
        """Return the central directory, its number of members and its offset, as the end record has them."""
        most = self._rules.most_directory_bytes + _END.size
        tail = os.pread(self._descriptor, most, max(0, self._size - most))
        if len(tail) < _END.size:
            raise _Unsound("it is cut off")
        count, _, size, start = _END.unpack_from(tail, len(tail) - _END.size)
        directory = tail[-_END.size - size : -_END.size] if size else b""
        if (
            tail[-_END.size :] != end_record(count, size, start)
            or len(directory) != size
            or start + size + _END.size != self._size
        ):
            raise _Unsound("its end record is not the expected one")
        return directory, count, start

    def _bytes_of(self, member: Header, position: int) -> int:
        """Return how many bytes the member at ``position`` has, its header included."""
        header = local_header(member)
        if os.pread(self._descriptor, len(header), position) != header:
            raise _Unsound(f"the local header of {member.name.decode()} does not match its directory")
        return len(header) + member.compressed_size

    def _member(self, directory: bytes, at: int, names: set[str]) -> Header:
        """Return the member that the header at ``at`` describes; add its name to ``names``."""
        if len(directory) - at < _CENTRAL_BYTES:
            raise _Unsound("its directory is cut off")
        crc, packed, size, name_length = _FACTS.unpack_from(directory, at)
        start = at + _CENTRAL_BYTES
        name = directory[start : start + name_length].decode(errors="replace")
        if name in names or not self._rules.is_member(name):
            raise _Unsound("it has an unknown member, or a member twice")
        names.add(name)
        method = STORED if self._rules.is_stored(name) else DEFLATED
        if method == STORED and packed != size:
            raise _Unsound(f"{name} is stored with two different sizes")
        return Header(name.encode(), method, crc=crc, compressed_size=packed, size=size)
