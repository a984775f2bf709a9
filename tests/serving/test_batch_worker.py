"""``docops worker``: what it needs to begin. At work it is in ``tests/e2e/cluster``."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from docops_flask.batches.assembly import Makers, make_parts, make_queue
from docops_flask.batches.worker_metrics import WorkerRecorder
from docops_flask.jobs.pdf_support import NO_OFFICE
from docops_flask.jobs.workspace import Workspaces
from docops_flask.serving.batch_worker import command
from docops_flask.serving.gunicorn import hide_secrets
from docops_flask.settings.settings import Settings, SettingsError, from_env
from tests.conftest import ROOT


@pytest.mark.parametrize(
    ("environ", "line"),
    [
        ({}, "DOCOPS_BATCH_BROKER: needed by docops worker"),
        ({"DOCOPS_BATCH_BROKER": "redis://:sesame@broker"}, "DOCOPS_BATCH_DIR: needed where"),
    ],
)
def test_a_worker_without_a_setting_that_it_needs_names_it(
    environ: dict[str, str], line: str, tmp_path: Path
) -> None:
    variables = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT), "TMPDIR": str(tmp_path), **environ}
    done = subprocess.run(
        command(None), env=variables, cwd=tmp_path, check=False, capture_output=True, text=True
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(line)
    assert "sesame" not in done.stderr


def test_the_command_of_a_worker() -> None:
    assert command(None) == [sys.executable, "-m", "docops_flask.serving.batch_worker"]
    assert command("127.0.0.1:9100")[-1] == "127.0.0.1:9100"


def test_the_setting_whose_packages_are_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    for name in ("queue", "object_files"):
        monkeypatch.setitem(sys.modules, f"docops_flask.batches.{name}", None)
    settings = from_env({"DOCOPS_BATCH_STORE": "s3://office", "DOCOPS_BATCH_BROKER": "redis://broker"})
    with pytest.raises(SettingsError, match=r"\ADOCOPS_BATCH_BROKER: needs .* requirements-celery\.txt\Z"):
        make_queue(settings)
    with pytest.raises(SettingsError, match=r"\ADOCOPS_BATCH_STORE: needs .* requirements-s3\.txt\Z"):
        make_parts(settings, Workspaces(tmp_path), WorkerRecorder(), Makers(lambda: NO_OFFICE, None))
    assert make_queue(Settings()) is None


@pytest.mark.parametrize("bind", ["9100", "127.0.0.1:99999", "nowhere.invalid:9100"])
def test_an_address_that_takes_no_requests_is_told(bind: str) -> None:
    with pytest.raises(SettingsError, match=r"\A--bind: cannot be used \("):
        WorkerRecorder().serve(bind)


def test_renderers_inherit_neither_the_broker_nor_credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    secret = ("DOCOPS_BATCH_BROKER", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    environ = {**dict.fromkeys(secret, "sesame"), "DOCOPS_BATCH_DIR": "/batches"}
    monkeypatch.setattr(os, "environ", environ)
    hide_secrets()
    assert environ == {"DOCOPS_BATCH_DIR": "/batches"}
