"""The effective values of what filling changes, before and after it, and how they differ."""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from docops_flask.engine.document.document import ParagraphPlace, RunPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import Effective
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.policy.policy import Policy

if TYPE_CHECKING:
    from docops_flask.engine.checks.issue import Changes, Repair


def to_points(half_points: int | None) -> int | float | None:
    """Return half-points as points, a whole number where it is one (12, 10.5)."""
    if half_points is None:
        return None
    return half_points // 2 if half_points % 2 == 0 else half_points / 2


V = TypeVar("V")

UNSTATED = "unstated"


class Observation(NamedTuple):
    """The values of runs by ``run_id`` and of their paragraphs by path, in document order.

    ``places`` are the runs. ``cascade`` is the one they were resolved with; the next observation of the same
    document reuses it. ``is_of_sources`` says that the values are those of the paragraphs of the template
    that the places are copies of. ``weights`` say how many copies runs and paragraphs stand for, by address,
    those that do not stand for themselves alone.
    """

    places: Sequence[RunPlace]
    runs: dict[str, RunValues]
    paragraphs: dict[str, ParagraphValues]
    cascade: Cascade
    is_of_sources: bool = False
    weights: Mapping[str, int] = {}

    def measured_paragraphs(self) -> Collection[ParagraphPlace]:
        """Return the paragraphs that were observed; in a broken file others may have the same address."""
        places: dict[str, ParagraphPlace] = {}
        for run in self.places:
            places.setdefault(run.paragraph.path, run.paragraph)
        return places.values()

    def values_by_run(self) -> dict[RunPlace, RunValues]:
        """Return the values of runs in the paragraphs that were observed."""
        measured = set(self.measured_paragraphs())
        return {run: self.runs[run.run_id] for run in self.places if run.paragraph in measured}

    def again(self, changes: "Changes") -> "Observation":
        """Return the values after repairs; only what ``changes`` name is resolved anew.

        Of paragraphs and runs with equal values and equal repairs only the first is resolved.
        """
        cascade = self.cascade
        runs, paragraphs = dict(self.runs), dict(self.paragraphs)
        kinds: dict[tuple[ParagraphValues, tuple[Repair, ...]], ParagraphValues] = {}
        for place in self.measured_paragraphs() if changes.of_paragraphs else ():
            repairs = changes.made_on(place)
            if repairs:
                kind = self.paragraphs[place.path], repairs
                values = kinds.get(kind)
                if values is None:
                    values = cascade.of_paragraph(place)
                    kinds[kind] = values
                paragraphs[place.path] = values
        kinds_of_runs: dict[tuple[RunValues, tuple[Repair, ...]], RunValues] = {}
        for run in self.places if changes.of_runs else ():
            repairs = changes.made_on(run)
            if repairs:
                key = self.runs[run.run_id], repairs
                values_of_run = kinds_of_runs.get(key)
                if values_of_run is None:
                    values_of_run = cascade.of_run(run, paragraphs[run.paragraph.path])
                    kinds_of_runs[key] = values_of_run
                runs[run.run_id] = values_of_run
        return Observation(self.places, runs, paragraphs, cascade, weights=self.weights)

    def how_many(self) -> tuple[int, int]:
        """Return how many paragraphs and runs were observed, all copies counted."""
        more_runs = sum(weight - 1 for path, weight in self.weights.items() if path in self.runs)
        more = sum(weight - 1 for weight in self.weights.values()) - more_runs
        return len(self.paragraphs) + more, len(self.runs) + more_runs

    def counts(self) -> dict[str, dict[str, int]]:
        """Return how often each property has each value: by run for fonts and size, else by paragraph."""
        # There are few different objects, so each is asked for its values once.
        runs, paragraphs = Counter(self.runs.values()), Counter(self.paragraphs.values())
        for path, weight in self.weights.items():
            if path in self.runs:
                runs[self.runs[path]] += weight - 1
            else:
                paragraphs[self.paragraphs[path]] += weight - 1
        return counts_of(runs, paragraphs)


def counts_of(
    runs: Mapping[RunValues, int], paragraphs: Mapping[ParagraphValues, int]
) -> dict[str, dict[str, int]]:
    """Return how often each property has each value where runs and paragraphs have values so often."""
    return {
        "run_font_latin": _count(runs, lambda values: values.ascii.value),
        "run_font_east_asia": _count(runs, lambda values: values.east_asia.value),
        "run_size_pt": _count(runs, _size_pt),
        "line_spacing": _count(paragraphs, shown_line_spacing),
        "first_line_indent": _count(paragraphs, lambda values: values.first_line_indent.value),
    }


def take_observation(
    runs: Sequence[RunPlace], cascade: Cascade, weights: Mapping[str, int] | None = None
) -> Observation:
    """Return the values that ``runs`` and their paragraphs have now; ``weights`` as in ``Observation``."""
    run_values: dict[str, RunValues] = {}
    paragraph_values: dict[str, ParagraphValues] = {}
    for place in runs:
        _, run_id, paragraph = place
        values, of_run = cascade.of_run_in_place(place)
        # In a broken file several paragraphs may have one address: the first counts.
        first = paragraph_values.setdefault(paragraph.path, values)
        run_values[run_id] = of_run if first is values else cascade.of_run(place, first)
    return Observation(runs, run_values, paragraph_values, cascade, weights=weights or {})


def copied_observation(sources: Observation, runs: Sequence[RunPlace]) -> Observation:
    """Return the values that ``sources`` observed as those of ``runs``, their copies in the same order."""
    of_runs: dict[str, RunValues] = {}
    of_paragraphs: dict[str, ParagraphValues] = {}
    for run, source in zip(runs, sources.places, strict=True):
        of_runs[run.run_id] = sources.runs[source.run_id]
        of_paragraphs[run.paragraph.path] = sources.paragraphs[source.paragraph.path]
    return Observation(runs, of_runs, of_paragraphs, sources.cascade, is_of_sources=True)


def shown_line_spacing(values: ParagraphValues) -> str | None:
    """Return line and rule as the report shows them together, ``None`` when no line is stated."""
    if values.line.value is None:
        return None
    return f"{values.line.value} {values.line_rule.value or 'auto'}"


def _size_pt(values: RunValues) -> int | float | None:
    return to_points(values.size_half_points.value)


def _count(found: Mapping[V, int], value_of: Callable[[V], object]) -> dict[str, int]:
    """Return how often each value occurs; ``found`` says how often what has it does."""
    totals: dict[str, int] = {}
    for values, times in found.items():
        value = value_of(values)
        shown = UNSTATED if value is None else str(value)
        totals[shown] = totals.get(shown, 0) + times
    return dict(sorted(totals.items()))


class TemplateSubject(NamedTuple):
    """The touched paragraphs and runs whose values are not those of the template: before, after."""

    policy: Policy
    paragraphs: Mapping[str, tuple[ParagraphValues, ParagraphValues]]
    runs: Mapping[str, tuple[RunPlace, RunValues, RunValues]]
    places: Mapping[str, ParagraphPlace]
    cascade: Cascade

    def source_of_paragraph(self, value: Effective[Any], path: str) -> str | None:
        """Return in words where a value of a paragraph comes from now."""
        return source_in_paragraph(self.cascade, value, self.paragraphs[path][1], self.places[path].part.name)

    def source_of_run(self, value: Effective[Any], run_id: str) -> str | None:
        """Return in words where a value of a run comes from now."""
        place, _, now = self.runs[run_id]
        return source_in_run(self.cascade, value, now, place.paragraph.part.name)


def source_in_paragraph(
    cascade: Cascade, value: Effective[Any], values: ParagraphValues, part_name: str
) -> str | None:
    """Return in words where ``value``, one of a paragraph's ``values``, comes from."""
    style = cascade.styles.applied_id(values.style_id, "paragraph")
    return cascade.sources.describe(value, (style,), part_name)


def source_in_run(cascade: Cascade, value: Effective[Any], values: RunValues, part_name: str) -> str | None:
    """Return in words where ``value``, one of a run's ``values``, comes from."""
    asked = (
        cascade.styles.applied_id(values.character_style_id, "character"),
        cascade.styles.applied_id(values.paragraph_style_id, "paragraph"),
    )
    return cascade.sources.describe(value, asked, part_name)


def template_subject(
    runs: Sequence[RunPlace], before: Observation, now: Observation, policy: Policy
) -> TemplateSubject:
    """Return what differs between two observations of ``runs``."""
    if now is before:
        return TemplateSubject(policy, {}, {}, {}, now.cascade)
    # Equal statements resolve to one object, so for most pairs comparing identity is enough.
    return TemplateSubject(
        policy=policy,
        paragraphs={
            path: (before.paragraphs[path], values)
            for path, values in now.paragraphs.items()
            if values is not before.paragraphs[path]
        },
        runs={
            place.run_id: (place, before.runs[place.run_id], now.runs[place.run_id])
            for place in runs
            if now.runs[place.run_id] is not before.runs[place.run_id]
        },
        places={place.paragraph.path: place.paragraph for place in runs},
        cascade=now.cascade,
    )
