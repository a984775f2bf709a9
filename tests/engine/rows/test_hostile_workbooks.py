"""Workbooks that were made to take memory or time are refused, within what a renderer may use."""

import re
import zipfile
from collections.abc import Callable, Iterator, Mapping
from itertools import pairwise
from pathlib import Path

import pytest
import xlsxwriter

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind, RowsAsked
from docops_flask.engine.options import Options
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.jobs.renderer import Renderer
from tests.engine.rows.workbooks import workbook
from tests.factories import docx, p

MIB = 1024 * 1024
# A quarter of the usual memory, and seconds of the processor's time, however slow the machine.
LIMITS = ProcessLimits(memory_bytes=256 * MIB, cpu_seconds=15, file_bytes=64 * MIB)
SHEET, STRINGS, STYLES = "xl/worksheets/sheet1.xml", "xl/sharedStrings.xml", "xl/styles.xml"
WORKBOOK, RELATIONSHIPS, TYPES = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "[Content_Types].xml"
SHEET_ELEMENT, NAME = b'<sheet name="a" sheetId="9" r:id="rId1"/>', b'<definedName name="a">A1</definedName>'
Members = dict[str, bytes]


def far_cell(path: Path) -> None:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("Sheet1")
    sheet.write_string(0, 0, "甲方")
    sheet.write_string(1_048_575, 16_383, "x")
    book.close()


def in_sheet(old: bytes, new: bytes) -> Callable[[Members], None]:
    return replaced(SHEET, old, new)


def replaced(name: str, old: bytes, new: bytes) -> Callable[[Members], None]:
    def change(members: Members) -> None:
        assert old in members[name]
        members[name] = members[name].replace(old, new, 1)

    return change


def elsewhere(part: str, place: str) -> Callable[[Members], None]:
    """Move a part of 60 MB to where pictures lie, whose sizes matter to nobody."""

    def change(members: Members) -> None:
        inside = b"<row/>" * 10_000_000 if part == SHEET else b"<si/>" * 12_000_000
        end = b"</sheetData>" if part == SHEET else b"</sst>"
        members[place] = members.pop(part).replace(end, inside + end)
        for name in (RELATIONSHIPS, TYPES):
            old, new = part.removeprefix("xl/").encode(), place.removeprefix("xl/").encode()
            members[name] = members[name].replace(old, new)

    return change


def entities(members: Members) -> None:
    names = "abcdefghi"
    text = '<!ENTITY a "aaaaaaaaaa">' + "".join(
        f'<!ENTITY {name} "{f"&{before};" * 10}">' for before, name in pairwise(names)
    )
    start = members[STRINGS].replace(b"<sst", f"<!DOCTYPE sst [{text}]><sst".encode(), 1)
    members[STRINGS] = re.sub(rb"<t>[^<]*</t>", b"<t>&i;</t>", start, count=1)


def padded(name: str, piece: bytes, size: int) -> Callable[[Members], None]:
    """Fill a part with elements that mean nothing, below its root."""

    def change(members: Members) -> None:
        content = members[name]
        end = content.rindex(b"</")
        members[name] = content[:end] + piece * (size // len(piece)) + content[end:]

    return change


HOSTILE: Mapping[str, Callable[[Members], None]] = {
    "a million rows": in_sheet(b"</sheetData>", b"<row/>" * 3_000_000 + b"</sheetData>"),
    "a row of a million cells": in_sheet(
        b"</sheetData>", b'<row r="3">' + b"<c/>" * 3_000_000 + b"</row></sheetData>"
    ),
    "a text of 200 MB": in_sheet(
        b"</sheetData>",
        b'<row r="3"><c r="A3" t="inlineStr"><is><t>'
        + b"a" * (200 * MIB)
        + b"</t></is></c></row></sheetData>",
    ),
    "short strings": padded(STRINGS, b"<si/>", 60 * MIB),
    "a shared string of 200 MB": padded(STRINGS, b"<si><t>" + b"a" * MIB + b"</t></si>", 200 * MIB),
    "entities": entities,
    "formats": replaced(STYLES, b"</cellXfs>", b"<xf/>" * (6 * MIB) + b"</cellXfs>"),
    "sheets": replaced(WORKBOOK, b"</sheets>", SHEET_ELEMENT * 400_000 + b"</sheets>"),
    "names": replaced(
        WORKBOOK, b"</workbook>", b"<definedNames>" + NAME * 700_000 + b"</definedNames></workbook>"
    ),
    "relationships": padded(RELATIONSHIPS, b'<Relationship Id="x" Type="y" Target="z"/>', 30 * MIB),
    "types": padded(TYPES, b'<Override PartName="/x" ContentType="y"/>', 30 * MIB),
    "a theme": lambda members: members.update({"xl/theme/theme1.xml": b"<a>" + b" " * (400 * MIB) + b"</a>"}),
    "a sheet among pictures": elsewhere(SHEET, "xl/media/sheet.png"),
    "strings among pictures": elsewhere(STRINGS, "xl/media/strings.png"),
}


@pytest.fixture(scope="module")
def renderer() -> Iterator[Renderer]:
    with pytest.MonkeyPatch.context() as patch:
        # What the packages for development bring, and servers do not have.
        patch.setenv("DEFUSEDXML", "False")
        yield Renderer("spawn", 600, LIMITS)


def answer(renderer: Renderer, folder: Path) -> str:
    """What a precheck of the workbook in ``folder`` comes to: its error's code, or the number of its rows."""
    (folder / "template.docx").write_bytes(docx(p("【甲方】")))
    asked = RowsAsked("rows", "rows.xlsx", {}, 1000)
    job = Job(JobKind.MERGE_PRECHECK, (), rows=asked, options=Options())
    try:
        return str(renderer.run(job, folder).result["row_count"])
    except DocopsError as error:
        return error.code


def packed(path: Path, members: Members) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for name, content in members.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("kind", HOSTILE)
def test_it_is_refused_before_it_takes_memory_or_time(renderer: Renderer, tmp_path: Path, kind: str) -> None:
    workbook(tmp_path / "a.xlsx", {"Sheet1": [["甲方"], ["x"]]})
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        members = {each: archive.read(each) for each in archive.namelist()}
    HOSTILE[kind](members)
    folder = tmp_path / "job"
    folder.mkdir()
    packed(folder / "rows", members)
    assert answer(renderer, folder) in ("ROWS_INVALID", "ROWS_LIMIT_EXCEEDED")


def test_a_cell_at_the_far_end_takes_little(renderer: Renderer, tmp_path: Path) -> None:
    far_cell(tmp_path / "rows")
    assert answer(renderer, tmp_path) == "ROWS_LIMIT_EXCEEDED"


def test_an_honest_workbook_is_read_within_the_same(renderer: Renderer, tmp_path: Path) -> None:
    workbook(tmp_path / "rows", {"Sheet1": [["甲方"], *([f"公司{number}"] for number in range(1000))]})
    assert answer(renderer, tmp_path) == "1000"
