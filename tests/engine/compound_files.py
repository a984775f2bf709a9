"""OLE compound files ([MS-CFB]) with streams, whose sectors need not lie one after the other."""

import struct
from collections.abc import Mapping

_END_OF_CHAIN, _FREE, _FAT_SECTOR = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR, _MINI_SECTOR, _CUTOFF = 512, 64, 4096


class _Sectors:
    """The sectors of a file: the chain of each stream begins with its last piece but one, and so on."""

    def __init__(self) -> None:
        self.content: list[bytes] = []
        self.next: list[int] = []

    def add(self, content: bytes, *, reverse: bool = False) -> int:
        """Add the sectors of a stream and return the first; ``reverse`` lays them out backwards."""
        pieces = [content[at : at + _SECTOR].ljust(_SECTOR, b"\0") for at in range(0, len(content), _SECTOR)]
        if not pieces:
            return _END_OF_CHAIN
        numbers = list(range(len(self.content), len(self.content) + len(pieces)))
        order = numbers[::-1] if reverse else numbers
        following = dict(zip(order, [*order[1:], _END_OF_CHAIN], strict=True))
        placed = dict(zip(order, pieces, strict=True))
        self.content += [placed[number] for number in numbers]
        self.next += [following[number] for number in numbers]
        return order[0]


def compound_file(streams: Mapping[str, bytes], *, reverse: bool = False) -> bytes:
    """An OLE file with ``streams`` by name; ``reverse`` has the sectors of large ones backwards.

    Streams of less than 4,096 bytes lie in the mini stream.
    """
    sectors = _Sectors()
    mini = b""
    mini_table: list[int] = []
    entries = []
    for name, content in streams.items():
        if len(content) >= _CUTOFF:
            start = sectors.add(content, reverse=reverse)
        else:
            start = len(mini_table) if content else _END_OF_CHAIN
            count = -(-len(content) // _MINI_SECTOR)
            mini_table += [*range(start + 1, start + count), _END_OF_CHAIN] if count else []
            mini += content.ljust(count * _MINI_SECTOR, b"\0")
        entries.append(_entry(name, 2, start, len(content)))
    root = _entry("Root Entry", 5, sectors.add(mini), len(mini))
    table_of_mini = sectors.add(struct.pack(f"<{len(mini_table)}L", *mini_table))
    directory = sectors.add(b"".join([root, *entries]))
    count = 1
    while count * _SECTOR // 4 < len(sectors.next) + count:
        count += 1
    first_table = len(sectors.next)
    table = [*sectors.next, *[_FAT_SECTOR] * count]
    table += [_FREE] * (count * _SECTOR // 4 - len(table))
    header = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9L", 0, count, directory, 0, _CUTOFF, table_of_mini, 1, _END_OF_CHAIN, 0)
    listed = [first_table + number for number in range(count)]
    header += struct.pack("<109L", *listed, *[_FREE] * (109 - count))
    return header + b"".join(sectors.content) + struct.pack(f"<{len(table)}L", *table)


def _entry(name: str, kind: int, start: int, size: int) -> bytes:
    raw = name.encode("utf-16-le")
    head = raw.ljust(64, b"\0") + struct.pack("<HBB3l", len(raw) + 2, kind, 1, -1, -1, -1)
    return head.ljust(116, b"\0") + struct.pack("<LQ", start, size)
