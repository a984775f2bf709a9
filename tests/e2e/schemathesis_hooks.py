"""Hooks for schemathesis, so that its requests match the meaning of the document.

Loaded by the schemathesis program (``SCHEMATHESIS_HOOKS``), never by pytest. Everything sent is made of the
document's own schemas, but for what JSON Schema has no words for: a Word file, the reports of a job that was
done, and that the form field ``skill`` is to be the ``task_type`` inside the task.
"""

import json
import re
from typing import Any

import schemathesis
import yaml
from hypothesis import strategies as st
from jsonschema import Draft202012Validator
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.meta import TestPhase
from schemathesis.transport.serialization import Binary

from docops_flask.engine.options import FIELD_ORDER, SWITCH_VALUES
from docops_flask.engine.template.name_pattern import MAX_PATTERN
from tests.factories import docx, p, tbl, tc, tr

DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TEMPLATES = (
    docx(p("plain")),
    docx(p("【MEETING_TITLE】【ATTENDEES】") + p("【TRAINER】【ISSUE_SUMMARY】")),
    docx(p("【meeting_title】 and 【MEETING_TITLE")),
    docx(tbl(tr(tc("【ORGANIZER】"), tc("【INSPECTOR】"))), stories={"header1": p("【MEETING_DATE】")}),
)
REPORTS = {"replace_log": {"entries": []}, "format_report": {"summary": {"fix_changes": []}}}
UNUSED = ("refuse", "allow")
_TAKES_UNUSED = ("/v1/run", "/v1/precheck", "/v1/preview")
# What is replaced by an option that fits the rows.
_FITTING = {
    "columns": re.compile("(?s).+"),
    "row_numbers": re.compile("[1-9][0-9]{0,8}(,[1-9][0-9]{0,8})*"),
    "encoding": re.compile("utf-8|gb18030|utf-16|big5|windows-1252"),
    "skill": re.compile("[a-z]+_[a-z]+"),
}
_BRACKETS = re.compile("[【】]")
_SUGGEST = "/v1/policies/suggest"
_FORMS = {
    "/v1/inspect": "TemplateForm",
    "/v1/verify": "VerificationForm",
    _SUGGEST: "LearningForm",
    "/v1/merge": "MergeForm",
    "/v1/merge/precheck": "MergeForm",
}


@schemathesis.hook
def after_load_schema(context: Any, schema: Any) -> None:
    """Make the files of forms from the document's schemas."""
    schemas = schema.raw_schema["components"]["schemas"]
    schemathesis.openapi.media_type(DOCX, st.sampled_from(TEMPLATES))
    schemathesis.openapi.media_type("application/json", _tasks(schemas).map(_json))
    schemathesis.openapi.media_type("application/yaml", _policies(schemas["Policy"]).map(_yaml))


@schemathesis.hook("filter_case")
def stays_wrong_as_sent(context: Any, case: Any) -> bool:
    """Leave out forms that are wrong as data and right as they are sent.

    A form holds texts: an empty list sends no part, and ``[true]`` or ``"true"`` sends what ``true`` does.
    Schemathesis knows, but cannot tell where a form has files. A blank field counts as not sent, and values
    are taken in any case.
    """
    if not case.meta.is_negative_at(ParameterLocation.BODY) or not isinstance(case.body, dict):
        return True
    # Pictures are not sent (map_case), however many.
    case_body = {name: value for name, value in case.body.items() if name != "asset"}
    components = context.operation.schema.raw_schema["components"]["schemas"]
    form = components[_FORMS.get(case.path, "JobForm")]
    return not Draft202012Validator(form).is_valid(_as_sent(case_body, form["properties"]))


@schemathesis.hook("filter_case")
def stays_without_credentials(_context: Any, case: Any) -> bool:
    """Leave out what is made up to lack credentials: ``--auth`` puts them back.

    That they are asked for is found out otherwise (ignored_auth, missing_required_header).
    """
    is_made_up = case.meta.phase.name == TestPhase.FUZZING
    is_without = case.meta.is_negative_at(ParameterLocation.HEADER) and "Authorization" not in case.headers
    return not (is_made_up and is_without)


@schemathesis.hook
def map_case(context: Any, case: Any) -> Any:
    """Send the task's own document type as ``skill``, and real files with forms that are wrong elsewhere.

    Schemathesis puts random bytes where a wrong form has files: whatever else was wrong would never be seen.
    """
    body = case.body
    if not isinstance(body, dict):
        return case
    if isinstance(body.get("template"), Binary):
        body["template"] = TEMPLATES[1]
    if isinstance(body.get("document"), Binary):
        body["document"] = TEMPLATES[1]
    if case.path == _SUGGEST and not case.meta.is_negative_at(ParameterLocation.BODY):
        # Of the media type one file is made, and only files of a list are sent with a name.
        body["document"] = [TEMPLATES[0], TEMPLATES[1]]
    for name in REPORTS.keys() & body.keys():
        # Else a task, as all JSON that the document does not describe further.
        if isinstance(body[name], bytes):
            body[name] = _json(REPORTS[name])
    if isinstance(body.get("task"), Binary):
        body["task"] = _json({"task_type": "meeting_notice", "payload": {"meeting_title": "x"}})
    # Each file of its own name, and one that the task refers to: tests/web/views/test_assets.py.
    body.pop("asset", None)
    # A name that is too long is there to be refused.
    if _BRACKETS.search(str(body.get("name", ""))) and len(str(body["name"])) <= MAX_PATTERN:
        # A field of a name has to be one of the task: tests/web/views/test_names_of_files.py.
        body["name"] = _BRACKETS.sub("", body["name"]) or "x"
    if body.get("review") == "tracked":
        # Other fields decide whether a job makes fixes to be shown: tests/web/views/test_review.py.
        body["review"] = "comments"
    is_open = isinstance(body.get("task"), bytes) and _is_open(body["task"])
    if is_open and case.path in _TAKES_UNUSED and body.get("unused", "allow") in UNUSED:
        # The template decides which keys it takes.
        body["unused"] = "allow"
    if "rows" in body:
        _use_real_rows(body)
        return case
    # A skill that is none is there to be refused.
    skills = context.operation.schema.raw_schema["components"]["schemas"]["Task"]["discriminator"]["mapping"]
    if body.get("skill") in list(skills) and isinstance(body.get("task"), bytes):
        body["skill"] = json.loads(body["task"]).get("task_type", "open")
    return case


def _is_open(task: bytes) -> bool:
    content = json.loads(task)
    return isinstance(content, dict) and content.get("task_type", "open") == "open"


def _use_real_rows(body: dict[str, Any]) -> None:
    """Send rows that the template takes, with options that fit: tests/web/views/test_merge.py has others."""
    if isinstance(body["rows"], Binary | bytes):
        body["rows"] = b"MEETING_TITLE\nx\n"
    if "template" in body:
        body["template"] = TEMPLATES[1]
    fitting = {"columns": "{}", "row_numbers": "1", "encoding": "utf-8", "skill": "meeting_notice"}
    for name, value in fitting.items():
        # A value that is none is there to be refused.
        if _FITTING[name].fullmatch(str(body.get(name, ""))):
            body[name] = value


def _as_sent(body: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    sent = {}
    for name, value in body.items():
        items = value if isinstance(value, list) else [value]
        if len(items) == 1:
            read = _read(items[0], fields.get(name, {}))
            if read != "" or name not in FIELD_ORDER:
                sent[name] = read
        elif items:
            # A part that is sent twice is wrong whatever it holds.
            sent[name] = items
    return sent


def _read(value: Any, field: dict[str, Any]) -> Any:
    text = value if isinstance(value, str) else "" if isinstance(value, Binary | bytes) else json.dumps(value)
    if field.get("type") == "boolean":
        return SWITCH_VALUES.get(text.strip().lower(), text.strip())
    return text.strip().lower() if "enum" in field else text.strip()


def _tasks(schemas: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    names = [name.removeprefix("Payload_") for name in schemas if name.startswith("Payload_")]
    of_types = [_task(name, schemas[f"Payload_{name}"]["properties"]) for name in names]
    return st.one_of([*of_types, _open_tasks()])


def _open_tasks() -> st.SearchStrategy[dict[str, Any]]:
    """Return tasks without a document type; the template decides which keys it takes."""
    texts = st.text(st.characters(exclude_categories=["C"]), max_size=20)
    payload = st.dictionaries(texts, st.none() | texts | st.lists(texts, max_size=3), max_size=4)
    return st.fixed_dictionaries({}, optional={"task_type": st.just("open"), "payload": payload})


def _task(name: str, fields: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    payload = st.fixed_dictionaries({}, optional={key: _value(field) for key, field in fields.items()})
    return st.fixed_dictionaries({"task_type": st.just(name), "payload": payload})


def _value(field: dict[str, Any]) -> st.SearchStrategy[Any]:
    if "array" in field["type"]:
        return st.none() | st.lists(_text(field["items"]["pattern"]), max_size=3)
    return st.none() | _text(field["pattern"])


def _text(pattern: str) -> st.SearchStrategy[str]:
    characters = st.characters(exclude_categories=["Cs"])
    return st.text(characters, max_size=20).filter(re.compile(pattern).search)


def _policies(schema: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    keys = schema["properties"]
    return st.fixed_dictionaries(
        {
            key: st.booleans() if rule["type"] == "boolean" else st.just(rule["default"])
            for key, rule in keys.items()
            if "default" in rule
        }
    )


def _json(content: Any) -> bytes:
    return json.dumps(content, ensure_ascii=False).encode()


def _yaml(content: Any) -> bytes:
    return yaml.safe_dump(content, allow_unicode=True).encode()
