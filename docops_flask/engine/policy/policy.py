"""The policy a document is checked against: rules for the whole document, and a house style (version 2).

A house style has rules for the page and for the role of each paragraph; lengths are written as ``37 mm``,
``2 characters``, ``0.5 lines``, ``exact 28 pt``.
"""

import re
from collections.abc import Mapping
from typing import Any, Generic, Literal, NamedTuple, Self, TypeVar

from docops_flask.engine.bilingual import Bilingual

_TWIPS_PER_UNIT = {"twips": 1.0, "pt": 20.0, "mm": 1440 / 25.4, "cm": 1440 / 2.54}
LENGTH_UNITS = tuple(_TWIPS_PER_UNIT)
CHARACTERS = "characters"
LINES = "lines"
# Also part of patterns in the JSON Schema, so only syntax that ECMA-262 has.
NUMBER = r"[0-9]{1,5}(?:\.[0-9]{1,4})?"
# Compiled when they are first needed: a renderer receives its policy already read.
_MEASURE = rf"(-?{NUMBER}) ?(twips|pt|mm|cm|characters|lines)\Z"
_LINE_SPACING = rf"(exact|at least) ({NUMBER}) ?(twips|pt|mm|cm)\Z|({NUMBER}) lines\Z"
_RULES = {"exact": "exact", "at least": "atLeast"}
_RULE_WORDS = {rule: words for words, rule in _RULES.items()}
# One line of w:line with the rule "auto" (ECMA-376 part 1, 17.3.1.33).
_LINE_240THS = 240


class Measure(NamedTuple):
    """An amount with its unit: a length, or characters of the text, or lines."""

    amount: float
    unit: str = "twips"

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the measure that ``text`` is, ``None`` when it is none."""
        match = re.match(_MEASURE, text)
        return None if match is None else cls(float(match[1]), match[2])

    def in_twips(self, character_twips: float | None = None, line_twips: int = 240) -> int | None:
        """Return it in twips; ``None`` where it is in characters and their width is not known."""
        if self.unit == CHARACTERS:
            return None if character_twips is None else round(self.amount * character_twips)
        if self.unit == LINES:
            return round(self.amount * line_twips)
        return round(self.amount * _TWIPS_PER_UNIT[self.unit])

    def __str__(self) -> str:
        return f"{self.amount:g} {self.unit}" if self.amount else "0"


class LineSpacing(NamedTuple):
    """A line spacing as w:spacing has it: ``line`` counts 240ths with the rule ``auto``, else twips.

    ``rule`` is ``None`` where any will do.
    """

    rule: str | None
    line: int

    @classmethod
    def parse(cls, text: str) -> Self | None:
        """Return the line spacing that ``text`` is, ``None`` when it is none."""
        match = re.match(_LINE_SPACING, text)
        if match is None:
            return None
        if match[1] is None:
            return cls("auto", round(float(match[4]) * _LINE_240THS))
        return cls(_RULES[match[1]], round(float(match[2]) * _TWIPS_PER_UNIT[match[3]]))

    def __str__(self) -> str:
        if self.rule == "auto":
            return f"{round(self.line / _LINE_240THS, 4):g} lines"
        if self.rule is None:
            return str(self.line)
        words = _RULE_WORDS.get(self.rule, self.rule)
        return f"{words} {self.line / 20:g} pt"


# Role to its label, in the order in which they occur in an official document.
ROLE_LABELS: Mapping[str, Bilingual] = {
    "mark": Bilingual("classification or urgency", "密级和紧急程度"),
    "letterhead": Bilingual("letterhead", "发文机关标志"),
    "document_number": Bilingual("document number", "发文字号"),
    "signer": Bilingual("signer", "签发人"),
    "letterhead_rule": Bilingual("rule below the letterhead", "版头中的分隔线"),
    "title": Bilingual("title", "标题"),
    "recipient": Bilingual("recipient", "主送机关"),
    "heading_1": Bilingual("heading 1", "一级标题"),
    "heading_2": Bilingual("heading 2", "二级标题"),
    "heading_3": Bilingual("heading 3", "三级标题"),
    "heading_4": Bilingual("heading 4", "四级标题"),
    "body": Bilingual("body", "正文"),
    "attachment_note": Bilingual("attachment note", "附件说明"),
    "signature": Bilingual("signature", "发文机关署名"),
    "date": Bilingual("date", "成文日期"),
    "attachment_label": Bilingual("attachment label", "附件标识"),
    "attachment_title": Bilingual("attachment title", "附件标题"),
    "imprint": Bilingual("imprint", "版记"),
    "page_number": Bilingual("page number", "页码"),
    "table_text": Bilingual("table text", "表格文字"),
}
ROLES = tuple(ROLE_LABELS)
HEADINGS = ("heading_1", "heading_2", "heading_3", "heading_4")


Severity = Literal["error", "warn"]
V = TypeVar("V")


class Rule(NamedTuple, Generic[V]):
    """A value asked for, the severity of an issue about it, and the clause that asks for it.

    ``tolerance`` is a length; ``None`` means the policy's ``twips_tolerance``.
    """

    value: V
    severity: Severity = "error"
    source: str | None = None
    tolerance: Measure | None = None


class PageRules(NamedTuple):
    """The page of every section; ``None`` means not checked.

    ``lines`` are those that fit the page, ``characters`` those of the body that fit a line.
    """

    width: Rule[Measure] | None = None
    height: Rule[Measure] | None = None
    margin_top: Rule[Measure] | None = None
    margin_bottom: Rule[Measure] | None = None
    margin_left: Rule[Measure] | None = None
    margin_right: Rule[Measure] | None = None
    lines: Rule[int] | None = None
    characters: Rule[int] | None = None


class RoleRules(NamedTuple):
    """The look of the paragraphs of one role; ``None`` means not checked.

    Fonts are sets of names, each of which passes; a repair writes the first.
    """

    font_east_asia: Rule[tuple[str, ...]] | None = None
    font_latin: Rule[tuple[str, ...]] | None = None
    size_pt: Rule[float] | None = None
    bold: Rule[bool] | None = None
    color: Rule[str] | None = None
    alignment: Rule[tuple[str, ...]] | None = None
    first_line_indent: Rule[Measure] | None = None
    left_indent: Rule[Measure] | None = None
    right_indent: Rule[Measure] | None = None
    line_spacing: Rule[LineSpacing] | None = None
    space_before: Rule[Measure] | None = None
    space_after: Rule[Measure] | None = None
    page_break_before: Rule[bool] | None = None


class TextRules(NamedTuple):
    """How certain texts are written; ``None`` or a rule with the value false means not checked."""

    document_number_form: Rule[bool] | None = None
    recipient_colon: Rule[bool] | None = None
    heading_number_form: Rule[bool] | None = None
    attachment_note_end: Rule[bool] | None = None
    date_form: Rule[bool] | None = None
    issue_date_form: Rule[bool] | None = None
    signature_date_lines: Rule[bool] | None = None
    page_number_form: Rule[bool] | None = None


class NotChecked(NamedTuple):
    """What the clause ``source`` asks for and no rule of the policy checks, in words."""

    source: str
    text: Bilingual

    def as_dict(self) -> dict[str, str]:
        """Return it as policy files and the format report have it."""
        return {"source": self.source, **self.text._asdict()}


class HouseStyle(NamedTuple):
    """What version 2 adds to a policy; empty, it checks nothing.

    ``styles`` leads from a style's name (case folded) to the role of its paragraphs. ``not_checked`` says
    what a person still has to look at.
    """

    title: Bilingual | None = None
    description: Bilingual | None = None
    page: PageRules = PageRules()
    roles: Mapping[str, RoleRules] = {}
    styles: Mapping[str, str] = {}
    text: TextRules = TextRules()
    not_checked: tuple[NotChecked, ...] = ()

    @property
    def needs_roles(self) -> bool:
        """Whether any rule asks what a paragraph is."""
        return bool(self.roles) or self.text != TextRules()


DEFAULT_NAME = "default"


class Policy(NamedTuple):
    """The rules a document is checked against; ``None`` means the rule is not checked.

    Sizes are points, lengths twips. ``line_spacing_twips`` is compared with ``w:spacing/@w:line``
    (ECMA-376 part 1, 17.3.1.33), which counts 240ths of a line when the rule is ``auto``.
    The defaults are those of the built-in policy ``default``. ``house_style`` is what version 2 adds; where
    it has a rule for a paragraph's role, the rule for the whole document does not count there. ``name`` is
    that of a policy chosen by name, ``None`` for one that was sent; policies of other names may be equal.
    ``sha256`` is that of the file's or the sent text's bytes, in hexadecimal; it does not count either.
    """

    forbid_tables: bool = True
    forbid_numpr: bool = True
    numpr_direct_only: bool = True
    run_font_latin: str | None = "Calibri"
    run_font_east_asia: str | None = "宋体"
    run_size_pt: float | None = 12
    line_spacing_twips: int | None = 360
    first_line_indent_twips: int | None = 420
    twips_tolerance: int = 20
    treat_inherited_as_error: bool = False
    trim_leading_spaces: bool = True
    trim_chars: tuple[str, ...] = (" ", "\t", "\u3000")
    house_style: HouseStyle = HouseStyle()
    name: str | None = DEFAULT_NAME
    sha256: str | None = None

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Policy) and self._rules() == other._rules()

    def __hash__(self) -> int:
        return hash(self._rules())

    def _rules(self) -> tuple[Any, ...]:
        return self[: self._fields.index("name")]

    def __ne__(self, other: object) -> bool:
        return not self == other

    @property
    def version(self) -> int:
        """Return the version of the policy file's format: 2 where there is a house style."""
        return 1 if self.house_style == HouseStyle() else 2

    def as_dict(self) -> dict[str, Any]:
        """Return the rules for the whole document: keys and values of a file of version 1, in its order."""
        values = {key: getattr(self, key) for key in KEYS}
        values["trim_chars"] = list(self.trim_chars)
        return values

    def overrides(self) -> dict[str, Any]:
        """Return the keys whose value differs from the default policy's."""
        default = Policy().as_dict()
        return {key: value for key, value in self.as_dict().items() if value != default[key]}


KEYS = tuple(name for name in Policy._fields if name not in ("house_style", "name", "sha256"))

# A policy that checks nothing: what a file of version 2 begins with.
OPEN_POLICY = Policy(
    forbid_tables=False,
    forbid_numpr=False,
    run_font_latin=None,
    run_font_east_asia=None,
    run_size_pt=None,
    line_spacing_twips=None,
    first_line_indent_twips=None,
    trim_leading_spaces=False,
    name=None,
)
