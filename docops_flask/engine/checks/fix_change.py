"""What a fix changes, as the report shows it, and what has to be looked at again after it."""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

from lxml.etree import _Element

from docops_flask.engine.json_text import json_value, quoted

# What was done to a property: its name and the attributes it has now, of those that were changed.
Repair = tuple[str, tuple[tuple[str, str], ...]]


class FixChange(NamedTuple):
    """A repair: the attributes of one property of one paragraph, or of one of its runs, before and after.

    ``element`` is the local name of the element in w:pPr, or with ``run_id`` in w:rPr, that holds them; it is
    made where it is missing, and so is the w:pPr or w:rPr. ``owner`` is the w:p or w:r.
    """

    paragraph_path: str
    property: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    element: str
    owner: _Element
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


class Changes:
    """What repairs changed: paragraphs in their w:pPr, runs in their w:rPr, paragraphs around runs."""

    def __init__(self, repairs: Sequence[FixChange] = ()) -> None:
        made: dict[_Element, list[Repair]] = {}
        self._around_runs: set[str] = set()
        for repair in repairs:
            made.setdefault(repair.owner, []).append((repair.element, tuple(repair.after.items())))
            if repair.run_id is not None:
                self._around_runs.add(repair.paragraph_path)
        self._made = {owner: tuple(repairs_of_it) for owner, repairs_of_it in made.items()}
        self.of_runs = bool(self._around_runs)
        self.of_paragraphs = any(repair.run_id is None for repair in repairs)

    def made_on(self, owner: _Element) -> tuple[Repair, ...]:
        """Return what was done to a w:p or w:r, in order."""
        return self._made.get(owner, ())

    def around_runs(self, paragraph_path: str) -> bool:
        """Say whether runs of a paragraph were changed."""
        return paragraph_path in self._around_runs


NO_CHANGES = Changes()
