"""Digests of what is answered, and 304 for clients that have a file already."""

import base64
import hashlib
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.intake.catalogue.skills import load_skills
from docops_flask.starter.template import build_starter_template
from docops_flask.web.conditional import conditional_file
from tests.optional import not_none
from tests.web.forms import form, members, part, raw, template_part

STARTER = "/v1/skills/meeting_notice/template.docx"


def assert_digest(response: TestResponse, content: bytes | None = None) -> None:
    digest = hashlib.sha256(response.data if content is None else content).digest()
    assert response.headers.getlist("Content-Digest") == [f"sha-256=:{base64.b64encode(digest).decode()}:"]


@pytest.mark.parametrize("path", ["/v1/meta", "/v1/openapi.json", STARTER])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_every_200_has_the_digest_of_its_content(client: FlaskClient, path: str, method: str) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 200
    assert_digest(response, client.get(path).data)


@pytest.mark.parametrize("output", ["zip", "docx"])
def test_the_file_of_a_run_has_its_digest(client: FlaskClient, output: str) -> None:
    response = client.post("/v1/run", data=form(output=output))
    assert (response.status_code, len(response.data)) == (200, response.content_length)
    assert_digest(response)


def test_a_file_of_many_blocks_has_its_digest(client: FlaskClient) -> None:
    from tests.factories import docx, p

    template = docx(
        p("【MEETING_TITLE】"), extra={"word/media/noise.bin": hashlib.shake_256(b"").digest(300_000)}
    )
    response = client.post("/v1/run", data=form(template))
    assert response.content_length is not None
    assert response.content_length > 300_000
    assert_digest(response)


def test_json_about_a_job_has_its_digest(client: FlaskClient) -> None:
    run = members(client.post("/v1/run", data=form()).data)
    answers = [
        client.post("/v1/precheck", data=form()),
        client.post("/v1/inspect", data={"template": form()["template"]}),
        client.post(
            "/v1/verify",
            **raw(
                template_part(),
                part("document", run["out.docx"], "out.docx"),
                part("replace_log", run["out.replace_log.json"], "log.json"),
                part("format_report", run["out.format_report.json"], "report.json"),
            ),
        ),
    ]
    for answer in answers:
        assert answer.status_code == 200
        assert_digest(answer)


@pytest.mark.parametrize(("path", "status"), [("/healthz", 200), ("/v1/nothing", 404), ("/v1/run", 405)])
def test_other_answers_have_none(client: FlaskClient, path: str, status: int) -> None:
    response = client.get(path)
    assert response.status_code == status
    assert "Content-Digest" not in response.headers


@pytest.mark.parametrize("sent", ["{tag}", "W/{tag}", '"other", {tag}', "*"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_a_client_that_has_a_starter_template_is_answered_304(
    client: FlaskClient, sent: str, method: str
) -> None:
    tag = client.get(STARTER).headers["ETag"]
    response = client.open(STARTER, method=method, headers={"If-None-Match": sent.format(tag=tag)})
    assert (response.status_code, response.data) == (304, b"")
    assert response.headers["ETag"] == tag
    assert not {"Content-Type", "Content-Length", "Content-Disposition", "Content-Digest"} & set(
        response.headers.keys()
    )


@pytest.mark.parametrize("sent", ['"other"', "", "other", 'W/"0"'])
def test_any_other_tag_is_answered_with_the_file(client: FlaskClient, sent: str) -> None:
    assert client.get(STARTER, headers={"If-None-Match": sent}).status_code == 200


def test_another_language_is_another_file(client: FlaskClient) -> None:
    tag = client.get(f"{STARTER}?lang=zh").headers["ETag"]
    assert client.get(f"{STARTER}?lang=en", headers={"If-None-Match": tag}).status_code == 200


def test_a_tag_is_that_of_the_bytes_which_are_the_same_each_time(client: FlaskClient) -> None:
    response = client.get(STARTER)
    again = build_starter_template(not_none(load_skills().get("meeting_notice")), "zh")
    assert response.headers["ETag"] == f'"{hashlib.sha256(again).hexdigest()}"'


def test_a_refusal_is_not_conditional(make_client: Callable[..., FlaskClient]) -> None:
    client = make_client(web_basic_auth=("user", "pass"))
    assert client.get(STARTER, headers={"If-None-Match": "*"}).status_code == 401


def test_other_files_can_be_answered_so(make_app: Callable[..., Flask]) -> None:
    with make_app().test_request_context(headers={"If-None-Match": '"x"'}):
        response = conditional_file(b"content", "text/plain", 'attachment; filename="a.txt"')
    assert (response.status_code, response.data, response.mimetype) == (200, b"content", "text/plain")
    tag = response.headers["ETag"]
    with make_app().test_request_context(headers={"If-None-Match": tag}):
        assert conditional_file(b"content", "text/plain", "attachment").status_code == 304
