"""Renderers of batches are stopped while jobs of clients are at work."""

import os
import signal
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress

import psutil
import pytest

from docops_flask.engine.job import Job
from docops_flask.engine.worker.worker import READY
from docops_flask.jobs.errors import RendererCrashed
from docops_flask.jobs.pauses import Pauses
from docops_flask.jobs.process import RendererProcess
from docops_flask.jobs.renderer import Rendered, Renderer
from docops_flask.jobs.workspace import Workspace
from tests.jobs import targets
from tests.jobs.limits import LIMITS
from tests.jobs.observing import eventually, read_pid

LONG_SECONDS = 60.0


class AtWork:
    """A renderer of a batch that works until it is killed or its time is over."""

    def __init__(self, job: Job, workspace: Workspace, pauses: Pauses) -> None:
        renderer = Renderer("spawn", LONG_SECONDS, LIMITS, task=targets.hang, pauses=pauses)
        self._threads = ThreadPoolExecutor(1)
        self.jobs = pauses.counter("jobs")
        self.pdfs = pauses.counter("PDFs")
        self.ended: Future[Rendered] = self._threads.submit(renderer.run, job, workspace.path)
        self.pid = read_pid(workspace.file("hanging"))

    def is_stopped(self) -> bool:
        return psutil.Process(self.pid).status() == psutil.STATUS_STOPPED

    def end(self) -> None:
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self._threads.shutdown()


Begin = Callable[..., AtWork]


@pytest.fixture
def begin(job: Job, workspace: Workspace) -> Iterator[Begin]:
    begun: list[AtWork] = []

    def start(
        after_jobs_seconds: float = 0.0,
        longest_seconds: float = LONG_SECONDS,
        run_seconds: float = 0.0,
    ) -> AtWork:
        pauses = Pauses(after_jobs_seconds, longest_seconds, run_seconds)
        begun.append(AtWork(job, workspace, pauses))
        return begun[0]

    yield start
    for each in begun:
        each.end()


def test_it_is_stopped_at_once_and_goes_on_after_the_last_job(begin: Begin) -> None:
    at_work = begin()
    assert not at_work.is_stopped()
    at_work.jobs(1)
    assert eventually(at_work.is_stopped)
    at_work.pdfs(1)
    at_work.jobs(0)
    time.sleep(0.6)
    assert at_work.is_stopped(), "a PDF is a job too"
    at_work.pdfs(0)
    assert eventually(lambda: not at_work.is_stopped())


def test_it_waits_a_moment_for_the_next_job(begin: Begin) -> None:
    at_work = begin(after_jobs_seconds=LONG_SECONDS)
    at_work.jobs(1)
    at_work.jobs(0)
    time.sleep(0.6)
    assert at_work.is_stopped()


def test_one_that_becomes_ready_during_a_job_is_stopped_too(job: Job, workspace: Workspace) -> None:
    pauses = Pauses()
    pauses.counter("jobs")(1)
    at_work = Renderer("spawn", LONG_SECONDS, LIMITS, task=targets.hang, pauses=pauses)
    with ThreadPoolExecutor(1) as threads:
        ended = threads.submit(at_work.run, job, workspace.path)
        stopped: list[psutil.Process] = []

        def is_stopped() -> bool:
            stopped[:] = [
                child for child in psutil.Process().children() if child.status() == psutil.STATUS_STOPPED
            ]
            return bool(stopped)

        assert eventually(is_stopped)
        for each in stopped:
            each.kill()
        with pytest.raises(RendererCrashed):
            ended.result()


def test_under_steady_load_it_goes_on_now_and_then(begin: Begin) -> None:
    at_work = begin(longest_seconds=0.5, run_seconds=0.5)
    at_work.jobs(1)
    for _ in range(2):
        assert eventually(at_work.is_stopped)
        assert eventually(lambda: not at_work.is_stopped())


def test_pauses_do_not_count_as_its_time() -> None:
    process = RendererProcess.start("spawn", LIMITS, targets.hang, time.monotonic() + LONG_SECONDS)
    try:
        assert process.receive(time.monotonic() + LONG_SECONDS) == READY
        process.pause()
        with ThreadPoolExecutor(1) as threads:
            answer = threads.submit(process.receive, time.monotonic() + 0.1)
            time.sleep(0.6)
            assert not answer.done()
            process.resume()
            with pytest.raises(TimeoutError):
                answer.result()
    finally:
        process.end(0.0)


def test_one_that_is_stopped_can_be_killed(begin: Begin) -> None:
    at_work = begin()
    at_work.jobs(1)
    assert eventually(at_work.is_stopped)
    os.kill(at_work.pid, signal.SIGKILL)
    with pytest.raises(RendererCrashed):
        at_work.ended.result()
