"""The house style of a policy, version 2: the page, and what each part of an official document looks like."""

from collections.abc import Mapping
from typing import Generic, Literal, NamedTuple, TypeVar

from docops_flask.engine.policy.measure import LineSpacing, Measure

Severity = Literal["error", "warn"]
V = TypeVar("V")


class Rule(NamedTuple, Generic[V]):
    """A value asked for, how bad another one is, and the clause that asks for it.

    ``tolerance`` is a length; ``None`` means the policy's ``twips_tolerance``.
    """

    value: V
    severity: Severity = "error"
    source: str | None = None
    tolerance: Measure | None = None


class Words(NamedTuple):
    """A text in both languages of the product."""

    en: str
    zh: str


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

    Fonts are sets of names, any of which will do; the first is the one a repair writes.
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
    """How certain texts are written; ``None`` or a value of false means not checked."""

    document_number_form: Rule[bool] | None = None
    recipient_colon: Rule[bool] | None = None
    attachment_note_end: Rule[bool] | None = None
    date_form: Rule[bool] | None = None


class HouseStyle(NamedTuple):
    """What version 2 adds to a policy; without anything it checks nothing.

    ``styles`` leads from a style's name (case folded) to the role of its paragraphs.
    """

    title: Words | None = None
    description: Words | None = None
    page: PageRules = PageRules()
    roles: Mapping[str, RoleRules] = {}
    styles: Mapping[str, str] = {}
    text: TextRules = TextRules()

    @property
    def needs_roles(self) -> bool:
        """Whether any rule asks what a paragraph is."""
        return bool(self.roles) or self.text != TextRules()
