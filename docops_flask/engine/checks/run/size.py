"""RUN_SIZE_MISMATCH, ROLE_SIZE_MISMATCH: text is set in another size than asked for."""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck, PolicySubject
from docops_flask.engine.checks.issue import FixChange, Issue
from docops_flask.engine.checks.look import RunLook
from docops_flask.engine.checks.mismatch import Mismatch, template_mismatch
from docops_flask.engine.checks.observation import TemplateSubject, to_points
from docops_flask.engine.checks.run.fonts_wanted import can_have_size, fix_size
from docops_flask.engine.checks.run.run_issues import run_issues


class SizeMismatch(FixableCheck):
    """Text is set in another size than asked for.

    *Fails* under ``run_size_pt``, for filled runs, and under ``size_pt`` of a role, for all runs of its text:
    the effective size (w:sz, ECMA-376 part 1, 17.3.2.38) of a run with visible text is another one; a warning
    where nothing states a size. Under baseline ``template``: filling gave a touched run another size.

    *Passes*: exactly that size (w:sz 24 under ``run_size_pt: 12``), or a run of blanks alone.

    *Fix* (``safe_fix``), under a policy with rules for roles: where the wrong size is direct formatting the
    one asked for is set on touched runs of the body outside tables; under ``run_size_pt`` headings, centred
    and right-aligned paragraphs are left alone.

    *Looks at*: size of the runs. Under a role's rules the running text after a heading in its paragraph
    counts as body, and runs of a paragraph that are wrong alike are one issue.
    """

    codes = ("RUN_SIZE_MISMATCH", "ROLE_SIZE_MISMATCH")
    edits_runs = True

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each run (under a role's rules: paragraph) and wrong size."""
        return run_issues(subject, _mismatches, _can_fix)

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield one issue for each run whose size filling changed."""
        for run_id, (place, before, after) in subject.runs.items():
            if before.size_half_points.value == after.size_half_points.value:
                continue
            yield template_mismatch(
                self.codes[0],
                "Font size",
                place.paragraph.path,
                expected=to_points(before.size_half_points.value),
                actual=to_points(after.size_half_points.value),
                found=after.size_half_points,
                source=subject.source_of_run(after.size_half_points, run_id),
                run_id=run_id,
            )

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the size asked for on the runs themselves."""
        for run in subject.runs_of(issues):
            rule = run.look.rules.size_pt
            if rule is not None:
                yield fix_size(run.place, rule.value, subject.repairs)


def _mismatches(run: RunLook) -> Iterator[Mismatch]:
    rule, size = run.rules.size_pt, run.values.size_half_points
    if rule is None or run.blank:
        return
    points = to_points(size.value)
    if points != rule.value:
        yield Mismatch(
            rule,
            "Font size",
            expected=rule.value,
            actual=points,
            found=size,
            known=points is not None,
            unit=" pt",
        )


def _can_fix(mismatch: Mismatch, run: RunLook) -> bool:
    return can_have_size(run.values, mismatch.rule.value)
