"""Writes PNG files (ISO/IEC 15948) and draws the seal of the samples."""

import struct
import zlib
from collections.abc import Mapping
from math import atan2, cos, hypot, pi

_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_TRUE_COLOUR, _PALETTE = 2, 3
_DPI = 300
_METRE_IN_INCHES = 39.3701


def png(width: int, height: int, pixels: bytes, texts: Mapping[str, str] | None = None) -> bytes:
    """Return a PNG of ``pixels``, three bytes each, row by row; ``texts`` are its tEXt chunks, in Latin-1."""
    rows = [pixels[start : start + 3 * width] for start in range(0, 3 * width * height, 3 * width)]
    chunks = [_chunk(b"tEXt", f"{key}\0{text}".encode("latin-1")) for key, text in (texts or {}).items()]
    return _file(_header(width, height, _TRUE_COLOUR), b"".join(chunks), rows)


def texts_of(content: bytes) -> dict[str, str]:
    """Return the tEXt chunks of a PNG."""
    found: dict[str, str] = {}
    position = len(_SIGNATURE)
    while position < len(content):
        (length,) = struct.unpack_from(">I", content, position)
        kind, data = content[position + 4 : position + 8], content[position + 8 : position + 8 + length]
        if kind == b"tEXt":
            key, _, text = data.decode("latin-1").partition("\0")
            found[key] = text
        position += length + 12
    return found


def seal(side: int = 320) -> bytes:
    """Return a red seal on a transparent ground: a ring and a star of five points, ``side`` pixels wide.

    Its palette is red from transparent to opaque, so that its edges are smooth. It says that it has 300 dpi.
    """
    rows = [bytes(_ink(column, row, side) for column in range(side)) for row in range(side)]
    red = b"\xd0\x1c\x1c" * 256
    density = round(_DPI * _METRE_IN_INCHES)
    between = (
        _chunk(b"pHYs", struct.pack(">IIB", density, density, 1))
        + _chunk(b"PLTE", red)
        + _chunk(b"tRNS", bytes(range(256)))
    )
    return _file(_header(side, side, _PALETTE), between, rows)


def _ink(column: int, row: int, side: int) -> int:
    """Return how much ink a pixel has, from 0 to 255."""
    x, y = column + 0.5 - side / 2, row + 0.5 - side / 2
    distance, radius = hypot(x, y), side / 2 - 1
    ring = min(radius - distance, distance - radius * 0.92)
    # A side of the star leads from one point to the next but one: cos 72° of the radius off the centre.
    outer = radius * 0.32
    angle = abs((atan2(x, -y) + pi / 5) % (2 * pi / 5) - pi / 5)
    star = outer * cos(2 * pi / 5) - distance * cos(2 * pi / 5 - angle)
    return round(255 * max(0.0, min(1.0, max(ring, star) + 0.5)))


def _header(width: int, height: int, colour: int) -> bytes:
    return _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0))


def _file(header: bytes, between: bytes, rows: list[bytes]) -> bytes:
    data = zlib.compress(b"".join(b"\0" + row for row in rows), 9)
    return _SIGNATURE + header + between + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
