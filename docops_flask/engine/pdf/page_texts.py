"""The text of a tagged PDF by paragraphs, as its structure tree has it (ISO 32000-1, 14.7 and 14.8).

LibreOffice writes an element of the tree for each paragraph; its marked content tells which characters of a
page belong to it. Text of headers and footers is in no element. A paragraph that goes on on another page has
an element on each.
"""

import ctypes
import unicodedata
from array import array
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import pypdfium2_raw as pdfium

from docops_flask.engine.pdf.pdf_text import PdfPage

# Standard structure types that stand inside a paragraph (14.8.4.4); types of any other name do so where a
# paragraph is around them: programs name elements after character styles.
_BLOCKS = frozenset((
    "P", "H", "H1", "H2", "H3", "H4", "H5", "H6", "Title", "Caption", "BlockQuote", "Note", "FENote", "TOCI",
    "L", "LI", "LBody", "Table", "TR", "TD", "TH", "THead", "TBody", "TFoot", "Div", "Sect", "Figure",
    "Formula", "Form", "Art", "Part", "Index", "TOC",
))  # fmt: skip
_DEEPEST = 200
# The label of a list is a few pieces at most and a few characters, the mark of a note few characters.
_MOST_OF_LABEL, _LONGEST_LABEL, _LONGEST_MARK = 4, 16, 4
# Where pdfium sees a gap between characters or the end of a line.
GAP = "\n"
# An object in the line; pdfium leaves out the hyphen at the end of a line, or has one of the last two for it.
_NOT_COMPARED = "\ufffc-\u2010\u2011\ufffe\x02"


class TextUnit:
    """The characters of one paragraph on one page.

    ``text`` is what of them ``significant`` keeps, ``characters`` says for each of its characters which of
    the page it is. ``labels`` are where the first few of its pieces end, one of them the label of a list
    where it has one. ``unmarked`` is the same without the marks of notes; ``None`` where there are none.
    """

    __slots__ = ("characters", "labels", "page", "text", "unmarked")

    def __init__(self, page: int, pieces: "Sequence[Piece]", unmarked: "TextUnit | None" = None) -> None:
        self.page = page
        self.text = "".join([each.text for each in pieces])
        self.characters = array("L")
        for each in pieces:
            self.characters.extend(each.characters)
        ends = accumulate(len(each.text) for each in pieces[:_MOST_OF_LABEL])
        self.labels = [end for end in ends if 0 < end <= _LONGEST_LABEL and end < len(self.text)]
        self.unmarked = unmarked


class Piece(NamedTuple):
    """The characters of one marked content: what is compared of them, and their numbers in the page."""

    text: str
    characters: "array[int]"


@lru_cache(maxsize=8192)
def significant(character: str) -> str:
    """Return what of a character is compared: nothing of white space, hyphens and what has no width.

    Letters lose their case, for a document may show small letters as capitals, and compatibility forms become
    plain ones (NFKC): a font may have one shape for several characters.
    """
    if character in _NOT_COMPARED:
        return ""
    plain = unicodedata.normalize("NFKC", character).casefold()
    return "".join(each for each in plain if unicodedata.category(each)[0] not in "ZC")


def significant_text(text: str) -> str:
    """Return ``text`` as ``TextUnit.text`` would have it."""
    return "".join(map(significant, text))


class _Collected:
    """Characters of a page that belong together, as they are met."""

    __slots__ = ("characters", "text")

    def __init__(self) -> None:
        self.text: list[str] = []
        self.characters = array("L")

    def add(self, character: str, index: int) -> None:
        """Add a character, which has the number ``index`` in the page."""
        self.text.append(character)
        self.characters.append(index)

    def piece(self) -> Piece:
        """Return them."""
        return Piece("".join(self.text), self.characters)


class PageText:
    """The text of a page, number ``number`` (from 1)."""

    def __init__(self, page: PdfPage, number: int) -> None:
        self.number = number
        self._page = page
        self._marked: dict[int, _Collected] = {}
        self._outside = _Collected()
        self._read()

    @property
    def outside(self) -> Piece:
        """The characters in no paragraph, those of headers and footers; ``GAP`` stands between texts."""
        return self._outside.piece()

    def _read(self) -> None:
        text, marked = self._page.text_handle, self._marked
        known: dict[int, _Collected] = {}
        for index in range(pdfium.FPDFText_CountChars(text)):
            owner = pdfium.FPDFText_GetTextObject(text, index)
            # Spaces and ends of lines that pdfium adds belong to no object.
            if not owner:
                self._outside.add(GAP, index)
                continue
            address = ctypes.addressof(owner.contents)
            to = known.get(address)
            if to is None:
                content = pdfium.FPDFPageObj_GetMarkedContentID(owner)
                to = self._outside if content < 0 else marked.setdefault(content, _Collected())
                known[address] = to
            for each in significant(chr(pdfium.FPDFText_GetUnicode(text, index))):
                to.add(each, index)

    def _unit(self, contents: "Sequence[_Content]") -> TextUnit | None:
        pieces, plain = [], []
        for content in contents:
            if content.number in self._marked:
                piece = self._marked[content.number].piece()
                pieces.append(piece)
                if not (content.in_link and len(piece.text) <= _LONGEST_MARK):
                    plain.append(piece)
        if not any(piece.text for piece in pieces):
            return None
        unmarked = TextUnit(self.number, plain) if 0 < len(plain) < len(pieces) else None
        return TextUnit(self.number, pieces, unmarked)

    def units(self) -> Iterator[TextUnit]:
        """Yield the paragraphs of the page, in the order of the structure tree."""
        tree = pdfium.FPDF_StructTree_GetForPage(self._page.handle)
        if not tree:
            return
        try:
            for contents in _contents_of_blocks(tree):
                unit = self._unit(contents)
                if unit is not None:
                    yield unit
        finally:
            pdfium.FPDF_StructTree_Close(tree)


class _Content(NamedTuple):
    """The number of a marked content, and whether it stands in a link, as the mark of a note does."""

    number: int
    in_link: bool


def _contents_of_blocks(tree: object) -> list[list[_Content]]:
    """Return for each paragraph its marked contents, in order."""
    blocks: list[list[_Content]] = []
    roots = [pdfium.FPDF_StructTree_GetChildAtIndex(tree, each) for each in range(_count(tree))]
    # The elements to go through, the next one last.
    pending = [_Element(each, None, 0, in_link=False) for each in reversed(roots) if each]
    while pending:
        element, around, depth, in_link = pending.pop()
        if isinstance(element, int):
            if around is not None:
                around.append(_Content(element, in_link))
            continue
        kind = _type_of(element)
        if around is None or kind in _BLOCKS:
            around, in_link = [], False
            blocks.append(around)
        if depth < _DEEPEST:
            in_link = in_link or kind == "Link"
            pending.extend(_Element(each, around, depth + 1, in_link) for each in reversed(_kids(element)))
    return [each for each in blocks if each]


class _Element(NamedTuple):
    """An element or the number of a marked content, the contents of the block around, how deep it lies."""

    kid: object
    around: list[_Content] | None
    depth: int
    in_link: bool


def _count(tree: object) -> int:
    return max(0, int(pdfium.FPDF_StructTree_CountChildren(tree)))


def _kids(element: object) -> list[object]:
    """Return what stands in an element, in order: numbers of marked content, and elements of this page."""
    kids: list[object] = []
    for index in range(max(0, pdfium.FPDF_StructElement_CountChildren(element))):
        content = pdfium.FPDF_StructElement_GetChildMarkedContentID(element, index)
        kid = content if content >= 0 else pdfium.FPDF_StructElement_GetChildAtIndex(element, index)
        if isinstance(kid, int) or kid:
            kids.append(kid)
    return kids


def _type_of(element: object) -> str:
    size = 64
    text = ctypes.create_string_buffer(size)
    length = pdfium.FPDF_StructElement_GetType(element, text, size)
    return text.raw[: length - 2].decode("utf-16-le", "replace") if 2 <= length <= size else ""
