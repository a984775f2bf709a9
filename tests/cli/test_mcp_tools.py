"""The tools of ``docops mcp``: each does what a command does, with files below the root."""

import json
import os
import signal
import subprocess
import sys
import zipfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from docops_flask.cli.main import main
from docops_flask.cli.mcp_tools import ShellTools
from docops_flask.engine.errors import DocopsError
from docops_flask.intake.catalogue.office import office_of
from docops_flask.intake.library.prepare import open_library
from docops_flask.jobs.workspace import Workspaces
from docops_flask.mcp.root import Root
from tests.conftest import ROOT
from tests.engine.review.jobs import PAYLOAD as LETTER_PAYLOAD
from tests.engine.review.jobs import letter
from tests.factories import docx, p, r
from tests.library_folders import NOTICE, put
from tests.mcp.messages import as_bytes, legacy
from tests.optional import not_none
from tests.pictures import png
from tests.receipts import signing_settings

TASK = {"task_type": "meeting_notice", "payload": {"meeting_title": "周例会"}}
TEMPLATE = docx(p("会议：【MEETING_TITLE】"))
GIVEN = {"template": "t.docx", "task": TASK}
REPORTS = {"format_report.json", "integrity.json", "missing_fields.json", "replace_log.json"}


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    folder.mkdir()
    (folder / "t.docx").write_bytes(TEMPLATE)
    (tmp_path / "secret.docx").write_bytes(TEMPLATE)
    return folder


Call = Callable[..., dict[str, Any]]


@pytest.fixture
def make_call(root: Path, tmp_path: Path) -> Iterator[Callable[..., Call]]:
    """Make what calls the tools of a server with these environment variables."""
    (tmp_path / "work").mkdir()
    with ExitStack() as closed:

        def make(**variables: str) -> Call:
            workspaces = Workspaces(tmp_path / "work")
            closed.callback(workspaces.close)
            office = office_of(variables)
            tools = ShellTools(Root(root), office, open_library(office, workspaces, {}), workspaces)
            return lambda name, /, **arguments: dict(tools.call(name, arguments).data)

        yield make


@pytest.fixture
def call(make_call: Callable[..., Call]) -> Call:
    return make_call()


def fault(call: Call, name: str, /, **arguments: Any) -> DocopsError:
    with pytest.raises(DocopsError) as caught:
        call(name, **arguments)
    return caught.value


def files_in(folder: Path) -> set[str]:
    # The lock says that a process uses the work folder.
    files = (file for file in folder.rglob("*") if file.is_file() and file.suffix != ".lock")
    return {file.relative_to(folder).as_posix() for file in files}


def test_a_session_from_the_list_to_the_verified_document(call: Call, root: Path, tmp_path: Path) -> None:
    assert [each["name"] for each in call("list_document_types")["document_types"]]
    assert call("list_templates") == {"templates": [], "stopped": [], "files": ["t.docx"]}
    assert call("inspect_template", template="t.docx")["suggested_skill"] == "meeting_notice"
    assert call("precheck", **GIVEN)["ok"] is True
    told = call("fill_template", **GIVEN, out="done/notice.docx")
    assert (told["exit_code"], told["verdict"]) == (0, "intact")
    assert {each["name"] for each in told["files"]} == {
        "done/notice.docx",
        *(f"done/notice.{report}" for report in REPORTS),
    }
    for each in told["files"]:
        assert (root / each["name"]).stat().st_size == each["bytes"]
    evidence = {
        "document": "done/notice.docx",
        "replace_log": "done/notice.replace_log.json",
        "format_report": json.loads((root / "done/notice.format_report.json").read_bytes()),
    }
    assert call("verify_document", **GIVEN, **evidence)["verdict"] == "intact"
    (root / "done/notice.docx").write_bytes(TEMPLATE)
    assert call("verify_document", **GIVEN, **evidence)["verdict"] == "violated"
    assert files_in(tmp_path / "work") == set()


def test_it_makes_the_bytes_that_the_command_makes(call: Call, root: Path) -> None:
    (root / "task.json").write_text(json.dumps(TASK))
    call("fill_template", template="t.docx", task="task.json", out="ours")
    assert main(["run", str(root / "t.docx"), str(root / "task.json"), "--out-dir", str(root / "its")]) == 0
    for file in files_in(root / "its"):
        assert (root / "ours" / file).read_bytes() == (root / "its" / file).read_bytes(), file


def test_what_is_missing_is_told_with_the_names_of_the_files(call: Call) -> None:
    empty = {"task_type": "meeting_notice", "payload": {}}
    told = call("fill_template", template="t.docx", task=empty, out="new/n.docx")
    assert told["message"] == "Required fields are missing; n.missing_fields.json names them."
    assert "new/n.missing_fields.json" in [each["name"] for each in told["files"]]


def test_results_are_replaced_only_where_that_is_asked_for(call: Call, root: Path) -> None:
    call("fill_template", **GIVEN, out="n.docx")
    before = files_in(root)
    error = fault(call, "fill_template", **GIVEN, out="n.docx")
    assert "n.docx" in error.detail["existing"]
    (root / "n.receipt.json").write_bytes(b"of an earlier call")
    # May be anybody's.
    (root / "n.pdf").write_bytes(b"of somebody")
    call("fill_template", **GIVEN, out="n.docx", overwrite=True)
    # What an earlier call has written and this one has not is no result of it.
    assert files_in(root) == before | {"n.pdf"}
    (root / "folder").mkdir()
    (root / "folder" / "out.pdf").write_bytes(b"of an earlier call")
    assert fault(call, "fill_template", **GIVEN, out="folder").detail["existing"] == ["out.pdf"]
    call("fill_template", **GIVEN, out="folder", overwrite=True)
    assert not (root / "folder" / "out.pdf").exists()


def test_what_a_call_reads_is_never_replaced(call: Call, root: Path) -> None:
    (root / "n.missing_fields.json").write_text(json.dumps(TASK))
    for arguments in (
        {**GIVEN, "out": "t.docx"},
        {**GIVEN, "out": "./x/../t.docx"},
        {"template": "t.docx", "task": "n.missing_fields.json", "out": "n.docx"},
    ):
        error = fault(call, "fill_template", **arguments, overwrite=True)
        assert "a file that the call reads" in error.message
    assert (root / "t.docx").read_bytes() == TEMPLATE
    assert files_in(root) == {"t.docx", "n.missing_fields.json"}


@pytest.mark.parametrize("out", ["a\nb.docx", "\udcff.docx", "new\x1b/b.docx", "a\u202e.docx"])
def test_names_that_cannot_be_shown_are_not_written(call: Call, root: Path, out: str) -> None:
    assert "characters that can be shown" in fault(call, "fill_template", **GIVEN, out=out).message
    assert files_in(root) == {"t.docx"}


@pytest.mark.parametrize("setting", ["TEMPLATES_DIR", "SKILLS_DIR", "POLICIES_DIR"])
def test_nothing_is_written_into_what_the_office_has_approved(
    make_call: Callable[..., Call], root: Path, setting: str
) -> None:
    (root / "office" / "sub").mkdir(parents=True)
    (root / "way").symlink_to("office")
    call = make_call(**{f"DOCOPS_{setting}": str(root / "office")})
    calls: list[tuple[str, dict[str, Any]]] = [
        ("fill_template", {**GIVEN, "out": "office/n.docx"}),
        ("fill_template", {**GIVEN, "out": "office"}),
        ("fill_template", {**GIVEN, "out": "way/sub/n.docx", "overwrite": True}),
        ("merge", {"template": "t.docx", "rows": [{}], "out": "office/n.zip"}),
    ]
    for name, arguments in calls:
        assert f"(DOCOPS_{setting})" in fault(call, name, **arguments).message
    assert files_in(root) == {"t.docx"}
    call("fill_template", **GIVEN, out="office 2/n.docx")


@pytest.mark.parametrize("path", ["../secret.docx", "/etc/passwd", "up/secret.docx"])
def test_nothing_above_the_root_is_read_or_written(call: Call, root: Path, path: str) -> None:
    (root / "up").symlink_to("..")
    evidence = {"document": "t.docx", "replace_log": "t.docx", "format_report": "t.docx"}
    calls: list[tuple[str, dict[str, Any]]] = [
        ("inspect_template", {"template": path}),
        ("fill_template", {**GIVEN, "template": path, "out": "x.docx"}),
        ("fill_template", {**GIVEN, "task": path, "out": "x.docx"}),
        ("fill_template", {**GIVEN, "assets": {"a.png": path}, "out": "x.docx"}),
        ("fill_template", {**GIVEN, "out": path, "overwrite": True}),
        ("precheck", {**GIVEN, "policy": f"{path}.yaml"}),
        *(("verify_document", {"template": "t.docx", **evidence, each: path}) for each in evidence),
        ("merge", {"template": "t.docx", "rows": path, "out": "x.zip"}),
        ("merge", {"template": "t.docx", "rows": [{}], "out": f"{path}.zip"}),
    ]
    for name, arguments in calls:
        error = fault(call, name, **arguments)
        assert "is not below the server's folder" in error.message, name
    assert files_in(root.parent) - {"secret.docx"} == {"root/t.docx"}


def test_pictures_and_policies_are_read_below_the_root(call: Call, root: Path) -> None:
    (root / "seals").mkdir()
    (root / "seals" / "our.png").write_bytes(png(9, 9))
    (root / "p.yaml").write_text("version: 1\n")
    (root / "s.docx").write_bytes(docx(p("【@公章 20mm】")))
    task = {"payload": {"公章": {"file": "seal.png"}}}
    told = call(
        "fill_template",
        template="s.docx",
        task=task,
        assets={"seal.png": "seals/our.png"},
        policy="p.yaml",
        out="s",
    )
    assert (told["exit_code"], told["files"][0]["name"]) == (0, "s/out.docx")
    # LibreOffice is not tried: the pages are refused before.
    wrong = fault(call, "preview", **GIVEN, policy="p.yaml", pages="1-11")
    assert wrong.detail["field"] == "pages"
    assert "or give the path of a .yaml file" in fault(call, "precheck", **GIVEN, policy="nope").message


OWN_CHANGE = p(
    r("地点在【地点】。", '<w:sz w:val="28"/><w:rPrChange w:id="1" w:author="Ms Li"><w:rPr/></w:rPrChange>')
)
LETTER = {"template": "letter.docx", "task": {"payload": LETTER_PAYLOAD}, "policy": "gbt9704-2012"}


def test_the_reviewers_copy_and_the_other_forms_of_the_report_are_written(call: Call, root: Path) -> None:
    (root / "letter.docx").write_bytes(letter())
    told = call(
        "fill_template", **LETTER, review="comments", format_report=["junit", "json", "sarif"], out="n.docx"
    )
    files = {each["name"]: each for each in told["files"]}
    assert files["n.review.docx"]["mime_type"].endswith(".wordprocessingml.document")
    assert files["n.format_report.sarif"]["mime_type"] == "application/sarif+json"
    assert files["n.format_report.junit.xml"]["mime_type"] == "application/xml"
    assert set(files) == files_in(root) - {"t.docx", "letter.docx"}
    for name, each in files.items():
        assert (root / name).stat().st_size == each["bytes"]
    assert (told["review"]["kind"], told["review"]["verdict"]) == ("comments", "intact")
    assert told["review"]["comments"] > 0
    # Without them these are results of an earlier call; a copy may have a reviewer's own words by now.
    call("fill_template", **LETTER, out="n.docx", overwrite=True)
    reports = {"n.format_report.sarif", "n.format_report.junit.xml"}
    assert files_in(root) == {"t.docx", "letter.docx", *files} - reports


def test_the_forms_of_the_report_may_be_given_as_the_form_field_has_them(call: Call, root: Path) -> None:
    call("fill_template", **GIVEN, format_report="both,sarif", out="a")
    call("fill_template", **GIVEN, format_report=["sarif", "human", "json"], out="b")
    more = {"format_report.html", "format_report.sarif", "docx"} | REPORTS
    for folder in ("a", "b"):
        assert files_in(root / folder) == {f"out.{name}" for name in more}
    # What stands first and what behind it is told, whichever of the two is wrong.
    for wrong in ("json,pdf", "sarif"):
        error = fault(call, "fill_template", **GIVEN, format_report=wrong, out="c")
        assert error.detail["field"] == "format_report"
        assert error.message.startswith("format_report: unknown value; use one of human, json, both, ")
        assert "sarif or junit" in error.message


def test_tracked_changes_need_a_job_that_fixes(call: Call, root: Path) -> None:
    (root / "letter.docx").write_bytes(letter())
    told = call("fill_template", **LETTER, review="tracked", out="tracked")
    assert told["review"]["changes"] == 2
    for name, arguments in (("precheck", {}), ("fill_template", {"out": "none"})):
        error = fault(call, name, **GIVEN, review="tracked", **arguments)
        assert (error.detail["field"], error.detail["allowed"]) == ("review", ["comments"])
    # Here the template has a tracked change where one would be.
    (root / "letter.docx").write_bytes(letter(OWN_CHANGE))
    assert call("precheck", **LETTER, review="comments")["expected_exit_code"] == 2
    checked = fault(call, "precheck", **LETTER, review="tracked")
    filled = fault(call, "fill_template", **LETTER, review="tracked", out="none")
    assert "Accept or reject it in the template" in checked.message
    assert (checked.message, checked.code, checked.detail) == (filled.message, filled.code, filled.detail)
    assert not (root / "none").exists()


def test_what_a_log_warns_of_is_told(call: Call, root: Path) -> None:
    # The template has no style for a heading.
    (root / "rich.docx").write_bytes(docx(p("【正文|富文本】")))
    given = {"template": "rich.docx", "task": {"payload": {"正文": "# 标题"}}}
    told = call("fill_template", **given, out="rich")
    assert told["exit_code"] == 0
    assert [each["code"] for each in told["warnings"]] == ["RICH_NO_HEADING_STYLE"]
    assert told["warnings"] == json.loads((root / "rich/out.replace_log.json").read_bytes())["warnings"]
    assert call("precheck", **given)["warnings"] == told["warnings"]
    # Without any there is no such member.
    assert "warnings" not in call("fill_template", **GIVEN, out="plain")


def test_a_merge_writes_its_zip(call: Call, root: Path) -> None:
    given = {"template": "t.docx", "document_type": "meeting_notice", "name": "【#】"}
    rows = [{"meeting_title": f"第{number}次例会"} for number in range(1, 4)]
    told = call("merge", **given, rows=rows, out="docs/all.zip")
    assert (told["exit_code"], told["rows"]["ok"]) == (0, 3)
    assert [each["name"] for each in told["results"]] == ["1.docx", "2.docx", "3.docx"]
    assert told["files"][0]["name"] == "docs/all.zip"
    with zipfile.ZipFile(root / "docs" / "all.zip") as archive:
        assert "docs/3.docx" in archive.namelist()
    (root / "rows.csv").write_text("meeting_title\n周例会\n")
    assert call("merge", **given, rows="rows.csv", out="docs")["files"][0]["name"] == "docs/out.zip"
    assert "all.zip" in fault(call, "merge", **given, rows=rows, out="docs/all.zip").detail["existing"]
    assert files_in(root) == {"t.docx", "rows.csv", "docs/all.zip", "docs/out.zip"}


def test_there_are_no_batches(call: Call) -> None:
    for name in ("batch_status", "cancel_batch"):
        assert "no batches over stdio" in fault(call, name, batch_id="x").message


def test_templates_of_the_library_are_named(
    make_call: Callable[..., Call], root: Path, tmp_path: Path
) -> None:
    put(tmp_path / "lib", "notice", NOTICE, '[options]\noutput = "docx"\npreset = "template"\n')
    call = make_call(DOCOPS_TEMPLATES_DIR=str(tmp_path / "lib"))
    assert [each["name"] for each in call("list_templates")["templates"]] == ["notice"]
    told = call("fill_template", template_name="notice", task=TASK, out="n.docx")
    assert (told["exit_code"], told["missing_required"]) == (2, ["MEETING_DATE"])
    given = {"template": "t.docx", "template_name": "notice", "task": TASK}
    assert fault(call, "precheck", **given).code == "INVALID_ARGUMENT_CONFLICT"
    assert fault(call, "precheck", template_name="x", task=TASK).detail["allowed"] == ["notice"]
    assert "give template, or template_name" in fault(call, "precheck", task=TASK).message


def test_a_receipt_is_written_where_there_is_a_key(
    make_call: Callable[..., Call], root: Path, tmp_path: Path
) -> None:
    key = signing_settings(tmp_path)["signing_key_file"]
    told = make_call(DOCOPS_SIGNING_KEY_FILE=str(key))("fill_template", **GIVEN, out="n.docx")
    assert "n.receipt.json" in [each["name"] for each in told["files"]]
    assert (root / "n.receipt.json").exists()


def serve(*arguments: str, cwd: Path | None = None) -> subprocess.Popen[bytes]:
    environ = {name: value for name, value in os.environ.items() if not name.startswith("DOCOPS_")}
    environ["PYTHONPATH"] = str(ROOT)
    return subprocess.Popen(
        [sys.executable, "-m", "docops_flask", "mcp", *arguments],
        cwd=cwd,
        env=environ,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )


@pytest.mark.parametrize("by_signal", [False, True])
def test_it_ends_in_order_at_the_end_of_its_input_and_at_sigterm(root: Path, by_signal: bool) -> None:
    with serve("--root", str(root)) as process:
        source, target = not_none(process.stdin), not_none(process.stdout)
        source.write(as_bytes(legacy("ping")) + b"\n")
        source.flush()
        assert json.loads(target.readline())["result"] == {}
        if by_signal:
            process.send_signal(signal.SIGTERM)
        else:
            source.close()
        assert process.wait(30) == 0
        assert not_none(process.stderr).read() == b""


def test_a_folder_that_cannot_be_the_root_is_refused(root: Path) -> None:
    # Some clients start their servers in /.
    for process, problem in (
        (serve("--root", str(root / "none")), b"root: cannot be used"),
        (serve(cwd=Path("/")), b"name a folder with --root"),
    ):
        out, errors = process.communicate()
        assert (process.returncode, out) == (1, b"")
        assert problem in errors
