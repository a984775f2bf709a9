"""ROLE_LINE_SPACING_MISMATCH: a paragraph's line spacing is not the one its role asks for.

*Fails*: the effective w:line and w:lineRule (ECMA-376 part 1, 17.3.1.33) are not ``line_spacing`` of the
paragraph's role: another rule, or a line that differs by more than the tolerance. What nothing states is
one line.

*Passes*: the same rule, the line within the tolerance (in 240ths of a line where the rule is lines).
Baseline ``template`` never asks.

*Fix*: w:line and w:lineRule are set on touched paragraphs of the body outside tables.
"""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.role_issue import Mismatch, paragraph_finding
from docops_flask.engine.checks.subject import PolicySubject
from docops_flask.engine.formatting.paragraph_edit import set_line_spacing
from docops_flask.engine.policy.measure import LineSpacing

_ONE_LINE = 240


class RoleLineSpacingMismatch(FixableCheck):
    """Line spacing of every paragraph with a role."""

    code = "ROLE_LINE_SPACING_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph with another line spacing."""
        return subject.faults_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        rule = None if look.rules is None else look.rules.line_spacing
        if rule is None:
            return
        actual, wanted = line_spacing_of(look), rule.value
        tolerance = subject.tolerance(rule)
        if actual.rule == wanted.rule and abs(actual.line - wanted.line) <= tolerance:
            return
        mismatch = Mismatch(
            look.role,
            "line_spacing",
            rule,
            "Line spacing",
            expected=str(wanted),
            actual=str(actual),
            found=look.values.line,
            tolerance=tolerance,
        )
        fixable = look.is_safe_to_fix_by_role
        yield paragraph_finding(self.code, mismatch, look, subject, fixable=fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's line spacing on the paragraphs themselves."""
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            rules = paragraph.look.rules
            rule = None if rules is None else rules.line_spacing
            if rule is not None:
                place, wanted = paragraph.place, rule.value
                before, after = set_line_spacing(place.element, wanted.line, place.part.w, rule=wanted.rule)
                place.part.changed = True
                yield FixChange(place.path, "line_spacing", before, after, "spacing", place.element)


def line_spacing_of(paragraph: ParagraphLook) -> LineSpacing:
    """Return a paragraph's effective line spacing."""
    values = paragraph.values
    line = values.line.value
    if line is None:
        return LineSpacing("auto", _ONE_LINE)
    return LineSpacing(values.line_rule.value or "auto", line)
