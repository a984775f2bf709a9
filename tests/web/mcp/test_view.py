"""``POST /mcp``: who may use it, what its messages are, and that its tools do what the HTTP API does."""

import base64
import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.mcp.protocol import MODERN
from docops_flask.mcp.results import MOST_BYTES
from docops_flask.web.mcp import tools, view
from docops_flask.web.services import EXTENSION, Services
from tests.conftest import ROOT
from tests.engine.review.jobs import PAYLOAD as LETTER_PAYLOAD
from tests.engine.review.jobs import letter
from tests.factories import docx, p, r, tbl, tc, tr
from tests.library_folders import NOTICE, put
from tests.mcp.messages import as_bytes, headers_of, legacy, modern
from tests.pictures import png
from tests.web.conftest import LogLines, crash_renderers
from tests.web.forms import PAYLOAD, TEMPLATE, form, members

TASK = {"task_type": "meeting_notice", "payload": PAYLOAD}
PRICE = docx(p("金额：【=金额】"))


def in_base64(content: bytes) -> str:
    return base64.b64encode(content).decode()


GIVEN = {"template": in_base64(TEMPLATE), "task": TASK}


def post(client: FlaskClient, message: Any, **headers: str) -> TestResponse:
    content = message if isinstance(message, bytes) else as_bytes(message)
    return client.post("/mcp", data=content, content_type="application/json", headers=headers)


def call(client: FlaskClient, name: str, /, **arguments: Any) -> dict[str, Any]:
    """The result of a call, in a revision without a handshake."""
    message = modern("tools/call", name=name, arguments=arguments)
    response = post(client, message, **headers_of(message))
    assert response.status_code == 200
    found: dict[str, Any] = response.get_json()["result"]
    return found


def data(client: FlaskClient, name: str, /, **arguments: Any) -> dict[str, Any]:
    """The data that a call answers with."""
    found = call(client, name, **arguments)
    assert found["isError"] is False, found["structuredContent"]
    told: dict[str, Any] = found["structuredContent"]
    return told


def fault(client: FlaskClient, name: str, /, **arguments: Any) -> dict[str, Any]:
    """The error that a call answers with."""
    found = call(client, name, **arguments)
    assert found["isError"] is True
    told: dict[str, Any] = found["structuredContent"]
    return told


def files_of(result: Mapping[str, Any]) -> dict[str, bytes]:
    """The files that go with an answer, by their names."""
    files = {}
    for block in result["content"]:
        if block["type"] == "resource":
            resource = block["resource"]
            name = resource["uri"].removeprefix("docops://result/")
            text = resource.get("text")
            files[name] = base64.b64decode(resource["blob"]) if text is None else text.encode()
    return files


@pytest.fixture
def mcp(make_client: Callable[..., FlaskClient]) -> FlaskClient:
    return make_client(enable_mcp=True)


# Who may use it.


def test_it_is_served_only_where_it_is_switched_on(client: FlaskClient) -> None:
    assert post(client, legacy("ping")).status_code == 404
    assert client.get("/mcp").status_code == 404


def test_a_server_without_it_loads_nothing_of_it() -> None:
    code = (
        "import sys; from docops_flask.app import create_app; create_app(); "
        "ours = ('docops_flask.mcp', 'docops_flask.web.mcp'); "
        "print([name for name in sys.modules if name.startswith(ours)])"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_other_methods_are_told_which_there_is(mcp: FlaskClient) -> None:
    for answer in (mcp.get("/mcp"), mcp.delete("/mcp"), mcp.put("/mcp")):
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST")


def test_the_password_is_asked_for(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(enable_mcp=True, web_basic_auth=("user", "pass"))
    refused = post(client, legacy("ping"))
    assert (refused.status_code, refused.get_json()["error_code"]) == (401, "UNAUTHORIZED")
    allowed = post(client, legacy("ping"), Authorization=f"Basic {in_base64(b'user:pass')}")
    assert allowed.get_json() == {"jsonrpc": "2.0", "id": 1, "result": {}}


def test_web_pages_are_refused_also_where_their_name_was_made_to_mean_this_host(mcp: FlaskClient) -> None:
    for origin, host in (
        ("https://evil.example", "docops.example"),
        # DNS rebinding: the page's own name leads here.
        ("http://evil.example:8000", "evil.example:8000"),
        ("http://localhost:8000", "localhost:8000"),
        ("null", "localhost"),
        ("", "localhost"),
    ):
        refused = post(mcp, legacy("ping"), Origin=origin, Host=host)
        assert (refused.status_code, refused.get_json()["error_code"]) == (403, "ORIGIN_REFUSED")


def test_web_pages_of_allowed_origins_are_answered(make_client: Callable[..., FlaskClient]) -> None:
    page = "https://office.example"
    client = make_client(enable_mcp=True, enable_cors=True, cors_allow_origins=(page,))
    answer = post(client, legacy("ping"), Origin=page)
    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, page)
    assert post(client, legacy("ping"), Origin="https://evil.example").status_code == 403
    asked = {"Origin": page, "Access-Control-Request-Method": "POST"}
    preflight = client.options("/mcp", headers=asked)
    assert preflight.headers["Access-Control-Allow-Headers"].endswith(
        ", Range, MCP-Protocol-Version, Mcp-Method, Mcp-Name"
    )
    of_others = client.options("/v1/run", headers=asked)
    assert "Mcp" not in of_others.headers["Access-Control-Allow-Headers"]


# Messages.


def test_a_client_with_a_handshake_is_served_without_a_session(mcp: FlaskClient) -> None:
    begun = post(mcp, legacy("initialize", protocolVersion="2025-11-25", capabilities={}, clientInfo={}))
    assert begun.get_json()["result"]["protocolVersion"] == "2025-11-25"
    assert "Mcp-Session-Id" not in begun.headers
    noted = post(mcp, legacy("notifications/initialized", None), **{"MCP-Protocol-Version": "2025-11-25"})
    assert (noted.status_code, noted.data) == (202, b"")
    listed = post(mcp, legacy("tools/list"), **{"MCP-Protocol-Version": "2025-11-25"})
    assert len(listed.get_json()["result"]["tools"]) == 10


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"MCP-Protocol-Version": "2025-11-25"}, -32020),
        ({"Mcp-Method": "tools/call"}, -32020),
        ({"Mcp-Method": "server/discover, server/discover"}, -32020),
    ],
)
def test_headers_that_differ_from_the_message_are_a_400(
    mcp: FlaskClient, changes: dict[str, str], code: int
) -> None:
    message = modern("server/discover")
    assert post(mcp, message, **headers_of(message)).status_code == 200
    refused = post(mcp, message, **{**headers_of(message), **changes})
    assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, code)


def test_faults_of_messages_have_the_status_of_their_revision(mcp: FlaskClient) -> None:
    unknown = modern("prompts/list")
    assert post(mcp, unknown, **headers_of(unknown)).status_code == 404
    assert post(mcp, legacy("prompts/list")).status_code == 200
    for content, code in ((b"{", -32700), (b"[]", -32600)):
        refused = post(mcp, content)
        assert (refused.status_code, refused.get_json()["error"]["code"]) == (400, code)
    later = modern("tools/list", version="2031-01-01")
    refused = post(mcp, later, **headers_of(later))
    assert refused.status_code == 400
    assert refused.get_json()["error"]["data"]["supported"][0] == MODERN


def test_a_body_of_another_kind_or_size_is_refused(mcp: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    assert mcp.post("/mcp", data=b"{}", content_type="text/plain").status_code == 415
    compressed = mcp.post(
        "/mcp", data=b"{}", content_type="application/json", headers={"Content-Encoding": "gzip"}
    )
    assert compressed.status_code == 415
    monkeypatch.setattr(view, "MOST_BODY_BYTES", 100)
    refused = post(mcp, b" " * 101)
    assert (refused.status_code, refused.get_json()["error_code"]) == (413, "UPLOAD_TOO_LARGE")
    assert "template_name" in refused.get_json()["message"]


def test_a_message_of_too_many_values_is_refused(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(enable_mcp=True, max_task_bytes=1000)
    refused = post(client, b"[" + b"0," * 40_000 + b"0]")
    assert refused.status_code == 400
    assert "bytes beside its texts" in refused.get_json()["error"]["message"]


# Tools.


def test_a_session_from_the_list_to_the_verified_document(mcp: FlaskClient) -> None:
    types = data(mcp, "list_document_types")
    assert "meeting_notice" in [each["name"] for each in types["document_types"]]
    assert "default" in [each["name"] for each in types["policies"]]
    inspected = data(mcp, "inspect_template", template=GIVEN["template"])
    assert inspected["suggested_skill"] == "meeting_notice"
    checked = data(mcp, "precheck", **GIVEN)
    assert (checked["ok"], "request_id" in checked) == (True, False)
    filled = call(mcp, "fill_template", **GIVEN, lang="en")
    told, files = filled["structuredContent"], files_of(filled)
    assert (told["exit_code"], told["verdict"], told["message"]) == (0, "intact", "Done.")
    assert told["summary"]["replaced_count"] == 1
    assert [(each["name"], each["bytes"]) for each in told["files"]] == [
        (name, len(content)) for name, content in files.items()
    ]
    # The same bytes as over the HTTP API.
    assert files["out.docx"] == members(mcp.post("/v1/run", data=form()).data)["out.docx"]
    evidence = {
        "document": in_base64(files["out.docx"]),
        "replace_log": json.loads(files["out.replace_log.json"]),
        "format_report": in_base64(files["out.format_report.json"]),
    }
    proof = data(mcp, "verify_document", **GIVEN, **evidence)
    assert proof["verdict"] == "intact"
    # A changed log, and another task.
    evidence["replace_log"]["entries"][0]["new_text"] = "别的"
    assert data(mcp, "verify_document", **GIVEN, **evidence)["verdict"] == "violated"


def test_what_is_not_filled_is_told(mcp: FlaskClient) -> None:
    template = docx(p("【MEETING_TITLE】【MEETING_DATE】【会议\n】"))
    told = data(mcp, "fill_template", template=in_base64(template), task=TASK)
    assert told["exit_code"] in (2, 3)
    assert told["missing_required"] == ["MEETING_DATE"]
    assert "【MEETING_DATE】" in [each["text"] for each in told["left"]]


def test_numbers_of_a_task_count_as_they_are_written(mcp: FlaskClient) -> None:
    content = as_bytes(modern("tools/call", name="fill_template", arguments={"template": in_base64(PRICE)}))
    content = content.replace(
        b'"arguments": {', b'"arguments": {"task": {"payload": {"\xe9\x87\x91\xe9\xa2\x9d": 1.50}}, '
    )
    sent = headers_of(modern("tools/call", name="fill_template"))
    response = mcp.post("/mcp", data=content, content_type="application/json", headers=sent)
    log = json.loads(files_of(response.get_json()["result"])["out.replace_log.json"])
    assert log["entries"][0]["new_text"] == "1.50"


def test_the_options_of_a_job_are_arguments(mcp: FlaskClient) -> None:
    given = {"template": in_base64(docx(tbl(tr(tc("【MEETING_TITLE】"))))), "task": TASK}
    other = data(mcp, "fill_template", **given, preset="strict")
    assert (other["exit_code"], other["format_passed"]) == (4, False)
    assert other["format_issues"][0]["code"]
    own = in_base64(b"version: 1\n")
    assert data(mcp, "precheck", **GIVEN, policy=own)["ok"]
    # The second is base64 as well.
    for name in ("none such", "defaults"):
        refused = fault(mcp, "precheck", **GIVEN, policy=name)
        assert refused["detail"]["field"] == "policy"
        assert "default" in refused["detail"]["allowed"]
    assert fault(mcp, "precheck", **GIVEN, policy=in_base64(b"\xff:\xff"))["detail"]["field"] == "policy"
    assert (
        fault(mcp, "precheck", **GIVEN, document_type="training_notice")["error_code"]
        == "INVALID_ARGUMENT_CONFLICT"
    )


OWN_CHANGE = p(
    r("地点在【地点】。", '<w:sz w:val="28"/><w:rPrChange w:id="1" w:author="Ms Li"><w:rPr/></w:rPrChange>')
)
LETTER = {
    "template": in_base64(letter()),
    "task": {"payload": LETTER_PAYLOAD},
    "policy": "gbt9704-2012",
}


def test_the_reviewers_copy_and_the_other_forms_of_the_report_are_in_the_answer(mcp: FlaskClient) -> None:
    forms = ["junit", "human", "sarif"]
    filled = call(mcp, "fill_template", **LETTER, review="comments", format_report=forms)
    told, files = filled["structuredContent"], files_of(filled)
    assert [(each["name"], each["bytes"]) for each in told["files"]] == [
        (name, len(content)) for name, content in files.items()
    ]
    assert files["out.review.docx"].startswith(b"PK")
    assert json.loads(files["out.format_report.sarif"])["version"] == "2.1.0"
    assert b"<testsuites" in files["out.format_report.junit.xml"]
    assert files["out.format_report.html"].startswith(b"<!DOCTYPE html>")
    assert (told["review"]["kind"], told["review"]["verdict"]) == ("comments", "intact")
    # Reports are texts, which a model can read.
    texts = {each["resource"]["uri"] for each in filled["content"] if "text" in each.get("resource", {})}
    assert len(texts) == len(files) - 2


def test_tracked_changes_need_a_job_that_fixes(mcp: FlaskClient) -> None:
    told = data(mcp, "fill_template", **LETTER, review="tracked")
    assert told["review"]["changes"] == 2
    for name in ("precheck", "fill_template"):
        refused = fault(mcp, name, **GIVEN, review="tracked")
        assert (refused["detail"]["field"], refused["detail"]["allowed"]) == ("review", ["comments"])
    # Here the template has a tracked change where one would be.
    changed = {**LETTER, "template": in_base64(letter(OWN_CHANGE)), "review": "tracked"}
    checked, filled = (fault(mcp, name, **changed) for name in ("precheck", "fill_template"))
    assert "Accept or reject it in the template" in checked["message"]
    assert checked["detail"].pop("request_id") != filled["detail"].pop("request_id")
    assert checked == filled
    refused = fault(mcp, "fill_template", **GIVEN, format_report="json,pdf")
    assert (refused["detail"]["field"], refused["message"].partition(":")[0]) == (
        "format_report",
        "format_report",
    )


def test_what_a_log_warns_of_is_told(mcp: FlaskClient) -> None:
    # The template has no style for a heading.
    given = {
        "template": in_base64(docx(p("【正文|富文本】"))),
        "task": {"payload": {"正文": "# 标题"}},
    }
    filled = call(mcp, "fill_template", **given)
    told = filled["structuredContent"]
    assert told["exit_code"] == 0
    assert [each["code"] for each in told["warnings"]] == ["RICH_NO_HEADING_STYLE"]
    assert told["warnings"] == json.loads(files_of(filled)["out.replace_log.json"])["warnings"]
    assert data(mcp, "precheck", **given)["warnings"] == told["warnings"]
    # Without any there is no such member.
    assert "warnings" not in data(mcp, "fill_template", **GIVEN)


def test_pictures_are_given_by_the_names_that_the_payload_has(mcp: FlaskClient) -> None:
    template = in_base64(docx(p("【@公章 20mm】")))
    task = {"payload": {"公章": {"file": "seal.png"}}}
    told = data(mcp, "fill_template", template=template, task=task, assets={"seal.png": in_base64(png(9, 9))})
    assert told["exit_code"] == 0
    assert fault(mcp, "fill_template", template=template, task=task)["error_code"] == "INVALID_ARGUMENT"
    many = {f"{number}.png": "aaaa" for number in range(101)}
    assert (
        fault(mcp, "fill_template", template=template, task=task, assets=many)["detail"]["limit"] == "assets"
    )


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ({"task": TASK}, "INVALID_ARGUMENT", "give template, or template_name"),
        ({"template": "日", "task": TASK}, "INVALID_ARGUMENT", "template: not valid base64"),
        ({"template": "AAA", "task": TASK}, "INVALID_ARGUMENT", "template: not valid base64"),
        ({"template": in_base64(b"%PDF-1.7"), "task": TASK}, "INVALID_MEDIA_TYPE", "template"),
        ({**GIVEN, "task": in_base64(b"{")}, "INVALID_JSON", "task: not valid JSON"),
        ({**GIVEN, "task": {"task_type": "x"}}, "INVALID_ARGUMENT", "task_type: unknown document type"),
        ({**GIVEN, "template_name": "x"}, "INVALID_ARGUMENT_CONFLICT", "template_name"),
        ({"template_name": "x", "task": TASK}, "INVALID_ARGUMENT", "no template library"),
        ({"template": in_base64(docx("x")[:-30]), "task": TASK}, "INVALID_TEMPLATE", "template"),
    ],
)
def test_faults_are_told_as_the_http_api_tells_them(
    mcp: FlaskClient, arguments: dict[str, Any], code: str, words: str
) -> None:
    told = fault(mcp, "fill_template", **arguments)
    assert told["error_code"] == code
    assert words in told["message"]


def test_a_file_over_its_limit_is_refused(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(enable_mcp=True, max_upload_bytes=200)
    told = fault(client, "inspect_template", template=GIVEN["template"])
    assert (told["error_code"], told["detail"]["max_bytes"]) == ("UPLOAD_TOO_LARGE", 200)


def test_a_template_of_the_library_is_named(make_client: Callable[..., FlaskClient], tmp_path: Path) -> None:
    # Its file alone would be the answer of /v1/run.
    put(tmp_path / "lib", "notice", NOTICE, '[options]\noutput = "docx"\n')
    client = make_client(enable_mcp=True, templates_dir=tmp_path / "lib")
    (listed,) = data(client, "list_templates")["templates"]
    assert listed["name"] == "notice"
    payload = {"meeting_title": "周例会", "meeting_date": "3月18日"}
    given = {"template_name": "notice", "task": {"task_type": "meeting_notice", "payload": payload}}
    filled = call(client, "fill_template", **given)
    files = files_of(filled)
    proof = data(
        client,
        "verify_document",
        template_name="notice",
        document=in_base64(files["out.docx"]),
        replace_log=json.loads(files["out.replace_log.json"]),
        format_report=json.loads(files["out.format_report.json"]),
    )
    assert (filled["structuredContent"]["exit_code"], proof["verdict"]) == (0, "intact")
    assert "notice" in fault(client, "precheck", **{**given, "template_name": "none"})["detail"]["allowed"]


def test_a_merge_answers_with_its_rows_and_its_zip(mcp: FlaskClient) -> None:
    rows = [{"meeting_title": f"第{number}次例会"} for number in (1, 2)]
    merged = call(
        mcp,
        "merge",
        template=GIVEN["template"],
        rows=[*rows, {"meeting_title": 3}],
        document_type="meeting_notice",
        name="【MEETING_TITLE】",
    )
    told, (archive,) = merged["structuredContent"], files_of(merged).values()
    assert (told["exit_code"], told["rows"]["ok"], told["rows"]["failed"]) == (1, 2, 1)
    assert [each["outcome"] for each in told["results"]] == ["failed", "ok", "ok"]
    assert {"docs/第1次例会.docx", "docs/第2次例会.docx"} <= set(members(archive))
    csv = in_base64("标题\n周例会\n".encode())
    given = {"template": GIVEN["template"], "document_type": "meeting_notice", "rows": csv}
    told = data(mcp, "merge", **given, columns={"标题": "meeting_title"})
    assert told["rows"]["ok"] == 1, told
    assert fault(mcp, "merge", **given)["error_code"] == "ROWS_INVALID"


def test_batches_are_begun_watched_and_cancelled(
    make_client: Callable[..., FlaskClient], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "batches"
    folder.mkdir()
    client = make_client(enable_mcp=True, batch_dir=folder)
    rows = [{"meeting_title": "周例会"}]
    given = {"template": GIVEN["template"], "rows": rows, "document_type": "meeting_notice"}
    with monkeypatch.context() as patched:
        patched.setattr(tools, "MOST_BYTES", 1000)
        assert "call merge with as_batch" in fault(client, "merge", **given)["message"]
    begun = data(client, "merge", **given, as_batch=True)["batch"]
    assert begun["state"] == "planning"
    assert client.get(begun["links"]["self"]).get_json()["id"] == begun["id"]
    assert data(client, "batch_status", batch_id=begun["id"])["state"] == "planning"
    assert data(client, "cancel_batch", batch_id=begun["id"])["state"] == "cancelled"
    for name in ("batch_status", "cancel_batch"):
        assert "no such batch" in fault(client, name, batch_id="0" * 32)["message"]


def test_a_server_without_batches_says_so(mcp: FlaskClient) -> None:
    for name in ("batch_status", "cancel_batch"):
        assert "keeps no batches" in fault(mcp, name, batch_id="0" * 32)["message"]
    refused = fault(mcp, "merge", template=GIVEN["template"], rows=[{}], as_batch=True)
    assert refused["detail"]["field"] == "as_batch"


def test_a_preview_needs_libreoffice(mcp: FlaskClient) -> None:
    told = fault(mcp, "preview", **GIVEN, pages="1")
    assert (told["error_code"], told["detail"]["field"]) == ("INVALID_ARGUMENT", "pdf")
    assert fault(mcp, "preview", **GIVEN, pages="1-11")["detail"]["field"] == "pages"


def test_a_document_that_an_answer_cannot_hold_is_an_error_that_says_what_to_do(
    mcp: FlaskClient, monkeypatch: pytest.MonkeyPatch, log: LogLines
) -> None:
    monkeypatch.setattr(tools, "MOST_BYTES", 1000)
    rows = [{"meeting_title": "周例会"}]
    for told in (
        fault(mcp, "fill_template", **GIVEN),
        fault(mcp, "merge", template=GIVEN["template"], rows=rows, document_type="meeting_notice"),
    ):
        assert (told["error_code"], told["detail"]["limit"]) == (
            "TEMPLATE_LIMIT_EXCEEDED",
            "mcp_answer_bytes",
        )
        assert told["detail"]["max"] == MOST_BYTES
        assert "/v1/run" in told["message"]
    assert [line["status_code"] for line in log.lines if line["event"] == "error"] == [413, 413]


# As other jobs.


def test_a_call_takes_a_slot_and_says_when_there_is_none(make_app: Callable[..., Flask]) -> None:
    app = make_app(enable_mcp=True, max_concurrency=1)
    service: Services = app.extensions[EXTENSION]
    from docops_flask.jobs.caller import STAYING

    with service.slots.take(STAYING):
        told = fault(app.test_client(), "fill_template", **GIVEN)
    assert (told["error_code"], told["retry_after"]) == ("TOO_MANY_REQUESTS", 1)
    assert data(app.test_client(), "fill_template", **GIVEN)["exit_code"] == 0


def test_a_renderer_that_crashes_is_told_without_details(
    make_app: Callable[..., Flask], work_folder: Path
) -> None:
    app = make_app(enable_mcp=True)
    crash_renderers(app)
    told = fault(app.test_client(), "fill_template", **GIVEN)
    assert told["error_code"] == "RENDERER_CRASHED"
    assert str(work_folder) not in json.dumps(told)


def test_a_stopping_server_refuses_calls_that_need_a_renderer(make_app: Callable[..., Flask]) -> None:
    app = make_app(enable_mcp=True)
    service: Services = app.extensions[EXTENSION]
    service.lifecycle.stop()
    assert fault(app.test_client(), "precheck", **GIVEN)["error_code"] == "NOT_READY"


def test_the_log_has_the_lines_of_a_run_and_no_contents(mcp: FlaskClient, log: LogLines) -> None:
    data(mcp, "fill_template", **GIVEN)
    fault(mcp, "precheck", **{**GIVEN, "task": {"task_type": "保密"}})
    fault(mcp, "fill_template", **{**GIVEN, "task": {"task_type": "保密"}})
    started, done, refused, begun, failed = log.lines
    assert [started["event"], done["event"], done["outcome"]] == ["start", "done", "ok"]
    assert started["template_bytes"] == len(TEMPLATE)
    assert (refused["route"], refused["error_code"], refused["failure_stage"]) == (
        "/mcp",
        "INVALID_ARGUMENT",
        "validate_skill",
    )
    assert (begun["event"], failed["event"], failed["outcome"]) == ("start", "error", "bad_request")
    assert "周例会" not in log.text
    assert "保密" not in log.text


def test_nothing_is_left_behind(mcp: FlaskClient, work_folder: Path) -> None:
    data(mcp, "fill_template", **GIVEN)
    fault(mcp, "precheck", **{**GIVEN, "policy": "none"})
    assert [path for path in work_folder.rglob("*") if path.is_file() and path.stat().st_size] == []
