"""Arguments are refused exactly where JSON Schema 2020-12 refuses them."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from docops_flask.engine.errors import InvalidArgument
from docops_flask.mcp.arguments import check_arguments
from docops_flask.mcp.tools import Tool, tools_for

TOOLS = [*tools_for("http"), *tools_for("stdio")]
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(0, 2000)
    | st.sampled_from(["", "zh", "quick", "x", "allow", "x" * 300]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["a", "b"]), inner),
    max_leaves=4,
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Tool, dict[str, Any]]:
    tool = draw(st.sampled_from(TOOLS))
    names = [*tool.input_schema["properties"], "other"]
    return tool, draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=5))


@settings(deadline=None)
@given(calls())
def test_they_are_refused_where_the_schema_refuses_them(call: tuple[Tool, dict[str, Any]]) -> None:
    tool, arguments = call
    if Draft202012Validator(tool.input_schema).is_valid(arguments):
        check_arguments(arguments, tool.input_schema)
        return
    with pytest.raises(InvalidArgument, match=r"^arguments: \$\.") as caught:
        check_arguments(arguments, tool.input_schema)
    assert caught.value.detail["errors"]


@pytest.mark.parametrize(
    ("schema", "value", "message"),
    [
        ({"type": "string"}, 1, "must be a string."),
        ({"type": ["object", "string"]}, [], "must be an object or a string."),
        ({"type": ["string", "null"]}, 1, "must be a string or null."),
        ({"type": "integer", "minimum": 1, "maximum": 9}, 10, "must be from 1 to 9."),
        ({"type": "integer", "minimum": 1, "maximum": 9}, True, "must be an integer."),
        ({"type": "string", "enum": ["zh", "en"]}, "fr", "unknown value; use one of zh, en."),
        ({"type": "string", "minLength": 1}, "", "must not be empty."),
        ({"type": "string", "maxLength": 2}, "abc", "must have at most 2 characters."),
        ({"type": "array", "minItems": 1}, [], "must not be empty."),
        ({"type": "array", "maxItems": 1}, [1, 2], "must have at most 1 items."),
    ],
)
def test_the_message_says_what_is_accepted(schema: dict[str, Any], value: Any, message: str) -> None:
    with pytest.raises(InvalidArgument) as caught:
        check_arguments({"x": value}, {"type": "object", "properties": {"x": schema}})
    assert caught.value.detail["errors"] == [{"path": "$.x", "message": message}]


def test_at_most_twenty_faults_are_told() -> None:
    schema = {"type": "array", "items": {"type": "string"}}
    with pytest.raises(InvalidArgument, match=r"must be a string\. \(19 more in detail\.errors\)"):
        check_arguments({"x": [1] * 100}, {"type": "object", "properties": {"x": schema}})
