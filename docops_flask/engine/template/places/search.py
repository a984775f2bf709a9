"""Finds the placeholders of a package that stand outside the paragraphs of its stories.

Parts are looked at whose bytes hold an opening bracket; the others cost a search of their bytes. Pictures and
other binary members are not unpacked.
"""

from docops_flask.engine.document.document import Document, StoryKind, StoryPart
from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import CONTENT_TYPES_PART
from docops_flask.engine.opc.xml_part import USUAL_STARTS, holds
from docops_flask.engine.template.grammar import find_placeholders
from docops_flask.engine.template.part_search import count_open_in, has_percent_open
from docops_flask.engine.template.places.brackets import holds_bracket_outside_texts, may_hold_bracket
from docops_flask.engine.template.places.found import NO_PLACES, Finds, OtherPart, PlaceScan
from docops_flask.engine.template.scan import Finder, Scan

# Members that may be documents of their own, by folder and by extension.
_DOCUMENT_FOLDERS = ("/embeddings/", "/activex/")
_DOCUMENTS = (
    ".docx", ".xlsx", ".pptx", ".docm", ".xlsm", ".pptm", ".xlsb", ".doc", ".xls", ".ppt", ".odt", ".ods",
    ".rtf", ".htm", ".html", ".xhtml", ".mht", ".mhtml", ".txt", ".csv",
)  # fmt: skip


def scan_places(
    package: Package,
    document: Document,
    limits: Limits,
    find: Finder = find_placeholders,
    scan: Scan | None = None,
) -> PlaceScan:
    """Return the placeholders of ``package`` outside the paragraphs of ``document``.

    ``find`` finds those of a text; ``scan``, where it is known, are those in the paragraphs.
    """
    stories = {part.name.lower(): part for part in document.parts}
    parts: list[EditedPart] = []
    others: list[str] = []
    for entry in package.archive.entries:
        name = entry.name
        story = stories.get(name.lower())
        if story is not None:
            if story.kind is not StoryKind.COMMENTS and _may_hold_place_beside(story, scan):
                parts.append(story)
        elif not package.is_xml(name):
            if _may_be_document(name):
                others.append(name)
        elif name != CONTENT_TYPES_PART:
            content = package.archive.read(entry)
            if _may_hold_place(content):
                parts.append(OtherPart(name, content))
    chunks = _chunks(package, document)
    bound = [part for part in document.parts if holds(part.distinct, b"dataBinding")]
    if not (parts or others or chunks or bound):
        return NO_PLACES
    # Most templates have no such places, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.places.collect import collect

    return collect(package, Finds(parts, others, chunks, bound), limits, find)


def _may_hold_place_beside(story: StoryPart, scan: Scan | None) -> bool:
    """Say whether a story holds a bracket elsewhere than in the texts of runs."""
    content, prefix = story.content, story.text.prefix
    if (
        scan is not None
        and prefix
        and count_open_in(story) == scan.open_brackets.get(story, 0)
        and not has_percent_open(content)
    ):
        # All of them stand in texts of paragraphs.
        return False
    return holds_bracket_outside_texts(content, prefix)


def _may_be_document(name: str) -> bool:
    lowered = f"/{name.lower()}"
    return lowered.endswith(_DOCUMENTS) or any(folder in lowered for folder in _DOCUMENT_FOLDERS)


def _may_hold_place(content: bytes) -> bool:
    head = content[:100]
    if head.find(b"\0", 0, 4) >= 0:
        return b"\x10\x30" in content or b"\x30\x10" in content
    if may_hold_bracket(content):
        return True
    # In another encoding the bracket has other bytes.
    return not content.startswith(USUAL_STARTS) and b"encoding" in head and b"utf-8" not in head.lower()


def _chunks(package: Package, document: Document) -> list[str]:
    """Return the names of files that Word takes into the document when it opens it (w:altChunk, 17.17.2)."""
    targets = {
        relationship.target.lower()
        for part in document.parts
        if holds(part.distinct, b"altChunk")
        for relationship in package.relationships(part.name)
        if relationship.kind == "aFChunk" and not relationship.external
    }
    if not targets:
        return []
    return [entry.name for entry in package.archive.entries if entry.name.lower() in targets]
