"""The members of two packages side by side: which were copied raw, which are there at all."""

from collections.abc import Iterator
from typing import NamedTuple

from docops_flask.engine.errors import InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.integrity.digest import sha256
from docops_flask.engine.integrity.verdict import PartRecord, Unaccounted
from docops_flask.engine.opc.zip_entry import FLAG_DATA_DESCRIPTOR, FLAG_UTF8, ZipEntry
from docops_flask.engine.opc.zip_reader import ZipReader

# How headers are written (docs/analysis/zip-details.md), told here once more: a proof asks no one else.
_MADE, _NEEDED = (3 << 8) | 20, 20
_FILE, _FOLDER = 0o100600 << 16, (0o40700 << 16) | 0x10
_NO_DATE = (0, 0x21)


class ChangedMember(NamedTuple):
    """A member of both packages whose stored bytes differ, with its content in the document."""

    record: PartRecord
    after: bytes


class Members(NamedTuple):
    """The members of template and document: a record of each, those that changed, what is unaccounted."""

    records: list[PartRecord]
    changed: list[ChangedMember]
    unaccounted: list[Unaccounted]


def compare_members(template: ZipReader, document: ZipReader, max_bytes: int) -> Members:
    """Return what became of every member of ``template``, and of those that only ``document`` has.

    Members with the same stored bytes are never inflated. Raises ``InvalidTemplate`` when one of ``template``
    cannot be, ``TemplateLimitExceeded`` when those of ``document`` would unfold to more than ``max_bytes``.
    """
    before = {entry.name: entry for entry in template.entries}
    after = {entry.name: entry for entry in document.entries}
    records, changed, unaccounted = [], [], list(_unaccounted(before, after))
    unfolded = 0
    for name, entry in before.items():
        record = _record(template, entry, document, after.get(name))
        records.append(record)
        if record.hashed == "stored":
            continue
        unfolded += after[name].size
        hold_document("output_bytes", unfolded, max_bytes)
        record.before = sha256(template.read(entry))
        try:
            content = document.read(after[name])
        except InvalidTemplate:
            unaccounted.append(Unaccounted(name, "", "damaged_member", "The member cannot be unpacked."))
            continue
        record.after = sha256(content)
        changed.append(ChangedMember(record, content))
    for name in after.keys() - before.keys():
        with document.stored_bytes(after[name]) as stored:
            records.append(PartRecord(name, True, "stored", None, sha256(stored)))
    return Members(records, changed, unaccounted)


def hold_document(limit: str, value: int, maximum: int) -> None:
    """Raise ``TemplateLimitExceeded`` when ``value``, in bytes, is more than ``limit`` allows."""
    if value > maximum:
        raise TemplateLimitExceeded(
            f"document: what changed in it unfolds to {value} bytes ({limit}); {maximum} are allowed.",
            limit=limit,
            maximum=maximum,
        )


def _record(template: ZipReader, entry: ZipEntry, document: ZipReader, other: ZipEntry | None) -> PartRecord:
    with template.stored_bytes(entry) as stored:
        if other is None:
            return PartRecord(entry.name, True, "stored", sha256(stored), None)
        with document.stored_bytes(other) as written:
            # Equal bytes have equal hashes: a picture of 20 MB is hashed once.
            same = (entry.method, entry.crc, entry.size) == (other.method, other.crc, other.size)
            if same and _is_equal(stored, written):
                digest = sha256(stored)
                return PartRecord(entry.name, False, "stored", digest, digest)
    return PartRecord(entry.name, True, "content", None, None)


def _is_equal(one: memoryview, other: memoryview) -> bool:
    # bytes compare by memcmp, views byte by byte: a copy of each block is cheaper by far.
    if len(one) != len(other):
        return False
    step = 1 << 18
    return all(
        bytes(one[start : start + step]) == bytes(other[start : start + step])
        for start in range(0, len(one), step)
    )


def _unaccounted(before: dict[str, ZipEntry], after: dict[str, ZipEntry]) -> Iterator[Unaccounted]:
    for name in before.keys() - after.keys():
        yield Unaccounted(name, "", "member_removed", "The template has this member, the document has not.")
    for name in after.keys() - before.keys():
        yield Unaccounted(name, "", "member_added", "The document has this member, the template has not.")
    shared = [name for name in before if name in after]
    if shared != [name for name in after if name in before]:
        yield Unaccounted("", "", "member_order", "The members stand in another order.")
    for name in shared:
        if not _is_header_accounted(before[name], after[name]):
            message = "The member's date, attributes, compression method, flags or extra field changed."
            yield Unaccounted(name, "", "member_header", message)


def _is_header_accounted(before: ZipEntry, after: ZipEntry) -> bool:
    """Say whether each header of the document's member is as it is written today, or as in the template.

    The latter are documents written before headers were made anew.
    """
    is_folder = before.name.endswith("/")
    return (
        after.agrees
        and after.method == before.method
        and after.version_made in (before.version_made, _MADE)
        and after.version_needed in (before.version_needed, _NEEDED)
        and after.flags in (before.flags & ~FLAG_DATA_DESCRIPTOR, 0 if before.name.isascii() else FLAG_UTF8)
        and (after.dos_time, after.dos_date) in ((before.dos_time, before.dos_date), _NO_DATE)
        and after.internal_attributes in (before.internal_attributes, 0)
        and after.external_attributes in (before.external_attributes, _FOLDER if is_folder else _FILE)
        and after.extra in (before.extra, b"")
        and after.local_extra in (before.local_extra, b"")
    )
