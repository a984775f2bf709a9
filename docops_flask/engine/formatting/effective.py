"""Effective values: what a run or a paragraph looks like, and which place of the document says so.

See docs/analysis/effective-formatting.md.
"""

from dataclasses import dataclass
from typing import Generic, NamedTuple, TypeVar

V = TypeVar("V")

DIRECT = "direct"
DOC_DEFAULTS = "docDefaults"


@dataclass(frozen=True, slots=True)
class Effective(Generic[V]):
    """A property's value and its origin: ``direct``, ``style NAME``, ``docDefaults``.

    Both are ``None`` when nothing in the whole chain states the property.
    """

    value: V | None = None
    origin: str | None = None

    def over(self, farther: "Effective[V]") -> "Effective[V]":
        """Return this value where it is stated, else ``farther``."""
        return farther if self.value is None else self


class FontFace(NamedTuple):
    """A font by its ``name``, or by the ``theme`` entry that names it (17.3.2.26); one of them is set."""

    name: str | None
    theme: str | None

    def __str__(self) -> str:
        return f"theme:{self.theme}" if self.name is None else self.name


class FirstLineIndent(NamedTuple):
    """The first line's indent; negative when it hangs.

    ``amount`` counts twips, or hundredths of a character when ``in_characters``.
    """

    amount: int
    in_characters: bool = False

    def in_twips(self, character_half_points: int | None) -> int | None:
        """Return the indent in twips; ``None`` when it takes a character whose size is unknown."""
        if not self.in_characters:
            return self.amount
        if character_half_points is None:
            return None
        return round(self.amount * character_half_points / 10)

    def __str__(self) -> str:
        if self.in_characters:
            return f"{self.amount / 100:g} characters"
        return f"{self.amount} twips"


@dataclass(frozen=True, slots=True, eq=False)
class RunValues:
    """How a run's text looks: fonts by slot and the size. Also what one style or element states of it."""

    latin: Effective[FontFace] = Effective()
    east_asia: Effective[FontFace] = Effective()
    size_half_points: Effective[int] = Effective()

    def over(self, farther: "RunValues") -> "RunValues":
        """Return these values, those not stated taken from ``farther``."""
        return RunValues(
            latin=self.latin.over(farther.latin),
            east_asia=self.east_asia.over(farther.east_asia),
            size_half_points=self.size_half_points.over(farther.size_half_points),
        )


@dataclass(frozen=True, slots=True, eq=False)
class ParagraphValues:
    """How a paragraph is set. Also what one style or element states of it.

    ``indent_twips`` is what w:firstLine or w:hanging say, ``indent_hundredths`` what w:firstLineChars or
    w:hangingChars say, hanging as a negative number; ``line`` and ``line_rule`` are the attributes of
    w:spacing (17.3.1.33); ``numbering`` is w:numId, 0 when it takes numbering away; ``heading_style``
    tells that the style, or one it is based on, is Word's heading or title by name.
    """

    indent_twips: Effective[int] = Effective()
    indent_hundredths: Effective[int] = Effective()
    line: Effective[int] = Effective()
    line_rule: Effective[str] = Effective()
    numbering: Effective[int] = Effective()
    outline_level: Effective[int] = Effective()
    alignment: Effective[str] = Effective()
    heading_style: bool = False
    style_id: str | None = None

    def over(self, farther: "ParagraphValues") -> "ParagraphValues":
        """Return these values, those not stated taken from ``farther``; ``style_id`` stays."""
        return ParagraphValues(
            indent_twips=self.indent_twips.over(farther.indent_twips),
            indent_hundredths=self.indent_hundredths.over(farther.indent_hundredths),
            line=self.line.over(farther.line),
            line_rule=self.line_rule.over(farther.line_rule),
            numbering=self.numbering.over(farther.numbering),
            outline_level=self.outline_level.over(farther.outline_level),
            alignment=self.alignment.over(farther.alignment),
            heading_style=self.heading_style or farther.heading_style,
            style_id=self.style_id,
        )

    @property
    def first_line_indent(self) -> Effective[FirstLineIndent]:
        """The indent that holds: characters where they are not 0, twips otherwise."""
        if self.indent_hundredths.value:
            return Effective(
                FirstLineIndent(self.indent_hundredths.value, True), self.indent_hundredths.origin
            )
        if self.indent_twips.value is not None:
            return Effective(FirstLineIndent(self.indent_twips.value), self.indent_twips.origin)
        if self.indent_hundredths.value == 0:
            return Effective(FirstLineIndent(0), self.indent_hundredths.origin)
        return Effective()

    @property
    def is_numbered(self) -> bool:
        """Whether a number or bullet stands before the paragraph."""
        return bool(self.numbering.value)

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading or title: by its style's name or by its outline level (17.3.1.20)."""
        level = self.outline_level.value
        return self.heading_style or (level is not None and 0 <= level <= 8)
