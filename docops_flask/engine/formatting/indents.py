"""A paragraph's three indents in twips; indents in characters are converted (docs/analysis/indents.md)."""

from typing import NamedTuple

from docops_flask.engine.formatting.paragraph_values import ParagraphValues


class CharacterSizes(NamedTuple):
    """The font sizes that indents in characters refer to, in half-points; ``None`` if not specified.

    ``first_run`` is the size of the paragraph's first run with text, ``default`` that of the default
    paragraph style. ``extra_twips`` is the width that the section's grid adds to each character.
    """

    first_run: int | None = None
    default: int | None = None
    extra_twips: float = 0


NO_SIZES = CharacterSizes()


class IndentTwips(NamedTuple):
    """Indents in twips; a hanging first line is negative. ``None`` if not specified or unknown."""

    first_line: int | None
    left: int | None
    right: int | None


def indents_in_twips(values: ParagraphValues, sizes: CharacterSizes) -> IndentTwips:
    """Return a paragraph's indents in twips.

    A first-line indent in characters uses the font size of the first run; left and right indents use that of
    the default style. A hanging indent in characters is added to a left indent in characters; a left indent
    in twips already includes it.
    """
    first_line = values.first_line_indent.value
    left, right = values.left_indent.value, values.right_indent.value
    first_twips = None if first_line is None else first_line.in_twips(sizes.first_run, sizes.extra_twips)
    left_twips = None if left is None else left.in_twips(sizes.default, sizes.extra_twips)
    if left is not None and left.in_characters and left_twips is not None:
        hangs = first_line is not None and first_line.in_characters and first_line.amount < 0
        left_twips = left_twips - (first_twips or 0) if hangs else left_twips
    return IndentTwips(
        first_line=first_twips,
        left=left_twips,
        right=None if right is None else right.in_twips(sizes.default, sizes.extra_twips),
    )
