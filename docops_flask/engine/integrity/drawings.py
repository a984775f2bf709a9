"""Drawings as the proof makes them anew: their sizes, their markup, the ids of a part's new ones.

The rules are those of docs/integrity.md; the code is apart from that which fills.
"""

import re

from docops_flask.engine.integrity.byte_replay import as_data
from docops_flask.engine.integrity.picture_tags import PictureTag
from docops_flask.engine.opc.picture_header import PictureHeader

_MILLIMETRE = 36_000
_LARGEST = 20_116_800
_LARGEST_INSET = 2_000_000_000
_HOLE = b"\0\0"
_NUMBERED = rb"<(?:[^\s<>/:!?]+:)?(?:docPr|cNvPr)\s(?:[^>\"']|\"[^\"]*\"|'[^']*')*"

Size = tuple[int, int]


def natural(header: PictureHeader) -> Size:
    """Return the size in EMU that the pixels of a picture have."""
    sides = ((header.width, header.across), (header.height, header.down))
    width, height = (_rounded(pixels * unit, count) for pixels, (unit, count) in sides)
    return width, height


def is_size_of(tag: PictureTag, header: PictureHeader, size: Size) -> bool:
    """Say whether a picture may have ``size`` for its tag.

    Without a size in the tag it has its own, or is made smaller for its column with its ratio kept.
    """
    own = natural(header)
    if tag.width is None:
        wanted = (size[0], _ratio(size[0], own[1], own[0])) if 0 < size[0] < own[0] else own
    elif tag.height is None:
        width = _of_millimetres(tag.width)
        wanted = width, _ratio(width, own[1], own[0])
    else:
        wanted = within(own, (_of_millimetres(tag.width), _of_millimetres(tag.height)))
    if max(wanted) > _LARGEST:
        wanted = within(own, (_LARGEST, _LARGEST))
    is_cut = tag.width is None and max(own) > _LARGEST
    return size == wanted or (is_cut and size == within(own, (_LARGEST, _LARGEST)))


def within(own: Size, box: Size) -> Size:
    """Return the largest size with the ratio of ``own`` in ``box``."""
    if own[0] * box[1] >= own[1] * box[0]:
        return box[0], _ratio(box[0], own[1], own[0])
    return _ratio(box[1], own[0], own[1]), box[1]


def _rounded(numerator: int, denominator: int) -> int:
    whole, rest = divmod(numerator, denominator)
    return whole + (2 * rest >= denominator)


def _ratio(length: int, numerator: int, denominator: int) -> int:
    return max(1, _rounded(length * numerator, denominator))


def _of_millimetres(written: str) -> int:
    return max(1, int(float(written) * _MILLIMETRE + 0.5))


def insets(box: Size, size: Size) -> dict[str, int]:
    """Return how much of a box stays free on each side, in 1/1,000 percent of the picture's; 0 is absent."""
    across, down = (
        min(_rounded((room - length) * 50_000, length), _LARGEST_INSET)
        for room, length in zip(box, size, strict=True)
    )
    sides = {"l": across, "r": across, "t": down, "b": down}
    return {side: inset for side, inset in sides.items() if inset}


def drawing(size: Size, relationship: str, alt: str, *, is_strict: bool) -> bytes:
    """Return the wp:inline of a picture whose id is yet to come (``numbered``)."""
    ml = (
        "http://purl.oclc.org/ooxml/drawingml"
        if is_strict
        else "http://schemas.openxmlformats.org/drawingml/2006"
    )
    rel = (
        "http://purl.oclc.org/ooxml/officeDocument/relationships"
        if is_strict
        else "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    )
    told = as_data(alt)
    for character, reference in ((b'"', b"&quot;"), (b"\n", b"&#10;"), (b"\t", b"&#9;")):
        told = told.replace(character, reference)
    cx, cy = (str(length).encode() for length in size)
    values = {
        b"{ml}": ml.encode(), b"{rel}": rel.encode(), b"{cx}": cx, b"{cy}": cy,
        b"{id}": relationship.encode(),
        b"{descr}": b' descr="' + told + b'"' if alt else b"",
    }  # fmt: skip
    pattern = re.compile(b"|".join(map(re.escape, values)))
    return pattern.sub(lambda match: values[match[0]], _MARKUP)


_MARKUP = (
    b'<wp:inline xmlns:wp="{ml}/wordprocessingDrawing" xmlns:a="{ml}/main" xmlns:pic="{ml}/picture" '
    b'xmlns:r="{rel}" distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{cx}" cy="{cy}"/>'
    b'<wp:docPr id="\0\0" name="Picture \0\0"{descr}/><wp:cNvGraphicFramePr><a:graphicFrameLocks '
    b'noChangeAspect="1"/></wp:cNvGraphicFramePr><a:graphic><a:graphicData uri="{ml}/picture"><pic:pic>'
    b'<pic:nvPicPr><pic:cNvPr id="0" name="Picture"/><pic:cNvPicPr/></pic:nvPicPr><pic:blipFill>'
    b'<a:blip r:embed="{id}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill><pic:spPr><a:xfrm>'
    b'<a:off x="0" y="0"/><a:ext cx="{cx}" cy="{cy}"/></a:xfrm><a:prstGeom prst="rect"><a:avLst/>'
    b"</a:prstGeom></pic:spPr></pic:pic></a:graphicData></a:graphic></wp:inline>"
)


def numbered(content: bytes, edits: list[tuple[int, int, bytes]]) -> list[tuple[int, int, bytes]]:
    """Return the edits of a part with ids for the new drawings: in their order, behind the highest of it."""
    if not any(_HOLE in new for _, _, new in edits):
        return edits
    last = 0
    for tag in re.findall(_NUMBERED, content):
        stated = re.search(rb"\sid\s*=\s*(?:\"([0-9]{1,10})\"|'([0-9]{1,10})')", tag)
        last = max(last, 0 if stated is None else int(stated[1] or stated[2]))
    done = []
    for start, end, new in sorted(edits, key=lambda edit: edit[:2]):
        first, *others = new.split(b'"' + _HOLE + b'" name="Picture ' + _HOLE + b'"')
        for other in others:
            last += 1
            first += b'"%d" name="Picture %d"' % (last, last) + other
        done.append((start, end, first))
    return done
