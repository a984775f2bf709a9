"""With gunicorn's own threaded worker, where its insides are not as ours expects them."""

import sys
from collections.abc import Callable

import pytest
from gunicorn.workers import gthread  # type: ignore[import-untyped]

from docops_flask.serving.gunicorn import _SEAMS, gunicorn_settings
from docops_flask.settings.settings import Settings
from tests.e2e.gunicorn_server import GunicornServer, eventually


def test_the_services_worker_is_used_with_the_installed_gunicorn() -> None:
    assert gunicorn_settings(Settings())["worker_class"] == "docops_flask.serving.worker.Worker"


@pytest.mark.parametrize("seam", _SEAMS)
def test_gunicorns_worker_is_used_when_a_needed_method_is_missing(
    monkeypatch: pytest.MonkeyPatch, seam: str
) -> None:
    monkeypatch.delattr(gthread.ThreadWorker, seam)
    assert gunicorn_settings(Settings())["worker_class"] == "gthread"


def test_gunicorns_worker_does_jobs_and_logs_them(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(command=(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"))
    assert server.job().status == 200
    assert server.ask("POST", "/v1/inspect", b"").status == 415
    eventually(lambda: "gunicorn's own worker is used" in server.errors)
    assert server.stop() == 0
    assert server.leftovers() == []
