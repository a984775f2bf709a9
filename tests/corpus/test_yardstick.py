"""Peers' own cases, written in our tags (../shared/yardstick): those that have no blocks, and all schemas."""

import io
import json
import os
import re
import zipfile
from decimal import Decimal
from html import unescape
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.pipeline import inspect, run_job
from docops_flask.engine.template.payload_schema import tree_of
from tests.conftest import ROOT, require

pytestmark = pytest.mark.corpus
FOLDER = Path(os.environ.get("DOCOPS_YARDSTICK") or ROOT.parent / "shared" / "yardstick")
CASES = sorted(each.parent for each in FOLDER.glob("*/expected.json"))


def _cases(outcome: str) -> list[Path]:
    return [each for each in CASES if json.loads((each / "expected.json").read_text())["outcome"] == outcome]


def test_the_yardstick_is_there() -> None:
    require(bool(CASES), f"no cases under {FOLDER}; set DOCOPS_YARDSTICK to the yardstick")
    assert _cases("text")


@pytest.mark.parametrize("case", _cases("text"), ids=lambda case: case.name)
def test_a_case_without_blocks_gives_its_text(case: Path, tmp_path: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    if case.name.startswith("mm-"):
        pytest.skip("needs Word's own merge fields, of a later issue")
    report = inspect(Job(JobKind.INSPECT, ()), case / "template.docx")
    if report.unsupported:
        kinds = ", ".join(sorted({each.kind for each in report.unsupported}))
        pytest.skip(f"has tags that are not filled yet: {kinds}")
    task = json.loads((case / "task.json").read_text("utf-8"), parse_float=Decimal)
    run_job(Job(JobKind.RUN, (), None, task.get("payload", {})), case / "template.docx", tmp_path)
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        assert json.loads(archive.read("out.integrity.json"))["verdict"] == "intact"
        with zipfile.ZipFile(io.BytesIO(archive.read("out.docx"))) as document:
            content = document.read("word/document.xml").decode()
    texts = unescape("".join(re.findall(r"<w:t(?:\s[^>]*)?>([^<]*)", content)))
    for text in filter(str, _flat(expected["stories"].get("body", []))):
        # A picture or a note reference is no text of the runs.
        assert "".join(text.replace("\ufffc", "").split()) in "".join(texts.split())


def _flat(texts: Any) -> list[str]:
    return [texts] if isinstance(texts, str) else [each for inner in texts for each in _flat(inner)]


@pytest.mark.parametrize("case", _cases("schema"), ids=lambda case: case.name)
def test_the_schema_of_a_case(case: Path) -> None:
    expected = json.loads((case / "expected.json").read_text("utf-8"))
    from docops_flask.engine.pipeline import _meanings

    package = Package(case / "template.docx", Limits())
    try:
        tree = tree_of(_meanings(package, Job(JobKind.INSPECT, ())).shape.root)
    finally:
        package.close()
    if "tree" in expected:
        assert tree == expected["tree"]
    else:
        assert sorted(tree) == expected["names"]
