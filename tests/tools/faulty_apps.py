"""The app with one fault each, as gunicorn can serve it: ``tests.tools.faulty_apps:forgets_a_file()``."""

import os
import signal
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable
from typing import Any
from unittest import mock

from flask import Flask, request

from docops_flask.app import create_app
from docops_flask.engine.job import Job
from docops_flask.engine.pipeline import run_job
from docops_flask.jobs.errors import TooManyRequests
from docops_flask.jobs.process import End, RendererProcess
from docops_flask.jobs.renderer import Renderer
from docops_flask.serving.gunicorn import EXTENSION

SLOW_MS = 300


def does_not_start() -> None:
    raise RuntimeError("the fault of this app")


def starts_with_the_slots_of_SLOTS() -> Flask:
    app = create_app()
    assert app.extensions[EXTENSION].settings.max_concurrency == int(os.environ["SLOTS"])
    return app


def answers_500() -> Flask:
    def fail() -> None:
        raise RuntimeError("what a client sent")

    return _app(fail)


def answers_429() -> Flask:
    def refuse() -> None:
        raise TooManyRequests(max_concurrency=1, queue_timeout_seconds=0, waited_ms=0)

    return _app(refuse)


def is_slow() -> Flask:
    return _app(lambda: time.sleep(SLOW_MS / 1000))


def forgets_a_file() -> Flask:
    return _app(lambda: tempfile.mkstemp(prefix="forgotten-"))


def forgets_six_megabytes() -> Flask:
    def forget() -> None:
        descriptor, _ = tempfile.mkstemp(prefix="forgotten-")
        os.truncate(descriptor, 6 * 1024 * 1024)

    return _app(forget)


def lets_jobs_wait() -> Flask:
    """Has its only slot taken until a job waits for it, and a moment longer."""
    app = create_app()
    slots = app.extensions[EXTENSION].slots
    assert slots.count == 1

    def block() -> None:
        is_taken = threading.Event()

        def hold() -> None:
            with slots.take():
                is_taken.set()
                while not slots.waiting:
                    time.sleep(0.01)
                time.sleep(0.05)

        threading.Thread(target=hold).start()
        is_taken.wait()

    return _every_second_job(app, block)


def leaves_a_thread() -> Flask:
    """Starts one that does nothing for as long as the worker lives."""
    return _app(lambda: threading.Thread(target=threading.Event().wait, daemon=True).start())


def kills_its_worker() -> Flask:
    def kill() -> None:
        # The job before it has been answered; its last line may still be on its way to the log.
        time.sleep(1)
        os.kill(os.getpid(), signal.SIGKILL)

    return _app(kill)


def kills_its_server() -> Flask:
    return _app(lambda: os.kill(os.getppid(), signal.SIGKILL))


def stops_its_server() -> Flask:
    """Stops the master process, so that it ignores SIGTERM."""
    return _app(lambda: os.kill(os.getppid(), signal.SIGSTOP))


def leaves_a_process() -> Flask:
    """Starts one that lives on when the server has ended."""
    return _app(lambda: subprocess.Popen(["sleep", "600"], start_new_session=True))


def leaks_its_renderers() -> Flask:
    """Its renderers do not leave after their answer, and it does not make them."""

    def end(self: RendererProcess, patience_seconds: float) -> End:
        self._channel.close()
        return End(gone=True, exit_code=0)

    mock.patch.object(RendererProcess, "end", end).start()
    app = create_app()
    services = app.extensions[EXTENSION]
    renderer = Renderer("spawn", 60, services.settings.process_limits(), task=render_and_stay)
    object.__setattr__(services, "renderer", renderer)
    return app


def render_and_stay(job: Job, template: str, folder: str) -> dict[str, Any]:
    """A renderer's task, found by its name in the renderer."""
    mock.patch.object(os, "_exit", side_effect=lambda _status: signal.pause()).start()
    return run_job(job, template, folder)


def _app(fault: Callable[[], object]) -> Flask:
    return _every_second_job(create_app(), fault)


def _every_second_job(app: Flask, fault: Callable[[], object]) -> Flask:
    """Let every other job be sound, so that its renderer and its times are seen."""
    jobs = []

    @app.before_request
    def before() -> None:
        if request.path == "/v1/run":
            jobs.append(request)
            if len(jobs) % 2 == 0:
                fault()

    return app
