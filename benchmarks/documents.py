"""The documents that the engine and the libraries it is compared with fill, each in its own spelling."""

import io
import os
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import MappingProxyType

# The skill inspection_record: seven fields, so that every contestant has the same names to fill.
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
PICTURE_PART = "word/media/image1.bin"

_SAMPLE = Path(__file__).parents[1] / "samples" / "inspection_record.docx"
_DOCUMENT = "word/document.xml"

_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
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

# Returns the runs that stand for a field in one library's templates.
Spelling = Callable[[str], str]


def bracketed(field: str) -> str:
    """Spell a field as DocOps has it."""
    return run(f"【{field}】")


def templated(field: str) -> str:
    """Spell a field as docxtpl has it."""
    return run(f"{{{{ {field} }}}}")


def merged(field: str) -> str:
    """Spell a field as Word's mail merge has it."""
    return f'<w:fldSimple w:instr=" MERGEFIELD {field} ">{run(f"«{field}»")}</w:fldSimple>'


def run(text: str) -> str:
    """Return a run with direct formatting, as offices' templates are full of."""
    return f'<w:r>{_RUN_PROPERTIES}<w:t xml:space="preserve">{text}</w:t></w:r>'


def paragraphs(count: int, spell: Spelling) -> str:
    """Return ``count`` paragraphs with a field in each."""
    return "".join(
        f"<w:p>{_PARAGRAPH_PROPERTIES}{run(f'第{index}项：')}{spell(field)}{run('，请按时整改。')}</w:p>"
        for index, field in _cycled(count)
    )


def table(rows: int, spell: Spelling) -> str:
    """Return a table of ``rows`` rows and five columns with a field in each cell."""
    return _table("".join(f"<w:tr>{_cells(row, spell)}</w:tr>" for row in range(rows)))


def merged_table(rows: int, spell: Spelling) -> str:
    """Return the table with its first column merged into one cell from top to bottom (w:vMerge)."""
    first, others = '<w:vMerge w:val="restart"/>', "<w:vMerge/>"
    return _table(
        "".join(f"<w:tr>{_cells(row, spell, others if row else first)}</w:tr>" for row in range(rows))
    )


def _table(rows: str) -> str:
    grid = '<w:gridCol w:w="1768"/>' * 5
    properties = '<w:tblPr><w:tblStyle w:val="TableGrid"/><w:tblW w:w="0" w:type="auto"/></w:tblPr>'
    return f"<w:tbl>{properties}<w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl><w:p/>"


def _cells(row: int, spell: Spelling, merge: str = "") -> str:
    cells = []
    for column, name in _cycled(5, row * 5):
        width = f'<w:tcW w:w="1768" w:type="dxa"/>{merge if column == row * 5 else ""}'
        cells.append(f"<w:tc><w:tcPr>{width}</w:tcPr><w:p>{spell(name)}</w:p></w:tc>")
    return "".join(cells)


def _cycled(count: int, start: int = 0) -> Iterator[tuple[int, str]]:
    for index in range(start, start + count):
        yield index, FIELDS[index % len(FIELDS)]


def package(body: str, extra: Mapping[str, bytes] = MappingProxyType({})) -> bytes:
    """Return a package around ``body``; styles, theme, headers and footers are those of a sample template.

    Members of ``extra`` are stored.
    """
    target = io.BytesIO()
    with zipfile.ZipFile(_SAMPLE) as source, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in source.namelist():
            archive.writestr(name, f"{_HEAD}{body}{_TAIL}" if name == _DOCUMENT else source.read(name))
        for name, content in extra.items():
            archive.writestr(name, content, zipfile.ZIP_STORED)
    return target.getvalue()


@dataclass(frozen=True, slots=True)
class BenchDocument:
    """A document of the contest: what it is called, how many fields it has, its body, members beside it."""

    name: str
    fields: int
    body: Callable[[Spelling], str]
    extra: Mapping[str, bytes] = field(default_factory=dict)

    def spelled(self, spell: Spelling) -> bytes:
        """Return the package with its fields spelled for one library."""
        return package(self.body(spell), self.extra)


def contest_documents() -> tuple[BenchDocument, ...]:
    """Return the four documents; the picture is noise, as a compressed picture is to a ZIP."""
    notice = partial(paragraphs, len(FIELDS))
    return (
        BenchDocument("small notice, 7 fields", 7, notice),
        BenchDocument("1,000 paragraphs, 1,000 fields", 1000, partial(paragraphs, 1000)),
        BenchDocument("table 1,000 × 5, 5,000 fields", 5000, partial(table, 1000)),
        BenchDocument("small notice + 20 MB picture", 7, notice, {PICTURE_PART: os.urandom(PICTURE_BYTES)}),
    )
