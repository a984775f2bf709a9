"""``docops run --output docx``: one file under its own name, all or nothing, exit codes as always."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from docops_flask.cli.main import main
from docops_flask.cli.running import run_into
from docops_flask.engine.artefacts import PDF
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from tests.factories import docx, p

Said = Callable[[], dict[str, Any]]


@pytest.fixture(autouse=True)
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DOCOPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("合同.docx").write_bytes(docx(p("【编号】【甲方】")))
    Path("t.json").write_text(json.dumps({"payload": {"编号": "HT/1", "甲方": "某某"}}), encoding="utf-8")


@pytest.fixture
def said(capsys: pytest.CaptureFixture[str]) -> Said:
    """The JSON that was printed."""

    def read() -> dict[str, Any]:
        found: dict[str, Any] = json.loads(capsys.readouterr().out)
        return found

    return read


def run(*options: str) -> int:
    return main(["run", "合同.docx", "t.json", "--out-dir", "out", "--output", "docx", "--json", *options])


def test_one_file_is_written_and_named_in_the_output(said: Said) -> None:
    assert run("--name", "【编号】-【甲方】") == 0
    assert os.listdir("out") == ["HT_1-某某.docx"]
    told = said()
    assert (told["files"], told["out_dir"], told["exit_code"]) == (["HT_1-某某.docx"], "out", 0)


def test_people_are_told_where_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["run", "合同.docx", "t.json", "--out-dir", "out", "--output", "docx"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[-2:] == ["  files        合同.docx", "  in           out"]


def test_it_is_the_document_that_all_results_have() -> None:
    assert run() == 0
    assert main(["run", "合同.docx", "t.json", "--out-dir", "all"]) == 0
    assert Path("out/合同.docx").read_bytes() == Path("all/out.docx").read_bytes()


@pytest.mark.parametrize(
    ("payload", "code"), [({"编号": None, "甲方": "x"}, 2), ({"编号": "1", "甲方": "x"}, 0)]
)
def test_the_exit_code_is_that_of_the_run(payload: dict[str, Any], code: int) -> None:
    Path("t.json").write_text(json.dumps({"payload": payload}), encoding="utf-8")
    assert run() == code
    assert os.listdir("out") == ["合同.docx"]


def test_an_existing_file_is_not_overwritten_without_force(said: Said) -> None:
    os.mkdir("out")
    Path("out/合同.docx").write_text("kept")
    assert run() == 1
    assert said()["detail"] == {"field": "out-dir", "existing": ["合同.docx"]}
    assert Path("out/合同.docx").read_text() == "kept"
    assert os.listdir("out") == ["合同.docx"]
    assert run("--force") == 0
    assert Path("out/合同.docx").read_bytes().startswith(b"PK")


def test_other_files_are_left_alone_with_force() -> None:
    assert main(["run", "合同.docx", "t.json", "--out-dir", "out"]) == 0
    before = set(os.listdir("out"))
    assert run("--force") == 0
    assert set(os.listdir("out")) == {*before, "合同.docx"}


def test_the_template_is_never_overwritten(said: Said) -> None:
    before = Path("合同.docx").read_bytes()
    assert (
        main(["run", "合同.docx", "t.json", "--out-dir", ".", "--output", "docx", "--force", "--json"]) == 1
    )
    assert said()["detail"] == {"field": "out-dir"}
    assert Path("合同.docx").read_bytes() == before
    assert sorted(os.listdir()) == ["t.json", "合同.docx"]


@pytest.mark.parametrize(
    ("options", "field"),
    [(["--name", "【甲】"], "name"), (["--name", "【"], "name"), (["--output", "pdf"], "output")],
)
def test_an_error_leaves_nothing(
    said: Said, monkeypatch: pytest.MonkeyPatch, options: list[str], field: str
) -> None:
    monkeypatch.setenv("DOCOPS_PDF", "off")
    assert run(*options) == 1
    assert said()["detail"]["field"] == field
    assert not os.path.exists("out")


def test_a_name_without_one_file_is_refused(said: Said) -> None:
    assert main(["run", "合同.docx", "t.json", "--out-dir", "out", "--name", "x", "--json"]) == 1
    assert said()["detail"] == {"field": "name"}
    assert not os.path.exists("out")


def test_a_pdf_that_the_run_made_is_the_one_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from docops_flask.engine import pipeline

    def make_pdf_too(job: Job, template: Path, folder: Path) -> Any:
        (folder / PDF).write_bytes(b"%PDF-1.6")
        return run_to_folder(job, template, folder)

    run_to_folder = pipeline.run_to_folder
    monkeypatch.setattr(pipeline, "run_to_folder", make_pdf_too)
    job = Job(JobKind.RUN, (), payload={"编号": "1", "甲方": "x"}, options=Options(output="pdf"))
    _, files = run_into(tmp_path / "out", job, Path("合同.docx"), Path("t.json"), force=False)
    assert files == ["合同.pdf"]
    assert (tmp_path / "out" / "合同.pdf").read_bytes() == b"%PDF-1.6"
    assert os.listdir(tmp_path / "out") == files
