"""What goes whatever the data: control paragraphs and rows (docs/templates.md, *What vanishes*, V1 and V2).

Told from the template alone, with the tags of its sound blocks, remarks and declarations.
"""

import re
from collections.abc import Iterator, Sequence

from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.extents import Beside, Extent
from docops_flask.engine.integrity.expansion.pairing import Block, Part
from docops_flask.engine.integrity.expansion.paragraphs import Paragraph, PartText, Tag

SECTION = re.compile(rb"<(?:[^\s<>/:!?]+:)?sectPr[\s/>]")
_OF_ROWS = frozenset(("rows", "table"))


class ControlPieces:
    """The control paragraphs and rows of a part, by the byte where they begin.

    ``gone`` has the rule that each goes by, ``emptied`` those that stay without what is in them.
    """

    def __init__(self, part: PartText, beside: Beside, blocks: Sequence[tuple[Block, Extent]]) -> None:
        self._part = part
        self._beside = beside
        self._is_row: dict[int, bool] = {}
        self.gone: dict[int, tuple[Element, str]] = dict(self._rows(blocks))
        inline = {id(tag) for block, extent in blocks if extent.kind == "inline" for tag in block.tags}
        # A part without tags is not read for its paragraphs.
        for paragraph in part.paragraphs.values() if beside.has_tags else ():
            tags = beside.tags_in(paragraph)
            if not tags or self.is_in_gone_row(paragraph.element):
                continue
            of_blocks = [
                id(tag) in inline for tag in tags if tag.read.kind not in ("remark", "declare", "merge")
            ]
            if not (of_blocks and all(of_blocks)) and beside.is_empty(paragraph):
                self.gone[paragraph.start] = paragraph.element, "V1"
        self.emptied = {
            start
            for start, (element, rule) in self.gone.items()
            if rule == "V1" and self._has_to_stay(element)
        }

    def goes(self, element: Element) -> bool:
        """Say whether an element is a control paragraph or row."""
        return element.start in self.gone

    def takes(self, element: Element) -> bool:
        """Say whether an element is one, or lies in such a row."""
        return element.start in self.gone or self.is_in_gone_row(element)

    def is_in_gone_row(self, element: Element) -> bool:
        """Say whether an element lies in a control row."""
        row = element.nearest("tr")
        while row is not None and row.start not in self.gone:
            row = row.nearest("tr")
        return row is not None

    def is_divider(self, element: Element) -> bool:
        """Say whether a paragraph or row holds tags alone."""
        if element.kind == "tr":
            return self._is_control_row(element)
        paragraph = self._part.paragraphs.get(element.start)
        return element.kind == "p" and paragraph is not None and self._beside.is_control(paragraph)

    def _rows(self, blocks: Sequence[tuple[Block, Extent]]) -> Iterator[tuple[int, tuple[Element, str]]]:
        for block, extent in blocks:
            if extent.kind not in _OF_ROWS:
                continue
            with_tags = {
                row.start: row
                for tag in block.tags
                for row in (tag.paragraph.element.nearest("tr"),)
                if row is not None
            }
            control = [row for row in with_tags.values() if self._is_control_row(row)]
            rows = (row for piece in extent.pieces for row in _rows_in(piece))
            # One of its rows has to stay.
            if control and any(row.start not in with_tags or not self._is_control_row(row) for row in rows):
                yield from ((row.start, (row, "V2")) for row in control)

    def _is_control_row(self, row: Element) -> bool:
        known = self._is_row.get(row.start)
        if known is None:
            known = self._is_row[row.start] = self._reads_as_control_row(row)
        return known

    def _reads_as_control_row(self, row: Element) -> bool:
        has_tag = False
        for element in row.inside():
            if element.kind == "p":
                paragraph = self._part.paragraphs.get(element.start)
                is_own = paragraph is not None and element.nearest("tr") is row
                if paragraph is None or not is_own or not self._beside.is_empty(paragraph):
                    return False
                tags = self._beside.tags_in(paragraph)
                has_tag = has_tag or any(tag.read.kind not in ("remark", "declare", "merge") for tag in tags)
        return has_tag

    def _has_to_stay(self, element: Element) -> bool:
        """Say whether a paragraph ends a section, or is what its container has to end with."""
        if self._part.paragraphs[element.start].has(SECTION, self._part.content):
            return True
        container = element.parent
        assert container is not None
        if container.kind == "body":
            return False
        with_content = [
            each
            for each in container.children
            if each.kind in ("p", "tbl", "tr", "tc") or any(inner.kind == "p" for inner in each.inside())
        ]
        if with_content[-1] is not element:
            return False
        before = next((each for each in reversed(with_content[:-1]) if not self.goes(each)), None)
        return before is None or before.kind == "tbl"


def _rows_in(piece: Element) -> Iterator[Element]:
    """Yield the rows that a piece is or holds, in content controls too, but not those of tables in it."""
    if piece.kind == "tr":
        yield piece
    elif piece.kind in ("tbl", ""):
        for child in piece.children:
            if child.kind != "tbl":
                yield from _rows_in(child)


def divide(block: Block, extent: Extent, part: PartText, control: ControlPieces) -> bool:
    """Set the pieces and parts of a block that covers elements; say whether its dividers stand alone."""
    pieces = list(extent.pieces)
    first, last = 0, len(pieces)
    while first < last and control.goes(pieces[first]):
        first += 1
    while first < last and control.goes(pieces[last - 1]):
        last -= 1
    numbers = {id(piece): number for number, piece in enumerate(pieces)}
    bounds = [first]
    for tag in (block.gap_tag, block.other_tag):
        if tag is None:
            continue
        piece: Element | None = tag.paragraph.element
        while piece is not None and id(piece) not in numbers:
            piece = piece.parent
        wanted = "tr" if extent.kind == "rows" else "p"
        if piece is None or piece.kind != wanted or not control.is_divider(piece):
            return False
        at = min(max(numbers[id(piece)], bounds[-1]), last)
        bounds += [at, max(min(numbers[id(piece)] + 1, last), at)]
    bounds.append(last)
    block.leading, block.pieces, block.trailing = pieces[:first], pieces[first:last], pieces[last:]
    behind = part.elements.paragraphs[block.start.paragraph.start].end
    if not block.pieces:
        block.first = block.last = behind
        _give_parts(block, [Part(behind, behind) for _ in bounds[::2]])
        return True
    block.first, block.last = block.pieces[0].start, block.pieces[-1].end
    parts = []
    for begin, end in zip(bounds[::2], bounds[1::2], strict=True):
        if begin < end:
            parts.append(Part(pieces[begin].start, pieces[end - 1].end))
        else:
            at = pieces[begin - 1].end if begin > 0 else block.start.paragraph.start
            parts.append(Part(at, at))
    _give_parts(block, parts)
    return True


def _give_parts(block: Block, parts: Sequence[Part]) -> None:
    block.main, *others = parts
    if block.gap_tag is not None:
        block.gap = others.pop(0)
    if block.other_tag is not None:
        block.other = others.pop(0)


def give_inline_parts(block: Block, parts: Sequence[Part]) -> None:
    """Set the parts of an inline block."""
    _give_parts(block, parts)


def loose_paragraphs(beside: Beside, blocks: Sequence[Block]) -> list[Paragraph]:
    """Return the paragraphs that are made of inline blocks, remarks and white space alone (V3)."""
    outermost: dict[int, list[Block]] = {}
    for block in blocks:
        around = block.parent
        is_inner = around is not None and around.is_inline and around.story == block.story
        if block.is_inline and not is_inner:
            outermost.setdefault(block.start.paragraph.start, []).append(block)
    found = []
    for own in outermost.values():
        paragraph = own[0].start.paragraph
        own.sort(key=lambda block: block.start.start)
        bounds: list[Tag | None] = [None]
        for block in own:
            bounds += [block.start, block.end]
        bounds.append(None)
        pairs = zip(bounds[::2], bounds[1::2], strict=True)
        if not any(beside.between(paragraph, first, last) for first, last in pairs):
            found.append(paragraph)
    return found
