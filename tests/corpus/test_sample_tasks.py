"""The sample task of a template fills it: every Word file of the corpus and the yardstick."""

import io
import json
import os
import zipfile
from collections.abc import Mapping
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
from tests.corpus.libreoffice import texts_of

pytestmark = pytest.mark.corpus


def _yardstick() -> list[Path]:
    folder = Path(os.environ.get("DOCOPS_YARDSTICK") or ROOT.parent / "shared" / "yardstick")
    return sorted(folder.glob("*/template.docx"))


@pytest.fixture(scope="module")
def filled(corpus: list[Path], tmp_path_factory: pytest.TempPathFactory) -> Mapping[Path, Path]:
    """The document that each template becomes with its sample task, each by a name of its own."""
    folder = tmp_path_factory.mktemp("filled")
    documents: dict[Path, Path] = {}
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
        options = Options(format_mode="off")
        result = run_job(Job(JobKind.RUN, (), None, payload, options), template, folder)
        assert result["exit_code"] == 0, template
        assert result["counts"]["left"] == 0, template
        with zipfile.ZipFile(folder / "outputs.zip") as archive:
            assert json.loads(archive.read("out.integrity.json"))["verdict"] == "intact"
            made = archive.read("out.docx")
        if not payload:
            # Text of the corpus that is text today stays text.
            original, same = zipfile.ZipFile(template), zipfile.ZipFile(io.BytesIO(made))
            assert all(same.read(name) == original.read(name) for name in original.namelist()), template
        documents[template] = folder / f"{len(documents)}.docx"
        documents[template].write_bytes(made)
    return documents


def test_the_sample_task_of_a_template_fills_it(filled: Mapping[Path, Path]) -> None:
    assert len(filled) > 50


def test_what_a_sample_task_makes_opens_in_libreoffice(
    filled: Mapping[Path, Path], soffice: str, tmp_path: Path
) -> None:
    opened = texts_of(soffice, list(filled.values()), tmp_path / "read")
    assert [str(template) for template, made in filled.items() if made.stem not in opened] == []
