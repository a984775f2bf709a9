"""``docops serve`` is the server of ``make run``, from any folder."""

import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import GunicornServer, eventually

COMMAND = (sys.executable, "-m", "docops_flask", "serve")


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """A folder without gunicorn.conf.py and wsgi.py, from which the package is found."""
    monkeypatch.setattr("tests.e2e.gunicorn_server.ROOT", tmp_path)
    return {"PYTHONPATH": str(ROOT)}


def test_serve_answers_jobs_and_stops_cleanly(tmp_path: Path, elsewhere: dict[str, str]) -> None:
    server = GunicornServer(tmp_path / "server", COMMAND, elsewhere)
    try:
        assert server.ask("GET", "/healthz").json == {"status": "ok"}
        answer = server.job()
        assert (answer.status, answer.headers["X-Docops-Exit-Code"]) == (200, "0")
        # The end line is written after the client has its last byte.
        eventually(lambda: [line["event"] for line in server.log] == ["start", "done"])
    finally:
        code = server.stop()
    assert code == 0
    assert server.leftovers() == []


def test_serve_stops_with_one_line_when_a_setting_cannot_be_used(
    tmp_path: Path, elsewhere: dict[str, str]
) -> None:
    server = GunicornServer(tmp_path / "server", COMMAND, elsewhere, max_concurrency="none")
    assert server.process.wait(30) == 1
    server.stop()
    assert server.errors.strip().splitlines()[-1].startswith("DOCOPS_MAX_CONCURRENCY: 'none' cannot be used")
