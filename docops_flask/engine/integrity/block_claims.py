"""What the replace log says of blocks (members ``blocks`` and ``added``), as validated data."""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from docops_flask.engine.integrity.json_members import LOG, member, texts_in, value_as

_OF_TEMPLATES = frozenset(("each", "if", "unless", "picture", "document", "remark", "declare", "merge"))
# Tags that go and are no blocks.
_SINGLE = ("remark", "declare", "merge")


class Block(NamedTuple):
    """A paragraph that stands once for each line of a value: an entry of ``blocks`` of kind ``lines``.

    ``place`` is its index there, ``number`` its id. ``is_lines`` says that it is such an entry: the paragraph
    ``path`` with the placeholder ``text`` of the field ``name`` at ``start``:``end``, in the copy ``inside``
    of the blocks around. ``result_from`` and ``result_to`` are the addresses of its first and last copy.
    ``mirrored_at`` are the addresses of the paragraphs in other branches of mc:AlternateContent that were
    repeated as well.
    """

    place: int
    number: int
    is_lines: bool
    name: str
    path: str
    start: int
    end: int
    text: str
    copies: int
    result_from: str
    result_to: str
    mirrored_at: tuple[str, ...]
    inside: tuple[tuple[int, int], ...] = ()

    @property
    def paths(self) -> tuple[str, ...]:
        """The addresses of all paragraphs that it repeats."""
        return (self.path, *self.mirrored_at)


class TagClaim(NamedTuple):
    """A tag of a block: the characters ``start``:``end`` of the paragraph ``path``."""

    path: str
    start: int
    end: int
    text: str


class BlockEntry(NamedTuple):
    """A block of the template, a remark or a declaration in one copy of the blocks around.

    ``place`` is its index in ``blocks``, ``number`` its id. ``inside`` are the blocks and copies around, the
    outermost first; ``first`` and ``last`` are the addresses of what it covers, ``dropped`` what went with
    its reason. ``branch`` is main or other, ``None`` where neither stands. A block that is no sound one has
    one entry, of status unsupported and without ``extent``. Of kind picture is one that may be absent: start
    and end are its tag.
    """

    place: int
    number: int
    kind: str
    name: str
    extent: str | None
    inside: tuple[tuple[int, int], ...]
    start: TagClaim
    end: TagClaim
    dividers: tuple[TagClaim, ...]
    mirrored_at: tuple[str, ...]
    status: str
    first: str | None
    last: str | None
    copies: int
    branch: str | None
    dropped: tuple[tuple[str, str], ...]
    result_from: str | None
    result_to: str | None

    @property
    def is_block(self) -> bool:
        """Whether it is a sound block, no remark, no declaration and no 合并."""
        return self.kind not in _SINGLE and self.status != "unsupported"

    @property
    def is_faulty(self) -> bool:
        """Whether it is a block that is no sound one: its tags are text."""
        return self.kind not in _SINGLE and self.status == "unsupported"


def read_blocks(log: dict[str, Any]) -> tuple[tuple[Block, ...], tuple[BlockEntry, ...]]:
    """Return the entries of kind ``lines`` and those of the template's own blocks.

    Raises ``InvalidArgument`` for the first member that is missing or has the wrong type.
    """
    lines: list[Block] = []
    entries: list[BlockEntry] = []
    # The tags of entries that were read, by the identity of their objects: a run's entries about one block
    # have them in common.
    tags: dict[int, TagClaim] = {}
    for index, each in enumerate(member(log, "blocks", list, LOG, "$")):
        path = f"$.blocks[{index}]"
        block = value_as(dict, each, LOG, path)
        if member(block, "kind", str, LOG, path) in _OF_TEMPLATES:
            entries.append(_entry(index, block, path, tags))
        else:
            lines.append(_lines(index, block, path))
    return tuple(lines), tuple(entries)


def read_added(log: dict[str, Any]) -> Mapping[str, Any]:
    """Return what the log says was added to the package."""
    return member(log, "added", dict, LOG, "$") if "added" in log else {}


_PAIR = (int, int)


def copies_in(holder: dict[str, Any], name: str, path: str) -> tuple[tuple[int, int], ...]:
    """Return the pairs of block and copy in the list ``name`` of an object."""
    copies = []
    pairs = member(holder, name, list, LOG, path)
    if {type(pair) for pair in pairs} == {list}:
        # Most have no more than these.
        found = tuple([tuple(pair) for pair in pairs])
        if all(tuple(map(type, pair)) == _PAIR for pair in found):
            return found
    for number, pair in enumerate(pairs):
        place = f"{path}.{name}[{number}]"
        block, copy = (*value_as(list, pair, LOG, place), None, None)[:2]
        copies.append((value_as(int, block, LOG, place), value_as(int, copy, LOG, place)))
    return tuple(copies)


_LINES_TEXTS = ("kind", "name", "extent", "status", "from", "to", "result_from", "result_to")


def _lines(index: int, block: dict[str, Any], path: str) -> Block:
    start = member(block, "start", dict, LOG, path)
    texts = {name: member(block, name, str, LOG, path) for name in _LINES_TEXTS}
    place = member(start, "paragraph_path", str, LOG, f"{path}.start")
    kind = texts["kind"], texts["extent"], texts["from"], texts["to"], texts["status"]
    number = member(block, "id", int, LOG, path) if "id" in block else -1
    return Block(
        place=index,
        number=number,
        is_lines=kind == ("lines", "paragraphs", place, place, "expanded") and number >= 0,
        name=texts["name"],
        path=place,
        start=member(start, "start", int, LOG, f"{path}.start"),
        end=member(start, "end", int, LOG, f"{path}.start"),
        text=member(start, "text", str, LOG, f"{path}.start"),
        copies=member(block, "copies", int, LOG, path),
        result_from=texts["result_from"],
        result_to=texts["result_to"],
        mirrored_at=texts_in(block, "mirrored_at", LOG, path) if "mirrored_at" in block else (),
        inside=copies_in(block, "inside", path) if "inside" in block else (),
    )


_MEMBERS = itemgetter(
    "id", "kind", "name", "extent", "inside", "start", "end", "dividers", "status", "copies", "dropped"
)
_TYPES = (int, str, str, str, list, dict, dict, list, str, int, list)
_TEXTS = ("from", "to", "branch", "result_from", "result_to")
_TEXT_OR_NONE = frozenset((str, type(None)))
_TAG_MEMBERS = itemgetter("paragraph_path", "start", "end", "text")
_TAG_TYPES = (str, int, int, str)
_DROPPED_MEMBERS = itemgetter("path", "reason")


def _entry(index: int, block: dict[str, Any], path: str, known: dict[int, TagClaim]) -> BlockEntry:
    """Return an entry; most are read without looking at one member after the other.

    ``known`` are the tags that were read, by the identity of their objects; it takes those of this entry.
    """
    try:
        values = _MEMBERS(block)
        if tuple(map(type, values)) != _TYPES or values[7] or "mirrored_at" in block:
            return _checked_entry(index, block, path)
        number, kind, name, extent, inside, start, end, _, status, copies, gone = values
        for tag in (start, end):
            if id(tag) not in known:
                values_of_tag = _TAG_MEMBERS(tag)
                if tuple(map(type, values_of_tag)) != _TAG_TYPES:
                    return _checked_entry(index, block, path)
                known[id(tag)] = TagClaim(*values_of_tag)
        dropped = tuple(map(_DROPPED_MEMBERS, gone)) if gone else ()
    except (KeyError, TypeError):
        return _checked_entry(index, block, path)
    if dropped and {type(each) for piece in dropped for each in piece} != {str}:
        return _checked_entry(index, block, path)
    first, last, branch, result_from, result_to = texts = [*map(block.get, _TEXTS)]
    if not _TEXT_OR_NONE.issuperset(map(type, texts)):
        return _checked_entry(index, block, path)
    around = copies_in(block, "inside", path) if inside else ()
    return BlockEntry(
        index, number, kind, name, extent, around, known[id(start)], known[id(end)], (), (), status,
        first, last, copies, branch, dropped, result_from, result_to,
    )  # fmt: skip


def _checked_entry(index: int, block: dict[str, Any], path: str) -> BlockEntry:
    """Return an entry member by member, to tell the first that is missing or has the wrong type."""
    dropped = []
    for number, each in enumerate(member(block, "dropped", list, LOG, path)):
        place = f"{path}.dropped[{number}]"
        piece = value_as(dict, each, LOG, place)
        dropped.append((member(piece, "path", str, LOG, place), member(piece, "reason", str, LOG, place)))
    dividers = enumerate(member(block, "dividers", list, LOG, path))
    return BlockEntry(
        place=index,
        number=member(block, "id", int, LOG, path),
        kind=member(block, "kind", str, LOG, path),
        name=member(block, "name", str, LOG, path),
        extent=_text_or_none(block, "extent", path),
        inside=copies_in(block, "inside", path),
        start=_tag(member(block, "start", dict, LOG, path), f"{path}.start"),
        end=_tag(member(block, "end", dict, LOG, path), f"{path}.end"),
        dividers=tuple(
            _tag(value_as(dict, each, LOG, f"{path}.dividers[{number}]"), f"{path}.dividers[{number}]")
            for number, each in dividers
        ),
        mirrored_at=texts_in(block, "mirrored_at", LOG, path) if "mirrored_at" in block else (),
        status=member(block, "status", str, LOG, path),
        first=_text_or_none(block, "from", path),
        last=_text_or_none(block, "to", path),
        copies=member(block, "copies", int, LOG, path),
        branch=_text_or_none(block, "branch", path),
        dropped=tuple(dropped),
        result_from=_text_or_none(block, "result_from", path),
        result_to=_text_or_none(block, "result_to", path),
    )


def _text_or_none(holder: dict[str, Any], name: str, path: str) -> str | None:
    return None if holder.get(name) is None else member(holder, name, str, LOG, path)


def _tag(tag: dict[str, Any], path: str) -> TagClaim:
    return TagClaim(
        member(tag, "paragraph_path", str, LOG, path),
        member(tag, "start", int, LOG, path),
        member(tag, "end", int, LOG, path),
        member(tag, "text", str, LOG, path),
    )
