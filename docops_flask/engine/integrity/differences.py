"""Describes the differences between the expected and the written XML of a part, with addresses.

The verdict does not depend on this module: the canonical forms decide whether anything differs. It works
within a budget proportional to the size of the trees; beyond it, differing lists of children are reported as
a whole instead of being aligned.
"""

from collections.abc import Callable, Mapping, Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import Any

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.addresses import find_text_boxes, notes_in
from docops_flask.engine.integrity.blocks import Flow, attributes_of, cells_of, children_of, note_number
from docops_flask.engine.integrity.template_parts import TemplateParts
from docops_flask.engine.integrity.verdict import Findings, Unaccounted, shown

# In longer lists only equal beginnings and ends are matched; what is between them is not aligned.
_MAX_ALIGNED = 200
# The budget: visits per element, as a descendant of lists that differ. Lists rarely differ at every level of
# a deep tree.
_LOOKS_PER_ELEMENT = 4
_COMPARISONS_PER_ELEMENT = 10
_LEAST_BUDGET = 300_000

# difflib's opcodes: (kind, a, b, c, d) says how ``before[a:b]`` became ``after[c:d]``.
OpCode = tuple[str, int, int, int, int]


class Alignment:
    """Aligns lists of siblings; ``elements`` is the number of elements in both trees together."""

    def __init__(self, elements: int) -> None:
        self._looks = _LEAST_BUDGET + _LOOKS_PER_ELEMENT * elements
        self._comparisons = _LEAST_BUDGET + _COMPARISONS_PER_ELEMENT * elements

    def aligned(self, before: Sequence[_Element], after: Sequence[_Element]) -> list[OpCode]:
        """Return opcodes that turn ``before`` into ``after``; for long lists they are coarse."""
        whole: list[OpCode] = [("replace", 0, len(before), 0, len(after))]
        if len(before) == len(after):
            return whole
        ours, theirs = self._signatures(before), self._signatures(after)
        if ours is None or theirs is None:
            return whole
        shorter = min(len(ours), len(theirs))
        start = next((at for at in range(shorter) if ours[at] != theirs[at]), shorter)
        end = next((at for at in range(shorter - start) if ours[-1 - at] != theirs[-1 - at]), shorter - start)
        our_end, their_end = len(ours) - end, len(theirs) - end
        return [
            ("equal", 0, start, 0, start),
            *self._between(ours[start:our_end], theirs[start:their_end], start),
            ("equal", our_end, len(ours), their_end, len(theirs)),
        ]

    def _between(self, ours: Sequence[int], theirs: Sequence[int], start: int) -> list[OpCode]:
        if max(len(ours), len(theirs)) > _MAX_ALIGNED:
            return [("replace", start, start + len(ours), start, start + len(theirs))]
        matcher = _BoundedMatcher(ours, theirs, self._comparisons)
        codes = matcher.get_opcodes()
        self._comparisons = matcher.budget
        return [(kind, a + start, b + start, c + start, d + start) for kind, a, b, c, d in codes]

    def _signatures(self, children: Sequence[_Element]) -> list[int] | None:
        """Return a number for each child, equal for equal subtrees; ``None`` if the budget is used up."""
        signatures = []
        for child in children:
            signature = 0
            for element in child.iter():
                self._looks -= 1
                if self._looks < 0:
                    return None
                # With the number of children of each element the flat list determines the tree.
                tail = None if element is child else element.tail
                is_element = isinstance(element.tag, str)
                names = tuple(attributes_of(element).items()) if is_element else ()
                own = (element.tag, element.prefix, len(element), element.text, tail, names)
                signature = hash((signature, own))
            signatures.append(signature)
        return signatures


class _BoundedMatcher(SequenceMatcher[int]):
    """A ``SequenceMatcher`` that stops finding matches after ``budget`` comparisons."""

    def __init__(self, ours: Sequence[int], theirs: Sequence[int], budget: int) -> None:
        super().__init__(None, ours, theirs, autojunk=False)
        self.budget = budget
        # b2j is documented in difflib's source, but missing from the type stubs.
        places: dict[int, list[int]] = self.b2j  # type: ignore[attr-defined]
        # Cumulated number of occurrences of each of ours in theirs: the cost of searching a range.
        self._costs = [0, *accumulate(1 + len(places.get(each, ())) for each in ours)]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        """Return the longest match of ``a[alo:ahi]`` and ``b[blo:bhi]``; an empty one beyond the budget."""
        last = len(self._costs) - 1 if ahi is None else ahi
        self.budget -= self._costs[last] - self._costs[alo]
        if self.budget < 0:
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def count_elements(*roots: Any) -> int:
    """Return the number of elements, comments and processing instructions in the trees, with their roots."""
    return sum(1 for root in roots for _ in root.iter())


# Prefix ("" for the default namespace) to namespace.
Declared = dict[str, str]


def declarations_in(root: _Element) -> dict[_Element, Declared]:
    """Return the namespace declarations of each element, without those that repeat one in scope.

    Elements without such declarations are left out.
    """
    found: dict[_Element, Declared] = {}
    scope: Declared = {}
    declared: Declared = {}
    # The previous namespace of each redeclared prefix, to be restored at the end of the element.
    undone: list[tuple[str, str]] = []
    for event, given in etree.iterwalk(root, events=("start", "start-ns", "end-ns")):
        if event == "start-ns":
            prefix, uri = given[0] or "", given[1] or ""
            before = scope.get(prefix, "")
            undone.append((prefix, before))
            if before != uri:
                scope[prefix] = declared[prefix] = uri
        elif event == "end-ns":
            prefix, before = undone.pop()
            scope[prefix] = before
        elif declared:
            found[given] = declared
            declared = {}
    return found


_Describe = Callable[[_Element], str | None]


class Differences:
    """Compares two trees of the part ``part``; ``paths`` maps its paragraphs to their addresses.

    Takes time linear in the size of the trees. Descriptions are made only while ``findings`` lists them.
    """

    def __init__(self, part: str, paths: Mapping[_Element, str], findings: Findings) -> None:
        self._part = part
        self._paths = paths
        self._findings = findings

    def find(self, expected: _Element, written: _Element) -> None:
        """Add the differences to the findings, in document order."""
        alignment = Alignment(count_elements(expected, written))
        ours, theirs = declarations_in(expected), declarations_in(written)
        # The third item is whether the declarations of the ancestors are equal.
        pending = [(expected, written, True)]
        while pending:
            one, other, same_around = pending.pop()
            if one.tag != other.tag:
                self._found(one, "element", _name(one), _name(other))
                continue
            same = same_around and ours.get(one) == theirs.get(other)
            if same_around and (not same or one.prefix != other.prefix):
                self._found_in(one, other, "namespaces", _namespaces)
            self._own(one, other)
            pairs = self._children(one, other, alignment)
            pending.extend((child, twin, same) for child, twin in reversed(pairs))

    def _own(self, one: _Element, other: _Element) -> None:
        if _is_element(one):
            before, after = attributes_of(one), attributes_of(other)
            for name in before | after if before != after else ():
                if before.get(name) != after.get(name):
                    self._found(one, "attribute", _attribute_text(name, before), _attribute_text(name, after))
        if (one.text or "") != (other.text or "") or _target(one) != _target(other):
            self._found(one, "text", one.text, other.text)

    def _children(
        self, one: _Element, other: _Element, alignment: Alignment
    ) -> list[tuple[_Element, _Element]]:
        """Add the differences between the two lists of children; return the pairs to compare further."""
        before, after = list(one), list(other)
        pairs: list[tuple[_Element, _Element]] = []
        for kind, start, end, other_start, other_end in alignment.aligned(before, after):
            removed, added = before[start:end], after[other_start:other_end]
            if kind == "replace" and len(removed) == len(added):
                pairs.extend(zip(removed, added, strict=True))
            elif kind != "equal":
                for child in removed:
                    self._found_in(child, child, "element_removed", _text_of, _nothing)
                for child in added:
                    self._found_in(one, child, "element_added", _nothing, _text_of)
            if kind == "equal" or len(removed) == len(added):
                self._tails(removed, added)
        return pairs

    def _tails(self, children: Sequence[_Element], twins: Sequence[_Element]) -> None:
        for child, twin in zip(children, twins, strict=True):
            if (child.tail or "") != (twin.tail or ""):
                self._found(child, "text", child.tail, twin.tail)

    def _found_in(
        self,
        one: _Element,
        other: _Element,
        what: str,
        describe: _Describe,
        describe_other: _Describe | None = None,
    ) -> None:
        """Add a difference; the descriptions of the two elements are computed only if it will be listed."""
        if self._findings.has_room:
            self._found(one, what, describe(one), (describe_other or describe)(other))
        else:
            self._findings.count += 1

    def _found(self, element: _Element, what: str, expected: str | None, actual: str | None) -> None:
        if not self._findings.has_room:
            self._findings.count += 1
            return
        self._findings.add(
            Unaccounted(
                part=self._part,
                place=self._place(element),
                what=what,
                message=_MESSAGES[what],
                expected=shown(expected),
                actual=shown(actual),
            )
        )

    def _place(self, element: _Element) -> str:
        paths = self._paths
        if element in paths:
            return paths[element]
        return next((paths[each] for each in element.iterancestors() if each in paths), "")


_MESSAGES = {
    "element": "Another element stands here.",
    "element_added": "An element was added that no entry accounts for.",
    "element_removed": "An element is gone that no entry accounts for.",
    "attribute": "An attribute differs from the template with the logged changes.",
    "namespaces": "Namespace declarations or prefixes changed.",
    "text": "The text differs from the template with the logged changes.",
}


def _is_element(node: _Element) -> bool:
    # The tag of a comment or processing instruction is a function, contrary to the type stubs.
    return isinstance(node.tag, str)


def _target(node: _Element) -> str | None:
    """Return the target of a processing instruction, or ``None`` for any other node."""
    return getattr(node, "target", None)


def _name(node: _Element) -> str:
    return node.tag if _is_element(node) else "a comment or processing instruction"


def _text_of(element: _Element) -> str:
    if not _is_element(element):
        return f"{_name(element)} {element.text or ''}"
    return f"{_name(element)} {''.join(map(str, element.itertext()))}".strip()


def _attribute_text(name: str, attributes: Mapping[str, str]) -> str | None:
    return f'{name}="{attributes[name]}"' if name in attributes else None


def _namespaces(element: _Element) -> str:
    own = [f"{prefix or ''}={uri}" for prefix, uri in element.nsmap.items()]
    return f"{element.prefix or ''}: {' '.join(own)}"


def _nothing(_element: _Element) -> None:
    return None


def paragraph_paths(parts: TemplateParts) -> dict[_Element, str]:
    """Return the address of each paragraph in all stories, including text boxes."""
    paths: dict[_Element, str] = {}
    flows = {story.prefix: parts.flow_of(story) for story in parts.stories()}
    for prefix, flow in flows.items():
        if flow is None:
            continue
        notes = notes_in(flow)
        for note in notes:
            _add_paths(note, f"{prefix}n{note_number(note.element, note.names)}.", paths)
        if not notes:
            _add_paths(flow, prefix, paths)
    boxes = find_text_boxes([flow for flow in flows.values() if flow is not None])
    for prefix, found in boxes.items():
        for box in found:
            _add_paths(box, prefix, paths)
    return paths


def _add_paths(flow: Flow, prefix: str, paths: dict[_Element, str]) -> None:
    for number, paragraph in enumerate(flow.paragraphs()):
        paths[paragraph] = f"{prefix}p{number}"
    names = flow.names
    for table_number, table in enumerate(flow.tables()):
        for row_number, row in enumerate(children_of(table, names.tr, names)):
            for column, cell in cells_of(row, names).items():
                place = f"{prefix}t{table_number}.r{row_number}.c{column}."
                _add_paths(flow.inner(cell), place, paths)
