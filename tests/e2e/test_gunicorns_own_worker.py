"""With gunicorn's own threaded worker, where its insides are not as ours expects them."""

import sys

import pytest
from gunicorn.workers import gthread

from docops_flask.serving.gunicorn import _SEAMS, gunicorn_settings
from docops_flask.settings.settings import Settings
from tests.e2e.gunicorn_server import eventually


def test_ours_serves_with_the_gunicorn_that_is_installed():
    assert gunicorn_settings(Settings())["worker_class"] == "docops_flask.serving.worker.Worker"


@pytest.mark.parametrize("seam", _SEAMS)
def test_where_a_method_that_ours_stands_on_is_missing_gunicorns_own_serves(monkeypatch, seam):
    monkeypatch.delattr(gthread.ThreadWorker, seam)
    assert gunicorn_settings(Settings())["worker_class"] == "gthread"


def test_it_does_jobs_tells_so_and_stops(start_server):
    server = start_server(command=(sys.executable, "-m", "gunicorn", "--worker-class", "gthread"))
    assert server.job().status == 200
    assert server.ask("POST", "/v1/inspect", b"").status == 415
    eventually(lambda: "gunicorn's own worker is used" in server.errors)
    assert server.stop() == 0
    assert server.leftovers() == []
