"""The designs of starter templates as data: page, fonts, and a paragraph style for each part of the text.

There are two designs: Chinese official documents by GB/T 9704-2012, and an English letter on A4.

From the standard: paper and margins (5.1, 5.2.1), title 2号 小标宋 (7.3.1), body 3号 仿宋 with a first-line
indent of two characters (7.3.3), organ and date as for a document with a seal (7.3.5.1), page numbers in 4号
between dashes at the outer edge (7.5), letterhead 30 mm below the page edge as for letters (10.1). A line
height of exactly 28 pt is usual and gives 22 lines per page.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Alignment = Literal["left", "center", "right", "both"]


@dataclass(frozen=True, slots=True)
class Font:
    """A font by its name in the document.

    ``substitute`` is the font that Word uses if this one is not installed (``w:altName``, ECMA-376 part 1,
    17.8.3.1). ``family`` (17.8.3.9) helps other programs to choose a substitute.
    """

    name: str
    family: Literal["roman", "swiss", "modern"]
    east_asian: bool = False
    substitute: str | None = None


@dataclass(frozen=True, slots=True)
class ParagraphStyle:
    """A paragraph style; ``None`` means inherited.

    ``name`` of a built-in style is Word's English name, which Word shows in the user's language. Lengths are
    in points. ``line`` is an exact line height, ``line_multiple`` a multiple of single line spacing.
    ``first_line_chars``, ``left_chars`` and ``right_chars`` are indents in characters.
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
    """Paper size, margins and header and footer distances in millimetres."""

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
# The names of the paragraph styles that every design defines.
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
    """A complete design.

    ``base`` is the style Normal, with the document's default fonts and size. ``styles`` are the others, each
    after the one it is based on. ``page_odd`` and ``page_even`` are the names of the page number styles.
    ``languages`` are the language tags of Latin and East Asian text. ``label_width`` is the width of a
    table's label column in millimetres. Row heights are minimum heights in points: ``row_height`` for a row
    of short values, ``long_row_height`` for a row whose value spans the table.
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
        """Whether odd and even pages have different page number styles."""
        return self.page_odd != self.page_even

    def size_of(self, style: ParagraphStyle) -> float:
        """Return the font size of ``style`` in points, specified or inherited."""
        by_name = {each.name: each for each in (self.base, *self.styles)}
        while style.size is None and style.based_on is not None:
            style = by_name[style.based_on]
        return style.size or 0

    def fonts(self) -> tuple[Font, ...]:
        """Return the fonts of the design, without duplicates."""
        named = (font for style in (self.base, *self.styles) for font in (style.latin, style.east_asia))
        return tuple(dict.fromkeys(font for font in named if font is not None))


_RED = "FF0000"
_TIMES = Font("Times New Roman", "roman")
_FANGSONG = Font("仿宋", "modern", east_asian=True, substitute="FangSong")
_HEITI = Font("黑体", "modern", east_asian=True, substitute="SimHei")
_SONGTI = Font("宋体", "roman", east_asian=True, substitute="SimSun")
# Often not installed; 华文中宋 comes with Word and is the most similar.
_BIAOSONG = Font("方正小标宋简体", "roman", east_asian=True, substitute="华文中宋")

_NORMAL = ParagraphStyle(
    "Normal", based_on=None, latin=_TIMES, east_asia=_FANGSONG, size=16, line=28, align="both"
)
_STYLES = (
    ParagraphStyle("header", size=9, line=12),
    ParagraphStyle(
        "Letterhead",
        "header",
        built_in=False,
        east_asia=_BIAOSONG,
        size=32,
        color=_RED,
        line=42,
        align="center",
    ),
    ParagraphStyle(
        "Document Number", "header", built_in=False, size=16, line=26, align="center", rule_below=_RED
    ),
    ParagraphStyle("footer", latin=_SONGTI, east_asia=_SONGTI, size=14, line=18),
    ParagraphStyle("Page Number Odd", "footer", built_in=False, align="right", right_chars=1),
    ParagraphStyle("Page Number Even", "footer", built_in=False, align="left", left_chars=1),
    ParagraphStyle("Title", east_asia=_BIAOSONG, size=22, line=34, before=22, after=18, align="center"),
    ParagraphStyle("Salutation", align="left"),
    ParagraphStyle("Body Text", first_line_chars=2),
    ParagraphStyle("Body Text Before Table", "Body Text", built_in=False, after=8, keep_next=True),
    ParagraphStyle("Body Text After Table", "Body Text", built_in=False, before=8),
    ParagraphStyle("Table Value", built_in=False, size=14, line=22, before=3, after=3, align="left"),
    ParagraphStyle("Table Label", "Table Value", built_in=False, east_asia=_HEITI, align="center"),
    ParagraphStyle("Closing", first_line_chars=2),
    ParagraphStyle("Signature", before=36, align="right", right_chars=2, keep_next=True),
    ParagraphStyle("Date", align="right", right_chars=4),
)

CHINESE = Design(
    page=Page(210, 297, top=37, right=26, bottom=35, left=28, header=30, footer=22),
    languages=("en-US", "zh-CN"),
    base=_NORMAL,
    styles=_STYLES,
    page_odd="Page Number Odd",
    page_even="Page Number Even",
    label_width=28,
    row_height=30,
    long_row_height=84,
)


_LETTER_RED = "C00000"
_CALIBRI = Font("Calibri", "swiss", substitute="Carlito")

_LETTER_NORMAL = ParagraphStyle(
    "Normal", based_on=None, latin=_CALIBRI, east_asia=_SONGTI, size=11, line_multiple=1.15, align="left"
)
_LETTER_STYLES = (
    ParagraphStyle("header", size=9, line_multiple=1),
    ParagraphStyle(
        "Letterhead", "header", built_in=False, size=22, bold=True, color=_LETTER_RED, before=6, align="left"
    ),
    ParagraphStyle("Document Number", "header", built_in=False, size=10, after=18, rule_below=_LETTER_RED),
    ParagraphStyle("footer", size=10, line_multiple=1, align="center"),
    ParagraphStyle("Title", size=16, bold=True, before=18, after=18),
    ParagraphStyle("Salutation", after=8),
    ParagraphStyle("Body Text", after=8),
    ParagraphStyle("Body Text Before Table", "Body Text", built_in=False, after=10, keep_next=True),
    ParagraphStyle("Body Text After Table", "Body Text", built_in=False, before=14),
    ParagraphStyle("Table Value", built_in=False, line_multiple=1, before=4, after=4),
    ParagraphStyle("Table Label", "Table Value", built_in=False, bold=True),
    ParagraphStyle("Closing", before=14, keep_next=True),
    ParagraphStyle("Signature", before=36, keep_next=True),
    ParagraphStyle("Date"),
)

ENGLISH = Design(
    page=Page(210, 297, top=32, right=25, bottom=25, left=25, header=15, footer=12.5),
    languages=("en-GB", "zh-CN"),
    base=_LETTER_NORMAL,
    styles=_LETTER_STYLES,
    page_odd="footer",
    page_even="footer",
    label_width=32,
    row_height=22,
    long_row_height=70,
)
