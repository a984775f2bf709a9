"""The look of an English letter on A4: Calibri, one blank space between paragraphs, block style."""

from docops_flask.starter.design import Design, Font, Page, ParagraphStyle

_RED = "C00000"
_CALIBRI = Font("Calibri", "swiss", substitute="Carlito")
# For Chinese names in an English letter.
_SONGTI = Font("宋体", "roman", east_asian=True, substitute="SimSun")

_NORMAL = ParagraphStyle(
    "Normal", based_on=None, latin=_CALIBRI, east_asia=_SONGTI, size=11, line_multiple=1.15, align="left"
)
_STYLES = (
    ParagraphStyle("header", size=9, line_multiple=1),
    ParagraphStyle(
        "Letterhead", "header", built_in=False, size=22, bold=True, color=_RED, before=6, align="left"
    ),
    ParagraphStyle("Document Number", "header", built_in=False, size=10, after=18, rule_below=_RED),
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
    base=_NORMAL,
    styles=_STYLES,
    page_odd="footer",
    page_even="footer",
    label_width=32,
    row_height=22,
    long_row_height=70,
)
