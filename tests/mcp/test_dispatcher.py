"""Messages of JSON-RPC and their answers, in both kinds of revisions."""

import json
from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docops_flask import __version__
from docops_flask.engine.errors import DocopsError, InvalidArgument
from docops_flask.jobs.errors import TooManyRequests
from docops_flask.mcp.dispatcher import Dispatcher, Reply
from docops_flask.mcp.json_text import answer_text
from docops_flask.mcp.protocol import LEGACY, META, MODERN, SERVER_KEY, VERSION_HEADER
from docops_flask.mcp.results import MOST_BYTES, ToolResult
from docops_flask.mcp.tools import tools_for
from tests.mcp.messages import as_bytes, headers_of, legacy, modern
from tests.optional import not_none

STRUCTURE = 10_000
TOOLS = tools_for("http")


def known(error: Exception) -> DocopsError:
    return error if isinstance(error, DocopsError) else DocopsError("An error occurred in the server.")


def told(name: str, arguments: Mapping[str, Any]) -> ToolResult:
    return ToolResult({"tool": name, "given": sorted(arguments)})


DISPATCHER = Dispatcher(TOOLS, told, known)


def answer(message: Any, headers: Mapping[str, str] | None = None) -> Reply:
    content = message if isinstance(message, bytes) else as_bytes(message)
    return DISPATCHER.answer(content, STRUCTURE, headers)


def result(message: Any, headers: Mapping[str, str] | None = None) -> dict[str, Any]:
    status, document = answer(message, headers)
    assert status == 200
    assert not_none(document)["id"] == 1
    found: dict[str, Any] = not_none(document)["result"]
    return found


def fault(message: Any, headers: Mapping[str, str] | None = None) -> tuple[int, int, Any]:
    """The HTTP status, the code and the id of an answer that is an error."""
    status, document = answer(message, headers)
    error = not_none(document)["error"]
    assert error["message"]
    return status, error["code"], not_none(document)["id"]


def test_the_handshake_agrees_on_the_revision_that_the_client_asks_for() -> None:
    for version in LEGACY:
        found = result(legacy("initialize", protocolVersion=version, capabilities={}, clientInfo={}))
        assert found["protocolVersion"] == version
        assert found["serverInfo"]["version"] == __version__
        assert found["capabilities"] == {"tools": {}}
    for other in ("2024-11-05", "2031-01-01", None, 7):
        assert result(legacy("initialize", protocolVersion=other))["protocolVersion"] == LEGACY[-1]


def test_a_client_without_a_handshake_is_told_what_there_is() -> None:
    message = modern("server/discover")
    found = result(message, headers_of(message))
    assert found["supportedVersions"] == [MODERN]
    assert found["resultType"] == "complete"
    assert found["capabilities"] == {"tools": {}}
    assert (found["ttlMs"], found["cacheScope"]) == (300_000, "private")
    assert found[META][SERVER_KEY]["name"] == "docops"


def test_the_tools_are_listed_in_the_order_of_a_piece_of_work() -> None:
    for found in (result(legacy("tools/list")), result(modern("tools/list"))):
        assert [tool["name"] for tool in found["tools"]] == [tool.name for tool in TOOLS]
        assert "nextCursor" not in found
    assert fault(legacy("tools/list", cursor="2")) == (200, -32602, 1)


def test_a_ping_is_answered_in_the_revisions_that_have_it() -> None:
    assert result(legacy("ping")) == {}
    assert fault(modern("ping")) == (404, -32601, 1)


def test_a_call_answers_with_data_and_with_the_same_as_text() -> None:
    call: dict[str, Any] = {"name": "inspect_template", "arguments": {"template_name": "x"}}
    message = modern("tools/call", **call)
    for found in (result(message, headers_of(message)), result(legacy("tools/call", **call))):
        data = {"tool": "inspect_template", "given": ["template_name"]}
        assert found["structuredContent"] == data
        assert json.loads(found["content"][0]["text"]) == data
        assert found["isError"] is False


def test_arguments_that_do_not_fit_are_a_result_that_a_model_can_correct() -> None:
    found = result(legacy("tools/call", name="precheck", arguments={"task": 3, "unsed": 1}))
    assert found["isError"] is True
    assert found["structuredContent"]["error_code"] == "INVALID_ARGUMENT"
    assert found["structuredContent"]["detail"]["errors"] == [
        {"path": "$.task", "message": "must be an object or a string."},
        {
            "path": "$.unsed",
            "message": "unknown; use template, template_name, task, document_type, preset, policy, lang, "
            "unused, assets, review.",
        },
    ]
    assert found["content"][0]["text"].startswith("arguments: $.task: must be an object or a string.")


def test_errors_of_tools_are_results_with_code_message_and_detail() -> None:
    def fails(_name: str, _arguments: Mapping[str, Any]) -> ToolResult:
        raise InvalidArgument("policy: unknown policy; use default.", field="policy", allowed=["default"])

    reply = Dispatcher(TOOLS, fails, known).answer(
        as_bytes(legacy("tools/call", name="list_templates")), STRUCTURE
    )
    found = not_none(reply.document)["result"]
    assert reply.status == 200
    assert found["isError"] is True
    assert found["structuredContent"] == {
        "error_code": "INVALID_ARGUMENT",
        "message": "policy: unknown policy; use default.",
        "detail": {"field": "policy", "allowed": ["default"]},
    }
    assert found["content"][0]["text"] == "policy: unknown policy; use default."
    assert json.loads(found["content"][1]["text"]) == found["structuredContent"]


@pytest.mark.parametrize(
    ("message", "detail", "told", "about"),
    [
        (
            "skill: unknown skill; use meeting_notice.",
            {"field": "skill"},
            "document_type: unknown document type; use meeting_notice.",
            {"field": "document_type"},
        ),
        (
            "task_type: unknown skill; use meeting_notice.",
            {"field": "task_type"},
            "task_type: unknown document type; use meeting_notice.",
            {"field": "task_type"},
        ),
        (
            "skill is open, but the task's task_type is skill: send the same, or no skill.",
            {"skill": "open", "task_type": "skill"},
            "document_type is open, but the task's task_type is skill: send the same, or no document_type.",
            {"document_type": "open", "task_type": "skill"},
        ),
        (
            "policy_yaml (line 2): the policy is not valid YAML.",
            {"field": "policy_yaml", "line": 2},
            "policy (line 2): the policy is not valid YAML.",
            {"field": "policy", "line": 2},
        ),
        (
            "asset: more than 100 files were sent.",
            {"conflicting_fields": ["asset", "task"]},
            "assets: more than 100 files were sent.",
            {"conflicting_fields": ["assets", "task"]},
        ),
        # A key of the payload has its own name.
        (
            "task: $.payload.skill: unknown key.",
            {"field": "task"},
            "task: $.payload.skill: unknown key.",
            {"field": "task"},
        ),
        ("【skill】 is no field.", {}, "【skill】 is no field.", {}),
        # A file's name is its own.
        (
            "asset: two files are named asset.png; give each its own name.",
            {"field": "asset"},
            "assets: two files are named asset.png; give each its own name.",
            {"field": "assets"},
        ),
        (
            "task: $.payload.a.file: No part asset with the file name asset.docx was sent; sent were: none.",
            {
                "errors": [
                    {
                        "path": "$.payload.a.file",
                        "message": "No part asset with the file name asset.docx was sent; sent were: none.",
                    }
                ]
            },
            "task: $.payload.a.file: assets has no file with the name asset.docx; it has: none.",
            {
                "errors": [
                    {
                        "path": "$.payload.a.file",
                        "message": "assets has no file with the name asset.docx; it has: none.",
                    }
                ]
            },
        ),
        (
            "asset.docx is no Word document.",
            {"errors": [{"path": "$.payload.a", "message": "asset.docx is no Word document."}]},
            "asset.docx is no Word document.",
            {"errors": [{"path": "$.payload.a", "message": "asset.docx is no Word document."}]},
        ),
        (
            "task: asset: No value refers to asset.png.",
            {"errors": [{"path": "asset", "message": "No value refers to asset.png."}]},
            "task: assets: No value refers to asset.png.",
            {"errors": [{"path": "assets", "message": "No value refers to asset.png."}]},
        ),
    ],
)
def test_errors_name_arguments_and_not_the_form_fields_they_stand_for(
    message: str, detail: dict[str, Any], told: str, about: dict[str, Any]
) -> None:
    def fails(_name: str, _arguments: Mapping[str, Any]) -> ToolResult:
        raise InvalidArgument(message, **detail)

    reply = Dispatcher(TOOLS, fails, known).answer(
        as_bytes(legacy("tools/call", name="list_templates")), STRUCTURE
    )
    found = not_none(reply.document)["result"]["structuredContent"]
    assert (found["message"], found["detail"]) == (told, about)


def test_a_busy_server_says_when_to_call_again() -> None:
    def fails(_name: str, _arguments: Mapping[str, Any]) -> ToolResult:
        raise TooManyRequests(max_concurrency=2, queue_timeout_seconds=0, waited_ms=0)

    reply = Dispatcher(TOOLS, fails, known).answer(
        as_bytes(legacy("tools/call", name="list_templates")), STRUCTURE
    )
    found = not_none(reply.document)["result"]["structuredContent"]
    assert (found["error_code"], found["retry_after"]) == ("TOO_MANY_REQUESTS", 1)
    assert "call the tool again" in found["message"]


def test_a_fault_of_the_server_tells_nothing_of_it() -> None:
    def fails(_name: str, _arguments: Mapping[str, Any]) -> ToolResult:
        raise KeyError("/srv/secret")

    reply = Dispatcher(TOOLS, fails, known).answer(
        as_bytes(legacy("tools/call", name="list_templates")), STRUCTURE
    )
    assert "secret" not in json.dumps(reply.document)
    assert not_none(reply.document)["result"]["structuredContent"]["error_code"] == "INTERNAL_ERROR"


def test_an_answer_that_would_be_too_large_is_an_error_that_says_what_to_do() -> None:
    def large(_name: str, _arguments: Mapping[str, Any]) -> ToolResult:
        return ToolResult({"text": "x" * MOST_BYTES})

    reply = Dispatcher(TOOLS, large, known).answer(
        as_bytes(legacy("tools/call", name="list_templates")), STRUCTURE
    )
    found = not_none(reply.document)["result"]["structuredContent"]
    assert found["error_code"] == "TEMPLATE_LIMIT_EXCEEDED"
    assert found["detail"] == {"limit": "mcp_answer_bytes", "max": MOST_BYTES}
    assert "docops" in found["message"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", -32700),
        (b"{", -32700),
        (b"\xff", -32700),
        (b'{"jsonrpc": "2.0", "id": NaN, "method": "ping"}', -32700),
        (b'{"jsonrpc": "2.0", "id": 1, "id": 2, "method": "ping"}', -32700),
        (b'{"id": ' + b"9" * 5000 + b"}", -32700),
        (b"[" * 100_000, -32700),
        (b"{}," * STRUCTURE, -32700),
        (b"[]", -32600),
        (b"7", -32600),
        (as_bytes([legacy("ping")]), -32600),
        (b"{}", -32600),
        (b'{"jsonrpc": "2.0"}', -32600),
        (b'{"jsonrpc": "2.0", "method": "ping", "id": null}', -32600),
        (b'{"jsonrpc": "2.0", "method": "ping", "id": true}', -32600),
        (b'{"jsonrpc": "2.0", "method": "ping", "id": 1.5}', -32600),
        (b'{"jsonrpc": "2.0", "method": "ping", "id": {}}', -32600),
        (as_bytes(legacy("ping", "i" * 257)), -32600),
    ],
)
def test_what_is_no_message_is_refused(content: bytes, code: int) -> None:
    assert fault(content) == (400, code, None)


@pytest.mark.parametrize(
    "content",
    [
        b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": {"a": NaN}}',
        b'{"method": "ping", "params": {"id": 2, "a": [{"id": 3}, "}"], "a": 1}, "id": 1}',
        b'{"jsonrpc": "2.0", "id" : 1, "method": "ping", "params": {"\xff": 1}}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "ping", "params": ' + b"[" * 100,
        b'{"jsonrpc": "2.0", "method": "ping", "x": "\\"id\\": 7", "params": ['
        + b"{}," * STRUCTURE
        + b'{}], "id":1}',
        b'{"jsonrpc": "2.0", "id": 1, "method": "ping"} more',
    ],
)
def test_a_request_that_cannot_be_read_is_answered_with_its_id_where_it_is_found(content: bytes) -> None:
    assert fault(content) == (400, -32700, 1)


@pytest.mark.parametrize(
    "content",
    [
        # No request, no id, no one id, none that may be one, and a message that is too long to be searched.
        b'{"jsonrpc": "2.0", "id": 1, "result": NaN}',
        b'{"jsonrpc": "2.0", "method": "ping", "params": {"id": 1, "a": NaN}}',
        b'{"id": 1, "id": 1, "method": "ping"}',
        b'{"id": true, "method": "ping", "x": NaN}',
        b'{"id": 1.5, "method": "ping", "x": NaN}',
        b'{"id": {"id": 1}, "method": "ping", "x": NaN}',
        b'{"id": "\xff", "method": "ping"}',
        b'[{"id": 1, "method": "ping", "x": NaN}]',
        b'{"id": 1, "method": "ping", "x": NaN, "y": "' + b"x" * (1 << 20) + b'"}',
    ],
)
def test_the_id_of_anything_else_is_not_guessed(content: bytes) -> None:
    assert fault(content) == (400, -32700, None)


@pytest.mark.parametrize(
    ("message", "code", "status"),
    [
        ({"id": 1, "method": "ping"}, -32600, 400),
        ({"jsonrpc": "1.0", "id": 1, "method": "ping"}, -32600, 400),
        ({"jsonrpc": "2.0", "id": 1}, -32600, 400),
        ({"jsonrpc": "2.0", "id": 1, "method": 3}, -32600, 400),
        ({"jsonrpc": "2.0", "id": 1, "method": "ping", "params": []}, -32602, 200),
        (legacy("resources/list"), -32601, 200),
        (legacy("tools/call"), -32602, 200),
        (legacy("tools/call", name="rm"), -32602, 200),
        (legacy("tools/call", name=["precheck"]), -32602, 200),
        (legacy("tools/call", name="precheck", arguments=[]), -32602, 200),
        (legacy("server/discover"), -32601, 200),
        (modern("initialize2"), -32601, 404),
        (modern("subscriptions/listen"), -32601, 404),
        (modern("tools/call", name="rm"), -32602, 400),
        (modern("tools/list", version="2031-01-01"), -32022, 400),
    ],
)
def test_a_fault_of_a_request_is_answered_with_its_id(message: Any, code: int, status: int) -> None:
    assert fault(message) == (status, code, 1)


def test_another_revision_is_told_which_there_are() -> None:
    _, document = answer(modern("tools/list", version="2031-01-01"))
    data = not_none(document)["error"]["data"]
    assert data == {"supported": [MODERN, *LEGACY], "requested": "2031-01-01"}


def test_notifications_and_answers_are_taken_without_an_answer() -> None:
    for message in (
        legacy("notifications/initialized", None),
        legacy("notifications/cancelled", None, requestId=7),
        legacy("tools/call", None, name="list_templates"),
        modern("notifications/anything", None),
        {"jsonrpc": "2.0", "id": 5, "result": {}},
        {"jsonrpc": "2.0", "id": 5, "error": {"code": 1, "message": "x"}},
    ):
        assert answer(message) == Reply(202, None)


def test_headers_have_to_be_those_of_the_message() -> None:
    message = modern("tools/call", name="list_templates")
    headers = headers_of(message)
    assert result(message, headers)
    for name in headers:
        without = {each: value for each, value in headers.items() if each != name}
        assert fault(message, without) == (400, -32020, 1), name
        assert fault(message, {**headers, name: "2025-11-25"}) == (400, -32020, 1), name


def test_a_name_may_stand_in_its_header_in_base64() -> None:
    message = modern("tools/call", name="list_templates")
    encoded = {**headers_of(message), "Mcp-Name": "=?base64?bGlzdF90ZW1wbGF0ZXM=?="}
    assert result(message, encoded)
    assert fault(message, {**encoded, "Mcp-Name": "=?base64?!?="}) == (400, -32020, 1)
    assert fault(message, {**encoded, "Mcp-Name": "=?base64?/w==?="}) == (400, -32020, 1)


def test_a_legacy_client_may_name_its_revision_and_no_other() -> None:
    message = legacy("tools/list")
    for version in LEGACY:
        assert result(message, {VERSION_HEADER: version})
    assert result(message, {})
    # Without the members of the modern revision its header is not enough.
    assert fault(message, {VERSION_HEADER: MODERN}) == (400, -32602, 1)
    assert fault(message, {"Mcp-Method": "tools/call"}) == (400, -32020, 1)
    assert fault(legacy("initialize"), {VERSION_HEADER: MODERN}) == (400, -32600, 1)


def test_a_header_that_names_another_revision_is_told_which_there_are() -> None:
    for version in ("2024-11-05", "2025-03-26", "1"):
        for message in (
            legacy("tools/list"),
            legacy("initialize"),
            legacy("notifications/initialized", None),
            modern("notifications/x", None),
        ):
            status, document = answer(message, {VERSION_HEADER: version})
            error = not_none(document)["error"]
            assert (status, error["code"]) == (400, -32022)
            assert error["data"] == {"supported": [MODERN, *LEGACY], "requested": version}
    # One that says another in the message is told that they differ.
    assert fault(modern("tools/list"), {VERSION_HEADER: "1"}) == (400, -32020, 1)


def test_a_modern_message_has_to_say_its_revision_and_capabilities() -> None:
    for meta in ({}, {"io.modelcontextprotocol/protocolVersion": MODERN}, 7, None):
        assert fault(legacy("tools/list", _meta=meta), {VERSION_HEADER: MODERN}) == (400, -32602, 1)
    assert fault(modern("tools/list", version=7)) == (400, -32602, 1)  # type: ignore[arg-type]


def test_an_id_that_is_no_text_comes_back_as_it_was() -> None:
    for content in (b'"\\ud800"', '"编号"'.encode(), b'""', b"0", b"-3", b"123456789012345678901234567890"):
        _, document = answer(b'{"jsonrpc": "2.0", "method": "ping", "id": ' + content + b"}")
        assert json.loads(answer_text(document))["id"] == json.loads(content)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
METHODS = ("initialize", "ping", "tools/list", "tools/call", "server/discover", "notifications/cancelled")
ARGUMENTS = ("template", "task", "rows", "batch_id", "document", "columns", "width", "assets")
MESSAGES = st.fixed_dictionaries(
    {"jsonrpc": st.just("2.0") | JSON},
    optional={
        "id": st.integers() | st.text(max_size=5) | JSON,
        "method": st.sampled_from(METHODS) | JSON,
        "params": JSON
        | st.fixed_dictionaries(
            {},
            optional={
                "name": st.sampled_from([tool.name for tool in TOOLS]) | JSON,
                "arguments": JSON | st.dictionaries(st.sampled_from(ARGUMENTS), JSON, max_size=4),
                "_meta": JSON | st.just(modern("x")["params"]["_meta"]),
                "cursor": JSON,
            },
        ),
    },
)
HEADERS = st.none() | st.dictionaries(
    st.sampled_from(["MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"]),
    st.sampled_from([MODERN, *LEGACY, *METHODS, "merge", "=?base64?bWVyZ2U=?=", ""]),
)


@settings(deadline=None)
@given(MESSAGES | JSON, HEADERS)
def test_every_request_is_answered_whatever_it_is(message: Any, headers: dict[str, str] | None) -> None:
    status, document = answer(json.dumps(message).encode(), headers)
    assert status in {200, 202, 400, 404}
    if document is None:
        assert status == 202
        assert isinstance(message, dict)
        assert "id" not in message or "method" not in message
    else:
        assert json.loads(answer_text(document)) == document
        assert ("result" in document) != ("error" in document)
        assert document["jsonrpc"] == "2.0"


@settings(deadline=None)
@given(st.binary(max_size=200))
def test_any_bytes_are_answered(content: bytes) -> None:
    status, document = answer(content)
    assert (status, document is None) in {(200, False), (202, True), (400, False)}
