"""Calls of tools that are refused, for either transport: their files are named."""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

from tests.engine.review.jobs import PAYLOAD, letter
from tests.factories import docx, p, r
from tests.pictures import png

_TEMPLATE = docx(p("会议：【MEETING_TITLE】"))
_OWN_CHANGE = '<w:sz w:val="28"/><w:rPrChange w:id="1" w:author="Ms Li"><w:rPr/></w:rPrChange>'
FILES: Mapping[str, bytes] = {
    "t.docx": _TEMPLATE,
    "open.docx": docx(p("【=甲方】【=金额|#,##0.00】")),
    "picture.docx": docx(p("【@公章 20mm】")),
    "document.docx": docx(p("【+附件】")),
    "changed.docx": letter(p(r("地点在【地点】。", _OWN_CHANGE))),
    "text.docx": b"text",
    "cut.docx": _TEMPLATE[:-30],
    "pdf.docx": b"%PDF-1.7",
    "a.png": png(9, 9),
    "brace.json": b"{",
    "list.json": b"[1]",
    "latin.json": b'{"payload": {"a": "\xe9"}}',
    "log.json": b'{"entries": 3}',
    "own.yaml": b"version: 1\n",
    "key.yaml": b"version: 1\nbody:\n  size: x\n",
    "large.yaml": b"version: 1\n#" + b"a" * 70_000,
    "rows.csv": "meeting_title\n周例会\n".encode(),
    "headers.csv": b"nope,nope2\n1\n",
}
_FILE_ARGUMENTS = ("template", "document", "task", "replace_log", "format_report", "rows", "policy")
_TASK = {"task_type": "meeting_notice", "payload": {"meeting_title": "周例会"}}
_MERGED = {"template": "t.docx", "document_type": "meeting_notice"}
_PICTURE = {"payload": {"公章": {"file": "asset.png"}}}
_ANNEX = {"payload": {"附件": {"file": "asset.docx"}}}
# What the calls have themselves: names of files, and a key of a payload.
_OWN_WORDS = re.compile(r"asset\.(?:png|docx)|\$\.payload\.skill")
# Words of forms, of the HTTP API and of Python that agents have no use for.
_FOREIGN_WORDS = re.compile(
    r"\b(?:skill|policy_yaml|asset|task_json|part|form field|format_baseline|format_fix_mode|format_mode|"
    r"Traceback|NoneType)\b|/v1/|\.py\b"
)


class RefusedCall(NamedTuple):
    """A call, and how its message begins: with the argument that it is about."""

    tool: str
    arguments: Mapping[str, Any]
    begins: str


def refused_calls(given: Callable[[str], str]) -> Iterator[RefusedCall]:
    """Yield calls without ``out``; ``given`` returns how a file of ``FILES`` is given, by its name."""
    for each in _calls():
        arguments = {**each.arguments}
        for name in _FILE_ARGUMENTS:
            value = arguments.get(name)
            if isinstance(value, str) and value in FILES:
                arguments[name] = given(value)
        if isinstance(arguments.get("assets"), dict):
            arguments["assets"] = {name: given(file) for name, file in arguments["assets"].items()}
        yield each._replace(arguments=arguments)


def check_refusal(call: RefusedCall, result: Mapping[str, Any]) -> None:
    """Fail unless ``result`` says in the words of the call what is wrong."""
    told = result["structuredContent"]
    assert result["isError"] is True, (call, told)
    assert told["message"].startswith(call.begins), (call, told)
    assert told["error_code"] not in {"INTERNAL_ERROR", "RENDERER_CRASHED"}
    faults = [*told["detail"].get("errors", ()), *told["detail"].get("rows", ())]
    for text in (told["message"], *(each["message"] for each in faults)):
        assert _FOREIGN_WORDS.search(_OWN_WORDS.sub("", text)) is None, (call, text)
    assert told["message"].endswith((".", ")", "?")), told


def _calls() -> Iterator[RefusedCall]:
    for template in ("text.docx", "cut.docx", "pdf.docx", "a.png"):
        yield RefusedCall("inspect_template", {"template": template}, "template")
        yield RefusedCall("precheck", {"template": template, "task": _TASK}, "template")
    yield RefusedCall("inspect_template", {}, "template")
    yield RefusedCall("inspect_template", {"template_name": "x"}, "template_name")
    yield RefusedCall("inspect_template", {"template": "t.docx", "template_name": "x"}, "template_name")
    yield from _of_tasks()
    yield from _of_options()
    yield from _of_assets()
    yield from _of_merges()
    yield from _of_evidence()
    for name, value in (("pages", "x"), ("pages", "1-11"), ("pages", "3-1")):
        yield RefusedCall("preview", {"template": "t.docx", "task": _TASK, name: value}, name)
    for tool in ("batch_status", "cancel_batch"):
        yield RefusedCall(tool, {"batch_id": "x"}, "batch_id")


def _of_tasks() -> Iterator[RefusedCall]:
    tasks: list[tuple[Any, str]] = [
        ("brace.json", "task"),
        ("list.json", "task"),
        ("latin.json", "task"),
        (json.dumps(_TASK), "task: this is JSON in a text"),
        ("[]", "task: this is JSON in a text"),
        (3, "arguments: $.task"),
        ({"payload": 3}, "task: $.payload"),
        ({"payload": {}, "x": 1}, "task: $.x"),
        ({"meeting_title": "x"}, "task: $.meeting_title: unknown key; a task has task_type and payload"),
        ({"task_type": "x"}, "task_type: unknown document type"),
        ({"task_type": 3}, "task: $.task_type"),
        ({"task_type": "meeting_notice", "payload": {"skill": "x"}}, "task: $.payload.skill"),
        ({"task_type": "meeting_notice", "payload": {"meeting_title": 1}}, "task: $.payload.meeting_title"),
    ]
    for task, begins in tasks:
        yield RefusedCall("precheck", {"template": "t.docx", "task": task}, begins)
    for payload in ({"甲方": [1]}, {"甲": 1}, {"金额": "x"}, {"甲方": {"a": 1}}):
        yield RefusedCall(
            "precheck", {"template": "open.docx", "task": {"payload": payload}}, "task: $.payload"
        )


def _of_options() -> Iterator[RefusedCall]:
    options: list[tuple[dict[str, Any], str]] = [
        ({"document_type": "x"}, "document_type: unknown document type"),
        ({"document_type": "open"}, "document_type is open"),
        ({"policy": "x"}, "policy: unknown policy"),
        ({"policy": "key.yaml"}, "policy (line 2)"),
        ({"policy": "large.yaml"}, "policy: the policy is larger"),
        ({"policy": "own.yaml", "preset": "quick"}, "preset cannot be combined with the YAML of a policy"),
        ({"review": "tracked"}, "review: tracked"),
        ({"review": "tracked", "policy": "default", "preset": "quick"}, "review: tracked"),
        ({"unknown": 1}, "arguments: $.unknown"),
    ]
    for given, begins in options:
        yield RefusedCall("precheck", {"template": "t.docx", "task": _TASK, **given}, begins)
    changed = {"template": "changed.docx", "task": {"payload": PAYLOAD}, "policy": "gbt9704-2012"}
    yield RefusedCall("precheck", {**changed, "review": "tracked"}, "review: a run at p7")


def _of_assets() -> Iterator[RefusedCall]:
    lacking = "task: $.payload.公章.file: assets has no file with the name asset.png"
    given: dict[str, Any] = {"template": "picture.docx", "task": _PICTURE}
    yield RefusedCall("precheck", given, lacking)
    yield RefusedCall("precheck", {**given, "assets": {"asset1.png": "a.png"}}, lacking)
    more = {"asset.png": "a.png", "asset.docx": "t.docx"}
    yield RefusedCall("precheck", {**given, "assets": more}, "task: assets: No value refers to asset.docx")
    given = {"template": "document.docx", "task": _ANNEX}
    yield RefusedCall("precheck", given, "task: $.payload.附件.file: assets has no file")
    for file in ("pdf.docx", "cut.docx", "a.png"):
        yield RefusedCall("precheck", {**given, "assets": {"asset.docx": file}}, "task: $.payload.附件.file")
    given = {"template": "t.docx", "task": _TASK}
    refused: list[tuple[Any, str]] = [
        ({"asset.png": "a.png"}, "assets: the document type"),
        ({"": "a.png"}, "assets: give each file"),
        ({"a/asset.png": "a.png", "b/asset.png": "a.png"}, "assets: two files are named asset.png"),
        ({f"{number}.png": "a.png" for number in range(101)}, "assets: more than 100 files"),
        ([], "arguments: $.assets"),
    ]
    for assets, begins in refused:
        yield RefusedCall("precheck", {**given, "assets": assets}, begins)


def _of_merges() -> Iterator[RefusedCall]:
    files: list[tuple[Any, str]] = [
        ("headers.csv", "rows"),
        ("t.docx", "rows"),
        ("a.png", "rows"),
        ('[{"meeting_title": "x"}]', "rows: this is JSON in a text"),
        ([], "arguments: $.rows"),
        ([1], "arguments: $.rows[0]"),
    ]
    for rows, begins in files:
        yield RefusedCall("merge", {**_MERGED, "rows": rows}, begins)
    changes: list[tuple[dict[str, Any], str]] = [
        ({"columns": {"x": "y"}}, "rows"),
        ({"columns": {"meeting_title": "nope"}}, "rows"),
        ({"encoding": "x"}, "encoding"),
        ({"row_numbers": "x"}, "row_numbers"),
        ({"row_numbers": "9"}, "rows"),
        ({"name": "【"}, "name"),
        ({"name": "【NOPE】"}, "name"),
        ({"document_type": "nope"}, "document_type: unknown document type"),
        ({"assets": {"asset.png": "a.png"}}, "assets: the document type"),
    ]
    for changed, begins in changes:
        yield RefusedCall("merge", {**_MERGED, "rows": "rows.csv", **changed}, begins)


def _of_evidence() -> Iterator[RefusedCall]:
    evidence = {"template": "t.docx", "document": "t.docx", "replace_log": {}, "format_report": {}}
    changes: list[tuple[dict[str, Any], str]] = [
        ({}, "replace_log: $."),
        ({"replace_log": "log.json"}, "replace_log: $.entries"),
        ({"replace_log": "{}"}, "replace_log: this is JSON in a text"),
        ({"document": "pdf.docx"}, "document"),
        ({"format_report": "[]"}, "format_report: this is JSON in a text"),
    ]
    for changed, begins in changes:
        yield RefusedCall("verify_document", {**evidence, **changed}, begins)
