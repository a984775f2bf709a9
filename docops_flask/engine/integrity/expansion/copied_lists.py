"""Lists in copies of a block (17.9.15 w:num): a list of the block's own is counted anew in each copy.

It is one that the block alone uses, in direct w:numPr, and whose items it does not begin with. 续号 and
重号 in the start tag decide otherwise.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from copy import deepcopy

from lxml.etree import SubElement, _Element, tostring

from docops_flask.engine.integrity.copies import spans_in
from docops_flask.engine.integrity.expansion.frames import Frame
from docops_flask.engine.integrity.expansion.log_blocks import Copies
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import PartText
from docops_flask.engine.integrity.template_parts import Template
from docops_flask.engine.opc.xml_part import parse_part

# White space, comments and processing instructions, and the end tag of an empty element.
_NOTHING = rb"(?:\s|<!--.*?-->|<\?.*?\?>|</[^<>]*>)*"
_USE = re.compile(
    rb"<(?:[^\s<>/:!?]+:)?numPr\s*>"
    + _NOTHING
    + rb"(?:<(?:[^\s<>/:!?]+:)?ilvl\s[^<>]*?val\s*=\s*[\"'](\d+)[\"'][^<>]*>"
    + _NOTHING
    + rb")?"
    rb"(<(?:[^\s<>/:!?]+:)?numId\s[^<>]*?val\s*=\s*[\"'](\d+)[\"'])",
    re.DOTALL,
)
_OF_STYLE = re.compile(rb"<(?:[^\s<>/:!?]+:)?numId\s[^<>]*?val\s*=\s*[\"']([0-9]{1,9})[\"']")
_NUM = re.compile(rb"<(?:[^\s<>/:!?]+:)?num[\s/>]")


class _Use:
    """A w:numId at the byte ``at``: list ``number``, level ``level``."""

    __slots__ = ("at", "level", "number")

    def __init__(self, match: "re.Match[bytes]") -> None:
        self.at = match.start(2)
        self.number = int(match[3])
        self.level = int(match[1] or 0)


class CopiedLists:
    """The lists that copies count anew, and the w:num that they get in one result.

    ``by_part`` are the blocks in whose copies a w:numId changes, by the byte where it begins.
    """

    def __init__(self, template: Template, parts: Sequence[PartText], comments: Sequence[bytes] = ()) -> None:
        """``comments`` are parts without blocks, whose paragraphs use lists too."""
        self._template = template
        self._comments = comments
        related = template.relationships(template.main_part)
        names = {
            each.kind: each.target for each in related if not each.external and template.has(each.target)
        }
        self.part = names.get("numbering")
        self._styles = names.get("styles")
        self._parts = parts
        self._of: dict[tuple[str, int], int] = {}
        self._levels: dict[int, set[int]] = {}
        self.by_part: dict[str, dict[int, list[Block]]] = {}
        self._root: _Element | None = None
        self._known: dict[tuple[int, Copies], int] = {}
        self._nums: dict[int, _Element] = {}
        self._highest = 0
        self.added: list[dict[str, object]] = []

    def find(self, blocks: Mapping[str, Sequence[Block]]) -> None:
        """Find the lists that the ``blocks`` of parts have of their own."""
        if self.part is None:
            return
        uses = {part.name: [*_uses(part.content)] for part in self._parts}
        counts = Counter(use.number for of_part in uses.values() for use in of_part)
        counts.update(use.number for content in self._comments for use in _uses(content))
        if self._styles is not None and any(uses.values()):
            found = _OF_STYLE.finditer(self._template.read(self._styles))
            counts.update(int(match[1]) for match in found)
        for part in self._parts:
            own = [
                block
                for block in blocks.get(part.name, ())
                if block.repeats and block.pieces and block.start.read.numbering != "continue"
            ]
            if own and uses[part.name]:
                self.by_part[part.name] = self._restarts(part, own, uses[part.name], counts)

    def _restarts(
        self, part: PartText, blocks: Sequence[Block], uses: Sequence[_Use], counts: Mapping[int, int]
    ) -> dict[int, list[Block]]:
        found: dict[int, list[Block]] = {}
        places = [use.at for use in uses]
        for block in blocks:
            inside = uses[bisect_left(places, block.first) : bisect_left(places, block.last)]
            own = Counter(use.number for use in inside)
            first = (
                next(
                    (
                        each
                        for each in part.elements.paragraphs_in(block.first, len(part.content))
                        if each.start in part.paragraphs
                    ),
                    None,
                )
                if inside
                else None
            )
            going_on = {use.number for use in inside if first is not None and use.at < first.last}
            for use in inside:
                is_own = own[use.number] == counts[use.number] and use.number not in going_on
                if is_own or block.start.read.numbering == "restart":
                    found.setdefault(use.at, []).append(block)
                    self._of[part.name, use.at] = use.number
                    self._levels.setdefault(use.number, set()).add(use.level)
        return found

    def number(self, part: str, at: int, frame: Frame) -> int:
        """Return the number of the list that stands for the w:numId at a byte in a copy."""
        of = self._of[part, at]
        blocks = self.by_part[part][at]
        copies = tuple(
            (block.number, each.copy) for block, each in reversed([*frame.around()]) if block in blocks
        )
        self._read()
        if of not in self._nums:
            return of
        key = of, copies
        if key not in self._known:
            self._highest += 1
            self._known[key] = self._highest
            levels = sorted(self._levels[of])
            pairs = [list(pair) for pair in copies]
            self.added.append({"numId": self._highest, "of": of, "levels": levels, "copy": pairs})
        return self._known[key]

    def _read(self) -> None:
        if self._root is not None or self.part is None:
            return
        self._root = parse_part(self._template.read(self.part), self.part)
        w = self._w
        for num in self._root.iterchildren(f"{w}num"):
            stated = num.get(f"{w}numId", "")
            if stated.isdigit():
                self._nums[int(stated)] = num
        self._highest = max(self._nums, default=0)

    @property
    def _w(self) -> str:
        assert self._root is not None
        return self._root.tag.partition("}")[0] + "}"

    def written(self) -> bytes:
        """Return the numbering part with the new w:num behind the last it has."""
        assert self.part is not None
        content = self._template.read(self.part)
        root = re.search(rb"<[^!?]", content)
        assert root is not None
        nums = [span for span in spans_in(content, root.start()) if _NUM.match(content, span.start)]
        at = nums[-1].end
        return content[:at] + b"".join(map(self._num, self.added)) + content[at:]

    def _num(self, added: Mapping[str, object]) -> bytes:
        w = self._w
        of, levels = added["of"], added["levels"]
        assert isinstance(of, int)
        assert isinstance(levels, list)
        assert self._root is not None
        num = deepcopy(self._nums[of])
        num.attrib.clear()
        num.set(f"{w}numId", str(added["numId"]))
        for level in levels:
            override = next(
                (each for each in num.iterchildren(f"{w}lvlOverride") if each.get(f"{w}ilvl") == str(level)),
                None,
            )
            if override is None:
                override = SubElement(num, f"{w}lvlOverride")
                override.set(f"{w}ilvl", str(level))
            if override.find(f"{w}startOverride") is None:
                start = SubElement(override, f"{w}startOverride")
                start.set(f"{w}val", self._begin(num, override, level))
                override.insert(0, start)
        content = tostring(num, with_tail=False)
        for prefix, uri in self._root.nsmap.items():
            name = b"xmlns:" + prefix.encode() if prefix else b"xmlns"
            content = content.replace(b' %s="%s"' % (name, uri.encode()), b"", 1)
        return content

    def _begin(self, num: _Element, override: _Element, level: int) -> str:
        """Return the number that a level begins with."""
        w = self._w
        assert self._root is not None
        named = num.find(f"{w}abstractNumId")
        wanted = None if named is None else named.get(f"{w}val")
        abstract = [
            each
            for each in self._root.iterchildren(f"{w}abstractNum")
            if wanted is not None and each.get(f"{w}abstractNumId") == wanted
        ]
        for holder in (override, *abstract[:1]):
            for own in holder.iterchildren(f"{w}lvl"):
                start = own.find(f"{w}start")
                if own.get(f"{w}ilvl") == str(level) and start is not None:
                    return start.get(f"{w}val") or "0"
        return "1"


def _uses(content: bytes) -> Iterator[_Use]:
    for match in _USE.finditer(content) if b"numPr" in content else ():
        if int(match[3]):
            yield _Use(match)
