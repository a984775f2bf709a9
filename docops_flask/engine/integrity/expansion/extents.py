"""What a block covers, as the proof reads docs/templates.md, chapter *Extents*: the first rule that fits."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.integrity.expansion.elements import Element
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import Paragraph, Tag

if TYPE_CHECKING:
    from docops_flask.engine.integrity.expansion.grid_cells import Columns


class Beside:
    """What stands in paragraphs beside the tags of blocks, remarks and declarations."""

    def __init__(self, content: bytes, tags: Mapping[int, Sequence[Tag]]) -> None:
        """``tags`` are those of each paragraph, by the byte where it begins, in their order."""
        self._content = content
        self._tags = tags
        self._known: dict[int, tuple[list[int], list[int]]] = {}

    @property
    def content(self) -> bytes:
        """The bytes of the part."""
        return self._content

    @property
    def has_tags(self) -> bool:
        """Whether there are any tags."""
        return bool(self._tags)

    def is_control(self, paragraph: Paragraph) -> bool:
        """Say whether a paragraph has tags and nothing beside them."""
        return paragraph.start in self._tags and self.is_empty(paragraph)

    def is_empty(self, paragraph: Paragraph) -> bool:
        """Say whether nothing stands in a paragraph beside tags."""
        return not any(self._of(paragraph))

    def tags_in(self, paragraph: Paragraph) -> Sequence[Tag]:
        """Return the tags of a paragraph."""
        return self._tags.get(paragraph.start, ())

    def before(self, tag: Tag) -> bool:
        """Say whether something stands before a tag in its paragraph."""
        return self.between(tag.paragraph, None, tag)

    def behind(self, tag: Tag) -> bool:
        """Say whether something stands behind a tag in its paragraph."""
        return self.between(tag.paragraph, tag, None)

    def between(self, paragraph: Paragraph, first: Tag | None, last: Tag | None) -> bool:
        """Say whether something stands behind ``first`` and before ``last``."""
        characters, objects = self._of(paragraph)
        return _any_in(characters, first and first.end, last and last.start) or _any_in(
            objects, first and first.last, last and last.first
        )

    def _of(self, paragraph: Paragraph) -> tuple[list[int], list[int]]:
        known = self._known.get(paragraph.start)
        if known is None:
            characters: list[int] = []
            at = 0
            text = paragraph.text
            for tag in (*self.tags_in(paragraph), None):
                end = len(text) if tag is None else tag.start
                characters += (place for place in range(at, end) if not text[place].isspace())
                at = end if tag is None else tag.end
            known = self._known[paragraph.start] = characters, paragraph.solids(self._content)
        return known


def _any_in(places: Sequence[int], low: int | None, high: int | None) -> bool:
    first = 0 if low is None else bisect_left(places, low)
    return first < len(places) and (high is None or places[first] < high)


class Extent(NamedTuple):
    """What a block covers: its ``kind``, and the siblings that it covers.

    Of columns these are the cells in the row of its start tag; ``columns`` has w:gridCol, other rows' cells
    and those over the columns.
    """

    kind: str
    pieces: Sequence[Element]
    columns: "Columns | None" = None


NOTHING = Extent("paragraphs", ())


def extent_of(block: Block, beside: Beside) -> Extent | None:
    """Return what ``block`` covers; ``None`` where the rules give it no extent."""
    start, end = block.start, block.end
    first, last = start.paragraph.element, end.paragraph.element
    stated = start.read.extent
    table = first.nearest("tbl")
    is_one_table = table is not None and table is last.nearest("tbl")
    if stated == "columns":
        # Imported here: few templates repeat columns.
        from docops_flask.engine.integrity.expansion.columns import covered_columns

        covered = covered_columns(beside.content, block) if is_one_table else None
        return None if covered is None else Extent("columns", covered.ranges[0], covered)
    if stated == "table":
        return Extent("table", (table,)) if is_one_table and table is not None else None
    if stated == "rows":
        return _siblings("rows", first.nearest("tr"), last.nearest("tr")) if is_one_table else None
    if stated == "paragraphs":
        return _siblings("paragraphs", first, last)
    if first is last:
        return Extent("inline", (first,))
    if first.parent is last.parent:
        return _paragraphs(block, beside)
    if is_one_table and stated is None and first.nearest("tc") is not last.nearest("tc"):
        return _siblings("rows", first.nearest("tr"), last.nearest("tr"))
    return None


def _siblings(kind: str, first: Element | None, last: Element | None) -> Extent | None:
    if first is None or last is None or first.parent is None or first.parent is not last.parent:
        return None
    return Extent(kind, first.parent.children[first.number : last.number + 1])


def _paragraphs(block: Block, beside: Beside) -> Extent | None:
    start, end = block.start, block.end
    is_behind_text, is_before_text = beside.before(start), beside.behind(end)
    if (is_behind_text and beside.behind(start)) or (is_before_text and beside.before(end)):
        return None
    parent = start.paragraph.element.parent
    assert parent is not None
    first = start.paragraph.element.number + is_behind_text
    last = end.paragraph.element.number - is_before_text
    return NOTHING if first > last else Extent("paragraphs", parent.children[first : last + 1])
