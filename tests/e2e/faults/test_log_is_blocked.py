"""A log that takes nothing (its reader hangs or is gone, its disk is full): jobs are done all the same."""

import json
import os
import signal
import sys

import pytest

from tests.e2e.faults.tidy import GOOD_JOB, Tidy, is_good
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.e2e.nginx_server import free_port

# Both streams of the whole server, from its first line on.
_WITH_LOG_AT = 'exec "$0" -m gunicorn >"$1" 2>&1'


class SilentServer(GunicornServer):
    """A server whose port is known without its words."""

    def __init__(self, folder, log):
        self._port = free_port()
        command = ["sh", "-c", _WITH_LOG_AT, sys.executable, str(log)]
        super().__init__(folder, command=command, bind=f"127.0.0.1:{self._port}", max_concurrency=1)
        self.wait_until_it_listens()

    @property
    def port(self):
        return self._port

    def wait_until_it_listens(self):
        def answers():
            try:
                return self.ask("GET", "/healthz").status == 200
            except ConnectionRefusedError:
                return False

        eventually(answers)


@pytest.fixture
def pipe(tmp_path):
    """A pipe by name, open at both ends, and full."""
    path = tmp_path / "log"
    os.mkfifo(path)
    descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK)
    try:
        while True:
            os.write(descriptor, b"\n" * 4096)
    except BlockingIOError:
        pass
    yield path, descriptor
    os.close(descriptor)


@pytest.fixture
def start_silent(tmp_path):
    servers = []

    def start(log):
        servers.append(SilentServer(tmp_path / "server", log))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


class Lines:
    """The whole lines that have come through a pipe; the last one may still be on its way."""

    def __init__(self, descriptor):
        self._descriptor = descriptor
        self._rest = b""
        self.parsed = []

    def read(self):
        try:
            while block := os.read(self._descriptor, 1 << 16):
                *lines, self._rest = (self._rest + block).split(b"\n")
                self.parsed += [json.loads(line) for line in lines if line]
        except BlockingIOError:
            pass
        return self.parsed


def test_a_reader_that_hangs_holds_up_no_job_no_refusal_and_no_stop(start_silent, pipe):
    path, _ = pipe
    server = start_silent(path)
    tidy = Tidy(server)
    for _ in range(10):
        assert is_good(server.job(**GOOD_JOB))
        assert server.job(preset="fast").status == 400
    tidy.again()
    server.process.send_signal(signal.SIGTERM)
    assert server.process.wait(20) == 0
    assert list(server.work_folder.iterdir()) == []


def test_what_was_logged_meanwhile_comes_when_it_is_read_again(start_silent, pipe):
    path, descriptor = pipe
    server = start_silent(path)
    for _ in range(5):
        assert is_good(server.job(**GOOD_JOB))
    log = Lines(descriptor)
    eventually(lambda: sum(line.get("event") == "done" for line in log.read()) == 5)
    lines = log.parsed
    assert [line["event"] for line in lines if line["logger"] == "docops.api"] == [
        "sandbox",
        *["start", "done"] * 5,
    ]
    assert any("Listening at" in line.get("message", "") for line in lines)


def test_a_full_disk_under_the_log_fails_no_job(start_silent):
    tidy = Tidy(start_silent("/dev/full"))
    assert tidy.server.job(preset="fast").status == 400
    tidy.again()


def test_a_reader_that_has_gone_fails_no_job(start_silent, tmp_path):
    path = tmp_path / "log"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    tidy = Tidy(start_silent(path))
    os.close(reader)
    tidy.again()
