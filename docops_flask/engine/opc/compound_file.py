"""Reads the streams of OLE compound files: embedded objects, encrypted packages, Office files before 2007.

Source: [MS-CFB] 2.2 (header), 2.3 to 2.5 (allocation tables), 2.6 (directory).
"""

import struct
from array import array
from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.opc.first_bytes import OLE_MAGIC

_HEADER_BYTES = 512
_SECTOR_SHIFTS = (9, 12)
_MINI_SHIFT = 6
_ENTRY_BYTES = 128
# Numbers of sectors above this one are marks: the end of a chain, a free sector and so on.
_LAST_SECTOR = 0xFFFFFFFA
_STREAM, _ROOT = 2, 5
_HEADER_TABLES = 109


class DamagedFile(Exception):
    """A compound file that cannot be read."""


class Stream(NamedTuple):
    """A stream: its name, its size in bytes and the sector that it begins in."""

    name: str
    size: int
    start: int


class CompoundFile:
    """The streams of the compound file ``content``; raises ``DamagedFile`` where they cannot be listed.

    Reading a stream takes time in proportion to its size.
    """

    def __init__(self, content: bytes) -> None:
        if len(content) < _HEADER_BYTES or not content.startswith(OLE_MAGIC):
            raise DamagedFile
        self._content = content
        shift, mini_shift = struct.unpack_from("<2H", content, 30)
        if shift not in _SECTOR_SHIFTS or mini_shift != _MINI_SHIFT:
            raise DamagedFile
        self._shift: int = shift
        first_directory, _, self._cutoff, mini_table, _, more_tables, _ = struct.unpack_from(
            "<7I", content, 48
        )
        self._table = self._words(self._tables(more_tables))
        directory = self._joined(self._chain(first_directory, self._table))
        self._mini_table = self._words(self._chain(mini_table, self._table))
        root, self.streams = None, []
        for at in range(0, len(directory) - _ENTRY_BYTES + 1, _ENTRY_BYTES):
            entry = _stream(directory[at : at + _ENTRY_BYTES], is_wide=self._shift != _SECTOR_SHIFTS[0])
            if directory[at + 66] == _ROOT and root is None:
                root = entry
            elif directory[at + 66] == _STREAM:
                self.streams.append(entry)
        if root is None:
            raise DamagedFile
        self._mini_sectors = self._chain(root.start, self._table) if root.size else []

    def read(self, stream: Stream) -> bytes:
        """Return the content of a stream; raises ``DamagedFile`` where it is not complete."""
        if stream.size >= self._cutoff:
            content = self._joined(self._chain(stream.start, self._table, stream.size >> self._shift))
        else:
            per_sector = self._shift - _MINI_SHIFT
            pieces = []
            for number in self._chain(stream.start, self._mini_table, stream.size >> _MINI_SHIFT):
                if number >> per_sector >= len(self._mini_sectors):
                    raise DamagedFile
                sector = self._mini_sectors[number >> per_sector]
                at = self._start(sector) + ((number & ((1 << per_sector) - 1)) << _MINI_SHIFT)
                pieces.append(self._content[at : at + (1 << _MINI_SHIFT)])
            content = b"".join(pieces)
        if len(content) < stream.size:
            raise DamagedFile
        return content[: stream.size]

    def _start(self, sector: int) -> int:
        return (sector + 1) << self._shift

    def _joined(self, sectors: Sequence[int]) -> bytes:
        size = 1 << self._shift
        return b"".join(self._content[self._start(each) : self._start(each) + size] for each in sectors)

    def _words(self, sectors: Sequence[int]) -> "array[int]":
        words = array("I")
        content = self._joined(sectors)
        words.frombytes(content[: len(content) // words.itemsize * words.itemsize])
        return words

    def _tables(self, more: int) -> list[int]:
        """Return the sectors of the table of chains (2.5): 109 of them in the header, then lists."""
        tables = list(struct.unpack_from(f"<{_HEADER_TABLES}I", self._content, 76))
        most = len(self._content) >> self._shift
        while more <= _LAST_SECTOR:
            listed = self._words([more])
            if len(listed) < 1 << (self._shift - 2) or len(tables) > most + _HEADER_TABLES:
                raise DamagedFile
            tables += listed[:-1]
            more = listed[-1]
        return [each for each in tables if each <= _LAST_SECTOR]

    def _chain(self, start: int, table: Sequence[int], full: int | None = None) -> list[int]:
        """Return the sectors of a chain; ``full`` is how many its stream fills, of one more a part."""
        sectors: list[int] = []
        most = len(table) if full is None else min(len(table), full + 1)
        while start <= _LAST_SECTOR and (full is None or len(sectors) <= full):
            if len(sectors) >= most or start >= len(table):
                raise DamagedFile
            sectors.append(start)
            start = table[start]
        return sectors


def _stream(entry: bytes, *, is_wide: bool) -> Stream:
    """Return a directory entry (2.6.1); with small sectors only the lower half of a size counts."""
    (length,) = struct.unpack_from("<H", entry, 64)
    name = entry[: max(0, min(length, 64) - 2)].decode("utf-16-le", "replace")
    start, low, high = struct.unpack_from("<3I", entry, 116)
    return Stream("".join(filter(str.isprintable, name)), low + (high << 32 if is_wide else 0), start)
