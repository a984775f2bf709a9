"""The trials with placeholders in field codes, ruby and cut names: the right value stands in each."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from docops_flask.intake.catalogue.skill_file import parse_spec
from tests.conftest import ROOT, require

pytestmark = pytest.mark.corpus


@pytest.mark.parametrize(
    ("name", "text", "note"),
    [
        ("55_barcode_field", ' DISPLAYBARCODE "https://e.org" QR \\q 3 ', "F9"),
        ("74_zero_width", ">申请人：李明<", "U+200B"),
        ("75_ruby", '<w:rubyBase><w:r><w:t xml:space="preserve">李明</w:t></w:r></w:rubyBase>', None),
    ],
)
def test_the_value_stands_where_the_placeholder_stood(
    name: str, text: str, note: str | None, tmp_path: Path
) -> None:
    trials = Path(os.environ.get("DOCOPS_TRIALS") or ROOT.parent / "shared" / "trials")
    require(trials.is_dir(), f"no folder {trials}; set DOCOPS_TRIALS to that of the trials")
    skill = parse_spec("h3.toml", (trials / "skills" / "h3.toml").read_bytes())
    task = json.loads((trials / f"{name}.task.json").read_text("utf-8"))
    run_job(Job(JobKind.RUN, (skill,), skill, task["payload"]), trials / f"{name}.docx", tmp_path)
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        assert json.loads(archive.read("out.integrity.json"))["exactness"] == "bytes"
        log = json.loads(archive.read("out.replace_log.json"))
        with zipfile.ZipFile(io.BytesIO(archive.read("out.docx"))) as document:
            content = document.read("word/document.xml").decode()
    assert text in content
    assert "【" not in content
    assert log["summary"]["replaced_count"] == log["summary"]["total_placeholders"]
    assert (note or "") in log["entries"][0].get("note", "")
