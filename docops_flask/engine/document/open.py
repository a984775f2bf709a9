"""Opens the document in a package: finds its story parts by relationship and walks them."""

import re
from collections import Counter

from docops_flask.engine.document.document import KINDS, Document, RelatedParts, StoryKind, StoryPart
from docops_flask.engine.document.walk import walk_stories
from docops_flask.engine.errors import InvalidTemplate, echo
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import parse_part
from docops_flask.engine.oxml.names import W_STRICT, W_TRANSITIONAL, namespace_of, vocabulary

_STORY_OF_RELATIONSHIP = {
    "header": StoryKind.HEADER,
    "footer": StoryKind.FOOTER,
    "footnotes": StoryKind.FOOTNOTES,
    "endnotes": StoryKind.ENDNOTES,
    "comments": StoryKind.COMMENTS,
}
# Every address in the part begins with it, and its number is read as one.
_LONGEST_WORD, _LONGEST_NUMBER = 32, 9


def open_document(package: Package, limits: Limits) -> Document:
    """Return the document of ``package``, every story walked once.

    Parts that decide formatting alone are read when they are first asked for: ``package`` is to stay open.

    Raises ``InvalidTemplate`` when a story is not well formed or not WordprocessingML,
    ``TemplateLimitExceeded`` when its tables expand to more cells than ``limits`` allows.
    """
    main = _story_part(package, package.main_part, StoryKind.BODY, "")
    if main.root.tag != main.w.document:
        raise _not_wordprocessingml(main.name)
    relationships = package.relationships(package.main_part)
    parts = [main]
    stems: Counter[str] = Counter()
    names = {package.main_part.lower()}
    styles = None
    related: dict[str, str] = {}
    for relationship in relationships:
        name = relationship.target
        # A relationship that leads nowhere is common in real files; Word ignores it too.
        if relationship.external or not package.has(name) or name.lower() in names:
            continue
        if relationship.kind in KINDS:
            related.setdefault(relationship.kind, name)
        if relationship.kind == "styles" and styles is None:
            styles = parse_part(package.read(name), name)
        kind = _STORY_OF_RELATIONSHIP.get(relationship.kind)
        if kind is not None:
            names.add(name.lower())
            parts.append(_story_part(package, name, kind, _prefix(name, kind, stems)))
    ordered = tuple(sorted(parts, key=_story_order))
    return Document(
        parts=ordered,
        styles=styles,
        walk=walk_stories(ordered, limits.table_cells),
        related=RelatedParts(related, package.read),
    )


def _story_part(package: Package, name: str, kind: StoryKind, prefix: str) -> StoryPart:
    content = package.read(name)
    root = parse_part(content, name)
    namespace = namespace_of(root.tag)
    if namespace not in (W_TRANSITIONAL, W_STRICT):
        raise _not_wordprocessingml(name)
    return StoryPart(name=name, kind=kind, prefix=prefix, root=root, w=vocabulary(namespace))


def _not_wordprocessingml(name: str) -> InvalidTemplate:
    return InvalidTemplate(
        f"template: the part {echo(name)} is not the WordprocessingML it should be. "
        "Open the file in Word, save it again as .docx and retry.",
        reason="not_wordprocessingml",
        part=echo(name),
    )


def _prefix(name: str, kind: StoryKind, stems: Counter[str]) -> str:
    """Return what addresses in the part begin with: ``header1/``, ``footnotes/``.

    ``stems`` counts the parts of each name: the second ``header1`` is ``header1_2/``, and no name that is
    kept has an underscore itself.
    """
    stem = name.rpartition("/")[2].rpartition(".")[0]
    if not (_is_plain(stem) and stem.startswith(kind.value)):
        stem = kind.value
    stems[stem] += 1
    return f"{stem}/" if stems[stem] == 1 else f"{stem}_{stems[stem]}/"


def _is_plain(stem: str) -> bool:
    """Say whether a name is a word of ASCII letters, with a number at its end or without."""
    word = stem.rstrip("0123456789")
    is_word = len(word) <= _LONGEST_WORD and word.isascii() and word.isalpha()
    return is_word and len(stem) - len(word) <= _LONGEST_NUMBER


_KIND_ORDER = list(StoryKind)


def _story_order(part: StoryPart) -> tuple[int, int, str]:
    digits = re.search(r"(\d+)", part.prefix)
    return _KIND_ORDER.index(part.kind), int(digits[1]) if digits else 0, part.prefix
