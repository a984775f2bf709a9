"""What ``POST /mcp`` refuses, in the words of its tools."""

import base64
from collections.abc import Callable
from typing import Any

from flask.testing import FlaskClient

from tests.mcp.messages import as_bytes, headers_of, modern
from tests.mcp.refused_calls import FILES, check_refusal, refused_calls


def given(name: str) -> str:
    return base64.b64encode(FILES[name]).decode()


def answer(client: FlaskClient, tool: str, arguments: Any) -> dict[str, Any]:
    message = modern("tools/call", name=tool, arguments=arguments)
    response = client.post(
        "/mcp", data=as_bytes(message), content_type="application/json", headers=headers_of(message)
    )
    assert response.status_code == 200
    result: dict[str, Any] = response.get_json()["result"]
    return result


def test_each_error_is_about_an_argument(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(enable_mcp=True)
    for each in refused_calls(given):
        check_refusal(each, answer(client, each.tool, each.arguments))


def test_rows_that_fail_are_told_in_the_words_of_the_tool(make_client: Callable[..., FlaskClient]) -> None:
    rows = [{"公章": {"file": "seal.png"}}]
    told = answer(make_client(enable_mcp=True), "merge", {"template": given("picture.docx"), "rows": rows})
    (row,) = told["structuredContent"]["results"]
    assert "assets has no file with the name seal.png; it has: none." in row["error"]["message"]


def test_a_server_without_libreoffice_says_what_else_there_is(
    make_client: Callable[..., FlaskClient],
) -> None:
    told = answer(make_client(enable_mcp=True), "preview", {"template": given("t.docx"), "task": {}})
    assert "use fill_template or precheck" in told["structuredContent"]["message"]
