"""``docops merge``: one ZIP, all or nothing, with the exit code of the gravest row."""

import json
import os
import zipfile
from pathlib import Path

import pytest

from docops_flask.cli.main import main
from tests.factories import docx, p


@pytest.fixture(autouse=True)
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DOCOPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("t.docx").write_bytes(docx(p("【甲方】 【金额|#,##0.00】")))
    Path("rows.csv").write_text("甲方,金额\nA,1\nB,2\n", encoding="utf-8")


def merge(*options: str, rows: str = "rows.csv") -> int:
    return main(["merge", "t.docx", rows, "--out", "out/result.zip", *options])


def names() -> list[str]:
    with zipfile.ZipFile("out/result.zip") as archive:
        return archive.namelist()


def test_the_documents_and_the_results_are_in_one_zip(capsys: pytest.CaptureFixture[str]) -> None:
    assert merge("--name", "【甲方】") == 0
    files = ["results.csv", "results.jsonl", "api_result.json"]
    assert names() == ["docs/A.docx", "docs/B.docx", *files]
    assert capsys.readouterr().out == "2 of 2 documents made: out/result.zip\n"


def test_a_row_that_fails_is_told_and_stops_no_other(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.csv").write_text("甲方,金额\nA,soon\n,2\n", encoding="utf-8")
    assert merge() == 1
    assert capsys.readouterr().out.splitlines() == [
        "1 of 2 documents made: out/result.zip",
        "  1 with values missing",
        "  1 not made; results.csv in the ZIP says why",
        "  1 placeholder is still in the documents; results.csv says in which.",
    ]


def test_with_json_the_result_is_one_object(capsys: pytest.CaptureFixture[str]) -> None:
    assert merge("--json", "--row-numbers", "2", "--artefacts", "all") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["exit_code"], told["rows"]["ok"], told["file"]) == (0, 1, "out/result.zip")
    assert "rows/2/out.integrity.json" in names()


def test_nothing_is_written_where_the_rows_cannot_be_read(capsys: pytest.CaptureFixture[str]) -> None:
    Path("rows.csv").write_text("甲方,备注\nA,x\n", encoding="utf-8")
    assert merge() == 1
    assert "rows.csv: rows: header, column 备注" in capsys.readouterr().err
    assert os.listdir("out") == []


def test_an_existing_file_is_not_overwritten() -> None:
    assert merge() == 0
    before = Path("out/result.zip").read_bytes()
    assert merge() == 1
    assert Path("out/result.zip").read_bytes() == before
    assert merge("--force", "--columns", '{"金额": null}') == 2
