"""``output``: one file back, with the facts in headers; the ZIP has the same headers."""

import dataclasses
import io
import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.engine.job import Job, OfficeSetup
from docops_flask.engine.pipeline import run_job
from docops_flask.jobs.caller import STAYING, Caller
from docops_flask.jobs.pdf_support import FoundOffice, PdfRenderers, PdfSupport
from docops_flask.jobs.renderer import Rendered, Renderer
from docops_flask.web.attachment import MEDIA_TYPES
from docops_flask.web.services import EXTENSION
from tests.factories import docx, p, tbl, tc, tr
from tests.web.conftest import LogLines, crash_renderers
from tests.web.forms import form, members, task

FACTS = ("X-Docops-Exit-Code", "X-Docops-Left", "X-Docops-Missing", "X-Docops-Format")
PDF = b"%PDF-1.6\n%not much of one"


def facts(response: TestResponse) -> list[str]:
    assert response.status_code == 200, response.data
    return [response.headers[name] for name in FACTS]


@pytest.mark.parametrize("output", ["docx", "DOCX", " docx "])
def test_the_answer_is_the_document_that_would_be_in_the_zip(client: FlaskClient, output: str) -> None:
    archive = client.post("/v1/run", data=form())
    response = client.post("/v1/run", data=form(output=output))
    assert response.data == members(archive.data)["out.docx"]
    assert response.headers["Content-Type"] == MEDIA_TYPES["docx"]
    assert response.headers["Content-Disposition"] == 'attachment; filename="notice.docx"'
    assert response.content_length == len(response.data)
    assert len(response.headers["X-Docops-Request-Id"]) == 32
    assert facts(response) == facts(archive)


@pytest.mark.parametrize("fields", [{}, {"output": "zip"}, {"output": ""}])
def test_the_zip_is_the_default_and_keeps_its_name(client: FlaskClient, fields: dict[str, Any]) -> None:
    response = client.post("/v1/run", data=form(**fields))
    assert response.headers["Content-Type"] == MEDIA_TYPES["zip"]
    assert response.headers["Content-Disposition"] == 'attachment; filename="docops_outputs.zip"'


@pytest.mark.parametrize("output", ["zip", "docx"])
@pytest.mark.parametrize(
    ("template", "payload", "fields", "wanted"),
    [
        (p("【MEETING_TITLE】"), {"meeting_title": "x"}, {}, ["0", "0", "0", "passed"]),
        (p("【MEETING_TITLE】") + p("【MEETING_DATE】" * 2), {}, {}, ["2", "3", "2", "passed"]),
        (p("【meeting_title】"), {}, {}, ["3", "1", "0", "passed"]),
        (p("【MEETING_TITLE】"), {"meeting_title": "x"}, {"format_mode": "off"}, ["0", "0", "0", "skipped"]),
        (tbl(tr(tc(p("x")))), {}, {"preset": "strict"}, ["4", "0", "0", "failed"]),
        (tbl(tr(tc(p("x")))), {}, {"format_baseline": "policy"}, ["0", "0", "0", "failed"]),
    ],
)
def test_the_headers_say_what_the_zip_would(
    client: FlaskClient,
    output: str,
    template: str,
    payload: dict[str, str],
    fields: dict[str, Any],
    wanted: list[str],
) -> None:
    response = client.post("/v1/run", data=form(docx(template), task(payload), output=output, **fields))
    assert facts(response) == wanted


def test_errors_stay_json(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form(b"PK\x03\x04 no package", output="docx"))
    assert (response.status_code, response.get_json()["error_code"]) == (400, "INVALID_TEMPLATE")


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
def test_pdf_is_refused_where_none_can_be_made(client: FlaskClient, path: str) -> None:
    response = client.post(path, data=form(output="pdf"))
    detail = response.get_json()["detail"]
    assert (response.status_code, response.get_json()["error_code"]) == (400, "INVALID_ARGUMENT")
    assert (detail["field"], detail["value"], detail["allowed"]) == ("output", "pdf", ["zip", "docx"])


def test_an_unknown_output_is_refused(client: FlaskClient) -> None:
    detail = client.post("/v1/run", data=form(output="odt")).get_json()["detail"]
    assert (detail["field"], detail["allowed"]) == ("output", ["zip", "docx", "pdf"])


def with_renderer(app: Flask, renderer_task: Callable[..., dict[str, Any]]) -> FlaskClient:
    """The client of ``app`` where PDF can be made, and whose renderers do ``renderer_task``."""
    services = app.extensions[EXTENSION]
    renderer = Renderer("fork", 60, services.settings.process_limits(), task=renderer_task)
    found = FoundOffice(PdfSupport(True, "7.4", None), OfficeSetup("/office", "/profile"))
    pdf = OwnRenderers("fork", 60, services.settings.process_limits(), lambda: found)
    pdf.renderer = renderer
    app.extensions[EXTENSION] = dataclasses.replace(services, renderer=renderer, pdf_renderers=pdf)
    return app.test_client()


class OwnRenderers(PdfRenderers):
    """Gives jobs with a PDF to ``renderer``, which has no LibreOffice."""

    renderer: Renderer

    def run(self, job: Job, workspace: Path, caller: Caller = STAYING) -> Rendered:
        return self.renderer.run(job, workspace, caller)


def make_pdf_too(job: Job, template: str, folder: str) -> dict[str, Any]:
    result = run_job(job._replace(options=job.options._replace(pdf=False)), template, folder)
    Path(folder, "out.pdf").write_bytes(PDF)
    return result


def test_pdf_is_answered_where_the_run_made_one(make_app: Callable[..., Flask], log: LogLines) -> None:
    response = with_renderer(make_app(), make_pdf_too).post("/v1/run", data=form(output="pdf", name="a"))
    assert (response.data, response.headers["Content-Type"]) == (PDF, "application/pdf")
    assert response.headers["Content-Disposition"] == 'attachment; filename="a.pdf"'
    assert facts(response) == ["0", "0", "0", "passed"]
    assert log.lines[-1]["outcome"] == "ok"


def leave_another_kind(job: Job, template: str, folder: str) -> dict[str, Any]:
    result = run_job(job, template, folder)
    Path(folder, "out.docx").write_bytes(b"<html>")
    return result


def leave_a_link(job: Job, template: str, folder: str) -> dict[str, Any]:
    result = run_job(job, template, folder)
    os.unlink(os.path.join(folder, "out.docx"))
    os.symlink(template, os.path.join(folder, "out.docx"))
    return result


def leave_nothing(job: Job, template: str, folder: str) -> dict[str, Any]:
    result = run_job(job, template, folder)
    os.unlink(os.path.join(folder, "out.docx"))
    return result


@pytest.mark.parametrize("spoil", [leave_another_kind, leave_a_link, leave_nothing])
def test_a_file_of_a_renderer_that_was_taken_over_is_not_handed_out(
    make_app: Callable[..., Flask], work_folder: Path, spoil: Callable[..., dict[str, Any]]
) -> None:
    app = make_app(sandbox="off")
    response = with_renderer(app, spoil).post("/v1/run", data=form(output="docx"))
    assert (response.status_code, response.get_json()["error_code"]) == (500, "RENDERER_CRASHED")
    app.extensions[EXTENSION].workspaces.close()
    assert list(work_folder.iterdir()) == []


def lie_of_the_name(job: Job, template: str, folder: str) -> dict[str, Any]:
    return {**run_job(job, template, folder), "file_name": '../x"\r\nSet-Cookie: a=b\u202e'}


def test_a_name_of_a_renderer_that_was_taken_over_is_made_storable(make_app: Callable[..., Flask]) -> None:
    response = with_renderer(make_app(), lie_of_the_name).post("/v1/run", data=form(output="docx", name="x"))
    assert response.headers["Content-Disposition"] == 'attachment; filename="_x_ Set-Cookie_ a=b.docx"'
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("output", ["docx", "zip"])
def test_nothing_is_left_behind(
    make_app: Callable[..., Flask], work_folder: Path, log: LogLines, output: str
) -> None:
    app = make_app()
    client = app.test_client()
    client.post("/v1/run", data=form(output=output))
    # A client that leaves in the middle.
    response = client.post("/v1/run", data=form(output=output), buffered=False)
    next(iter(response.response))
    response.close()
    crash_renderers(app)
    assert client.post("/v1/run", data=form(output=output)).status_code == 500
    app.extensions[EXTENSION].workspaces.close()
    assert list(work_folder.iterdir()) == []
    assert next(line.get("outcome") for line in log.lines if line["event"] != "start") == "ok"


@pytest.mark.parametrize("fields", [{}, {"format_report": "both", "export_suggested_policy": "true"}])
def test_the_same_request_makes_the_same_document(client: FlaskClient, fields: dict[str, Any]) -> None:
    first, second = (client.post("/v1/run", data=form(output="docx", **fields)) for _ in range(2))
    assert first.headers["X-Docops-Request-Id"] != second.headers["X-Docops-Request-Id"]
    assert (first.data, first.headers["Content-Digest"]) == (second.data, second.headers["Content-Digest"])
    one, other = (members(client.post("/v1/run", data=form(**fields)).data) for _ in range(2))
    assert first.data == one["out.docx"]
    assert {name for name in one if one[name] != other[name]} == {"api_result.json"}


def test_the_same_open_task_with_blocks_and_pictures_makes_the_same_document(client: FlaskClient) -> None:
    from tests.pictures import png

    template = docx(p("【甲方】【@章 10mm】") + p("【#项】") + p("【#】【名】") + p("【/项】"))
    payload = {"甲方": "A", "章": {"file": "a.png"}, "项": [{"名": str(number)} for number in range(20)]}

    def sent() -> dict[str, Any]:
        given = form(template, json.dumps({"payload": payload}).encode(), output="docx")
        return {**given, "asset": (io.BytesIO(png(8, 8)), "a.png")}

    first, second = (client.post("/v1/run", data=sent()) for _ in range(2))
    assert first.status_code == 200
    assert first.data == second.data
    with zipfile.ZipFile(io.BytesIO(first.data)) as archive:
        assert archive.testzip() is None
