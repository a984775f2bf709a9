"""``docops learn``: the policy file of several documents, and what people are told."""

import json
import os
from pathlib import Path

import pytest

from docops_flask.cli.main import main
from docops_flask.intake.catalogue.policy_file import parse_policy
from tests.engine.learning.learnt_policies import broken_rules, notice
from tests.factories import docx


@pytest.fixture(autouse=True)
def inputs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DOCOPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    Path("a.docx").write_bytes(docx(notice()))
    Path("b.docx").write_bytes(docx(notice(body="28")))


def test_the_file_and_what_people_are_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "a.docx", "b.docx", "--out", "p.yaml", "--against", "gbt9704-2012"]) == 0
    lines = capsys.readouterr().out.splitlines()

    assert lines[0].startswith("Wrote p.yaml: ")
    assert lines[0].endswith(" rules from 2 documents; each of these passes it.")
    assert "  roles.body.size_pt: 16 in 1 of 2; others 14 (1)" in lines
    assert "Differing documents:" in lines
    [deviation] = [line for line in lines if line.startswith("  roles.body.size_pt: expected")]
    assert "expected 16, found 14; warning in 1 of 2 (GB/T 9704-2012" in deviation
    text = Path("p.yaml").read_text("utf-8")
    assert parse_policy(text).house_style.roles
    assert [broken_rules(text, Path(name)) for name in ("a.docx", "b.docx")] == [set(), set()]


def test_json_has_what_the_service_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["learn", "a.docx", "--out", "p.yaml", "--lang", "en", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["policy"] == Path("p.yaml").read_text("utf-8")
    assert (told["file"], told["language"], told["against"], told["deviations"]) == ("p.yaml", "en", None, [])


def test_an_existing_file_stays(capsys: pytest.CaptureFixture[str]) -> None:
    Path("p.yaml").write_text("mine")
    assert main(["learn", "a.docx", "--out", "p.yaml"]) == 1
    assert "p.yaml would be overwritten" in capsys.readouterr().err
    assert Path("p.yaml").read_text() == "mine"
    assert main(["learn", "a.docx", "--out", "p.yaml", "--force"]) == 0


REFUSED = {
    "none": ([], "Missing argument"),
    "not there": (["a.docx", "c.docx"], "c.docx"),
    "damaged": (["a.docx", "damaged.docx"], "damaged.docx: this file is cut off"),
    "no Word document": (["a.docx", "no.docx"], "no.docx: "),
    "too many": (["a.docx"] * 21, "more than 20 documents"),
    "an unknown policy": (["a.docx", "--against", "x"], "against: unknown policy"),
}


@pytest.mark.parametrize(("arguments", "message"), REFUSED.values(), ids=REFUSED)
def test_errors_say_which_document(
    arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]
) -> None:
    Path("damaged.docx").write_bytes(docx(notice())[:-40])
    Path("no.docx").write_bytes(b"%PDF-1.7\n")
    assert main(["learn", *arguments, "--out", "p.yaml"]) == 1
    assert message in capsys.readouterr().err
    assert not Path("p.yaml").exists()
