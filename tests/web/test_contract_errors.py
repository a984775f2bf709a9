"""Every row of the contract's error table, as one request each."""

import dataclasses
import io
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.engine.files import STORAGE_ERRNOS
from docops_flask.web.hooks import as_docops_error
from docops_flask.web.services import EXTENSION
from tests.factories import docx, p, package
from tests.web.conftest import LogLines
from tests.web.forms import form, task

SECRET = "SECRET-CONTENTS"
UNSAFE = package(
    {"[Content_Types].xml": "<!DOCTYPE x [<!ENTITY e 'x'>]><Types/>", "word/document.xml": "<x/>"}
)


def docm() -> bytes:
    macro = "application/vnd.ms-word.document.macroEnabled.main+xml"
    plain = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
    source = docx(p("x"))
    with zipfile.ZipFile(io.BytesIO(source)) as archive:
        return package({name: archive.read(name).replace(plain.encode(), macro.encode())
                        for name in archive.namelist()})  # fmt: skip


class Explodes:
    """A renderer with a bug."""

    def run(self, *_args: Any) -> Any:
        raise KeyError(SECRET)


def with_broken_renderer(app: Flask) -> Flask:
    services = app.extensions[EXTENSION]
    app.extensions[EXTENSION] = dataclasses.replace(services, renderer=Explodes())
    return app


def answered(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    body = response.get_json()
    assert (response.status_code, body["error_code"]) == (status, code)
    assert response.content_type == "application/json"
    assert response.headers["X-Docops-Request-Id"] == body["detail"]["request_id"]
    assert SECRET not in response.text
    found: dict[str, Any] = body
    return found


ROWS = [
    ("INVALID_ARGUMENT", 400, {}, {"preset": "fast"}),
    ("INVALID_ARGUMENT_CONFLICT", 400, {}, {"preset": "quick", "format_mode": "off"}),
    ("INVALID_JSON", 400, {}, {"task_json": b"{"}),
    ("INVALID_TEMPLATE", 400, {}, {"template": UNSAFE}),
    ("REQUEST_TIMEOUT", 408, {"request_timeout_seconds": 0.001}, {}),
    ("UPLOAD_TOO_LARGE", 413, {"max_upload_bytes": 100}, {}),
    ("TEMPLATE_LIMIT_EXCEEDED", 413, {"max_zip_entries": 1}, {}),
    ("INVALID_MEDIA_TYPE", 415, {}, {"template": b"%PDF"}),
    ("INVALID_MEDIA_TYPE", 415, {}, {"template": docm()}),
]


@pytest.mark.parametrize(("code", "status", "settings", "fields"), ROWS)
def test_run_answers_with_the_contracts_error(
    make_client: Callable[..., FlaskClient],
    work_folder: Path,
    code: str,
    status: int,
    settings: dict[str, float],
    fields: dict[str, Any],
) -> None:
    response = make_client(**settings).post("/v1/run", data=form(**fields))
    answered(response, status, code)
    assert [path for path in work_folder.iterdir() if path.suffix != ".lock"] == []


@pytest.mark.parametrize(
    "path", ["/v1/run", "/v1/precheck", "/v1/inspect", "/v1/verify", "/v1/policies/suggest"]
)
class TestEveryJobRoute:
    """What all routes that use a renderer answer alike."""

    @staticmethod
    def post(client: FlaskClient, path: str) -> TestResponse:
        word, report = docx(p(SECRET)), b"{}"
        files = {
            "/v1/inspect": {"template": word},
            "/v1/policies/suggest": {"document": word},
            "/v1/verify": {
                "template": word,
                "document": word,
                "replace_log": report,
                "format_report": report,
            },
        }
        data = {
            name: (io.BytesIO(content), "t.json" if content is report else "t.docx")
            for name, content in files.get(path, {}).items()
        }
        return client.post(path, data=data or form())

    def test_429_when_no_slot_is_free(self, make_app: Callable[..., Flask], path: str) -> None:
        app = make_app(max_concurrency=1)
        with app.extensions[EXTENSION].slots.take():
            response = self.post(app.test_client(), path)
        body = answered(response, 429, "TOO_MANY_REQUESTS")
        assert body["detail"] | {"request_id": ""} == {
            "max_concurrency": 1,
            "queue_timeout_seconds": 0,
            "request_id": "",
        }
        assert int(response.headers["Retry-After"]) >= 1

    def test_408_when_the_renderer_takes_too_long(self, make_client: Callable[..., Any], path: str) -> None:
        response = self.post(make_client(request_timeout_seconds=0.001), path)
        detail = answered(response, 408, "REQUEST_TIMEOUT")["detail"]
        assert (detail["timeout_seconds"], detail["terminated"]) == (0.001, True)

    def test_500_does_not_reveal_a_bug(
        self, make_app: Callable[..., Flask], log: LogLines, path: str
    ) -> None:
        body = answered(
            self.post(with_broken_renderer(make_app()).test_client(), path), 500, "INTERNAL_ERROR"
        )
        assert set(body["detail"]) == {"request_id"}
        assert "KeyError" not in body["message"]
        assert SECRET not in log.text
        assert log.lines[-1]["inner"].startswith("KeyError at docops_flask/web/")

    def test_500_does_not_reveal_how_a_renderer_ended(
        self, crashing_client: FlaskClient, log: LogLines, path: str
    ) -> None:
        body = answered(self.post(crashing_client, path), 500, "RENDERER_CRASHED")
        assert set(body["detail"]) == {"request_id"}
        assert "SIGKILL" not in body["message"]
        assert "SIGKILL" in log.lines[-1]["inner"]

    def test_503_when_the_work_folder_is_not_writable(
        self, client: FlaskClient, work_folder: Path, path: str
    ) -> None:
        shutil.rmtree(work_folder)
        response = self.post(client, path)
        answered(response, 503, "INSUFFICIENT_STORAGE")
        assert int(response.headers["Retry-After"]) >= 1

    def test_503_when_the_server_is_stopping(self, make_app: Callable[..., Flask], path: str) -> None:
        app = make_app()
        app.extensions[EXTENSION].lifecycle.stop()
        response = self.post(app.test_client(), path)
        answered(response, 503, "NOT_READY")
        assert int(response.headers["Retry-After"]) >= 1

    def test_a_slot_is_free_again_after_every_failure(
        self, make_app: Callable[..., Flask], path: str
    ) -> None:
        app = make_app(max_concurrency=1, request_timeout_seconds=0.001)
        for _ in range(3):
            answered(self.post(app.test_client(), path), 408, "REQUEST_TIMEOUT")
        assert app.extensions[EXTENSION].slots.busy == 0


@pytest.mark.parametrize(
    "path", ["/", "/v1", "/v1/nope", "/healthz/", "//healthz", "/web", "/web/static/x.js", "/metrics",
             "/static/x", "/v1/run/"]
)  # fmt: skip
def test_404_for_an_unknown_path(client: FlaskClient, path: str) -> None:
    body = answered(client.get(path), 404, "NOT_FOUND")
    assert set(body["detail"]) == {"request_id"}


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1/run", "POST"),
        ("PUT", "/v1/run", "POST"),
        ("OPTIONS", "/v1/run", "POST"),
        ("DELETE", "/v1/precheck", "POST"),
        ("HEAD", "/v1/inspect", "POST"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/v1/meta", "GET, HEAD"),
        ("BREW", "/readyz", "GET, HEAD"),
    ],
)
def test_405_for_an_unsupported_method(client: FlaskClient, method: str, path: str, allow: str) -> None:
    response = client.open(path, method=method)
    assert response.status_code == 405
    assert response.headers["Allow"] == allow
    assert len(response.headers["X-Docops-Request-Id"]) == 32
    if method != "HEAD":
        answered(response, 405, "METHOD_NOT_ALLOWED")


def test_template_limit_exceeded_names_the_limit(make_client: Callable[..., FlaskClient]) -> None:
    body = make_client(max_zip_entries=1).post("/v1/run", data=form()).get_json()
    assert body["detail"]["limit"] == "zip_entries"
    assert body["detail"]["max"] == 1


def test_a_full_disk_anywhere_is_insufficient_storage() -> None:
    for number in STORAGE_ERRNOS:
        error = as_docops_error(OSError(number, "/secret/path"))
        assert (error.status, error.code) == (503, "INSUFFICIENT_STORAGE")
        assert "secret" not in error.message


def test_the_values_of_a_task_are_in_no_error(client: FlaskClient) -> None:
    response = client.post("/v1/run", data=form(task_json=task({"meeting_title": 1, "organizer": SECRET})))
    answered(response, 400, "INVALID_ARGUMENT")


def test_an_incoming_request_id_is_not_used(client: FlaskClient) -> None:
    response = client.get("/healthz", headers={"X-Docops-Request-Id": "a" * 32})
    request_id = response.headers["X-Docops-Request-Id"]
    assert request_id != "a" * 32
    assert len(request_id) == 32
    assert int(request_id, 16) >= 0


def test_every_request_has_an_id_of_its_own(client: FlaskClient) -> None:
    ids = {client.get("/healthz").headers["X-Docops-Request-Id"] for _ in range(20)}
    assert len(ids) == 20
