"""What the headers of a PNG or JPEG file say of the picture: its pixels, and how large each is to be shown.

The picture itself is never decoded. PNG (ISO/IEC 15948): 5.2 signature, 11.2.2 IHDR, 11.3.5.3 pHYs. JPEG
(ITU-T T.81): B.1 segments, B.2.2 frame header; JFIF (ITU-T T.871): 10.1 density. The orientation that EXIF
states is not applied.
"""

import re
from typing import Literal, NamedTuple

PictureKind = Literal["png", "jpeg"]
CONTENT_TYPES: dict[PictureKind, str] = {"png": "image/png", "jpeg": "image/jpeg"}

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8\xff"
_LARGEST = 0x7FFFFFFF
# More chunks or segments than that before the picture's data no program writes.
_MOST_PIECES = 10_000
# Densities outside of these bounds, in dots to the inch, are taken for mistakes.
_LEAST_DPI, _MOST_DPI = 10, 10_000
_EMU_PER_INCH, _EMU_PER_CENTIMETRE, _EMU_PER_METRE = 914_400, 360_000, 36_000_000
_OTHERS = (
    (rb"GIF8[79]a", "a GIF"),
    (rb"BM", "a Windows bitmap"),
    (rb"II\*\0|MM\0\*", "a TIFF"),
    (rb"RIFF....WEBP", "a WebP"),
    (rb"....ftyp(?:heic|heix|mif1|avif)", "a HEIC or AVIF"),
    (rb"\s*<(?:\?xml|svg)", "an SVG"),
    (rb"\x01\0\0\0....................................\ EMF|\xd7\xcd\xc6\x9a", "a metafile"),
    (rb"%PDF", "a PDF"),
)


class PictureHeader(NamedTuple):
    """The kind of a picture, its size in pixels, and the length of one across and down.

    A pixel's length in EMU (1/914,400 inch) is a fraction: numerator and denominator.
    """

    kind: PictureKind
    width: int
    height: int
    across: tuple[int, int] = (_EMU_PER_INCH, 96)
    down: tuple[int, int] = (_EMU_PER_INCH, 96)


class BadPicture(ValueError):
    """Bytes that are no PNG or JPEG, or a damaged one; the message says what is wrong with "it"."""


def read_picture_header(content: bytes) -> PictureHeader:
    """Return what the headers in ``content`` say; raises ``BadPicture``."""
    if content.startswith(_PNG):
        return _png(content)
    if content.startswith(_JPEG):
        return _jpeg(content)
    other = next((name for pattern, name in _OTHERS if re.match(pattern, content, re.DOTALL)), None)
    raise BadPicture("it is no picture" if other is None else f"it is {other}")


def _png(content: bytes) -> PictureHeader:
    header: PictureHeader | None = None
    at = len(_PNG)
    for _ in range(_MOST_PIECES):
        length, name = _number(content, at, 4), content[at + 4 : at + 8]
        first = at + 8
        at = first + length + 4
        if length > _LARGEST or at > len(content):
            raise BadPicture("the file is cut short")
        if header is None:
            if name != b"IHDR" or length != 13:
                raise BadPicture("its header is damaged")
            header = _sized("png", _number(content, first, 4), _number(content, first + 4, 4))
        elif name == b"pHYs" and length == 9:
            # Unit 1 is the metre.
            if content[first + 8] == 1:
                across, down = _number(content, first, 4), _number(content, first + 4, 4)
                header = _with_density(header, _EMU_PER_METRE, across, down)
        elif name == b"IDAT":
            if content.rfind(b"IEND") < first:
                raise BadPicture("the file is cut short")
            return header
        elif name == b"IEND":
            break
    raise BadPicture("its header is damaged")


def _jpeg(content: bytes) -> PictureHeader:
    header: PictureHeader | None = None
    density: tuple[int, int, int] | None = None
    at = 2
    for _ in range(_MOST_PIECES):
        # Bytes FF may fill the room before a marker (B.1.1.2).
        marker = re.compile(rb"\xff+([^\xff])", re.DOTALL).match(content, at)
        if marker is None:
            is_cut = not content[at:].strip(b"\xff")
            raise BadPicture("the file is cut short" if is_cut else "its header is damaged")
        kind, at = marker[1][0], marker.end()
        if kind == 0x01 or 0xD0 <= kind <= 0xD7:
            continue
        length = _number(content, at, 2)
        if length < 2 or at + length > len(content):
            raise BadPicture("the file is cut short" if length >= 2 else "its header is damaged")
        segment = content[at + 2 : at + length]
        if kind == 0xDA:
            if content.rfind(b"\xff\xd9") < at:
                raise BadPicture("the file is cut short")
            break
        # Frame headers of all processes; the other numbers are tables and extensions.
        if 0xC0 <= kind <= 0xCF and kind not in (0xC4, 0xC8, 0xCC):
            if len(segment) < 6:
                raise BadPicture("its header is damaged")
            header = header or _sized("jpeg", _number(segment, 3, 2), _number(segment, 1, 2))
        elif kind == 0xE0 and segment.startswith(b"JFIF\0") and len(segment) >= 12:
            unit = {1: _EMU_PER_INCH, 2: _EMU_PER_CENTIMETRE}.get(segment[7])
            if unit is not None:
                density = unit, _number(segment, 8, 2), _number(segment, 10, 2)
        at += length
    if header is None:
        raise BadPicture("its header is damaged")
    return header if density is None else _with_density(header, *density)


def _number(content: bytes, at: int, size: int) -> int:
    if at + size > len(content):
        raise BadPicture("the file is cut short")
    return int.from_bytes(content[at : at + size], "big")


def _sized(kind: PictureKind, width: int, height: int) -> PictureHeader:
    if not 0 < width <= _LARGEST or not 0 < height <= _LARGEST:
        raise BadPicture("its header says that it has no pixels")
    return PictureHeader(kind, width, height)


def _with_density(header: PictureHeader, unit: int, across: int, down: int) -> PictureHeader:
    """Return ``header`` with so many pixels to the length of ``unit`` EMU, if that is likely."""
    for pixels in (across, down):
        if not _LEAST_DPI * unit <= pixels * _EMU_PER_INCH <= _MOST_DPI * unit:
            return header
    return header._replace(across=(unit, across), down=(unit, down))
