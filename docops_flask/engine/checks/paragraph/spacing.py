"""LINE_SPACING_MISMATCH, ROLE_LINE_SPACING_MISMATCH, ROLE_SPACE_MISMATCH, ROLE_ALIGNMENT_MISMATCH.

A paragraph's line spacing, the space before or after it, or its alignment is not the one asked for.
"""

from collections.abc import Iterator, Sequence
from typing import Literal

from docops_flask.engine.checks.check import Check, FixableCheck, PolicySubject
from docops_flask.engine.checks.issue import Finding, FixChange, Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.mismatch import (
    Mismatch,
    paragraph_finding,
    policy_mismatch,
    template_mismatch,
)
from docops_flask.engine.checks.observation import TemplateSubject, shown_line_spacing
from docops_flask.engine.formatting.edit import set_line_spacing, set_space
from docops_flask.engine.formatting.effective import Effective, Spacing
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.policy.policy import LineSpacing, Measure, Rule


class LineSpacingMismatch(FixableCheck):
    """A paragraph's line spacing is not the one asked for.

    *Fails* under baseline ``policy``: the effective w:line (ECMA-376 part 1, 17.3.1.33) of a paragraph with
    text differs from ``line_spacing_twips`` by more than ``twips_tolerance``; a warning where nothing states
    w:line. Under baseline ``template``: after filling, a touched paragraph's w:line differs so from the
    template's, or its w:lineRule is another one.

    *Passes*: w:line within the tolerance, whatever w:lineRule says (360 is one and a half lines with the rule
    ``auto``, 18 pt with the others), or ``line_spacing_twips`` is null.

    *Fix*: w:line of a touched body paragraph outside tables is set directly; w:lineRule stays.

    *Looks at*: line spacing of every paragraph with text, or of every touched one.
    """

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


_ONE_LINE = 240


class RoleLineSpacingMismatch(FixableCheck):
    """A paragraph's line spacing is not the one its role asks for.

    *Fails*: the effective w:line and w:lineRule (ECMA-376 part 1, 17.3.1.33) are not ``line_spacing`` of the
    paragraph's role: another rule, or a line that differs by more than the tolerance. What nothing states is
    one line.

    *Passes*: the same rule, the line within the tolerance (in 240ths of a line where the rule is lines).
    Baseline ``template`` never asks.

    *Fix*: w:line and w:lineRule are set on touched paragraphs of the body outside tables.

    *Looks at*: line spacing of every paragraph with a role.
    """

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


SpaceKey = Literal["space_before", "space_after"]
SPACES: tuple[SpaceKey, ...] = ("space_before", "space_after")
_WHAT: dict[SpaceKey, str] = {"space_before": "Space before", "space_after": "Space after"}


class RoleSpaceMismatch(FixableCheck):
    """The space before or after a paragraph is not the one its role asks for.

    *Fails*: the effective space (w:spacing, ECMA-376 part 1, 17.3.1.33) differs from ``space_before`` or
    ``space_after`` of the paragraph's role by more than the tolerance. Lines count as the section's grid has
    them, 12 pt without one. What nothing states is 0. Neighbours of one style that leave their spaces out
    (w:contextualSpacing) are measured all the same.

    *Passes*: within the tolerance. Baseline ``template`` never asks.

    *Fix*: the space is set on touched paragraphs of the body outside tables.

    *Looks at*: the spaces around every paragraph with a role.
    """

    code = "ROLE_SPACE_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph and side with another space."""
        return subject.faults_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        for key in SPACES if look.rules is not None else ():
            mismatch = _mismatch(key, look, subject)
            if mismatch is not None:
                fixable = look.is_safe_to_fix_by_role
                yield paragraph_finding(self.code, mismatch, look, subject, fixable=fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's spaces on the paragraphs themselves."""
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            key: SpaceKey = (
                "space_after" if (issue.rule_key or "").endswith("space_after") else "space_before"
            )
            rule: Rule[Measure] | None = getattr(paragraph.look.rules, key)
            if rule is None:
                continue
            place = paragraph.place
            twips = _wanted(rule, paragraph.look)
            side: Literal["before", "after"] = "after" if key == "space_after" else "before"
            before, after = set_space(place.element, side, twips, subject.cascade, place.part.w)
            place.part.changed = True
            yield FixChange(place.path, key, before, after, "spacing", place.element)


def space_twips(key: SpaceKey, paragraph: ParagraphLook) -> int:
    """Return a paragraph's effective space in twips."""
    value = _found(key, paragraph).value
    return 0 if value is None else value.in_twips(paragraph.grid.line_twips)


def _mismatch(key: SpaceKey, paragraph: ParagraphLook, subject: PolicySubject) -> Mismatch | None:
    rule: Rule[Measure] | None = getattr(paragraph.rules, key)
    if rule is None:
        return None
    actual, wanted = space_twips(key, paragraph), _wanted(rule, paragraph)
    tolerance = subject.tolerance(rule)
    if abs(actual - wanted) <= tolerance:
        return None
    return Mismatch(
        paragraph.role,
        key,
        rule,
        _WHAT[key],
        expected=str(rule.value),
        actual=f"{actual} twips",
        found=_found(key, paragraph),
        tolerance=tolerance,
    )


def _found(key: SpaceKey, paragraph: ParagraphLook) -> Effective[Spacing]:
    values = paragraph.values
    return values.space_before if key == "space_before" else values.space_after


def _wanted(rule: Rule[Measure], paragraph: ParagraphLook) -> int:
    return rule.value.in_twips(line_twips=paragraph.grid.line_twips) or 0


_NAMES = {"start": "left", "end": "right", "both": "justify"}


class RoleAlignmentMismatch(Check):
    """A paragraph is aligned in another way than its role asks for.

    *Fails*: the effective alignment (w:jc, ECMA-376 part 1, 17.3.1.13) is none of ``alignment`` of the
    paragraph's role. What nothing states is left. ``start`` counts as left, ``end`` as right, ``both`` as
    justify.

    *Passes*: any alignment of the list. Baseline ``template`` never asks.

    *Fix*: none: where a line stands is for its author to decide.

    *Looks at*: alignment of every paragraph with a role.
    """

    code = "ROLE_ALIGNMENT_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph that is aligned in another way."""
        return subject.faults_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        rule = None if look.rules is None else look.rules.alignment
        actual = alignment_of(look.values.alignment.value)
        if rule is None or actual in rule.value:
            return
        mismatch = Mismatch(
            look.role,
            "alignment",
            rule,
            "Alignment",
            expected=" or ".join(rule.value),
            actual=actual,
            found=look.values.alignment,
        )
        yield paragraph_finding(self.code, mismatch, look, subject)


def alignment_of(stated: str | None) -> str:
    """Return a w:jc as a policy calls it."""
    return _NAMES.get(stated or "left", stated or "left")
