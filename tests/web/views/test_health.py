"""``/healthz`` and ``/readyz``."""

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from docops_flask.engine.errors import DocopsError
from docops_flask.jobs.errors import NotReady
from docops_flask.web.services import EXTENSION, Lifecycle, Readiness
from tests.web.forms import form


class Probe:
    """A renderer that counts its probes and fails them on request."""

    def __init__(self, error: DocopsError | NotReady | None = None) -> None:
        self.count = 0
        self.error = error

    def probe(self) -> None:
        self.count += 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def readiness(make_app: Callable[..., Flask]) -> Callable[..., Readiness]:
    services = make_app().extensions[EXTENSION]

    def make(renderer: Any) -> Readiness:
        return Readiness(renderer, services.workspaces, Lifecycle())

    return make


def not_ready(response: TestResponse) -> str:
    assert response.status_code == 503
    assert response.get_json()["error_code"] == "NOT_READY"
    assert int(response.headers["Retry-After"]) >= 1
    found: str = response.get_json()["message"]
    return found


def test_healthz_answers_while_all_slots_are_busy(make_app: Callable[..., Flask]) -> None:
    app = make_app(max_concurrency=1)
    with app.extensions[EXTENSION].slots.take():
        response = app.test_client().get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_readyz_starts_a_renderer(client: FlaskClient, work_folder: Path) -> None:
    assert client.get("/readyz").status_code == 200
    assert [path for path in work_folder.iterdir() if path.suffix != ".lock"] == []


def test_readyz_reports_an_unwritable_work_folder(client: FlaskClient, work_folder: Path) -> None:
    shutil.rmtree(work_folder)
    assert "TMPDIR" in not_ready(client.get("/readyz"))


def test_readyz_reports_a_stopping_server(make_app: Callable[..., Flask]) -> None:
    app = make_app()
    app.extensions[EXTENSION].lifecycle.stop()
    assert "stopping" in not_ready(app.test_client().get("/readyz"))
    assert app.test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize("error", [NotReady("x", inner="killed by SIGKILL"), DocopsError("x")])
def test_readiness_reports_that_no_renderer_starts(
    readiness: Callable[..., Readiness], error: DocopsError | NotReady
) -> None:
    with pytest.raises(NotReady, match="renderer") as caught:
        readiness(Probe(error)).check()
    assert caught.value.inner == error.inner


def test_the_result_of_a_probe_is_reused_for_a_while(readiness: Callable[..., Readiness]) -> None:
    good, bad = Probe(), Probe(DocopsError("x"))
    ready, unready = readiness(good), readiness(bad)
    for _ in range(3):
        ready.check()
        with pytest.raises(NotReady):
            unready.check()
    assert (good.count, bad.count) == (1, 1)


def test_simultaneous_requests_start_one_probe(readiness: Callable[..., Readiness]) -> None:
    probe = Probe()
    check = readiness(probe).check
    threads = [threading.Thread(target=check) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert probe.count == 1


def test_during_a_hanging_probe_the_previous_result_is_answered(
    readiness: Callable[..., Readiness], monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, may_end = threading.Event(), threading.Event()

    class Hangs(Probe):
        def probe(self) -> None:
            super().probe()
            if self.count > 1:
                begun.set()
                assert may_end.wait(30)

    probe = Hangs()
    ready = readiness(probe)
    monkeypatch.setattr("docops_flask.web.services._PROBE_VALID_SECONDS", 0)
    ready.check()
    first = threading.Thread(target=ready.check)
    first.start()
    assert begun.wait(30)
    for _ in range(20):
        ready.check()
    assert probe.count == 2
    may_end.set()
    first.join()


def test_readyz_reports_draining_while_everything_else_works(
    make_app: Callable[..., Flask], tmp_path: Path
) -> None:
    drain_file = tmp_path / "drain"
    client = make_app(drain_file=drain_file).test_client()
    assert client.get("/readyz").status_code == 200
    drain_file.touch()
    assert "DOCOPS_DRAIN_FILE" in not_ready(client.get("/readyz"))
    assert client.get("/healthz").status_code == 200
    assert client.post("/v1/run", data=form()).status_code == 200
    drain_file.unlink()
    assert client.get("/readyz").status_code == 200


def test_health_is_another_name_of_healthz(client: FlaskClient) -> None:
    answers = [client.get(path) for path in ("/healthz", "/health")]
    assert [(answer.status_code, answer.get_json()) for answer in answers] == [(200, {"status": "ok"})] * 2
    headers = [
        {name: value for name, value in answer.headers if name != "X-Docops-Request-Id"} for answer in answers
    ]
    assert headers[0] == headers[1]
