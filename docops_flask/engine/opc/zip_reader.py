"""Reads a ZIP archive strictly: inconsistent or ambiguous archives are refused, never repaired.

The standard library's reader is lenient and gives no access to a member's compressed bytes, which are
needed to copy unchanged members as stored.
Source: PKWARE APPNOTE.TXT 6.3.10, sections 4.3.7 (local header), 4.3.12 (central directory), 4.3.16
(end record); ECMA-376 part 2, annex C (what OPC allows).
"""

import zlib
from collections.abc import Iterator
from mmap import mmap
from operator import attrgetter
from typing import NamedTuple

from docops_flask.engine.errors import InvalidTemplate, TemplateLimitExceeded, echo
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.zip_entry import (
    CENTRAL_HEADER,
    CENTRAL_MAGIC,
    DEFLATED,
    ENCRYPTIONS,
    END_MAGIC,
    END_RECORD,
    FLAG_DATA_DESCRIPTOR,
    FLAG_UTF8,
    LOCAL_HEADER,
    LOCAL_MAGIC,
    MAX_COMMENT,
    STORED,
    UNIX_SYMLINK,
    ExtraField,
    ZipEntry,
    extra_fields,
    has_zip64,
    refuse_unsafe,
    second_names,
    without_zip64,
    zip64_values,
)
from docops_flask.engine.opc.zip_names import TakenNames, damaged, is_safe, member_name

# "Version needed to extract" 6.3, the newest version of the specification (4.4.3).
_NEWEST_VERSION = 63
# Bytes of a data descriptor after a member (4.3.9): absent, or with or without signature, 32 or 64 bit sizes.
_DESCRIPTOR_SIZES = (0, 12, 16, 20, 24)
# The most bytes of tables in a deflate stream before its first byte of content.
_MAX_DEFLATE_TABLES = 512
# How much was deflated for (4.4.4, bits 1 and 2), and that names are UTF-8.
_USUAL_FLAGS = 0x0006 | FLAG_UTF8
_ZIP64_MARK = 0xFFFFFFFF
# A member of so many bytes is kept when its beginning is looked at, up to so many in all: most XML parts are
# read three times, and unpacking a small one takes longer than looking at it.
_SMALL_BYTES, _MOST_KEPT_BYTES = 1 << 16, 1 << 20
# An archive of so many bytes is copied to read its headers.
_SMALL_ARCHIVE_BYTES = 1 << 18
# The fields that a central and a local header have in common, in the same order, and where they begin.
_SHARED_BEGIN, _SHARED_END = 6, 32


class _Local(NamedTuple):
    """The fields of a local header (4.3.7) that may differ from the central directory."""

    flags: int
    needed: int
    time: int
    date: int
    fields: list[ExtraField]
    data_offset: int


class ZipReader:
    """The members of the archive in ``data`` (bytes, a read-only map of the file, or a slice of one).

    Raises ``InvalidMediaType`` if ``data`` does not begin like a ZIP archive, ``InvalidTemplate`` if it is
    damaged or unsafe, ``TemplateLimitExceeded`` if it has more members than ``limits.zip_entries``.
    """

    def __init__(self, data: bytes | memoryview | mmap, limits: Limits) -> None:
        self._view = memoryview(data)
        # Bytes are cut sooner than a view of them.
        is_small = isinstance(data, memoryview) and len(data) <= _SMALL_ARCHIVE_BYTES
        self._data = bytes(data) if is_small else data
        # Contents that are asked for more than once, by where the member begins.
        self._kept: dict[int, bytes] = {}
        self._room = _MOST_KEPT_BYTES
        if bytes(self._view[:4]) != LOCAL_MAGIC:
            # Loaded for refused files alone.
            from docops_flask.engine.opc.other_archives import kind_of_other
            from docops_flask.engine.opc.other_kinds import other_media

            raise other_media("template", kind_of_other(self._view))
        count, start, end = self._end_record()
        if count > limits.zip_entries:
            raise TemplateLimitExceeded(
                f"template: it holds {count} files; {limits.zip_entries} are allowed.",
                limit="zip_entries",
                maximum=limits.zip_entries,
            )
        self.entries = tuple(self._central_directory(count, start, end))
        self._refuse_gaps_and_overlaps(start)
        self._by_name = {entry.name: entry for entry in self.entries}

    def close(self) -> None:
        """Release the archive's bytes, so that a map of the file can be closed."""
        self._view.release()

    def get(self, name: str) -> ZipEntry | None:
        """Return the member named exactly ``name``, or ``None``."""
        return self._by_name.get(name)

    def stored_bytes(self, entry: ZipEntry) -> memoryview:
        """Return the member's bytes as stored in the archive, compressed or not."""
        return self._view[entry.data_offset : entry.data_offset + entry.compressed_size]

    def small(self, entry: ZipEntry) -> bytes | None:
        """Return the content of a small member and keep it; ``None`` for a large or damaged one."""
        if entry.size > min(_SMALL_BYTES, self._room):
            return None
        try:
            content = self.keep(entry)
        except InvalidTemplate:
            return None
        self._room -= len(content)
        return content

    def head(self, entry: ZipEntry, size: int) -> bytes:
        """Return up to the first ``size`` bytes of the member's uncompressed content, unchecked."""
        kept = self._kept.get(entry.header_offset)
        if kept is not None:
            return kept[:size]
        with self.stored_bytes(entry) as stored, stored[: size + _MAX_DEFLATE_TABLES] as begin:
            if entry.method == STORED:
                return bytes(begin[:size])
            try:
                return zlib.decompressobj(-zlib.MAX_WBITS).decompress(begin, size)
            except zlib.error:
                return b""

    def read(self, entry: ZipEntry) -> bytes:
        """Return the member's uncompressed content; raise ``InvalidTemplate`` if size or CRC-32 is wrong."""
        kept = self._kept.get(entry.header_offset)
        if kept is not None:
            return kept
        with self.stored_bytes(entry) as stored:
            content = bytes(stored) if entry.method == STORED else _inflate(stored, entry)
        if len(content) != entry.size or zlib.crc32(content) != entry.crc:
            raise damaged(f"the file {echo(entry.name)} in it does not match its checksum", "checksum")
        return content

    def keep(self, entry: ZipEntry) -> bytes:
        """Return the same as ``read``, and keep it for the next time."""
        content = self._kept[entry.header_offset] = self.read(entry)
        return content

    def contents(self, entry: ZipEntry, size: int) -> Iterator[bytes]:
        """Yield the member's uncompressed content in pieces of at most ``size`` bytes, unchecked.

        It ends where the content is damaged, and at the size that the directory states at the latest.
        """
        left = entry.size
        kept = self._kept.get(entry.header_offset)
        if kept is not None:
            yield from (kept[at : at + size] for at in range(0, left, size))
            return
        with self.stored_bytes(entry) as stored:
            if entry.method == STORED:
                for at in range(0, len(stored), size):
                    yield bytes(stored[at : at + size])
                return
            inflater = zlib.decompressobj(-zlib.MAX_WBITS)
            pending: bytes | memoryview = stored
            while left > 0 and not inflater.eof:
                try:
                    piece = inflater.decompress(pending, min(size, left))
                except zlib.error:
                    return
                if not piece:
                    return
                left -= len(piece)
                yield piece
                pending = inflater.unconsumed_tail

    def _end_record(self) -> tuple[int, int, int]:
        tail_start = max(0, len(self._view) - MAX_COMMENT - END_RECORD.size)
        tail = bytes(self._view[tail_start:])
        at = tail.rfind(END_MAGIC)
        while at >= 0:
            record = tail[at : at + END_RECORD.size]
            if len(record) == END_RECORD.size:
                _, disk, start_disk, here, count, size, start, comment = END_RECORD.unpack(record)
                if at + END_RECORD.size + comment > len(tail):
                    raise damaged("its end is cut off", "truncated")
                # Some tools append a newline or pad with zeros; Word opens such files.
                if not tail[at + END_RECORD.size + comment :].strip(b"\0\r\n \x1a"):
                    end = tail_start + at
                    if disk or start_disk or here != count:
                        raise damaged("it is part of a split archive", "zip_structure")
                    if start + size != end:
                        raise damaged(
                            "its central directory does not end at the stated position", "zip_structure"
                        )
                    return count, start, end
            at = tail.rfind(END_MAGIC, 0, at)
        raise damaged("its end is missing; it was cut off on the way", "truncated")

    def _central_directory(self, count: int, start: int, end: int) -> Iterator[ZipEntry]:
        at = start
        names = TakenNames()
        for _ in range(count):
            if at + CENTRAL_HEADER.size > end:
                raise damaged("its central directory is cut off", "zip_structure")
            usual = self._usual_entry(at, end)
            entry, at = self._central_entry(at, end) if usual is None else usual
            names.add(entry.name)
            yield entry
        if at != end:
            raise damaged("its central directory is longer than stated", "zip_structure")

    def _usual_entry(self, at: int, end: int) -> tuple[ZipEntry, int] | None:
        """Return what ``_central_entry`` does, sooner, for headers like those of most writers.

        They are alike in both places and have no extra field, comment or data descriptor. Else ``None``.
        """
        data = self._data
        (
            magic, made, needed, flags, method, time, date, crc, packed, size, length, extra, comment, disk,
            internal, external, offset,
        ) = CENTRAL_HEADER.unpack_from(data, at)  # fmt: skip
        name_at = at + CENTRAL_HEADER.size
        after, data_at = name_at + length, offset + LOCAL_HEADER.size + length
        raw_name = bytes(data[name_at:after])
        if (
            extra or comment or disk or flags & ~_USUAL_FLAGS or magic != CENTRAL_MAGIC
            or after > end or data_at + packed > end or _ZIP64_MARK in (size, packed)
            or needed & 0xFF > _NEWEST_VERSION
            or data[offset:data_at] != LOCAL_MAGIC + data[at + _SHARED_BEGIN : at + _SHARED_END] + raw_name
            or not raw_name.isascii()
        ):  # fmt: skip
            return None
        name = raw_name.decode()
        if not is_safe(name):
            return None
        entry = ZipEntry(
            name, made, needed, flags, method, time, date, crc, packed,
            size, internal, external, offset, data_at, b"", b"", True,
        )  # fmt: skip
        if method != DEFLATED or raw_name.endswith(b"/") or external >> 28 == UNIX_SYMLINK >> 12:
            refuse_unsafe(entry)
        return entry, after

    def _central_entry(self, at: int, end: int) -> tuple[ZipEntry, int]:
        fields = CENTRAL_HEADER.unpack_from(self._view, at)
        (magic, made, needed, flags, method, time, date, crc, packed, size) = fields[:10]
        (name_length, extra_length, comment_length, disk, internal, external, offset) = fields[10:]
        name_at = at + CENTRAL_HEADER.size
        after = name_at + name_length + extra_length + comment_length
        if magic != CENTRAL_MAGIC or after > end:
            raise damaged("its central directory is damaged", "zip_structure")
        if disk:
            raise damaged("it is part of a split archive", "zip_structure")
        raw_name = bytes(self._view[name_at : name_at + name_length])
        extra: list[ExtraField] = []
        if extra_length:
            extra = extra_fields(bytes(self._view[name_at + name_length : after - comment_length]))
        size, packed, offset = zip64_values(extra, size, packed, offset)
        if needed & 0xFF > _NEWEST_VERSION:
            raise damaged("it requires a ZIP version that does not exist", "zip_structure")
        local = self._local_header(offset, raw_name, flags, method, (crc, packed, size))
        either = flags | local.flags
        # Most headers have none.
        extras = extra + local.fields
        seconds = second_names(extras, raw_name) if extras else ()
        name = member_name(raw_name, seconds, is_utf8=bool(either & FLAG_UTF8))
        if local.data_offset + packed > end:
            raise damaged(f"the file {echo(name)} in it is cut off", "truncated")
        agrees = (
            (local.flags, local.needed, local.time, local.date) == (flags, needed, time, date)
            and not flags & FLAG_DATA_DESCRIPTOR
            and (raw_name.isascii() or bool(flags & FLAG_UTF8))
            and not (comment_length or (extras and has_zip64(extras)))
        )
        entry = ZipEntry(
            name, made, needed, either, method, time, date, crc, packed, size, internal, external,
            offset, local.data_offset, without_zip64(extra), without_zip64(local.fields), agrees,
        )  # fmt: skip
        refuse_unsafe(entry)
        return entry, after

    def _local_header(
        self, offset: int, raw_name: bytes, flags: int, method: int, sizes: tuple[int, int, int]
    ) -> _Local:
        """Return the local header, checked against ``sizes``: CRC-32, compressed size, size."""
        if offset + LOCAL_HEADER.size > len(self._view):
            raise damaged("a file in it lies beyond its end", "zip_structure")
        fields = LOCAL_HEADER.unpack_from(self._view, offset)
        magic, needed, local_flags, local_method, time, date, crc, packed, size = fields[:9]
        name_at = offset + LOCAL_HEADER.size
        extra_at = name_at + fields[9]
        data_at = extra_at + fields[10]
        if magic != LOCAL_MAGIC or data_at > len(self._view):
            raise damaged("its two lists of contents differ", "zip_structure")
        extra = extra_fields(bytes(self._view[extra_at:data_at])) if data_at > extra_at else []
        size, packed, _ = zip64_values(extra, size, packed, 0)
        # A streaming producer leaves these zero and writes a data descriptor after the data (4.4.4, bit 3).
        follow = local_flags & FLAG_DATA_DESCRIPTOR and (crc, packed, size) == (0, 0, 0)
        if (
            bytes(self._view[name_at:extra_at]) != raw_name
            or local_method != method
            or (local_flags ^ flags) & ENCRYPTIONS
            or not (follow or (crc, packed, size) == sizes)
        ):
            raise damaged("its two lists of contents differ", "zip_structure")
        return _Local(local_flags, needed, time, date, extra, data_at)

    def _refuse_gaps_and_overlaps(self, central_start: int) -> None:
        """Raise ``InvalidTemplate`` if members overlap or if bytes belong to no member.

        Overlapping members are a way to build ZIP bombs. Data between members is visible to readers that do
        not use the central directory.
        """
        position = 0
        allowed: tuple[int, ...] = (0,)
        for entry in sorted(self.entries, key=_header_offset):
            if entry.header_offset != position:
                _refuse_gap(entry.header_offset - position, allowed)
            position = entry.data_offset + entry.compressed_size
            allowed = _DESCRIPTOR_SIZES if entry.flags & FLAG_DATA_DESCRIPTOR else (0,)
        _refuse_gap(central_start - position, allowed)


_header_offset = attrgetter("header_offset")


def _refuse_gap(size: int, allowed: tuple[int, ...]) -> None:
    if size < 0:
        raise damaged("files in it overlap", "overlap")
    if size not in allowed:
        raise damaged("it holds data that belongs to none of its files", "zip_structure")


def _inflate(stored: memoryview, entry: ZipEntry) -> bytes:
    inflater = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        # One byte more than declared reveals a wrong size without decompressing a ZIP bomb.
        content = inflater.decompress(stored, entry.size + 1)
    except zlib.error as error:
        raise damaged(f"the file {echo(entry.name)} in it cannot be unpacked", "deflate") from error
    if len(content) <= entry.size and (not inflater.eof or inflater.unused_data):
        raise damaged(f"the file {echo(entry.name)} in it cannot be unpacked", "deflate")
    return content
