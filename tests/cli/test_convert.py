"""``docops convert``: the converted template, what it prints, its report, its exit codes."""

import json
from pathlib import Path

import pytest

from docops_flask.cli.main import main
from tests.factories import docx, p

_WHOLE = docx(p("{{ buyer }}{% if vip %} (VIP){% endif %}"))


@pytest.fixture(autouse=True)
def _in_a_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "whole.docx").write_bytes(_WHOLE)
    (tmp_path / "left.docx").write_bytes(docx(p("{{ x|trim }} {{ a['b c'] }}")))


def convert(*arguments: str, tool: str = "docxtpl") -> int:
    return main(["convert", *arguments, "--from", tool, "--out", "ours.docx"])


def test_a_whole_template_is_filled_with_its_sample_task(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert("whole.docx") == 0
    assert "3 tags of docxtpl recognised, 3 converted, 0 left." in capsys.readouterr().out
    assert main(["inspect", "ours.docx", "--sample-task"]) == 0
    (tmp_path / "task.json").write_text(capsys.readouterr().out, "utf-8")
    assert main(["run", "ours.docx", "task.json", "--out-dir", "out"]) == 0


def test_what_is_left_and_renamed_is_printed_and_reported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert("left.docx", "--report", "report.json") == 3
    printed = capsys.readouterr().out
    assert "p0  {{ x|trim }}" in printed
    assert "write 【x_trim】" in printed
    assert "b c  ->  b_c" in printed
    report = json.loads((tmp_path / "report.json").read_text("utf-8"))
    assert report["summary"] == {"recognised": 2, "converted": 1, "left": 1, "problems": 0}
    assert report["converted"] == [{"paragraph_path": "p0", "text": "{{ a['b c'] }}", "new": "【a.b_c】"}]
    assert [(each["text"], each["reason"]) for each in report["left"]] == [("{{ x|trim }}", "filter")]
    assert report["renamed"] == [{"from": "b c", "to": "b_c"}]


def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert convert("whole.docx", "--json") == 0
    printed = json.loads(capsys.readouterr().out)
    assert printed["file"] == "ours.docx"
    assert printed["summary"]["left"] == 0


def test_a_template_without_tags_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    assert convert("whole.docx", tool="carbone") == 3
    printed = capsys.readouterr().out
    assert "There is no tag of carbone in it" in printed
    assert "docops convert T.docx --from docxtpl --out ours.docx" in printed


def test_an_existing_file_is_kept_without_force(tmp_path: Path) -> None:
    (tmp_path / "ours.docx").write_bytes(b"kept")
    assert convert("whole.docx") == 1
    assert (tmp_path / "ours.docx").read_bytes() == b"kept"
    assert convert("whole.docx", "--force") == 0


@pytest.mark.parametrize(
    ("arguments", "tool", "told"),
    [
        (["none.docx"], "docxtpl", "cannot be read"),
        (["whole.docx"], "word", "use one of docxtpl, docxtemplater"),
        (["whole.docx", "--delimiters", "[["], "docxtemplater", "give what stands before and behind"),
        (["whole.docx", "--delimiters", "[[ ]]"], "docxtpl", "cannot be chosen"),
    ],
)
def test_errors_say_what_to_do(
    arguments: list[str], tool: str, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert convert(*arguments, tool=tool) == 1
    assert told in capsys.readouterr().err
    assert not (tmp_path / "ours.docx").exists()
