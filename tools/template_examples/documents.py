"""Writes the lines of an example as a Word document, and reads a document as such lines.

A line is a paragraph. ``a ¦ b`` is a row of a table with two cells, ``¦ a`` of one with one cell; rows that
stand together are one table; ``⏎`` in a cell parts its paragraphs, ``↑`` is a cell that is one with the cell
above. ``№ text`` is a paragraph that Word
numbers, in a result with its number: ``№1 text``. ``↵`` is a line break. ``[header] text`` is in the header.
``[picture 30 × 30 mm 【@名】]`` is a picture with this alternative text, in a result without the text.
``[link text]`` is a hyperlink, ``[field text]`` the result of a field, ``[object]`` an embedded object.
"""

import io
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import docx
from docx.document import Document
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls, qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from tools.lib.png import png

_MERGED = "↑"
_BAR, _NEW_PARAGRAPH, _BREAK, _NUMBERED, _HEADER = "¦", "⏎", "↵", "№", "[header] "
_SPECIAL = re.compile(r"\[(?:picture (\d+) × (\d+) mm |(link) |(field) |(object))([^\]]*)\]")
_SPACE = "{http://www.w3.org/XML/1998/namespace}space"
_EMU_OF_MM = 36_000
_GREY = bytes((208, 208, 208))
_ELEMENTS = {
    "link": '<w:hyperlink w:anchor="top"><w:r>{text}</w:r></w:hyperlink>',
    "field": '<w:r><w:fldChar w:fldCharType="begin"/></w:r>\n<w:r><w:instrText>QUOTE</w:instrText></w:r>\n'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r>\n<w:r>{text}</w:r>\n'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
    "object": '<w:r><w:object><o:OLEObject xmlns:o="urn:schemas-microsoft-com:office:office" Type="Embed" '
    'ProgID="Excel.Sheet.12" ShapeID="s1" DrawAspect="Icon" ObjectID="_1"/></w:object></w:r>',
}
# Width of the text area; the pictures of the page show three of these beside one another.
TEXT_WIDTH = 76
_MARGIN = 4
_FONT = "Noto Sans CJK SC"
_LIST = (
    '<w:abstractNum {ns} w:abstractNumId="900"><w:multiLevelType w:val="singleLevel"/><w:lvl w:ilvl="0">'
    '<w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/><w:lvlJc w:val="left"/>'
    '<w:pPr><w:ind w:left="340" w:hanging="340"/></w:pPr></w:lvl></w:abstractNum>',
    '<w:num {ns} w:numId="900"><w:abstractNumId w:val="900"/></w:num>',
)


def write(lines: Sequence[str], file: Path, size: float = 9) -> None:
    """Write ``lines`` to ``file``, in a font of ``size`` points on a page that is as narrow as its text."""
    document = docx.Document()
    _set_up(document, size)
    rows: list[str] = []
    for line in [*lines, None]:
        if line is not None and _BAR in line:
            rows.append(line)
            continue
        if rows:
            _add_table(document, rows)
            rows = []
        if line is not None and line.startswith(_HEADER):
            _fill(document.sections[0].header.paragraphs[0], line.removeprefix(_HEADER))
        elif line is not None:
            _fill(document.add_paragraph(), line)
    document.save(str(file))


def _set_up(document: Document, size: float) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(TEXT_WIDTH + 2 * _MARGIN), Mm(250)
    section.left_margin = section.right_margin = Mm(_MARGIN)
    section.top_margin, section.bottom_margin = Mm(10), Mm(_MARGIN)
    section.header_distance = Mm(_MARGIN)
    normal = document.styles["Normal"]
    normal.font.name, normal.font.size = _FONT, Pt(size)
    normal.element.rPr.rFonts.set(qn("w:eastAsia"), _FONT)
    normal.paragraph_format.space_after = Pt(2)
    normal.paragraph_format.line_spacing = 1
    numbering = document.part.numbering_part.element
    for element in list(numbering):
        numbering.remove(element)
    for part in _LIST:
        numbering.append(parse_xml(part.format(ns=nsdecls("w"))))


def _add_table(document: Document, rows: Sequence[str]) -> None:
    cells = [[cell.strip() for cell in row.strip().removeprefix(_BAR).split(_BAR)] for row in rows]
    table = document.add_table(len(rows), max(map(len, cells)), "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    for row, texts in zip(table.rows, cells, strict=True):
        # The last cell of a short row takes the columns that are left.
        own = [*row.cells[: len(texts) - 1], row.cells[len(texts) - 1].merge(row.cells[-1])]
        for cell, text in zip(own, texts, strict=True):
            first, *others = text.split(_NEW_PARAGRAPH)
            _fill(cell.paragraphs[0], first.strip())
            for other in others:
                _fill(cell.add_paragraph(), other.strip())


def _fill(paragraph: Paragraph, text: str) -> None:
    if text.startswith(_NUMBERED):
        text = text.removeprefix(_NUMBERED).lstrip()
        properties = paragraph._p.get_or_add_pPr()
        properties.append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="900"/></w:numPr>')
        )
    position = 0
    for match in _SPECIAL.finditer(text):
        _add_text(paragraph, text[position : match.start()])
        if match[1]:
            _add_picture(paragraph, int(match[1]), int(match[2]), match[6])
        else:
            _add_element(paragraph, match[3] or match[4] or match[5], match[6])
        position = match.end()
    _add_text(paragraph, text[position:])


def _add_text(paragraph: Paragraph, text: str) -> None:
    for number, piece in enumerate(text.split(_BREAK)):
        if number:
            paragraph.add_run().add_break()
        if piece:
            paragraph.add_run(piece)


def _add_picture(paragraph: Paragraph, width: int, height: int, alternative: str) -> None:
    content = io.BytesIO(png(1, 1, _GREY))
    shape: Any = paragraph.add_run().add_picture(content, Mm(width), Mm(height))
    shape._inline.docPr.set("descr", alternative)


def _add_element(paragraph: Paragraph, kind: str, text: str) -> None:
    for part in _ELEMENTS[kind].format(text=f'<w:t xml:space="preserve">{escape(text)}</w:t>').split("\n"):
        paragraph._p.append(parse_xml(part.replace(">", f" {nsdecls('w')}>", 1)))


def read(file: Path) -> list[str]:
    """Return the header, if it has text, and the body of ``file`` as lines."""
    document = docx.Document(str(file))
    numbers: dict[str, int] = {}
    header = [
        f"{_HEADER}{_text(each._p, document, numbers)}"
        for each in document.sections[0].header.paragraphs
        if each.text
    ]
    return header + list(_lines(document.element.body, document, numbers))


def _lines(container: Any, document: Document, numbers: dict[str, int]) -> Iterator[str]:
    for child in container:
        if child.tag == qn("w:p"):
            yield _text(child, document, numbers)
        elif child.tag == qn("w:tbl"):
            yield from (_row(row, document, numbers) for row in child.iterchildren(qn("w:tr")))


def _row(row: Any, document: Document, numbers: dict[str, int]) -> str:
    cells = []
    for cell in row.iterchildren(qn("w:tc")):
        merged = cell.find(f"{qn('w:tcPr')}/{qn('w:vMerge')}")
        goes_on = merged is not None and merged.get(qn("w:val")) != "restart"
        cells.append(_MERGED if goes_on else f" {_NEW_PARAGRAPH} ".join(_lines(cell, document, numbers)))
    return f"{_BAR} {cells[0]}" if len(cells) == 1 else f" {_BAR} ".join(cells)


def _text(paragraph: Any, document: Document, numbers: dict[str, int]) -> str:
    pieces = [_number(paragraph, document, numbers)]
    for element in paragraph.iter(qn("w:t"), qn("w:br"), qn("w:tab"), qn("wp:extent")):
        if element.tag == qn("w:t"):
            text = element.text or ""
            # Word shows blanks at the ends of a text only if it says so (2.10 of XML 1.0; 17.3.3.31).
            pieces.append(text if element.get(_SPACE) == "preserve" else text.strip(" "))
        elif element.tag == qn("wp:extent"):
            width, height = (round(int(element.get(name)) / _EMU_OF_MM) for name in ("cx", "cy"))
            pieces.append(f"[picture {width} × {height} mm]")
        elif element.tag == qn("w:br"):
            pieces.append(_BREAK)
    return "".join(pieces)


def _number(paragraph: Any, document: Document, numbers: dict[str, int]) -> str:
    """Return the number that Word shows before ``paragraph``: each list counts on unless it starts anew."""
    found = paragraph.find(f"{qn('w:pPr')}/{qn('w:numPr')}/{qn('w:numId')}")
    if found is None:
        return ""
    number = found.get(qn("w:val"))
    element = next(
        each for each in document.part.numbering_part.element.iter(qn("w:num"))
        if each.get(qn("w:numId")) == number
    )  # fmt: skip
    starts_anew = element.find(qn("w:lvlOverride")) is not None
    key = number if starts_anew else element.find(qn("w:abstractNumId")).get(qn("w:val"))
    numbers[key] = numbers.get(key, 0) + 1
    return f"{_NUMBERED}{numbers[key]} "
