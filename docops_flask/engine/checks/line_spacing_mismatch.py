"""LINE_SPACING_MISMATCH: a paragraph's line spacing is not the one asked for.

*Fails* under baseline ``policy``: the effective w:line (ECMA-376 part 1, 17.3.1.33) of a paragraph with text
differs from ``line_spacing_twips`` by more than ``twips_tolerance``; a warning where nothing states w:line.
Under baseline ``template``: after filling, a touched paragraph's w:line differs so from the template's, or
its w:lineRule is another one.

*Passes*: w:line within the tolerance, whatever w:lineRule says (360 is one and a half lines with the rule
``auto``, 18 pt with the others), or ``line_spacing_twips`` is null.

*Fix*: w:line of a touched body paragraph outside tables is set directly; w:lineRule stays.
"""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.mismatch import policy_mismatch, template_mismatch
from docops_flask.engine.checks.observation import shown_line_spacing
from docops_flask.engine.checks.subject import PolicySubject, TemplateSubject
from docops_flask.engine.formatting.paragraph_edit import set_line_spacing
from docops_flask.engine.formatting.paragraph_values import ParagraphValues


class LineSpacingMismatch(FixableCheck):
    """Line spacing of every paragraph with text, or of every touched one."""

    code = "LINE_SPACING_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph whose line spacing is not the policy's."""
        if subject.policy.line_spacing_twips is None:
            return iter(())
        return subject.faults_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        policy = subject.policy
        expected = policy.line_spacing_twips
        if expected is None or (look.rules is not None and look.rules.line_spacing is not None):
            return
        line = look.values.line
        if line.value is not None and abs(line.value - expected) <= policy.twips_tolerance:
            return
        yield policy_mismatch(
            self.code,
            "Line spacing",
            policy,
            expected=expected,
            actual=line.value,
            found=line,
            source=subject.source_in_paragraph(line, look),
            stated=line.value is not None,
            rule_key="line_spacing_twips",
            tolerance=policy.twips_tolerance,
            fixable=look.is_safe_to_fix,
        )

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield one issue a paragraph whose line spacing filling changed."""
        tolerance = subject.policy.twips_tolerance
        for path, (before, after) in subject.paragraphs.items():
            if _alike(before, after, tolerance):
                continue
            yield template_mismatch(
                self.code,
                "Line spacing",
                path,
                expected=shown_line_spacing(before),
                actual=shown_line_spacing(after),
                found=after.line,
                source=subject.source_of_paragraph(after.line, path),
                tolerance=tolerance,
            )

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the policy's line spacing on the paragraphs themselves."""
        line = subject.policy.line_spacing_twips
        if line is None:
            return
        for issue in issues:
            place = subject.paragraph(issue.paragraph_path).place
            before, after = set_line_spacing(place.element, line, place.part.w)
            place.part.changed = True
            yield FixChange(place.path, "line_spacing_twips", before, after, "spacing", place.element)


def _alike(before: ParagraphValues, after: ParagraphValues, tolerance: int) -> bool:
    if before.line.value is None or after.line.value is None:
        return before.line.value is after.line.value
    same_rule = (before.line_rule.value or "auto") == (after.line_rule.value or "auto")
    return same_rule and abs(before.line.value - after.line.value) <= tolerance
