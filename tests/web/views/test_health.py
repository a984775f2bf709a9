"""``/healthz`` and ``/readyz``."""

import shutil
import threading

import pytest

from docops_flask.engine.errors import DocopsError
from docops_flask.jobs.errors import NotReady
from docops_flask.web.services import EXTENSION, Lifecycle, Readiness
from tests.web.forms import form


class Probe:
    """A renderer that counts its probes and fails them when told to."""

    def __init__(self, error=None):
        self.count = 0
        self.error = error

    def probe(self):
        self.count += 1
        if self.error is not None:
            raise self.error


@pytest.fixture
def readiness(make_app):
    services = make_app().extensions[EXTENSION]

    def make(renderer):
        return Readiness(renderer, services.workspaces, Lifecycle())

    return make


def not_ready(response):
    assert response.status_code == 503
    assert response.get_json()["error_code"] == "NOT_READY"
    assert int(response.headers["Retry-After"]) >= 1
    return response.get_json()["message"]


def test_healthz_answers_whatever_the_slots_are_doing(make_app):
    app = make_app(max_concurrency=1)
    with app.extensions[EXTENSION].slots.take():
        response = app.test_client().get("/healthz")
    assert (response.status_code, response.get_json()) == (200, {"status": "ok"})


def test_readyz_starts_a_renderer(client, work_folder):
    assert client.get("/readyz").status_code == 200
    assert [path for path in work_folder.iterdir() if path.suffix != ".lock"] == []


def test_readyz_says_that_the_work_folder_takes_nothing(client, work_folder):
    shutil.rmtree(work_folder)
    assert "TMPDIR" in not_ready(client.get("/readyz"))


def test_readyz_says_that_the_server_is_stopping(make_app):
    app = make_app()
    app.extensions[EXTENSION].lifecycle.stop()
    assert "stopping" in not_ready(app.test_client().get("/readyz"))
    assert app.test_client().get("/healthz").status_code == 200


@pytest.mark.parametrize("error", [NotReady("x", inner="killed by SIGKILL"), DocopsError("x")])
def test_readiness_says_that_no_renderer_starts(readiness, error):
    with pytest.raises(NotReady, match="renderer") as caught:
        readiness(Probe(error)).check()
    assert caught.value.inner == error.inner


def test_what_the_probe_said_holds_for_a_while(readiness):
    good, bad = Probe(), Probe(DocopsError("x"))
    ready, unready = readiness(good), readiness(bad)
    for _ in range(3):
        ready.check()
        with pytest.raises(NotReady):
            unready.check()
    assert (good.count, bad.count) == (1, 1)


def test_many_askers_at_once_start_one_renderer(readiness):
    probe = Probe()
    check = readiness(probe).check
    threads = [threading.Thread(target=check) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert probe.count == 1


def test_who_asks_during_a_probe_that_hangs_hears_what_the_one_before_it_said(readiness, monkeypatch):
    begun, may_end = threading.Event(), threading.Event()

    class Hangs(Probe):
        def probe(self):
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


def test_readyz_says_that_the_server_is_drained_while_everything_else_works(make_app, tmp_path):
    drain_file = tmp_path / "drain"
    client = make_app(drain_file=drain_file).test_client()
    assert client.get("/readyz").status_code == 200
    drain_file.touch()
    assert "DOCOPS_DRAIN_FILE" in not_ready(client.get("/readyz"))
    assert client.get("/healthz").status_code == 200
    assert client.post("/v1/run", data=form()).status_code == 200
    drain_file.unlink()
    assert client.get("/readyz").status_code == 200


def test_health_is_another_name_of_healthz(client):
    answers = [client.get(path) for path in ("/healthz", "/health")]
    assert [(answer.status_code, answer.get_json()) for answer in answers] == [(200, {"status": "ok"})] * 2
    headers = [
        {name: value for name, value in answer.headers if name != "X-Docops-Request-Id"} for answer in answers
    ]
    assert headers[0] == headers[1]
