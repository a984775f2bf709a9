"""FIRST_LINE_INDENT_MISMATCH, ROLE_INDENT_MISMATCH: a paragraph is indented in another way than asked for."""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from docops_flask.engine.checks.check import FixableCheck, ParagraphSubject, PolicySubject
from docops_flask.engine.checks.issue import Finding, FixChange, Issue, Shown
from docops_flask.engine.checks.look import ParagraphLook
from docops_flask.engine.checks.mismatch import (
    Mismatch,
    paragraph_finding,
    policy_mismatch,
    template_mismatch,
)
from docops_flask.engine.checks.observation import TemplateSubject
from docops_flask.engine.formatting.edit import set_first_line_indent, set_side_indent
from docops_flask.engine.formatting.effective import Effective, Indent
from docops_flask.engine.formatting.indents import indents_in_twips
from docops_flask.engine.policy.policy import CHARACTERS, Measure, RoleRules, Rule


class FirstLineIndentMismatch(FixableCheck):
    """A paragraph's first line is not indented as asked for.

    *Fails* under baseline ``policy``: the effective first-line indent (w:ind, ECMA-376 part 1, 17.3.1.12) of
    a paragraph with text differs from ``first_line_indent_twips`` by more than ``twips_tolerance``; hanging
    counts as negative, indents in characters (w:firstLineChars) count with the size of the paragraph's first
    run with text. A warning where nothing states an indent, or where that size is unknown. Under baseline
    ``template``: after filling, a touched paragraph's w:ind says another first-line indent than in the
    template.

    *Passes*: within the tolerance, or ``first_line_indent_twips`` is null.

    *Fix*: w:firstLine (or w:hanging) of a touched body paragraph outside tables is set directly, and what
    would win over it (w:firstLineChars and the like) is taken away. Numbered paragraphs are left alone: their
    indent comes from the numbering, which serves other paragraphs as well.

    *Looks at*: first-line indent of every paragraph with text, or of every touched one.
    """

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
            actual=twips if twips is not None else _shown_indent(indent),
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
                expected=_shown_indent(before.first_line_indent),
                actual=_shown_indent(after.first_line_indent),
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


def _shown_indent(indent: Effective[Indent]) -> Shown:
    return None if indent.value is None else str(indent.value)


def _alike(before: Indent | None, after: Indent | None, tolerance: int) -> bool:
    if before is None or after is None or before.in_characters or after.in_characters:
        return before == after
    return abs(before.amount - after.amount) <= tolerance


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


class RoleIndentMismatch(FixableCheck):
    """A paragraph is indented in another way than its role asks for.

    *Fails*: the effective first-line, left or right indent (w:ind, ECMA-376 part 1, 17.3.1.12) differs from
    ``first_line_indent``, ``left_indent`` or ``right_indent`` of the paragraph's role by more than the rule's
    tolerance. Rules in characters count with the size of the paragraph's first run and the section's
    character grid, indents of the document as everywhere. Ideographic spaces at the beginning of the text
    count as one character each for the first line, other spaces as half of one: the reader sees no
    difference. What nothing states is 0. A warning where characters count and their size is stated nowhere.

    *Passes*: within the tolerance. Numbered paragraphs are left out: their indents come from the numbering.
    Baseline ``template`` never asks.

    *Fix*: the indent is set on touched paragraphs of the body outside tables whose text begins without
    blanks.

    *Looks at*: the three indents of every paragraph with a role.
    """

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
        for key in INDENTS if look.rules is not None and not look.values.is_numbered else ():
            rule = None if look.rules is None else _rule(look.rules, key)
            mismatch = None if rule is None else _mismatch(key, rule, look, beginning, subject)
            if mismatch is not None:
                fixable = mismatch.known and look.is_safe_to_fix_by_role and not beginning.blank
                yield paragraph_finding(self.code, mismatch, look, subject, fixable=fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's indents on the paragraphs themselves."""
        for issue in issues:
            paragraph = subject.paragraph(issue.paragraph_path)
            key = next(each for each in INDENTS if (issue.rule_key or "").endswith(f".{each}"))
            rules = paragraph.look.rules
            rule = None if rules is None else _rule(rules, key)
            if rule is not None:
                yield _set(key, rule.value, paragraph, subject)


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


def _rule(rules: RoleRules, key: IndentKey) -> Rule[Measure] | None:
    rule: Rule[Measure] | None = getattr(rules, key)
    return rule


def _mismatch(
    key: IndentKey,
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


def _set(key: IndentKey, wanted: Measure, paragraph: ParagraphSubject, subject: PolicySubject) -> FixChange:
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
