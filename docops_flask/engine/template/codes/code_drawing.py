"""The markup of a code in a line of text: a shape with a geometry of its own.

A WordprocessingShape (wps, [MS-DOCX] 2.7) in a wp:inline (ECMA-376 part 1, 20.4.2.8), whose one path
(20.1.9.15) is the outlines of the dark modules. Word since 2010 and LibreOffice show it.
"""

from collections.abc import Sequence

_OPEN, _STRICT = "http://schemas.openxmlformats.org/drawingml/2006", "http://purl.oclc.org/ooxml/drawingml"
_WPS = "http://schemas.microsoft.com/office/word/2010/wordprocessingShape"
_MC = "http://schemas.openxmlformats.org/markup-compatibility/2006"

Point = tuple[int, int]


def code_drawing(
    prefix: bytes,
    extent: tuple[int, int],
    box: tuple[int, int],
    outlines: Sequence[Sequence[Point]],
    properties: bytes,
    *,
    is_strict: bool,
) -> bytes:
    """Return an mc:AlternateContent with the w:drawing of a code.

    ``prefix`` is that of WordprocessingML with its colon, ``extent`` width and height in EMU, ``box`` those
    in modules, ``properties`` the wp:docPr.
    """
    ml = _STRICT if is_strict else _OPEN
    cx, cy = extent
    head = (
        f'<mc:AlternateContent xmlns:mc="{_MC}"><mc:Choice xmlns:wps="{_WPS}" Requires="wps">'
        f"<{prefix.decode()}drawing>"
        f'<wp:inline xmlns:wp="{ml}/wordprocessingDrawing" xmlns:a="{ml}/main" distT="0" distB="0" distL="0" '
        f'distR="0"><wp:extent cx="{cx}" cy="{cy}"/>'
    )
    path = "".join(map(_outline, outlines))
    shape = (
        f'<wp:cNvGraphicFramePr/><a:graphic><a:graphicData uri="{_WPS}"><wps:wsp><wps:cNvSpPr/><wps:spPr>'
        f'<a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:custGeom><a:avLst/><a:gdLst/>'
        '<a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/>'
        f'<a:pathLst><a:path w="{box[0]}" h="{box[1]}">{path}</a:path></a:pathLst>'
        '</a:custGeom><a:solidFill><a:srgbClr val="000000"/></a:solidFill><a:ln><a:noFill/></a:ln></wps:spPr>'
        "<wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline>"
        f"</{prefix.decode()}drawing></mc:Choice></mc:AlternateContent>"
    )
    return head.encode() + properties + shape.encode()


def _outline(corners: Sequence[Point]) -> str:
    first, *others = (f'<a:pt x="{x}" y="{y}"/>' for x, y in corners)
    lines = "".join(f"<a:lnTo>{each}</a:lnTo>" for each in others)
    return f"<a:moveTo>{first}</a:moveTo>{lines}<a:close/>"


def written_outlines(outlines: Sequence[Sequence[Point]]) -> str:
    """Return outlines as the replace log has them: corners as x,y with blanks between, outlines with ;."""
    return ";".join(" ".join(f"{x},{y}" for x, y in corners) for corners in outlines)
