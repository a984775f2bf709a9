"""One member of a ZIP archive as its central directory describes it (APPNOTE.TXT 4.3.12)."""

from typing import NamedTuple

STORED = 0
DEFLATED = 8
FLAG_ENCRYPTED = 0x0001
FLAG_DATA_DESCRIPTOR = 0x0008
FLAG_STRONG_ENCRYPTION = 0x0040
FLAG_UTF8 = 0x0800
ZIP64_EXTRA = 0x0001
UNIX_SYMLINK = 0xA000


class ZipEntry(NamedTuple):
    """A member: ``name`` as text, ``raw_name`` as stored, sizes and offsets in bytes.

    ``data_offset`` is where its compressed bytes begin in the archive; ``extra`` is the central
    directory's extra field, ``local_extra`` the local header's, both without ZIP64 sizes.
    """

    name: str
    raw_name: bytes
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
