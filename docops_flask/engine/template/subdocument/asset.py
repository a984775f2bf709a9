"""A document that is to be put into another: read, and refused where something in it cannot come along.

docs/analysis/subdocuments.md, *The document that is put in*.
"""

from collections.abc import Iterator, Mapping
from copy import deepcopy
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.errors import InvalidMediaType, InvalidTemplate, TemplateLimitExceeded, echo
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL, Relationship
from docops_flask.engine.opc.xml_part import parse_part
from docops_flask.engine.oxml.names import W_STRICT, W_TRANSITIONAL, namespace_of
from docops_flask.engine.template.subdocument.ids import integer
from docops_flask.engine.template.subdocument.left_out import LeftOut
from docops_flask.engine.template.subdocument.writing import IGNORABLE

# The extensions of pictures by their content types.
EXTENSIONS = {
    "image/png": "png", "image/jpeg": "jpeg", "image/gif": "gif", "image/bmp": "bmp", "image/tiff": "tiff",
    "image/x-emf": "emf", "image/x-wmf": "wmf", "image/svg+xml": "svg",
}  # fmt: skip
NOTE_KINDS = ("footnote", "endnote")
# What a cell may end with; Word calls a file with any other last element damaged (17.4.65).
_CELL_ENDS = frozenset((
    "p", "sdt", "customXml", "bookmarkStart", "bookmarkEnd", "ins", "moveTo", "moveToRangeEnd",
    "moveFromRangeEnd",
))  # fmt: skip
_ALTERNATE = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_RELATING = (f"{{{REL_TRANSITIONAL}}}", f"{{{REL_STRICT}}}")
# Kinds of relationship to what content needs and cannot bring along, with names for messages.
_NEEDED = {
    "chart": "a chart",
    **dict.fromkeys(
        ("diagramData", "diagramLayout", "diagramQuickStyle", "diagramColors"), "a SmartArt drawing"
    ),
    "oleObject": "an embedded object",
    "package": "an embedded object",
    "control": "an ActiveX control",
    "aFChunk": "another file that is put in (w:altChunk)",
    "subDocument": "a part of a master document (w:subDoc)",
    "attachedTemplate": "a template",
    "video": "a video",
    "audio": "a sound",
}
_TOLD = 10


class AssetError(NamedTuple):
    """Why a document cannot be put in, and what to do."""

    message: str
    suggestion: str


class AssetRefused(Exception):
    """A file that is no document, or has something that cannot come along."""

    def __init__(self, error: AssetError) -> None:
        super().__init__(error.message)
        self.error = error


class AssetPart(NamedTuple):
    """A part of the document: its name and root, the prefixes that may be ignored, relationships by id."""

    name: str
    root: _Element
    ignorable: tuple[str, ...]
    relationships: Mapping[str, Relationship]

    def copy(self) -> "AssetPart":
        """Return it with a root of its own."""
        return self._replace(root=deepcopy(self.root))


class Picture(NamedTuple):
    """A picture of the document: its content type in small letters, its content, the SHA-256 of that."""

    content_type: str
    content: bytes
    sha256: str


class Asset:
    """A document, whose file is called ``file``, that is put into a document of the same ``namespace``.

    ``has_sections`` and ``has_comments`` say whether it had such, which do not come along. ``size`` and
    ``xml_size`` are the bytes of its parts, unpacked, and those of XML among them. Raises ``AssetRefused``,
    and ``TemplateLimitExceeded`` where it is larger than ``limits``.
    """

    def __init__(self, file: str, content: bytes, namespace: str, limits: Limits) -> None:
        self.file = file
        self.sha256 = sha256(content)
        self.w = f"{{{namespace}}}"
        self._parts: dict[str, AssetPart] = {}
        self._pictures: dict[str, Picture] = {}
        self.has_sections = self.has_comments = False
        try:
            self._package = Package.of_bytes(content, limits)
            self.main = self._read_main(namespace)
            self._check()
        except (InvalidMediaType, InvalidTemplate) as error:
            raise AssetRefused(_no_document(file, str(error))) from error
        except TemplateLimitExceeded as error:
            message = f"asset: {echo(file)}: {str(error).removeprefix('template: ')}"
            limit, maximum = error.detail["limit"], error.detail["max"]
            raise TemplateLimitExceeded(message, limit=limit, maximum=maximum) from error
        entries = self._package.archive.entries
        self.size = sum(entry.size for entry in entries)
        self.xml_size = sum(entry.size for entry in entries if self._package.is_xml(entry.name))

    @property
    def body(self) -> _Element:
        """The w:body of the main part, without what does not come along."""
        body = self.main.root.find(f"{self.w}body")
        assert body is not None
        return body

    def related(self, kind: str) -> AssetPart | None:
        """Return the part that the main part leads to by a relationship of ``kind``; ``None`` without one.

        It is without what does not come along.
        """
        for each in self._package.relationships(self._package.main_part):
            if each.kind == kind and not each.external and self._package.has(each.target):
                return self._part(each.target)
        return None

    def picture(self, part_name: str) -> Picture:
        """Return the picture that is in a part, read once."""
        known = self._pictures.get(part_name)
        if known is None:
            entry = self._package.archive.get(part_name)
            assert entry is not None
            content = self._package.archive.read(entry)
            content_type = self._package.content_types.of(part_name).lower()
            known = self._pictures[part_name] = Picture(content_type, content, sha256(content))
        return known

    def _part(self, name: str) -> AssetPart:
        known = self._parts.get(name)
        if known is None:
            root = parse_part(self._package.read(name), name)
            left_out = LeftOut(self.w)
            left_out.take_out_of(root)
            if name == self._package.main_part:
                self.has_sections, self.has_comments = left_out.has_sections, left_out.has_comments
            relationships: dict[str, Relationship] = {}
            for each in self._package.relationships(name):
                relationships.setdefault(each.id, each)
            ignorable = tuple((root.get(IGNORABLE) or "").split())
            known = self._parts[name] = AssetPart(name, root, ignorable, relationships)
        return known

    def _read_main(self, namespace: str) -> AssetPart:
        main = self._part(self._package.main_part)
        own = namespace_of(main.root.tag)
        if own in (W_STRICT, W_TRANSITIONAL) and own != namespace:
            raise AssetRefused(_other_class(self.file, is_strict=own == W_STRICT))
        body = main.root.find(f"{self.w}body")
        if main.root.tag != f"{self.w}document" or body is None:
            raise AssetRefused(_no_document(self.file, "its main part is no WordprocessingML document"))
        return main

    def _check(self) -> None:
        """Raise ``AssetRefused`` where something that content needs cannot come along.

        Raises ``InvalidTemplate`` where a part that content needs is damaged.
        """
        for kind in ("styles", "numbering", *(f"{each}s" for each in NOTE_KINDS)):
            self.related(kind)
        self._check_cells(self.body)
        found = dict.fromkeys(self._unfit_of(self.main, self.body))
        for kind in NOTE_KINDS:
            for note in self.used_notes(kind):
                part = self.related(f"{kind}s")
                assert part is not None
                self._check_cells(note)
                found.update(dict.fromkeys(self._unfit_of(part, note)))
        if found:
            more = f" and {len(found) - _TOLD} more" if len(found) > _TOLD else ""
            what = f"{', '.join(list(found)[:_TOLD])}{more}"
            message = f"{echo(self.file)} has {what}, which cannot be put into another document."
            raise AssetRefused(
                AssetError(message, "Take that out of the document, or put in a picture of it.")
            )

    def _check_cells(self, content: _Element) -> None:
        if not all(map(self._ends_well, content.iter(f"{self.w}tc"))):
            raise AssetRefused(
                AssetError(
                    f"{echo(self.file)} has a table cell that does not end with a paragraph, as Word has it.",
                    "Open the file in Word, save it again as .docx and retry.",
                )
            )

    def used_notes(self, kind: str) -> Iterator[_Element]:
        """Yield the notes of a kind that the body refers to."""
        w = self.w
        used = {integer(each.get(f"{w}id")) for each in self.body.iter(f"{w}{kind}Reference")}
        part = self.related(f"{kind}s") if used else None
        if part is not None:
            yield from (
                each for each in part.root.iterchildren(f"{w}{kind}") if integer(each.get(f"{w}id")) in used
            )

    def _unfit_of(self, part: AssetPart, content: _Element) -> Iterator[str]:
        for element in content.iter("*"):
            for identity in relating_attributes(element).values():
                unfit = self._unfit(part, identity)
                if unfit is not None:
                    yield unfit

    def _ends_well(self, cell: _Element) -> bool:
        last = next(cell.iterchildren("*", reversed=True), None)
        if last is None:
            return False
        return last.tag == _ALTERNATE or str(last.tag).removeprefix(self.w) in _CELL_ENDS

    def _unfit(self, part: AssetPart, identity: str) -> str | None:
        """Return what a relationship leads to that cannot come along, ``None`` where it can."""
        related = part.relationships.get(identity)
        if related is None:
            return f"a reference to something that is not in the file ({echo(identity)} in {echo(part.name)})"
        if related.kind == "hyperlink":
            return None
        if related.kind != "image":
            return _NEEDED.get(related.kind, f"content of the kind {echo(related.kind)}")
        if related.external:
            return "a linked picture"
        if not self._package.has(related.target):
            return f"a picture that is not in the file ({echo(related.target)})"
        content_type = self._package.content_types.of(related.target).lower()
        return (
            None if content_type in EXTENSIONS else f"a picture of the type {echo(content_type) or 'unknown'}"
        )


def relating_attributes(element: _Element) -> dict[str, str]:
    """Return the attributes of an element that name a relationship, by their Clark names."""
    found = {}
    for name, value in element.items():
        if value and str(name).startswith(_RELATING):
            found[str(name)] = str(value)
    return found


def _no_document(file: str, why: str) -> AssetError:
    message = f"{echo(file)} is no Word document that can be put in: {why.removeprefix('template: ')}"
    return AssetError(message, "Send a .docx, saved by Word.")


def _other_class(file: str, *, is_strict: bool) -> AssetError:
    own, other = ("Strict", "Transitional") if is_strict else ("Transitional", "Strict")
    return AssetError(
        f"{echo(file)} is a {own} Open XML document, and the template is {other}.",
        "Save one of the two again as a Word document of the other's type.",
    )
