"""``/v1/verify``: the proof again, of files that come from anywhere; and a job that fails its own proof."""

import dataclasses
import io
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.engine import pipeline
from docops_flask.engine.document.edits import Edit, ReplaceText
from docops_flask.engine.job import Job
from docops_flask.engine.run import edits
from docops_flask.engine.template.alike import Filling
from docops_flask.engine.template.fill import fill
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.values import Values
from docops_flask.jobs.renderer import Renderer
from docops_flask.web.services import EXTENSION
from tests.factories import docx, p, tbl
from tests.jobs.limits import LIMITS
from tests.web.conftest import LogLines
from tests.web.forms import form, members, task

TEMPLATE = docx(p("会议：【MEETING_TITLE】") + p("plain"))
NAMES = {
    "template": "t.docx",
    "document": "out.docx",
    "replace_log": "out.replace_log.json",
    "format_report": "out.format_report.json",
}


@pytest.fixture
def parts(client: FlaskClient) -> dict[str, bytes]:
    """What ``/v1/verify`` is to be sent about a real run."""
    run = members(client.post("/v1/run", data=form(TEMPLATE, task({"meeting_title": "周例会\n第二行"}))).data)
    assert json.loads(run["out.integrity.json"])["verdict"] == "intact"
    return {"template": TEMPLATE, **{name: run[file] for name, file in NAMES.items() if file in run}}


def ask(client: FlaskClient, parts: dict[str, bytes], names: dict[str, str] = NAMES) -> TestResponse:
    data = {name: (io.BytesIO(content), names[name]) for name, content in parts.items()}
    return client.post("/v1/verify", data=data)


def test_the_result_of_a_run_is_intact(client: FlaskClient, parts: dict[str, bytes]) -> None:
    answer = ask(client, parts)
    body = answer.get_json()
    assert answer.status_code == 200
    assert body == {
        "verdict": "intact",
        "exactness": "bytes",
        "unaccounted_count": 0,
        "unaccounted": [],
        "template_defect_count": 0,
        "template_defects": [],
        "request_id": answer.headers["X-Docops-Request-Id"],
    }


def test_a_change_is_reported_with_its_place(client: FlaskClient, parts: dict[str, bytes]) -> None:
    parts["document"] = client.post(
        "/v1/run",
        data=form(docx(p("会议：【MEETING_TITLE】") + p("Plain")), task({"meeting_title": "周例会\n第二行"})),
    ).data
    parts["document"] = members(parts["document"])["out.docx"]
    body = ask(client, parts).get_json()
    assert body["verdict"] == "violated"
    (found,) = body["unaccounted"]
    assert (found["part"], found["place"], found["what"]) == ("word/document.xml", "p1", "text")
    assert (found["expected"], found["actual"]) == ("plain", "Plain")


def test_a_wrong_replace_log_is_reported_with_its_entry(client: FlaskClient, parts: dict[str, bytes]) -> None:
    log = json.loads(parts["replace_log"])
    log["entries"][0]["start"] += 1
    parts["replace_log"] = json.dumps(log).encode()
    body = ask(client, parts).get_json()
    assert [each["place"] for each in body["unaccounted"] if each["what"] == "log_entry"] == ["$.entries[0]"]


def test_a_defect_of_the_template_is_reported(client: FlaskClient) -> None:
    template = docx(tbl("<w:tr><w:tc/></w:tr>") + p("【MEETING_TITLE】"))
    run = client.post("/v1/run", data=form(template))
    assert run.status_code == 200
    integrity = json.loads(members(run.data)["out.integrity.json"])
    assert integrity["verdict"] == "intact"
    assert [(each["part"], each["code"]) for each in integrity["template_defects"]] == [
        ("word/document.xml", "empty_cell")
    ]


@pytest.mark.parametrize(("missing"), NAMES)
def test_every_part_is_required(client: FlaskClient, parts: dict[str, bytes], missing: str) -> None:
    del parts[missing]
    body = ask(client, parts).get_json()
    assert (body["error_code"], body["detail"]["field"]) == ("INVALID_ARGUMENT", missing)


ENTRY = {
    "status": "replaced", "field_name": "A", "run_id": "p0:r0", "paragraph_path": "p0", "start": 0, "end": 3,
    "original_text": "【A】", "new_text": "x",
}  # fmt: skip
REPORT: dict[str, Any] = {"summary": {"fix_changes": []}}
CHANGE: dict[str, Any] = {"paragraph_path": "p0", "element": "ind", "before": {}, "after": {}, "run_id": None}
MALFORMED = {
    "no JSON": ("replace_log", b"{", "INVALID_JSON", None),
    "not UTF-8": ("replace_log", b"\xff", "INVALID_JSON", None),
    "a key twice": ("format_report", b'{"a": 1, "a": 2}', "INVALID_JSON", None),
    "no number of JSON": ("format_report", b'{"a": NaN}', "INVALID_JSON", None),
    "too deep": ("replace_log", b"[" * 100_000, "INVALID_JSON", None),
    "a number too long": ("replace_log", b"9" * 10_000, "INVALID_JSON", None),
    "a list": ("replace_log", b"[]", "INVALID_ARGUMENT", "$"),
    "no entries": ("replace_log", b"{}", "INVALID_ARGUMENT", "$.entries"),
    "an entry that is text": ("replace_log", b'{"entries": ["x"]}', "INVALID_ARGUMENT", "$.entries[0]"),
    "a start that is text": (
        "replace_log",
        json.dumps({"entries": [{**ENTRY, "start": "0"}]}).encode(),
        "INVALID_ARGUMENT",
        "$.entries[0].start",
    ),
    "a start that is true": (
        "replace_log",
        json.dumps({"entries": [{**ENTRY, "start": True}]}).encode(),
        "INVALID_ARGUMENT",
        "$.entries[0].start",
    ),
    "an entry without a value": (
        "replace_log",
        json.dumps({"entries": [{key: ENTRY[key] for key in ENTRY if key != "new_text"}]}).encode(),
        "INVALID_ARGUMENT",
        "$.entries[0].new_text",
    ),
    "a mirror that is a number": (
        "replace_log",
        json.dumps({"entries": [{**ENTRY, "mirrored_at": [1]}]}).encode(),
        "INVALID_ARGUMENT",
        "$.entries[0].mirrored_at[0]",
    ),
    "no summary": ("format_report", b"{}", "INVALID_ARGUMENT", "$.summary"),
    "changes that are none": (
        "format_report",
        b'{"summary": {"fix_changes": {}}}',
        "INVALID_ARGUMENT",
        "$.summary.fix_changes",
    ),
    "an attribute that is a number": (
        "format_report",
        json.dumps({"summary": {"fix_changes": [{**CHANGE, "after": {"left": 1}}]}}).encode(),
        "INVALID_ARGUMENT",
        "$.summary.fix_changes[0].after.left",
    ),
}


@pytest.mark.parametrize(("part", "content", "code", "path"), MALFORMED.values(), ids=MALFORMED)
def test_an_invalid_report_is_refused_with_part_and_place(
    client: FlaskClient, parts: dict[str, bytes], part: str, content: bytes, code: str, path: str | None
) -> None:
    answer = ask(client, {**parts, part: content})
    body = answer.get_json()
    assert (answer.status_code, body["error_code"]) == (400, code)
    assert (body["detail"]["field"], body["detail"].get("path")) == (part, path)
    assert part in body["message"]


def test_the_error_for_a_damaged_document_names_the_document(
    client: FlaskClient, parts: dict[str, bytes]
) -> None:
    answer = ask(client, {**parts, "document": parts["document"][:-30]})
    body = answer.get_json()
    assert (answer.status_code, body["error_code"]) == (400, "INVALID_TEMPLATE")
    assert body["detail"]["field"] == "document"
    assert body["message"].startswith("document: ")


def test_a_document_that_decompresses_to_too_much_is_refused(
    make_client: Callable[..., FlaskClient], parts: dict[str, bytes]
) -> None:
    answer = ask(make_client(max_output_bytes=100), parts)
    body = answer.get_json()
    assert (answer.status_code, body["error_code"]) == (413, "TEMPLATE_LIMIT_EXCEEDED")
    assert (body["detail"]["limit"], body["detail"]["max"]) == ("output_bytes", 100)


@pytest.mark.parametrize("part", NAMES)
def test_every_part_has_a_limit(
    make_client: Callable[..., FlaskClient], parts: dict[str, bytes], part: str
) -> None:
    answer = ask(make_client(max_upload_bytes=4000), {**parts, part: parts[part] + b" " * 4000})
    body = answer.get_json()
    assert (answer.status_code, body["detail"]["field"]) == (413, part)


def fill_with_a_fault(job: Job, template: str, folder: str) -> dict[str, Any]:
    """A job whose filling code drops a character by mistake."""

    def faulty(scan: Scan, values: Values, _pictures: object = None, _alike: object = None) -> Filling:
        filling = fill(scan, values)
        part = scan.paragraphs[0].place.part
        end = part.text.content.rindex(b"</w:t>")
        filling.edits.append(Edit(part, end - 1, end, b"", ReplaceText("p0", 0)))
        return filling

    with mock.patch.object(edits, "fill", faulty):
        return pipeline.run_job(job, template, folder)


@pytest.fixture
def faulty_client(make_app: Callable[..., Flask]) -> FlaskClient:
    """The client of an app whose renderers have a bug in the filler."""
    app = make_app()
    renderer = Renderer("fork", timeout_seconds=60, limits=LIMITS, task=fill_with_a_fault)
    app.extensions[EXTENSION] = dataclasses.replace(app.extensions[EXTENSION], renderer=renderer)
    return app.test_client()


def test_a_document_that_fails_its_proof_is_not_returned(
    faulty_client: FlaskClient, log: LogLines, work_folder: Path
) -> None:
    answer = faulty_client.post("/v1/run", data=form(TEMPLATE))
    body = answer.get_json()
    assert (answer.status_code, body["error_code"]) == (500, "INTERNAL_ERROR")
    assert set(body["detail"]) == {"request_id"}
    assert "integrity" not in body["message"]
    (line,) = (line for line in log.lines if line["event"] == "error")
    assert line["inner"] == "integrity violated: 1 x text"
    assert "plain" not in log.text
    assert [path for path in work_folder.iterdir() if path.suffix != ".lock"] == []
