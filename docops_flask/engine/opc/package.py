"""A Word package: reads its parts, content types and relationships, and writes it with changed parts."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from mmap import ACCESS_READ, mmap

from docops_flask.engine.errors import InvalidMediaType, TemplateLimitExceeded
from docops_flask.engine.files import FilePath
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    ContentTypes,
    Relationship,
    parse_relationships,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import HEAD_BYTES, begins_plainly, parse_part, refuse_doctype
from docops_flask.engine.opc.zip_entry import ZipEntry
from docops_flask.engine.opc.zip_names import damaged
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.opc.zip_writer import ByteSink, ZipWriter

WORD_DOCUMENT = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
_VBA_PROJECT = "application/vnd.ms-office.vbaproject"
_VBA_PARTS = ("vbaproject.bin", "vbadata.xml")
_BOMB_BYTES = 10 * 1024 * 1024
_BOMB_RATIO = 200
# The largest archive without ZIP64, which the writer does not support.
_MAX_ZIP_BYTES = 0xFFFFFFFF - 1
_NOTHING: Mapping[str, bytes] = {}


class Package:
    """The package in a file. ``main_part`` is the part name of the main document (``word/document.xml``).

    The file is memory-mapped, not loaded, until ``close``.

    Raises ``InvalidMediaType`` for a file of another kind, ``InvalidTemplate`` for a damaged or unsafe
    one, ``TemplateLimitExceeded`` for one whose uncompressed parts exceed ``limits``.
    """

    def __init__(self, path: FilePath, limits: Limits) -> None:
        with open(path, "rb") as file:
            file.seek(0, 2)
            self._map: mmap | bytes = mmap(file.fileno(), 0, access=ACCESS_READ) if file.tell() else b""
        self._zip = ZipReader(self._map, limits)
        self._names = {entry.name.lower(): entry for entry in self._zip.entries}
        self._limits = limits
        self._relationships: dict[str, tuple[Relationship, ...]] = {}
        self._check_sizes()
        self.content_types = self._read_content_types()
        self._check_xml()
        self.main_part = self._find_main_part()

    @property
    def archive(self) -> ZipReader:
        """The ZIP archive with its members as stored."""
        return self._zip

    def close(self) -> None:
        """Unmap the file; if a traceback still references a slice of it, garbage collection does so later."""
        with suppress(BufferError):
            self._zip.close()
            if isinstance(self._map, mmap):
                self._map.close()

    def has(self, name: str) -> bool:
        """Return whether there is a part ``name`` (part names ignore case, ECMA-376 part 2, 9.1.1)."""
        return name.lower() in self._names

    def is_xml(self, name: str) -> bool:
        """Return whether a part counts as XML: by the end of its name, or by its content type."""
        return _is_named_xml(name) or self.content_types.of(name).lower().endswith("xml")

    def read(self, name: str) -> bytes:
        """Return the uncompressed content of the XML part ``name``.

        Raises ``KeyError`` if there is no such part, ``TemplateLimitExceeded`` if it is larger than
        ``limits.xml_part_bytes``, ``InvalidTemplate`` if its size or checksum is wrong.
        """
        entry = self._names[name.lower()]
        _check_limit("xml_part_bytes", entry.size, self._limits.xml_part_bytes)
        return self._zip.read(entry)

    def relationships(self, source: str) -> tuple[Relationship, ...]:
        """Return the relationships of part ``source`` ("" for the package); empty if it has no .rels part."""
        if source not in self._relationships:
            self._relationships[source] = self._read_relationships(source)
        return self._relationships[source]

    def write(
        self, stream: ByteSink, changed: Mapping[str, bytes], added: Mapping[str, bytes] = _NOTHING
    ) -> None:
        """Write the package to ``stream``: parts in ``changed`` with new content, all others as stored.

        ``changed`` maps part names to uncompressed content. Order, names, dates and compression methods are
        kept; the ZIP headers are written anew (``ZipWriter``).
        The parts in ``added`` follow in their order; ``Additions`` chooses their names and declares them.
        """
        writer = ZipWriter(stream)
        replaced = {name.lower(): content for name, content in changed.items()}
        for entry in self._zip.entries:
            content = replaced.get(entry.name.lower())
            if content is None:
                with self._zip.stored_bytes(entry) as stored:
                    writer.copy(entry, stored)
            else:
                writer.replace(entry, content)
        for name, content in added.items():
            writer.add(name, content)
        writer.finish()

    def _read_relationships(self, source: str) -> tuple[Relationship, ...]:
        name = relationships_part(source)
        if not self.has(name):
            return ()
        found = parse_relationships(parse_part(self.read(name), name), source)
        return tuple([each if each.external else self._as_stored(each) for each in found])

    def _as_stored(self, relationship: Relationship) -> Relationship:
        """Return ``relationship`` with the name of its part as it is stored: names ignore case (9.1.1)."""
        entry = self._names.get(relationship.target.lower())
        if entry is None or entry.name == relationship.target:
            return relationship
        return relationship._replace(target=entry.name)

    def _check_sizes(self) -> None:
        total = sum(entry.size for entry in self._zip.entries)
        _check_limit("unpacked_bytes", total, min(self._limits.unpacked_bytes, _MAX_ZIP_BYTES))
        self._check_xml_sizes([entry for entry in self._zip.entries if _is_named_xml(entry.name)])
        for entry in self._zip.entries:
            if _is_zip_bomb(entry):
                raise TemplateLimitExceeded(
                    f"template: one of its files unfolds to more than {_BOMB_RATIO} times its stored size; "
                    "beyond 10 MB that is taken for an attack. Store the file less compressed, or split it.",
                    limit="unpacked_bytes",
                    maximum=_BOMB_RATIO * max(1, entry.compressed_size),
                )

    def _check_xml(self) -> None:
        """Apply the limits to parts with an XML content type too, and refuse a DTD in any XML part."""
        entries = [entry for entry in self._zip.entries if self.is_xml(entry.name)]
        self._check_xml_sizes(entries)
        for entry in entries:
            if entry.size and not begins_plainly(self._zip.head(entry, HEAD_BYTES)):
                refuse_doctype(self._zip.read(entry), entry.name)

    def _check_xml_sizes(self, entries: Sequence[ZipEntry]) -> None:
        sizes = [entry.size for entry in entries]
        _check_limit("xml_part_bytes", max(sizes, default=0), self._limits.xml_part_bytes)
        _check_limit("xml_bytes", sum(sizes), self._limits.xml_bytes)

    def _read_content_types(self) -> ContentTypes:
        if not self.has(CONTENT_TYPES_PART):
            raise damaged("it has no [Content_Types].xml", "content_types")
        return ContentTypes(parse_part(self.read(CONTENT_TYPES_PART), CONTENT_TYPES_PART))

    def _find_main_part(self) -> str:
        targets = [
            relationship.target
            for relationship in self.relationships("")
            if relationship.kind == "officeDocument" and not relationship.external
        ]
        if not targets or not self.has(targets[0]):
            raise damaged("its main document part is missing", "main_part")
        main = self._names[targets[0].lower()].name
        # Media types are case-insensitive (RFC 6838, 4.2).
        content_type = self.content_types.of(main).lower()
        if content_type != WORD_DOCUMENT.lower():
            if content_type in ("", "application/xml"):
                raise damaged("the content type of its main part is missing", "content_types")
            raise InvalidMediaType(
                "template: this is an Office file of another kind (macro-enabled, a .dotx template, a "
                "spreadsheet …); save it as a Word document (.docx).",
                field="template",
            )
        if self._holds_macros(main):
            raise damaged("it contains macros but has the extension .docx", "macros")
        return main

    def _holds_macros(self, main: str) -> bool:
        """Return whether a part name, a content type or a relationship declares a VBA project."""
        return (
            any(name.rpartition("/")[2] in _VBA_PARTS for name in self._names)
            or _VBA_PROJECT in {content_type.lower() for content_type in self.content_types.all_types()}
            or any(each.kind.lower().endswith("/vbaproject") for each in self.relationships(main))
        )


def _is_named_xml(name: str) -> bool:
    return name.lower().endswith((".xml", ".rels"))


def _is_zip_bomb(entry: ZipEntry) -> bool:
    return entry.size > _BOMB_BYTES and entry.size > _BOMB_RATIO * max(1, entry.compressed_size)


def _check_limit(limit: str, value: int, maximum: int) -> None:
    if value > maximum:
        raise TemplateLimitExceeded(
            f"template: it would unfold to {value} bytes ({limit}); {maximum} are allowed.",
            limit=limit,
            maximum=maximum,
        )
