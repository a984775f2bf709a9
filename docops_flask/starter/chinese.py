"""The look of Chinese official documents, after GB/T 9704-2012.

Taken from the standard: paper and margins (5.1, 5.2.1), title 2号 小标宋 (7.3.1), body 3号 仿宋 with two
characters of first-line indent (7.3.3), organ and date as with a seal (7.3.5.1), page numbers 4号 between
dashes at the outer edge (7.5), letterhead 30 mm below the edge of the page as letters have it (10.1).
28 points exact is the usual line height that leaves 22 lines a page.
"""

from docops_flask.starter.design import Design, Font, Page, ParagraphStyle

_RED = "FF0000"
_TIMES = Font("Times New Roman", "roman")
_FANGSONG = Font("仿宋", "modern", east_asian=True, substitute="FangSong")
_HEITI = Font("黑体", "modern", east_asian=True, substitute="SimHei")
_SONGTI = Font("宋体", "roman", east_asian=True, substitute="SimSun")
# Not every office has it; 华文中宋 comes with Word and is the closest.
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
