"""Reads a PDF with pdfium: its pages, their text, and the fonts that draw it.

Uses the C functions of ``pypdfium2_raw`` (``fpdfview.h``, ``fpdf_text.h``, ``fpdf_edit.h``): the classes of
``pypdfium2`` take a renderer longer to load than a notice's pages to read.
"""

import ctypes
from collections.abc import Iterator
from types import TracebackType
from typing import NamedTuple, Self

import pypdfium2_raw as pdfium

_NAME_BYTES = 256
# A PDF font that is a part of another has six letters and this before its name (ISO 32000-1, 9.6.4).
_SUBSET_MARK = 6
# The most form XObjects within another whose text objects are looked at.
_DEEPEST = 8


class UnreadablePdf(ValueError):
    """The file is no PDF that pdfium opens."""


class Box(NamedTuple):
    """A rectangle on a page, in points from its lower left corner."""

    left: float
    bottom: float
    right: float
    top: float


class Drawn(NamedTuple):
    """A character and its place on the baseline, in points from the page's lower left corner."""

    character: str
    x: float
    y: float


class PdfPage(NamedTuple):
    """The text of a page as pdfium reads it, and the numbers of its characters; ``handle`` is pdfium's."""

    text: str
    handle: object
    text_handle: object


class PdfText:
    """An opened PDF; close it by ``with``. Raises ``UnreadablePdf``."""

    def __init__(self, content: bytes) -> None:
        pdfium.FPDF_InitLibrary()
        # pdfium reads from this memory as long as the document is open.
        self._content = content
        self._document = pdfium.FPDF_LoadMemDocument64(content, len(content), None)
        if not self._document:
            raise UnreadablePdf("pdfium cannot open it")
        self._open: list[PdfPage] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _place: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Free what pdfium holds."""
        for page in self._open:
            pdfium.FPDFText_ClosePage(page.text_handle)
            pdfium.FPDF_ClosePage(page.handle)
        self._open.clear()
        pdfium.FPDF_CloseDocument(self._document)

    @property
    def page_count(self) -> int:
        """How many pages it has."""
        return int(pdfium.FPDF_GetPageCount(self._document))

    def pages(self) -> list[PdfPage]:
        """Return its pages, which stay open with it. Raises ``UnreadablePdf``."""
        if not self._open:
            for number in range(self.page_count):
                self._open.append(self._page(number))
        return self._open

    def fonts(self) -> list[str]:
        """Return the base fonts that its text objects take, each once, without the marks of subsets."""
        found = {name for page in self.pages() for name in _fonts_of_page(page)}
        return sorted(found)

    def font_at(self, page: PdfPage, offset: int) -> str | None:
        """Return the base font of the character ``offset`` of the page's text; ``None`` for made-up ones."""
        index = pdfium.FPDFText_GetCharIndexFromTextIndex(page.text_handle, _units(page.text, offset))
        drawn = pdfium.FPDFText_GetTextObject(page.text_handle, index) if index >= 0 else None
        return _base_font(drawn) if drawn else None

    def boxes(self, page: PdfPage) -> Iterator[tuple[str, Box]]:
        """Yield the characters of a page that are drawn, each with its box."""
        edges = [ctypes.c_double() for _ in range(4)]
        for index in range(pdfium.FPDFText_CountChars(page.text_handle)):
            character = chr(pdfium.FPDFText_GetUnicode(page.text_handle, index))
            if character.isspace() or pdfium.FPDFText_IsGenerated(page.text_handle, index) == 1:
                continue
            if pdfium.FPDFText_GetCharBox(page.text_handle, index, *map(ctypes.byref, edges)):
                left, right, bottom, top = (edge.value for edge in edges)
                yield character, Box(left, bottom, right, top)

    def height(self, page: PdfPage) -> float:
        """Return the height of a page in points."""
        return float(pdfium.FPDF_GetPageHeightF(page.handle))

    def drawn(self, page: PdfPage) -> Iterator[Drawn]:
        """Yield the characters of a page that are drawn, each with its place."""
        x, y = ctypes.c_double(), ctypes.c_double()
        for index in range(pdfium.FPDFText_CountChars(page.text_handle)):
            character = chr(pdfium.FPDFText_GetUnicode(page.text_handle, index))
            if character.isspace() or pdfium.FPDFText_IsGenerated(page.text_handle, index) == 1:
                continue
            if pdfium.FPDFText_GetCharOrigin(page.text_handle, index, ctypes.byref(x), ctypes.byref(y)):
                yield Drawn(character, x.value, y.value)

    def _page(self, number: int) -> PdfPage:
        handle = pdfium.FPDF_LoadPage(self._document, number)
        text_handle = pdfium.FPDFText_LoadPage(handle) if handle else None
        if not text_handle:
            raise UnreadablePdf(f"pdfium cannot read page {number + 1}")
        count = pdfium.FPDFText_CountChars(text_handle)
        # A character may take two units, and there is one more for the end.
        units = (ctypes.c_ushort * (2 * count + 1))()
        written = pdfium.FPDFText_GetText(text_handle, 0, count, units) if count else 0
        text = bytes(units)[: 2 * max(0, written - 1)].decode("utf-16-le", "replace")
        return PdfPage(text, handle, text_handle)


def _units(text: str, offset: int) -> int:
    """Return how many units of UTF-16 come before the character ``offset``."""
    return offset + sum(character > "\uffff" for character in text[:offset])


def _fonts_of_page(page: PdfPage) -> Iterator[str]:
    objects = [
        pdfium.FPDFPage_GetObject(page.handle, number)
        for number in range(pdfium.FPDFPage_CountObjects(page.handle))
    ]
    for _ in range(_DEEPEST):
        inner = []
        for each in objects:
            kind = pdfium.FPDFPageObj_GetType(each)
            if kind == pdfium.FPDF_PAGEOBJ_TEXT:
                name = _base_font(each)
                if name:
                    yield name
            elif kind == pdfium.FPDF_PAGEOBJ_FORM:
                count = pdfium.FPDFFormObj_CountObjects(each)
                inner += [pdfium.FPDFFormObj_GetObject(each, number) for number in range(count)]
        if not inner:
            return
        objects = inner


def _base_font(text_object: object) -> str | None:
    font = pdfium.FPDFTextObj_GetFont(text_object)
    if not font:
        return None
    name = ctypes.create_string_buffer(_NAME_BYTES)
    pdfium.FPDFFont_GetBaseFontName(font, name, _NAME_BYTES)
    shown = name.value.decode("utf-8", "replace")
    return shown[_SUBSET_MARK + 1 :] if shown[_SUBSET_MARK : _SUBSET_MARK + 1] == "+" else shown
