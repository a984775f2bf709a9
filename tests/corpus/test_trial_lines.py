"""The trial with lines in a starter's body: one paragraph a line, each as the template's paragraph is."""

import io
import json
import os
import zipfile
from pathlib import Path

import pytest
from lxml import etree

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import run_job
from docops_flask.intake.catalogue.skills import load_skills
from tests.conftest import ROOT, require
from tests.factories import W

pytestmark = pytest.mark.corpus
NAME = "29_starter_body_multiline"


def test_each_line_of_a_starters_body_is_a_paragraph_with_its_style(tmp_path: Path) -> None:
    trials = Path(os.environ.get("DOCOPS_TRIALS") or ROOT.parent / "shared" / "trials")
    require(trials.is_dir(), f"no folder {trials}; set DOCOPS_TRIALS to that of the trials")
    task = json.loads((trials / f"{NAME}.task.json").read_text("utf-8"))
    skill = load_skills().get(task["task_type"])
    assert skill is not None
    result = run_job(Job(JobKind.RUN, (skill,), skill, task["payload"]), trials / f"{NAME}.docx", tmp_path)
    assert result["exit_code"] == 0
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        assert json.loads(archive.read("out.integrity.json"))["exactness"] == "bytes"
        log = json.loads(archive.read("out.replace_log.json"))
        with zipfile.ZipFile(io.BytesIO(archive.read("out.docx"))) as document:
            root = etree.fromstring(document.read("word/document.xml"))
    assert root.find(".//{*}br") is None
    lines = [
        ("".join(node.text or "" for node in paragraph.iter(f"{{{W}}}t")), style.get(f"{{{W}}}val"))
        for paragraph in root.iter(f"{{{W}}}p")
        for style in paragraph.findall("{*}pPr/{*}pStyle")
    ]
    payload = task["payload"]
    for line in payload["action_required"].split("\n"):
        assert (line, "BodyTextAfterTable") in lines
        assert (line, "TableValue") in lines
    assert [block["copies"] for block in log["blocks"]] == [3, 2, 2]
