"""The check under baseline ``template`` where paragraphs are filled alike: looks are counted, not runs.

It tells the report where filling changed nothing but texts and no warning may be due; else the runs are
observed one by one (``format_check``).
"""

from collections import Counter
from collections.abc import Collection, Sequence
from operator import is_
from typing import NamedTuple

from docops_flask.engine.checks.layout_warnings import below_exact_line, may_be_cut_off
from docops_flask.engine.checks.observation import counts_of
from docops_flask.engine.checks.report import FormatReport, note_policy, structure_of
from docops_flask.engine.document.document import Document, ParagraphPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.template.alike import AlikeParagraphs, runs_of_kinds
from docops_flask.engine.template.values import Values


class AlikeLooks(NamedTuple):
    """How the runs to fill and their paragraphs look in the template: values, and how often each.

    ``together`` are the values that a run and its paragraph have; ``places`` are the paragraphs.
    """

    runs: Counter[RunValues]
    paragraphs: Counter[ParagraphValues]
    together: Collection[tuple[RunValues, ParagraphValues]]
    places: Sequence[ParagraphPlace]


class KeptLooks:
    """How the paragraphs of a template look, and the report on it, kept for rows that fill the same runs.

    ``cascade`` is the template's. Only what the last row had is kept.
    """

    def __init__(self, alike: AlikeParagraphs, cascade: Cascade) -> None:
        self._alike = alike
        self._cascade = cascade
        self._runs: Sequence[Sequence[int]] | None = None
        self._looks: AlikeLooks | None = None
        # What the report was made of, and its JSON.
        self._made_of: tuple[AlikeLooks, str, str, Policy] | None = None
        self._report: FormatReport | None = None
        self._json: bytes | None = None

    def of(self, values: Values) -> AlikeLooks:
        """Return how the paragraphs look that get one of ``values``, before they are filled."""
        runs = runs_of_kinds(self._alike, values)
        if self._looks is None or runs != self._runs:
            self._runs, self._looks = runs, look_at(self._alike, runs, self._cascade)
        return self._looks

    def report(
        self, document: Document, looks: AlikeLooks, options: Options, policy: Policy
    ) -> FormatReport | None:
        """Return what ``report_of_looks`` does; ``document`` is the template's."""
        if not document.keeps_looks():
            return None
        made_of = looks, options.format_mode, options.format_baseline, policy
        if self._made_of is None or not all(map(is_, made_of, self._made_of)):
            self._made_of, self._json = made_of, None
            self._report = report_of_looks(document, *made_of)
        return self._report

    def as_json(self, report: FormatReport) -> bytes:
        """Return the JSON of ``report``, kept where it is the last one from here."""
        if report is not self._report:
            return report.as_json()
        if self._json is None:
            self._json = report.as_json()
        return self._json


def look_at(alike: AlikeParagraphs, of_kinds: Sequence[Sequence[int]], cascade: Cascade) -> AlikeLooks:
    """Return how the paragraphs look that are filled, before they are; ``of_kinds`` are the runs of each."""
    # Paragraphs of one shape look alike whatever their texts.
    shapes = [
        (kind.place.reading.shape, runs) if runs else None
        for kind, runs in zip(alike.kinds, of_kinds, strict=True)
    ]
    filled = [shapes[number] for number in alike.numbers]
    places = alike.places
    if None in shapes:
        places = [place for place, shape in zip(places, filled, strict=True) if shape is not None]
    # One paragraph of each shape and table layer stands for all.
    keys = list(zip(filter(None, filled), cascade.layers_of(places), strict=True))
    shown = dict(zip(keys, places, strict=True))
    runs: Counter[RunValues] = Counter()
    paragraphs: Counter[ParagraphValues] = Counter()
    together: set[tuple[RunValues, ParagraphValues]] = set()
    for key, times in Counter(keys).items():
        place, ((_, indexes), _) = shown[key], key
        for index in indexes:
            paragraph, run = cascade.of_run_in_place(place.run(index))
            runs[run] += times
            together.add((run, paragraph))
        paragraphs[paragraph] += times
    return AlikeLooks(runs, paragraphs, together, places)


def report_of_looks(
    document: Document, looks: AlikeLooks, mode: str, baseline: str, policy: Policy
) -> FormatReport | None:
    """Return the report on ``document``, of which filling changes nothing but texts.

    ``None`` where runs have to be looked at one by one.
    """
    if any(below_exact_line(*values) for values in looks.together) or may_be_cut_off(document, looks.places):
        return None
    observed = counts_of(looks.runs, looks.paragraphs)
    return FormatReport(
        mode=mode,
        baseline=baseline,
        template_observed=observed,
        rendered_observed=observed,
        overrides=policy.overrides(),
        policy=note_policy(policy, baseline),
        diagnostics={
            "paragraphs_checked": len(looks.places),
            "runs_checked": looks.runs.total(),
            "tables_skipped": 0,
        },
        structure=structure_of(document),
    )
