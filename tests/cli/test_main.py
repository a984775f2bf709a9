"""The command ``docops``: the service's job in the shell, with its options, errors and exit codes."""

import json
import os
import subprocess
import sys
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from docops_flask import __version__
from docops_flask.cli.main import main
from docops_flask.engine.document.edits import Edit, ReplaceText
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.run import edits
from docops_flask.engine.template.alike import Filling
from docops_flask.engine.template.fill import fill
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.values import Values
from docops_flask.intake.catalogue.skills import load_skills
from tests.conftest import ROOT
from tests.engine.removal_packages import signed
from tests.factories import docx, p, tbl, tc, tr
from tests.pictures import png

RESULTS = [
    "out.docx",
    "out.format_report.json",
    "out.integrity.json",
    "out.missing_fields.json",
    "out.replace_log.json",
]
COMPLETE = {
    "meeting_title": "年度会议",
    "meeting_date": "2026年3月18日",
    "meeting_time": "14:30",
    "meeting_location": "一楼",
    "organizer": "办公室",
}
TITLE = docx(p("【MEETING_TITLE】"))
SKILL_SPEC = """
name = "pass"
title = { en = "Pass", zh = "通行证" }
description = { en = "Lets in.", zh = "准入。" }
[[fields]]
key = "holder"
label = { en = "Holder", zh = "持有人" }
example = "张三"
"""


@pytest.fixture(autouse=True)
def _folder_without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.startswith("DOCOPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def inputs(tmp_path: Path) -> Callable[..., list[str]]:
    """Write template and task; return their paths as arguments."""

    def write(
        template: bytes = TITLE, payload: dict[str, str] = COMPLETE, task_type: str = "meeting_notice"
    ) -> list[str]:
        (tmp_path / "t.docx").write_bytes(template)
        task = {"task_type": task_type, "payload": payload}
        (tmp_path / "t.json").write_text(json.dumps(task), encoding="utf-8")
        return ["t.docx", "t.json"]

    return write


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def failure(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, Any]:
    """Return the error object that a failing command prints with --json; it must print nothing else."""
    assert main([*arguments, "--json"]) == 1
    said = capsys.readouterr()
    assert said.err == ""
    found: dict[str, Any] = json.loads(said.out)
    return found


@pytest.mark.parametrize(
    ("template", "payload", "options", "code"),
    [
        (TITLE, COMPLETE, [], 0),
        (TITLE, {}, [], 2),
        (docx(p("【meeting_title】")), COMPLETE, [], 3),
        (docx(tbl(tr(tc("【MEETING_TITLE】")))), COMPLETE, ["--preset", "strict"], 4),
        (docx(tbl(tr(tc("【MEETING_TITLE】")))), COMPLETE, ["--strict"], 0),
        (docx(tbl(tr(tc("【meeting_title】")))), {}, ["--preset", "strict"], 4),
    ],
)
def test_run_writes_its_results_and_exits_with_the_contracts_code(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    inputs: Callable[..., list[str]],
    template: bytes,
    payload: dict[str, str],
    options: list[str],
    code: int,
) -> None:
    assert main(["run", *inputs(template, payload), "--out-dir", "deep/out", *options]) == code
    assert names(tmp_path / "deep/out") == RESULTS
    said = capsys.readouterr()
    assert said.err == ""
    assert f"in           {os.path.join('deep', 'out')}" in said.out


def test_all_faults_of_a_task_are_told(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    many = {f"x{number}": "" for number in range(30)}
    arguments = inputs(docx(p("【A|日期】【Title】")), {"A": "May", "Titel": "x", **many}, "open")
    assert main(["run", *arguments, "--out-dir", "out"]) == 1
    lines = capsys.readouterr().err.splitlines()
    assert lines[0].startswith("docops: task: $.payload.A: Must be a date")
    assert "detail" not in lines[0]
    assert lines[1] == "  $.payload.Titel: The template has no tag that takes this key. Did you mean Title?"
    assert (len(lines), lines[-1]) == (22, "  … 11 more (all with --json)")


def test_a_policy_file_given_as_a_name_is_told_its_option(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    assert main(["run", *inputs(), "--out-dir", "out", "--policy", "office.yaml"]) == 1
    assert "--policy-yaml FILE" in capsys.readouterr().err


def test_run_fills_the_template_as_the_service_does(tmp_path: Path, inputs: Callable[..., list[str]]) -> None:
    arguments = inputs()
    assert main(["run", *arguments, "--out-dir", "out", "--format-report", "both"]) == 0
    assert Document("out/out.docx").paragraphs[0].text == "年度会议"
    skills = tuple(load_skills())
    options = Options(format_report="both")
    today = date.today().isoformat()
    job = Job(JobKind.RUN, skills, skills[1], COMPLETE, options, template_name="t.docx", date=today)
    run_job(job, tmp_path / "t.docx", tmp_path)
    with zipfile.ZipFile(tmp_path / "outputs.zip") as archive:
        served = {name: archive.read(name) for name in archive.namelist()}
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == served


@pytest.mark.parametrize(("options", "language"), [([], "en"), (["--lang", "zh"], "zh")])
def test_the_report_page_is_in_the_language_asked_for(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]], options: list[str], language: str
) -> None:
    given = ["--preset", "strict", "--format-report", "human", "--json", *options]
    assert main(["run", *inputs(), "--out-dir", "out", *given]) in (0, 4)
    told = json.loads(capsys.readouterr().out)
    assert (told["effective"]["language"], told["effective"]["format_report"]) == (language, "human")
    assert f'<html lang="{language}">' in Path("out/out.format_report.html").read_text("utf-8")


def test_run_prints_a_summary_for_people(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    template = docx(p("【MEETING_TITLE】【ATTENDEES】【MEETING_DATE】【meeting_time】"))
    assert main(["run", *inputs(template, {"meeting_title": "x"}), "--out-dir", "out"]) == 3
    said = capsys.readouterr().out
    assert "placeholders that cannot be filled" in said
    assert "filled       1 of 4 placeholders: 1 filled, 3 left in the document" in said
    assert "missing      MEETING_DATE (required), ATTENDEES" in said
    assert "cannot fill  【meeting_time】 at p0:r0; 【MEETING_TIME】 was probably meant" in said
    assert "format       passed (0 errors" in said
    assert "files        out.docx, out.replace_log.json" in said


def test_run_says_what_is_left_and_calls_it_done_only_where_nothing_is(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    template = docx(p("【MEETING_TITEL】【ATTENDEES】【甲方】"))
    assert main(["run", *inputs(template, {"meeting_title": "x"}), "--out-dir", "out"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("The document was made, but 2 placeholders are left in it; ")
    assert "Done" not in said
    assert "0 filled, 2 left in the document" in said
    assert "not known    【MEETING_TITEL】; 【MEETING_TITLE】 was probably meant" in said
    assert "unused       meeting_title (the template has 【MEETING_TITEL】)" in said
    assert "as text      1 bracketed word was left as text: 【甲方】" in said
    assert main(["precheck", *inputs(template, {"meeting_title": "x"})]) == 0
    said = capsys.readouterr().out
    assert "2 placeholders would be left in the document" in said
    assert "unused       meeting_title (the template has 【MEETING_TITEL】)" in said
    assert main(["run", *inputs(TITLE, {"meeting_title": "x"}), "--out-dir", "out", "--force"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("Done.\n")
    assert "1 filled, 0 left in the document" in said


def test_run_names_the_bracketed_words_that_it_took_for_text(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    given = inputs(docx(p("【MEETING_TITLE】【甲方】和【乙方】")), {"meeting_title": "x"})
    assert main(["run", *given, "--out-dir", "out"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("The document was made. Check the bracketed words that were left as text.\n")
    assert "as text      2 bracketed words were left as text: 【甲方】, 【乙方】" in said
    fields = json.loads(Path("out/out.missing_fields.json").read_text("utf-8"))
    assert fields["undeclared"] == ["【甲方】", "【乙方】"]
    assert main(["precheck", *given]) == 0
    assert "2 bracketed words were left as text: 【甲方】, 【乙方】" in capsys.readouterr().out


def test_precheck_counts_one_placeholder_in_the_singular(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    assert main(["precheck", *inputs(docx(p("【ATTENDEES】")), {})]) == 0
    assert "1 placeholder would be left in the document" in capsys.readouterr().out


def test_run_names_the_part_of_a_placeholder_that_nothing_fills(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    part = "<x>【MEETING_TITLE】</x>".encode()
    template = docx(p("x"), extra={"docProps/core.xml": part})
    assert main(["run", *inputs(template, {"meeting_title": "x"}), "--out-dir", "out"]) == 3
    assert "cannot fill  【MEETING_TITLE】 at docProps/core.xml#x" in capsys.readouterr().out
    assert main(["inspect", inputs(template)[0]]) == 0
    assert "UNACCOUNTED_PLACEHOLDER" in capsys.readouterr().out


def test_run_prints_the_same_as_one_json_object_with_json(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    assert main(["run", *inputs(payload={}), "--out-dir", "out", "--json", "--format-mode", "off"]) == 2
    told = json.loads(capsys.readouterr().out)
    assert (told["exit_code"], told["out_dir"], sorted(told["files"])) == (2, "out", RESULTS)
    assert told["missing_required"] == ["MEETING_TITLE"]
    assert told["missing_optional"] == []
    assert told["summary"]["missing_count"] == 1
    assert told["effective"]["format_mode"] == "off"


def test_run_refuses_to_overwrite_unless_forced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    arguments = ["run", *inputs(), "--out-dir", "out"]
    assert main([*arguments, "--export-suggested-policy", "--format-report", "human"]) == 0
    before = {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()}
    capsys.readouterr()
    inputs(payload={**COMPLETE, "meeting_title": "另一会议"})
    error = failure(capsys, *arguments)
    assert error["error_code"] == "INVALID_ARGUMENT"
    assert sorted(error["detail"]["existing"]) == sorted(before)
    assert "use --force" in error["message"]
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before
    (tmp_path / "out" / "notes.txt").write_text("mine")
    assert main([*arguments, "--force"]) == 0
    assert Document("out/out.docx").paragraphs[0].text == "另一会议"
    # What only the earlier run left would be taken for this one's; what is not ours stays.
    assert names(tmp_path / "out") == ["notes.txt", *RESULTS]


@pytest.mark.parametrize("name", ["out.docx", "out.suggested_policy.yaml"])
def test_a_folder_in_the_way_is_not_overwritten_by_force(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]], name: str
) -> None:
    (tmp_path / "out" / name).mkdir(parents=True)
    assert "is a folder" in failure(capsys, "run", *inputs(), "--out-dir", "out", "--force")["message"]
    assert names(tmp_path / "out") == [name]


@pytest.mark.parametrize("out_dir", ["new/out", "there"])
def test_a_run_that_fails_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]], out_dir: str
) -> None:
    (tmp_path / "there").mkdir()
    arguments = inputs(docx("", extra={"word/document.xml": b"<w:document"}))
    error = failure(capsys, "run", *arguments, "--out-dir", out_dir)
    assert error["error_code"] == "INVALID_TEMPLATE"
    assert names(tmp_path) == ["t.docx", "t.json", "there"]
    assert names(tmp_path / "there") == []


def test_results_have_the_users_usual_mode(tmp_path: Path, inputs: Callable[..., list[str]]) -> None:
    mask = os.umask(0o027)
    try:
        assert main(["run", *inputs(), "--out-dir", "out"]) == 0
        assert main(["new-template", "meeting_notice"]) == 0
    finally:
        os.umask(mask)
    for file in (*(tmp_path / "out").iterdir(), tmp_path / "meeting_notice.docx"):
        assert file.stat().st_mode & 0o777 == 0o640


@pytest.mark.parametrize(
    ("options", "code", "message"),
    [
        (
            ["--preset", "quick", "--format-mode", "off"],
            "INVALID_ARGUMENT_CONFLICT",
            "preset cannot be combined",
        ),
        (["--no-strict", "--format-mode", "off"], "INVALID_ARGUMENT_CONFLICT", "strict cannot be combined"),
        (
            ["--preset", "fast"],
            "INVALID_ARGUMENT",
            "preset: unknown value; use one of quick, template, strict",
        ),
        (["--skill", "nope"], "INVALID_ARGUMENT", "skill: unknown"),
        (
            ["--skill", "training_notice"],
            "INVALID_ARGUMENT_CONFLICT",
            "but the task's task_type is meeting_notice",
        ),
        (["--policy-yaml", "none.yaml"], "INVALID_ARGUMENT", "policy_yaml: cannot be read (No such file"),
        (["--policy-yaml", "t.docx"], "INVALID_ARGUMENT", "policy is not UTF-8 text"),
        (["--policy-yaml", "t.json"], "INVALID_ARGUMENT", "policy_yaml (line 1): task_type is not a key"),
        (["--nope"], "INVALID_ARGUMENT", "No such option"),
    ],
)
@pytest.mark.parametrize("command", ["run", "precheck"])
def test_options_are_checked_as_the_service_checks_them(
    capsys: pytest.CaptureFixture[str],
    inputs: Callable[..., list[str]],
    command: str,
    options: list[str],
    code: str,
    message: str,
) -> None:
    inputs(docx(p("x") + p("\xff") * 3000))
    target = ["--out-dir", "out"] if command == "run" else []
    error = failure(capsys, command, "t.docx", "t.json", *target, *options)
    assert error["error_code"] == code
    assert message in error["message"]
    assert not os.path.exists("out")


@pytest.mark.parametrize(
    ("file", "content", "code", "message"),
    [
        ("t.docx", b"plain text", "INVALID_MEDIA_TYPE", "template: this is plain text: open it in"),
        ("t.docx", b"PK\x03\x04...", "INVALID_TEMPLATE", ""),
        ("t.docx", b"PK\x03\x04" + bytes(2000), "UPLOAD_TOO_LARGE", "set DOCOPS_MAX_UPLOAD_BYTES"),
        ("t.json", b"{", "INVALID_JSON", "task: not valid JSON"),
        ("t.json", b"[]", "INVALID_JSON", "task: must be a JSON object"),
        ("t.json", b'{"task_type": "nope", "payload": {}}', "INVALID_ARGUMENT", "task_type: unknown"),
        (
            "t.json",
            b'{"task_type": "meeting_notice", "payload": 1}',
            "INVALID_ARGUMENT",
            "$.payload: must be",
        ),
        ("t.json", b" " * 1500, "UPLOAD_TOO_LARGE", "set DOCOPS_MAX_TASK_BYTES"),
    ],
)
def test_files_are_checked_as_the_service_checks_them(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    inputs: Callable[..., list[str]],
    file: str,
    content: bytes,
    code: str,
    message: str,
) -> None:
    monkeypatch.setenv("DOCOPS_MAX_UPLOAD_BYTES", "2000")
    monkeypatch.setenv("DOCOPS_MAX_TASK_BYTES", "1400")
    arguments = inputs()
    (tmp_path / file).write_bytes(content)
    error = failure(capsys, "run", *arguments, "--out-dir", "out")
    assert error["error_code"] == code
    assert message in error["message"]


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["inspect", "t.json"], "INVALID_MEDIA_TYPE", "template: this is JSON text, as a task is: send"),
        (
            ["inspect", "none.docx"],
            "INVALID_ARGUMENT",
            "template: cannot be read (No such file or directory)",
        ),
        (
            ["precheck", "t.docx", "t.docx"],
            "INVALID_MEDIA_TYPE",
            "task: the file's name must end with .json.",
        ),
        (["precheck", "t.docx", "none.json"], "INVALID_ARGUMENT", "task: cannot be read"),
        (["run", "t.docx", "t.json"], "INVALID_ARGUMENT", "Missing option '--out-dir'"),
        (["run", "t.docx", "t.json", "--out-dir", "t.json/x"], "INVALID_ARGUMENT", "Not a directory"),
        (["new-template", "nope"], "INVALID_ARGUMENT", "skill: unknown"),
        (["new-template", "meeting_notice", "--language", "fr"], "INVALID_ARGUMENT", "'fr' is not one of"),
        (["new-template", "meeting_notice", "--organ", "a\nb"], "INVALID_ARGUMENT", "use one line of text"),
        (["new-template", "meeting_notice", "--date", "\x1b"], "INVALID_ARGUMENT", "use one line of text"),
        (["new-template", "meeting_notice", "--out", "no/x.docx"], "INVALID_ARGUMENT", "out: its folder"),
        (["nope"], "INVALID_ARGUMENT", "No such command 'nope'"),
    ],
)
def test_an_error_has_the_contracts_code_and_message(
    capsys: pytest.CaptureFixture[str],
    inputs: Callable[..., list[str]],
    arguments: list[str],
    code: str,
    message: str,
) -> None:
    inputs()
    error = failure(capsys, *arguments)
    assert error["error_code"] == code
    assert message in error["message"]
    assert set(error) == {"error_code", "message", "detail"}


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["run", "t.docx", "t.json", "--out-dir", "out"], "t.docx: template: this file is cut off"),
        (["precheck", "t.docx", "t.json"], "t.docx: template: this file is cut off"),
        (["inspect", "t.docx"], "t.docx: template: this file is cut off"),
        (
            ["verify", "t.docx", "good.docx", "--replace-log", "t.json", "--format-report", "t.json"],
            "t.docx: template: this file is cut off",
        ),
        (["verify", "good.docx", "t.docx"], "out.replace_log.json: replace_log: cannot be read"),
        (
            ["verify", "good.docx", "good.docx", "--replace-log", "t.json", "--format-report", "bad.json"],
            "bad.json: format_report: not JSON",
        ),
        (["precheck", "good.docx", "bad.json"], "bad.json: task: not valid JSON"),
        (["precheck", "good.docx", "t.json", "--policy-yaml", "bad.json"], "bad.json: policy_yaml"),
    ],
)
def test_the_file_that_is_wrong_is_named(
    capsys: pytest.CaptureFixture[str],
    inputs: Callable[..., list[str]],
    tmp_path: Path,
    arguments: list[str],
    message: str,
) -> None:
    inputs()
    (tmp_path / "good.docx").write_bytes((tmp_path / "t.docx").read_bytes())
    (tmp_path / "t.docx").write_bytes(b"PK\x03\x04...")
    (tmp_path / "bad.json").write_text("{")
    assert main(arguments) == 1
    assert capsys.readouterr().err.startswith(f"docops: {message}")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["inspect", "t.bin"], "docops: t.bin: template: the file's name must end with .docx.\n"),
        (["inspect"], "Error: Missing argument 'TEMPLATE'.\n"),
    ],
)
def test_people_read_errors_on_standard_error(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]], arguments: list[str], told: str
) -> None:
    inputs()
    Path("t.bin").write_bytes(Path("t.docx").read_bytes())
    assert main(arguments) == 1
    said = capsys.readouterr()
    assert (said.out, said.err[-len(told) :]) == ("", told)


@pytest.mark.parametrize(
    ("content", "english", "chinese"),
    [
        (b"%PDF-1.7", "this is a PDF: send", "这是 PDF 文件：请使用"),
        (b"PK\x03\x04", "this file is cut off", "该文件不完整"),
        (b"", "this file is empty", "该文件是空的"),
    ],
)
def test_people_read_what_a_file_is_in_both_languages(
    capsys: pytest.CaptureFixture[str],
    inputs: Callable[..., list[str]],
    content: bytes,
    english: str,
    chinese: str,
) -> None:
    inputs()
    Path("t.docx").write_bytes(content)
    assert main(["inspect", "t.docx"]) == 1
    first, second, *_ = capsys.readouterr().err.splitlines()
    assert first.startswith(f"docops: t.docx: template: {english}")
    assert second.startswith(f"docops: {chinese}")


def test_a_task_in_another_encoding_is_told_in_both_languages(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    inputs()
    Path("t.json").write_bytes('{"task_type": "会议"}'.encode("gbk"))
    assert main(["precheck", "t.docx", "t.json"]) == 1
    said = capsys.readouterr().err
    assert "the text is in GBK/GB18030" in said
    assert "文件的编码是 GBK/GB18030" in said


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("DOCOPS_MAX_TABLE_CELLS", "many", "DOCOPS_MAX_TABLE_CELLS: 'many' cannot be used"),
        ("DOCOPS_SKILLS_DIR", "skills", "DOCOPS_SKILLS_DIR: bad.toml: name: missing"),
    ],
)
def test_a_setting_that_cannot_be_used_is_named(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    variable: str,
    value: str,
    message: str,
) -> None:
    (tmp_path / "skills").mkdir()
    (tmp_path / "skills" / "bad.toml").touch()
    monkeypatch.setenv(variable, value)
    assert message in failure(capsys, "skills")["message"]


def test_a_run_tells_what_it_left_out_and_warns_of_a_void_signature(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    arguments = inputs(signed(p("【MEETING_TITLE】")))
    assert main(["run", *arguments, "--out-dir", "kept"]) == 0
    said = capsys.readouterr().out
    assert "which filling made void" in said
    assert "签名已失效" in said
    assert main(["run", *arguments, "--out-dir", "out", "--drop-signature", "--strip-comments"]) == 0
    said = capsys.readouterr().out
    assert "left out     signature of the template (_xmlsignatures/origin.sigs" in said
    assert "void" not in said


def test_an_unforeseen_error_is_not_hidden(
    monkeypatch: pytest.MonkeyPatch, inputs: Callable[..., list[str]]
) -> None:
    arguments = inputs()
    monkeypatch.setattr("docops_flask.engine.pipeline.run_to_folder", lambda *_: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        main(["run", *arguments, "--out-dir", "out"])
    assert not os.path.exists("out")


@pytest.mark.parametrize(
    ("template", "payload", "code"),
    [(TITLE, COMPLETE, 0), (TITLE, {}, 2), (docx(p("【meeting_title】")), COMPLETE, 3)],
)
def test_precheck_exits_with_the_expected_exit_code_of_a_run(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    inputs: Callable[..., list[str]],
    template: bytes,
    payload: dict[str, str],
    code: int,
) -> None:
    arguments = inputs(template, payload)
    assert main(["precheck", *arguments, "--json"]) == code
    told = json.loads(capsys.readouterr().out)
    assert (told["expected_exit_code"], told["ok"]) == (code, code == 0)
    assert "request_id" not in told
    assert main(["precheck", *arguments]) == code
    assert f"A run would end with exit code {code}." in capsys.readouterr().out
    assert main(["run", *arguments, "--out-dir", "out", "--format-mode", "off"]) == code
    assert names(tmp_path) == ["out", "t.docx", "t.json"]


def test_inspect_lists_fields_places_and_problems(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    template, _ = inputs(docx(p("【MEETING_TITLE】【COLOUR】【meeting_date】")))
    assert main(["inspect", template]) == 0
    said = capsys.readouterr().out
    assert "Looks like: meeting_notice" in said
    assert "MEETING_TITLE            1 x  p0:r0  (meeting_notice)" in said
    assert "COLOUR                   1 x  p0:r0  (in no known skill)" in said
    assert "UNSUPPORTED_PLACEHOLDER  【meeting_date】" in said
    assert main(["inspect", template, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["suggested_skill"] == "meeting_notice"


def test_an_open_task_is_made_from_its_template_and_fills_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    template, task = tmp_path / "t.docx", tmp_path / "t.json"
    template.write_bytes(docx(p("【=甲方】 【金额|大写】 【注意】")))
    assert main(["inspect", str(template), "--schema"]) == 0
    assert list(json.loads(capsys.readouterr().out)["properties"]) == ["甲方", "金额", "注意"]
    assert main(["inspect", str(template), "--sample-task"]) == 0
    task.write_text(capsys.readouterr().out, "utf-8")
    assert json.loads(task.read_text("utf-8")) == {"payload": {"甲方": "甲方", "金额": 1234.5}}
    assert main(["inspect", str(template)]) == 0
    assert "Text, or fields if declared: 【注意】" in capsys.readouterr().out
    assert main(["run", str(template), str(task), "--out-dir", str(tmp_path / "out"), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["exit_code"], told["effective"]["task_type"]) == (0, "open")
    task.write_text('{"payload": {"甲": "x"}}', "utf-8")
    assert main(["run", str(template), str(task), "--out-dir", str(tmp_path / "no")]) == 1
    assert main(["precheck", str(template), str(task), "--unused", "allow"]) == 2


def test_precheck_tells_people_of_tags_that_only_open_tasks_fill(
    capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    main(["precheck", *inputs(docx(p("【MEETING_TITLE】【=甲方】")))])
    assert "NEEDS_LANGUAGE_2  【=甲方】 is filled in open tasks only" in capsys.readouterr().out


def test_skills_lists_the_fields_of_every_skill(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["skills"]) == 0
    said = capsys.readouterr().out
    for skill in load_skills():
        assert f"{skill.name}: {skill.title.en} / {skill.title.zh}" in said
        assert all(f"【{name}】" in said for name in skill.placeholders())
    assert main(["skills", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)["skills"]
    assert list(told) == list(load_skills().names())
    assert told["meeting_notice"]["properties"]["task_type"] == {"const": "meeting_notice"}


def test_an_offices_own_skill_works_in_every_command(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    inputs: Callable[..., list[str]],
) -> None:
    (tmp_path / "skills").mkdir()
    (tmp_path / "skills" / "pass.toml").write_text(SKILL_SPEC, encoding="utf-8")
    monkeypatch.setenv("DOCOPS_SKILLS_DIR", "skills")
    assert main(["skills"]) == 0
    assert "pass: Pass / 通行证" in capsys.readouterr().out
    assert main(["new-template", "pass", "--organ", "市数据局", "--date", "2026年1月1日"]) == 0
    arguments = inputs((tmp_path / "pass.docx").read_bytes(), {"holder": "张三"}, "pass")
    assert main(["precheck", *arguments]) == 0
    assert main(["run", *arguments, "--out-dir", "out"]) == 0
    document = Document("out/out.docx")
    assert document.tables[0].cell(0, 1).text == "张三"
    assert document.sections[0].first_page_header.paragraphs[0].text == "市数据局"


def test_new_template_refuses_to_overwrite_unless_forced(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    arguments = ["new-template", "meeting_notice", "--out", "mine.docx"]
    assert main(arguments) == 0
    (tmp_path / "mine.docx").write_text("edited")
    capsys.readouterr()
    assert failure(capsys, *arguments)["detail"]["existing"] == ["mine.docx"]
    assert (tmp_path / "mine.docx").read_text() == "edited"
    assert main([*arguments, "--force", "--language", "en", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == {
        "skill": "meeting_notice",
        "language": "en",
        "file": "mine.docx",
    }
    assert Document("mine.docx").paragraphs[1].text == "Dear colleagues,"
    assert names(tmp_path) == ["mine.docx"]


def test_a_suggested_policy_can_be_used_as_the_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    assert main(["new-template", "meeting_notice"]) == 0
    arguments = inputs((tmp_path / "meeting_notice.docx").read_bytes())
    assert main(["run", *arguments, "--out-dir", "a", "--export-suggested-policy"]) == 0
    capsys.readouterr()
    policy = ["--policy-yaml", "a/out.suggested_policy.yaml"]
    baseline = ["--format-mode", "strict", "--format-baseline", "policy"]
    assert main(["run", *arguments, "--out-dir", "b", "--json", *policy, *baseline]) == 0
    assert json.loads(capsys.readouterr().out)["format_issue_codes"] == {}


def test_policies_lists_those_that_a_run_can_name(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "office.yaml").write_text("version: 2\n")
    monkeypatch.setenv("DOCOPS_POLICIES_DIR", "policies")
    assert main(["policies"]) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.partition(":")[0] for line in said] == ["default", "gbt9704-2012", "office"]
    assert main(["policies", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [policy["name"] for policy in told["policies"]] == ["default", "gbt9704-2012", "office"]
    assert told["policy_schema"]["title"] == "DocOps policy"


def test_a_run_names_its_policy(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    assert main(["run", *inputs(), "--out-dir", "a", "--policy", "gbt9704-2012", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["effective"]["format_baseline"] == "policy"
    report = json.loads((tmp_path / "a" / "out.format_report.json").read_bytes())
    assert report["summary"]["policy"]["name"] == "gbt9704-2012"
    assert main(["run", *inputs(), "--out-dir", "b", "--policy", "gbt", "--json"]) == 1
    assert json.loads(capsys.readouterr().out)["detail"]["allowed"] == ["default", "gbt9704-2012"]


def test_a_faulty_policy_file_stops_every_command_that_needs_it(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    inputs: Callable[..., list[str]],
) -> None:
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "office.yaml").write_text("version: 2\nroles: {title: {size: 22}}\n")
    monkeypatch.setenv("DOCOPS_POLICIES_DIR", "policies")
    assert main(["run", *inputs(), "--out-dir", "a"]) == 1
    said = capsys.readouterr().err
    assert "DOCOPS_POLICIES_DIR: office.yaml (line 2): roles.title.size is not a key of a policy" in said


def test_the_default_policy_given_as_a_file_gives_the_same_result(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
) -> None:
    lines = [f"{key}: {json.dumps(value, ensure_ascii=False)}" for key, value in Policy().as_dict().items()]
    (tmp_path / "p.yaml").write_text("\n".join(lines), encoding="utf-8")
    arguments = [*inputs(), "--format-baseline", "policy"]
    assert main(["run", *arguments, "--out-dir", "a"]) == 0
    assert main(["run", *arguments, "--out-dir", "b", "--policy-yaml", "p.yaml"]) == 0
    for name in RESULTS:
        chosen, sent = ((tmp_path / out / name).read_bytes() for out in "ab")
        assert chosen.replace(b'"name": "default"', b'"name": null') == sent


def docops(*arguments: str, **environ: str) -> subprocess.CompletedProcess[bytes]:
    return subprocess.run(
        [sys.executable, "-m", "docops_flask", *arguments],
        env={"PYTHONPATH": str(ROOT), **environ},
        capture_output=True,
        check=False,
    )


def test_help_imports_no_large_library() -> None:
    result = docops("--help", PYTHONVERBOSE="", PYTHONPROFILEIMPORTTIME="1")
    assert result.returncode == 0
    assert b"new-template" in result.stdout
    imported = {line.rpartition(b"|")[2].strip().decode() for line in result.stderr.splitlines()}
    assert {"click", "docops_flask.cli.main"} <= imported
    assert (
        not {"flask", "werkzeug", "lxml", "lxml.etree", "marshmallow", "yaml", "docx", "gunicorn"} & imported
    )


def test_a_run_imports_neither_flask_nor_python_docx(inputs: Callable[..., list[str]]) -> None:
    result = docops("run", *inputs(), "--out-dir", "out", PYTHONPROFILEIMPORTTIME="1")
    assert result.returncode == 0
    imported = {line.rpartition(b"|")[2].strip().decode() for line in result.stderr.splitlines()}
    assert "lxml.etree" in imported
    assert not {"flask", "werkzeug", "docx", "gunicorn"} & imported


def test_the_version_is_the_packages() -> None:
    assert docops("--version").stdout.decode().split()[-1] == __version__


@pytest.mark.parametrize("locale", ["C", "en_US.ISO-8859-1", "zh_CN.UTF-8"])
def test_output_is_possible_in_every_locale(inputs: Callable[..., list[str]], locale: str) -> None:
    arguments = ["inspect", inputs()[0]]
    result = docops(*arguments, LC_ALL=locale, PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert (result.returncode, result.stderr) == (0, b"")
    told = docops("skills", "--json", LC_ALL=locale, PYTHONIOENCODING="ascii")
    assert json.loads(told.stdout.decode("utf-8"))["skills"]["meeting_notice"]["title"].endswith("会议通知")
    plain = docops("skills", LC_ALL=locale, PYTHONIOENCODING="ascii")
    assert (plain.returncode, plain.stderr) == (0, b"")


class TestVerify:
    """``docops verify``: the proof again, of files in a folder."""

    @pytest.fixture
    def arguments(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
    ) -> list[str]:
        template, task = inputs(docx(p("【MEETING_TITLE】") + p("plain")))
        assert main(["run", template, task, "--out-dir", "out"]) == 0
        capsys.readouterr()
        return ["verify", template, "out/out.docx"]

    def test_the_results_of_a_run_are_intact(
        self, capsys: pytest.CaptureFixture[str], arguments: list[str]
    ) -> None:
        assert main(arguments) == 0
        assert capsys.readouterr().out.startswith("Intact: ")

    def test_what_is_left_in_the_document_comes_first(
        self, capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
    ) -> None:
        template, task = inputs(docx(p("【MEETING_TITLE】【ATTENDEES】")))
        assert main(["run", template, task, "--out-dir", "out"]) == 0
        capsys.readouterr()
        assert main(["verify", template, "out/out.docx"]) == 0
        said = capsys.readouterr().out
        assert said.startswith("Not finished: 1 placeholder is left in the document.\n  Proved: ")
        assert "Intact" not in said

    def test_a_change_is_reported_with_its_place_and_exit_code_1(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
    ) -> None:
        (tmp_path / "out/out.docx").write_bytes(docx(p("x") + p("Plain")))
        assert main([*arguments, "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert told["verdict"] == "violated"
        assert {"p0", "p1"} <= {each["place"] for each in told["unaccounted"]}
        assert main(arguments) == 1
        assert "word/document.xml p1  text: " in capsys.readouterr().out

    def test_with_the_task_the_values_are_compared_too(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], inputs: Callable[..., list[str]]
    ) -> None:
        template, task = inputs(docx(p("【甲方】")), {"甲方": "A"}, task_type="open")
        assert main(["run", template, task, "--out-dir", "out"]) == 0
        arguments = ["verify", template, "out/out.docx"]
        assert main([*arguments, "--task", task]) == 0
        (tmp_path / "other.json").write_text('{"payload": {"甲方": "B"}}', encoding="utf-8")
        capsys.readouterr()
        assert main([*arguments, "--task", "other.json", "--json"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert [each["what"] for each in told["unaccounted"]] == ["value"]
        (tmp_path / "other.json").write_text("[]", encoding="utf-8")
        assert main([*arguments, "--task", "other.json"]) == 1
        assert "other.json: task: must be a JSON object" in capsys.readouterr().err

    def test_the_reports_may_be_in_another_folder(
        self, tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str]
    ) -> None:
        log = (tmp_path / "out/out.replace_log.json").rename(tmp_path / "log.json")
        report = (tmp_path / "out/out.format_report.json").rename(tmp_path / "report.json")
        assert main([*arguments, "--replace-log", str(log), "--format-report", str(report)]) == 0
        assert main(arguments) == 1
        assert "replace_log: cannot be read" in capsys.readouterr().err

    def test_a_run_that_fails_its_proof_leaves_nothing(
        self,
        tmp_path: Path,
        capsys: pytest.CaptureFixture[str],
        inputs: Callable[..., list[str]],
        monkeypatch: pytest.MonkeyPatch,
    ) -> None:
        def faulty(scan: Scan, values: Values, _pictures: object = None, _alike: object = None) -> Filling:
            place = scan.paragraphs[0].place
            filling = fill(scan, values)
            filling.edits.append(Edit(place.part, place.start, place.start, b"<w:p/>", ReplaceText("p0", 0)))
            return filling

        monkeypatch.setattr(edits, "fill", faulty)
        assert main(["run", *inputs(docx(p("【MEETING_TITLE】"))), "--out-dir", "out"]) == 1
        assert not (tmp_path / "out").exists()
        assert "did not pass its proof" in capsys.readouterr().err


def test_pictures_are_named_beside_the_task(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "t.docx").write_bytes(docx(p("【@A 10mm】")))
    (tmp_path / "t.json").write_text('{"payload": {"A": {"file": "seal"}}}', encoding="utf-8")
    (tmp_path / "x.png").write_bytes(png())
    assert main(["run", "t.docx", "t.json", "--out-dir", "out", "--asset", "seal=x.png"]) == 0
    log = json.loads((tmp_path / "out/out.replace_log.json").read_text(encoding="utf-8"))
    assert log["entries"][0]["picture"]["width_emu"] == 360_000
    assert main(["precheck", "t.docx", "t.json", "--asset", "seal=x.png"]) == 0
    capsys.readouterr()
    failed = failure(capsys, "run", "t.docx", "t.json", "--out-dir", "o2", "--asset", "seal=y.png")
    assert failed["detail"]["field"] == "asset"
    failed = failure(capsys, "run", "t.docx", "t.json", "--out-dir", "o2", *["--asset", "seal=x.png"] * 2)
    assert failed["detail"]["field"] == "asset"
    assert main(["run", "t.docx", "t.json", "--out-dir", "o2", "--asset", "x.png"]) == 1
    assert "NAME=PATH" in capsys.readouterr().err


def test_documents_to_put_in_are_named_beside_the_task(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "t.docx").write_bytes(docx(p("【+A】") + p("后")))
    (tmp_path / "t.json").write_text('{"payload": {"A": {"file": "annex"}}}', encoding="utf-8")
    (tmp_path / "x.docx").write_bytes(docx(p("甲")))
    assert main(["run", "t.docx", "t.json", "--out-dir", "out", "--asset", "annex=x.docx"]) == 0
    log = json.loads((tmp_path / "out/out.replace_log.json").read_text(encoding="utf-8"))
    assert log["entries"][0]["subdocument"]["file"] == "annex"
    assert main(["precheck", "t.docx", "t.json", "--asset", "annex=x.docx"]) == 0
    capsys.readouterr()
    failed = failure(capsys, "run", "t.docx", "t.json", "--out-dir", "o2")
    assert failed["detail"]["errors"][0]["path"] == "$.payload.A.file"
