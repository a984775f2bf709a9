"""The parts of the written document that sub-documents change, and those that they add."""

import re
from collections.abc import Mapping
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.integrity.blocks import Names, names_in
from docops_flask.engine.integrity.byte_stories import Misfit
from docops_flask.engine.integrity.copies import Span, spans_in
from docops_flask.engine.integrity.subdocument.asset import Asset
from docops_flask.engine.integrity.subdocument.content import Content
from docops_flask.engine.integrity.subdocument.result import Result
from docops_flask.engine.integrity.subdocument.target import Target, TargetPart
from docops_flask.engine.integrity.subdocument_claims import (
    CLOSE,
    OPEN,
    SubdocumentClaim,
    SubdocumentClaims,
)
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.opc.limits import Limits

_STAND_IN = re.compile(f"{OPEN}([0-9]{{1,9}}){CLOSE}")
# An encoding that lacks the signs has references.
_SIGNS = re.compile(f"[{OPEN}{CLOSE}]|&#(?:{ord(OPEN)}|{ord(CLOSE)});")
_BLANKS = " \t\r\n\u3000\u00a0"
_MARKS = "bookmarkStart bookmarkEnd commentRangeStart commentRangeEnd permStart permEnd"
_PASSED = f"{_MARKS} proofErr moveFromRangeStart moveFromRangeEnd moveToRangeStart moveToRangeEnd"
_BESIDE = f"{_MARKS} r t tab proofErr lastRenderedPageBreak"
_AROUND = "document body tbl tr tc sdt sdtContent customXml"
_Edit = tuple[int, int, bytes]


class _Place(NamedTuple):
    """The paragraph in which the document of entry ``number`` stands: its w:p and where all in it lies."""

    number: int
    element: _Element
    spans: Mapping[_Element, Span]


class SubdocumentParts:
    """The parts of the result that sub-documents change or add; all else that is claimed is in them already.

    ``parts`` are the bytes of all that they change or add, by name; ``ids`` those of all relationships of
    parts with new ones; ``new`` the names of new parts. Raises ``Misfit`` where the log says something else.
    """

    def __init__(self, main: str, target: Target, claims: SubdocumentClaims, limits: Limits) -> None:
        """``main`` is the name of the main part, ``limits`` are those of assets."""
        self._target = target
        self._names = target.names
        self._assets: dict[str, Asset] = {}
        part = target.part(main)
        places = _places(part, self._names)
        if {place.number for place in places} != set(claims.values) or len(places) != len(claims.values):
            raise Misfit
        result = Result(target)
        contents: dict[int, Content] = {}
        told = []
        for number, claim in claims.values.items():
            content = contents[number] = Content(self._asset(claims, claim, limits), result, main)
            if content.counts() != (claim.paragraphs, claim.tables) or claim.text != claim.file:
                raise Misfit
            of = {} if claim.payload_path is None else {"payload_path": claim.payload_path}
            told.append({**of, "result_path": claim.path, **content.told()})
        if told != list(claims.added):
            raise Misfit
        # The paragraphs whose place is taken by content that ends with a table.
        ends: set[_Element] = set()
        edits = [_edit(part.content, place, contents[place.number], self._names, ends) for place in places]
        part.content = _edited(part.content, edits)
        result.finish()
        self.parts = target.changed()
        self.ids = target.ids
        self.new = target.new

    def _asset(self, claims: SubdocumentClaims, claim: SubdocumentClaim, limits: Limits) -> Asset:
        """Return the file that a claim names, read once."""
        if claim.sha256 not in self._assets:
            self._assets[claim.sha256] = self._read(claims, claim, limits)
        return self._assets[claim.sha256]

    def _read(self, claims: SubdocumentClaims, claim: SubdocumentClaim, limits: Limits) -> Asset:
        content = claims.assets.get(claim.sha256)
        if content is None or sha256(content) != claim.sha256:
            raise Misfit
        try:
            return Asset(content, self._names, limits)
        except DocopsError:
            raise Misfit from None


def names_of_part(content: bytes) -> Names:
    """Return the names of WordprocessingML in a part (UTF-8); raises ``Misfit`` if it is in none."""
    start = re.search(rb"<(?![?!])", content)
    names = None if start is None else names_in(etree.fromstring(content[start.start() :]).tag)
    if names is None:
        raise Misfit
    return names


def _places(part: TargetPart, names: Names) -> list[_Place]:
    """Return the paragraphs in which documents stand, in the order of the part."""
    start = re.search(rb"<(?![?!])", part.content)
    assert start is not None
    root = part.root()
    spans = dict(zip(root.iter("*"), spans_in(part.content, start.start()), strict=True))
    places = []
    for element in root.iter(names.t):
        found = _STAND_IN.findall("".join(map(str, element.itertext())))
        paragraph = next(element.iterancestors(names.p), None)
        if not found:
            continue
        if len(found) > 1 or paragraph is None or not _stands_alone(paragraph, names):
            raise Misfit
        within = {each: spans[each] for each in paragraph.iter("*")}
        places.append(_Place(int(found[0]), paragraph, within))
    if len(_SIGNS.findall(part.content.decode())) != 2 * len(places):
        raise Misfit
    return places


def _stands_alone(paragraph: _Element, names: Names) -> bool:
    """Say whether a paragraph of the body or of a cell holds nothing but what stands for one document."""
    if any(each.tag not in names.all(_AROUND) for each in paragraph.iterancestors()):
        return False
    texts = []
    allowed, look = names.all(_BESIDE), names.look
    for element in paragraph.iterdescendants("*"):
        if any(around.tag in look for around in (element, *element.iterancestors())):
            continue
        if element.tag not in allowed:
            return False
        if element.tag == names.t:
            texts.append("".join(map(str, element.itertext())))
    whole = "".join(texts)
    return len(_STAND_IN.findall(whole)) == 1 and not _STAND_IN.sub("", whole).strip(_BLANKS)


def _edit(content: bytes, place: _Place, put_in: Content, names: Names, ends: set[_Element]) -> _Edit:
    """Return the bytes of the paragraph and what stands in their place.

    ``ends`` are the earlier paragraphs whose place is taken by content that ends with a table; this paragraph
    is added if it is one of them.
    """
    paragraph, elements = place.element, put_in.elements
    properties = paragraph.find(names("pPr"))
    of_page = None if properties is None else properties.find(names("pageBreakBefore"))
    section = None if properties is None else properties.find(names("sectPr"))
    breaks = of_page is not None and of_page.get(names("val"), "1") not in ("0", "false", "off")
    marks = [_bytes(content, place, each) for each in paragraph.iter(*names.all(_MARKS))]
    previous, following = (
        _beside(paragraph, names, preceding=True),
        _beside(paragraph, names, preceding=False),
    )
    # Tables that follow each other are one (17.4.37).
    joins = bool(elements) and elements[0].tag == names.tbl
    joins = joins and previous is not None and (previous.tag == names.tbl or previous in ends)
    before = b""
    if (breaks and not _break_before(elements, names)) or joins:
        before = _emptied(content, place, section)
    ends_with_table = bool(elements) and elements[-1].tag == names.tbl
    joins = ends_with_table and following is not None and following.tag == names.tbl
    behind = b""
    if section is not None or joins or _must_end_with(paragraph, put_in, names):
        behind = _emptied(content, place, of_page)
    elif ends_with_table:
        ends.add(paragraph)
    span = place.spans[paragraph]
    return span.start, span.end, b"".join([*marks, before, *put_in.written(), behind])


def _beside(paragraph: _Element, names: Names, *, preceding: bool) -> _Element | None:
    """Return the element right before a paragraph, or right behind it, past marks."""
    passed = names.all(_PASSED)
    others = (each for each in paragraph.itersiblings("*", preceding=preceding) if each.tag not in passed)
    return next(others, None)


def _break_before(elements: list[_Element], names: Names) -> bool:
    """Give the first element w:pageBreakBefore if it is a paragraph without; say if it got one."""
    if not elements or elements[0].tag != names.p:
        return False
    first = elements[0]
    properties = first.find(names("pPr"))
    if properties is None:
        properties = etree.Element(names("pPr"))
        first.insert(0, properties)
    known = properties.find(names("pageBreakBefore"))
    if known is not None:
        return False
    earlier = [each for each in properties if each.tag in names.all("pStyle keepNext keepLines")]
    properties.insert(len(earlier), etree.Element(names("pageBreakBefore")))
    return True


def _must_end_with(paragraph: _Element, put_in: Content, names: Names) -> bool:
    parent = paragraph.getparent()
    if parent is None or parent.tag == names("body"):
        return False
    if any(each.tag in names.all("p tbl sdt customXml") for each in paragraph.itersiblings("*")):
        return False
    return not put_in.elements or put_in.elements[-1].tag != names.p


def _emptied(content: bytes, place: _Place, without: _Element | None) -> bytes:
    """Return the paragraph with nothing in it but its properties, of which ``without`` is left out."""
    paragraph = place.element
    span = place.spans[paragraph]
    start = content[span.start : span.tag_end]
    name = re.match(rb"<([^\s/>]+)", start)
    assert name is not None
    properties = next((each for each in paragraph if str(each.tag).endswith("}pPr")), None)
    kept = b""
    if properties is not None:
        of = place.spans[properties]
        kept = content[of.start : of.end]
        if without is not None:
            gone = place.spans[without]
            kept = content[of.start : gone.start] + content[gone.end : of.end]
    return start + kept + b"</" + name[1] + b">"


def _bytes(content: bytes, place: _Place, element: _Element) -> bytes:
    span = place.spans[element]
    return content[span.start : span.end]


def _edited(content: bytes, edits: list[_Edit]) -> bytes:
    pieces: list[bytes] = []
    at = 0
    for start, end, new in sorted(edits):
        pieces += (content[at:start], new)
        at = end
    return b"".join([*pieces, content[at:]])
