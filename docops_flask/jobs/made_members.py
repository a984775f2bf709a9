"""Members of a renderer's ZIP, for an answer that holds them instead of the ZIP.

The ZIP has passed ``made_archive``, so its members follow each other without a gap, each behind a header
whose sizes lie inside it. Their contents have not been looked at: no more is unpacked than is asked for, and
size and CRC are compared here.
"""

import zlib
from collections.abc import Container

from docops_flask.engine.opc.zip_entry import LOCAL_HEADER, LOCAL_MAGIC, STORED
from docops_flask.jobs.errors import RendererCrashed


def read_members(archive: bytes, wanted: Container[str], most_bytes: int) -> dict[str, bytes]:
    """Return the contents of the ``wanted`` members that there are, by their names, in the ZIP's order.

    Raises ``RendererCrashed`` for one that is damaged, and ``MembersTooLarge`` where they have more than
    ``most_bytes`` together.
    """
    found: dict[str, bytes] = {}
    position = total = 0
    while archive[position : position + len(LOCAL_MAGIC)] == LOCAL_MAGIC:
        fields = LOCAL_HEADER.unpack_from(archive, position)
        method, crc, packed, size, name_length, extra_length = fields[3], *fields[6:11]
        begin = position + LOCAL_HEADER.size
        name = archive[begin : begin + name_length].decode("utf-8", "replace")
        begin += name_length + extra_length
        position = begin + packed
        if name not in wanted:
            continue
        total += size
        if total > most_bytes:
            raise MembersTooLarge(total)
        content = archive[begin:position]
        if method != STORED:
            content = _unpacked(content, size)
        if len(content) != size or zlib.crc32(content) != crc:
            raise RendererCrashed(inner=f"{name} in its ZIP is damaged")
        found[name] = content
    return found


class MembersTooLarge(Exception):
    """Members that have ``size`` bytes together, or more, by their headers."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


def _unpacked(packed: bytes, size: int) -> bytes:
    """Return at most one byte more than ``size`` of a deflated content; ``b""`` where it is damaged."""
    try:
        return zlib.decompressobj(-zlib.MAX_WBITS).decompress(packed, size + 1)
    except zlib.error:
        return b""
