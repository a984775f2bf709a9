"""Pictures of the template that stand for others: which box has which alternative text, and their edits.

The alternative text is that of wp:docPr (20.4.2.5), its descr or else its title. The picture's pic:cNvPr
(20.2.2.3) may repeat it.
"""

import re
from collections.abc import Collection, Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.edits import Edit, EditedPart, ReplaceText
from docops_flask.engine.oxml.markup import TOKEN, attribute_spans, attributes_of
from docops_flask.engine.template.pictures.sizes import Extent, fitted

_FRAMES = (b"inline", b"anchor")
_DESCRIBED = re.compile(r"(docPr|cNvPr)\[([0-9]+)\]@(descr|title)")
# Where the alternative text is looked for, in this order.
_PRECEDENCE = (("docPr", "descr"), ("docPr", "title"), ("cNvPr", "descr"), ("cNvPr", "title"))
# A side of a picture is parted into so many (ST_Percentage, 20.1.10.40).
_WHOLE = 100_000
_MOST_OUTSET = 2_000_000_000
_MOST_DIGITS = 15


class Span(NamedTuple):
    """The bytes ``start``:``end`` of a part."""

    start: int
    end: int


class Box:
    """A drawing in a line of text or beside it: its size, what describes it, its picture if it has one alone.

    ``blip`` is the start tag of the
    reference to the picture, ``extensions`` what extends it, ``rest`` what follows it in the filling.
    ``holder`` is what goes where the drawing goes: its run, or what holds it there beside other content.
    """

    __slots__ = ("blip", "extensions", "extent", "holder", "pictures", "prefix", "rest")

    def __init__(self) -> None:
        self.extent = Extent(0, 0)
        self.pictures = 0
        self.prefix = b""
        self.blip = Span(0, 0)
        self.extensions: Span | None = None
        self.rest = Span(0, 0)
        self.holder = Span(0, 0)

    @property
    def is_picture(self) -> bool:
        """Whether it holds one picture, and nothing else that is drawn from a file."""
        return self.pictures == 1 and self.rest.end > 0 and min(self.extent) > 0


class _Open:
    """An open element with the drawing that it belongs to.

    ``inside`` are the drawings in it whose run is still open; of a run ``children`` counts what it holds
    beside its properties.
    """

    __slots__ = ("box", "children", "inside", "local", "start")

    def __init__(self, local: bytes, start: int, box: Box | None) -> None:
        self.local = local
        self.start = start
        self.box = box
        self.children = 0
        self.inside: list[Box] = []


class Boxes:
    """The drawings of a part by the addresses of their docPr and cNvPr (``docPr[2]``)."""

    def __init__(self, part: EditedPart) -> None:
        self.part = part
        self._by_element: dict[tuple[str, int], Box] = {}
        self._numbers = {b"docPr": 0, b"cNvPr": 0}
        self._read(part.content)

    def of(self, address: str) -> tuple[Box, tuple[str, str]] | None:
        """Return the drawing that an attribute describes, with the names of its element and itself."""
        match = _DESCRIBED.fullmatch(address)
        box = None if match is None else self._by_element.get((match[1], int(match[2])))
        return None if box is None or match is None else (box, (match[1], match[3]))

    def _read(self, content: bytes) -> None:
        opened = [_Open(b"", 0, None)]
        for match in TOKEN.finditer(content):
            slash, name, attributes = match.groups()
            if name is not None:
                local = name.rpartition(b":")[2]
                around = opened[-1]
                around.children += local != b"rPr"
                box = around.box
                own = _Open(local, match.start(), box)
                if local in _FRAMES and around.local == b"drawing":
                    own.box = Box()
                    own.inside.append(own.box)
                elif local in self._numbers:
                    if box is not None:
                        self._by_element[local.decode(), self._numbers[local]] = box
                    self._numbers[local] += 1
                elif box is not None:
                    _take(box, name, attributes, opened, match)
                opened.append(own)
            if (slash or (name is not None and attributes.endswith(b"/"))) and len(opened) > 1:
                _close(opened, match)


def _take(box: Box, name: bytes, attributes: bytes, opened: Sequence[_Open], match: re.Match[bytes]) -> None:
    """Take in the start tag of an element that belongs to a drawing."""
    prefix, colon, local = name.rpartition(b":")
    around = opened[-1].local
    if local == b"extent" and around in _FRAMES:
        stated = attributes_of(attributes.removesuffix(b"/"))
        box.extent = Extent(_length(stated.get(b"cx", b"")), _length(stated.get(b"cy", b"")))
    elif local == b"blip":
        box.pictures += 1
        names = (each.rpartition(b":") for each in attributes_of(attributes.removesuffix(b"/")))
        refers = any(sign and own in (b"embed", b"link") for _, sign, own in names)
        if refers and around == b"blipFill" and opened[-2].local == b"pic":
            box.blip, box.prefix = Span(*match.span()), prefix + colon


def _close(opened: list[_Open], match: re.Match[bytes]) -> None:
    """Close the innermost element with the tag ``match``."""
    closed, end = opened.pop(), match.end()
    around, box = opened[-1], closed.box
    if box is not None and closed.start >= box.blip.start > 0:
        if closed.local == b"blip" and closed.start == box.blip.start:
            box.rest = Span(end, 0)
        elif closed.local == b"extLst" and around.local == b"blip":
            box.extensions = Span(closed.start, end)
    if box is not None and closed.local == b"blipFill" and box.rest.start and not box.rest.end:
        box.rest = Span(box.rest.start, match.start())
    if not closed.inside or closed.local == b"p":
        return
    is_alone = closed.local == b"r" and closed.children == 1
    if closed.local == b"drawing" or around.local == b"r" or is_alone:
        for each in closed.inside:
            each.holder = Span(closed.start, end)
    if closed.local != b"r":
        around.inside += closed.inside


def _length(stated: bytes) -> int:
    return int(stated) if stated.isdigit() and len(stated) <= _MOST_DIGITS else 0


def main_description(described: Collection[tuple[str, str]]) -> tuple[str, str]:
    """Return which of the attributes of a drawing, all with one tag, is the tag of its picture."""
    return next(each for each in _PRECEDENCE if each in described)


def edits_of(
    box: Box, part: EditedPart, relationship: str, natural: Extent, why: ReplaceText
) -> Iterator[Edit]:
    """Yield the edits that put the picture behind ``relationship`` into a box, with its ratio kept, centred.

    What extends the reference (another picture for other programs) and what is cut off the old picture goes.
    """
    content = part.content
    tag = content[box.blip.start : box.blip.end]
    spans = {each.name.rpartition(b":")[2]: each for each in attribute_spans(tag) if b":" in each.name}
    embed, link = spans.get(b"embed"), spans.get(b"link")
    at = box.blip.start
    if embed is not None:
        yield Edit(part, at + embed.start, at + embed.end, relationship.encode(), why)
    if link is not None:
        name = tag.rindex(link.name, 0, link.start)
        new = (
            b""
            if embed is not None
            else link.name.replace(b"link", b"embed") + b'="%b"' % relationship.encode()
        )
        # With the blank before it, if nothing comes in its place.
        yield Edit(part, at + name - (embed is not None), at + link.end + 1, new, why)
    if box.extensions is not None:
        yield Edit(part, *box.extensions, b"", why)
    yield Edit(part, *box.rest, _filling(box, fitted(natural, box.extent)), why)


def _filling(box: Box, size: Extent) -> bytes:
    """Return what fills a box with a picture of ``size`` in it: the source is made larger on two sides.

    Negative sides of a:srcRect (20.1.8.55) are what Word writes to fit a picture; LibreOffice shows them too.
    """
    sides = ""
    for names, room, length in (("lr", box.extent.width, size.width), ("tb", box.extent.height, size.height)):
        outset = min(((room - length) * _WHOLE + length) // (2 * length), _MOST_OUTSET)
        if outset:
            sides += "".join(f' {name}="-{outset}"' for name in names)
    source = f"<a:srcRect{sides}/>" if sides else ""
    filling = f"{source}<a:stretch><a:fillRect/></a:stretch>"
    return filling.replace("a:", box.prefix.decode()).encode()
