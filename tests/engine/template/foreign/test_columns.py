"""Blocks of columns of other tools: one block here where all rows have them, else left with the reason."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.options import Options
from tests.conftest import require_package
from tests.engine.open_jobs import run_open
from tests.engine.template.foreign.conversions import convert, texts_of
from tests.factories import docx, p, tc, tr


def _grid(count: int) -> str:
    columns = "".join(f'<w:gridCol w:w="{n}00"/>' for n in range(1, count + 1))
    return f"<w:tblGrid>{columns}</w:tblGrid>"


_FOR, _END = "{%tc for a in xs %}", "{%tc endfor %}"


def _table(*rows: tuple[str, ...]) -> bytes:
    body = "".join(tr(*map(tc, row)) for row in rows)
    return docx(f"<w:tbl><w:tblPr/>{_grid(len(rows[0]))}{body}</w:tbl>" + p("end"))


def test_a_block_that_each_row_has_becomes_one_of_columns(tmp_path: Path) -> None:
    template = _table(
        ("Item", f" {_FOR}", "{{ a.n }}", f"{_END} ", "Year"),
        ("Sales", _FOR, "{{ loop.index }}: {{ a.s }}", _END, "{{ total }}"),
    )
    result = convert(tmp_path, template, "docxtpl")
    assert result.texts == [
        "Item", "【#xs COLUMN】", "【n】", "【/xs】", "Year", "Sales", "【#】: 【s】", "【total】", "end",
    ]  # fmt: skip
    assert result.report.is_whole
    with zipfile.ZipFile(result.file) as archive:
        content = archive.read("word/document.xml").decode()
    assert content.count("<w:tc>") == 6
    assert [width for width in ("100", "200", "300", "400", "500") if f'w:w="{width}"' in content] == [
        "100", "300", "500",
    ]  # fmt: skip


def test_columns_in_a_part_with_an_xml_comment_get_paragraphs_of_word(tmp_path: Path) -> None:
    content = f"<w:tbl><w:tblPr/>{_grid(3)}{tr(tc(_FOR), tc('{{ a.n }}'), tc(_END))}</w:tbl>"
    result = convert(tmp_path, docx(f"<!-- kept -->{content}" + p("end")), "docxtpl")
    with zipfile.ZipFile(result.file) as archive:
        content = archive.read("word/document.xml").decode()
    assert "<w:p><w:r><w:t>【#xs COLUMN】</w:t></w:r></w:p>" in content
    assert result.report.is_whole


def test_columns_that_a_condition_shows(tmp_path: Path) -> None:
    rows = [(name, "{%tc if x %}", "{{ y }}", "{%tc endif %}", "z") for name in ("a", "b")]
    result = convert(tmp_path, _table(*rows), "docxtpl")
    assert result.texts[:5] == ["a", "【?x COLUMN】", "【y】", "【/x】", "z"]
    assert result.report.is_whole


@pytest.mark.parametrize(
    "rows",
    [
        # Another list, another cell, a row without the block, text beside a tag, ELSE, no cell within.
        [("a", _FOR, "{{ a }}", _END), ("b", "{%tc for a in ys %}", "{{ a }}", _END)],
        [("a", _FOR, "{{ a }}", _END), ("b", "c", _FOR, "{{ a }}", _END)],
        [("a", _FOR, "{{ a }}", _END), ("b", "c")],
        [("a", f"{_FOR} x", "{{ a }}", _END)],
        [("a", _FOR, "{{ a }}", "{%tc else %}", "b", _END)],
        [("a", _FOR, _END)],
    ],
)
def test_rows_that_differ_are_left(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    result = convert(tmp_path, _table(*rows), "docxtpl")
    assert result.texts == [*(text for row in rows for text in row), "end"]
    assert {"columns"} <= {reason for _, reason in result.left} <= {"columns", "of_block"}


def test_rows_may_have_other_cells_before(tmp_path: Path) -> None:
    wide = tc("h", properties='<w:gridSpan w:val="2"/>')
    first = tr(wide, tc(_FOR), tc("{{ a.n }}"), tc(_END))
    second = tr(tc("1"), tc("2"), tc(_FOR), tc("{{ a.s }}"), tc(_END))
    template = docx(f"<w:tbl><w:tblPr/>{_grid(5)}{first}{second}</w:tbl>" + p("end"))
    result = convert(tmp_path, template, "docxtpl")
    assert result.texts == ["h", "【#xs COLUMN】", "【n】", "【/xs】", "1", "2", "【s】", "end"]
    assert result.report.is_whole


def test_columns_with_none_beside_them(tmp_path: Path) -> None:
    result = convert(tmp_path, _table((_FOR, "{{ a }}", _END)), "docxtpl")
    assert result.texts == ["【#xs COLUMN】", "【.】", "【/xs】", "end"]
    assert result.report.is_whole


def test_columns_of_poi_tl_that_a_tag_beside_names(tmp_path: Path) -> None:
    template = _table(("Name{{goods}}", "[name]"), ("Price", "a: [price], b: [tax]"), ("", ""))
    result = convert(tmp_path, template, "poi-tl")
    assert result.texts == [
        "Name", "【#goods COLUMN】【name】", "Price", "a: 【price】, b: 【tax】【/goods】", "", "", "end",
    ]  # fmt: skip
    assert result.checks == [("{{goods}}", "read_as_list")]
    assert result.report.is_whole


def test_columns_of_poi_tl_with_a_cell_over_them(tmp_path: Path) -> None:
    row = tr(tc("across", properties='<w:gridSpan w:val="2"/>'))
    body = tr(tc("Name{{goods}}"), tc("[name]")) + tr(tc("Price"), tc("[price]")) + row
    template = docx(f"<w:tbl><w:tblPr/>{_grid(2)}{body}</w:tbl>" + p(""))
    result = convert(tmp_path, template, "poi-tl")
    assert result.texts == ["Name", "【#goods COLUMN】【name】", "Price", "【price】【/goods】", "across", ""]
    assert result.report.is_whole
    assert not result.report.problems


@pytest.mark.parametrize(
    "rows",
    [
        # Several rows for an item, several columns, as many as $(2) says.
        [("{{goods}}", ""), ("[name]", "x"), ("y", "[price]")],
        [("{{goods}}", "[name]", "[price]"), ("", "[a]", "[b]")],
        [("{{goods}}$(2)", "[name]"), ("", "[price]")],
    ],
)
def test_several_rows_or_columns_for_an_item_are_left(tmp_path: Path, rows: list[tuple[str, ...]]) -> None:
    result = convert(tmp_path, _table(*rows), "poi-tl")
    assert result.texts == [*(text for row in rows for text in row), "end"]
    assert {reason for _, reason in result.left} == {"columns", "of_block"}


@pytest.mark.parametrize("items", [[], [{"n": "q", "s": 1}], [{"n": "q", "s": 1}, {"n": "r", "s": 2}]])
def test_they_read_as_docxtpl_makes_them(tmp_path: Path, items: list[dict[str, Any]]) -> None:
    require_package("docxtpl")
    import docxtpl

    template = _table(
        ("Item", _FOR, "{{ a.n }}", "{{ y }}", _END, "{%tc if x %}", "Year", "{%tc endif %}"),
        ("Sales", _FOR, "{{ loop.index }}", "{{ a.s }}", _END, "{%tc if x %}", "{{ y }}", "{%tc endif %}"),
    )
    data = {"xs": items, "x": "x" if len(items) == 2 else "", "y": "y"}
    converted = convert(tmp_path, template, "docxtpl")
    assert converted.report.is_whole
    run = run_open(tmp_path / "run", converted.file.read_bytes(), data, Options(unused="allow"))
    assert run.result.exit_code == 0
    (tmp_path / "ours.docx").write_bytes(run.files["out.docx"])
    theirs = docxtpl.DocxTemplate(io.BytesIO(template))
    theirs.render(data)
    theirs.save(tmp_path / "theirs.docx")
    assert texts_of(tmp_path / "ours.docx") == texts_of(tmp_path / "theirs.docx")
