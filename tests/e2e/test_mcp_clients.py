"""The official client of the Model Context Protocol: sessions from the list to the verified document.

Over stdio it starts ``docops mcp`` itself, over HTTP it speaks to gunicorn; ``auto`` is the revision
2026-07-28, ``legacy`` the handshake of 2025-11-25. The client holds each answer to the tool's output schema.
"""

import base64
import io
import json
import os
import shutil
import sys
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tests.conftest import ROOT, require_package
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p

if TYPE_CHECKING:
    from mcp.client.client import Client
    from mcp_types import CallToolResult

MODES = ("auto", "legacy")
REVISIONS = {"auto": "2026-07-28", "legacy": "2025-11-25"}
TEMPLATE = docx(p("会议：【MEETING_TITLE】"))
TASK = {"task_type": "meeting_notice", "payload": {"meeting_title": "周例会"}}
ROWS = [{"meeting_title": f"第{number}次例会"} for number in (1, 2, 3)]


def run(session: Callable[["Client"], Awaitable[None]], server: Any, mode: str) -> None:
    """Let a client in this mode do ``session`` with a server."""
    import anyio
    from mcp.client.client import Client

    async def main() -> None:
        with anyio.fail_after(120):
            async with Client(server, mode=mode) as client:
                assert client.session.protocol_version == REVISIONS[mode]
                await session(client)

    anyio.run(main)


async def told(client: "Client", name: str, /, **arguments: Any) -> tuple[dict[str, Any], "CallToolResult"]:
    """What a call answers with: its data, and all of it."""
    result = await client.call_tool(name, arguments)
    assert not result.is_error, result.structured_content
    data: dict[str, Any] = result.structured_content
    return data, result


def files_of(result: "CallToolResult") -> dict[str, bytes]:
    files = {}
    for block in result.content:
        if block.type == "resource":
            found = block.resource
            name = str(found.uri).rpartition("/")[2]
            files[name] = found.text.encode() if hasattr(found, "text") else base64.b64decode(found.blob)
    return files


async def look_around(client: "Client", template: str) -> None:
    """What comes before a document is made; the same over either transport."""
    tools = (await client.list_tools()).tools
    assert len(tools) == 10
    assert all(tool.input_schema["type"] == "object" and tool.annotations for tool in tools)
    types, _ = await told(client, "list_document_types")
    assert "meeting_notice" in [each["name"] for each in types["document_types"]]
    await told(client, "list_templates")
    inspected, _ = await told(client, "inspect_template", template=template)
    assert [each["name"] for each in inspected["fields"]] == ["MEETING_TITLE"]
    checked, _ = await told(client, "precheck", template=template, task=TASK)
    assert checked["ok"]
    wrong = await client.call_tool("precheck", {"template": template, "task": {"task_type": "x"}})
    assert wrong.is_error
    assert wrong.structured_content["error_code"] == "INVALID_ARGUMENT"
    assert "meeting_notice" in wrong.structured_content["message"]


FORMS = {"review": "comments", "format_report": ["json", "sarif", "junit"]}


def check_forms(filled: dict[str, Any], files: dict[str, bytes]) -> None:
    """The reviewer's copy and the report's other forms; ``files`` are those of a fill with ``FORMS``."""
    assert (filled["review"]["kind"], filled["review"]["verdict"]) == ("comments", "intact")
    copy = zipfile.ZipFile(io.BytesIO(files["out.review.docx"]))
    assert "word/document.xml" in copy.namelist()
    assert json.loads(files["out.format_report.sarif"])["version"] == "2.1.0"
    assert b"<testsuites" in files["out.format_report.junit.xml"]


async def refuse_tracked_changes(client: "Client", template: str, **arguments: Any) -> None:
    """A job that fixes nothing has no tracked changes, and a precheck says so as a fill does."""
    given = {"template": template, "task": TASK, "review": "tracked"}
    results = [
        await client.call_tool("fill_template", {**given, **arguments}),
        await client.call_tool("precheck", given),
    ]
    assert all(each.is_error for each in results)
    filled, checked = (each.structured_content for each in results)
    assert filled["detail"]["field"] == "review"
    for member in ("error_code", "message"):
        assert filled[member] == checked[member]


async def draw(client: "Client", template: str) -> None:
    if shutil.which("soffice") is None:
        return
    drawn, result = await told(client, "preview", template=template, task=TASK, pages="1", width=200)
    (picture,) = [block for block in result.content if block.type == "image"]
    assert picture.mime_type == "image/png"
    assert base64.b64decode(picture.data).startswith(b"\x89PNG")
    assert drawn["images"][0]["width"] == 200


def test_over_stdio(tmp_path: Path) -> None:
    require_package("mcp")
    from mcp.client.stdio import StdioServerParameters, stdio_client

    (tmp_path / "t.docx").write_bytes(TEMPLATE)

    async def session(client: "Client") -> None:
        await look_around(client, "t.docx")
        out = f"{client.session.protocol_version}/notice.docx"
        filled, _ = await told(client, "fill_template", template="t.docx", task=TASK, out=out)
        assert (filled["exit_code"], filled["verdict"]) == (0, "intact")
        names = {Path(each["name"]).suffixes[0]: each["name"] for each in filled["files"]}
        proof, _ = await told(
            client,
            "verify_document",
            template="t.docx",
            document=out,
            replace_log=names[".replace_log"],
            format_report=names[".format_report"],
            task=TASK,
        )
        assert proof["verdict"] == "intact"
        outside = await client.call_tool("inspect_template", {"template": "../t.docx"})
        assert outside.is_error
        folder = f"{client.session.protocol_version}/review"
        filled, _ = await told(client, "fill_template", template="t.docx", task=TASK, out=folder, **FORMS)
        written = [tmp_path / each["name"] for each in filled["files"]]
        check_forms(filled, {file.name: file.read_bytes() for file in written})
        await refuse_tracked_changes(client, "t.docx", out="tracked")
        if client.session.protocol_version == REVISIONS["auto"]:
            await draw(client, "t.docx")
            return
        merged, _ = await told(
            client,
            "merge",
            template="t.docx",
            rows=ROWS,
            document_type="meeting_notice",
            out="all.zip",
        )
        assert merged["rows"]["ok"] == 3

    for mode in MODES:
        parameters = StdioServerParameters(
            command=sys.executable,
            args=["-m", "docops_flask", "mcp", "--root", str(tmp_path)],
            env={"PYTHONPATH": str(ROOT), "PATH": os.environ["PATH"], "HOME": str(tmp_path)},
        )
        run(session, stdio_client(parameters), mode)
    assert (tmp_path / REVISIONS["auto"] / "notice.docx").read_bytes() == (
        tmp_path / REVISIONS["legacy"] / "notice.docx"
    ).read_bytes()
    assert zipfile.ZipFile(tmp_path / "all.zip").testzip() is None


def test_over_gunicorn(start_server: Callable[..., GunicornServer], tmp_path: Path) -> None:
    require_package("mcp")
    (tmp_path / "batches").mkdir()
    server = start_server(enable_mcp=1, pdf="auto", batch_dir=tmp_path / "batches")
    template = base64.b64encode(TEMPLATE).decode()

    async def session(client: "Client") -> None:
        await look_around(client, template)
        filled, result = await told(client, "fill_template", template=template, task=TASK)
        assert (filled["exit_code"], filled["verdict"]) == (0, "intact")
        files = files_of(result)
        proof, _ = await told(
            client,
            "verify_document",
            template=template,
            document=base64.b64encode(files["out.docx"]).decode(),
            replace_log=json.loads(files["out.replace_log.json"]),
            format_report=json.loads(files["out.format_report.json"]),
            task=TASK,
        )
        assert proof["verdict"] == "intact"
        filled, result = await told(client, "fill_template", template=template, task=TASK, **FORMS)
        assert [each["name"] for each in filled["files"]] == list(files_of(result))
        check_forms(filled, files_of(result))
        await refuse_tracked_changes(client, template)
        if client.session.protocol_version == REVISIONS["auto"]:
            await draw(client, template)
            return
        merged, result = await told(
            client, "merge", template=template, rows=ROWS, document_type="meeting_notice"
        )
        assert merged["rows"]["ok"] == 3
        (archive,) = files_of(result).values()
        assert len([name for name in zipfile.ZipFile(io.BytesIO(archive)).namelist() if "docs/" in name]) == 3
        begun, _ = await told(
            client, "merge", template=template, rows=ROWS, document_type="meeting_notice", as_batch=True
        )
        batch = begun["batch"]["id"]
        status, _ = await told(client, "batch_status", batch_id=batch)
        assert status["id"] == batch
        await told(client, "cancel_batch", batch_id=batch)

    for mode in MODES:
        run(session, f"http://127.0.0.1:{server.port}/mcp", mode)
    events = [line["event"] for line in server.log]
    assert events.count("done") == 5
    assert str(tmp_path) not in json.dumps(server.log)
