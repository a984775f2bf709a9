"""The form fields that leave out comments and signatures, in any spelling of a switch."""

import io
import json
import zipfile

import pytest
from flask.testing import FlaskClient

from tests.engine.removal_packages import END, REFERENCE, START, commented, signed
from tests.factories import p, r
from tests.web.forms import form, members

COMMENTED = commented(p(START, r("【MEETING_TITLE】"), END, REFERENCE))
SIGNED = signed(p("【MEETING_TITLE】"))
PART = {"strip_comments": "word/comments.xml", "drop_signature": "_xmlsignatures/sig1.xml"}


@pytest.mark.parametrize(
    ("value", "leaves_out"),
    [("true", True), ("TRUE", True), ("Yes", True), (" ", False), ("", False), ("No", False)],
)
@pytest.mark.parametrize(("field", "template"), [("strip_comments", COMMENTED), ("drop_signature", SIGNED)])
def test_a_switch_leaves_out_what_it_names(
    client: FlaskClient, field: str, template: bytes, value: str, leaves_out: bool
) -> None:
    answer = client.post("/v1/run", data=form(template=template) | {field: value})
    assert answer.status_code == 200
    files = members(answer.data)
    document = zipfile.ZipFile(io.BytesIO(files["out.docx"])).namelist()
    assert (PART[field] not in document) == leaves_out
    assert ("removed" in json.loads(files["out.replace_log.json"])) == leaves_out
    assert json.loads(files["out.integrity.json"])["verdict"] == "intact"
    assert field not in json.loads(files["api_result.json"])["effective"]


@pytest.mark.parametrize("field", PART)
def test_a_template_without_it_is_filled_as_without_the_switch(client: FlaskClient, field: str) -> None:
    plain, switched = (
        members(client.post("/v1/run", data=form() | fields).data) for fields in ({}, {field: "true"})
    )
    for name in ("out.docx", "out.replace_log.json", "out.format_report.json"):
        assert plain[name] == switched[name]


def test_a_precheck_takes_the_switches(client: FlaskClient) -> None:
    fields = dict.fromkeys(PART, "true")
    answer = client.post("/v1/precheck", data=form(template=COMMENTED) | fields)
    assert answer.get_json()["ok"]
