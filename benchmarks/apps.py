"""The service with other renderers, for comparison; run it as ``gunicorn "benchmarks.apps:naive()"``."""

import os
import pickle
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

from flask import Flask

from docops_flask.app import create_app
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.worker.worker import JOB_FILE, TEMPLATE_FILE
from docops_flask.jobs.caller import STAYING, Caller
from docops_flask.jobs.renderer import Rendered, Renderer
from docops_flask.settings.settings import from_env
from docops_flask.web.services import EXTENSION

_NAIVE = Path(__file__).with_name("naive_fill.py")


def in_process() -> Flask:
    """Return an app that calls the engine in the server process, without isolation and time limit."""
    return _app(_InProcess)


def naive() -> Flask:
    """Return an app that starts a new Python process with python-docx for each job."""
    return _app(_Naive)


def _app(renderer: type[Renderer]) -> Flask:
    settings = replace(from_env(os.environ), sandbox="off")
    app = create_app(settings)
    # Without standby renderers, which would compete with what is measured.
    other = renderer(settings.mp_start, settings.request_timeout_seconds, settings.process_limits())
    app.extensions[EXTENSION] = replace(app.extensions[EXTENSION], renderer=other)
    return app


class _InProcess(Renderer):
    def run(self, job: Job, workspace: Path, caller: Caller = STAYING) -> Rendered:
        started = time.monotonic()
        result = run_job(job, workspace / TEMPLATE_FILE, workspace)
        return Rendered(result, os.getpid(), 1.0, int((time.monotonic() - started) * 1000))


class _Naive(Renderer):
    def run(self, job: Job, workspace: Path, caller: Caller = STAYING) -> Rendered:
        started = time.monotonic()
        (workspace / JOB_FILE).write_bytes(pickle.dumps(dict(job.payload or {})))
        with subprocess.Popen([sys.executable, _NAIVE, workspace]) as process:
            status = process.wait()
        if status:
            raise RuntimeError(f"naive_fill ended with {status}")
        counts = {"left": 0, "missing": 0, "format": "skipped"}
        result = {"exit_code": 0, "zip_ms": 0, "format_issue_codes": {}, "summary": {}, "counts": counts}
        return Rendered(result, process.pid, 1.0, int((time.monotonic() - started) * 1000))
