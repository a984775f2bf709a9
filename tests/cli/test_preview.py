"""``docops preview``: pages as files, what people and programs are told, all files or none."""

import json
import struct
from pathlib import Path

import pytest

from docops_flask.cli.main import main
from tests.conftest import ROOT
from tests.factories import docx, p
from tests.pictures import png

TEMPLATE = ROOT / "samples" / "purchase_contract.docx"
TASK = TEMPLATE.with_suffix(".task.json")


@pytest.fixture(autouse=True)
def _folder_without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for name in ("DOCOPS_PDF", "DOCOPS_OFFICE_DIR", "DOCOPS_FONTS_DIR"):
        monkeypatch.delenv(name, raising=False)


def preview(out_dir: Path, *options: str, template: Path = TEMPLATE, task: Path = TASK) -> int:
    return main(["preview", str(template), str(task), "--out-dir", str(out_dir), *options])


def written(out_dir: Path) -> list[str]:
    return sorted(path.name for path in out_dir.iterdir())


@pytest.mark.usefixtures("pdf_maker")
def test_pages_are_written_as_pictures_and_findings_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out"
    assert preview(out, "--preset", "strict", "--pages", "1-5", "--width", "400") == 4
    assert written(out) == ["page-1.png", "page-2.png"]
    for name in written(out):
        width, height = struct.unpack_from(">2L", (out / name).read_bytes(), 16)
        assert (width, height) == (400, 566)
    told = capsys.readouterr().out
    assert "A run would end with exit code 4." in told
    assert "2 of 2" in told
    assert "page 1 [" in told
    assert "LINE_SPACING_MISMATCH" in told


@pytest.mark.usefixtures("pdf_maker")
def test_programs_get_one_object(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert preview(out, "--pages", "2", "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["exit_code"], told["pages"], told["files"]) == (0, 2, ["page-2.png"])
    assert [image["page"] for image in told["images"]] == [2]
    assert {"fonts", "substituted", "findings", "issue_count", "counts", "out_dir"} <= set(told)


@pytest.mark.usefixtures("pdf_maker")
def test_pictures_that_the_task_names_are_given_to_the_renderer(tmp_path: Path) -> None:
    template, task, seal = tmp_path / "t.docx", tmp_path / "t.json", tmp_path / "seal.png"
    template.write_bytes(docx(p("【@公章】")))
    task.write_text(json.dumps({"payload": {"公章": {"file": "s.png"}}}), "utf-8")
    seal.write_bytes(png(40, 40))
    out = tmp_path / "out"
    assert preview(out, "--asset", f"s.png={seal}", template=template, task=task) == 0
    # In colour (ISO/IEC 15948, 11.2.2: the colour type), as the seal is.
    assert (out / "page-1.png").read_bytes()[25] == 2


@pytest.mark.usefixtures("pdf_maker")
def test_the_file_that_a_run_would_write_changes_no_picture(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert preview(out, "--output", "pdf", "--pages", "1", "--width", "40") == 0
    assert written(out) == ["page-1.png"]


@pytest.mark.usefixtures("pdf_maker")
def test_existing_pictures_are_kept_without_force(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    out.mkdir()
    (out / "page-2.png").write_bytes(b"mine")
    (out / "page-3.png").write_bytes(b"of an earlier preview")
    assert preview(out) == 1
    assert "page-2.png, page-3.png would be overwritten" in capsys.readouterr().err
    assert (out / "page-2.png").read_bytes() == b"mine"
    assert preview(out, "--force") == 0
    assert written(out) == ["page-1.png", "page-2.png"]


@pytest.mark.usefixtures("pdf_maker")
def test_pages_that_there_are_not_leave_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert preview(tmp_path / "out", "--pages", "3") == 1
    assert "the last page of the document is page 2" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("options", "told"), [(("--pages", "1-99"), "at most 10 pages"), (("--width", "2"), "from 16 to 1600")]
)
def test_other_pages_and_widths_are_refused_at_once(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], options: tuple[str, ...], told: str
) -> None:
    assert preview(tmp_path / "out", *options) == 1
    assert told in capsys.readouterr().err


def test_without_libreoffice_it_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "nothing").mkdir()
    monkeypatch.setenv("DOCOPS_OFFICE_DIR", str(tmp_path / "nothing"))
    assert preview(tmp_path / "out") == 1
    assert "LibreOffice was not found" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
