"""ROLE_INDENT_MISMATCH: a paragraph is indented in another way than its role asks for.

*Fails*: the effective first-line, left or right indent (w:ind, ECMA-376 part 1, 17.3.1.12) differs from
``first_line_indent``, ``left_indent`` or ``right_indent`` of the paragraph's role by more than the rule's
tolerance. Rules in characters count with the size of the paragraph's first run and the section's character
grid, indents of the document as everywhere. Ideographic spaces at the beginning of the text count as one
character each for the first line, other spaces as half of one: the reader sees no difference. What nothing
states is 0. A warning where characters count and their size is stated nowhere.

*Passes*: within the tolerance. Numbered paragraphs are left out: their indents come from the numbering.
Baseline ``template`` never asks.

*Fix*: the indent is set on touched paragraphs of the body outside tables whose text begins without blanks.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.role_issue import Mismatch, paragraph_finding
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject
from docops_flask.engine.formatting.effective import Effective, Indent
from docops_flask.engine.formatting.indents import indents_in_twips
from docops_flask.engine.formatting.paragraph_edit import set_first_line_indent, set_side_indent
from docops_flask.engine.policy.house_style import RoleRules, Rule
from docops_flask.engine.policy.measure import CHARACTERS, Measure

Key = Literal["first_line_indent", "left_indent", "right_indent"]
KEYS: tuple[Key, ...] = ("first_line_indent", "left_indent", "right_indent")
_WHAT: dict[Key, str] = {
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


class RoleIndentMismatch(FixableCheck):
    """The three indents of every paragraph with a role."""

    code = "ROLE_INDENT_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph and indent that is another one."""
        judged: dict[tuple[ParagraphLook, Beginning], Sequence[Finding]] = {}
        for paragraph in subject.ruled:
            key = paragraph.look, beginning_of(paragraph.text)
            findings = judged.get(key)
            if findings is None:
                findings = judged[key] = tuple(self._findings(*key, subject))
            for finding in findings:
                yield Issue(finding, paragraph.place.path)

    def _findings(
        self, look: ParagraphLook, beginning: Beginning, subject: PolicySubject
    ) -> Iterator[Finding]:
        for key in KEYS if look.rules is not None and not look.values.is_numbered else ():
            rule = None if look.rules is None else _rule(look.rules, key)
            mismatch = None if rule is None else _mismatch(key, rule, look, beginning, subject)
            if mismatch is not None:
                fixable = mismatch.known and look.is_safe_to_fix_by_role and not beginning.blank
                yield paragraph_finding(self.code, mismatch, look, subject, fixable=fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's indents on the paragraphs themselves."""
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            key = next(each for each in KEYS if (issue.rule_key or "").endswith(f".{each}"))
            rules = paragraph.look.rules
            rule = None if rules is None else _rule(rules, key)
            if rule is not None:
                yield _set(key, rule.value, paragraph, subject)


def actual_indent(key: Key, paragraph: ParagraphLook, beginning: Beginning) -> ActualIndent:
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


def _rule(rules: RoleRules, key: Key) -> Rule[Measure] | None:
    rule: Rule[Measure] | None = getattr(rules, key)
    return rule


def _mismatch(
    key: Key,
    rule: Rule[Measure],
    paragraph: ParagraphLook,
    beginning: Beginning,
    subject: PolicySubject,
) -> Mismatch | None:
    actual = actual_indent(key, paragraph, beginning)
    character = character_twips(paragraph)
    wanted = rule.value.in_twips(character)
    tolerance = subject.tolerance(rule)
    known = actual.twips is not None and wanted is not None
    if actual.twips is not None and wanted is not None and abs(actual.twips - wanted) <= tolerance:
        return None
    return Mismatch(
        paragraph.role,
        key,
        rule,
        _WHAT[key],
        expected=str(rule.value),
        actual=None if actual.twips is None else _shown(actual.twips, rule.value, character),
        found=actual.found,
        known=known,
        tolerance=tolerance,
    )


def _shown(twips: float, wanted: Measure, character: float | None) -> str:
    if wanted.unit == CHARACTERS and character:
        return f"{round(twips / character, 2):g} {CHARACTERS}"
    return f"{round(twips)} twips"


def _set(key: Key, wanted: Measure, paragraph: ParagraphSubject, subject: PolicySubject) -> FixChange:
    place = paragraph.place
    element, w = place.element, place.part.w
    twips = wanted.in_twips(character_twips(paragraph.look)) or 0
    # What Word writes: the characters, and beside them what they come to now.
    hundredths = round(wanted.amount * 100) if wanted.unit == CHARACTERS else 0
    if key == "first_line_indent":
        before, after = set_first_line_indent(
            element, twips, paragraph.values, subject.cascade, w, hundredths=hundredths
        )
    else:
        side: Literal["left", "right"] = "left" if key == "left_indent" else "right"
        before, after = set_side_indent(element, side, twips, subject.cascade, w)
    place.part.changed = True
    return FixChange(place.path, key, before, after, "ind", element)
