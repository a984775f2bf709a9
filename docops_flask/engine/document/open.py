"""Opens the document in a package: finds its story parts by relationship and walks them."""

import re
from collections import Counter
from collections.abc import Mapping

from docops_flask.engine.document.document import Document, StoryKind, StoryPart
from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.document.related_parts import KINDS, RelatedParts, without_latent_styles
from docops_flask.engine.document.shapes import KnownShapes, roots_alike
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.errors import InvalidTemplate, echo
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import Encoding, check_part, encoding_of, parse_part, recoded
from docops_flask.engine.oxml.markup import PartText, part_text
from docops_flask.engine.oxml.names import W_STRICT, W_TRANSITIONAL, Vocabulary, vocabulary

_STORY_OF_RELATIONSHIP = {
    "header": StoryKind.HEADER,
    "footer": StoryKind.FOOTER,
    "footnotes": StoryKind.FOOTNOTES,
    "endnotes": StoryKind.ENDNOTES,
    "comments": StoryKind.COMMENTS,
}
# Bounds for an address prefix taken from a part's name: letters, and digits after them.
_LONGEST_WORD, _LONGEST_NUMBER = 32, 9


def open_document(package: Package, limits: Limits) -> Document:
    """Parse the story parts of ``package``, walk them, and return the document.

    Numbering, theme and settings are read at first use, so ``package`` must stay open.

    Raises ``InvalidTemplate`` if a story is not well-formed XML or not WordprocessingML, and
    ``TemplateLimitExceeded`` if its tables have more grid cells than ``limits.table_cells``.
    """
    known = _Known()
    main = _story_part(package, package.main_part, StoryKind.BODY, "", known)
    if not _is_document(main):
        raise _not_wordprocessingml(main.name)
    relationships = package.relationships(package.main_part)
    parts = [main]
    stems: Counter[str] = Counter()
    names = {package.main_part.lower()}
    styles = None
    related: dict[str, str] = {}
    for relationship in relationships:
        name = relationship.target
        # Relationships to missing parts are common in real files; Word ignores them too.
        if relationship.external or not package.has(name) or name.lower() in names:
            continue
        if relationship.kind in KINDS:
            related.setdefault(relationship.kind, name)
        if relationship.kind == "styles" and styles is None:
            styles = parse_part(without_latent_styles(package.read(name)), name)
        kind = _STORY_OF_RELATIONSHIP.get(relationship.kind)
        if kind is not None:
            names.add(name.lower())
            parts.append(_story_part(package, name, kind, _prefix(name, kind, stems), known))
    ordered = tuple(sorted(parts, key=_story_order))
    return Document(
        parts=ordered,
        styles=styles,
        walk=walk_stories(ordered, limits.table_cells),
        related=RelatedParts(related, package.read),
    )


def reopen_document(document: Document, texts: Mapping[EditedPart, bytes], limits: Limits) -> Document:
    """Return ``document`` with other bytes, as UTF-8, for the parts ``texts``; its places are new ones.

    Raises ``TemplateLimitExceeded`` as ``open_document`` does.
    """
    parts = tuple(
        StoryPart(
            part.name,
            part.kind,
            part.prefix,
            part_text(texts[part]) if part in texts else part.text,
            part.w,
            encoding=part.encoding,
        )
        for part in document.parts
    )
    return document._replace(parts=parts, walk=walk_stories(parts, limits.table_cells))


# The text of a part, in the terms of which vocabulary, and how it is encoded.
_Checked = tuple[PartText, Vocabulary, Encoding | None]


class _Known:
    """What is known of the stories of a package: headers are often the same, and often look the same.

    ``checked`` are stories by their content, ``shapes`` those of paragraphs by what the root declares.
    """

    def __init__(self) -> None:
        self.checked: dict[bytes, _Checked] = {}
        self.shapes: dict[tuple[bytes, ...], KnownShapes] = {}


def _story_part(package: Package, name: str, kind: StoryKind, prefix: str, known: _Known) -> StoryPart:
    """Return a story; takes from ``known`` what was read before, and adds what is read now."""
    content = package.read(name)
    if content not in known.checked:
        known.checked[content] = _checked(content, name)
    text, w, encoding = known.checked[content]
    shapes = known.shapes.setdefault(roots_alike(text), {})
    return StoryPart(name, kind, prefix, text, w, encoding=encoding, shapes=shapes)


def _checked(content: bytes, name: str) -> _Checked:
    check_part(content, name)
    encoding = encoding_of(content, name)
    text = part_text(recoded(content, encoding))
    namespace = text.namespace.decode()
    if namespace not in (W_TRANSITIONAL, W_STRICT):
        raise _not_wordprocessingml(name)
    return text, vocabulary(namespace), encoding


def _is_document(part: StoryPart) -> bool:
    return part.text.root_name == b"document"


def _not_wordprocessingml(name: str) -> InvalidTemplate:
    return InvalidTemplate(
        f"template: the part {echo(name)} is not a WordprocessingML part. "
        "Open the file in Word, save it again as .docx and retry.",
        reason="not_wordprocessingml",
        part=echo(name),
    )


def _prefix(name: str, kind: StoryKind, stems: Counter[str]) -> str:
    """Return the address prefix of a part: ``header1/``, ``footnotes/``.

    ``stems`` counts the parts by file name without extension. The second ``header1`` becomes ``header1_2/``;
    this is unambiguous because a name with an underscore is never used as a prefix.
    """
    stem = name.rpartition("/")[2].rpartition(".")[0]
    if not (_is_plain(stem) and stem.startswith(kind.value)):
        stem = kind.value
    stems[stem] += 1
    return f"{stem}/" if stems[stem] == 1 else f"{stem}_{stems[stem]}/"


def _is_plain(stem: str) -> bool:
    """Return whether a name is ASCII letters, optionally followed by a number."""
    word = stem.rstrip("0123456789")
    is_word = len(word) <= _LONGEST_WORD and word.isascii() and word.isalpha()
    return is_word and len(stem) - len(word) <= _LONGEST_NUMBER


_KIND_ORDER = list(StoryKind)


def _story_order(part: StoryPart) -> tuple[int, int, str]:
    digits = re.search(r"(\d+)", part.prefix)
    return _KIND_ORDER.index(part.kind), int(digits[1]) if digits else 0, part.prefix
