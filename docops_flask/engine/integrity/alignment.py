"""Which children of an element in one tree stand for which in another, found with bounded work.

What is found is for the description of differences alone, never for a verdict: beyond a budget that grows
with the trees, lists that differ are not aligned but taken as a whole.
"""

from collections.abc import Sequence
from difflib import Match, SequenceMatcher
from itertools import accumulate
from typing import Any

from lxml.etree import _Element

from docops_flask.engine.integrity.attributes import attributes_of

# Of longer lists what is between their equal beginnings and ends is not aligned.
_MOST_ALIGNED = 200
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
        if max(len(ours), len(theirs)) > _MOST_ALIGNED:
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
