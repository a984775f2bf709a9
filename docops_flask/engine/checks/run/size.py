"""RUN_SIZE_MISMATCH, ROLE_SIZE_MISMATCH: text is set in another size than asked for."""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck, PolicySubject, RoleRun
from docops_flask.engine.checks.issue import Finding, FixChange, Issue
from docops_flask.engine.checks.look import RoleRunLook, RunLook
from docops_flask.engine.checks.mismatch import Mismatch, policy_mismatch, role_run_issues, template_mismatch
from docops_flask.engine.checks.observation import TemplateSubject, to_points
from docops_flask.engine.checks.run.fonts_wanted import can_have_size, fix_size


class RunSizeMismatch(FixableCheck):
    """A filled value is set in another size than asked for.

    *Fails* under baseline ``policy``: a touched run has text and its effective size (w:sz, ECMA-376 part 1,
    17.3.2.38) is not ``run_size_pt``; a warning where nothing states a size. Under baseline ``template``:
    after filling a touched run has another size than in the template.

    *Passes*: exactly that size, a run of blanks alone, or ``run_size_pt`` is null or has a rule for the
    paragraph's role in its place.

    *Fix*: the size of a touched run is set directly, where RUN_FONT_MISMATCH would set fonts.

    *Looks at*: size of every touched run.
    """

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


class RoleSizeMismatch(FixableCheck):
    """A part of the document is set in another size than its role asks for.

    *Fails*: the effective size (w:sz, ECMA-376 part 1, 17.3.2.38) of a run with visible text is not exactly
    the ``size_pt`` of its paragraph's role. Runs of a paragraph that are wrong in the same way for the same
    reason are one issue. Running text that follows a heading in its paragraph is held against the body's
    rules. A warning where nothing states a size.

    *Passes*: exactly that size, or a run of blanks alone. Baseline ``template`` never asks.

    *Fix*: the size is set on touched runs of the body outside tables.

    *Looks at*: size of every run of every paragraph with a role.
    """

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
