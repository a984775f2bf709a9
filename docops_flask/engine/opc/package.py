"""A Word package: reads its parts, content types and relationships, and writes it with changed parts."""

from collections.abc import Container, Mapping, Sequence, Set
from contextlib import suppress
from mmap import ACCESS_READ, mmap
from typing import Self

from docops_flask.engine.errors import InvalidMediaType, InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.files import FilePath
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    WORD_DOCUMENT,
    ContentTypes,
    Relationship,
    parse_relationships,
    plain_items,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import HEAD_BYTES, begins_plainly, parse_part, refuse_doctype
from docops_flask.engine.opc.zip_entry import ZipEntry
from docops_flask.engine.opc.zip_names import damaged
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.opc.zip_writer import (
    ByteSink,
    CopiedMembers,
    JoinedWrites,
    ZipWriter,
    copied_members,
)

_VBA_PROJECT = "application/vnd.ms-office.vbaproject"
_VBA_PARTS = ("vbaproject.bin", "vbadata.xml")
_BOMB_BYTES = 10 * 1024 * 1024
_BOMB_RATIO = 200
# The largest archive without ZIP64, which the writer does not support.
_MAX_ZIP_BYTES = 0xFFFFFFFF - 1
# So little is read sooner than mapped.
_SMALL_BYTES = 1 << 18
_NOTHING: Mapping[str, bytes] = {}
# Members that are copied, and the one behind them that is replaced.
_Step = tuple[CopiedMembers, ZipEntry | None]


class Package:
    """The package in a file. ``main_part`` is the part name of the main document (``word/document.xml``).

    A large file is memory-mapped, not loaded, until ``close``.

    Raises ``InvalidMediaType`` for a file of another kind, ``InvalidTemplate`` for a damaged or unsafe
    one, ``TemplateLimitExceeded`` for one whose uncompressed parts exceed ``limits``.
    """

    def __init__(self, path: FilePath, limits: Limits) -> None:
        # All is read or mapped at once.
        with open(path, "rb", buffering=0) as file:
            size = file.seek(0, 2)
            file.seek(0)
            self._open(
                file.read() if size <= _SMALL_BYTES else mmap(file.fileno(), 0, access=ACCESS_READ), limits
            )

    @classmethod
    def of_bytes(cls, content: bytes, limits: Limits) -> Self:
        """Return the package in ``content``, the bytes of a file; raises as the class does."""
        package = cls.__new__(cls)
        package._open(content, limits)
        return package

    def _open(self, content: mmap | bytes, limits: Limits) -> None:
        self._map = content
        self.limits = limits
        self._sha256: str | None = None
        # Those that were found to be XML.
        self._xml_members: frozenset[str] = frozenset()
        self._relationships: dict[str, tuple[Relationship, ...]] = {}
        # Which members were replaced when it was last written, and how it is written so again.
        self._replaced_last: frozenset[str] | None = None
        self._steps: Sequence[_Step] | None = None
        try:
            self._zip = ZipReader(self._map, limits)
            self._names = {entry.name.lower(): entry for entry in self._zip.entries}
            self._check_sizes()
        except (InvalidTemplate, TemplateLimitExceeded) as error:
            # Loaded for refused files alone, as below.
            from docops_flask.engine.opc.other_archives import refusal_of

            raise refusal_of(error, self._map) from error
        self.content_types = self._read_content_types()
        self._check_xml()
        self.main_part = self._find_main_part()

    @property
    def archive(self) -> ZipReader:
        """The ZIP archive with its members as stored."""
        return self._zip

    def sha256(self) -> str:
        """Return the SHA-256 of the whole file, in hexadecimal."""
        if self._sha256 is None:
            self._sha256 = sha256(self._map)
        return self._sha256

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
        """Return whether a part counts as XML: by the end of its name, or by its content type.

        A document inside the document (w:altChunk) may have the content type of its main part, and is a ZIP.
        """
        if name in self._xml_members or _is_named_xml(name):
            return True
        if not self.content_types.of(name).lower().endswith("xml"):
            return False
        entry = self._names.get(name.lower())
        return entry is None or not self._zip.head(entry, len(_ZIP)).startswith(_ZIP)

    def read(self, name: str) -> bytes:
        """Return the uncompressed content of the XML part ``name``.

        Raises ``KeyError`` if there is no such part, ``TemplateLimitExceeded`` if it is larger than
        ``limits.xml_part_bytes``, ``InvalidTemplate`` if its size or checksum is wrong.
        """
        entry = self._names[name.lower()]
        _check_limit("xml_part_bytes", entry.size, self.limits.xml_part_bytes)
        # The proof reads the stories again.
        return self._zip.keep(entry)

    def relationships(self, source: str) -> tuple[Relationship, ...]:
        """Return the relationships of part ``source`` ("" for the package); empty if it has no .rels part."""
        if source not in self._relationships:
            self._relationships[source] = self._read_relationships(source)
        return self._relationships[source]

    def write(
        self,
        stream: ByteSink,
        changed: Mapping[str, bytes],
        added: Mapping[str, bytes] = _NOTHING,
        left_out: Container[str] = (),
    ) -> None:
        """Write the package to ``stream``: parts in ``changed`` with new content, all others as stored.

        ``changed`` maps part names to uncompressed content; members named in ``left_out`` are not written.
        Order, names, dates and compression methods are
        kept; the ZIP headers are written anew (``ZipWriter``).
        The parts in ``added`` follow in their order; ``Additions`` chooses their names and declares them.
        """
        joined = JoinedWrites(stream)
        writer = ZipWriter(joined)
        replaced = {name.lower(): content for name, content in changed.items()}
        steps = None if left_out else self._steps_of(replaced.keys())
        if steps is None:
            self._write_members(writer, replaced, left_out)
        else:
            for copied, entry in steps:
                writer.copy_together(copied)
                if entry is not None:
                    writer.replace(entry, replaced[entry.name.lower()])
        for name, content in added.items():
            writer.add(name, content)
        writer.finish()
        joined.flush()

    def _write_members(
        self, writer: ZipWriter, replaced: Mapping[str, bytes], left_out: Container[str]
    ) -> None:
        for entry in self._zip.entries:
            if entry.name in left_out:
                continue
            content = replaced.get(entry.name.lower())
            if content is None:
                with self._zip.stored_bytes(entry) as stored:
                    writer.copy(entry, stored)
            else:
                writer.replace(entry, content)

    def _steps_of(self, replaced: Set[str]) -> Sequence[_Step] | None:
        """Return how the package is written with the members ``replaced``, names in lower case.

        ``None`` where it was not written so the last time, or is too large to be kept once more: each member
        is copied by itself.
        """
        if replaced != self._replaced_last:
            self._replaced_last, self._steps = frozenset(replaced), None
            return None
        if self._steps is None and len(self._map) <= _SMALL_BYTES:
            steps: list[_Step] = []
            together: list[tuple[ZipEntry, bytes]] = []
            for entry in self._zip.entries:
                if entry.name.lower() in replaced:
                    steps.append((copied_members(together), entry))
                    together = []
                else:
                    with self._zip.stored_bytes(entry) as stored:
                        together.append((entry, bytes(stored)))
            self._steps = [*steps, (copied_members(together), None)]
        return self._steps

    def _read_relationships(self, source: str) -> tuple[Relationship, ...]:
        name = relationships_part(source)
        if not self.has(name):
            return ()
        content = self.read(name)
        items = plain_items(content)
        found = parse_relationships(parse_part(content, name) if items is None else items, source)
        return tuple([each if each.external else self._as_stored(each) for each in found])

    def _as_stored(self, relationship: Relationship) -> Relationship:
        """Return ``relationship`` with the name of its part as it is stored: names ignore case (9.1.1)."""
        entry = self._names.get(relationship.target.lower())
        if entry is None or entry.name == relationship.target:
            return relationship
        return relationship._replace(target=entry.name)

    def _check_sizes(self) -> None:
        total = sum(entry.size for entry in self._zip.entries)
        _check_limit("unpacked_bytes", total, min(self.limits.unpacked_bytes, _MAX_ZIP_BYTES))
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
        self._xml_members = frozenset(entry.name for entry in entries)
        self._check_xml_sizes(entries)
        for entry in entries:
            head = self._zip.small(entry) or self._zip.head(entry, HEAD_BYTES)
            if entry.size and not begins_plainly(head[:HEAD_BYTES]):
                refuse_doctype(self._zip.read(entry), entry.name)

    def _check_xml_sizes(self, entries: Sequence[ZipEntry]) -> None:
        sizes = [entry.size for entry in entries]
        _check_limit("xml_part_bytes", max(sizes, default=0), self.limits.xml_part_bytes)
        _check_limit("xml_bytes", sum(sizes), self.limits.xml_bytes)

    def _read_content_types(self) -> ContentTypes:
        if not self.has(CONTENT_TYPES_PART):
            from docops_flask.engine.opc.other_archives import refusal_of

            raise refusal_of(damaged("it has no [Content_Types].xml", "content_types"), self._map)
        content = self.read(CONTENT_TYPES_PART)
        items = plain_items(content)
        return ContentTypes(parse_part(content, CONTENT_TYPES_PART) if items is None else items)

    def _find_main_part(self) -> str:
        targets = [
            relationship.target
            for relationship in self.relationships("")
            if relationship.kind == "officeDocument" and not relationship.external
        ]
        if not targets or not self.has(targets[0]):
            if not targets and not any(name.startswith("word/") for name in self._names):
                raise _other_media("unknown")
            raise damaged("its main document part is missing", "main_part")
        main = self._names[targets[0].lower()].name
        # Media types are case-insensitive (RFC 6838, 4.2).
        content_type = self.content_types.of(main).lower()
        if content_type != WORD_DOCUMENT:
            if content_type in ("", "application/xml"):
                raise damaged("the content type of its main part is missing", "content_types")
            from docops_flask.engine.opc.other_archives import kind_of_main_part

            raise _other_media(kind_of_main_part(content_type))
        if self._holds_macros(main):
            raise _with_macros()
        return main

    def _holds_macros(self, main: str) -> bool:
        """Return whether a part name, a content type or a relationship declares a VBA project."""
        return (
            any(name.rpartition("/")[2] in _VBA_PARTS for name in self._names)
            or _VBA_PROJECT in {content_type.lower() for content_type in self.content_types.all_types()}
            or any(each.kind.lower().endswith("/vbaproject") for each in self.relationships(main))
        )


def _other_media(kind: str) -> InvalidMediaType:
    from docops_flask.engine.opc.other_kinds import other_media

    return other_media("template", kind)


def _with_macros() -> InvalidTemplate:
    from docops_flask.engine.opc.other_kinds import other_template

    return other_template("docm", "macros")


_ZIP = b"PK\x03\x04"


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
