"""Codes as the proof reads and writes them: a shape's outlines as modules, what they say, its markup.

The outlines are those that a log claims; they are written anew into the markup, filled row by row, and read
as a QR code or Code 128: so a code that is written says what is logged. Nothing here is shared with the
modules that draw (``engine.template.codes``).
"""

import re
from collections.abc import Sequence
from itertools import pairwise

from docops_flask.engine.integrity.byte_replay import as_data
from docops_flask.engine.integrity.code128_reading import read_code128
from docops_flask.engine.integrity.code_tags import CodeTag
from docops_flask.engine.integrity.picture_claims import CodeClaim
from docops_flask.engine.integrity.qr_reading import read_qr

# Stands for the prefix of WordprocessingML.
PREFIX = b"\0w"
_MILLIMETRE = 36_000
_BARS = 12 * _MILLIMETRE
_MODULES = {"qr": 18_000, "code128": 12_000}
_MOST_MODULES = 4_000
_OUTLINES = re.compile(r"[0-9]{1,4},[0-9]{1,4}(?:[ ;][0-9]{1,4},[0-9]{1,4})*")

Corners = Sequence[tuple[int, int]]


def is_code_of(code: CodeClaim, tag: CodeTag, text: str) -> bool:
    """Say whether a code is that which ``tag`` makes of ``text``: kind, level, modules and size."""
    if code.kind != tag.kind or not _has_size_of(code, tag):
        return False
    try:
        rows = _rows(code)
        if tag.kind == "qr":
            return read_qr(rows) == (text, tag.level)
        return len(rows) == 1 and read_code128(rows[0]) == text
    except (ValueError, IndexError):
        return False


def _has_size_of(code: CodeClaim, tag: CodeTag) -> bool:
    """Say whether a code has the size for its tag.

    Without one there it has that of its modules, or is made narrower for its column.
    """
    size = code.width, code.height
    width = None if tag.width is None else _emu(tag.width)
    height = None if tag.height is None else _emu(tag.height)
    if width is None:
        most = code.columns * _MODULES[tag.kind]
        return 0 < code.width <= most and code.height == (code.width if tag.kind == "qr" else _BARS)
    if tag.kind == "code128":
        return size == (width, _BARS if height is None else height)
    side = width if height is None else min(width, height)
    return size == (side, side)


def _emu(written: str) -> int:
    return max(1, int(float(written) * _MILLIMETRE + 0.5))


def _corners(code: CodeClaim) -> list[Corners]:
    """Return the corners of the outlines. Raises ``ValueError`` for what is none."""
    if _OUTLINES.fullmatch(code.outlines) is None:
        raise ValueError("no outlines")
    points = [
        [(int(x), int(y)) for x, y in (point.split(",") for point in outline.split(" "))]
        for outline in code.outlines.split(";")
    ]
    if ";".join(" ".join(f"{x},{y}" for x, y in each) for each in points) != code.outlines:
        raise ValueError("a number written otherwise")
    return [tuple(each) for each in points]


def _rows(code: CodeClaim) -> list[list[int]]:
    """Return the modules inside the outlines; both rules of filling have to agree.

    Raises ``ValueError`` where they do not, and for outlines that are not of whole modules in their box.
    """
    columns, rows = code.columns, code.rows
    if not (0 < columns <= _MOST_MODULES and 0 < rows <= _MOST_MODULES):
        raise ValueError("too many modules")
    crossings = [[0] * (columns + 1) for _ in range(rows)]
    for corners in _corners(code):
        if any(x > columns or y > rows for x, y in corners):
            raise ValueError("outside of the box")
        for (x, y), (to_x, to_y) in pairwise([*corners, corners[0]]):
            if (x == to_x) == (y == to_y):
                raise ValueError("a slanting line")
            for row in range(min(y, to_y), max(y, to_y)):
                crossings[row][x] += 1 if to_y < y else -1
    made = []
    for changes in crossings:
        inside = 0
        modules: list[int] = []
        for change in changes:
            # From the left: an outline that goes up is a left side, one that goes down a right one.
            inside += change
            if inside not in (0, 1):
                raise ValueError("outlines that overlap")
            modules.append(inside)
        if modules.pop():
            raise ValueError("an open outline")
        made.append(modules)
    return made


def markup(code: CodeClaim, text: str, *, is_strict: bool) -> bytes:
    """Return the mc:AlternateContent of a code without its id, ``PREFIX`` for the prefix of its elements.

    Raises ``ValueError`` for outlines that are none.
    """
    ml = (
        "http://purl.oclc.org/ooxml/drawingml"
        if is_strict
        else "http://schemas.openxmlformats.org/drawingml/2006"
    )
    told = as_data(text)
    for character, reference in ((b'"', b"&quot;"), (b"\n", b"&#10;"), (b"\t", b"&#9;")):
        told = told.replace(character, reference)
    path = b"".join(
        b"".join(
            (_point(b"moveTo", corners[0]), *(_point(b"lnTo", each) for each in corners[1:]), b"<a:close/>")
        )
        for corners in _corners(code)
    )
    values = {
        b"{ml}": ml.encode(), b"{w}": PREFIX, b"{cx}": b"%d" % code.width, b"{cy}": b"%d" % code.height,
        b"{columns}": b"%d" % code.columns, b"{rows}": b"%d" % code.rows, b"{descr}": told, b"{path}": path,
    }  # fmt: skip
    pattern = re.compile(b"|".join(map(re.escape, values)))
    return pattern.sub(lambda match: values[match[0]], _MARKUP)


def _point(name: bytes, point: tuple[int, int]) -> bytes:
    return b'<a:%b><a:pt x="%d" y="%d"/></a:%b>' % (name, *point, name)


_MARKUP = (
    b'<mc:AlternateContent xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"><mc:Choice '
    b'xmlns:wps="http://schemas.microsoft.com/office/word/2010/wordprocessingShape" Requires="wps">'
    b'<{w}drawing><wp:inline xmlns:wp="{ml}/wordprocessingDrawing" xmlns:a="{ml}/main" distT="0" distB="0" '
    b'distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/><wp:docPr id="\0\0" name="Picture \0\0" '
    b'descr="{descr}"/><wp:cNvGraphicFramePr/><a:graphic><a:graphicData '
    b'uri="http://schemas.microsoft.com/office/word/2010/wordprocessingShape"><wps:wsp><wps:cNvSpPr/>'
    b'<wps:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:custGeom><a:avLst/>'
    b'<a:gdLst/><a:ahLst/><a:cxnLst/><a:rect l="0" t="0" r="r" b="b"/><a:pathLst><a:path w="{columns}" '
    b'h="{rows}">{path}</a:path></a:pathLst></a:custGeom><a:solidFill><a:srgbClr val="000000"/></a:solidFill>'
    b"<a:ln><a:noFill/></a:ln></wps:spPr><wps:bodyPr/></wps:wsp></a:graphicData></a:graphic></wp:inline>"
    b"</{w}drawing></mc:Choice></mc:AlternateContent>"
)
