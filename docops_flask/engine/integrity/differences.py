"""Names what differs between the part as it should be and the part as it was written, by addresses.

The verdict does not hang on it: whether anything differs is decided by the canonical forms.

What is found is for the description of differences alone, never for a verdict: beyond a budget that grows
with the trees, lists that differ are not aligned but taken as a whole.
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

# Of longer lists what is between their equal beginnings and ends is not aligned.
_MAX_ALIGNED = 200
# Each element may be looked at this often, as a child of what lies around it: trees are rarely deep in which
# lists differ at every level.
_LOOKS_PER_ELEMENT = 4
_COMPARISONS_PER_ELEMENT = 10
_LEAST_BUDGET = 300_000

# difflib's opcodes: what became of ``before[a:b]``, and ``after[c:d]`` what came of it.
OpCode = tuple[str, int, int, int, int]


class Alignment:
    """Aligns lists of siblings; ``elements`` is how many elements the two trees have together."""

    def __init__(self, elements: int) -> None:
        self._looks = _LEAST_BUDGET + _LOOKS_PER_ELEMENT * elements
        self._comparisons = _LEAST_BUDGET + _COMPARISONS_PER_ELEMENT * elements

    def aligned(self, before: Sequence[_Element], after: Sequence[_Element]) -> list[OpCode]:
        """Return opcodes that lead from ``before`` to ``after``, coarse ones where the lists are long."""
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
        """Return a number for each that is the same for equal ones; ``None`` beyond the budget."""
        signatures = []
        for child in children:
            signature = 0
            for element in child.iter():
                self._looks -= 1
                if self._looks < 0:
                    return None
                # How many children each has tells how the elements lie in one another.
                tail = None if element is child else element.tail
                is_element = isinstance(element.tag, str)
                names = tuple(attributes_of(element).items()) if is_element else ()
                own = (element.tag, element.prefix, len(element), element.text, tail, names)
                signature = hash((signature, own))
            signatures.append(signature)
        return signatures


class _BoundedMatcher(SequenceMatcher[int]):
    """A ``SequenceMatcher`` that finds no more matches once ``budget`` comparisons are made."""

    def __init__(self, ours: Sequence[int], theirs: Sequence[int], budget: int) -> None:
        super().__init__(None, ours, theirs, autojunk=False)
        self.budget = budget
        # difflib documents it as what a subclass may use; the stubs do not know it.
        places: dict[int, list[int]] = self.b2j  # type: ignore[attr-defined]
        # How often the first elements of ours stand in theirs: what looking through them costs.
        self._costs = [0, *accumulate(1 + len(places.get(each, ())) for each in ours)]

    def find_longest_match(
        self, alo: int = 0, ahi: int | None = None, blo: int = 0, bhi: int | None = None
    ) -> Match:
        """Return the longest match between ``a[alo:ahi]`` and ``b[blo:bhi]``, none beyond the budget."""
        last = len(self._costs) - 1 if ahi is None else ahi
        self.budget -= self._costs[last] - self._costs[alo]
        if self.budget < 0:
            return Match(alo, blo, 0)
        return super().find_longest_match(alo, ahi, blo, bhi)


def count_elements(*roots: Any) -> int:
    """Return how many elements, comments and instructions there are in trees, their roots among them."""
    return sum(1 for root in roots for _ in root.iter())


# By prefix ("" for none).
Declared = dict[str, str]


def declarations_in(root: _Element) -> dict[_Element, Declared]:
    """Return what elements of the tree declare, without what is declared around them the same.

    Elements that declare nothing of their own are left out.
    """
    found: dict[_Element, Declared] = {}
    scope: Declared = {}
    declared: Declared = {}
    # What each prefix stood for before, to be put back at the end of the element.
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


_Said = Callable[[_Element], str | None]


class Differences:
    """Compares trees of the part ``part``; ``paths`` leads from its paragraphs to their addresses.

    Takes time by the size of the two trees: an element is described once, while ``findings`` still lists it.
    """

    def __init__(self, part: str, paths: Mapping[_Element, str], findings: Findings) -> None:
        self._part = part
        self._paths = paths
        self._findings = findings

    def find(self, expected: _Element, written: _Element) -> None:
        """Add the differences to the findings in the order of the document."""
        alignment = Alignment(count_elements(expected, written))
        ours, theirs = declarations_in(expected), declarations_in(written)
        # The third says whether what is around the two declares the same.
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
                    self._found(one, "attribute", _said(name, before), _said(name, after))
        if (one.text or "") != (other.text or "") or _target(one) != _target(other):
            self._found(one, "text", one.text, other.text)

    def _children(
        self, one: _Element, other: _Element, alignment: Alignment
    ) -> list[tuple[_Element, _Element]]:
        """Return the children to compare further; add the differences between the two lists."""
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
        self, one: _Element, other: _Element, what: str, said: _Said, other_said: _Said | None = None
    ) -> None:
        """Add a difference; what is shown of the two elements is worked out only where it is listed."""
        if self._findings.has_room:
            self._found(one, what, said(one), (other_said or said)(other))
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
    "attribute": "An attribute is other than the template and the entries make it.",
    "namespaces": "Namespace declarations or prefixes changed.",
    "text": "The text is other than the template and the entries make it.",
}


def _is_element(node: _Element) -> bool:
    # A comment's tag is the function that makes one, whatever the stubs say.
    return isinstance(node.tag, str)


def _target(node: _Element) -> str | None:
    """Return the target of a processing instruction, ``None`` for anything else."""
    return getattr(node, "target", None)


def _name(node: _Element) -> str:
    return node.tag if _is_element(node) else "a comment or processing instruction"


def _text_of(element: _Element) -> str:
    if not _is_element(element):
        return f"{_name(element)} {element.text or ''}"
    return f"{_name(element)} {''.join(map(str, element.itertext()))}".strip()


def _said(name: str, attributes: Mapping[str, str]) -> str | None:
    return f'{name}="{attributes[name]}"' if name in attributes else None


def _namespaces(element: _Element) -> str:
    own = [f"{prefix or ''}={uri}" for prefix, uri in element.nsmap.items()]
    return f"{element.prefix or ''}: {' '.join(own)}"


def _nothing(_element: _Element) -> None:
    return None


def paragraph_paths(parts: TemplateParts) -> dict[_Element, str]:
    """Return the addresses of the paragraphs of all stories, those in text boxes too."""
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
