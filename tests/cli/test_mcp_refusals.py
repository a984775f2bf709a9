"""What ``docops mcp`` refuses, in the words of its tools."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from docops_flask.cli.mcp_tools import ShellTools
from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.intake.catalogue.office import office_of
from docops_flask.intake.library.prepare import open_library
from docops_flask.jobs.workspace import Workspaces
from docops_flask.mcp.dispatcher import Dispatcher
from docops_flask.mcp.root import Root
from docops_flask.mcp.tools import tools_for
from tests.mcp.messages import as_bytes, legacy
from tests.mcp.refused_calls import FILES, RefusedCall, check_refusal, refused_calls
from tests.optional import not_none

TASK = {"task_type": "meeting_notice", "payload": {"meeting_title": "周例会"}}
Answer = Callable[[str, dict[str, Any]], dict[str, Any]]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "root"
    (folder / "folder.docx").mkdir(parents=True)
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    (tmp_path / "secret.docx").write_bytes(FILES["t.docx"])
    (folder / "link.docx").symlink_to(tmp_path / "secret.docx")
    (folder / "up").symlink_to("..")
    os.mkfifo(folder / "pipe.docx")
    return folder


@pytest.fixture
def answer(root: Path, tmp_path: Path) -> Iterator[Answer]:
    """Return what a call is answered with; no answer names a path of the machine."""

    def known(error: Exception) -> DocopsError:
        assert isinstance(error, DocopsError), error
        return error

    (tmp_path / "work").mkdir()
    workspaces = Workspaces(tmp_path / "work")
    office = office_of({})
    tools = ShellTools(Root(root), office, open_library(office, workspaces, {}), workspaces)
    dispatcher = Dispatcher(tools_for("stdio"), tools.call, known)

    def answered(tool: str, arguments: dict[str, Any]) -> dict[str, Any]:
        content = as_bytes(legacy("tools/call", name=tool, arguments=arguments))
        reply = not_none(dispatcher.answer(content, len(content)).document)
        assert str(tmp_path) not in json.dumps(reply)
        result: dict[str, Any] = reply["result"]
        return result

    yield answered
    workspaces.close()


def test_each_error_is_about_an_argument(answer: Answer, root: Path) -> None:
    before = sorted(root.iterdir())
    for each in refused_calls(lambda name: name):
        out = {"out": "out.zip"} if each.tool == "merge" else {}
        check_refusal(each, answer(each.tool, {**each.arguments, **out}))
    assert sorted(root.iterdir()) == before


_EVIDENCE = {"template": "t.docx", "document": "t.docx", "replace_log": {}, "format_report": {}}
READING: dict[str, tuple[str, dict[str, Any]]] = {
    "template": ("inspect_template", {}),
    "task": ("precheck", {"template": "t.docx"}),
    "assets": ("precheck", {"template": "picture.docx", "task": {"payload": {}}}),
    "document": ("verify_document", _EVIDENCE),
    "replace_log": ("verify_document", _EVIDENCE),
    "rows": ("merge", {"template": "t.docx", "out": "out.zip"}),
}


@pytest.mark.parametrize("argument", READING)
def test_a_path_that_leads_to_no_file_below_the_root_is_named_with_its_argument(
    answer: Answer, argument: str
) -> None:
    tool, others = READING[argument]
    for path, words in (
        ("none.docx", "cannot be read (No such file or directory); give the path of a file"),
        ("folder.docx", "is a folder; give the path of a file"),
        (".", "give the path of a file"),
        ("pipe.docx", "is no file; give the path of a file"),
        ("t.docx/t.docx", "give the path of a file"),
        ("a" * 300, "give the path of a file"),
        ("link.docx", "is not below the server's folder; give a path relative to it"),
        ("up/secret.docx", "is not below the server's folder"),
        ("..", "is not below the server's folder"),
        ("/etc/passwd", "is not below the server's folder"),
        ("a\0.docx", "is not below the server's folder"),
    ):
        told = answer(tool, {**others, argument: {"a.png": path} if argument == "assets" else path})
        assert words in told["structuredContent"]["message"], path
        check_refusal(RefusedCall(tool, {}, f"{argument}: "), told)


@pytest.mark.parametrize(
    ("out", "words"),
    [
        ("..", "is not below the server's folder"),
        ("/tmp/n.docx", "is not below the server's folder"),
        ("up/n.docx", "is not below the server's folder"),
        ("link.docx", "is not below the server's folder"),
        ("folder.docx", "is a folder; choose another name"),
        ("t.docx", "a file that the call reads; choose another name"),
        ("a.png", "choose another place"),
        ("t.docx/n.docx", "choose another place"),
        ("pipe.docx", "would be overwritten; choose another name, or set overwrite"),
        (".docx", "give a name before .docx"),
        ("a\nb.docx", "give a name of characters that can be shown"),
        ("a" * 300 + ".docx", "choose another place"),
    ],
)
def test_a_place_that_cannot_be_written_is_named(answer: Answer, root: Path, out: str, words: str) -> None:
    before = sorted(root.iterdir())
    told = answer("fill_template", {"template": "t.docx", "task": TASK, "out": out})
    assert words in told["structuredContent"]["message"]
    check_refusal(RefusedCall("fill_template", {}, "out: "), told)
    assert sorted(root.iterdir()) == before


def test_a_preview_without_libreoffice_says_so(root: Path, tmp_path: Path) -> None:
    (tmp_path / "work").mkdir()
    workspaces = Workspaces(tmp_path / "work")
    office = office_of({"DOCOPS_PDF": "off"})
    tools = ShellTools(Root(root), office, open_library(office, workspaces, {}), workspaces)
    with pytest.raises(InvalidArgument, match=r"^No PDF can be made here, and so no preview\. .*DOCOPS_PDF"):
        tools.call("preview", {"template": "t.docx", "task": TASK})
    workspaces.close()


def test_rows_that_fail_are_told_in_the_words_of_the_tool(answer: Answer) -> None:
    rows = [{"公章": {"file": "seal.png"}}]
    told = answer("merge", {"template": "picture.docx", "rows": rows, "out": "out.zip"})
    (row,) = told["structuredContent"]["results"]
    assert "assets has no file with the name seal.png; it has: none." in row["error"]["message"]
    assert "assets has no file" in row["error"]["detail"]["rows"][0]["message"]
