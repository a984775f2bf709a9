"""合并: cells of neighbouring copies of a row that become one, told from the logged texts of the copies.

Where the texts of two neighbouring cells are equal, the first gets w:vMerge with restart and the other goes
on (17.4.84). A cell in which a tag stays, or a value has several lines, is by itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from docops_flask.engine.integrity.claims import Replacement
from docops_flask.engine.integrity.expansion.chunks import Chunk
from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.frames import Frame
from docops_flask.engine.integrity.expansion.log_blocks import Copies
from docops_flask.engine.integrity.expansion.misfits import Misfit
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import PartText, Tag
from docops_flask.engine.integrity.picture_tags import picture_tag
from docops_flask.engine.integrity.plan import without_ignored

_RICH = ("富文本", "RICH")
_BRACKETED = re.compile("【[^【】]*】")
_NAME = re.compile(rb"<(?:([^\s<>/:]+):)?([^\s<>/:]+)")
# What stands before w:vMerge in w:tcPr (17.4.69).
_BEFORE = frozenset((b"cnfStyle", b"tcW", b"gridSpan", b"hMerge"))
# The address of a paragraph in a text box.
_IN_BOX = re.compile("(?:^|/)textbox[0-9]")
_NO_CELL = Misfit("合并 stands in no cell that copies of a row can have in common", "extent_mismatch")

# The entries of a copy by paragraph and first character.
Entries = Callable[[Copies], Mapping[tuple[str, int], Replacement]]


class MergedCell:
    """A cell that is merged in copies of ``block``: the bytes ``start``:``end`` say so.

    ``alone``, ``begins`` and ``goes_on`` are what they become.
    """

    def __init__(self, part: PartText, tag: Tag, blocks: Sequence[Block], tags: Iterable[Tag]) -> None:
        """``blocks`` and ``tags`` are those that count.

        Raises ``Misfit`` for a cell that cannot be merged.
        """
        cell = tag.paragraph.element.nearest("tc")
        row = None if cell is None else cell.nearest("tr")
        if cell is None or row is None or _IN_BOX.search(tag.paragraph.path):
            raise _NO_CELL
        around = [each for each in blocks if not each.is_inline and each.first <= row.start < each.last]
        innermost = max(around, key=lambda each: (each.first, -each.last, each.start.first), default=None)
        if innermost is None or not innermost.repeats or innermost.pieces != [row]:
            raise _NO_CELL
        columns = (one for each in blocks if each.extent == "columns" for one in (each, *each.slices))
        if any(each.first <= cell.start < each.last for each in columns):
            raise _NO_CELL
        others = (each for each in blocks if each is not innermost and each.first < each.last)
        if any(cell.start <= each.first < cell.end for each in others):
            raise _NO_CELL
        if any(each.kind == "tbl" for each in cell.inside()) or _has_picture(part, cell, tag):
            raise _NO_CELL
        self.block, self.cell = innermost, cell
        content = part.content
        prefix, _ = _name(content, cell)
        w = prefix + b":" if prefix else b""
        self.start, self.end, before, behind = _place(content, cell, w)
        mark = b"<%bvMerge" % w
        own = content[self.start : self.end]
        self.alone = Chunk(own, [(0, self.start)])
        self.begins = Chunk(before + mark + b' %bval="restart"/>' % w + behind, [(0, -1)])
        self.goes_on = Chunk(before + mark + b"/>" + behind, [(0, -1)])
        control = {(each.paragraph.start, each.start) for each in tags}
        self._pieces = [*_pieces(part, cell, control)]

    def chunk(self, frame: Frame, entries: Entries) -> Chunk:
        """Return what stands in a copy."""
        own = next((each for block, each in frame.around() if block is self.block), None)
        if own is None or own.outer is None or own.is_kept:
            return self.alone
        around, number = own.outer.copies, self.block.number
        before, here, behind = (
            self._text(entries((*around, (number, copy)))) if 0 <= copy < own.count else None
            for copy in (own.copy - 1, own.copy, own.copy + 1)
        )
        if here is None or not here.strip():
            return self.alone
        return self.goes_on if here == before else self.begins if here == behind else self.alone

    def _text(self, entries: Mapping[tuple[str, int], Replacement]) -> str | None:
        made = []
        for piece in self._pieces:
            if isinstance(piece, str):
                made.append(piece)
                continue
            entry = entries.get(piece)
            if entry is None or entry.picture is not None or "\n" in entry.new_text:
                return None
            made.append(entry.new_text)
        return "".join(made)


def left_tags(part: PartText, tags: Iterable[Tag], blocks: Sequence[Block]) -> list[Tag]:
    """Return the tags whose cells cannot be merged; ``blocks`` are those that count."""
    left = []
    for tag in tags:
        try:
            if tag.read.kind == "merge":
                MergedCell(part, tag, blocks, ())
        except Misfit:
            left.append(tag)
    return left


def _has_picture(part: PartText, cell: Element, tag: Tag) -> bool:
    story = part.story_of(tag.paragraph.path)
    return any(
        picture_tag(without_ignored(match[0][1:-1])) is not None
        for start, paragraph in part.paragraphs.items()
        if cell.start < start < cell.end and part.story_of(paragraph.path) == story
        for match in _BRACKETED.finditer(paragraph.text)
    )


def _name(content: bytes, element: Element) -> tuple[bytes, bytes]:
    found = _NAME.match(content, element.start)
    assert found is not None
    return found[1] or b"", found[2]


def _place(content: bytes, cell: Element, w: bytes) -> tuple[int, int, bytes, bytes]:
    """Return the tag that w:vMerge is written at, and what is written before and behind that."""
    properties = next((each for each in cell.children if _name(content, each)[1] == b"tcPr"), None)
    if properties is None:
        opened = content[cell.start : cell.tag_end] + b"<%btcPr>" % w
        return cell.start, cell.tag_end, opened, b"</%btcPr>" % w
    if properties.tag_end == properties.end:
        return properties.start, properties.end, b"<%btcPr>" % w, b"</%btcPr>" % w
    names = [_name(content, each)[1] for each in properties.children]
    if b"vMerge" in names:
        raise _NO_CELL
    behind = next(
        (each for each, name in zip(properties.children, names, strict=True) if name not in _BEFORE), None
    )
    start, end = (properties.last, properties.end) if behind is None else (behind.start, behind.tag_end)
    return start, end, b"", content[start:end]


def _pieces(part: PartText, cell: Element, control: set[tuple[int, int]]) -> Iterator[str | tuple[str, int]]:
    """Yield the stretches of a cell's text, and the places of tags that values take the places of."""
    for start, paragraph in part.paragraphs.items():
        if not cell.start < start < cell.end:
            continue
        at = 0
        for match in _BRACKETED.finditer(paragraph.text):
            yield paragraph.text[at : match.start()]
            at = match.end()
            if (start, match.start()) not in control:
                # What has runs of its own does not merge.
                yield paragraph.path, -1 if any(word in match[0] for word in _RICH) else match.start()
        yield paragraph.text[at:] + "\n"
