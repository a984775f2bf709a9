"""One member of a ZIP archive as its central directory describes it, its extra fields, the layout of records.

Source: PKWARE APPNOTE.TXT 6.3.10, 4.3.7 (local header), 4.3.12 (central directory), 4.3.16 (end record).

docs/analysis/zip-details.md says how readers use extra fields and why none is written to a result.
"""

import struct
import zlib
from typing import NamedTuple

from docops_flask.engine.opc.zip_names import damaged

LOCAL_HEADER = struct.Struct("<4s5H3L2H")
CENTRAL_HEADER = struct.Struct("<4s6H3L5H2L")
END_RECORD = struct.Struct("<4s4H2LH")
LOCAL_MAGIC = b"PK\x03\x04"
CENTRAL_MAGIC = b"PK\x01\x02"
END_MAGIC = b"PK\x05\x06"
# The most bytes of a comment behind the end record.
MAX_COMMENT = 0xFFFF
STORED = 0
DEFLATED = 8
FLAG_ENCRYPTED = 0x0001
FLAG_DATA_DESCRIPTOR = 0x0008
FLAG_PATCH = 0x0020
FLAG_STRONG_ENCRYPTION = 0x0040
FLAG_UTF8 = 0x0800
FLAG_MASKED = 0x2000
UNIX_SYMLINK = 0xA000


class ZipEntry(NamedTuple):
    """A member: ``name`` decoded, sizes and offsets in bytes, other fields as in the central directory.

    ``data_offset`` is where its compressed bytes begin in the archive. ``extra`` is the extra field of the
    central directory, ``local_extra`` that of the local header, both without ZIP64 sizes. ``agrees`` says
    whether the local header and the central directory have the same values and the member uses no data
    descriptor, no ZIP64 sizes and no comment.
    """

    name: str
    version_made: int
    version_needed: int
    flags: int
    method: int
    dos_time: int
    dos_date: int
    crc: int
    compressed_size: int
    size: int
    internal_attributes: int
    external_attributes: int
    header_offset: int
    data_offset: int
    extra: bytes
    local_extra: bytes
    agrees: bool


# The header id of a field and its data.
ExtraField = tuple[int, bytes]

_ZIP64 = 0x0001
_UNICODE_PATH = 0x7075
_FIELD = struct.Struct("<2H")
_ZIP64_MARK = 0xFFFFFFFF
# A Unicode path field begins with its version and the CRC-32 of the name in the header (4.6.9).
_UNICODE_PATH_HEAD = struct.Struct("<BL")


def extra_fields(extra: bytes) -> list[ExtraField]:
    """Return the fields in ``extra`` (4.5.1); raise ``InvalidTemplate`` if one runs past the end.

    Up to three trailing bytes, too few for a field, are ignored as padding.
    """
    fields: list[ExtraField] = []
    at = 0
    while at + _FIELD.size <= len(extra):
        kind, length = _FIELD.unpack_from(extra, at)
        at += _FIELD.size
        if at + length > len(extra):
            raise damaged("an extra field in it is cut off", "zip_structure")
        fields.append((kind, extra[at : at + length]))
        at += length
    return fields


def has_zip64(fields: list[ExtraField]) -> bool:
    """Return whether ``fields`` has a ZIP64 field."""
    return any(kind == _ZIP64 for kind, _ in fields)


def without_zip64(fields: list[ExtraField]) -> bytes:
    """Return the bytes of an extra field with ``fields``, without the ZIP64 ones."""
    if not fields:
        return b""
    return b"".join(_FIELD.pack(kind, len(body)) + body for kind, body in fields if kind != _ZIP64)


def zip64_values(fields: list[ExtraField], size: int, packed: int, offset: int) -> tuple[int, int, int]:
    """Return size, compressed size and offset in bytes; a value of 0xFFFFFFFF is read from ZIP64 (4.5.3).

    Raises ``InvalidTemplate`` if the ZIP64 field is missing, too short or repeated.
    """
    values = [size, packed, offset]
    if _ZIP64_MARK not in values:
        return size, packed, offset
    bodies = [body for kind, body in fields if kind == _ZIP64]
    if len(bodies) > 1:
        raise damaged("its ZIP64 sizes occur twice", "zip_structure")
    large = b"".join(bodies)
    at = 0
    for index, value in enumerate(values):
        if value == _ZIP64_MARK:
            if at + 8 > len(large):
                raise damaged("its ZIP64 sizes are missing", "zip_structure")
            values[index] = struct.unpack_from("<Q", large, at)[0]
            at += 8
    return values[0], values[1], values[2]


def second_names(fields: list[ExtraField], raw_name: bytes) -> list[tuple[bytes, bool]]:
    """Return the UTF-8 names in Unicode path fields (4.6.9), each with whether its CRC matches ``raw_name``.

    Raises ``InvalidTemplate`` if such a field is too short.
    """
    names = []
    for kind, body in fields:
        if kind == _UNICODE_PATH:
            if len(body) < _UNICODE_PATH_HEAD.size:
                raise damaged("an extra field in it is cut off", "zip_structure")
            _, crc = _UNICODE_PATH_HEAD.unpack_from(body)
            names.append((body[_UNICODE_PATH_HEAD.size :], crc == zlib.crc32(raw_name)))
    return names
