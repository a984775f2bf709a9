"""Any call of ``docops mcp`` is answered as its tool's schema says, without a path of the machine."""

import json
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from docops_flask.cli.mcp_tools import ShellTools
from docops_flask.engine.errors import DocopsError
from docops_flask.intake.catalogue.office import office_of
from docops_flask.intake.library.prepare import open_library
from docops_flask.jobs.workspace import Workspaces
from docops_flask.mcp.dispatcher import Dispatcher
from docops_flask.mcp.json_text import answer_text
from docops_flask.mcp.root import Root
from docops_flask.mcp.tools import Tool, tools_for
from tests.mcp.messages import legacy
from tests.mcp.refused_calls import FILES
from tests.optional import not_none

# Previews and merges start processes, each takes a second.
TOOLS = [tool for tool in tools_for("stdio") if tool.name not in {"preview", "merge"}]
TASK = {"task_type": "meeting_notice", "payload": {"meeting_title": "周例会"}}
PATHS = st.sampled_from([*FILES, "", ".", "..", "folder", "none.docx", "/", "a\0", "\ud800", "x" * 5000])
VALUES = st.recursive(
    PATHS
    | st.sampled_from(["1-3", "quick", "strict", "zh", "open", "default", "comments", "tracked", "sarif"])
    | st.integers(-1, 900)
    | st.booleans()
    | st.none()
    | st.floats(0, 1, allow_nan=False)
    | st.sampled_from([TASK, {"payload": {"甲方": "x"}}, {"payload": {"甲方": "\ud800", "金额": 1e300}}]),
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(st.sampled_from(["payload", "entries", "a.png", ""]), inner, max_size=2)
    ),
    max_leaves=4,
)


@st.composite
def calls(draw: st.DrawFn) -> tuple[Tool, dict[str, Any]]:
    tool = draw(st.sampled_from(TOOLS))
    names = sorted(tool.input_schema["properties"])
    arguments = draw(st.dictionaries(st.sampled_from(names), VALUES, max_size=4)) if names else {}
    # So that most calls get as far as the work.
    for name in tool.input_schema.get("required", []):
        arguments.setdefault(name, draw(VALUES))
    if "template" in names:
        arguments.setdefault("template", draw(st.sampled_from(["t.docx", "open.docx", "picture.docx"])))
    if "task" in names:
        arguments.setdefault("task", TASK)
    return tool, arguments


def test_it_is_answered(tmp_path: Path) -> None:
    (tmp_path / "root" / "folder").mkdir(parents=True)
    (tmp_path / "work").mkdir()
    for name, content in FILES.items():
        (tmp_path / "root" / name).write_bytes(content)
    workspaces = Workspaces(tmp_path / "work")
    office = office_of({})
    tools = ShellTools(Root(tmp_path / "root"), office, open_library(office, workspaces, {}), workspaces)
    dispatcher = Dispatcher(tools_for("stdio"), tools.call, _known)

    @settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
    @given(calls())
    def answered(call: tuple[Tool, dict[str, Any]]) -> None:
        tool, arguments = call
        # Escaped, for there are halves of characters in it.
        content = json.dumps(legacy("tools/call", name=tool.name, arguments=arguments)).encode()
        reply = not_none(dispatcher.answer(content, len(content)).document)
        assert str(tmp_path).encode() not in answer_text(reply)
        if "error" in reply:
            # Words that no JSON has.
            assert reply["error"]["code"] == -32700, reply
            return
        told = reply["result"]["structuredContent"]
        Draft202012Validator(tool.output_schema).validate(told)
        assert reply["result"]["isError"] is ("error_code" in told)

    answered()
    workspaces.close()


def _known(error: Exception) -> DocopsError:
    assert isinstance(error, DocopsError), error
    return error
