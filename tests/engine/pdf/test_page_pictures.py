"""Pages as PNG pictures: size, colours, and what bounds them."""

import struct
import zlib
from contextlib import closing

import pytest

pytest.importorskip("pypdfium2_raw", reason="pypdfium2 is not installed (requirements-pdf.txt)")

from docops_flask.engine.pdf.page_pictures import MOST_PIXELS, PagePicture, page_pictures
from docops_flask.engine.pdf.pdf_text import PdfText
from tests.engine.pdf.small_pdfs import bar, line, pdf

Pixel = tuple[int, ...]


class Decoded:
    """A PNG of 8 bits whose rows have no filter, read by itself."""

    def __init__(self, png: bytes) -> None:
        assert png.startswith(b"\x89PNG\r\n\x1a\n")
        chunks: dict[bytes, bytes] = {}
        at = 8
        while at < len(png):
            length, kind = struct.unpack_from(">L4s", png, at)
            content = png[at + 8 : at + 8 + length]
            assert struct.unpack_from(">L", png, at + 8 + length)[0] == zlib.crc32(kind + content)
            chunks[kind] = content
            at += length + 12
        assert list(chunks) == [b"IHDR", b"IDAT", b"IEND"]
        self.width, self.height, depth, self.colour_type = struct.unpack(">2L2B3x", chunks[b"IHDR"])
        assert depth == 8
        self._bytes = {0: 1, 2: 3}[self.colour_type]
        self._rows = zlib.decompress(chunks[b"IDAT"])
        assert len(self._rows) == self.height * (1 + self.width * self._bytes)

    def at(self, x: int, y: int) -> Pixel:
        start = y * (1 + self.width * self._bytes)
        assert self._rows[start] == 0
        return tuple(self._rows[start + 1 + x * self._bytes :][: self._bytes])


def pictures(content: bytes, *pages: int, width: int = 595) -> list[PagePicture]:
    with closing(PdfText(content)) as opened:
        return list(page_pictures(opened, pages, width))


def test_a_picture_has_the_width_asked_for_and_the_proportions_of_the_page() -> None:
    (picture,) = pictures(pdf(line("x")), 1, width=800)
    decoded = Decoded(picture.png)
    assert (picture.page, picture.width, picture.height) == (1, 800, round(800 * 842 / 595))
    assert (decoded.width, decoded.height) == (picture.width, picture.height)


def test_pages_come_in_the_order_asked_for() -> None:
    content = pdf(bar("1 0 0"), bar("0 1 0"), bar("0 0 1"))
    made = pictures(content, 3, 2)
    assert [picture.page for picture in made] == [3, 2]
    # The rectangle lies from 100 to 300 across and up.
    assert [Decoded(picture.png).at(200, 842 - 150) for picture in made] == [(0, 0, 255), (0, 255, 0)]


def test_colours_are_those_of_the_page_on_white() -> None:
    (picture,) = pictures(pdf(bar("1 0.5 0")), 1)
    decoded = Decoded(picture.png)
    assert decoded.at(10, 10) == (255, 255, 255)
    red, green, blue = decoded.at(200, 842 - 150)
    assert (red, blue) == (255, 0)
    assert green in (127, 128)


@pytest.mark.parametrize("content", [line("black"), bar("0.5 0.5 0.5"), "", line("a") + " " + bar("0 0 0")])
def test_a_page_without_colour_has_one_byte_for_each_pixel(content: str) -> None:
    (picture,) = pictures(pdf(content), 1)
    assert Decoded(picture.png).colour_type == 0


@pytest.mark.parametrize(
    "content",
    [
        bar("1 0 0"),
        f"0 0 1 rg {line('blue')}",
        "1 0 0 RG 10 10 m 90 90 l S",
        line("a") + " " + bar("0 0 0.2"),
    ],
)
def test_a_page_with_any_colour_has_three(content: str) -> None:
    (picture,) = pictures(pdf(content), 1)
    assert Decoded(picture.png).colour_type == 2


def test_greys_are_the_same_with_one_byte_as_with_three() -> None:
    (grey,) = pictures(pdf(bar("0.5 0.5 0.5")), 1)
    (coloured,) = pictures(pdf(f"{bar('0.5 0.5 0.5')} {bar('1 0 0', y=500)}"), 1)
    (value,) = Decoded(grey.png).at(200, 842 - 150)
    assert Decoded(coloured.png).at(200, 842 - 150) == (value, value, value)


def test_a_very_high_page_is_drawn_narrower() -> None:
    (picture,) = pictures(pdf(line("x"), size=(72, 14_400)), 1, width=1600)
    assert picture.width * picture.height <= MOST_PIXELS
    assert picture.width < 1600
    assert picture.height == pytest.approx(picture.width * 200, abs=picture.width)


def test_a_very_wide_page_has_a_pixel_of_height_at_least() -> None:
    (picture,) = pictures(pdf(line("x"), size=(14_400, 3)), 1, width=16)
    assert (picture.width, picture.height) == (16, 1)
