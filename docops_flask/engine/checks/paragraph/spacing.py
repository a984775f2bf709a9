"""Line spacing, the space before and after a paragraph, and its alignment.

LINE_SPACING_MISMATCH, ROLE_LINE_SPACING_MISMATCH, ROLE_SPACE_MISMATCH, ROLE_ALIGNMENT_MISMATCH.
"""

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Literal

from lxml.etree import _Element

from docops_flask.engine.checks.check import Check, FixableCheck, PolicySubject
from docops_flask.engine.checks.issue import Finding, FixChange, Issue, Shown
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.mismatch import Mismatch, paragraph_finding, template_mismatch
from docops_flask.engine.checks.observation import TemplateSubject, shown_line_spacing
from docops_flask.engine.checks.safe_fix import paragraph_obstacle
from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.edit import Edited, set_line_spacing, set_space
from docops_flask.engine.formatting.effective import Effective, Spacing
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.oxml.names import Vocabulary
from docops_flask.engine.policy.policy import LineSpacing, Measure
from docops_flask.engine.policy.rules import AppliedRule


class LineSpacingMismatch(FixableCheck):
    """A paragraph's line spacing is not the one asked for.

    *Fails* under ``line_spacing_twips``: the effective w:line (ECMA-376 part 1, 17.3.1.33) differs by more
    than ``twips_tolerance``, whatever w:lineRule says; a warning where nothing states w:line. Under
    ``line_spacing`` of the paragraph's role: w:lineRule is another one, or w:line differs by more than the
    tolerance; what nothing states is one line. Under baseline ``template``: filling changed w:line of a
    touched paragraph by more than ``twips_tolerance``, or its w:lineRule.

    *Passes*: w:line 360 under ``line_spacing_twips: 360``, be it one and a half lines (w:lineRule ``auto``)
    or 18 pt (``exact``); under ``line_spacing: exact 28 pt`` w:line 560 with ``exact`` alone.

    *Fix* (``safe_fix``): where w:line is direct formatting it is set on touched paragraphs of the body
    outside tables, under a role's rule w:lineRule too.

    *Looks at*: line spacing of every paragraph with text, or of every touched one.
    """

    codes = ("LINE_SPACING_MISMATCH", "ROLE_LINE_SPACING_MISMATCH")

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph with another line spacing."""
        return subject.issues_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        rule = look.rules.of_paragraphs.line_spacing
        if rule is None:
            return
        wanted, actual = rule.value, _line_spacing_under(rule, look)
        if (
            actual is not None
            and actual.rule == wanted.rule
            and abs(actual.line - wanted.line) <= rule.tolerance_twips
        ):
            return
        mismatch = Mismatch(
            rule,
            "Line spacing",
            expected=_shown(wanted),
            actual=None if actual is None else _shown(actual),
            found=look.values.line,
            known=actual is not None,
            tolerance=rule.tolerance_twips,
            line_rule=None if rule.is_for_role else look.values.line_rule.value,
        )
        reason = paragraph_obstacle(mismatch, look)
        yield paragraph_finding(mismatch, look, subject, fixable=reason is None, reason=reason)

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph whose line spacing filling changed."""
        tolerance = subject.policy.twips_tolerance
        for path, (before, after) in subject.paragraphs.items():
            if _alike(before, after, tolerance):
                continue
            yield template_mismatch(
                self.codes[0],
                "Line spacing",
                path,
                expected=shown_line_spacing(before),
                actual=shown_line_spacing(after),
                found=after.line,
                source=subject.source_of_paragraph(after.line, path),
                tolerance=tolerance,
            )

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the line spacing asked for on the paragraphs themselves."""
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            rule = paragraph.look.rules.of_paragraphs.line_spacing
            if rule is not None:
                place, wanted = paragraph.place, rule.value
                before, after = subject.repairs.paragraph(
                    place, ("spacing", wanted), partial(_set_line, wanted, place)
                )
                yield FixChange(place.path, rule.name, before, after, "spacing", place)


def _alike(before: ParagraphValues, after: ParagraphValues, tolerance: int) -> bool:
    if before.line.value is None or after.line.value is None:
        return before.line.value is after.line.value
    same_rule = (before.line_rule.value or "auto") == (after.line_rule.value or "auto")
    return same_rule and abs(before.line.value - after.line.value) <= tolerance


_ONE_LINE = 240


def line_spacing_of(paragraph: ParagraphLook) -> LineSpacing:
    """Return a paragraph's effective line spacing."""
    values = paragraph.values
    line = values.line.value
    if line is None:
        return LineSpacing("auto", _ONE_LINE)
    return LineSpacing(values.line_rule.value or "auto", line)


def _line_spacing_under(rule: AppliedRule[LineSpacing], paragraph: ParagraphLook) -> LineSpacing | None:
    """Return what ``rule`` compares; ``None`` where it is not known."""
    if rule.is_for_role:
        return line_spacing_of(paragraph)
    line = paragraph.values.line.value
    return None if line is None else LineSpacing(None, line)


def _shown(spacing: LineSpacing) -> Shown:
    return spacing.line if spacing.rule is None else str(spacing)


SpaceKey = Literal["space_before", "space_after"]
SPACES: tuple[SpaceKey, ...] = ("space_before", "space_after")
_WHAT: dict[SpaceKey, str] = {"space_before": "Space before", "space_after": "Space after"}


class RoleSpaceMismatch(FixableCheck):
    """The space before or after a paragraph is not the one its role asks for.

    *Fails*: the effective space (w:spacing, ECMA-376 part 1, 17.3.1.33) differs from ``space_before`` or
    ``space_after`` of the paragraph's role by more than the tolerance. Lines count as the section's grid has
    them, 12 pt without one. What nothing states is 0. Spaces that w:contextualSpacing hides
    between neighbours of one style count all the same.

    *Passes*: within the tolerance. Not checked under baseline ``template``.

    *Fix* (``safe_fix``): where it is direct formatting it is set on touched paragraphs of the body outside
    tables.

    *Looks at*: the spaces around every paragraph with a role.
    """

    codes = ("ROLE_SPACE_MISMATCH",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph and side with another space."""
        return subject.issues_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        for key in SPACES:
            mismatch = _mismatch(key, look)
            if mismatch is not None:
                reason = paragraph_obstacle(mismatch, look)
                yield paragraph_finding(mismatch, look, subject, fixable=reason is None, reason=reason)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's spaces on the paragraphs themselves."""
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            key: SpaceKey = (
                "space_after" if (issue.rule_key or "").endswith("space_after") else "space_before"
            )
            rule = _rule(key, paragraph.look)
            if rule is None:
                continue
            place = paragraph.place
            twips = _wanted(rule, paragraph.look)
            side: Literal["before", "after"] = "after" if key == "space_after" else "before"
            edit = partial(_set_space, side, twips, subject.cascade, place.part.w)
            before, after = subject.repairs.paragraph(place, (side, twips), edit)
            yield FixChange(place.path, key, before, after, "spacing", place)


def _set_line(wanted: LineSpacing, place: ParagraphPlace, element: _Element) -> Edited:
    return set_line_spacing(element, wanted.line, place.part.w, rule=wanted.rule)


def _set_space(
    side: Literal["before", "after"], twips: int, cascade: Cascade, w: Vocabulary, element: _Element
) -> Edited:
    return set_space(element, side, twips, cascade, w)


def space_twips(key: SpaceKey, paragraph: ParagraphLook) -> int:
    """Return a paragraph's effective space in twips."""
    value = _found(key, paragraph).value
    return 0 if value is None else value.in_twips(paragraph.grid.line_twips)


def _rule(key: SpaceKey, paragraph: ParagraphLook) -> AppliedRule[Measure] | None:
    rules = paragraph.rules.of_paragraphs
    return rules.space_before if key == "space_before" else rules.space_after


def _mismatch(key: SpaceKey, paragraph: ParagraphLook) -> Mismatch | None:
    rule = _rule(key, paragraph)
    if rule is None:
        return None
    actual, wanted = space_twips(key, paragraph), _wanted(rule, paragraph)
    if abs(actual - wanted) <= rule.tolerance_twips:
        return None
    return Mismatch(
        rule,
        _WHAT[key],
        expected=str(rule.value),
        actual=f"{actual} twips",
        found=_found(key, paragraph),
        tolerance=rule.tolerance_twips,
    )


def _found(key: SpaceKey, paragraph: ParagraphLook) -> Effective[Spacing]:
    values = paragraph.values
    return values.space_before if key == "space_before" else values.space_after


def _wanted(rule: AppliedRule[Measure], paragraph: ParagraphLook) -> int:
    return rule.value.in_twips(line_twips=paragraph.grid.line_twips) or 0


_NAMES = {"start": "left", "end": "right", "both": "justify"}


class RoleAlignmentMismatch(Check):
    """A paragraph is aligned in another way than its role asks for.

    *Fails*: the effective alignment (w:jc, ECMA-376 part 1, 17.3.1.13) is none of ``alignment`` of the
    paragraph's role. What nothing states is left. ``start`` counts as left, ``end`` as right, ``both`` as
    justify.

    *Passes*: any alignment of the list. Not checked under baseline ``template``.

    *Fix*: none: the alignment is the author's decision.

    *Looks at*: alignment of every paragraph with a role.
    """

    codes = ("ROLE_ALIGNMENT_MISMATCH",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph that is aligned in another way."""
        return subject.issues_of_paragraphs(lambda look: self._findings(look, subject))

    def _findings(self, look: ParagraphLook, subject: PolicySubject) -> Iterator[Finding]:
        rule = look.rules.of_paragraphs.alignment
        actual = alignment_of(look.values.alignment.value)
        if rule is None or actual in rule.value:
            return
        mismatch = Mismatch(
            rule,
            "Alignment",
            expected=" or ".join(rule.value),
            actual=actual,
            found=look.values.alignment,
        )
        yield paragraph_finding(mismatch, look, subject)


def alignment_of(stated: str | None) -> str:
    """Return the name that policies use for a value of w:jc."""
    return _NAMES.get(stated or "left", stated or "left")
