"""The central directory of a ZIP that is put together from others, with ZIP64 where it is needed.

Source: PKWARE APPNOTE.TXT 6.3.10, 4.3.12 (central directory), 4.3.14 (ZIP64 end record), 4.3.15 (its
locator), 4.3.16 (end record), 4.5.3 (ZIP64 extra field). Members themselves have fewer than 4 GiB.
"""

import struct
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from docops_flask.engine.opc.zip_entry import CENTRAL_HEADER, LOCAL_HEADER
from docops_flask.engine.opc.zip_writer import end_record

_ZIP64_VERSION = 45
_EXTRA = struct.Struct("<HHQ")
_EXTRA_ID = 0x0001
_END64 = struct.Struct("<4sQHHLLQQQQ")
_END64_MAGIC, _LOCATOR_MAGIC = b"PK\x06\x06", b"PK\x06\x07"
_LOCATOR = struct.Struct("<4sLQL")
_MADE_ON_UNIX = (3 << 8) | _ZIP64_VERSION
MAX_16, MAX_32 = 0xFFFF, 0xFFFFFFFF
# Places in a header of the central directory.
_NEEDED, _EXTRA_SIZE, _OFFSET = slice(6, 8), slice(30, 32), slice(42, 46)
_SIZES = struct.Struct("<20xL4x3H")


class Entry(NamedTuple):
    """What a header of a central directory says: a member's name, its size with its local header."""

    name: str
    size: int


def entries_of(directory: Iterable[bytes]) -> Iterator[Entry]:
    """Yield what headers, each by itself, say."""
    for raw in directory:
        stored, name, _, _ = _SIZES.unpack_from(raw)
        text = raw[CENTRAL_HEADER.size : CENTRAL_HEADER.size + name].decode()
        yield Entry(text, LOCAL_HEADER.size + name + stored)


def headers_in(directory: bytes) -> Iterator[bytes]:
    """Yield the headers of a central directory, each without its extra field."""
    at = 0
    while at < len(directory):
        _, name, extra, comment = _SIZES.unpack_from(directory, at)
        end = at + CENTRAL_HEADER.size + name
        raw = bytearray(directory[at:end])
        raw[_EXTRA_SIZE] = bytes(2)
        yield bytes(raw)
        at = end + extra + comment


class Directory:
    """The central directory of a ZIP, as blocks of bytes."""

    def __init__(self) -> None:
        self._blocks: list[bytes] = []
        self.count = 0
        self.size = 0

    def add(self, raw: bytes, offset: int) -> int:
        """Add the header ``raw`` (without an extra field) of the member at ``offset``; return its size there.

        The size is that of the member with its local header, which has no extra field.
        """
        header = at_offset(raw, offset)
        self._blocks.append(header)
        self.count += 1
        self.size += len(header)
        return next(entries_of([raw])).size

    def blocks(self, start: int) -> Iterator[bytes]:
        """Yield the directory, which begins at byte ``start``, and the end records."""
        yield b"".join(self._blocks)
        yield ends(self.count, self.size, start)


def at_offset(raw: bytes, offset: int) -> bytes:
    """Return the header ``raw``, which has no extra field, of a member at ``offset``."""
    header = bytearray(raw)
    header[_OFFSET] = min(offset, MAX_32).to_bytes(4, "little")
    if offset < MAX_32:
        return bytes(header)
    header[_NEEDED] = _ZIP64_VERSION.to_bytes(2, "little")
    header[_EXTRA_SIZE] = _EXTRA.size.to_bytes(2, "little")
    return bytes(header) + _EXTRA.pack(_EXTRA_ID, 8, offset)


def ends(count: int, size: int, start: int) -> bytes:
    """Return the end records of a directory of ``count`` headers and ``size`` bytes at byte ``start``."""
    if count < MAX_16 and size < MAX_32 and start < MAX_32:
        return end_record(count, size, start)
    end64 = _END64.pack(
        _END64_MAGIC, _END64.size - 12, _MADE_ON_UNIX, _ZIP64_VERSION, 0, 0, count, count, size, start
    )  # fmt: skip
    locator = _LOCATOR.pack(_LOCATOR_MAGIC, 0, start + size, 1)
    return end64 + locator + end_record(min(count, MAX_16), min(size, MAX_32), min(start, MAX_32))
