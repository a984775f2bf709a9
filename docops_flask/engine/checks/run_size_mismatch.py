"""RUN_SIZE_MISMATCH: a filled value is set in another size than asked for.

*Fails* under baseline ``policy``: a touched run has text and its effective size (w:sz, ECMA-376 part 1,
17.3.2.38) is not ``run_size_pt``; a warning where nothing states a size. Under baseline ``template``: after
filling a touched run has another size than in the template.

*Passes*: exactly that size, a run of blanks alone, or ``run_size_pt`` is null or has a rule for the
paragraph's role in its place.

*Fix*: the size of a touched run is set directly, where RUN_FONT_MISMATCH would set fonts.
"""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import RunLook
from docops_flask.engine.checks.mismatch import policy_mismatch, template_mismatch
from docops_flask.engine.checks.points import to_points
from docops_flask.engine.checks.run_fixes import can_have_size, fix_size
from docops_flask.engine.checks.subject import PolicySubject, TemplateSubject


class RunSizeMismatch(FixableCheck):
    """Size of every touched run."""

    code = "RUN_SIZE_MISMATCH"
    edits_runs = True

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a run whose size is not the policy's."""
        if subject.policy.run_size_pt is None:
            return iter(())
        return subject.faults_of_runs(lambda look: self._findings(look, subject))

    def _findings(self, look: RunLook, subject: PolicySubject) -> Iterator[Finding]:
        expected = subject.policy.run_size_pt
        size = look.values.size_half_points
        points = to_points(size.value)
        if expected is None or points == expected or look.blank:
            return
        paragraph = look.paragraph
        if paragraph is not None and paragraph.rules is not None and paragraph.rules.size_pt is not None:
            return
        yield policy_mismatch(
            self.code,
            "Font size",
            subject.policy,
            expected=expected,
            actual=points,
            found=size,
            source=subject.source_in_run(size, look.values, look.part),
            stated=points is not None,
            rule_key="run_size_pt",
            unit=" pt",
            fixable=look.is_safe_to_fix and can_have_size(look.values, expected),
        )

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the policy's size on the runs themselves."""
        points = subject.policy.run_size_pt
        if points is None:
            return
        for run, _ in subject.touched_runs(issues):
            yield fix_size(run.place, points)

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield one issue a run whose size filling changed."""
        for run_id, (place, before, after) in subject.runs.items():
            if before.size_half_points.value == after.size_half_points.value:
                continue
            yield template_mismatch(
                self.code,
                "Font size",
                place.paragraph.path,
                expected=to_points(before.size_half_points.value),
                actual=to_points(after.size_half_points.value),
                found=after.size_half_points,
                source=subject.source_of_run(after.size_half_points, run_id),
                run_id=run_id,
            )
