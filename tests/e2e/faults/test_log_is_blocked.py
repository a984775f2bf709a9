"""A log that cannot be written (blocked or closed pipe, full disk): jobs still succeed."""

import json
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.faults.tidy import GOOD_JOB, Tidy, is_good
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.e2e.nginx_server import free_port

# Both streams of the whole server, from its first line on.
_WITH_LOG_AT = 'exec "$0" -m gunicorn >"$1" 2>&1'


class SilentServer(GunicornServer):
    """A server whose port is known without its log."""

    def __init__(self, folder: Path, log: Path) -> None:
        self._port = free_port()
        command = ["sh", "-c", _WITH_LOG_AT, sys.executable, str(log)]
        super().__init__(folder, command=command, bind=f"127.0.0.1:{self._port}", max_concurrency=1)
        self.wait_until_it_listens()

    @property
    def port(self) -> int:
        return self._port

    def wait_until_it_listens(self) -> None:
        def answers() -> bool:
            try:
                return self.ask("GET", "/healthz").status == 200
            except ConnectionRefusedError:
                return False

        eventually(answers)


@pytest.fixture
def pipe(tmp_path: Path) -> Iterator[tuple[Path, int]]:
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
def start_silent(tmp_path: Path) -> Iterator[Callable[[Path], SilentServer]]:
    servers = []

    def start(log: Path) -> SilentServer:
        servers.append(SilentServer(tmp_path / "server", log))
        return servers[-1]

    yield start
    for server in servers:
        server.stop()


class Lines:
    """The whole lines that have come through a pipe; the last one may still be on its way."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._rest = b""
        self.parsed: list[dict[str, Any]] = []

    def read(self) -> list[dict[str, Any]]:
        try:
            while block := os.read(self._descriptor, 1 << 16):
                *lines, self._rest = (self._rest + block).split(b"\n")
                self.parsed += [json.loads(line) for line in lines if line]
        except BlockingIOError:
            pass
        return self.parsed


def test_a_blocked_log_delays_no_job_no_refusal_and_no_stop(
    start_silent: Callable[[Path], SilentServer], pipe: tuple[Path, int]
) -> None:
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


def test_lines_logged_meanwhile_are_written_when_the_log_is_read_again(
    start_silent: Callable[[Path], SilentServer], pipe: tuple[Path, int]
) -> None:
    path, descriptor = pipe
    server = start_silent(path)
    for _ in range(5):
        assert is_good(server.job(**GOOD_JOB))
    log = Lines(descriptor)
    eventually(lambda: sum(line.get("event") == "done" for line in log.read()) == 5)
    lines = log.parsed
    ours = [line for line in lines if line["logger"] == "docops.api" and line["event"] != "pdf"]
    assert ours[0]["event"] == "sandbox"
    # A client has its answer a moment before the line "done" is written: the next job's may come first.
    events: dict[str, list[str]] = {}
    for line in ours[1:]:
        events.setdefault(line["request_id"], []).append(line["event"])
    assert list(events.values()) == [["start", "done"]] * 5
    assert any("Listening at" in line.get("message", "") for line in lines)


def test_a_full_disk_under_the_log_fails_no_job(start_silent: Callable[[Path], SilentServer]) -> None:
    tidy = Tidy(start_silent(Path("/dev/full")))
    assert tidy.server.job(preset="fast").status == 400
    tidy.again()


def test_a_closed_log_fails_no_job(start_silent: Callable[[Path], SilentServer], tmp_path: Path) -> None:
    path = tmp_path / "log"
    os.mkfifo(path)
    reader = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
    tidy = Tidy(start_silent(path))
    os.close(reader)
    tidy.again()
