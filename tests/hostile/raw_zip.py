"""ZIP archives written field by field, so that any of them can lie (APPNOTE.TXT 4.3.7, 4.3.12, 4.3.16)."""

import struct
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

DATE = 0x21


def deflated(content: bytes) -> bytes:
    """``content`` as a raw deflate stream."""
    deflater = zlib.compressobj(9, zlib.DEFLATED, -15)
    return deflater.compress(content) + deflater.flush()


@dataclass(frozen=True)
class Member:
    """A member; ``central``, ``local`` and ``both`` override fields of its headers.

    ``before`` and ``after`` are put around it, ``offset`` is told instead of the true one, ``hidden`` leaves
    it out of the central directory.
    """

    name: bytes
    content: bytes = b"x"
    method: int = 8
    flags: int = 0
    both: Mapping[str, Any] = field(default_factory=dict)
    central: Mapping[str, Any] = field(default_factory=dict)
    local: Mapping[str, Any] = field(default_factory=dict)
    before: bytes = b""
    after: bytes = b""
    offset: int | None = None
    hidden: bool = False


def archive(
    members: Sequence[Member], *, count: int | None = None, start_off: int = 0, size_off: int = 0,
    before_end: bytes = b"", comment: bytes = b"", tail: bytes = b"", disk: int = 0,
) -> bytes:  # fmt: skip
    """The archive; its end record states ``count`` members and a directory moved by the two ``_off``."""
    data, directory = b"", b""
    for member in members:
        stored = deflated(member.content) if member.method == 8 else member.content
        fields = {
            "name": member.name, "method": member.method, "flags": member.flags, "extra": b"", "needed": 20,
            "crc": zlib.crc32(member.content), "packed": len(stored), "size": len(member.content),
            "time": 0, "date": DATE, **member.both,
        }  # fmt: skip
        data += member.before
        offset = len(data) if member.offset is None else member.offset
        data += _local({**fields, **member.local}) + stored + member.after
        if not member.hidden:
            of = {"made": 20, "attributes": 0, "internal": 0, "disk": 0, "comment": b"", "offset": offset}
            directory += _central({**of, **fields, **member.central})
    listed = sum(not member.hidden for member in members) if count is None else count
    start = len(data)
    end = struct.pack(
        "<4s4H2LH", b"PK\x05\x06", disk, disk, listed, listed,
        len(directory) + size_off, start + start_off, len(comment),
    )  # fmt: skip
    return data + directory + before_end + end + comment + tail


def zip64_extra(*values: int) -> bytes:
    """A ZIP64 extra field (4.5.3) with ``values``."""
    return struct.pack(f"<2H{len(values)}Q", 1, 8 * len(values), *values)


def extra_field(kind: int, body: bytes, length: int | None = None) -> bytes:
    """An extra field; ``length`` is stated instead of the true one."""
    return struct.pack("<2H", kind, len(body) if length is None else length) + body


def unicode_path(name: bytes, stands_for: bytes, *, crc: int | None = None) -> bytes:
    """A Unicode path field (4.6.9): ``name`` in UTF-8 for a member whose headers say ``stands_for``."""
    return extra_field(0x7075, struct.pack("<BL", 1, zlib.crc32(stands_for) if crc is None else crc) + name)


def _local(of: Mapping[str, Any]) -> bytes:
    head = struct.pack(
        "<4s5H3L2H", b"PK\x03\x04", of["needed"], of["flags"], of["method"], of["time"], of["date"],
        of["crc"], of["packed"], of["size"], len(of["name"]), len(of["extra"]),
    )  # fmt: skip
    found: bytes = head + of["name"] + of["extra"]
    return found


def _central(of: Mapping[str, Any]) -> bytes:
    head = struct.pack(
        "<4s6H3L5H2L", b"PK\x01\x02", of["made"], of["needed"], of["flags"], of["method"],
        of["time"], of["date"], of["crc"], of["packed"], of["size"], len(of["name"]), len(of["extra"]),
        len(of["comment"]), of["disk"], of["internal"], of["attributes"], of["offset"],
    )  # fmt: skip
    found: bytes = head + of["name"] + of["extra"] + of["comment"]
    return found
