"""FIRST_LINE_INDENT_MISMATCH: a paragraph's first line is not indented as asked for.

*Fails* under baseline ``policy``: the effective first-line indent (w:ind, ECMA-376 part 1, 17.3.1.12) of a
paragraph with text differs from ``first_line_indent_twips`` by more than ``twips_tolerance``; hanging counts
as negative, indents in characters (w:firstLineChars) count with the size of the paragraph's first run with
text. A warning where nothing states an indent, or where that size is unknown. Under baseline ``template``:
after filling, a touched paragraph's w:ind says another first-line indent than in the template.

*Passes*: within the tolerance, or ``first_line_indent_twips`` is null.

*Fix*: w:firstLine (or w:hanging) of a touched body paragraph outside tables is set directly, and what would
win over it (w:firstLineChars and the like) is taken away. Numbered paragraphs are left alone: their indent
comes from the numbering, which serves other paragraphs as well.
"""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.finding import Finding, Shown
from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.mismatch import policy_mismatch, template_mismatch
from docops_flask.engine.checks.subject import PolicySubject, TemplateSubject
from docops_flask.engine.formatting.effective import Effective, Indent
from docops_flask.engine.formatting.indents import indents_in_twips
from docops_flask.engine.formatting.paragraph_edit import set_first_line_indent


class FirstLineIndentMismatch(FixableCheck):
    """First-line indent of every paragraph with text, or of every touched one."""

    code = "FIRST_LINE_INDENT_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph whose first-line indent is not the policy's."""
        if subject.policy.first_line_indent_twips is None:
            return iter(())
        return subject.faults_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        policy = subject.policy
        expected = policy.first_line_indent_twips
        if expected is None or (look.rules is not None and look.rules.first_line_indent is not None):
            return
        indent = look.values.first_line_indent
        twips = indent_twips(look)
        if twips is not None and abs(twips - expected) <= policy.twips_tolerance:
            return
        yield policy_mismatch(
            self.code,
            "First-line indent",
            policy,
            expected=expected,
            actual=twips if twips is not None else _shown(indent),
            found=indent,
            source=subject.source_in_paragraph(indent, look),
            stated=twips is not None,
            rule_key="first_line_indent_twips",
            unit=" twips" if twips is not None else "",
            tolerance=policy.twips_tolerance,
            fixable=look.is_safe_to_fix and not look.values.is_numbered,
        )

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield one issue a paragraph whose first-line indent filling changed."""
        tolerance = subject.policy.twips_tolerance
        for path, (before, after) in subject.paragraphs.items():
            if _alike(before.first_line_indent.value, after.first_line_indent.value, tolerance):
                continue
            yield template_mismatch(
                self.code,
                "First-line indent",
                path,
                expected=_shown(before.first_line_indent),
                actual=_shown(after.first_line_indent),
                found=after.first_line_indent,
                source=subject.source_of_paragraph(after.first_line_indent, path),
                tolerance=tolerance,
            )

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the policy's first-line indent on the paragraphs themselves."""
        indent = subject.policy.first_line_indent_twips
        if indent is None:
            return
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            place, w = paragraph.place, paragraph.place.part.w
            before, after = set_first_line_indent(place.element, indent, paragraph.values, subject.cascade, w)
            place.part.changed = True
            yield FixChange(place.path, "first_line_indent_twips", before, after, "ind", place.element)


def indent_twips(paragraph: ParagraphLook) -> int | None:
    """Return the paragraph's effective first-line indent, ``None`` where it is not known."""
    return indents_in_twips(paragraph.values, paragraph.sizes).first_line


def _shown(indent: Effective[Indent]) -> Shown:
    return None if indent.value is None else str(indent.value)


def _alike(before: Indent | None, after: Indent | None, tolerance: int) -> bool:
    if before is None or after is None or before.in_characters or after.in_characters:
        return before == after
    return abs(before.amount - after.amount) <= tolerance
