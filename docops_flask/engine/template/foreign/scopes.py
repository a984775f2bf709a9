"""Where the names of other tools are looked up in ours, and what a section is: a list or a condition."""

import re
from collections.abc import Iterator, Sequence, Set
from typing import NamedTuple

from docops_flask.engine.template.foreign.names import Renaming
from docops_flask.engine.template.foreign.pairs import Block, Paired, Placed, story_of
from docops_flask.engine.template.foreign.tag import Meant

_FLAG = re.compile(
    r"(?:is|has|show|hide|can|should|needs?|no|not|with|without|enable[d]?|disable[d]?)(?:[A-Z_]|\Z)|是否|有无|显示|需要"
)
_LIST = re.compile(r"(?:[a-z](?<![su])s|[Ll]ist|[Aa]rray|[Ii]tems|[Rr]ows|列表|明细|清单|们|项)(?:\d*)\Z")


class Words(NamedTuple):
    """The words of tags in the language of the document."""

    up: str
    root: str
    first: str
    last: str
    otherwise: str
    extents: dict[str, str]


WORDS = {
    "en": Words(
        "UP.", "DOC.", "FIRST", "LAST", "ELSE", {"ROW": "ROW", "P": "P", "TABLE": "TABLE", "COLUMN": "COLUMN"}
    ),
    "zh": Words(
        "上级.", "全文.", "首项", "末项", "否则", {"ROW": "行", "P": "段", "TABLE": "表", "COLUMN": "列"}
    ),
}


class Unresolved(Exception):
    """A path that ours cannot say; ``why`` is the reason."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Scopes:
    """Resolves paths. ``is_explicit`` says that an item has a name of its own (``item.name``)."""

    __slots__ = ("_has_lists", "_is_explicit", "_outside", "_paired", "_renaming", "_words")

    def __init__(self, paired: Paired, renaming: Renaming, words: Words, *, is_explicit: bool) -> None:
        self._is_explicit = is_explicit
        self._paired = paired
        self._has_lists: bool | None = None
        self._renaming = renaming
        self._words = words
        self._outside = frozenset() if is_explicit else _names_outside(paired)

    def path(self, placed: Placed, path: tuple[str, ...]) -> str:
        """Return how ``path`` is written where ``placed`` stands; "." for the item.

        Raises ``Unresolved`` where there is no way to write it.
        """
        lists = [block for block in blocks_around(placed.inside) if block.meant is Meant.EACH]
        return (
            self._explicit(placed, lists, path) if self._is_explicit else self._implicit(placed, lists, path)
        )

    def _explicit(self, placed: Placed, lists: list[Block], path: tuple[str, ...]) -> str:
        depth = 0
        for block in lists:
            variable = block.start.tag.variable
            if block.why:
                if path[: len(variable)] == variable or path[:1] in [(each,) for each in variable]:
                    is_unclosed = block.end is None and not block.start.written
                    raise Unresolved("no_next" if is_unclosed else "of_block")
                continue
            if path[: len(variable)] == variable:
                rest = path[len(variable) :]
                if not rest and depth:
                    raise Unresolved("outer_item")
                return self._words.up * depth + self._joined(rest) if rest else "."
            depth += 1
        return (self._words.root if depth or self._is_in_note(placed) else "") + self._joined(path)

    def _implicit(self, placed: Placed, lists: list[Block], path: tuple[str, ...]) -> str:
        if not path and (section := _value_of(placed)) is not None:
            return self.path(section, section.tag.path)
        around = next((block for block in lists if not block.why), None)
        if any(block.why for block in lists):
            raise Unresolved("of_block")
        if not path:
            if around is None:
                raise Unresolved("no_item")
            return "."
        if around is None:
            return (self._words.root if self._is_in_note(placed) else "") + self._joined(path)
        if around.items_are_texts:
            return self._words.root + self._joined(path)
        if path[0] in self._outside and not placed.doubt:
            placed.doubt = "outer_name"
        return self._joined(path)

    def _is_in_note(self, placed: Placed) -> bool:
        """Say whether a tag stands in a note that may be one of an item, whose names ours looks up there."""
        if not story_of(placed.place.path).startswith(("footnotes/", "endnotes/")):
            return False
        if self._has_lists is None:
            # What sections are is decided later than this object is made.
            self._has_lists = any(block.meant is Meant.EACH for block in self._paired.blocks)
        return self._has_lists

    def _joined(self, path: tuple[str, ...]) -> str:
        return ".".join(self._renaming.name(name.removesuffix("[i]")) for name in path)


def decide_sections(paired: Paired) -> None:
    """Decide of each section whether it is a list or a condition, the inner ones first."""
    outside = _names_outside(paired)
    fields = {placed.tag.path for placed in paired.tags if placed.tag.meant is Meant.FIELD}
    for block in reversed(paired.blocks):
        own = list(_own(block))
        block.items_are_texts = any(
            placed.tag.meant is Meant.FIELD and not placed.tag.path and _value_of(placed) is None
            for placed in own
        )
        if block.meant is Meant.SECTION:
            takes_copy = any(
                placed.tag.meant is Meant.NUMBER or any(test.copy for test in placed.tag.tests)
                for placed in own
            )
            if takes_copy or (_spans_cells(block) and not _FLAG.match((block.start.tag.path or ("",))[-1])):
                block.meant = Meant.EACH
            else:
                block.meant = _meant_of_section(block, own, fields, outside)
    lists = {block.start.tag.path for block in paired.blocks if block.meant is Meant.EACH}
    for block in paired.blocks:
        path = block.start.tag.path
        is_told = block.start.tag.meant is Meant.SECTION and block.meant is Meant.IF and path in lists
        if is_told and not any(map(_first_names, _own(block))):
            # Nothing tells here what it is, and elsewhere it is a list.
            block.meant, block.start.doubt = Meant.EACH, "read_as_list"


def _meant_of_section(
    block: Block, own: Sequence[Placed], fields: Set[tuple[str, ...]], outside: Set[str]
) -> Meant:
    """Return what a section is by what lies in it; note where it was guessed."""
    path = block.start.tag.path
    if block.items_are_texts:
        if path not in fields:
            return Meant.EACH
        # A value that is printed is no list: the item is this value.
        block.start.doubt = "read_as_condition"
        return Meant.IF
    name = path[-1] if path else ""
    names = {name for placed in own for name in _first_names(placed)}
    asks_for_itself = bool(path) and path[0] in names
    is_condition = asks_for_itself or _FLAG.match(name) or (names <= outside and not _LIST.search(name))
    if not asks_for_itself:
        block.start.doubt = "read_as_condition" if is_condition else "read_as_list"
    return Meant.IF if is_condition else Meant.EACH


def _value_of(placed: Placed) -> Placed | None:
    """Return the start of the condition whose value the item is; ``None`` where it is that of a list."""
    for block in blocks_around(placed.inside):
        if block.meant is Meant.EACH:
            return None
        if block.start.tag.meant is Meant.SECTION and block.items_are_texts:
            return block.start
    return None


def _spans_cells(block: Block) -> bool:
    end = block.end
    return end is not None and end.place.cell != block.start.place.cell


def _own(block: Block) -> Iterator[Placed]:
    """Yield what is looked up in the items of ``block``: what lies in it, and in conditions in it."""
    pending = [block]
    while pending:
        for placed in pending.pop().content:
            yield placed
            inner = placed.block
            if inner is not None and inner.start is placed and inner.meant is Meant.IF:
                pending.append(inner)


def _first_names(placed: Placed) -> set[str]:
    paths = [placed.tag.path, *(test.path for test in placed.tag.tests)]
    return {path[0] for path in paths if path}


def _names_outside(paired: Paired) -> frozenset[str]:
    """Return the names that stand outside of all blocks, those of the blocks themselves left out."""
    return frozenset(
        name
        for placed in paired.tags
        if placed.inside is None and placed.tag.meant in (Meant.FIELD, Meant.PICTURE)
        for name in _first_names(placed)
    )


def blocks_around(block: Block | None) -> Iterator[Block]:
    """Yield ``block`` and those around it, the innermost first."""
    while block is not None:
        yield block
        block = block.inside
