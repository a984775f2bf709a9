"""Effective values of what filling touches, taken at one moment."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple, TypeVar

from docops_flask.engine.checks.fix_change import Changes, Repair
from docops_flask.engine.checks.points import to_points
from docops_flask.engine.document.places import ParagraphPlace, RunPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues

V = TypeVar("V")

UNSTATED = "unstated"


class Observation(NamedTuple):
    """The values of runs by ``run_id`` and of their paragraphs by path, in document order.

    ``places`` are the runs. ``cascade`` is the one they were resolved with; the next observation of the same
    document reuses it.
    """

    places: Sequence[RunPlace]
    runs: dict[str, RunValues]
    paragraphs: dict[str, ParagraphValues]
    cascade: Cascade

    def measured_paragraphs(self) -> Collection[ParagraphPlace]:
        """Return the very paragraphs looked at: a broken file may have others at the same addresses."""
        places: dict[str, ParagraphPlace] = {}
        for run in self.places:
            places.setdefault(run.paragraph.path, run.paragraph)
        return places.values()

    def again(self, changes: Changes) -> "Observation":
        """Return the values after repairs; only what ``changes`` name is looked at once more.

        What looked alike and was repaired alike looks alike again: the first of a kind is measured.
        """
        cascade = self.cascade
        runs, paragraphs = dict(self.runs), dict(self.paragraphs)
        kinds: dict[tuple[ParagraphValues, tuple[Repair, ...]], ParagraphValues] = {}
        for place in self.measured_paragraphs() if changes.of_paragraphs else ():
            repairs = changes.made_on(place.element)
            if repairs:
                kind = self.paragraphs[place.path], repairs
                values = kinds.get(kind)
                if values is None:
                    values = cascade.paragraph(place.element, place.part.w, place.cell)
                    kinds[kind] = values
                paragraphs[place.path] = values
        kinds_of_runs: dict[tuple[RunValues, tuple[Repair, ...]], RunValues] = {}
        for run in self.places if changes.of_runs else ():
            repairs = changes.made_on(run.element)
            if repairs:
                key = self.runs[run.run_id], repairs
                values_of_run = kinds_of_runs.get(key)
                if values_of_run is None:
                    paragraph = run.paragraph
                    values_of_run = cascade.run(run.element, paragraphs[paragraph.path], paragraph.part.w)
                    kinds_of_runs[key] = values_of_run
                runs[run.run_id] = values_of_run
        return Observation(self.places, runs, paragraphs, cascade)

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how often each property has each value: by run for fonts and size, else by paragraph."""
        runs, paragraphs = self.runs.values(), self.paragraphs.values()
        return {
            "run_font_latin": _count(runs, lambda values: values.ascii.value),
            "run_font_east_asia": _count(runs, lambda values: values.east_asia.value),
            "run_size_pt": _count(runs, _size_pt),
            "line_spacing": _count(paragraphs, shown_line_spacing),
            "first_line_indent": _count(paragraphs, lambda values: values.first_line_indent.value),
        }


def take_observation(runs: Sequence[RunPlace], cascade: Cascade) -> Observation:
    """Return the values that ``runs`` and their paragraphs have now."""
    run_values: dict[str, RunValues] = {}
    paragraph_values: dict[str, ParagraphValues] = {}
    for place in runs:
        paragraph = place.paragraph
        w = paragraph.part.w
        values = paragraph_values.get(paragraph.path)
        if values is None:
            values = cascade.paragraph(paragraph.element, w, paragraph.cell)
            paragraph_values[paragraph.path] = values
        run_values[place.run_id] = cascade.run(place.element, values, w)
    return Observation(runs, run_values, paragraph_values, cascade)


def shown_line_spacing(values: ParagraphValues) -> str | None:
    """Return line and rule as the report shows them together, ``None`` when no line is stated."""
    if values.line.value is None:
        return None
    return f"{values.line.value} {values.line_rule.value or 'auto'}"


def _size_pt(values: RunValues) -> int | float | None:
    return to_points(values.size_half_points.value)


def _count(found: Iterable[V], value_of: Callable[[V], object]) -> dict[str, int]:
    """Count the values; equal objects come in great numbers, so each is looked at once."""
    totals: dict[str, int] = {}
    for values, times in Counter(found).items():
        value = value_of(values)
        shown = UNSTATED if value is None else str(value)
        totals[shown] = totals.get(shown, 0) + times
    return dict(sorted(totals.items()))
