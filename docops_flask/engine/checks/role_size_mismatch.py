"""ROLE_SIZE_MISMATCH: a part of the document is set in another size than its role asks for.

*Fails*: the effective size (w:sz, ECMA-376 part 1, 17.3.2.38) of a run with visible text is not exactly the
``size_pt`` of its paragraph's role. Runs of a paragraph that are wrong in the same way for the same reason
are one issue. Running text that follows a heading in its paragraph is held against the body's rules. A
warning where nothing states a size.

*Passes*: exactly that size, or a run of blanks alone. Baseline ``template`` never asks.

*Fix*: the size is set on touched runs of the body outside tables.
"""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.issue import FixChange, Issue
from docops_flask.engine.checks.points import to_points
from docops_flask.engine.checks.role_issue import Mismatch, role_issue, role_of_run, runs_alike
from docops_flask.engine.checks.run_fixes import can_have_size, fix_size
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject, RunSubject


class RoleSizeMismatch(FixableCheck):
    """Size of every run of every paragraph with a role."""

    code = "ROLE_SIZE_MISMATCH"
    edits_runs = True

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph and wrong size."""
        for paragraph in subject.paragraphs:
            for mismatch, runs in runs_alike(_wrong(paragraph, subject)):
                is_safe = paragraph.is_safe_to_fix_by_role and runs[0].touched
                fixable = is_safe and all(can_have_size(run, mismatch.rule.value) for run in runs)
                yield role_issue(self.code, mismatch, paragraph, subject, runs=runs, fixable=fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's size on the runs themselves."""
        wanted_runs = {run_id for issue in issues for run_id in issue.run_ids}
        for path in dict.fromkeys(issue.paragraph_path for issue in issues):
            paragraph = subject.paragraph(path)
            for run in paragraph.runs:
                role = role_of_run(run, paragraph, subject)
                rule = None if role is None else role.rules.size_pt
                if run.place.run_id in wanted_runs and rule is not None:
                    yield fix_size(run, rule.value)


def _wrong(paragraph: ParagraphSubject, subject: PolicySubject) -> Iterator[tuple[RunSubject, Mismatch]]:
    for run in paragraph.runs:
        role = role_of_run(run, paragraph, subject)
        rule = None if role is None else role.rules.size_pt
        size = run.values.size_half_points
        points = to_points(size.value)
        if role is not None and rule is not None and points != rule.value and run.text.strip():
            yield (
                run,
                Mismatch(
                    role.role,
                    "size_pt",
                    rule,
                    "Font size",
                    expected=rule.value,
                    actual=points,
                    found=size,
                    known=points is not None,
                    unit=" pt",
                ),
            )
