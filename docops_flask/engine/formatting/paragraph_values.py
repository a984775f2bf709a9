"""Effective paragraph properties: indents, spacing, alignment, numbering, outline level."""

from typing import Any

from docops_flask.engine.formatting.effective import NOTHING, UNSTATED, Effective, Indent, Layer, Spacing
from docops_flask.engine.formatting.table_styles import CellLayer


class ParagraphValues:
    """The effective values of a paragraph, or those of a single style or element.

    ``stated`` maps property names to the values specified. ``style_id`` is the style it refers to. ``cell``
    has the properties of the table style around it. ``heading_style`` says whether the style, or one it is
    based on, has the name of a built-in heading or title style.
    """

    __slots__ = ("cell", "heading_style", "stated", "style_id")

    def __init__(
        self,
        stated: Layer = NOTHING,
        style_id: str | None = None,
        heading_style: bool = False,
        cell: CellLayer | None = None,
    ) -> None:
        self.stated = stated
        self.style_id = style_id
        self.heading_style = heading_style
        self.cell = cell

    def _get(self, name: str) -> Effective[Any]:
        return self.stated.get(name, UNSTATED)

    @property
    def indent_hundredths(self) -> Effective[int]:
        """w:firstLineChars in hundredths of a character, or w:hangingChars as a negative number."""
        return self._get("indent_hundredths")

    @property
    def line(self) -> Effective[int]:
        """w:line: in 240ths of a line if the rule is ``auto``, else in twips (17.3.1.33)."""
        return self._get("line")

    @property
    def line_rule(self) -> Effective[str]:
        """w:lineRule: ``auto`` (the default), ``exact`` or ``atLeast``."""
        return self._get("line_rule")

    @property
    def numbering(self) -> Effective[int]:
        """w:numId; 0 removes the numbering of a style."""
        return self._get("numbering")

    @property
    def outline_level(self) -> Effective[int]:
        """w:outlineLvl: 0 to 8 for headings, 9 for body text."""
        return self._get("outline_level")

    @property
    def alignment(self) -> Effective[str]:
        """w:jc as written; ``left`` and ``start`` both mean the side where lines begin."""
        return self._get("alignment")

    @property
    def contextual_spacing(self) -> Effective[bool]:
        """Whether space between adjacent paragraphs of the same style is ignored (17.3.1.9)."""
        return self._get("contextual_spacing")

    @property
    def snap_to_grid(self) -> Effective[bool]:
        """Whether lines snap to the section's grid (17.3.1.32); on by default."""
        return self._get("snap_to_grid")

    @property
    def page_break_before(self) -> Effective[bool]:
        """Whether the paragraph starts on a new page (17.3.1.23)."""
        return self._get("page_break_before")

    @property
    def right_to_left(self) -> bool:
        """Whether the paragraph is right-to-left (w:bidi, 17.3.1.6)."""
        return bool(self._get("bidi").value)

    @property
    def first_line_indent(self) -> Effective[Indent]:
        """The first-line indent: in characters if that is not 0, else in twips. Hanging is negative."""
        return self._indent("indent_hundredths", "indent_twips")

    @property
    def left_indent(self) -> Effective[Indent]:
        """The indent where lines begin (w:left, w:start): in characters if that is not 0, else in twips."""
        return self._indent("left_hundredths", "left_twips")

    @property
    def right_indent(self) -> Effective[Indent]:
        """The indent where lines end (w:right, w:end): in characters if that is not 0, else in twips."""
        return self._indent("right_hundredths", "right_twips")

    @property
    def space_before(self) -> Effective[Spacing]:
        """The space before: automatic if that is on, else in lines if that is not 0, else in twips."""
        return self._spacing("before")

    @property
    def space_after(self) -> Effective[Spacing]:
        """The space after, with the same precedence as ``space_before``."""
        return self._spacing("after")

    @property
    def is_numbered(self) -> bool:
        """Whether the paragraph has a number or bullet."""
        return bool(self.numbering.value)

    @property
    def is_heading(self) -> bool:
        """Whether it is a heading or title, by its style's name or its outline level (17.3.1.20)."""
        level = self.outline_level.value
        return self.heading_style or (level is not None and 0 <= level <= 8)

    def _indent(self, characters: str, twips: str) -> Effective[Indent]:
        in_characters, in_twips = self._get(characters), self._get(twips)
        if in_characters.value:
            return Effective(Indent(in_characters.value, True), in_characters.place)
        if in_twips.value is not None:
            return Effective(Indent(in_twips.value), in_twips.place)
        if in_characters.value == 0:
            return Effective(Indent(0), in_characters.place)
        return UNSTATED

    def _spacing(self, side: str) -> Effective[Spacing]:
        automatic = self._get(f"{side}_auto")
        if automatic.value:
            return Effective(Spacing(), automatic.place)
        lines, twips = self._get(f"{side}_lines"), self._get(f"{side}_twips")
        if lines.value:
            return Effective(Spacing(line_hundredths=lines.value), lines.place)
        if twips.value is not None:
            return Effective(Spacing(twips.value), twips.place)
        if lines.value == 0:
            return Effective(Spacing(0), lines.place)
        return UNSTATED
