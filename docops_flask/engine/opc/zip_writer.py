"""Writes ZIP archives: members copied as stored, members with new content, and a member written in pieces.

The output is deterministic: it does not depend on clock, machine or process. Headers hold only values that
the reader checked, the same in the local header and the central directory (docs/analysis/zip-details.md).
Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import NamedTuple, Protocol

from docops_flask.engine.opc.zip_entry import (
    CENTRAL_HEADER,
    CENTRAL_MAGIC,
    DEFLATED,
    END_MAGIC,
    END_RECORD,
    FLAG_UTF8,
    LOCAL_HEADER,
    LOCAL_MAGIC,
    STORED,
    ZipEntry,
)

_VERSION = 20
_MADE_ON_UNIX = (3 << 8) | _VERSION
# A central header before and behind what it shares with the local one (4.3.12).
_CENTRAL_BEGIN = struct.Struct("<4sH")
_CENTRAL_END = struct.Struct("<3H2L")
_OFFSET = struct.Struct("<L")
# External attributes: the upper 16 bits are the Unix mode, the lower ones MS-DOS's, where bit 4 is a folder.
_REGULAR_0600 = 0o100600 << 16
_FOLDER_0700 = (0o40700 << 16) | 0x10
_DOS_1980_01_01 = (0, 0x21)
_DAYS = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
_COPY_BYTES = 1 << 20
# zlib's levels. At the fast one a replace log of 1.5 MB takes 1.8 ms instead of 3.4 and is a tenth larger.
_USUAL_LEVEL, _FAST_LEVEL = 6, 3
_LARGE_BYTES = 100_000
# Written together with their header.
_SMALL_BYTES = 1 << 16
# To set up a window and tables of the usual size takes longer than to deflate so little (deflateInit2).
_TINY_BYTES = 7_900
_TINY_WINDOW, _TINY_MEMORY = 13, 6


class Header(NamedTuple):
    """Header fields of a member: name in UTF-8, sizes in bytes, time and date in MS-DOS format (4.4.6)."""

    name: bytes
    method: int
    dos_time: int = _DOS_1980_01_01[0]
    dos_date: int = _DOS_1980_01_01[1]
    crc: int = 0
    compressed_size: int = 0
    size: int = 0


class Packed(NamedTuple):
    """The content of a member, deflated: its CRC-32 and its size (bytes) before."""

    stored: bytes
    crc: int
    size: int


def packed(content: bytes) -> Packed:
    """Return ``content`` deflated the faster way, for a member that is added several times."""
    return Packed(_deflated(content, _FAST_LEVEL), zlib.crc32(content), len(content))


class CopiedMembers(NamedTuple):
    """Members as they are copied, one behind the other: their bytes with the local headers.

    ``directory`` has what the central header of each says before its offset, its offset from the first one's,
    and its name.
    """

    members: bytes
    directory: Sequence[tuple[bytes, int, bytes]]


def copied_members(entries: Iterable[tuple[ZipEntry, bytes]]) -> CopiedMembers:
    """Return members as ``ZipWriter.copy`` writes them, given with their bytes as stored."""
    pieces: list[bytes] = []
    directory: list[tuple[bytes, int, bytes]] = []
    position = 0
    for entry, stored in entries:
        local = local_header(_header_of(entry))
        # The offset is the last field (4.3.12).
        fixed = _central_of(local, 0)[: CENTRAL_HEADER.size - _OFFSET.size]
        directory.append((fixed, position, local[LOCAL_HEADER.size :]))
        pieces += (local, stored)
        position += len(local) + len(stored)
    return CopiedMembers(b"".join(pieces), directory)


class ByteSink(Protocol):
    """Anything bytes can be written to sequentially."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Write all of ``data``."""


class SeekableSink(ByteSink, Protocol):
    """A file that is being written and in which bytes can be replaced."""

    def tell(self) -> int:
        """Return the number of the next byte."""

    def seek(self, position: int, /) -> int:
        """Go on at the byte ``position``."""


class JoinedWrites:
    """Hands what is written to it on to ``stream``, small pieces together; ``flush`` hands on the rest."""

    def __init__(self, stream: ByteSink) -> None:
        self._stream = stream
        self._pieces: list[bytes] = []
        self._size = 0

    def write(self, data: bytes | memoryview) -> None:
        """Write ``data``, sooner or later."""
        if isinstance(data, bytes) and len(data) <= _SMALL_BYTES:
            self._pieces.append(data)
            self._size += len(data)
            if self._size > _SMALL_BYTES:
                self.flush()
            return
        self.flush()
        self._stream.write(data)

    def flush(self) -> None:
        """Write what was kept back."""
        if self._pieces:
            pieces, self._pieces, self._size = self._pieces, [], 0
            self._stream.write(b"".join(pieces))


class ZipWriter:
    """Writes an archive to ``stream``; ``finish`` must be called once at the end.

    Offsets count from the stream's initial position, so an archive can be written inside another file.
    """

    def __init__(self, stream: ByteSink, position: int = 0, directory: Iterable[bytes] = ()) -> None:
        """Begin an archive, or continue one whose members end at byte ``position``.

        ``directory`` is the central directory headers of those members; ``finish`` writes them again.
        """
        self._stream = stream
        self._position = position
        self._central = list(directory)

    def copy(self, entry: ZipEntry, stored: memoryview) -> None:
        """Write ``entry`` with its bytes as stored, without decompressing them."""
        if len(stored) <= _SMALL_BYTES:
            local = _kept_header(entry)
            self._central.append(_central_of(local, self._position))
            self._write(local + bytes(stored))
            return
        self._begin(_header_of(entry))
        for start in range(0, len(stored), _COPY_BYTES):
            self._write(stored[start : start + _COPY_BYTES])

    def copy_together(self, copied: CopiedMembers) -> None:
        """Write members as ``copy`` does each."""
        at, offset_of = self._position, _OFFSET.pack
        self._central += [fixed + offset_of(at + offset) + name for fixed, offset, name in copied.directory]
        self._write(copied.members)

    def replace(self, entry: ZipEntry, content: bytes) -> None:
        """Write ``entry`` with new uncompressed content, as ``add``; name, date and method are kept."""
        level = _USUAL_LEVEL if len(content) < _LARGE_BYTES else _FAST_LEVEL
        self._write_whole(_header_of(entry), content, level)

    def add(self, name: str, content: bytes) -> None:
        """Write a new member with the uncompressed ``content``, deflated; a large one the faster way."""
        level = _USUAL_LEVEL if len(content) < _LARGE_BYTES else _FAST_LEVEL
        self._write_whole(Header(name.encode(), DEFLATED), content, level)

    def add_packed(self, name: str, content: Packed) -> None:
        """Write a new member with ``content``."""
        stored, crc, size = content
        local = local_header(Header(name.encode(), DEFLATED, crc=crc, compressed_size=len(stored), size=size))
        self._central.append(_central_of(local, self._position))
        self._write(local + stored)

    def add_stored(self, name: str, content: bytes) -> None:
        """Write a new member with ``content`` as it is, for what is compressed already."""
        self._write_whole(Header(name.encode(), STORED), content)

    @contextmanager
    def growing(self, name: str, file: SeekableSink) -> Iterator["GrowingMember"]:
        """Write a stored member in pieces; ``file`` is the seekable file that the stream writes to."""
        header_at, offset, index = file.tell(), self._position, len(self._central)
        header = Header(name.encode(), STORED)
        self._begin(header)
        member = GrowingMember(self._write)
        yield member
        whole = header._replace(crc=member.crc, compressed_size=member.size, size=member.size)
        end_at = file.tell()
        file.seek(header_at)
        file.write(local_header(whole))
        file.seek(end_at)
        self._central[index] = central_header(whole, offset)

    @property
    def directory(self) -> list[bytes]:
        """The headers of the central directory of the members so far."""
        return self._central

    def finish(self) -> None:
        """Write the central directory and the end record."""
        directory = b"".join(self._central)
        self._write(directory + end_record(len(self._central), len(directory), self._position))

    def _write_whole(self, header: Header, content: bytes, level: int = _USUAL_LEVEL) -> None:
        stored = content if header.method == STORED else _deflated(content, level)
        whole = header._replace(crc=zlib.crc32(content), compressed_size=len(stored), size=len(content))
        if len(stored) <= _SMALL_BYTES:
            self._begin(whole, stored)
        else:
            self._begin(whole)
            self._write(stored)

    def _begin(self, header: Header, stored: bytes = b"") -> None:
        local = local_header(header)
        self._central.append(_central_of(local, self._position))
        self._write(local + stored)

    def _write(self, data: bytes | memoryview) -> None:
        self._stream.write(data)
        self._position += len(data)


class GrowingMember:
    """A stored member that is being written; ``size`` (bytes) and ``crc`` (CRC-32) are those so far."""

    def __init__(self, write: Callable[[bytes | memoryview], None]) -> None:
        self._write = write
        self.size = 0
        self.crc = 0

    def write(self, data: bytes | memoryview) -> int:
        """Append ``data`` to the member and return the number of bytes."""
        self._write(data)
        self.crc = zlib.crc32(data, self.crc)
        self.size += len(data)
        return len(data)


def _deflated(content: bytes, level: int) -> bytes:
    if len(content) <= _TINY_BYTES:
        deflater = zlib.compressobj(level, zlib.DEFLATED, -_TINY_WINDOW, _TINY_MEMORY)
    else:
        deflater = zlib.compressobj(level, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(content) + deflater.flush()


@lru_cache(maxsize=256)
def _kept_header(entry: ZipEntry) -> bytes:
    """Return the local header of a copied member, which a merge writes for each row."""
    return local_header(_header_of(entry))


def _header_of(entry: ZipEntry) -> Header:
    time, date = entry.dos_time, entry.dos_date
    if (time, date) != _DOS_1980_01_01 and not _is_date(time, date):
        # Readers differ in how they read an invalid date, such as month 0.
        time, date = _DOS_1980_01_01
    return Header(entry.name.encode(), entry.method, time, date, entry.crc, entry.compressed_size, entry.size)


# The members of a package mostly have one date.
@lru_cache(maxsize=64)
def _is_date(time: int, date: int) -> bool:
    month, day = date >> 5 & 15, date & 31
    hour, minute, half_seconds = time >> 11, time >> 5 & 63, time & 31
    return (
        1 <= month <= 12 and 1 <= day <= _DAYS[month - 1] and hour < 24 and minute < 60 and half_seconds < 30
    )


def local_header(header: Header) -> bytes:
    """Return the local header of a member (4.3.7)."""
    name = header.name
    fixed = LOCAL_HEADER.pack(
        LOCAL_MAGIC, _VERSION, 0 if name.isascii() else FLAG_UTF8, *header[1:], len(name), 0
    )  # fmt: skip
    return fixed + name


def central_header(header: Header, offset: int) -> bytes:
    """Return the central directory header (4.3.12) of a member; ``offset`` is that of its local header."""
    return _central_of(local_header(header), offset)


def _central_of(local: bytes, offset: int) -> bytes:
    name = local[LOCAL_HEADER.size :]
    attributes = _FOLDER_0700 if name.endswith(b"/") else _REGULAR_0600
    # Both have the fields from "version needed" to "extra field length" in the same order.
    shared = local[len(LOCAL_MAGIC) : LOCAL_HEADER.size]
    begin = _CENTRAL_BEGIN.pack(CENTRAL_MAGIC, _MADE_ON_UNIX)
    return begin + shared + _CENTRAL_END.pack(0, 0, 0, attributes, offset) + name


def end_record(count: int, size: int, start: int) -> bytes:
    """Return the end of central directory record (4.3.16).

    The central directory has ``count`` members and ``size`` bytes from offset ``start``.
    """
    return END_RECORD.pack(END_MAGIC, 0, 0, count, count, size, start, 0)
