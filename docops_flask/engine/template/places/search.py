"""Finds the placeholders of a package that stand outside the paragraphs of its stories.

Parts are looked at whose bytes hold an opening bracket; the others cost a search of their bytes. Pictures and
other binary members are not unpacked.
"""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.document.document import Document, StoryKind
from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import CONTENT_TYPES_PART
from docops_flask.engine.opc.xml_part import Encoding
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.places.brackets import holds_bracket_outside_texts, may_hold_bracket

if TYPE_CHECKING:
    from docops_flask.engine.template.places.reading import Place

_PLACEHOLDER = Kind.PLACEHOLDER
# The ``kind`` of a well-formed placeholder that stands where no value can be put.
UNFILLABLE = "unfillable"
# Members that may be documents of their own, by folder and by extension.
_DOCUMENT_FOLDERS = ("/embeddings/", "/activex/")
_DOCUMENTS = (
    ".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".pptm", ".xlsb", ".doc", ".xls", ".ppt", ".odt", ".ods",
    ".rtf", ".htm", ".html", ".xhtml", ".mht", ".mhtml", ".txt", ".csv",
)  # fmt: skip


class OtherPart:
    """An XML part that is no story: its bytes in the package, as UTF-8 once it was recoded.

    No two parts are the same.
    """

    __slots__ = ("content", "encoding", "name")

    def __init__(self, name: str, content: bytes, encoding: Encoding | None = None) -> None:
        self.name = name
        self.content = content
        self.encoding = encoding


class BracketedPlace(NamedTuple):
    """A place that holds placeholders, well-formed or not, in text order.

    ``note`` is told with each that is filled.
    """

    place: "Place"
    found: Sequence[Found]
    note: str | None = None


class Unfillable(NamedTuple):
    """A placeholder that cannot be filled where it stands.

    ``part`` is the part's name, ``address`` where it stands in it, ``place`` what that is, ``text`` the text
    around the placeholder at ``start``:``end`` of it. ``reason`` says why and what to do.
    """

    part: str
    address: str
    place: str
    text: str
    start: int
    end: int
    reason: str

    @property
    def path(self) -> str:
        """Its whole address."""
        return f"{self.part}#{self.address}"

    @property
    def told(self) -> str:
        """Where it stands, why it is not filled, what to do."""
        return f"{self.place}: {self.reason}"

    @property
    def shown(self) -> str:
        """The placeholder as it is written."""
        return self.text[self.start : self.end]


class PlaceScan(NamedTuple):
    """What stands outside the paragraphs of stories: what can be filled, what only can be reported."""

    places: Sequence[BracketedPlace] = ()
    unfillable: Sequence[Unfillable] = ()

    def field_counts(self) -> dict[str, int]:
        """Return how often each placeholder name occurs where it can be filled, by first occurrence."""
        counts: dict[str, int] = {}
        for bracketed in self.places:
            for found in bracketed.found:
                if found.kind is _PLACEHOLDER:
                    counts[found.name] = counts.get(found.name, 0) + 1
        return counts

    def all_found(self) -> "Iterator[tuple[Place, Found]]":
        """Yield each placeholder of ``places``, well-formed or not, with its place."""
        for bracketed in self.places:
            for found in bracketed.found:
                yield bracketed.place, found


def scan_places(package: Package, document: Document, limits: Limits) -> PlaceScan:
    """Return the placeholders of ``package`` outside the paragraphs of ``document``."""
    stories = {part.name: part for part in document.parts}
    parts: list[EditedPart] = []
    others: list[str] = []
    for entry in package.archive.entries:
        name = entry.name
        if name in stories:
            story = stories[name]
            is_comments = story.kind is StoryKind.COMMENTS
            if not is_comments and holds_bracket_outside_texts(story.content, story.text.prefix):
                parts.append(story)
        elif not package.is_xml(name):
            if _may_be_document(name):
                others.append(name)
        elif name != CONTENT_TYPES_PART:
            content = package.archive.read(entry)
            if _may_hold_place(content):
                parts.append(OtherPart(name, content))
    chunks = _chunks(package, document)
    if not parts and not others and not chunks:
        return PlaceScan()
    # Most templates have no such places, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.places.collect import collect

    return collect(package, parts, others, chunks, limits)


def _may_be_document(name: str) -> bool:
    lowered = f"/{name.lower()}"
    return lowered.endswith(_DOCUMENTS) or any(folder in lowered for folder in _DOCUMENT_FOLDERS)


def _may_hold_place(content: bytes) -> bool:
    head = content[:100]
    if b"\0" in head[:4]:
        return b"\x10\x30" in content or b"\x30\x10" in content
    if may_hold_bracket(content):
        return True
    # In another encoding the bracket has other bytes.
    return b"encoding" in head and b"utf-8" not in head.lower()


def _chunks(package: Package, document: Document) -> list[str]:
    """Return the names of files that Word takes into the document when it opens it (w:altChunk, 17.17.2)."""
    targets = {
        relationship.target.lower()
        for part in document.parts
        if b"altChunk" in part.content
        for relationship in package.relationships(part.name)
        if relationship.kind == "aFChunk" and not relationship.external
    }
    if not targets:
        return []
    return [entry.name for entry in package.archive.entries if entry.name.lower() in targets]
