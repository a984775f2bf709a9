"""One member of a ZIP archive as its central directory describes it (APPNOTE.TXT 4.3.12)."""

from typing import NamedTuple

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
    """A member: ``name`` as text, sizes and offsets in bytes, the rest as the central directory has it.

    ``data_offset`` is where its compressed bytes begin in the archive; ``extra`` is the central
    directory's extra field, ``local_extra`` the local header's, both without ZIP64 sizes. ``agrees`` says
    whether its local header tells what the central directory does, and neither leaves anything to be told
    elsewhere: after the data, in ZIP64 sizes, in a comment.
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
