"""The format check over real Word files: it never stumbles, and its laws hold there too."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from docops_flask.engine.checks.format_check import check_format, observe
from docops_flask.engine.checks.layout_warnings import CODES as LAYOUT_CODES
from docops_flask.engine.checks.suggested_policy import policy_deviations, policy_to_yaml, suggest_policy
from docops_flask.engine.document.document import Document, RunPlace, Walk
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.cascade_by_value import CascadeByValue
from docops_flask.engine.formatting.effective import Layer
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.intake.catalogue.policies import load_policies
from docops_flask.intake.catalogue.policy_file import parse_policy
from tests.engine.checks.document_builder import edits_of, touched_runs
from tests.engine.story_parts import walk_with_edits
from tests.optional import not_none

FIX = Options(format_baseline="policy", format_fix_mode="safe")


def documents(corpus: list[Path]) -> Iterator[tuple[str, Document, list[RunPlace]]]:
    """Every corpus file that opens, with all its runs."""
    for path in corpus:
        try:
            package = Package(path, Limits())
        except DocopsError:
            continue
        try:
            document = open_document(package, Limits())
            yield path.name, document, touched_runs(document)
        except DocopsError:
            continue
        finally:
            package.close()


def paragraphs_as_bytes(walk: Walk) -> dict[str, bytes]:
    return {place.path: place.own_bytes for place in walk.paragraphs}


def texts_of(walk: Walk) -> list[str]:
    return [place.reading.text for place in walk.paragraphs]


def test_suggestions_and_deviations_do_not_depend_on_which_style_states_a_value(corpus: list[Path]) -> None:
    against = not_none(load_policies().get("gbt9704-2012"))
    failed = []
    for name, document, runs in documents(corpus):
        found = []
        for kind in (Cascade, CascadeByValue):
            cascade = kind(document.styles, document.related)
            own = suggest_policy(document, runs[::2], cascade)
            found.append((own, policy_deviations(document, runs[::3], against, own, cascade)))
        if found[0] != found[1]:
            failed.append(name)
    assert failed == []


def test_values_told_by_bytes_are_those_told_by_trees(corpus: list[Path]) -> None:
    failed, by_bytes, compared = [], 0, 0
    for name, document, runs in documents(corpus):
        trees = Cascade(document.styles, document.related)
        told = CascadeByValue(document.styles, document.related)
        for run in runs:
            place = run.paragraph
            by_bytes += place.shape.markup is not None
            compared += 1
            one, other = trees.of_paragraph(place), told.of_paragraph(place)
            alike = (one.stated, one.style_id) == (other.stated, other.style_id)
            of_trees, of_bytes = trees.of_run(run, one).stated, told.of_run(run, other).stated
            if not alike or _values(of_trees) != _values(of_bytes):
                failed.append((name, run.run_id))
    assert failed == []
    # Most paragraphs are plain enough.
    assert by_bytes > compared / 2


def _values(layer: Layer) -> dict[str, object]:
    return {name: each.value for name, each in layer.items()}


def test_every_file_passes_its_own_suggested_policy_and_its_own_look(corpus: list[Path]) -> None:
    failed = []
    for name, document, runs in documents(corpus):
        look = observe(document, runs)
        policy = parse_policy(policy_to_yaml(suggest_policy(document, runs)))
        own = check_format(document, runs, look, Options(format_baseline="policy"), policy)
        same = check_format(document, runs, look, Options(), Policy())
        # What is too small for its text has nothing to do with a policy.
        if any(issue.code not in LAYOUT_CODES for issue in (*own.issues, *same.issues)):
            failed.append(name)

    assert failed == []


@pytest.mark.parametrize(("policy", "at_least"), [("default", 500), ("gbt9704-2012", 1000)])
def test_fixes_leave_no_fixable_issue_and_no_other_change_than_they_list(
    corpus: list[Path], policy: str, at_least: int
) -> None:
    fixed = 0
    house_style = not_none(load_policies().get(policy))
    for name, document, runs in documents(corpus):
        report = check_format(document, runs, observe(document, runs), FIX, house_style)
        again = check_format(document, runs, observe(document, runs), FIX, house_style)

        before = paragraphs_as_bytes(document.walk)
        repaired = walk_with_edits(document, edits_of(report))
        after = paragraphs_as_bytes(repaired)
        changed = {path for path, content in after.items() if content != before[path]}
        assert changed == {change.paragraph_path for change in report.fix_changes}, name
        assert all(change.before != change.after for change in report.fix_changes), name
        assert not again.fix_changes, name
        assert not any(issue.fixable for issue in again.issues), name
        assert texts_of(repaired) == texts_of(document.walk), name
        fixed += len(report.fix_changes)

    assert fixed > at_least
