"""The headers of PNG and JPEG files: kind, pixels, density; nothing is decoded, nothing is believed."""

import struct
import zlib

import pytest

from docops_flask.engine.opc.picture_header import BadPicture, PictureHeader, read_picture_header
from tests.pictures import PNG, chunk, jpeg, png, segment

NO_DENSITY = (914_400, 96)


def test_a_png_without_density() -> None:
    assert read_picture_header(png(3, 2)) == PictureHeader("png", 3, 2, NO_DENSITY, NO_DENSITY)


def test_a_jpeg_without_density() -> None:
    assert read_picture_header(jpeg(16, 8)) == PictureHeader("jpeg", 16, 8, NO_DENSITY, NO_DENSITY)


@pytest.mark.parametrize(
    ("content", "across", "down"),
    [
        (png(per_metre=(11811, 5906)), (36_000_000, 11811), (36_000_000, 5906)),
        (png(per_metre=(1, 1)), NO_DENSITY, NO_DENSITY),
        (png(per_metre=(0, 0)), NO_DENSITY, NO_DENSITY),
        (png(before=[chunk(b"pHYs", struct.pack(">IIB", 3000, 3000, 0))]), NO_DENSITY, NO_DENSITY),
        (png(before=[chunk(b"pHYs", b"\1")]), NO_DENSITY, NO_DENSITY),
        (jpeg(density=(1, 300, 150)), (914_400, 300), (914_400, 150)),
        (jpeg(density=(2, 118, 118)), (360_000, 118), (360_000, 118)),
        (jpeg(density=(0, 300, 300)), NO_DENSITY, NO_DENSITY),
        (jpeg(density=(1, 0, 0)), NO_DENSITY, NO_DENSITY),
        (jpeg(density=(1, 65535, 300)), NO_DENSITY, NO_DENSITY),
    ],
)
def test_density(content: bytes, across: tuple[int, int], down: tuple[int, int]) -> None:
    header = read_picture_header(content)
    assert (header.across, header.down) == (across, down)


@pytest.mark.parametrize("frame", [0xC0, 0xC1, 0xC2, 0xC9, 0xCF])
def test_frames_of_all_processes(frame: int) -> None:
    assert read_picture_header(jpeg(5, 4, frame=frame))[:3] == ("jpeg", 5, 4)


def test_large_segments_filled_markers_and_a_thumbnail_before_the_frame() -> None:
    exif = segment(0xE1, b"Exif\0\0" + jpeg(1, 1) + bytes(60_000))
    comments = [segment(0xFE, bytes(65_533)) for _ in range(200)]
    content = jpeg(16, 8, before=[exif, *comments, b"\xff\xff\xff" + segment(0xED, b"x")])
    assert read_picture_header(content)[:3] == ("jpeg", 16, 8)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "it is no picture"),
        (b"hello", "it is no picture"),
        (b"GIF89a\1\0\1\0", "it is a GIF"),
        (b"BM\0\0", "it is a Windows bitmap"),
        (b"RIFF\0\0\0\0WEBPVP8 ", "it is a WebP"),
        (b"<svg xmlns='x'/>", "it is an SVG"),
        (b"%PDF-1.7", "it is a PDF"),
        (PNG, "the file is cut short"),
        (png()[:30], "the file is cut short"),
        (png()[:-14], "the file is cut short"),
        (PNG + chunk(b"IDAT", b"x"), "its header is damaged"),
        (PNG + chunk(b"IHDR", b"x"), "its header is damaged"),
        (png(0, 1), "its header says that it has no pixels"),
        (png(0x8000_0000, 1), "its header says that it has no pixels"),
        (PNG + struct.pack(">I", 0xFFFFFFFF) + b"IHDR", "the file is cut short"),
        (png(before=[chunk(b"teXt", b"")] * 10_000), "its header is damaged"),
        (jpeg()[:3], "the file is cut short"),
        (jpeg()[:12], "the file is cut short"),
        (jpeg()[:-2], "the file is cut short"),
        (b"\xff\xd8\xff\xe0\x00\x01", "its header is damaged"),
        (b"\xff\xd8" + segment(0xC0, b"\x08"), "its header is damaged"),
        (b"\xff\xd8" + segment(0xDA, b"\x01") + b"\xff\xd9", "its header is damaged"),
        (b"\xff\xd8\xff\xe0\x00\x02" + b"junk", "its header is damaged"),
        (jpeg(0, 8), "its header says that it has no pixels"),
        (jpeg(before=[segment(0xFE, b"")] * 10_000), "its header is damaged"),
    ],
)
def test_what_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(BadPicture) as refused:
        read_picture_header(content)
    assert str(refused.value) == message


def test_a_bomb_is_not_unpacked() -> None:
    bomb = PNG + chunk(b"IHDR", struct.pack(">IIBBBBB", 7000, 7000, 8, 2, 0, 0, 0))
    bomb += chunk(b"IDAT", zlib.compress(bytes(7000 * 7000))) + chunk(b"IEND", b"")
    assert read_picture_header(bomb)[:3] == ("png", 7000, 7000)
