"""Pictures of the template that give way to others, for the proof: their edits, made from a tree."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.byte_tags import TagMap, element_end
from docops_flask.engine.integrity.drawings import Size, insets, natural, within
from docops_flask.engine.opc.picture_header import PictureHeader

_ADDRESS = r"(docPr|cNvPr)\[(0|[1-9][0-9]{0,8})\]@(descr|title)"
_REFERENCE = rb"\s([^\s:=]+):(embed|link)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
_MOST = 10**15

ByteRange = tuple[int, int]


class PictureBox(NamedTuple):
    """A drawing with one picture: its size, its a:blip and pic:blipFill, and what goes where it goes."""

    size: Size
    blip: _Element
    fill: _Element
    holder: _Element


class BoxReader:
    """Finds the drawings of a part that was parsed to ``root`` from ``content``."""

    def __init__(self, root: _Element, content: bytes) -> None:
        self._content = content
        self._tags = TagMap(root, content)
        self._elements = {
            local: [each for each in root.iter("*") if _local(each) == local] for local in ("docPr", "cNvPr")
        }
        # By drawing, which several attributes may describe.
        self._boxes: dict[_Element, PictureBox | None] = {}

    def box(self, address: str) -> PictureBox | None:
        """Return the drawing that the attribute at ``address`` describes, if it has one picture."""
        match = re.fullmatch(_ADDRESS, address)
        if match is None or int(match[2]) >= len(self._elements[match[1]]):
            return None
        described = self._elements[match[1]][int(match[2])]
        frame = next(
            (each for each in described.iterancestors() if _local(each) in ("inline", "anchor")), None
        )
        if frame is not None and frame not in self._boxes:
            self._boxes[frame] = self._box_in(frame)
        return None if frame is None else self._boxes[frame]

    @staticmethod
    def _box_in(frame: _Element) -> PictureBox | None:
        around = frame.getparent()
        if around is None or _local(around) != "drawing":
            return None
        blips = [each for each in frame.iter("*") if _local(each) == "blip"]
        extent = next((each for each in frame if _local(each) == "extent"), None)
        if extent is None or len(blips) != 1:
            return None
        fill = blips[0].getparent()
        lengths = [extent.get(name, "") for name in ("cx", "cy")]
        if fill is None or _local(fill) != "blipFill" or not all(map(str.isdigit, lengths)):
            return None
        width, height = map(int, lengths)
        if not (0 < width < _MOST and 0 < height < _MOST):
            return None
        return PictureBox((width, height), blips[0], fill, _holder(around))

    def edits(
        self, box: PictureBox, header: PictureHeader, relationship: str
    ) -> list[tuple[int, int, bytes]]:
        """Return the edits that put a picture into a box."""
        tag = self._tags[box.blip]
        start = self._content[tag.start : tag.end]
        found = {match[2]: match for match in re.finditer(_REFERENCE, start)}
        embed, link = found.get(b"embed"), found.get(b"link")
        edits: list[tuple[int, int, bytes]] = []
        if embed is not None:
            group = 3 if embed[3] is not None else 4
            edits.append(
                (tag.start + embed.start(group), tag.start + embed.end(group), relationship.encode())
            )
        if link is not None:
            new = b"" if embed is not None else b'%b:embed="%b"' % (link[1], relationship.encode())
            first = tag.start + link.start() + (embed is None)
            edits.append((first, tag.start + link.end(), new))
        edits += [
            (*self._range(each), b"") for each in box.blip.iterchildren("*") if _local(each) == "extLst"
        ][-1:]
        prefix = b"" if box.blip.prefix is None else box.blip.prefix.encode() + b":"
        size = within(natural(header), box.size)
        sides = insets(box.size, size)
        told = b"".join(b' %b="-%d"' % (side.encode(), sides[side]) for side in "lrtb" if side in sides)
        filling = b"<%bsrcRect%b/>" % (prefix, told) if told else b""
        filling += b"<%bstretch><%bfillRect/></%bstretch>" % (prefix, prefix, prefix)
        end = self._content.rindex(b"</", 0, self._range(box.fill)[1])
        edits.append((self._range(box.blip)[1], end, filling))
        return edits

    def removal(self, box: PictureBox) -> tuple[int, int, bytes]:
        """Return the edit that takes a box away."""
        return (*self._range(box.holder), b"")

    def _range(self, element: _Element) -> ByteRange:
        tag = self._tags[element]
        return tag.start, element_end(self._content, tag)


def _holder(drawing: _Element) -> _Element:
    """Return the run of a drawing that holds nothing else; else what holds it in its run."""
    child: _Element = drawing
    for ancestor in drawing.iterancestors():
        if _local(ancestor) == "p":
            break
        if _local(ancestor) == "r":
            others = [each for each in ancestor.iterchildren("*") if _local(each) != "rPr"]
            return ancestor if len(others) == 1 else child
        child = ancestor
    return drawing


def _local(element: _Element) -> str:
    return str(element.tag).rpartition("}")[2]


def without(
    edits: Sequence[tuple[int, int, bytes]], gone: Sequence[tuple[int, int, bytes]]
) -> list[tuple[int, int, bytes]]:
    """Return those of ``edits`` that do not lie in what ``gone`` takes away."""
    ranges = sorted(gone)
    starts = [start for start, _, _ in ranges]

    def stays(at: int) -> bool:
        number = bisect_right(starts, at) - 1
        return number < 0 or at >= ranges[number][1]

    return [edit for edit in edits if stays(edit[0])]
