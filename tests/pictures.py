"""Pictures built by hand, byte by byte, so that their headers can say anything."""

import base64
import struct
import zlib
from collections.abc import Sequence

PNG = b"\x89PNG\r\n\x1a\n"


def chunk(name: bytes, data: bytes) -> bytes:
    """A chunk of a PNG (ISO/IEC 15948, 5.3)."""
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))


def png(
    width: int = 2,
    height: int = 1,
    *,
    per_metre: tuple[int, int] | None = None,
    color: tuple[int, int, int] = (200, 30, 30),
    before: Sequence[bytes] = (),
) -> bytes:
    """A PNG of one colour; ``per_metre`` is its density, ``before`` are chunks before its data."""
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    density = [] if per_metre is None else [chunk(b"pHYs", struct.pack(">IIB", *per_metre, 1))]
    rows = (b"\0" + bytes(color) * width) * height if width * height < 10**7 else b""
    data = chunk(b"IDAT", zlib.compress(rows))
    return b"".join((PNG, header, *density, *before, data, chunk(b"IEND", b"")))


def segment(marker: int, data: bytes) -> bytes:
    """A segment of a JPEG (ITU-T T.81, B.1.1.4)."""
    return bytes((0xFF, marker)) + struct.pack(">H", len(data) + 2) + data


def jpeg(
    width: int = 16,
    height: int = 8,
    *,
    density: tuple[int, int, int] | None = None,
    before: Sequence[bytes] = (),
    frame: int = 0xC0,
) -> bytes:
    """The headers of a JPEG with some bytes of data; ``density`` is JFIF's unit and numbers."""
    app0 = (
        [] if density is None else [segment(0xE0, b"JFIF\0\x01\x02" + struct.pack(">BHHBB", *density, 0, 0))]
    )
    sof = segment(frame, struct.pack(">BHHB", 8, height, width, 1) + b"\x01\x11\x00")
    scan = segment(0xDA, b"\x01\x01\x00\x00\x3f\x00") + b"\x00\x11\x22"
    return b"".join((b"\xff\xd8", *app0, *before, sof, scan, b"\xff\xd9"))


def in_base64(content: bytes) -> str:
    """The content as a payload holds it."""
    return base64.b64encode(content).decode()


def placeholder_picture(
    descr: str,
    *,
    box: tuple[int, int] = (1_000_000, 500_000),
    title: str | None = None,
    blip: str = '<a:blip r:embed="rId90"/>',
    rest: str = "<a:stretch><a:fillRect/></a:stretch>",
    number: int = 7,
    kind: str = "anchor",
    repeated: str | None = None,
) -> str:
    """A run with a picture whose alternative text is ``descr``; ``repeated`` is that of its pic:cNvPr."""
    told = f' descr="{descr}"' if descr else ""
    told += "" if title is None else f' title="{title}"'
    again = "" if repeated is None else f' descr="{repeated}"'
    position = (
        '<wp:simplePos x="0" y="0"/><wp:positionH relativeFrom="column"><wp:posOffset>0</wp:posOffset>'
        '</wp:positionH><wp:positionV relativeFrom="paragraph"><wp:posOffset>0</wp:posOffset></wp:positionV>'
        if kind == "anchor"
        else ""
    )
    attributes = (
        ' simplePos="0" relativeHeight="1" behindDoc="0" locked="0" layoutInCell="1" allowOverlap="1"'
        if kind == "anchor"
        else ""
    )
    wrap = '<wp:wrapSquare wrapText="bothSides"/>' if kind == "anchor" else ""
    width, height = box
    return (
        f'<w:r><w:drawing><wp:{kind}{attributes} distT="0" distB="0" distL="0" distR="0">{position}'
        f'<wp:extent cx="{width}" cy="{height}"/>{wrap}'
        f'<wp:docPr id="{number}" name="Picture {number}"{told}/>'
        '<a:graphic><a:graphicData uri="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        '<pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture">'
        f'<pic:nvPicPr><pic:cNvPr id="0" name="x"{again}/><pic:cNvPicPr/></pic:nvPicPr>'
        f"<pic:blipFill>{blip}{rest}</pic:blipFill>"
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        f"</pic:pic></a:graphicData></a:graphic></wp:{kind}></w:drawing></w:r>"
    )
