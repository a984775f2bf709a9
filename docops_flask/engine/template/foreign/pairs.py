"""Which foreign tags belong together: blocks with their ends, and what lies in them."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.foreign.tag import BLOCK_STARTS, ForeignTag, Meant

# More blocks in one another than ours can be.
_DEEPEST = 16


class Found(NamedTuple):
    """The tags of one paragraph, in the order of its text."""

    place: ParagraphPlace
    tags: Sequence[ForeignTag]


class Placed:
    """A tag in its paragraph.

    ``inside`` is the innermost block around it, ``block`` the one that it begins, divides or ends. ``new`` is
    what it becomes, ``why`` the reason for which it is left, with ``proposed`` for the name in it, ``doubt``
    what is to be checked.
    """

    __slots__ = ("block", "doubt", "inside", "new", "place", "proposed", "tag", "why")

    def __init__(self, place: ParagraphPlace, tag: ForeignTag, inside: "Block | None") -> None:
        self.place = place
        self.tag = tag
        self.inside = inside
        self.block: Block | None = None
        self.new: str | None = None
        self.why = tag.why
        self.proposed = tag.proposed
        self.doubt = tag.doubt

    @property
    def written(self) -> str:
        """The tag as it stands in the text; "" for one that is added."""
        return self.place.reading.text[self.tag.start : self.tag.end]

    @property
    def text_before(self) -> str:
        """The text of the paragraph before it."""
        return self.place.reading.text[: self.tag.start]

    @property
    def text_behind(self) -> str:
        """The text of the paragraph behind it."""
        return self.place.reading.text[self.tag.end :]


class Block:
    """A block: its start, what divides it, its end and what lies directly in it.

    ``meant`` is EACH or IF once it is decided; ``path`` is that of its list as it is written, ``why`` the
    reason for which all its tags are left. ``items_are_texts`` says that its items have no names. ``lead`` is
    the one in the first row where the same block stands in each row.
    """

    __slots__ = (
        "content", "dividers", "end", "inside", "items_are_texts", "lead", "meant", "path", "start", "why",
    )  # fmt: skip

    def __init__(self, start: Placed) -> None:
        self.start = start
        self.inside = start.inside
        self.dividers: list[Placed] = []
        self.content: list[Placed] = []
        self.end: Placed | None = None
        self.meant = start.tag.meant
        self.path = ""
        self.why = start.why
        self.items_are_texts = False
        self.lead: Block | None = None

    @property
    def scope(self) -> "Block | None":
        """The block whose items names behind its last tag are looked up in: not its own behind an ELSE."""
        is_list = self.start.tag.meant is Meant.EACH
        return self.inside if is_list and self.dividers else self

    def tags(self) -> Iterable[Placed]:
        """Return its own tags."""
        return [self.start, *self.dividers, *([] if self.end is None else [self.end])]


class Paired(NamedTuple):
    """All tags of a template in the order of the document, and its blocks in the order of their starts."""

    tags: Sequence[Placed]
    blocks: Sequence[Block]


def paired(paragraphs: Iterable[Found]) -> Paired:
    """Return the tags of ``paragraphs`` with the blocks that they make.

    Blocks lie in one story; a text box lies in the blocks around the place that it hangs on. Takes time
    linear in the number of tags.
    """
    tags: list[Placed] = []
    blocks: list[Block] = []
    open_in: dict[str, list[Block]] = {}
    around_boxes: dict[str, Block | None] = {}
    host = ""
    for place, of_place in paragraphs:
        story = story_of(place.path)
        stack = open_in.setdefault(story, [])
        outer = None
        if not story.startswith("textbox"):
            host = story
        elif story in around_boxes:
            outer = around_boxes[story]
        else:
            # It hangs on a paragraph without tags.
            outer = _innermost(open_in.get(host, []))
        boxes = _boxes_of(place)
        for tag in of_place:
            while boxes and boxes[-1][0] <= tag.start:
                around_boxes[boxes.pop()[1]] = _innermost(stack)
            placed = Placed(place, tag, stack[-1].scope if stack else outer)
            if len(stack) > _DEEPEST:
                # What lies around is not looked at: the time for that grows with the depth.
                placed.inside, placed.why = None, placed.why or "too_deep"
            tags.append(placed)
            _take(placed, stack, blocks)
            if placed.inside is not None and placed.block is None:
                placed.inside.content.append(placed)
        around_boxes.update((box, _innermost(stack)) for _, box in boxes)
    for block in blocks:
        if block.end is None and not block.why:
            block.why = "unclosed"
    return Paired(tags, blocks)


def _innermost(stack: Sequence[Block]) -> Block | None:
    return stack[-1].scope if stack else None


def _boxes_of(place: ParagraphPlace) -> list[tuple[int, str]]:
    """Return the text boxes that hang on a paragraph, the last first: the character before, the story."""
    found: list[tuple[int, str]] = []
    cut = place.content
    offsets, pieces = place.reading.offsets, list(place.reading.pieces) if place.boxes else []
    starts = [offsets[3 * each.shown.number + 2] for each in pieces]
    for box in place.boxes:
        number = bisect_left(starts, box.start - cut)
        cut += box.end - box.start
        if box.paragraphs:
            found.append((pieces[number - 1].end if number else 0, story_of(box.paragraphs[0].path)))
    return found[::-1]


def story_of(path: str) -> str:
    """Return what names the story in an address: that of a note has its number, of the body is ""."""
    head, _, local = path.rpartition("/")
    return f"{head}/{local.partition('.')[0]}" if local.startswith("n") else head


def _take(placed: Placed, stack: list[Block], blocks: list[Block]) -> None:
    """Take a tag of a block into it; a block that begins and one that ends change ``stack``."""
    tag = placed.tag
    if tag.meant in BLOCK_STARTS:
        block = placed.block = Block(placed)
        if block.inside is not None:
            block.inside.content.append(placed)
        blocks.append(block)
        stack.append(block)
    elif tag.meant in (Meant.ELSE, Meant.ELSE_IF, Meant.END):
        if not stack or not _fits(tag, stack[-1]):
            placed.why = placed.why or "unopened"
            return
        block = placed.block = stack[-1]
        placed.inside = block.inside
        if tag.meant is Meant.END:
            block.end = placed
            stack.pop()
        else:
            block.dividers.append(placed)


def _fits(tag: ForeignTag, block: Block) -> bool:
    """Say whether a tag can divide or end ``block``."""
    name = block.start.tag.name
    return tag.name is None or name is None or tag.name == name
