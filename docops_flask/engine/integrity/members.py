"""Compares the ZIP members of two packages: copied as stored, changed, added or removed.

Changed XML is compared by its canonical form (``canonical_form``).
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.errors import InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.integrity.verdict import PartRecord, Unaccounted
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.opc.xml_part import serialize_part
from docops_flask.engine.opc.zip_entry import DEFLATED, FLAG_DATA_DESCRIPTOR, FLAG_UTF8, ZipEntry
from docops_flask.engine.opc.zip_reader import ZipReader


def is_written_as(expected: _Element, written: bytes) -> bool:
    """Return whether ``written`` is byte for byte the serialization of ``expected``.

    If so, it is well-formed and its tree equals ``expected``, so it need not be parsed.
    """
    return serialize_part(expected) == written


def is_same_document(expected: _Element, written: _Element) -> bool:
    """Return whether two documents, given by their roots, have the same canonical form."""
    one, other = _serialized(expected), _serialized(written)
    if one == other:
        return True
    # Imported here to keep the renderer's start fast: nearly all parts are equal byte for byte.
    from docops_flask.engine.integrity.canonical_form import canonical_form

    form = canonical_form(one)
    return form is not None and form == canonical_form(other)


def is_same_declaration(expected: _Element, written: _Element) -> bool:
    """Return whether two XML declarations are equivalent; the written one must be UTF-8."""
    one, other = expected.getroottree().docinfo, written.getroottree().docinfo
    encodings = {(one.encoding or "UTF-8").upper(), "UTF-8"}
    return (
        one.xml_version == other.xml_version
        and bool(one.standalone) == bool(other.standalone)
        and (other.encoding or "UTF-8").upper() in encodings
    )


def _serialized(root: _Element) -> bytes:
    return bytes(etree.tostring(root.getroottree(), encoding="UTF-8", xml_declaration=False))


# The writer's header values (docs/analysis/zip-details.md), repeated to keep the proof independent.
_MADE, _NEEDED = (3 << 8) | 20, 20
_FILE, _FOLDER = 0o100600 << 16, (0o40700 << 16) | 0x10
_NO_DATE = (0, 0x21)


class ChangedMember(NamedTuple):
    """A member of both packages whose stored bytes differ; ``after`` is its content in the document."""

    record: PartRecord
    after: bytes


class AddedMember(NamedTuple):
    """A member that the document alone has, and its content.

    ``is_as_written`` says that its header is as the writer makes it, and that it is behind the others.
    """

    record: PartRecord
    content: bytes
    is_as_written: bool


class Members(NamedTuple):
    """The members of template and document: a record of each, the changed ones, unaccounted differences.

    ``added`` are those that the document alone has, in its order.
    """

    records: list[PartRecord]
    changed: list[ChangedMember]
    unaccounted: list[Unaccounted]
    added: Sequence[AddedMember] = ()


def compare_members(
    template: ZipReader, document: ZipReader, max_bytes: int, digests: dict[str, str] | None = None
) -> Members:
    """Compare the members of both archives.

    ``digests`` keeps those of the template's members from one comparison to the next.

    Members with the same stored bytes are not decompressed. Raises ``InvalidTemplate`` if a member of
    ``template`` cannot be decompressed, ``TemplateLimitExceeded`` if the changed members of ``document`` have
    more than ``max_bytes`` uncompressed.
    """
    before = {entry.name: entry for entry in template.entries}
    after = {entry.name: entry for entry in document.entries}
    records, changed, unaccounted = [], [], list(_unaccounted(before, after))
    unfolded = 0
    hashed = _Hashed(_hashed_bytes(before, after), {} if digests is None else digests)
    for name, entry in before.items():
        record = _record(template, entry, document, after.get(name), hashed)
        records.append(record)
        if record.hashed == "stored":
            continue
        unfolded += after[name].size
        check_document_limit("output_bytes", unfolded, max_bytes)
        record.before = hashed.content(template, entry)
        try:
            content = document.read(after[name])
        except InvalidTemplate:
            unaccounted.append(Unaccounted(name, "", "damaged_member", "The member cannot be unpacked."))
            continue
        record.after = sha256(content, hashed.of_all)
        changed.append(ChangedMember(record, content))
    added: list[AddedMember] = []
    last_of_template = max((number for number, name in enumerate(after) if name in before), default=-1)
    for number, (name, entry) in enumerate(after.items()):
        if name in before:
            continue
        with document.stored_bytes(entry) as stored:
            record = PartRecord(name, True, "stored", None, sha256(stored, hashed.of_all))
        records.append(record)
        unfolded += entry.size
        check_document_limit("output_bytes", unfolded, max_bytes)
        try:
            content = document.read(entry)
        except InvalidTemplate:
            unaccounted.append(Unaccounted(name, "", "damaged_member", "The member cannot be unpacked."))
            continue
        added.append(AddedMember(record, content, number > last_of_template and _is_header_of_new(entry)))
    return Members(records, changed, unaccounted, added)


def check_document_limit(limit: str, value: int, maximum: int) -> None:
    """Raise ``TemplateLimitExceeded`` (limit ``limit``) if ``value`` exceeds ``maximum``, both in bytes."""
    if value > maximum:
        raise TemplateLimitExceeded(
            f"document: what changed in it unfolds to {value} bytes ({limit}); {maximum} are allowed.",
            limit=limit,
            maximum=maximum,
        )


def _hashed_bytes(before: Mapping[str, ZipEntry], after: Mapping[str, ZipEntry]) -> int:
    """Return about how many bytes are to be hashed: of a member that differs its content in both archives."""
    total = 0
    for name, entry in before.items():
        other = after.get(name)
        if other is None or (entry.crc, entry.size) == (other.crc, other.size):
            total += entry.compressed_size
        else:
            total += entry.size + other.size
    return total


class _Hashed(NamedTuple):
    """How many bytes are hashed in all, and the digests of the template's members that are known."""

    of_all: int
    known: dict[str, str]

    def stored(self, entry: ZipEntry, stored: memoryview) -> str:
        """Return the digest of a member of the template as it is stored."""
        if entry.name not in self.known:
            self.known[entry.name] = sha256(stored, self.of_all)
        return self.known[entry.name]

    def content(self, template: ZipReader, entry: ZipEntry) -> str:
        """Return the digest of a member's content; no member is called like its key."""
        key = f"{entry.name}\0"
        if key not in self.known:
            self.known[key] = sha256(template.read(entry), self.of_all)
        return self.known[key]


def _record(
    template: ZipReader, entry: ZipEntry, document: ZipReader, other: ZipEntry | None, hashed: _Hashed
) -> PartRecord:
    if other is not None and (entry.method, entry.crc, entry.size) != (other.method, other.crc, other.size):
        return PartRecord(entry.name, True, "content", None, None)
    with template.stored_bytes(entry) as stored:
        if other is None:
            return PartRecord(entry.name, True, "stored", hashed.stored(entry, stored), None)
        with document.stored_bytes(other) as written:
            # If the bytes are equal, hash them once: a picture may have 20 MB.
            if _is_equal(stored, written):
                digest = hashed.stored(entry, stored)
                return PartRecord(entry.name, False, "stored", digest, digest)
    return PartRecord(entry.name, True, "content", None, None)


def _is_equal(one: memoryview, other: memoryview) -> bool:
    # Comparing bytes uses memcmp; comparing views goes item by item and is slower than copying blocks.
    if len(one) != len(other):
        return False
    step = 1 << 18
    if len(one) <= step:
        return bytes(one) == bytes(other)
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


def _is_header_of_new(entry: ZipEntry) -> bool:
    """Return whether the header of a member is as the writer makes those of new parts."""
    return (
        entry.agrees
        and entry.method == DEFLATED
        and (entry.version_made, entry.version_needed, entry.flags) == (_MADE, _NEEDED, 0)
        and (entry.dos_time, entry.dos_date) == _NO_DATE
        and (entry.internal_attributes, entry.external_attributes) == (0, _FILE)
        and not entry.extra
        and not entry.local_extra
    )


def _is_header_accounted(before: ZipEntry, after: ZipEntry) -> bool:
    """Return whether the headers of a member are as the writer makes them, or as in the template.

    Earlier versions copied the template's headers; their documents must still verify.
    """
    flags = 0 if before.name.isascii() else FLAG_UTF8
    usual = (_MADE, _NEEDED, flags, before.method, before.dos_time, before.dos_date)
    if after.agrees and after[1:7] == usual and after[10:12] == (0, _FILE) and after[14:16] == (b"", b""):
        return True
    is_folder = before.name.endswith("/")
    return (
        after.agrees
        and after.method == before.method
        and after.version_made in (before.version_made, _MADE)
        and after.version_needed in (before.version_needed, _NEEDED)
        and after.flags in (before.flags & ~FLAG_DATA_DESCRIPTOR, flags)
        and (after.dos_time, after.dos_date) in ((before.dos_time, before.dos_date), _NO_DATE)
        and after.internal_attributes in (before.internal_attributes, 0)
        and after.external_attributes in (before.external_attributes, _FOLDER if is_folder else _FILE)
        and after.extra in (before.extra, b"")
        and after.local_extra in (before.local_extra, b"")
    )
