"""The sample task of a template fills it: every Word file of the corpus and the yardstick."""

import io
import json
import os
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import inspect, run_job
from tests.conftest import ROOT

pytestmark = pytest.mark.corpus


def _yardstick() -> list[Path]:
    folder = Path(os.environ.get("DOCOPS_YARDSTICK") or ROOT.parent / "shared" / "yardstick")
    return sorted(folder.glob("*/template.docx"))


def test_the_sample_task_of_a_template_fills_it(corpus: list[Path], tmp_path: Path) -> None:
    filled = 0
    for template in (*corpus, *_yardstick()):
        try:
            report = inspect(Job(JobKind.INSPECT, ()), template)
        except DocopsError:
            continue
        Draft202012Validator.check_schema(report.schema)
        sample: dict[str, Any] = report.sample_task["payload"]
        # As a task comes: its numbers are decimals.
        payload = json.loads(json.dumps(sample), parse_float=Decimal)
        assert not list(Draft202012Validator(report.schema).iter_errors(sample)), template
        if report.unsupported:
            continue
        folder = tmp_path / str(filled)
        folder.mkdir()
        options = Options(format_mode="off")
        result = run_job(Job(JobKind.RUN, (), None, payload, options), template, folder)
        assert result["exit_code"] == 0, template
        assert result["counts"]["left"] == 0, template
        with zipfile.ZipFile(folder / "outputs.zip") as archive:
            assert json.loads(archive.read("out.integrity.json"))["verdict"] == "intact"
            if not payload:
                # Text of the corpus that is text today stays text.
                original = zipfile.ZipFile(template)
                made = zipfile.ZipFile(io.BytesIO(archive.read("out.docx")))
                assert all(made.read(name) == original.read(name) for name in original.namelist()), template
        filled += 1
    assert filled > 50
