"""Writes ZIP archives: members copied as stored, members made anew, a member written as it grows.

Everything is deterministic: no clock, no machine, no process shows in the bytes.
Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7, 4.3.12, 4.3.16.
"""

import struct
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import BinaryIO, Protocol

from docops_flask.engine.opc.zip_entry import (
    DEFLATED,
    FLAG_DATA_DESCRIPTOR,
    FLAG_UTF8,
    STORED,
    ZipEntry,
)

_LOCAL = struct.Struct("<4s5H3L2H")
_CENTRAL = struct.Struct("<4s6H3L5H2L")
_END = struct.Struct("<4s4H2LH")
_VERSION = 20
_DOS_DATE_1980_01_01 = 0x21
_UNIX_REGULAR_0600 = 0o100600 << 16
_COPY_BYTES = 1 << 20


class ByteSink(Protocol):
    """Anything bytes can be written to, one after the other."""

    def write(self, data: bytes | memoryview, /) -> object:
        """Take ``data``."""


class ZipWriter:
    """Writes an archive to ``stream``; call ``finish`` once at the end.

    Offsets count from where the stream stood at first, so an archive can lie inside another.
    """

    def __init__(self, stream: ByteSink, position: int = 0, directory: Iterable[bytes] = ()) -> None:
        """Begin an archive, or continue one whose members end at ``position``.

        ``directory`` holds their headers in its central directory, which is written anew by ``finish``.
        """
        self._stream = stream
        self._position = position
        self._central = list(directory)

    def copy(self, entry: ZipEntry, stored: memoryview) -> None:
        """Write ``entry`` with its stored bytes as they are, nothing inflated."""
        self._begin(entry)
        for start in range(0, len(stored), _COPY_BYTES):
            self._write(stored[start : start + _COPY_BYTES])

    def replace(self, entry: ZipEntry, content: bytes) -> None:
        """Write ``entry`` with new content; name, date, attributes and compression method stay."""
        stored = content if entry.method == STORED else _deflated(content)
        self._begin(entry._replace(crc=zlib.crc32(content), compressed_size=len(stored), size=len(content)))
        self._write(stored)

    def add(self, name: str, content: bytes) -> None:
        """Write a new deflated member."""
        self.replace(new_entry(name, DEFLATED), content)

    @contextmanager
    def growing(self, name: str, file: BinaryIO) -> Iterator["GrowingMember"]:
        """Write a stored member piece by piece; ``file`` is the seekable file behind the stream."""
        header_at, offset, index = file.tell(), self._position, len(self._central)
        entry = new_entry(name, STORED)
        self._begin(entry)
        member = GrowingMember(self._write)
        yield member
        whole = entry._replace(crc=member.crc, compressed_size=member.size, size=member.size)
        end_at = file.tell()
        file.seek(header_at)
        file.write(local_header(whole))
        file.seek(end_at)
        self._central[index] = central_header(whole, offset)

    def finish(self) -> None:
        """Write the central directory and the end record."""
        start = self._position
        for header in self._central:
            self._write(header)
        self._write(end_record(len(self._central), self._position - start, start))

    def _begin(self, entry: ZipEntry) -> None:
        self._central.append(central_header(entry, self._position))
        self._write(local_header(entry))

    def _write(self, data: bytes | memoryview) -> None:
        self._stream.write(data)
        self._position += len(data)


class GrowingMember:
    """A stored member while it is written; knows its size in bytes and its CRC-32."""

    def __init__(self, write: Callable[[bytes | memoryview], None]) -> None:
        self._write = write
        self.size = 0
        self.crc = 0

    def write(self, data: bytes | memoryview) -> int:
        """Append ``data`` to the member and return how many bytes that were."""
        self._write(data)
        self.crc = zlib.crc32(data, self.crc)
        self.size += len(data)
        return len(data)


def _deflated(content: bytes) -> bytes:
    deflater = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
    return deflater.compress(content) + deflater.flush()


def new_entry(name: str, method: int) -> ZipEntry:
    """Return a member as this module makes them, of a size and CRC still unknown."""
    raw_name = name.encode("utf-8")
    flags = 0 if raw_name.isascii() else FLAG_UTF8
    return ZipEntry(
        name, raw_name, (3 << 8) | _VERSION, _VERSION, flags, method, 0, _DOS_DATE_1980_01_01, 0, 0, 0, 0,
        _UNIX_REGULAR_0600, 0, 0, b"", b"",
    )  # fmt: skip


def _flags(entry: ZipEntry) -> int:
    # Sizes stand in the local header here, so the mark that they follow the data goes.
    return entry.flags & ~FLAG_DATA_DESCRIPTOR


def local_header(entry: ZipEntry) -> bytes:
    """Return what stands before the bytes of ``entry``."""
    fixed = _LOCAL.pack(
        b"PK\x03\x04", entry.version_needed, _flags(entry), entry.method, entry.dos_time, entry.dos_date,
        entry.crc, entry.compressed_size, entry.size, len(entry.raw_name), len(entry.local_extra),
    )  # fmt: skip
    return fixed + entry.raw_name + entry.local_extra


def central_header(entry: ZipEntry, offset: int) -> bytes:
    """Return what the central directory says of ``entry``, whose local header begins at ``offset``."""
    fixed = _CENTRAL.pack(
        b"PK\x01\x02", entry.version_made, entry.version_needed, _flags(entry), entry.method,
        entry.dos_time, entry.dos_date, entry.crc, entry.compressed_size, entry.size,
        len(entry.raw_name), len(entry.extra), 0, 0, entry.internal_attributes,
        entry.external_attributes, offset,
    )  # fmt: skip
    return fixed + entry.raw_name + entry.extra


def end_record(count: int, size: int, start: int) -> bytes:
    """Return the end record; the central directory of ``count`` members has ``size`` bytes from ``start``."""
    return _END.pack(b"PK\x05\x06", 0, 0, count, count, size, start, 0)
