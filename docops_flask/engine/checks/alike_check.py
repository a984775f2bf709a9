"""The check under baseline ``template`` where paragraphs are filled alike: looks are counted, not runs.

It tells the report where filling changed nothing but texts and no warning may be due; else the runs are
observed one by one (``format_check``).
"""

from collections import Counter
from collections.abc import Collection, Sequence
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


def look_at(alike: AlikeParagraphs, values: Values, cascade: Cascade) -> AlikeLooks:
    """Return how the paragraphs look that get one of ``values``, before they are filled."""
    of_kinds = runs_of_kinds(alike, values)
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
    document: Document, looks: AlikeLooks, options: Options, policy: Policy
) -> FormatReport | None:
    """Return the report on the filled ``document``; ``None`` where runs have to be looked at one by one."""
    if (
        not document.keeps_looks()
        or any(below_exact_line(*values) for values in looks.together)
        or may_be_cut_off(document, looks.places)
    ):
        return None
    observed = counts_of(looks.runs, looks.paragraphs)
    return FormatReport(
        mode=options.format_mode,
        baseline=options.format_baseline,
        template_observed=observed,
        rendered_observed=observed,
        overrides=policy.overrides(),
        policy=note_policy(policy, options.format_baseline),
        diagnostics={
            "paragraphs_checked": len(looks.places),
            "runs_checked": looks.runs.total(),
            "tables_skipped": 0,
        },
        structure=structure_of(document),
    )
