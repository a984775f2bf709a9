"""A document to build a sample in: page, styles and page numbers of a starter template, and no text.

The design is that of ``docops new-template``: fonts, margins and line height of GB/T 9704-2012.
"""

import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import docx
from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.opc.constants import CONTENT_TYPE, RELATIONSHIP_TYPE
from docx.opc.packuri import PackURI
from docx.opc.part import Part
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.table import Table
from docx.text.paragraph import Paragraph

_W = nsdecls("w")
# First-level headings are 黑体, lines under a table cell's picture grow with it (7.3.3; 17.3.1.33).
_STYLES = (
    '<w:style {ns} w:type="paragraph" w:styleId="Heading1"><w:name w:val="heading 1"/>'
    '<w:basedOn w:val="BodyText"/><w:next w:val="BodyText"/><w:qFormat/><w:pPr><w:keepNext/>'
    '{numbered}<w:outlineLvl w:val="0"/></w:pPr><w:rPr><w:rFonts w:eastAsia="黑体"/></w:rPr></w:style>',
    '<w:style {ns} w:type="paragraph" w:customStyle="1" w:styleId="Picture"><w:name w:val="Picture"/>'
    '<w:basedOn w:val="TableValue"/><w:qFormat/><w:pPr><w:spacing w:line="240" w:lineRule="auto"/></w:pPr>'
    "</w:style>",
)
_LEVEL = (
    '<w:abstractNum {ns} w:abstractNumId="{id}"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="{format}"/>{style}<w:suff w:val="nothing"/>'
    '<w:lvlText w:val="{text}"/>'
    '<w:lvlJc w:val="left"/><w:pPr><w:ind w:firstLineChars="200" w:firstLine="640"/></w:pPr></w:lvl>'
    "</w:abstractNum>"
)
_NUM = '<w:num {ns} w:numId="{id}"><w:abstractNumId w:val="{id}"/></w:num>'
# 一、 for headings, 1. for what stands below them: the numbers of their lists.
HEADINGS, ITEMS = 1, 2
_DECLARATION = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_ROW_HEIGHT = 30
_DATE = (1980, 1, 1, 0, 0, 0)


class OfficeDocument:
    """Adds the paragraphs and tables of a sample to a starter template whose own text is taken out.

    With ``numbers_headings`` Word numbers the headings: 一、二、三、.
    """

    def __init__(self, starter: Path, title: str, *, numbers_headings: bool) -> None:
        self._document: Document = docx.Document(str(starter))
        body = self._document.element.body
        for element in list(body)[:-1]:
            body.remove(element)
        self._document.core_properties.title = title
        self.letterhead, self.number = self._document.sections[0].first_page_header.paragraphs
        numbered = f'<w:numPr><w:numId w:val="{HEADINGS}"/></w:numPr>' if numbers_headings else ""
        for style in _STYLES:
            self._document.styles.element.append(parse_xml(style.format(ns=_W, numbered=numbered)))
        self._add_lists('<w:pStyle w:val="Heading1"/>' if numbers_headings else "")

    def _add_lists(self, style: str) -> None:
        levels = (
            _LEVEL.format(
                ns=_W,
                id=HEADINGS,
                format="chineseCountingThousand",
                style=style,
                text="%1、",
            ),
            _LEVEL.format(ns=_W, id=ITEMS, format="decimal", style="", text="%1."),
        )
        lists = "".join((*levels, *(_NUM.format(ns=_W, id=each) for each in (HEADINGS, ITEMS))))
        content = f"{_DECLARATION}<w:numbering {_W}>{lists}</w:numbering>"
        part = self._document.part
        uri = PackURI("/word/numbering.xml")
        part.relate_to(
            Part(uri, CONTENT_TYPE.WML_NUMBERING, content.encode(), part.package), RELATIONSHIP_TYPE.NUMBERING
        )

    def without_letterhead(self) -> None:
        """Leave out the letterhead: the first page has the header of the others."""
        for paragraph in (self.number, self.letterhead):
            paragraph.style = "header"
            for run in list(paragraph.runs):
                run._r.getparent().remove(run._r)
        element = self.number._p
        element.getparent().remove(element)

    def add(self, style: str, *texts: str) -> None:
        """Add a paragraph for each of ``texts``."""
        for text in texts:
            self._document.add_paragraph(text, style)

    def add_numbered(self, style: str, text: str) -> None:
        """Add a paragraph that Word numbers 1., 2., 3.: of a list, and not by its style."""
        _number(self._document.add_paragraph(text, style))

    def add_table(
        self, widths: Sequence[float], rows: Sequence[Sequence[str]], *, has_heading: bool = True
    ) -> Table:
        """Add a table, columns ``widths`` millimetres wide, rows at least 30 points high.

        With ``has_heading`` the first row is one, which each page repeats. The last cell of a
        short row takes the rest.
        """
        table: Table = self._document.add_table(len(rows), len(widths), "Table Grid")
        table.alignment, table.autofit = WD_TABLE_ALIGNMENT.CENTER, False
        for column, width in zip(table.columns, widths, strict=True):
            column.width = Mm(width)
        for number, (row, texts) in enumerate(zip(table.rows, rows, strict=True)):
            row.height, row.height_rule = Pt(_ROW_HEIGHT), WD_ROW_HEIGHT_RULE.AT_LEAST
            row._tr.get_or_add_trPr().append(parse_xml(f"<w:cantSplit {_W}/>"))
            for cell, width in zip(row.cells, widths, strict=True):
                cell.width = Mm(width)
            cells = [*row.cells[: len(texts) - 1], row.cells[len(texts) - 1].merge(row.cells[-1])]
            for cell, text in zip(cells, texts, strict=True):
                cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
                is_label = has_heading and not number
                cell.paragraphs[0].style = "Table Label" if is_label else "Table Value"
                cell.paragraphs[0].add_run(text)
        if has_heading:
            table.rows[0]._tr.get_or_add_trPr().append(parse_xml(f"<w:tblHeader {_W}/>"))
        return table

    def write(self, file: Path) -> None:
        """Write the document, with fixed dates in the package (python-docx takes the current time)."""
        dated = io.BytesIO()
        self._document.save(dated)
        with zipfile.ZipFile(dated) as source, zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as target:
            for name in source.namelist():
                info = zipfile.ZipInfo(name, _DATE)
                info.compress_type = zipfile.ZIP_DEFLATED
                target.writestr(info, source.read(name))


def align(table: Table, column: int, alignment: str, *, rows: slice = slice(1, None)) -> None:
    """Align the paragraphs of the cells of a column, those below the heading row unless told otherwise."""
    for row in table.rows[rows]:
        for paragraph in row.cells[column].paragraphs:
            properties: Any = paragraph._p.get_or_add_pPr()
            for old in properties.findall(qn("w:jc")):
                properties.remove(old)
            properties.append(parse_xml(f'<w:jc {_W} w:val="{alignment}"/>'))


def place_cells_alone(table: Table) -> None:
    """Take the borders off a table, which then only places its cells, with room above the first row."""
    table.rows[0].height = Pt(2 * _ROW_HEIGHT)
    for cell in table.rows[0].cells:
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.BOTTOM
    sides = ("top", "left", "bottom", "right", "insideH", "insideV")
    borders = "".join(f'<w:{side} w:val="nil"/>' for side in sides)
    properties: Any = table._tbl.tblPr
    layout = properties.find(qn("w:tblLayout"))
    layout.addprevious(parse_xml(f"<w:tblBorders {_W}>{borders}</w:tblBorders>"))


def _number(paragraph: Paragraph) -> None:
    numbering = f'<w:numPr {_W}><w:ilvl w:val="0"/><w:numId w:val="{ITEMS}"/></w:numPr>'
    paragraph._p.get_or_add_pPr().append(parse_xml(numbering))
