"""The trials with text outside paragraphs: the right value stands in each place, or it is reported."""

import io
import json
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from docops_flask.intake.catalogue.skill_file import parse_spec
from tests.conftest import ROOT, require

pytestmark = pytest.mark.corpus
URL = "https://example.org/a?b=1&amp;c=2"
TITLE = "关于召开安全生产会议的通知"


def run(name: str, folder: Path) -> tuple[int, dict[str, str], list[dict[str, Any]]]:
    """Return the exit code of a trial, the parts of its document as text, the entries of its log."""
    trials = Path(os.environ.get("DOCOPS_TRIALS") or ROOT.parent / "shared" / "trials")
    require(trials.is_dir(), f"no folder {trials}; set DOCOPS_TRIALS to that of the trials")
    skill = parse_spec("h3.toml", (trials / "skills" / "h3.toml").read_bytes())
    task = json.loads((trials / f"{name}.task.json").read_text("utf-8"))
    result = run_job(Job(JobKind.RUN, (skill,), skill, task["payload"]), trials / f"{name}.docx", folder)
    with zipfile.ZipFile(folder / "outputs.zip") as archive:
        assert json.loads(archive.read("out.integrity.json"))["exactness"] == "bytes"
        log = json.loads(archive.read("out.replace_log.json"))
        with zipfile.ZipFile(io.BytesIO(archive.read("out.docx"))) as document:
            parts = {each: document.read(each).decode("utf-8", "replace") for each in document.namelist()}
    return result["exit_code"], parts, log["entries"]


@pytest.mark.parametrize(
    ("name", "part", "text"),
    [
        ("12_odd_places", "docProps/core.xml", f"<dc:title>{TITLE}</dc:title>"),
        ("12_odd_places", "docProps/core.xml", "<dc:creator>张三</dc:creator>"),
        ("12_odd_places", "docProps/core.xml", "<dc:subject>安全监管科</dc:subject>"),
        ("12_odd_places", "docProps/custom.xml", "<vt:lpwstr>7</vt:lpwstr>"),
        ("12_odd_places", "word/document.xml", f'descr="李明的签名" title="{TITLE}"'),
        ("12_odd_places", "word/_rels/document.xml.rels", f'Target="https://intra.example/{URL}"'),
        ("12_odd_places", "word/_rels/document.xml.rels", 'Target="mailto:010-12345678@example.org"'),
        ("13_chart_smartart", "word/charts/chart1.xml", f"<a:t>{TITLE}统计</a:t>"),
        ("13_chart_smartart", "word/charts/chart1.xml", "<c:v>安全监管科</c:v>"),
        ("13_chart_smartart", "word/diagrams/data1.xml", "<a:t>李明（组长）</a:t>"),
        ("16_custom_xml_bound", "customXml/item1.xml", "<name>李明</name>"),
        ("77_hyperlink_target", "word/_rels/document.xml.rels", 'Target="mailto:1@example.org"'),
        ("78_watermark", "word/header1.xml", 'string="安监科内部"'),
    ],
)
def test_the_value_stands_in_its_place(name: str, part: str, text: str, tmp_path: Path) -> None:
    _, parts, _ = run(name, tmp_path)
    assert text in parts[part]


@pytest.mark.parametrize(
    "name", ["13_chart_smartart", "16_custom_xml_bound", "77_hyperlink_target", "78_watermark"]
)
def test_nothing_is_left(name: str, tmp_path: Path) -> None:
    code, parts, _ = run(name, tmp_path)
    assert code == 0
    assert not [part for part, text in parts.items() if "【" in text or "%E3%80%90" in text]


def test_imported_html_is_reported(tmp_path: Path) -> None:
    code, parts, entries = run("40_altchunk", tmp_path)
    assert code == 3
    assert "【NAME】" in parts["word/afchunk1.html"]
    [entry] = [entry for entry in entries if entry["status"] == "unsupported"]
    assert (entry["part"], entry["original_text"]) == ("word/afchunk1.html", "【NAME】")
    assert "imported content" in entry["reason"]
