"""``/metrics`` of a whole server: all workers count, whichever answers, and none of it is lost with one."""

import shutil
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.container.namespace import require_namespaces
from tests.e2e.gunicorn_server import BIG_TEMPLATE, GunicornServer, eventually

WORKERS = 3
SLOTS = 2
NO_SPACE = "no space for this worker's metrics"


class Watched:
    """A server with metrics enabled, and the figures of its /metrics."""

    def __init__(self, server: GunicornServer) -> None:
        self.server = server
        eventually(lambda: self.of("slots_total") == WORKERS * SLOTS)

    def figures(self) -> dict[tuple[str, ...], float]:
        text = self.server.ask("GET", "/metrics").body.decode()
        return {
            (sample.name, *sorted(sample.labels.values())): sample.value
            for family in text_string_to_metric_families(text)
            for sample in family.samples
        }

    def of(self, name: str, *labels: str) -> float:
        return self.figures().get((f"docops_{name}", *sorted(labels)), 0)

    def healthy_answers(self) -> float:
        return self.of("http_requests_total", "/healthz", "GET", "200")

    def ask_for_health(self, times: int) -> None:
        for _ in range(times):
            assert self.server.ask("GET", "/healthz").status == 200

    def replace(self, worker: psutil.Process) -> None:
        """Kill ``worker`` and wait for the one that takes its place."""
        worker.kill()
        eventually(lambda: not psutil.pid_exists(worker.pid) and len(self.server.workers()) == WORKERS)
        eventually(lambda: self.of("slots_total") == WORKERS * SLOTS)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.server.work_folder.glob("*.db/*"))


@pytest.fixture
def start(start_server: Callable[..., GunicornServer]) -> Callable[..., Watched]:
    def serve(**settings: Any) -> Watched:
        return Watched(start_server(enable_metrics=1, workers=WORKERS, max_concurrency=SLOTS, **settings))

    return serve


def test_every_worker_reports_the_counts_of_all(start: Callable[..., Watched]) -> None:
    watched = start()
    watched.ask_for_health(30)
    assert [watched.healthy_answers() for _ in range(12)] == [30] * 12


@pytest.mark.parametrize("start_method", ["spawn", "forkserver", "fork"])
def test_jobs_are_counted_under_every_start_method(start: Callable[..., Watched], start_method: str) -> None:
    watched = start(mp_start=start_method)
    for _ in range(6):
        assert watched.server.job().status == 200
    # A job ends when its answer is closed, which is after the client has all of it.
    eventually(lambda: watched.of("run_duration_seconds_count", "ok") == 6)
    assert watched.of("queue_wait_seconds_count") == 6
    assert watched.of("slots_busy") == 0


def test_replacing_a_worker_loses_no_count_and_leaves_no_file(start: Callable[..., Watched]) -> None:
    watched = start()
    watched.ask_for_health(20)
    files = watched.files()
    for _ in range(4):
        watched.replace(watched.server.workers()[0])
    watched.ask_for_health(10)
    assert watched.healthy_answers() == 30
    assert watched.files() == files


def test_slots_are_busy_while_a_job_runs_and_free_when_its_worker_is_gone(
    start: Callable[..., Watched],
) -> None:
    watched = start()
    answer, renderer = watched.server.frozen_job()
    assert [watched.of("slots_busy") for _ in range(6)] == [1] * 6
    (worker,) = [each for each in watched.server.workers() if each.pid == renderer.ppid()]
    watched.replace(worker)
    assert watched.of("slots_busy") == 0
    assert answer.exception() is not None


def test_a_reload_loses_no_count_and_reports_the_new_workers_only(start: Callable[..., Watched]) -> None:
    watched = start()
    watched.ask_for_health(10)
    old = {worker.pid for worker in watched.server.workers()}
    watched.server.process.send_signal(signal.SIGHUP)
    eventually(lambda: not old & {worker.pid for worker in watched.server.workers()})
    eventually(lambda: watched.of("slots_total") == WORKERS * SLOTS)
    assert watched.healthy_answers() == 10


def test_a_killed_renderer_and_a_timeout_are_counted(start: Callable[..., Watched]) -> None:
    watched = start(request_timeout_seconds=3)
    answer, renderer = watched.server.frozen_job()
    renderer.kill()
    assert answer.result().told == (500, "RENDERER_CRASHED")
    answer, _ = watched.server.frozen_job()
    assert answer.result().told == (408, "REQUEST_TIMEOUT")
    assert (watched.of("renderer_deaths_total"), watched.of("renderer_timeouts_total")) == (1, 1)
    eventually(lambda: watched.of("run_duration_seconds_count", "internal_error") == 1)
    eventually(lambda: watched.of("run_duration_seconds_count", "timeout") == 1)


def test_a_client_that_leaves_is_counted_as_the_log_counts_it(start: Callable[..., Watched]) -> None:
    watched = start()
    connection = watched.server.connect()
    connection.putrequest("POST", "/v1/run")
    connection.putheader("Content-Type", "multipart/form-data; boundary=b")
    connection.putheader("Content-Length", "1000")
    connection.endheaders(b"--b\r\n")
    connection.close()
    eventually(lambda: watched.of("run_duration_seconds_count", "bad_request") == 1)


def test_nothing_stays_behind_when_the_server_stops(start: Callable[..., Watched]) -> None:
    watched = start()
    watched.ask_for_health(3)
    assert watched.files()
    assert watched.server.stop() == 0
    assert list(watched.server.work_folder.iterdir()) == []


def test_what_a_killed_server_left_is_swept_by_the_next(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    first = start_server(enable_metrics=1)
    assert first.job().status == 200
    workers = first.workers()
    first.process.kill()
    eventually(lambda: not any(worker.is_running() for worker in workers))
    left = set(first.work_folder.glob("*.db"))
    assert left
    second = start_server(enable_metrics=1, variables={"TMPDIR": str(first.work_folder)})
    assert second.job().status == 200
    assert not left & set(first.work_folder.glob("*.db"))
    assert len(list(first.work_folder.glob("*.db"))) == 1


def test_a_worker_without_space_for_its_metrics_still_works(
    start_server: Callable[..., GunicornServer],
) -> None:
    require_namespaces()
    # Room for the files of one worker, 1 MiB, and for a small job.
    small_volume = 'mount -t tmpfs -o size=2000k tmpfs "$TMPDIR" && exec "$0" -m gunicorn'
    command = ["unshare", "--mount", "sh", "-c", small_volume, sys.executable]
    server = start_server(command=command, enable_metrics=1, workers=2, max_concurrency=SLOTS)
    eventually(lambda: NO_SPACE in server.errors)
    before = {worker.pid for worker in server.workers()}
    for _ in range(6):
        assert server.job().status == 200
        assert f"docops_slots_total {SLOTS}.0" in server.ask("GET", "/metrics").body.decode()
    assert {worker.pid for worker in server.workers()} == before


def _is_removed(folder: Path) -> bool:
    """Remove a folder; say whether it is gone, for a worker may just be making a file in it."""
    shutil.rmtree(folder, ignore_errors=True)
    return not folder.exists()


def test_workers_still_work_when_the_metrics_folder_is_removed(start: Callable[..., Watched]) -> None:
    watched = start()
    eventually(lambda: _is_removed(watched.server.work_folder))
    assert watched.server.ask("GET", "/metrics").told == (503, "INSUFFICIENT_STORAGE")
    watched.server.work_folder.mkdir()
    watched.server.workers()[0].kill()
    eventually(lambda: NO_SPACE in watched.server.errors)
    for _ in range(6):
        assert watched.server.job().status == 200


def test_a_server_without_metrics_makes_no_files(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server()
    assert server.job(template=BIG_TEMPLATE).status == 200
    assert list(server.work_folder.glob("*.db")) == []
