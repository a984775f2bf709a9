"""``POST /v1/policies/suggest``: one policy from several documents, over HTTP."""

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.intake.catalogue.policy_file import parse_policy
from docops_flask.intake.learning import MAX_DOCUMENTS
from tests.engine.learning.learnt_policies import notice
from tests.factories import docx
from tests.pictures import png
from tests.web.conftest import LogLines
from tests.web.forms import form

A, B = docx(notice()), docx(notice(body="28"))


def suggest(client: FlaskClient, documents: list[tuple[str, bytes]], **fields: Any) -> TestResponse:
    parts = [(io.BytesIO(content), name) for name, content in documents]
    return post(client, {"document": parts, **fields})


def post(client: FlaskClient, data: dict[str, Any]) -> TestResponse:
    # Without a file the test client would send another kind of form.
    return client.post("/v1/policies/suggest", data=data, content_type="multipart/form-data")


def error(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    answer: dict[str, Any] = response.get_json()
    assert (response.status_code, answer["error_code"]) == (status, code)
    return answer


def test_the_policy_its_rules_and_who_agrees(client: FlaskClient) -> None:
    response = suggest(client, [("甲.docx", A), ("乙.docx", B)], against="gbt9704-2012", lang="EN")
    body = response.get_json()

    assert response.status_code == 200
    assert body["request_id"] == response.headers["X-Docops-Request-Id"]
    assert [each["name"] for each in body["documents"]] == ["甲.docx", "乙.docx"]
    assert (body["language"], body["against"]) == ("en", "gbt9704-2012")
    by_key = {rule["key"]: rule for rule in body["rules"]}
    assert by_key["roles.body.size_pt"] == {
        "key": "roles.body.size_pt",
        "role": "body",
        "rule": "size_pt",
        "value": 16,
        "written": False,
        "agree": 1,
        "of": 2,
        "others": [{"value": 14, "documents": 1}],
    }
    assert by_key["roles.title.size_pt"]["written"]
    assert [each["documents"] for each in body["deviations"] if each["key"] == "roles.body.size_pt"] == [1]
    assert "body" in parse_policy(body["policy"]).house_style.roles


def test_both_documents_pass_it_in_a_strict_run(client: FlaskClient) -> None:
    policy = suggest(client, [("a.docx", A), ("b.docx", B)]).get_json()["policy"]
    fields = {"policy_yaml": policy, "format_mode": "strict", "format_baseline": "policy"}
    codes = [
        client.post("/v1/run", data=form(each, b"{}", **fields)).headers["X-Docops-Exit-Code"]
        for each in (A, B, docx(notice(title="36")))
    ]
    assert codes == ["0", "0", "4"]


def test_files_of_one_name_are_told_apart(client: FlaskClient) -> None:
    body = suggest(client, [("x/a.docx", A), ("a.docx", B), ("a.docx", A)]).get_json()
    assert [each["name"] for each in body["documents"]] == ["a.docx", "a.docx (2)", "a.docx (3)"]


def test_the_answer_has_the_documented_members(client: FlaskClient) -> None:
    body = suggest(client, [("a.docx", A)]).get_json()
    assert set(body) == {
        "policy", "language", "rules", "documents", "against", "deviations", "request_id",
    }  # fmt: skip
    assert all(rule["written"] for rule in body["rules"])


def test_no_document(client: FlaskClient) -> None:
    for sent in ([], [("", b"")]):
        answer = error(suggest(client, sent, lang="en"), 400, "INVALID_ARGUMENT")
        assert answer["detail"]["field"] == "document"
        assert "1 to 20" in answer["message"]


REFUSED = {
    "damaged": ([("a.docx", A), ("坏.docx", B[:-40])], 400, "INVALID_TEMPLATE"),
    "a picture": ([("a.docx", A), ("坏.docx", png(2, 2))], 415, "INVALID_MEDIA_TYPE"),
    "another name": ([("坏.doc", A)], 415, "INVALID_MEDIA_TYPE"),
}


@pytest.mark.parametrize(("documents", "status", "code"), REFUSED.values(), ids=REFUSED)
def test_a_document_that_cannot_be_read_is_named(
    client: FlaskClient, documents: list[tuple[str, bytes]], status: int, code: str
) -> None:
    answer = error(suggest(client, documents), status, code)
    name = documents[-1][0]
    assert answer["message"].startswith(f"{name}: ")
    assert (answer["detail"]["document"], answer["detail"]["field"]) == (name, "document")


FIELDS = {
    "an unknown policy": ({"against": "none"}, "against"),
    "an unknown language": ({"lang": "fr"}, "lang"),
    "an unknown field": ({"policy": "default"}, "policy"),
    "a field sent twice": ({"lang": ["zh", "en"]}, "lang"),
    "a field sent as a file": ({"lang": (io.BytesIO(b"zh"), "lang.txt")}, "lang"),
}


@pytest.mark.parametrize(("fields", "field"), FIELDS.values(), ids=FIELDS)
def test_a_field_that_is_not_accepted(client: FlaskClient, fields: dict[str, Any], field: str) -> None:
    answer = error(suggest(client, [("a.docx", A)], **fields), 400, "INVALID_ARGUMENT")
    assert answer["detail"]["field"] == field


def test_a_document_has_to_be_a_file(client: FlaskClient) -> None:
    response = post(client, {"document": "text"})
    assert error(response, 400, "INVALID_ARGUMENT")["detail"]["field"] == "document"


def test_the_number_and_the_sizes_are_limited(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(max_upload_bytes=4_000)
    many = [(f"{number}.docx", b"PK") for number in range(MAX_DOCUMENTS + 1)]
    detail = error(suggest(client, many), 413, "TEMPLATE_LIMIT_EXCEEDED")["detail"]
    assert (detail["limit"], detail["max"]) == ("documents", MAX_DOCUMENTS)

    one = error(suggest(client, [("a.docx", A), ("big.docx", A + bytes(4_000))]), 413, "UPLOAD_TOO_LARGE")
    assert one["message"].startswith("big.docx: ")
    assert (one["detail"]["max_bytes"], one["detail"]["document"]) == (4_000, "big.docx")

    together = [(f"{number}.docx", A + bytes(3_000 - len(A))) for number in range(3)]
    all_of_them = error(suggest(client, together), 413, "UPLOAD_TOO_LARGE")["detail"]
    assert (all_of_them["field"], all_of_them["max_bytes"]) == ("document", 8_000)


def test_no_content_of_a_document_is_logged(client: FlaskClient, log: LogLines) -> None:
    suggest(client, [("甲.docx", A)])
    suggest(client, [("甲.docx", A[:-40])])
    assert "通知" not in log.text
    assert "甲" not in log.text
