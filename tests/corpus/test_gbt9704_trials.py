"""The trial documents of issue 17 that are letters of Chinese organs: what gbt9704-2012 finds in each."""

import json
import os
from pathlib import Path
from typing import Any

import pytest

from docops_flask.cli.main import main
from tests.conftest import ROOT

TRIALS = Path(os.environ.get("DOCOPS_TRIALS") or ROOT.parent / "shared" / "trials")
FOUND: dict[str, tuple[list[tuple[str, str, str]], dict[str, str]]] = {
    "62_gw_date_dots": (
        [("DATE_FORM", "error", "2026.3.5")],
        {"p14": "signature", "p15": "date"},
    ),
    "63_gw_no6": (
        [("DOCUMENT_NUMBER_FORM", "error", "青政发【2026】5号")],
        {"p0": "document_number", "p2": "title"},
    ),
    "66_gw_page_di": ([("PAGE_NUMBER_FORM", "warn", "第1页")], {"footer1/p0": "page_number"}),
    "69_gw_org_date_one_par": (
        [("SIGNATURE_DATE_LINES", "warn", "青岚市人民政府\n2026年3月5日")],
        {"p14": "signature"},
    ),
    "71_gw_rec_nocolon": (
        [("RECIPIENT_COLON", "error", "各县（市、区）人民政府")],
        {"p4": "recipient"},
    ),
    "73c_signer_left": (
        [("DOCUMENT_NUMBER_FORM", "error", "青政发[2026]05号")],
        {"p0": "document_number", "p2": "title", "p4": "recipient"},
    ),
}


@pytest.fixture
def trials(monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the trials; ``DOCOPS_TRIALS`` says where it is, ../shared/trials by default."""
    if not TRIALS.is_dir():
        pytest.skip(f"{TRIALS} is not there; set DOCOPS_TRIALS to the folder of the trials")
    monkeypatch.setenv("DOCOPS_SKILLS_DIR", str(TRIALS / "skills"))
    return TRIALS


@pytest.mark.parametrize("name", FOUND)
def test_the_fault_of_the_trial_is_found_and_nothing_else(trials: Path, tmp_path: Path, name: str) -> None:
    files = [str(trials / f"{name}.docx"), str(trials / f"{name}.task.json")]
    command = ["run", *files, "--out-dir", str(tmp_path), "--policy", "gbt9704-2012"]

    assert main(command) == 0
    report: dict[str, Any] = json.loads((tmp_path / "out.format_report.json").read_text("utf-8"))
    issues, roles = FOUND[name]
    assert [(each["code"], each["severity"], each["actual"]) for each in report["issues"]] == issues
    found = {note["paragraph_path"]: note["role"] for note in report["summary"]["roles"]}
    assert {path: found.get(path) for path in roles} == roles
