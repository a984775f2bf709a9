"""The markup of a picture in a line of text (ECMA-376 part 1, 20.4.2.8 and 20.2.2.5)."""

import re
from collections.abc import Iterable
from operator import itemgetter

from docops_flask.engine.document.edits import Edit, EditedPart
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL
from docops_flask.engine.oxml.markup import TOKEN, escaped, inner_scope
from docops_flask.engine.template.pictures.sizes import Extent

STRICT = b"http://purl.oclc.org/ooxml/wordprocessingml/main"
_OPEN_DRAWING, _STRICT_DRAWING = (
    "http://schemas.openxmlformats.org/drawingml/2006",
    "http://purl.oclc.org/ooxml/drawingml",
)
# Ids are given once all drawings of a part are known; nothing else that is written begins so.
UNNUMBERED = b'<wp:docPr id=""'
_NAMELESS = b' name="Picture "'
_IDS = re.compile(rb"<(?:[^\s<>/:!?]+:)?(?:docPr|cNvPr)(?=\s)((?:[^>\"']|\"[^\"]*\"|'[^']*')*)>")
_ID = re.compile(rb"\sid\s*=\s*[\"']([0-9]{1,10})[\"']")


def inline_drawing(prefix: bytes, extent: Extent, relationship: str, alt: str, *, is_strict: bool) -> bytes:
    """Return a w:drawing with a picture of the size ``extent``, which is yet to be numbered (``numbered``).

    ``prefix`` is that of WordprocessingML with its colon, ``relationship`` the id of that to the picture's
    part, ``alt`` the alternative text.
    """
    base = _STRICT_DRAWING if is_strict else _OPEN_DRAWING
    width, height = extent
    names = (
        f'xmlns:wp="{base}/wordprocessingDrawing" xmlns:a="{base}/main" xmlns:pic="{base}/picture" '
        f'xmlns:r="{REL_STRICT if is_strict else REL_TRANSITIONAL}"'
    )
    inner = (
        f'<wp:inline {names} distT="0" distB="0" distL="0" distR="0"><wp:extent cx="{width}" cy="{height}"/>'
        f"{nameless_properties(alt).decode()}"
        '<wp:cNvGraphicFramePr><a:graphicFrameLocks noChangeAspect="1"/></wp:cNvGraphicFramePr>'
        f'<a:graphic><a:graphicData uri="{base}/picture"><pic:pic>'
        '<pic:nvPicPr><pic:cNvPr id="0" name="Picture"/><pic:cNvPicPr/></pic:nvPicPr>'
        f'<pic:blipFill><a:blip r:embed="{relationship}"/><a:stretch><a:fillRect/></a:stretch></pic:blipFill>'
        f'<pic:spPr><a:xfrm><a:off x="0" y="0"/><a:ext cx="{width}" cy="{height}"/></a:xfrm>'
        '<a:prstGeom prst="rect"><a:avLst/></a:prstGeom></pic:spPr>'
        "</pic:pic></a:graphicData></a:graphic></wp:inline>"
    )
    return b"<%bdrawing>%b</%bdrawing>" % (prefix, inner.encode(), prefix)


def nameless_properties(alt: str) -> bytes:
    """Return the wp:docPr of a drawing with the alternative text ``alt``, which is yet to be numbered."""
    described = f' descr="{attribute(alt)}"' if alt else ""
    return b"%b%b%b/>" % (UNNUMBERED, _NAMELESS, described.encode())


def is_strict_part(content: bytes) -> bool:
    """Say whether the root of a part is in the Strict namespace of WordprocessingML."""
    root = next((match for match in TOKEN.finditer(content) if match[2] is not None), None)
    return root is not None and inner_scope({}, root[3]).get(root[2].rpartition(b":")[0]) == STRICT


def attribute(text: str) -> str:
    """Return ``text`` as it is written in an attribute between double quotes (XML 1.0, 2.3 and 3.3.3)."""
    quoted = escaped(text).decode().replace('"', "&quot;")
    return quoted.replace("\n", "&#10;").replace("\t", "&#9;")


def numbered(edits: Iterable[Edit]) -> list[Edit]:
    """Return ``edits`` with the ids of new drawings: the highest of the part and more, in order."""
    done: list[Edit] = []
    by_part: dict[EditedPart, list[Edit]] = {}
    for edit in edits:
        if UNNUMBERED in edit.new:
            by_part.setdefault(edit.part, []).append(edit)
        else:
            done.append(edit)
    for part, of_part in by_part.items():
        number = highest_id(part.content)
        for edit in sorted(of_part, key=itemgetter(1, 2)):
            pieces = edit.new.split(UNNUMBERED + _NAMELESS)
            new = pieces[0]
            for piece in pieces[1:]:
                number += 1
                new += b'<wp:docPr id="%d" name="Picture %d"' % (number, number) + piece
            done.append(edit._replace(new=new))
    return done


def highest_id(content: bytes) -> int:
    """Return the highest id of the drawings in a part, 0 without any."""
    highest = 0
    for match in _IDS.finditer(content):
        stated = _ID.search(match[1])
        if stated is not None:
            highest = max(highest, int(stated[1]))
    return highest
