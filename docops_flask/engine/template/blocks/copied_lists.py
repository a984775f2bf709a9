"""Lists in copies of a block: each copy counts anew where the list is the block's own (17.9.15 w:num).

A paragraph's direct w:numPr names a w:num. Where that is used in one ``#`` block only, and not by its first
paragraph (whose items go on), each copy but the first gets a w:num of its own with the same definition.
续号 and 重号 in the start tag decide otherwise. Numbering by styles goes on.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from typing import Any, NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.document.document import Document, StoryPart
from docops_flask.engine.oxml.markup import TOKEN, Splice
from docops_flask.engine.oxml.names import namespace_of, to_integer
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.template_structure import Structure

# What says nothing between elements; an element that holds nothing may have an end tag (XML 1.0, 3.1).
_BLANK = rb"(?:\s|<!--.*?-->|<\?.*?\?>)*"
_LIST = re.compile(
    rb"<(?:[^\s<>/:!?]+:)?numPr\s*>"
    + _BLANK
    + rb"(?:<(?:[^\s<>/:!?]+:)?ilvl\s[^<>]*?val\s*=\s*[\"'](\d+)[\"'][^<>]*>"
    + _BLANK
    + rb"(?:</[^<>]*>"
    + _BLANK
    + rb")?)?"
    rb"(<(?:[^\s<>/:!?]+:)?numId\s[^<>]*?val\s*=\s*[\"'](\d+)[\"'][^<>]*>)",
    re.DOTALL,
)
# A w:num is a child of the root.
_DEPTH_OF_NUM = 2


class _Use(NamedTuple):
    """A use of a list: where its w:numId begins, the number of the list, the level."""

    at: int
    number: int
    level: int


class AddedList(NamedTuple):
    """A w:num for a copy: its number, that of the list it counts anew, the levels used, blocks and copies."""

    number: int
    of: int
    levels: Sequence[int]
    copies: Sequence[tuple[int, int]]

    def as_dict(self) -> dict[str, Any]:
        """Return it as the replace log has it."""
        return {
            "numId": self.number,
            "of": self.of,
            "levels": list(self.levels),
            "copy": [list(each) for each in self.copies],
        }


class CopiedLists:
    """The lists of a template that copies count anew.

    ``restarts`` are, by part, the blocks in whose copies a w:numId changes, by where that begins.
    """

    def __init__(self, document: Document, structure: Structure) -> None:
        self._related = document.related
        self.restarts: dict[str, Mapping[int, Sequence[FoundBlock]]] = {}
        # By where a w:numId begins in its part: its number.
        self._numbers: dict[tuple[str, int], int] = {}
        self._levels: dict[int, set[int]] = {}
        blocks = [
            block
            for structured in structure.parts
            for block in structured.blocks
            if block.block.opens_scope and block.pieces and block.start.tag.numbering != "continue"
        ]
        if not blocks or document.related.name("numbering") is None:
            return
        uses = {part.name: [*_uses(part)] for part in document.parts}
        counts = Counter(use.number for of_part in uses.values() for use in of_part)
        counts.update(_of_styles(document.styles))
        for part in document.parts:
            own = [block for block in blocks if block.start.place.part is part]
            if own and uses[part.name]:
                self.restarts[part.name] = dict(self._restarts(part, own, uses[part.name], counts))

    def _restarts(
        self, part: StoryPart, blocks: Iterable[FoundBlock], uses: Sequence[_Use], counts: Mapping[int, int]
    ) -> Iterator[tuple[int, Sequence[FoundBlock]]]:
        found: dict[int, list[FoundBlock]] = {}
        places = [use.at for use in uses]
        starts = [place.start for place in part.paragraphs]
        for block in blocks:
            inside = uses[bisect_left(places, block.first) : bisect_left(places, block.last)]
            if not inside:
                continue
            first = part.paragraphs[bisect_left(starts, block.first)]
            own = Counter(use.number for use in inside)
            going_on = {use.number for use in inside if use.at < first.end}
            for use in inside:
                is_own = own[use.number] == counts[use.number] and use.number not in going_on
                if is_own or block.start.tag.numbering == "restart":
                    found.setdefault(use.at, []).append(block)
                    self._numbers[part.name, use.at] = use.number
                    self._levels.setdefault(use.number, set()).add(use.level)
        yield from found.items()

    def of_job(self) -> "NewLists":
        """Return what takes the lists of one result."""
        return NewLists(self._related.root("numbering"), self._numbers, self._levels)


class NewLists:
    """The lists that the copies of one result get."""

    def __init__(
        self,
        root: _Element | None,
        numbers: Mapping[tuple[str, int], int],
        levels: Mapping[int, Iterable[int]],
    ) -> None:
        self._root = root
        self._numbers = numbers
        self._levels = levels
        self._w = "" if root is None else f"{{{namespace_of(root.tag)}}}"
        self._known: dict[tuple[int, Sequence[tuple[int, int]]], int] = {}
        self.added: list[AddedList] = []
        nums = () if root is None else root.iterchildren(f"{self._w}num")
        self._nums = {to_integer(each.get(f"{self._w}numId")): each for each in nums}
        self._highest = max((number for number in self._nums if number is not None), default=0)

    def number(self, part: str, at: int, blocks: Sequence[FoundBlock], frame: Frame) -> int:
        """Return the number of the list that stands for a w:numId, which begins at ``at``, in a copy."""
        of = self._numbers[part, at]
        copies = tuple(
            (each.found.number, each.copy)
            for each in reversed([*frame.around()])
            if each.found is not None and each.found in blocks
        )
        if of not in self._nums:
            return of
        known = self._known.get((of, copies))
        if known is None:
            self._highest += 1
            known = self._known[of, copies] = self._highest
            self.added.append(AddedList(known, of, sorted(self._levels[of]), copies))
        return known

    def splice(self, content: bytes) -> Splice:
        """Return what puts the new lists into the numbering part ``content``."""
        at = _end_of_last_num(content)
        return Splice(at, at, b"".join(map(self._num, self.added)))

    def _num(self, added: AddedList) -> bytes:
        w = self._w
        assert self._root is not None
        num = deepcopy(self._nums[added.of])
        for name in [*num.attrib]:
            del num.attrib[name]
        num.set(f"{w}numId", str(added.number))
        overrides = {to_integer(each.get(f"{w}ilvl")): each for each in num.iterchildren(f"{w}lvlOverride")}
        for level in added.levels:
            override = overrides.get(level)
            if override is None:
                override = etree.SubElement(num, f"{w}lvlOverride", {f"{w}ilvl": str(level)})
            if override.find(f"{w}startOverride") is None:
                start = etree.Element(f"{w}startOverride", {f"{w}val": self._start(num, override, level)})
                override.insert(0, start)
        written = etree.tostring(num)
        for prefix, uri in self._root.nsmap.items():
            name = f"xmlns:{prefix}" if prefix else "xmlns"
            written = written.replace(f' {name}="{uri}"'.encode(), b"", 1)
        return written.rstrip()

    def _start(self, num: _Element, override: _Element, level: int) -> str:
        """Return where a level begins to count."""
        w = self._w
        assert self._root is not None
        named = num.find(f"{w}abstractNumId")
        abstract = next(
            (
                each
                for each in self._root.iterchildren(f"{w}abstractNum")
                if named is not None and each.get(f"{w}abstractNumId") == named.get(f"{w}val")
            ),
            None,
        )
        for around in (override, abstract):
            for own in () if around is None else around.iterchildren(f"{w}lvl"):
                start = own.find(f"{w}start")
                if own.get(f"{w}ilvl") == str(level) and start is not None:
                    return start.get(f"{w}val") or "0"
        return "1"


def _end_of_last_num(content: bytes) -> int:
    """Return where the last w:num of a numbering part ends."""
    depth = at = 0
    is_num = False
    for tag in TOKEN.finditer(content):
        slash, name, attributes = tag.groups()
        if name is not None:
            depth += 1
            is_num = is_num or (depth == _DEPTH_OF_NUM and name.rpartition(b":")[2] == b"num")
        if slash or (name is not None and attributes.endswith(b"/")):
            if is_num and depth == _DEPTH_OF_NUM:
                at, is_num = tag.end(), False
            depth -= 1
    return at


def _uses(part: StoryPart) -> Iterator[_Use]:
    if b"numPr" in part.text.content:
        for match in _LIST.finditer(part.text.content):
            if int(match[3]):
                yield _Use(match.start(2), int(match[3]), int(match[1] or 0))


def _of_styles(styles: _Element | None) -> Iterator[int]:
    if styles is not None:
        for each in styles.iter("{*}numId"):
            number = to_integer(each.get(f"{{{namespace_of(each.tag)}}}val"))
            if number is not None:
                yield number
