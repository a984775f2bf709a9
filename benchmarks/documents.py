"""The benchmark documents, in the placeholder syntax of each compared implementation."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

# Values for the seven fields of the skill inspection_record, the same for every implementation.
VALUES = {
    "INSPECTION_SUBJECT": "三号车间消防设施",
    "INSPECTION_DATE": "2026年11月23日",
    "INSPECTOR": "Zhang Wei 张伟",
    "ISSUE_SUMMARY": "两处灭火器压力不足，一处安全出口指示灯不亮",
    "DEPARTMENT": "安全生产部",
    "ACTION_REQUIRED": "更换灭火器并检修指示灯",
    "DEADLINE": "2026年12月7日",
}
FIELDS = tuple(VALUES)
PICTURE_BYTES = 20 * 1024 * 1024
PICTURE_PART = "word/media/image1.png"

_SAMPLE = Path(__file__).parents[1] / "samples" / "inspection_record.docx"
_DOCUMENT = "word/document.xml"
_STYLES_PART = "word/styles.xml"
# How many styles the large document has.
_STYLES = 2_672

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
# The picture's relationship and content type: libraries drop parts without a relationship.
_ADDED_FOR_PICTURE = {
    "[Content_Types].xml": (b"</Types>", b'<Default Extension="png" ContentType="image/png"/>'),
    "word/_rels/document.xml.rels": (
        b"</Relationships>",
        b'<Relationship Id="rIdPicture" Target="media/image1.png" '
        b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/image"/>',
    ),
}
_HEAD = f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n<w:document xmlns:w="{_W}"><w:body>'
_TAIL = (
    '<w:sectPr><w:pgSz w:w="11906" w:h="16838"/><w:pgMar w:top="2098" w:right="1474" w:bottom="1985" '
    'w:left="1588" w:header="851" w:footer="992" w:gutter="0"/></w:sectPr></w:body></w:document>'
)
_RUN_PROPERTIES = (
    '<w:rPr><w:rFonts w:ascii="Times New Roman" w:hAnsi="Times New Roman" w:eastAsia="仿宋"/>'
    '<w:sz w:val="24"/></w:rPr>'
)
_PARAGRAPH_PROPERTIES = (
    '<w:pPr><w:spacing w:line="360" w:lineRule="auto"/><w:ind w:firstLine="480"/><w:jc w:val="both"/></w:pPr>'
)

# Returns the XML of the runs that represent a field in one library's templates.
Spelling = Callable[[str], str]


def bracketed(field: str) -> str:
    """Return a field as a DocOps placeholder."""
    return run(f"【{field}】")


def templated(field: str) -> str:
    """Return a field as a docxtpl expression."""
    return run(f"{{{{ {field} }}}}")


def merged(field: str) -> str:
    """Return a field as a merge field of Word."""
    return f'<w:fldSimple w:instr=" MERGEFIELD {field} ">{run(f"«{field}»")}</w:fldSimple>'


def run(text: str) -> str:
    """Return a run with direct formatting, as it is common in office templates."""
    return f'<w:r>{_RUN_PROPERTIES}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraph(runs: str) -> str:
    """Return a paragraph with direct formatting."""
    return f"<w:p>{_PARAGRAPH_PROPERTIES}{runs}</w:p>"


def paragraphs(count: int, spell: Spelling) -> str:
    """Return ``count`` paragraphs with one field each."""
    return "".join(
        paragraph(f"{run(f'第{index}项：')}{spell(field)}{run('，请按时整改。')}")
        for index, field in _cycled(count)
    )


def table(rows: int, spell: Spelling) -> str:
    """Return a table of ``rows`` rows and five columns with one field per cell."""
    return table_of("".join(f"<w:tr>{_cells(row, spell)}</w:tr>" for row in range(rows)))


def merged_table(rows: int, spell: Spelling) -> str:
    """Return the same table with the first column merged vertically into one cell (w:vMerge)."""
    first, others = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    return table_of(
        "".join(f"<w:tr>{_cells(row, spell, others if row else first)}</w:tr>" for row in range(rows))
    )


def table_of(rows: str) -> str:
    """Return a table of five columns with the given rows, and the paragraph behind it."""
    grid = '<w:gridCol w:w="1768"/>' * 5
    properties = '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl><w:p/>"


def large_document(*, distinct: bool) -> bytes:
    """Return a document of 12 MB: 2,672 styles, a table of 13,367 cells of three runs, 20 with a field.

    With ``distinct`` nearly each run has a look of its own, else about 2,000 kinds of cells recur.
    """
    cells = [_styled_cell(number, distinct=distinct) for number in range(13_367)]
    rows = ["".join(cells[start : start + 10]) for start in range(0, len(cells), 10)]
    return package(table_of("".join(f"<w:tr>{row}</w:tr>" for row in rows)), styles=_styles(_STYLES))


def _styled_cell(number: int, *, distinct: bool) -> str:
    first = f"【{FIELDS[number // 669 % len(FIELDS)]}】" if number % 669 == 0 else f"Text of cell {number}"
    runs = "".join(
        f'<w:r w:rsidR="00A{number % 7:05d}"><w:rPr>'
        '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="SimSun"/>'
        f'<w:color w:val="{number % 5:02d}0000"/><w:sz w:val="{18 + (number + index) % 12}"/>'
        f'<w:szCs w:val="20"/></w:rPr><w:t xml:space="preserve">{text}</w:t></w:r>'
        for index, text in enumerate((first, " more text", " more text"))
    )
    style = number % _STYLES if distinct else number % 300 * 8
    return (
        '<w:tc><w:tcPr><w:tcW w:w="1200" w:type="dxa"/><w:tcBorders>'
        '<w:top w:val="single" w:sz="4" w:space="0" w:color="auto"/></w:tcBorders></w:tcPr>'
        f'<w:p w:rsidR="00B{number % 5:05d}"><w:pPr><w:pStyle w:val="S{style}"/><w:jc w:val="center"/>'
        f"</w:pPr>{runs}</w:p></w:tc>"
    )


def _styles(count: int) -> str:
    """Return paragraph styles ``S0``, ``S1`` and so on, based on each other in sevens."""
    return "".join(
        f'<w:style w:type="paragraph" w:styleId="S{number}"><w:name w:val="Style {number}"/>'
        f'<w:basedOn w:val="{f"S{number - 1}" if number % 7 else "Normal"}"/>'
        f'<w:pPr><w:spacing w:before="{number % 40 * 10}" w:after="{number % 30 * 10}"/></w:pPr>'
        f'<w:rPr><w:sz w:val="{20 + number % 20}"/><w:b w:val="{number % 2}"/></w:rPr></w:style>'
        for number in range(count)
    )


def _cells(row: int, spell: Spelling, merge: str = "") -> str:
    cells = []
    for column, name in _cycled(5, row * 5):
        width = f'<w:tcW w:w="1768" w:type="dxa"/>{merge if column == row * 5 else ""}'
        cells.append(f"<w:tc><w:tcPr>{width}</w:tcPr><w:p>{spell(name)}</w:p></w:tc>")
    return "".join(cells)


def _cycled(count: int, start: int = 0) -> Iterator[tuple[int, str]]:
    for index in range(start, start + count):
        yield index, FIELDS[index % len(FIELDS)]


def package(body: str, extra: Mapping[str, bytes] = MappingProxyType({}), styles: str = "") -> bytes:
    """Return a ``.docx`` with ``body``; styles, theme, headers and footers are those of a sample template.

    Members in ``extra`` are added without compression, ``styles`` to the styles of the sample.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(_SAMPLE) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            content = f"{_HEAD}{body}{_TAIL}".encode() if name == _DOCUMENT else source.read(name)
            if name == _STYLES_PART:
                content = content.replace(b"</w:styles>", f"{styles}</w:styles>".encode())
            before, added = _ADDED_FOR_PICTURE.get(name, (b"", b"")) if extra else (b"", b"")
            archive.writestr(name, content.replace(before, added + before) if added else content)
        for name, content in extra.items():
            archive.writestr(name, content, zipfile.ZIP_STORED)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class BenchDocument:
    """A benchmark document: its name, number of fields, body and additional members.

    ``most_times_the_limit`` are the project's targets for the presets quick and strict: the engine's time as
    a multiple of the lower bound (``fill_at_the_limit``).
    """

    name: str
    fields: int
    most_times_the_limit: tuple[float, float]
    body: Callable[[Spelling], str]
    extra: Mapping[str, bytes] = field(default_factory=dict)

    def spelled(self, spell: Spelling) -> bytes:
        """Return the ``.docx`` with its fields in the syntax of one library."""
        return package(self.body(spell), self.extra)


def contest_documents() -> tuple[BenchDocument, ...]:
    """Return the four documents; the picture is random bytes because compressed pictures do not compress."""
    notice = partial(paragraphs, len(FIELDS))
    return (
        BenchDocument("small notice, 7 fields", 7, (3, 4), notice),
        BenchDocument("1,000 paragraphs, 1,000 fields", 1000, (2, 4), partial(paragraphs, 1000)),
        BenchDocument("table 1,000 × 5, 5,000 fields", 5000, (1.5, 2.5), partial(table, 1000)),
        BenchDocument(
            "small notice + 20 MB picture", 7, (1.15, 1.2), notice, {PICTURE_PART: os.urandom(PICTURE_BYTES)}
        ),
    )
