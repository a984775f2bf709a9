"""Suggests the field that was probably meant by a broken placeholder."""

from collections.abc import Iterable

from docops_flask.engine.template.grammar import likely_name

_CLOSE_ENOUGH = 0.75


class Suggestions:
    """Suggests among ``known`` placeholder names; each broken name is looked up once."""

    def __init__(self, known: Iterable[str]) -> None:
        self._known = sorted(set(known))
        self._seen: dict[str, str | None] = {}

    def near(self, written: str) -> str | None:
        """Return the known name nearest to ``written``, ``None`` when none is near."""
        if written not in self._seen:
            self._seen[written] = self._nearest(likely_name(written[:80]))
        return self._seen[written]

    def _nearest(self, name: str) -> str | None:
        if name in self._known:
            return name
        for known in self._known:
            # "MEETING_TITLE will be" after an unclosed bracket: the name, then ordinary words.
            if name.startswith(known + "_") or name.endswith("_" + known):
                return known
        # Only templates with faults pay for the import.
        from difflib import get_close_matches

        close = get_close_matches(name, self._known, n=1, cutoff=_CLOSE_ENOUGH)
        return close[0] if close else None
