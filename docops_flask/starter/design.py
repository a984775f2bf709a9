"""The look of a starter template as data: paper, fonts, one paragraph style for each part."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Alignment = Literal["left", "center", "right", "both"]


@dataclass(frozen=True, slots=True)
class Font:
    """A font by the name a document states.

    ``substitute`` is what Word takes where the font is not installed (``w:altName``, ECMA-376 part 1,
    17.8.3.1); ``family`` (17.8.3.9) helps every other program to choose.
    """

    name: str
    family: Literal["roman", "swiss", "modern"]
    east_asian: bool = False
    substitute: str | None = None


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """A paragraph style; ``None`` means inherited.

    ``name`` is Word's own for a built-in style, which Word shows in the language of its user. Lengths are
    points. ``line`` is an exact line height, ``line_multiple`` a multiple of the single one.
    ``first_line_chars`` and ``right_chars`` are indents in characters, as Chinese documents give them.
    """

    name: str
    based_on: str | None = "Normal"
    built_in: bool = True
    latin: Font | None = None
    east_asia: Font | None = None
    size: float | None = None
    bold: bool | None = None
    color: str | None = None
    align: Alignment | None = None
    line: float | None = None
    line_multiple: float | None = None
    before: float | None = None
    after: float | None = None
    first_line_chars: float | None = None
    left_chars: float | None = None
    right_chars: float | None = None
    keep_next: bool = False
    rule_below: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Paper, margins and distances in millimetres."""

    width: float
    height: float
    top: float
    right: float
    bottom: float
    left: float
    header: float
    footer: float

    @property
    def text_width(self) -> float:
        """Return the width of the text area in millimetres."""
        return self.width - self.left - self.right


Part = Literal[
    "letterhead",
    "number",
    "title",
    "recipient",
    "body",
    "before_table",
    "after_table",
    "label",
    "value",
    "closing",
    "signature",
    "date",
]
# Every design has a style of its own by these names.
STYLE_OF_PART: Mapping[Part, str] = {
    "letterhead": "Letterhead",
    "number": "Document Number",
    "title": "Title",
    "recipient": "Salutation",
    "body": "Body Text",
    "before_table": "Body Text Before Table",
    "after_table": "Body Text After Table",
    "label": "Table Label",
    "value": "Table Value",
    "closing": "Closing",
    "signature": "Signature",
    "date": "Date",
}


@dataclass(frozen=True, slots=True)
class Design:
    """A whole look.

    ``base`` is the style Normal, with the document's default fonts and size; ``styles`` are the others, each
    after the one it is based on; ``page_odd`` and ``page_even`` name those of the page numbers.
    ``languages`` are the language tags of Latin and East Asian text. ``label_width`` is that of a table's
    label column in millimetres, row heights are least ones in points: ``row_height`` of a short row,
    ``long_row_height`` of one that spans a table of two pairs.
    """

    page: Page
    languages: tuple[str, str]
    base: ParagraphStyle
    styles: tuple[ParagraphStyle, ...]
    page_odd: str
    page_even: str
    label_width: float
    row_height: float
    long_row_height: float

    @property
    def sides_differ(self) -> bool:
        """Say whether odd and even pages have page numbers of their own."""
        return self.page_odd != self.page_even

    def size_of(self, style: ParagraphStyle) -> float:
        """Return the size of the text in ``style``, in points, its own or inherited."""
        by_name = {each.name: each for each in (self.base, *self.styles)}
        while style.size is None and style.based_on is not None:
            style = by_name[style.based_on]
        return style.size or 0

    def fonts(self) -> tuple[Font, ...]:
        """Return the fonts, each once."""
        named = (font for style in (self.base, *self.styles) for font in (style.latin, style.east_asia))
        return tuple(dict.fromkeys(font for font in named if font is not None))
