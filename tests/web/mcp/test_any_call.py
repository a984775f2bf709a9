"""Any call of any tool is answered, and none makes the server fail."""

import base64
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from docops_flask.mcp.tools import tools_for
from tests.factories import docx, p
from tests.mcp.messages import as_bytes, headers_of, modern
from tests.web.forms import PAYLOAD, TEMPLATE

FILES = [
    base64.b64encode(content).decode()
    for content in (
        TEMPLATE,
        docx(p("【=甲方】【#乙】【.】【/乙】")),
        b"PK\x03\x04",
        b"{}",
        b'{"payload": {"a": [[[]]]}}',
        b'{"entries": [{"status": 1}]}',
        b"a,b\n1,2\n",
        b"\xff\xfe",
        b"version: 1\n",
    )
]
SMALL = st.sampled_from(
    ["", "x", "1-3", "quick", "strict", "zh", "open", "meeting_notice", "default", "0" * 32]
)
VALUES = st.recursive(
    st.sampled_from(FILES)
    | SMALL
    | st.integers(-1, 900)
    | st.booleans()
    | st.none()
    | st.sampled_from([{"task_type": "meeting_notice", "payload": PAYLOAD}, {"payload": {"甲方": "x"}}]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["payload", "entries", "issues", "a.png", "乙"]), inner, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[str, dict[str, Any]]:
    tool = draw(st.sampled_from([tool for tool in tools_for("http") if tool.name != "list_document_types"]))
    names = sorted(tool.input_schema["properties"])
    arguments = draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=5)) if names else {}
    # So that most calls get as far as the work.
    for name in tool.input_schema.get("required", []):
        arguments.setdefault(name, draw(VALUES))
    if "template" in names:
        arguments.setdefault("template", draw(st.sampled_from(FILES)))
    return tool.name, arguments


def test_it_is_answered(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(enable_mcp=True, max_concurrency=4)

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(calls())
    def answered(call: tuple[str, dict[str, Any]]) -> None:
        name, arguments = call
        message = modern("tools/call", name=name, arguments=arguments)
        response = client.post(
            "/mcp", data=as_bytes(message), content_type="application/json", headers=headers_of(message)
        )
        assert response.status_code == 200
        result = response.get_json()["result"]
        if result["isError"]:
            told = result["structuredContent"]
            assert told["error_code"] not in {"INTERNAL_ERROR", "RENDERER_CRASHED"}, (call, told)
            assert told["message"]

    answered()
