"""Finds defects that would make Word offer to repair the document (docs/analysis/integrity.md)."""

import re
from collections.abc import Callable, Collection, Container, Iterator

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import ALTERNATE_CONTENT, DRAWING_PROPERTIES, Names, names_in
from docops_flask.engine.integrity.verdict import Defect
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.relationships import CONTENT_TYPES_PART, REL_STRICT, REL_TRANSITIONAL
from docops_flask.engine.opc.xml_part import holds

_UNIQUE = "bookmarkStart footnote endnote comment"
# Names searched for in the bytes: without any of them, no element with a unique id is present.
_ID_WORDS = (b"docPr", b"bookmarkStart", b"footnote", b"endnote", b"comment")
# An attribute of the relationships namespace, after its prefix; see _relationships_used.
_REFERENCE = rb'(?:id|embed|link|pict|href|dm|lo|qs|cs)="([^"<>]*)"'
_ANY_PREFIX = rb"[^\s:=<>/\"']+"
_FEW_PREFIXES = 4
# Elements that a cell may end with; if a table is the last, Word repairs the file (17.4.65).
_CELL_ENDS = "p sdt customXml bookmarkStart bookmarkEnd ins moveTo moveToRangeEnd moveFromRangeEnd permEnd"


def holds_ids(content: bytes) -> bool:
    """Say whether an element that has an id of its own may be in a piece of a part."""
    return any(holds(content, word) for word in _ID_WORDS)


def untyped_parts(template: Package) -> Iterator[Defect]:
    """Yield a defect for each part without a content type."""
    for entry in template.archive.entries:
        name = entry.name
        is_part = not name.endswith("/") and name != CONTENT_TYPES_PART
        if is_part and not template.content_types.of(name):
            yield Defect(name, "no_content_type", "", "The package does not declare the part's content type.")


def may_have_defects(part: str, content: bytes, relationship_ids: Callable[[str], Container[str]]) -> bool:
    """Say whether a part has to be parsed to know; most show by their bytes that there is nothing to find.

    ``content`` is well formed, in UTF-8, without comments and CDATA sections.
    """
    root = re.match(rb"[^<]*(?:<\?[^>]*\?>\s*)?<([^\s/>]+)([^>]*)", content)
    if root is None:
        return True
    prefix = root[1].rpartition(b":")[0].decode()
    if not _shows_cell_ends(prefix, content):
        return True
    seen = set()
    for name, attributes in re.findall(_WITH_IDS, content) if holds_ids(content) else ():
        stated = re.search(_ID, attributes)
        identity = name, None if stated is None else stated[1]
        if identity in seen:
            return True
        seen.add(identity)
    bound = {
        one.decode()
        for one, uri in re.findall(_BOUND, root[2])
        if uri.decode() in (REL_TRANSITIONAL, REL_STRICT)
    }
    used = _references(bound, content)
    return bool(used) and not all(each in relationship_ids(part) for each in used)


_WITH_IDS = rb"<((?:[^\s:<>/]+:)?(?:docPr|bookmarkStart|footnote|endnote|comment))(\s[^<>]*)"
_ID = rb"\s(?:[^\s:=<>/]+:)?id\s*=\s*(\"[^\"]*\"|'[^']*')"
_BOUND = rb"\sxmlns:([^\s=]+)\s*=\s*[\"']([^\"']*)[\"']"


def defects_of(
    part: str, root: _Element, content: bytes, relationship_ids: Callable[[str], Container[str]]
) -> Iterator[Defect]:
    """Yield the defects of a WordprocessingML part that Word would repair.

    ``content`` is its UTF-8 bytes; ``relationship_ids`` returns the ids of a part's relationships.
    """
    yield from _in_elements(part, root, content)
    used = _relationships_used(root, content)
    known = relationship_ids(part) if used else ()
    for each in sorted(used):
        if each not in known:
            message = "The part refers to a relationship that it does not have."
            yield Defect(part, "dangling_relationship", each, message)


def _in_elements(part: str, root: _Element, content: bytes) -> Iterator[Defect]:
    names = names_in(root.tag)
    if names is None:
        return
    if not _every_cell_ends_well(root, content):
        yield from _cells(part, root, names)
    if holds_ids(content):
        yield from _same_ids(part, root, names)


def _every_cell_ends_well(root: _Element, content: bytes) -> bool:
    """Return whether the bytes show that each cell ends with a paragraph; if not, the tree is examined."""
    return _shows_cell_ends(root.prefix or "", content)


def _shows_cell_ends(prefix: str, content: bytes) -> bool:
    w = f"{prefix}:" if prefix else ""
    cells = content.count(f"</{w}tc>".encode())
    ends = content.count(f"</{w}p></{w}tc>".encode()) if cells else 0
    if ends < cells:
        ends += content.count(f"<{w}p/></{w}tc>".encode())
    return ends == cells and f"<{w}tc/>".encode() not in content


def _cells(part: str, root: _Element, names: Names) -> Iterator[Defect]:
    cell_ends = names.all(_CELL_ENDS) | {ALTERNATE_CONTENT}
    for number, cell in enumerate(root.iter(names.tc)):
        if not len(cell) or (cell[-1].tag not in cell_ends and not _ends_well(cell, cell_ends)):
            message = "A table cell does not end with a paragraph."
            yield Defect(part, "empty_cell", f"cell {number}", message)


def _same_ids(part: str, root: _Element, names: Names) -> Iterator[Defect]:
    id_name = names("id")
    seen: set[tuple[str, str]] = set()
    for element in root.iter(*DRAWING_PROPERTIES, *names.all(_UNIQUE)):
        tag = element.tag
        identity = (tag, element.get("id" if tag in DRAWING_PROPERTIES else id_name, ""))
        if identity in seen:
            local = tag.rpartition("}")[2]
            yield Defect(part, "duplicate_id", f"{local} {identity[1]}", "Two elements have the same id.")
        seen.add(identity)


def _ends_well(cell: _Element, ends: Container[str]) -> bool:
    """Return whether the last element of a cell, ignoring XML comments, is one of ``ends``."""
    last = next(cell.iterchildren("*", reversed=True), None)
    return last is not None and last.tag in ends


def _relationships_used(root: _Element, content: bytes) -> set[str]:
    """Return the relationship ids used in attributes with the prefix ``r`` or the root's prefixes for it."""
    return _references(
        {prefix for prefix, uri in root.nsmap.items() if prefix and uri in (REL_TRANSITIONAL, REL_STRICT)},
        content,
    )


def _references(bound: Collection[str], content: bytes) -> set[str]:
    prefixes = {b"r", *(prefix.encode() for prefix in bound)}
    # A few prefixes are searched one by one; many are searched as any prefix, and the matches are filtered.
    some = [re.escape(prefix) for prefix in prefixes] if len(prefixes) <= _FEW_PREFIXES else [_ANY_PREFIX]
    used: set[bytes] = set()
    for prefix in some:
        # A pattern that begins with letters is looked for faster than one that begins with white space.
        for match in re.finditer(rb"(%b):%b" % (prefix, _REFERENCE), content):
            if match[1] in prefixes and content[match.start() - 1 : match.start()].isspace():
                used.add(match[2])
    return {value.decode("utf-8", "replace") for value in used} - {""}
