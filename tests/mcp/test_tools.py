"""The tools as clients list them."""

import json

import pytest
from jsonschema import Draft202012Validator

from docops_flask.mcp.schemas import Transport
from docops_flask.mcp.tools import INSTRUCTIONS, tools_for

NAMES = [
    "list_document_types",
    "list_templates",
    "inspect_template",
    "precheck",
    "fill_template",
    "verify_document",
    "preview",
    "merge",
    "batch_status",
    "cancel_batch",
]


@pytest.mark.parametrize("transport", ["http", "stdio"])
def test_each_has_schemas_marks_and_a_description(transport: Transport) -> None:
    tools = tools_for(transport)
    assert [tool.name for tool in tools] == NAMES
    for tool in tools:
        listed = tool.as_dict()
        for name in ("inputSchema", "outputSchema"):
            Draft202012Validator.check_schema(listed[name])
            assert listed[name]["type"] == "object"
        assert listed["description"].isascii()
        assert listed["annotations"]["openWorldHint"] is False
        for each in listed["inputSchema"]["properties"].values():
            assert each["description"]


def test_what_only_reads_says_so() -> None:
    def reading(transport: Transport) -> set[str]:
        return {tool.name for tool in tools_for(transport) if tool.as_dict()["annotations"]["readOnlyHint"]}

    writing = {"merge", "cancel_batch"}
    assert reading("http") == set(NAMES) - writing
    # Over stdio the document is written.
    assert reading("stdio") == set(NAMES) - writing - {"fill_template"}


def test_only_what_may_remove_or_replace_something_is_marked_as_destructive() -> None:
    def destroying(transport: Transport) -> set[str]:
        return {
            tool.name for tool in tools_for(transport) if tool.as_dict()["annotations"]["destructiveHint"]
        }

    assert destroying("http") == {"cancel_batch"}
    assert destroying("stdio") == {"cancel_batch", "fill_template", "merge"}


def test_files_are_base64_over_http_and_paths_over_stdio() -> None:
    http, stdio = (
        {tool.name: tool.input_schema["properties"] for tool in tools_for(transport)}
        for transport in ("http", "stdio")
    )
    assert http["fill_template"]["template"]["contentEncoding"] == "base64"
    assert "out" not in http["fill_template"]
    assert "contentEncoding" not in json.dumps(stdio)
    assert "out" in stdio["fill_template"]
    assert "as_batch" in http["merge"]
    assert "as_batch" not in stdio["merge"]


def test_an_answer_fits_its_schema_whether_it_succeeds_or_fails() -> None:
    failed = {"error_code": "INVALID_ARGUMENT", "message": "x", "detail": {}}
    for tool in tools_for("http"):
        validator = Draft202012Validator(tool.output_schema)
        assert validator.is_valid(failed), tool.name
        assert not validator.is_valid({}), tool.name


def test_the_instructions_name_tools_that_there_are() -> None:
    for name in ("list_document_types", "inspect_template", "precheck", "fill_template", "verify_document"):
        assert name in INSTRUCTIONS
        assert name in NAMES
