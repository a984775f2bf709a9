"""Word's own marks of fields over HTTP: inspect, precheck, run, verify."""

import io
import json

from flask.testing import FlaskClient

from tests.engine.native.test_native_proof import BODY, PAYLOAD
from tests.engine.native.word_fields import complex_field, merge_field
from tests.factories import docx, p
from tests.web.forms import form, members, task

NESTED = complex_field(" IF ", merge_field("X"))


def _template(body: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(docx(body)), "t.docx"


def test_inspect_tells_the_kind_of_each_field(client: FlaskClient) -> None:
    body = client.post("/v1/inspect", data={"template": _template(BODY + p("【D】", NESTED))}).get_json()
    assert body["kinds"] == {
        "A": "merge_field", "B": "merge_field", "L": "merge_field", "C": "merge_field",
        "Text": "form_field", "List": "form_field", "Box": "form_field", "D": "bracket",
    }  # fmt: skip
    assert body["language"] == 2
    assert [each["name"] for each in body["fields"]] == ["A", "B", "Text", "List", "C", "Box", "D"]
    assert body["schema"]["properties"]["L"]["items"]["properties"]["Box"]["type"] == ["boolean", "null"]
    assert [(each["kind"], each["text"]) for each in body["unsupported"]] == [
        ("UNSUPPORTED_FIELD", "MERGEFIELD X")
    ]
    codes = [each["code"] for each in body["problems"]]
    assert "FIELD_RESULT" not in codes
    assert codes.count("NEEDS_LANGUAGE_2") == len({each["text"] for each in body["problems"]}) - 1


def test_precheck_run_and_verify_agree(client: FlaskClient) -> None:
    template = docx(BODY)
    sent = json.dumps({"payload": PAYLOAD}).encode()
    verdict = client.post("/v1/precheck", data=form(template, sent)).get_json()
    assert (verdict["expected_exit_code"], verdict["missing_required"]) == (2, ["B"])
    run = client.post("/v1/run", data=form(template, sent))
    assert run.headers["X-Docops-Exit-Code"] == "2"
    files = members(run.data)
    evidence = {
        "template": (io.BytesIO(template), "t.docx"),
        "document": (io.BytesIO(files["out.docx"]), "out.docx"),
        "replace_log": (io.BytesIO(files["out.replace_log.json"]), "log.json"),
        "format_report": (io.BytesIO(files["out.format_report.json"]), "report.json"),
        "task": (io.BytesIO(sent), "task.json"),
    }
    verified = client.post("/v1/verify", data=evidence).get_json()
    assert (verified["verdict"], verified["exactness"]) == ("intact", "bytes")


def test_a_job_of_a_document_type_leaves_native_marks_alone(client: FlaskClient) -> None:
    field = merge_field("MEETING_DATE")
    sent = form(docx(p("【MEETING_TITLE】", field)), task({"meeting_title": "x"}))
    run = client.post("/v1/run", data=sent)
    files = members(run.data)
    assert field in members(files["out.docx"])["word/document.xml"].decode()
    assert "native" not in json.loads(files["out.replace_log.json"])
