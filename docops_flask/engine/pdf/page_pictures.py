"""Pages of a PDF as PNG pictures, drawn by pdfium.

The PNG is written here (ISO/IEC 15948): a bitmap whose rows begin with the byte of their filter is the data
of the picture as it stands, and a page without colour has one byte for each pixel instead of three. 49 pages
of A4 at 96 dots per inch take about 0.2 s of CPU in black and white, 0.4 s in colour.
"""

import ctypes
import struct
import zlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import pypdfium2_raw as pdfium

from docops_flask.engine.pdf.pdf_text import PdfPage, PdfText

# A page that is very high for its width is drawn narrower, so that its picture has no more pixels.
MOST_PIXELS = 8_000_000
# Fast rather than small: a page of text is mostly white.
_COMPRESSION = 1
_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_GREY, _RGB = 0, 2
_WHITE = 0xFFFFFFFF


class PagePicture(NamedTuple):
    """A page as a PNG: the number of the page, from 1, and the size of the picture in pixels."""

    page: int
    width: int
    height: int
    png: bytes


def page_pictures(pdf: PdfText, pages: Sequence[int], width: int) -> Iterator[PagePicture]:
    """Yield the pictures of ``pages`` (numbers from 1), ``width`` pixels wide, one after the other."""
    for number in pages:
        yield _picture(pdf.pages()[number - 1], number, width)


def picture_size(page: PdfPage, width: int) -> tuple[int, int]:
    """Return width and height in pixels of the picture of ``page`` that is to be ``width`` pixels wide.

    It has the proportions of the page, at least one pixel each way and at most ``MOST_PIXELS`` in all.
    """
    across, down = pdfium.FPDF_GetPageWidthF(page.handle), pdfium.FPDF_GetPageHeightF(page.handle)
    ratio = down / across
    fitting = int((MOST_PIXELS / ratio) ** 0.5)
    width = max(1, min(width, fitting))
    return width, max(1, min(round(width * ratio), MOST_PIXELS // width))


def _picture(page: PdfPage, number: int, width: int) -> PagePicture:
    width, height = picture_size(page, width)
    is_grey = has_no_colour(page)
    rows = _draw(page, width, height, is_grey=is_grey)
    return PagePicture(number, width, height, _png(width, height, _GREY if is_grey else _RGB, rows))


def _draw(page: PdfPage, width: int, height: int, *, is_grey: bool) -> "ctypes.Array[ctypes.c_char]":
    """Return the rows of the picture, each after a byte 0, which is the filter type None (9.2)."""
    stride = 1 + width * (1 if is_grey else 3)
    rows = (ctypes.c_char * (height * stride))()
    kind, flags = (
        (pdfium.FPDFBitmap_Gray, pdfium.FPDF_GRAYSCALE)
        if is_grey
        else (pdfium.FPDFBitmap_BGR, pdfium.FPDF_REVERSE_BYTE_ORDER)
    )
    bitmap = pdfium.FPDFBitmap_CreateEx(width, height, kind, ctypes.byref(rows, 1), stride)
    if not bitmap:
        raise MemoryError
    try:
        pdfium.FPDFBitmap_FillRect(bitmap, 0, 0, width, height, _WHITE)
        pdfium.FPDF_RenderPageBitmap(bitmap, page.handle, 0, 0, width, height, 0, flags | pdfium.FPDF_ANNOT)
    finally:
        pdfium.FPDFBitmap_Destroy(bitmap)
    return rows


def _png(width: int, height: int, colour_type: int, rows: "ctypes.Array[ctypes.c_char]") -> bytes:
    header = struct.pack(">2L5B", width, height, 8, colour_type, 0, 0, 0)
    data = zlib.compress(rows, _COMPRESSION)
    return b"".join((_SIGNATURE, _chunk(b"IHDR", header), _chunk(b"IDAT", data), _chunk(b"IEND", b"")))


def _chunk(kind: bytes, content: bytes) -> bytes:
    """Return a chunk of a PNG (5.3)."""
    checksum = zlib.crc32(content, zlib.crc32(kind))
    return b"".join((struct.pack(">L", len(content)), kind, content, struct.pack(">L", checksum)))


def has_no_colour(page: PdfPage) -> bool:
    """Say whether all of ``page`` is text and lines in shades of grey.

    A page with a picture, a shading, a group of objects or an annotation that shows counts as coloured.
    """
    objects = (
        pdfium.FPDFPage_GetObject(page.handle, each)
        for each in range(pdfium.FPDFPage_CountObjects(page.handle))
    )
    return all(map(_is_grey, objects)) and not any(
        _shows_annotation(page, each) for each in range(pdfium.FPDFPage_GetAnnotCount(page.handle))
    )


def _is_grey(page_object: object) -> bool:
    kind = pdfium.FPDFPageObj_GetType(page_object)
    if kind not in (pdfium.FPDF_PAGEOBJ_TEXT, pdfium.FPDF_PAGEOBJ_PATH):
        return False
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    for colour_of in (pdfium.FPDFPageObj_GetFillColor, pdfium.FPDFPageObj_GetStrokeColor):
        known = colour_of(page_object, red, green, blue, alpha)
        if not known or not red.value == green.value == blue.value:
            return False
    return True


def _shows_annotation(page: PdfPage, index: int) -> bool:
    annotation = pdfium.FPDFPage_GetAnnot(page.handle, index)
    kind = pdfium.FPDFAnnot_GetSubtype(annotation)
    pdfium.FPDFPage_CloseAnnot(annotation)
    return bool(kind != pdfium.FPDF_ANNOT_LINK)
