"""合并: cells of neighbouring copies of a row that become one, told from the logged texts of the copies.

Where the texts of two neighbouring cells are equal, the first gets w:vMerge with restart and the other goes
on (17.4.84). A cell in which a tag stays, or a value has several lines, is by itself.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from docops_flask.engine.integrity.byte_tags import ANY_MARKUP
from docops_flask.engine.integrity.claims import Replacement
from docops_flask.engine.integrity.expansion.chunks import Chunk
from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.frames import Frame
from docops_flask.engine.integrity.expansion.log_blocks import Copies
from docops_flask.engine.integrity.expansion.misfits import Misfit
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import Paragraph, PartText, Tag
from docops_flask.engine.integrity.expansion.word_names import WordNames
from docops_flask.engine.integrity.picture_tags import document_tag, picture_tag
from docops_flask.engine.integrity.plan import without_ignored
from docops_flask.engine.integrity.tags import formats_of, is_rich

_BRACKETED = re.compile("【[^【】]*】")
_BRACKET = re.compile("【|&#0*12304;|&#[xX]0*3010;".encode())
_MARKUP = re.compile(ANY_MARKUP, re.DOTALL)
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
        if any(each.kind == "tbl" for each in cell.inside()) or _has_picture_or_document(part, cell, tag):
            raise _NO_CELL
        written = _CellMarkup(part, cell)
        if written.is_merged or written.hides_something:
            raise _NO_CELL
        self.block, self.cell = innermost, cell
        self.start, self.end, before, behind = written.place
        mark, value = written.mark
        self.alone = Chunk(part.content[self.start : self.end], [(0, self.start)])
        self.begins = Chunk(before + mark + value + b"/>" + behind, [(0, -1)])
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
    merging = [tag for tag in tags if tag.read.kind == "merge"]
    unfit: dict[int | None, bool] = {}
    for tag in merging:
        start = start_of_cell(tag)
        if start not in unfit:
            try:
                MergedCell(part, tag, blocks, ())
                unfit[start] = False
            except Misfit:
                unfit[start] = True
    return [tag for tag in merging if unfit[start_of_cell(tag)]]


def start_of_cell(tag: Tag) -> int | None:
    """Return the byte where the cell of a tag begins, ``None`` where it stands in none."""
    cell = tag.paragraph.element.nearest("tc")
    return None if cell is None else cell.start


def _paragraphs_in(part: PartText, cell: Element) -> Iterator[Paragraph]:
    for element in part.elements.paragraphs_in(cell.start, cell.end):
        paragraph = part.paragraphs.get(element.start)
        if paragraph is not None:
            yield paragraph


def _has_picture_or_document(part: PartText, cell: Element, tag: Tag) -> bool:
    story = part.story_of(tag.paragraph.path)
    inner = (
        without_ignored(match[0][1:-1])
        for paragraph in _paragraphs_in(part, cell)
        if part.story_of(paragraph.path) == story
        for match in _BRACKETED.finditer(paragraph.text)
    )
    return any(picture_tag(each) is not None or document_tag(each) is not None for each in inner)


class _CellMarkup:
    """The elements of a cell by their names, as far as merging asks for them."""

    def __init__(self, part: PartText, cell: Element) -> None:
        self._part = part
        self._cell = cell
        self._names = WordNames(part.elements)
        own = (each for each in cell.children if self._names.local(each) == b"tcPr")
        self._properties = next(own, None)

    @property
    def is_merged(self) -> bool:
        """Whether its properties merge it; what they were before a tracked change does not."""
        pending = [] if self._properties is None else [*self._properties.children]
        while pending:
            each = pending.pop()
            local = self._names.local(each)
            if local == b"vMerge":
                return True
            if local != b"tcPrChange":
                pending += each.children
        return False

    @property
    def hides_something(self) -> bool:
        """Whether cells of one text may differ: in notes, or in tags beside the text of paragraphs."""
        content, cell = self._part.content, self._cell
        # How many elements are open from one on that has the properties of a content control.
        count = depth = 0
        at = cell.tag_end
        for match in _MARKUP.finditer(content, cell.tag_end, cell.last):
            local = b"" if match[3] is None else self._names.named(match[3], cell)
            if local in (b"footnoteReference", b"endnoteReference"):
                return True
            if not depth:
                count += len(_BRACKET.findall(content, at, match.start()))
            at = match.end()
            if not depth and local != b"sdtPr":
                count += len(_BRACKET.findall(match[0]))
            elif match[3] is not None and not match[4].endswith(b"/"):
                depth += -1 if match[2] else 1
        count += len(_BRACKET.findall(content, at, cell.last))
        return count != sum(each.text.count("【") for each in _paragraphs_in(self._part, cell))

    @property
    def place(self) -> tuple[int, int, bytes, bytes]:
        """The tag that w:vMerge is written behind, and what is written before and behind it there."""
        content, cell, properties = self._part.content, self._cell, self._properties
        if properties is None:
            name = b":".join(filter(None, (self._prefix, b"tcPr")))
            return (
                cell.start,
                cell.tag_end,
                content[cell.start : cell.tag_end] + b"<%b>" % name,
                b"</%b>" % name,
            )
        if properties.tag_end == properties.end:
            tag = content[properties.start : properties.end].removesuffix(b">").removesuffix(b"/").rstrip()
            return properties.start, properties.end, tag + b">", b"</%b>" % tag[1:].split()[0]
        earlier = [
            (each.start, each.end) for each in properties.children if self._names.local(each) in _BEFORE
        ]
        start, end = earlier[-1] if earlier else (properties.start, properties.tag_end)
        return start, end, content[start:end], b""

    @property
    def mark(self) -> tuple[bytes, bytes]:
        """The start tag of w:vMerge without its end, and the attribute with which a cell begins."""
        if self._prefix:
            return b"<%b:vMerge" % self._prefix, b' %b:val="restart"' % self._prefix
        # The default namespace is that of no attribute.
        return b'<w:vMerge xmlns:w="%b"' % self._part.elements.namespace, b' w:val="restart"'

    @property
    def _prefix(self) -> bytes:
        return self._names.name(self._cell).rpartition(b":")[0]


def _pieces(part: PartText, cell: Element, control: set[tuple[int, int]]) -> Iterator[str | tuple[str, int]]:
    """Yield the stretches of a cell's text, and the places of tags that values take the places of."""
    for paragraph in _paragraphs_in(part, cell):
        at = 0
        for match in _BRACKETED.finditer(paragraph.text):
            yield paragraph.text[at : match.start()]
            at = match.end()
            if (paragraph.start, match.start()) not in control:
                # What has runs of its own does not merge.
                rich = is_rich(formats_of(without_ignored(match[0][1:-1])))
                yield paragraph.path, -1 if rich else match.start()
        yield paragraph.text[at:] + "\n"
