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
from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import RoleRunLook
from docops_flask.engine.checks.points import to_points
from docops_flask.engine.checks.role_issue import Mismatch
from docops_flask.engine.checks.role_run_issues import role_run_issues
from docops_flask.engine.checks.run_fixes import can_have_size, fix_size
from docops_flask.engine.checks.subject import PolicySubject, RoleRun


class RoleSizeMismatch(FixableCheck):
    """Size of every run of every paragraph with a role."""

    code = "ROLE_SIZE_MISMATCH"
    edits_runs = True

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph and wrong size."""
        return role_run_issues(self.code, subject, _wrong, _is_fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's size on the runs themselves."""
        wanted_runs = {run_id for issue in issues for run_id in issue.run_ids}
        for path in dict.fromkeys(issue.paragraph_path for issue in issues):
            for run in subject.paragraph(path).runs:
                rule = None if run.look.rules is None else run.look.rules.size_pt
                if run.place.run_id in wanted_runs and rule is not None:
                    yield fix_size(run.place, rule.value)


def _wrong(run: RoleRunLook) -> Iterator[Mismatch]:
    rule = None if run.rules is None else run.rules.size_pt
    size = run.values.size_half_points
    points = to_points(size.value)
    if rule is not None and points != rule.value and not run.blank:
        yield Mismatch(
            run.role,
            "size_pt",
            rule,
            "Font size",
            expected=rule.value,
            actual=points,
            found=size,
            known=points is not None,
            unit=" pt",
        )


def _is_fixable(mismatch: Mismatch, runs: Sequence[RoleRun]) -> bool:
    return all(can_have_size(run.look.values, mismatch.rule.value) for run in runs)
