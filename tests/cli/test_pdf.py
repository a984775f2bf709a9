"""``docops run --pdf``: LibreOffice works in a process of its own, and all results are written or none."""

import json
from pathlib import Path

import pytest

from docops_flask.cli.main import main
from tests.conftest import ROOT
from tests.factories import docx, p, r
from tests.office import PdfMaker

NOTICE = ROOT / "samples" / "meeting_notice.docx"
RUN = ["run", str(NOTICE), str(NOTICE.with_suffix(".task.json"))]


@pytest.fixture(autouse=True)
def work_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.setenv("TMPDIR", str(folder))
    return folder


def test_a_run_with_a_pdf_writes_it_beside_the_document(
    pdf_maker: PdfMaker, tmp_path: Path, work_folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert main([*RUN, "--out-dir", str(out), "--pdf", "--pdf-version", "a2b", "--json"]) == 0
    assert (out / "out.pdf").read_bytes().startswith(b"%PDF-1.6")
    report = json.loads((out / "out.pdf_report.json").read_text())
    assert report["characters"]["wanted"] == report["characters"]["found"]
    assert report["office_version"] == pdf_maker.found.support.version
    assert {"out.pdf", "out.pdf_report.json"} <= set(json.loads(capsys.readouterr().out)["files"])
    assert list(work_folder.iterdir()) == []


def test_its_pdf_is_the_one_that_a_server_makes(pdf_maker: PdfMaker, tmp_path: Path) -> None:
    from tests.office import sample_job

    assert main([*RUN, "--out-dir", str(tmp_path / "out"), "--pdf"]) == 0
    made = pdf_maker.make(NOTICE.read_bytes(), sample_job(NOTICE))
    assert (tmp_path / "out" / "out.pdf").read_bytes() == made.pdf


def test_without_libreoffice_nothing_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("DOCOPS_PDF", "off")
    out = tmp_path / "out"
    assert main([*RUN, "--out-dir", str(out), "--pdf", "--json"]) == 1
    told = json.loads(capsys.readouterr().out)
    detail = {"field": "pdf", "allowed": ["false"]}
    assert (told["error_code"], told["detail"]) == ("INVALID_ARGUMENT", detail)
    assert not out.exists()


@pytest.mark.parametrize(
    ("options", "field", "allowed"),
    [(["--pdf"], "pdf", ["false"]), (["--output", "pdf"], "output", ["zip", "docx"])],
)
def test_without_libreoffice_a_precheck_says_so(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], options: list[str], field: str,
    allowed: list[str],
) -> None:  # fmt: skip
    monkeypatch.setenv("DOCOPS_PDF", "off")
    assert main(["precheck", *RUN[1:], *options, "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["detail"] == {"field": field, "allowed": allowed}


EXACT = '<w:trPr><w:trHeight w:val="300" w:hRule="exact"/></w:trPr>'


@pytest.mark.usefixtures("pdf_maker")
@pytest.mark.parametrize("options", [["--pdf"], ["--output", "pdf"]])
def test_people_are_told_of_fonts_and_of_what_is_cut_off(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: list[str]
) -> None:
    font = '<w:rFonts w:ascii="No Such Font" w:hAnsi="No Such Font" w:eastAsia="No Such Font"/>'
    lines = "".join(p(f"第{number}行文字内容") for number in "一二三四")
    body = f"<w:tbl><w:tr>{EXACT}<w:tc>{lines}</w:tc></w:tr></w:tbl>{p(r('ABC', font))}"
    template, task, out = tmp_path / "t.docx", tmp_path / "t.json", tmp_path / "out"
    template.write_bytes(docx(body))
    task.write_text("{}")
    run = ["run", str(template), str(task), "--out-dir", str(out), *options]
    assert main(run) == 0
    told = capsys.readouterr().out
    assert "  pdf          1 page; of 31 characters " in told
    assert "  font         No Such Font is not installed; it is shown in " in told
    assert main([*run, "--force", "--json"]) == 0
    report = json.loads(capsys.readouterr().out)["pdf"]
    assert (report["pages"], report["substituted"]) == (1, ["No Such Font"])


def test_the_pdf_of_an_earlier_run_goes_with_its_other_results(tmp_path: Path) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "out.pdf").write_bytes(b"earlier")
    assert main([*RUN, "--out-dir", str(out), "--force"]) == 0
    assert not (out / "out.pdf").exists()
