"""What a fix changes, as the report shows it, and what has to be looked at again after it."""

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any, NamedTuple, Self

from docops_flask.engine.json_text import json_value, quoted


class FixChange(NamedTuple):
    """A repair: the attributes of one property of one paragraph, or of one of its runs, before and after.

    ``element`` is the local name of the element in w:pPr, or with ``run_id`` in w:rPr, that holds them; it is
    made where it is missing, and so is the w:pPr or w:rPr.
    """

    paragraph_path: str
    property: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    element: str
    run_id: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the change as the report's JSON has it."""
        return {
            "paragraph_path": self.paragraph_path,
            "property": self.property,
            "before": dict(self.before),
            "after": dict(self.after),
            "element": self.element,
            "run_id": self.run_id,
        }

    def as_json(self) -> str:
        """Return what ``as_dict`` returns as JSON text."""
        before, after = _written(tuple(self.before.items())), _written(tuple(self.after.items()))
        run_id = "null" if self.run_id is None else quoted(self.run_id)
        return (
            f'{{"paragraph_path": {quoted(self.paragraph_path)}, "property": {quoted(self.property)}, '
            f'"before": {before}, "after": {after}, "element": {quoted(self.element)}, "run_id": {run_id}}}'
        )


@lru_cache(maxsize=256)
def _written(attributes: tuple[tuple[str, str], ...]) -> str:
    # Many places are repaired alike.
    return json_value(dict(attributes))


class Changes(NamedTuple):
    """What repairs changed, by address: paragraphs in their w:pPr, runs in their w:rPr.

    ``around_runs`` are the paragraphs that hold these runs.
    """

    paragraphs: frozenset[str]
    runs: frozenset[str]
    around_runs: frozenset[str]

    @classmethod
    def of(cls, repairs: Iterable[FixChange]) -> Self:
        """Return what ``repairs`` changed."""
        paragraphs: set[str] = set()
        runs: set[str] = set()
        around: set[str] = set()
        for repair in repairs:
            if repair.run_id is None:
                paragraphs.add(repair.paragraph_path)
            else:
                runs.add(repair.run_id)
                around.add(repair.paragraph_path)
        return cls(frozenset(paragraphs), frozenset(runs), frozenset(around))


NO_CHANGES = Changes.of(())
