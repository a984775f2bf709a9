"""Data that content controls show: which element or attribute a path leads to, and where its bytes lie."""

import re
from collections import Counter
from functools import cached_property
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.oxml.markup import TOKEN, attribute_spans
from docops_flask.engine.template.places.found import OtherPart

# So many elements are gone through for all the paths of a template; the rest are not followed.
MOST_LOOKED_AT = 1_000_000


class TooMuchWork(Exception):
    """More elements than may be gone through."""


class Work:
    """Counts the elements that are gone through; raises ``TooMuchWork`` beyond ``most``."""

    def __init__(self, most: int) -> None:
        self._left = most

    def spend(self) -> None:
        """Count one more element."""
        self._left -= 1
        if self._left < 0:
            raise TooMuchWork


def _at_positions(group: list[_Element], positions: list[int]) -> list[_Element]:
    for position in positions:
        group = group[position - 1 : position] if position else []
    return group


class Data:
    """A part with data: its tree, and what is looked up in it again and again."""

    def __init__(self, part: OtherPart, root: _Element, work: "Work") -> None:
        self.part = part
        self.root = root
        self._work = work
        self._children: dict[_Element, dict[str, list[_Element]]] = {}

    def followed(self, path: str, mapped: dict[str, str]) -> _Element | None:
        """Return the first element that child steps lead to; ``mapped`` has the namespaces of prefixes.

        Raises ``TooMuchWork`` once too many elements have been gone through.
        """
        steps: list[tuple[str, list[int]]] = []
        for step in path.split("/")[1:]:
            prefix, _, rest = step.rpartition(":")
            local, _, positions = rest.partition("[")
            if prefix and prefix not in mapped:
                return None
            name = f"{{{mapped[prefix]}}}{local}" if prefix else local
            steps.append((name, [int(each) for each in re.findall("[0-9]+", positions)]))
        first, positions_of_first = steps[0]
        roots = [self.root] if self.root.tag == first else []
        # Depth first, so that what lies behind the first element found is not gone through.
        pending = [iter(_at_positions(roots, positions_of_first))]
        while pending:
            element = next(pending[-1], None)
            if element is None:
                pending.pop()
                continue
            self._work.spend()
            if len(pending) == len(steps):
                return element
            name, numbers = steps[len(pending)]
            pending.append(iter(_at_positions(self._named(element, name), numbers)))
        return None

    def _named(self, parent: _Element, name: str) -> list[_Element]:
        """Return the children of ``parent`` called ``name``; looking at them all is done once."""
        if parent not in self._children:
            by_name = self._children[parent] = {}
            for child in parent.iterchildren("*"):
                by_name.setdefault(child.tag, []).append(child)
        return self._children[parent].get(name, [])

    @cached_property
    def numbers(self) -> dict[_Element, int]:
        """The number of each element among those of its local name."""
        counts: Counter[str] = Counter()
        numbers = {}
        for element in self.root.iter("*"):
            local = local_name(element)
            numbers[element] = counts[local]
            counts[local] += 1
        return numbers

    @cached_property
    def tags(self) -> dict[bytes, list["re.Match[bytes]"]]:
        """The start tags by local name, in order."""
        tags: dict[bytes, list[re.Match[bytes]]] = {}
        for match in TOKEN.finditer(self.part.content):
            if match[2] is not None:
                tags.setdefault(match[2].rpartition(b":")[2], []).append(match)
        return tags


class Node(NamedTuple):
    """An element of a part, or one of its attributes (its Clark name, "" for the element's text).

    With ``lacking`` it is a child of ``element`` that the part does not have, by its Clark name.
    """

    data: Data
    element: _Element
    attribute: str
    lacking: str = ""


def local_name(element: _Element) -> str:
    """Return the local name of an element."""
    return str(etree.QName(element).localname)


def bytes_of(node: Node, local: str, number: int) -> tuple[int, int, bytes, bytes, str] | None:
    """Return the bytes of a node's text, what is to be written around its new text, the attribute's name."""
    content = node.data.part.content
    tag = node.data.tags[local.encode()][number]
    if node.attribute:
        name = etree.QName(node.attribute).localname.encode()
        # By their local names: two of them may differ in their namespaces alone.
        stated = [
            each
            for each in attribute_spans(tag[3])
            if each.name.rpartition(b":")[2] == name and not each.name.startswith(b"xmlns:")
        ]
        if len(stated) != 1:
            return None
        at = tag.start(3)
        return at + stated[0].start, at + stated[0].end, b"", b"", stated[0].name.decode()
    if tag[3].endswith(b"/"):
        return tag.end() - 2, tag.end(), b">", b"</" + tag[2] + b">", ""
    following = TOKEN.search(content, tag.end())
    if following is None or not following[1]:
        # A comment or a CDATA section in it.
        return None
    return tag.end(), following.start(), b"", b"", ""
