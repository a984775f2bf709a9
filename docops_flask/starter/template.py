"""Generates the starter template of a skill: a Word document to edit and then use as a template.

It is made with python-docx from the skill's wording and a design. All formatting is in styles, so users
change the appearance by changing styles.
"""

import io
import zipfile
from typing import NamedTuple

from docx.document import Document
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.section import Section, _BaseHeaderFooter
from docx.shared import Mm, Pt
from docx.table import Table, _Cell

from docops_flask.engine.opc.zip_writer import ZipWriter
from docops_flask.engine.skills.skill import Skill, Wording
from docops_flask.starter.design import CHINESE, ENGLISH, STYLE_OF_PART, Design, Part
from docops_flask.starter.style_sheet import blank_document


class _Phrases(NamedTuple):
    """Texts for a skill without wording."""

    recipient: str
    body: str


_PHRASES: dict[str, _Phrases] = {
    "zh": _Phrases(recipient="各有关单位：", body="现将有关事项通知如下。"),
    "en": _Phrases(recipient="Dear colleagues,", body="The details are given below."),
}


def complete_wording(skill: Skill, language: str, organ: str | None, date: str | None) -> Wording:
    """Return a complete wording that contains every field of ``skill`` at least once.

    ``organ`` stands in the letterhead; it is the signature, and ``date`` the date line, where the skill's
    wording has none. A line for which there is neither is left out, so that no document goes out with a text
    that an author forgot to replace. Fields that the wording does not mention become rows of its table.
    """
    wording = skill.wording(language) or _from_labels(skill, language)
    text = "".join(wording.texts())
    unmentioned = tuple(
        (field.label.text(language), f"【{name}】")
        for name, field in skill.placeholders().items()
        if f"【{name}】" not in text
    )
    return wording._replace(
        letterhead=organ or wording.letterhead,
        table=wording.table + unmentioned,
        signature=wording.signature or organ,
        date=wording.date or date,
    )


def _from_labels(skill: Skill, language: str) -> Wording:
    phrases = _PHRASES[language]
    return Wording(title=skill.title.text(language), recipient=phrases.recipient, body=(phrases.body,))


_DESIGNS: dict[str, Design] = {"zh": CHINESE, "en": ENGLISH}


def build_starter_template(
    skill: Skill, language: str = "zh", *, organ: str | None = None, date: str | None = None
) -> bytes:
    """Return the bytes of a ``.docx`` that contains every field of ``skill`` at least once.

    Equal arguments give equal bytes. ``language`` is one of ``engine.bilingual.LANGUAGES``; ``organ`` and
    ``date`` are as for ``complete_wording``. A field that stands in the letterhead alone goes with ``organ``.
    """
    design = _DESIGNS[language]
    wording = complete_wording(skill, language, organ, date)
    document = blank_document(design, skill.title.text(language))
    _add_head(document, wording)
    _add_text(document, design, wording)
    _add_tail(document, wording)
    _add_page_numbers(document.sections[0], design)
    document.settings.odd_and_even_pages_header_footer = design.sides_differ
    return _package(document)


def _add_head(document: Document, wording: Wording) -> None:
    """Add letterhead, document number and the line below them to the header of the first page."""
    section = document.sections[0]
    if wording.letterhead is None and wording.number is None:
        return
    section.different_first_page_header_footer = True
    header = section.first_page_header
    header.is_linked_to_previous = False
    first = header.paragraphs[0]
    first.style = STYLE_OF_PART["letterhead"]
    first.add_run(wording.letterhead or "")
    # The line is the border of this paragraph, so it is added without a number too.
    header.add_paragraph(wording.number or "", STYLE_OF_PART["number"])


def _add_text(document: Document, design: Design, wording: Wording) -> None:
    _add(document, "title", wording.title)
    _add(document, "recipient", wording.recipient)
    *before, last = wording.body or (None,)
    for text in before:
        _add(document, "body", text)
    _add(document, "before_table" if wording.table else "body", last)
    if wording.table:
        _add_table(document, design, wording.table)
    for index, text in enumerate(wording.after_table):
        _add(document, "body" if index else "after_table", text)


def _add_tail(document: Document, wording: Wording) -> None:
    _add(document, "closing", wording.closing)
    _add(document, "signature", wording.signature)
    _add(document, "date", wording.date)


def _add(document: Document, part: Part, text: str | None) -> None:
    if text is not None:
        document.add_paragraph(text, STYLE_OF_PART[part])


def _add_table(document: Document, design: Design, rows: tuple[tuple[str, ...], ...]) -> None:
    columns = max(len(row) for row in rows)
    table = document.add_table(0, columns, "Table Grid")
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    table.autofit = False
    pair_width = design.page.text_width * 2 / columns
    widths = (design.label_width, pair_width - design.label_width) * (columns // 2)
    for column, width in zip(table.columns, widths, strict=True):
        column.width = Mm(width)
    for texts in rows:
        _add_row(table, design, texts, widths)


def _add_row(table: Table, design: Design, texts: tuple[str, ...], widths: tuple[float, ...]) -> None:
    table.add_row()  # type: ignore[no-untyped-call]
    row = table.rows[-1]
    is_long = len(texts) < len(widths)
    row.height = Pt(design.long_row_height if is_long else design.row_height)
    row.height_rule = WD_ROW_HEIGHT_RULE.AT_LEAST
    cells = list(row.cells)
    for cell, width in zip(cells, widths, strict=True):
        cell.width = Mm(width)
    if is_long:
        cells = [*cells[: len(texts) - 1], cells[len(texts) - 1].merge(cells[-1])]
    for index, (cell, text) in enumerate(zip(cells, texts, strict=True)):
        _fill_cell(cell, STYLE_OF_PART["value" if index % 2 else "label"], text)


def _fill_cell(cell: _Cell, style: str, text: str) -> None:
    cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
    paragraph = cell.paragraphs[0]
    paragraph.style = style
    paragraph.add_run(text)


def _add_page_numbers(section: Section, design: Design) -> None:
    _add_page_number(section.first_page_footer, design.page_odd)
    _add_page_number(section.footer, design.page_odd)
    if design.sides_differ:
        _add_page_number(section.even_page_footer, design.page_even)


def _add_page_number(footer: _BaseHeaderFooter, style: str) -> None:
    footer.is_linked_to_previous = False
    paragraph = footer.paragraphs[0]
    paragraph.style = style
    paragraph.add_run("— ")
    field = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    paragraph._p.append(parse_xml(field))
    paragraph.add_run(" —")


def _package(document: Document) -> bytes:
    """Return the document as ``.docx`` bytes with fixed member dates (python-docx uses the current time)."""
    dated, undated = io.BytesIO(), io.BytesIO()
    document.save(dated)
    writer = ZipWriter(undated)
    with zipfile.ZipFile(dated) as archive:
        for name in archive.namelist():
            writer.add(name, archive.read(name))
    writer.finish()
    return undated.getvalue()
