"""Workers, masters and fork servers that are killed, and servers that stop or reload under load."""

import signal
import threading
from collections.abc import Callable, Iterator
from typing import Any

import psutil
import pytest

from tests.e2e.faults.tidy import GOOD_JOB, SECONDS, Tidy, is_good
from tests.e2e.gunicorn_server import FORM_TYPE, Answer, GunicornServer, eventually, form_body, send


def test_a_killed_worker(start_server: Callable[..., GunicornServer]) -> None:
    tidy = Tidy(start_server(max_concurrency=1))
    running, renderer = tidy.server.frozen_job()
    (worker,) = tidy.server.workers()
    worker.kill()
    assert isinstance(running.exception(), ConnectionError)
    eventually(lambda: not psutil.pid_exists(renderer.pid), SECONDS)
    eventually(lambda: worker not in tidy.server.workers() and tidy.server.workers())
    tidy.again()


def test_a_worker_that_is_killed_as_the_server_stops_leaves_nothing(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(max_concurrency=1)
    _, renderer = server.frozen_job()
    (worker,) = server.workers()
    # The master hears of both at once: no other worker comes to clear up after this one.
    server.process.send_signal(signal.SIGSTOP)
    worker.kill()
    server.process.send_signal(signal.SIGTERM)
    renderer.resume()
    server.process.send_signal(signal.SIGCONT)
    assert server.process.wait(60) == 0
    assert list(server.work_folder.iterdir()) == []


def test_a_killed_master_ends_no_running_job_and_leaves_nothing(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(max_concurrency=1)
    Tidy(server)
    running, renderer = server.frozen_job()
    family = psutil.Process(server.process.pid).children(recursive=True)
    server.process.kill()
    server.process.wait()
    renderer.resume()
    assert running.result().status == 200
    eventually(lambda: not any(each.is_running() for each in family), SECONDS)
    assert list(server.work_folder.iterdir()) == []


def test_a_killed_fork_server(start_server: Callable[..., GunicornServer]) -> None:
    tidy = Tidy(start_server(max_concurrency=1, mp_start="forkserver"))
    (worker,) = tidy.server.workers()

    def fork_servers() -> list[psutil.Process]:
        return [each for each in worker.children() if any("forkserver" in word for word in each.cmdline())]

    (fork_server,) = fork_servers()
    fork_server.kill()
    assert is_good(tidy.server.job(**GOOD_JOB))
    assert fork_servers() != [fork_server]
    tidy.again()


class Clients:
    """Clients that send one job after the other, each on a connection of its own, until they are refused."""

    def __init__(self, server: GunicornServer, count: int) -> None:
        self._server = server
        self._port = server.port
        self._may_end = threading.Event()
        self.answers: list[Answer] = []
        # Requests whose connection was established and then reset before a byte of an answer came.
        self.unanswered: list[ConnectionError] = []
        self.failures: list[Exception] = []
        self._threads = [threading.Thread(target=self._work) for _ in range(count)]
        for thread in self._threads:
            thread.start()

    def end(self) -> None:
        self._may_end.set()
        for thread in self._threads:
            thread.join(60)

    def _work(self) -> None:
        body = form_body(**GOOD_JOB)
        while not self._may_end.is_set():
            connection = self._server.connect()
            try:
                connection.connect()
            except OSError:
                # Refused, or reset before a byte was sent: a proxy asks another backend.
                return
            try:
                answer = send(connection, "POST", "/v1/run", body, Content_Type=FORM_TYPE)
                self.answers.append(answer)
                assert is_good(answer) or answer.told == (503, "NOT_READY")
            except ConnectionError as failure:
                self.unanswered.append(failure)
            except Exception as failure:
                self.failures.append(failure)
            finally:
                connection.close()


@pytest.fixture
def loaded(start_server: Callable[..., GunicornServer]) -> Iterator[tuple[GunicornServer, Clients]]:
    """A server with two workers, and clients that keep its slots busy."""
    server = start_server(workers=2, max_concurrency=1, queue_timeout_seconds=60)
    eventually(lambda: len(server.sandbox_log) == 2)
    clients = Clients(server, 5)
    eventually(lambda: len(clients.answers) >= 5)
    yield server, clients
    clients.end()


def ends_of_jobs(server: GunicornServer) -> list[dict[str, Any]]:
    """The end lines of the log, one for each job that ended."""
    return [line for line in server.log if line["event"] in ("done", "error")]


def test_a_stop_under_load_cuts_off_no_request_that_a_worker_had_begun_to_read(
    loaded: tuple[GunicornServer, Clients],
) -> None:
    server, clients = loaded
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(60) == 0
    clients.end()
    assert clients.failures == []
    # The last ones were done while the server was stopping, or told to go elsewhere. What no worker accepted
    # in time is in no log; `tools/endurance.py stops` counts it.
    assert len(clients.answers) == len(ends_of_jobs(server)) >= 5
    assert list(server.work_folder.iterdir()) == []


def test_a_reload_under_load_refuses_and_cuts_off_nothing(loaded: tuple[GunicornServer, Clients]) -> None:
    server, clients = loaded
    old = {worker.pid for worker in server.workers()}
    before = len(clients.answers)
    server.process.send_signal(signal.SIGHUP)
    eventually(lambda: not old & {worker.pid for worker in server.workers()}, 40)
    eventually(lambda: len(clients.answers) >= before + 10)
    clients.end()
    assert clients.failures == clients.unanswered == []
    assert {answer.status for answer in clients.answers} == {200}
    assert server.leftovers() == []
