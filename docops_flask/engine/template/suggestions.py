"""Suggests the field that was probably meant by a broken placeholder."""

from collections.abc import Iterable, Iterator

from docops_flask.engine.template.grammar import likely_name

_CLOSE_ENOUGH = 0.75
# A comparison letter by letter takes some microseconds. A template with more broken names than this allows
# has one and the same fault all over, and nobody reads its suggestions one by one.
_MOST_COMPARISONS = 300_000


class Suggestions:
    """Suggests among ``known`` placeholder names; each broken name is looked up once.

    A name is compared letter by letter as long as no more than ``_MOST_COMPARISONS`` were made; after that
    only names that hold a known one as it stands are suggested for.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = sorted(set(known))
        self._names = frozenset(self._known)
        self._seen: dict[str, str | None] = {}
        self._comparisons = 0

    def near(self, written: str) -> str | None:
        """Return the known name nearest to ``written``, ``None`` when none is near."""
        if written not in self._seen:
            self._seen[written] = self._nearest(likely_name(written[:80]))
        return self._seen[written]

    def _nearest(self, name: str) -> str | None:
        if name in self._names:
            return name
        # "MEETING_TITLE will be" after an unclosed bracket: the name, then ordinary words.
        held = self._names.intersection(_at_its_ends(name))
        return min(held) if held else self._closest(name)

    def _closest(self, name: str) -> str | None:
        # The ratio is twice what is common by both lengths, so a much longer or shorter name is never close.
        alike = [
            known
            for known in self._known
            if 2 * min(len(known), len(name)) >= _CLOSE_ENOUGH * (len(known) + len(name))
        ]
        self._comparisons += len(alike)
        if not alike or self._comparisons > _MOST_COMPARISONS:
            return None
        # Only templates with faults pay for the import.
        from difflib import get_close_matches

        close = get_close_matches(name, alike, n=1, cutoff=_CLOSE_ENOUGH)
        return close[0] if close else None


def _at_its_ends(name: str) -> Iterator[str]:
    """Yield what ``name`` begins with before an underscore, and ends with after one."""
    at = name.find("_")
    while at >= 0:
        yield name[:at]
        yield name[at + 1 :]
        at = name.find("_", at + 1)
