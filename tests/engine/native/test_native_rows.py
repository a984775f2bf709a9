"""Rows fill native marks by their headers; a template in language 1 has none."""

import io
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind, RowsAsked
from docops_flask.engine.merge.merge_job import merge
from docops_flask.engine.merge.merge_precheck import precheck_merge
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.render import Template
from tests.engine.native.word_controls import box, control, date, empty, entries
from tests.engine.native.word_fields import merge_field
from tests.factories import docx, p, r


def _rows(folder: Path, body: str, content: str) -> tuple[Job, Path]:
    (folder / "rows.csv").write_text(content, encoding="utf-8")
    (folder / "template.docx").write_bytes(docx(body))
    asked = RowsAsked("rows.csv", "rows.csv", {}, 100)
    return Job(JobKind.MERGE, (), rows=asked, template_name="t.docx"), folder / "template.docx"


def test_rows_fill_merge_fields_by_their_headers(tmp_path: Path) -> None:
    body = p(
        merge_field("First_Name"), " ", merge_field("City", "\\* Upper"), " ", merge_field("Sum", "\\# 0.00")
    )
    job, template = _rows(tmp_path, body, "First Name,city,Sum\nAnn,Bonn,1.5\nBo,,2\nCy,Kiel,x\n")
    result = merge(job, template, tmp_path, tmp_path / "outputs.zip")
    assert (result.rows.ok, result.rows.missing_required, result.rows.failed) == (1, 1, 1)
    texts = []
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        for name in archive.namelist():
            if name.startswith("docs/"):
                with zipfile.ZipFile(io.BytesIO(archive.read(name))) as made:
                    texts.append(made.read("word/document.xml").decode())
    assert [">Ann<" in texts[0], ">BONN<" in texts[0], ">1.50<" in texts[0]] == [True] * 3
    assert merge_field("City", "\\* Upper") in texts[1]
    told = precheck_merge(job, template, tmp_path).as_dict()
    assert [(each["header"], each["field"]) for each in told["columns"]] == [
        ("First Name", "First_Name"), ("city", "City"), ("Sum", "Sum"),
    ]  # fmt: skip


def test_a_template_in_language_1_loads_nothing_of_native_marks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: Any) -> None:
        raise AssertionError

    monkeypatch.setattr("docops_flask.engine.language_2.native_marks_of", fail)
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p(merge_field("A"))))
    assert Template(Package(file, Limits()), Limits()).native is None


def test_rows_fill_content_controls_by_their_headers(tmp_path: Path) -> None:
    sizes = entries(("s", "Small"), ("b", "Big"))
    dated = control("Day", r("x"), date())
    body = p(empty("Name"), dated, control("Size", r("x"), sizes), control("Agreed", r("☐"), box()))
    rows = ("Name,Day,Size,Agreed", "Ann,2026-05-06,b,TRUE", "Bo,2026-05-07,Big,FALSE", "Cy,2026-05-08,Huge,")
    job, template = _rows(tmp_path, body, "\n".join(rows))
    result = merge(job, template, tmp_path, tmp_path / "outputs.zip")
    assert (result.rows.ok, result.rows.missing_required, result.rows.failed) == (2, 0, 1)
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        made = [archive.read(each) for each in archive.namelist() if each.startswith("docs/")]
    texts = []
    for each in made:
        with zipfile.ZipFile(io.BytesIO(each)) as document:
            texts.append(re.sub("<[^>]*>", "", document.read("word/document.xml").decode()))
    assert [text.strip() for text in texts] == ["Ann2026年5月6日Big☒", "Bo2026年5月7日Big☐"]
