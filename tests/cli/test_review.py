"""``docops run --review``: the reviewer's copy and the report's other forms beside the other results."""

import json
import os
from pathlib import Path

import pytest

from docops_flask.cli.main import main
from tests.engine.review.jobs import PAYLOAD, letter
from tests.factories import p, r


@pytest.fixture(autouse=True)
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DOCOPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("t.docx").write_bytes(letter())
    Path("t.json").write_text(json.dumps({"payload": PAYLOAD}), encoding="utf-8")


def run(*options: str) -> int:
    return main(
        ["run", "t.docx", "t.json", "--out-dir", "out", "--json", "--policy", "gbt9704-2012", *options]
    )


def test_the_copy_lies_beside_the_other_results(capsys: pytest.CaptureFixture[str]) -> None:
    # Two required fields have no value.
    assert run("--review", "comments", "--format-report", "json,sarif,junit") == 2

    told = json.loads(capsys.readouterr().out)
    assert told["review"]["kind"] == "comments"
    assert {"out.review.docx", "out.format_report.sarif", "out.format_report.junit.xml"} <= set(told["files"])
    assert sorted(os.listdir("out")) == sorted(told["files"])


def test_a_run_without_a_copy_takes_away_that_of_an_earlier_run(capsys: pytest.CaptureFixture[str]) -> None:
    run("--review", "tracked")
    capsys.readouterr()
    assert run("--force") == 2

    assert "out.review.docx" not in os.listdir("out")
    assert "review" not in json.loads(capsys.readouterr().out)


def test_a_job_that_does_not_fix_has_no_tracked_changes(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--review", "tracked", "--format-fix-mode", "none") == 1

    assert json.loads(capsys.readouterr().out)["error_code"] == "INVALID_ARGUMENT"


def test_a_precheck_says_that_changes_cannot_be_tracked_as_a_run_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    change = '<w:rPrChange w:id="1" w:author="Ms Li"><w:rPr/></w:rPrChange>'
    Path("t.docx").write_bytes(letter(p(r("地点在【地点】。", f'<w:sz w:val="28"/>{change}'))))
    assert run("--review", "tracked") == 1
    refused = json.loads(capsys.readouterr().out)
    options = ["--json", "--policy", "gbt9704-2012", "--review", "tracked"]
    assert main(["precheck", "t.docx", "t.json", *options]) == 1
    assert json.loads(capsys.readouterr().out) == refused
    assert "Accept or reject it in the template" in refused["message"]
