"""FIRST_LINE_INDENT_MISMATCH, ROLE_INDENT_MISMATCH: a paragraph is indented in another way than asked for."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from lxml.etree import _Element

from docops_flask.engine.checks.check import FixableCheck, ParagraphSubject, PolicySubject
from docops_flask.engine.checks.issue import Finding, FixChange, Issue, Shown
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.mismatch import Mismatch, paragraph_finding, template_mismatch
from docops_flask.engine.checks.observation import TemplateSubject
from docops_flask.engine.checks.reasons import Reason
from docops_flask.engine.checks.safe_fix import (
    BEGINS_WITH_BLANKS,
    NUMBERED,
    UNKNOWN_SIZE,
    paragraph_obstacle,
)
from docops_flask.engine.formatting.edit import Edited, set_first_line_indent, set_side_indent
from docops_flask.engine.formatting.effective import Effective, Indent
from docops_flask.engine.formatting.indents import indents_in_twips
from docops_flask.engine.policy.policy import CHARACTERS, Measure
from docops_flask.engine.policy.rules import AppliedRule

IndentKey = Literal["first_line_indent", "left_indent", "right_indent"]
INDENTS: tuple[IndentKey, ...] = ("first_line_indent", "left_indent", "right_indent")
_WHAT: dict[IndentKey, str] = {
    "first_line_indent": "First-line indent",
    "left_indent": "Left indent",
    "right_indent": "Right indent",
}


class ActualIndent(NamedTuple):
    """An indent in twips (``None``: not known) with what states it."""

    twips: float | None
    found: Effective[Indent]


class Beginning(NamedTuple):
    """Whether a text begins with a blank, and how many full-width characters the spaces there take."""

    blank: bool
    characters: float


_NO_BLANKS = Beginning(False, 0)


class IndentMismatch(FixableCheck):
    """A paragraph is indented in another way than asked for.

    *Fails* under ``first_line_indent_twips``: the effective first-line indent (w:ind, ECMA-376 part 1,
    17.3.1.12) differs by more than ``twips_tolerance``; a warning where nothing states one. Under
    ``first_line_indent``, ``left_indent`` or ``right_indent`` of the paragraph's role: that indent differs by
    more than the rule's tolerance; what nothing states is 0. Hanging counts as negative. Indents in
    characters count with the size of the paragraph's first run with text and the section's character grid; a
    warning where that size is stated nowhere. Under baseline ``template``: filling changed what a touched
    paragraph's w:ind says about the first line.

    *Passes*: within the tolerance: 480 under ``2 characters`` in 12 pt. Under a role's rule two ideographic
    spaces before the text pass for it too, other spaces count as half of one: the reader sees no difference.
    Numbered paragraphs pass a role's rule: their indents come from the numbering.

    *Fix* (``safe_fix``): where the indent is direct formatting it is set on touched paragraphs of the body
    outside tables that are not numbered, under a role's rule only where the text begins without blanks; what
    would win over it (w:firstLineChars and the like) is taken away.

    *Looks at*: first-line indent of every paragraph with text or of every touched one; all three indents of
    paragraphs whose role has rules for them.
    """

    codes = ("FIRST_LINE_INDENT_MISMATCH", "ROLE_INDENT_MISMATCH")

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph and indent that is another one."""
        if not subject.with_role_rules:
            return subject.issues_of_paragraphs(lambda look: self._findings(look, _NO_BLANKS, subject))
        return self._issues(subject)

    def _issues(self, subject: PolicySubject) -> Iterator[Issue]:
        checked: dict[tuple[ParagraphLook, Beginning], Sequence[Finding]] = {}
        for paragraph in subject.paragraphs:
            key = paragraph.look, beginning_of(paragraph.text)
            findings = checked.get(key)
            if findings is None:
                findings = checked[key] = tuple(self._findings(*key, subject))
            for finding in findings:
                yield Issue(finding, paragraph.place.path)

    def _findings(
        self, look: ParagraphLook, beginning: Beginning, subject: PolicySubject
    ) -> Iterator[Finding]:
        for key in INDENTS:
            rule = _rule(key, look)
            if rule is None:
                continue
            mismatch = (
                _mismatch_with_role(key, rule, look, beginning)
                if rule.is_for_role
                else _mismatch_with_document(rule, look)
            )
            if mismatch is not None:
                reason = _obstacle(mismatch, look, beginning)
                yield paragraph_finding(mismatch, look, subject, fixable=reason is None, reason=reason)

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph whose first-line indent filling changed."""
        tolerance = subject.policy.twips_tolerance
        for path, (before, after) in subject.paragraphs.items():
            if _alike(before.first_line_indent.value, after.first_line_indent.value, tolerance):
                continue
            yield template_mismatch(
                self.codes[0],
                _WHAT["first_line_indent"],
                path,
                expected=_as_stated(before.first_line_indent),
                actual=_as_stated(after.first_line_indent),
                found=after.first_line_indent,
                source=subject.source_of_paragraph(after.first_line_indent, path),
                tolerance=tolerance,
            )

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the indents asked for on the paragraphs themselves."""
        broken: dict[str | None, tuple[IndentKey, AppliedRule[Measure]]] = {}
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            if issue.rule_key not in broken:
                rules = [(key, rule) for key in INDENTS if (rule := _rule(key, paragraph.look)) is not None]
                broken[issue.rule_key] = next(each for each in rules if each[1].key == issue.rule_key)
            yield _set(*broken[issue.rule_key], paragraph, subject)


def _as_stated(indent: Effective[Indent]) -> Shown:
    return None if indent.value is None else str(indent.value)


def _alike(before: Indent | None, after: Indent | None, tolerance: int) -> bool:
    if before is None or after is None or before.in_characters or after.in_characters:
        return before == after
    return abs(before.amount - after.amount) <= tolerance


def indent_twips(paragraph: ParagraphLook) -> int | None:
    """Return the paragraph's effective first-line indent, ``None`` where it is not known."""
    return indents_in_twips(paragraph.values, paragraph.sizes).first_line


def actual_indent(key: IndentKey, paragraph: ParagraphLook, beginning: Beginning) -> ActualIndent:
    """Return a paragraph's indent as the reader sees it."""
    values = paragraph.values
    twips = indents_in_twips(values, paragraph.sizes)
    if key == "left_indent":
        return _or_zero(values.left_indent, twips.left)
    if key == "right_indent":
        return _or_zero(values.right_indent, twips.right)
    first_line = _or_zero(values.first_line_indent, twips.first_line)
    blanks = beginning.characters
    if not blanks or first_line.twips is None:
        return first_line
    character = character_twips(paragraph)
    return ActualIndent(
        None if character is None else first_line.twips + blanks * character, first_line.found
    )


def character_twips(paragraph: ParagraphLook) -> float | None:
    """Return the width of a full-width character of the paragraph's first run, ``None`` if not known."""
    sizes = paragraph.sizes
    return None if sizes.first_run is None else sizes.first_run * 10 + sizes.extra_twips


def beginning_of(text: str) -> Beginning:
    """Return how a paragraph with that text begins."""
    if not text[:1].isspace():
        return _NO_BLANKS
    blanks = text[: len(text) - len(text.lstrip(" \u3000\u00a0"))]
    return Beginning(True, sum(1 if blank == "\u3000" else 0.5 for blank in blanks))


def _or_zero(found: Effective[Indent], twips: int | None) -> ActualIndent:
    return ActualIndent(0 if found.value is None else twips, found)


def _rule(key: IndentKey, paragraph: ParagraphLook) -> AppliedRule[Measure] | None:
    rules = paragraph.rules.of_paragraphs
    if key == "first_line_indent":
        return rules.first_line_indent
    return rules.left_indent if key == "left_indent" else rules.right_indent


def _mismatch_with_document(rule: AppliedRule[Measure], paragraph: ParagraphLook) -> Mismatch | None:
    """Return how the first-line indent differs from that for the whole document."""
    found, twips, wanted = paragraph.values.first_line_indent, indent_twips(paragraph), rule.value.in_twips()
    if twips is not None and wanted is not None and abs(twips - wanted) <= rule.tolerance_twips:
        return None
    return Mismatch(
        rule,
        _WHAT["first_line_indent"],
        expected=wanted,
        actual=_as_stated(found) if twips is None else twips,
        found=found,
        known=twips is not None,
        unit="" if twips is None else " twips",
        tolerance=rule.tolerance_twips,
    )


def _mismatch_with_role(
    key: IndentKey, rule: AppliedRule[Measure], paragraph: ParagraphLook, beginning: Beginning
) -> Mismatch | None:
    if paragraph.values.is_numbered:
        return None
    actual = actual_indent(key, paragraph, beginning)
    character = character_twips(paragraph)
    wanted = rule.value.in_twips(character)
    known = actual.twips is not None and wanted is not None
    if actual.twips is not None and wanted is not None and abs(actual.twips - wanted) <= rule.tolerance_twips:
        return None
    return Mismatch(
        rule,
        _WHAT[key],
        expected=str(rule.value),
        actual=None if actual.twips is None else _shown(actual.twips, rule.value, character),
        found=actual.found,
        known=known,
        tolerance=rule.tolerance_twips,
    )


def _obstacle(mismatch: Mismatch, paragraph: ParagraphLook, beginning: Beginning) -> Reason | None:
    """Return why the indent is not repaired, ``None`` if it may be."""
    if (reason := paragraph_obstacle(mismatch, paragraph)) is not None:
        return reason
    if paragraph.values.is_numbered:
        return NUMBERED
    if mismatch.rule.is_for_role and not mismatch.known:
        return UNKNOWN_SIZE
    return BEGINS_WITH_BLANKS if mismatch.rule.is_for_role and beginning.blank else None


def _shown(twips: float, wanted: Measure, character: float | None) -> str:
    if wanted.unit == CHARACTERS and character:
        return f"{round(twips / character, 2):g} {CHARACTERS}"
    return f"{round(twips)} twips"


def _set(
    key: IndentKey, rule: AppliedRule[Measure], paragraph: ParagraphSubject, subject: PolicySubject
) -> FixChange:
    place, wanted = paragraph.place, rule.value
    w, cascade, values = place.part.w, subject.cascade, paragraph.values
    twips = wanted.in_twips(character_twips(paragraph.look)) or 0
    # What Word writes: the characters, and beside them what they come to now.
    hundredths = round(wanted.amount * 100) if wanted.unit == CHARACTERS else 0
    if key == "first_line_indent":

        def edit(element: _Element) -> Edited:
            return set_first_line_indent(element, twips, values, cascade, w, hundredths=hundredths)

    else:
        side: Literal["left", "right"] = "left" if key == "left_indent" else "right"

        def edit(element: _Element) -> Edited:
            return set_side_indent(element, side, twips, cascade, w)

    before, after = subject.repairs.paragraph(place, (key, twips, hundredths, values), edit)
    return FixChange(place.path, rule.name, before, after, "ind", place)
