"""Starts the service on a loopback port while a tool needs it, and reads its log while it is written."""

import compileall
import json
import os
import re
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tools.lib.client import Client

_STEP_SECONDS = 0.05


class GrowingLog:
    """The log of a running server, read incrementally."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._offset = 0

    def take_added(self, patience_seconds: float) -> bytes:
        """Return the lines that were added since the last call.

        A job's end line is written just after its answer went out, so this waits up to
        ``patience_seconds`` until every job that these lines start has its end among them.
        """
        deadline = time.monotonic() + patience_seconds
        while True:
            added = self._added()
            if not _unfinished_jobs(added) or time.monotonic() >= deadline:
                self._offset += len(added)
                return added
            time.sleep(_STEP_SECONDS)

    def _added(self) -> bytes:
        with self._path.open("rb") as log:
            log.seek(self._offset)
            added = log.read()
        # A line may be half written.
        return added[: added.rfind(b"\n") + 1]


def error_lines(log: Path, most: int) -> list[str]:
    """Return the errors of the jobs in ``log``, the most frequent first, ``most`` lines at most."""
    counts: Counter[str] = Counter()
    request_ids: dict[str, str] = {}
    for event in _events(log.read_bytes()):
        if event.get("event") != "error":
            continue
        what = f"{event.get('status_code')} {event.get('error_code')} at stage {event.get('failure_stage')}"
        if event.get("inner"):
            what += f": {event['inner']}"
        counts[what] += 1
        request_ids.setdefault(what, str(event.get("request_id")))
    return [
        f"{count} × {what} (first: request {request_ids[what]})" for what, count in counts.most_common(most)
    ]


def tail(log: Path, lines: int = 10) -> str:
    """Return the last ``lines`` lines of ``log``."""
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-lines:])


def _unfinished_jobs(lines: bytes) -> set[str]:
    started, ended = set(), set()
    for event in _events(lines):
        if event.get("event") == "start":
            started.add(event.get("request_id", ""))
        elif event.get("event") in ("done", "error"):
            ended.add(event.get("request_id", ""))
    return started - ended


def _events(lines: bytes) -> list[dict[str, Any]]:
    """Return the lines that are JSON objects; a crash may put other things between them."""
    events = []
    for line in lines.splitlines():
        try:
            event = json.loads(line)
        except ValueError:
            continue
        if isinstance(event, dict):
            events.append(event)
    return events


ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 30.0
_STOP_SECONDS = 30.0
# gunicorn logs this once it listens on the port. A request before that might reach another server.
_LISTENING = re.compile(rb"Listening at: (http://127\.0\.0\.1:\d+)")


class ServerFailed(Exception):
    """The server did not start; the message holds the end of its log."""


def compile_bytecode(*packages: str) -> None:
    """Compile the bytecode of ``packages`` where it is missing.

    Otherwise, under PYTHONDONTWRITEBYTECODE, each spawned renderer would compile the engine.
    """
    for package in packages:
        compileall.compile_dir(ROOT / package, quiet=1)


# As the Dockerfile, compose.yaml and the deployment guide's unit have them.
ALLOCATOR = {
    "MALLOC_ARENA_MAX": "2",
    "MALLOC_TRIM_THRESHOLD_": "4194304",
    "MALLOC_MMAP_THRESHOLD_": "1048576",
}


class Server:
    """gunicorn with the WSGI application ``app``; its output goes to the file ``log``.

    ``environ`` is added to this process's environment; ``port`` 0 takes a free one. ``base_url`` is
    known once ``wait_until_healthy`` has returned. The caller must call ``stop``.
    """

    def __init__(
        self, log: Path, environ: Mapping[str, str] | None = None, port: int = 0, app: str = "wsgi:app"
    ) -> None:
        self.base_url = ""
        self._log = log
        with log.open("wb") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "gunicorn", app],
                cwd=ROOT,
                env={**ALLOCATOR, **os.environ, **(environ or {}), "DOCOPS_BIND": f"127.0.0.1:{port}"},
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    @property
    def pid(self) -> int:
        """Return the process id of gunicorn's master."""
        return self._process.pid

    @property
    def exit_status(self) -> int | None:
        """Return the status the server ended with (negative: by that signal), ``None`` while it runs."""
        return self._process.poll()

    def wait_until_healthy(self) -> None:
        """Wait until ``/healthz`` answers; raises ``ServerFailed`` when it does not in time."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.exit_status is not None:
                raise ServerFailed(f"the server ended with status {self.exit_status}:\n{tail(self._log)}")
            if self._is_healthy():
                return
            time.sleep(_STEP_SECONDS)
        raise ServerFailed(f"the server did not answer within {_START_SECONDS:g} s:\n{tail(self._log)}")

    def stop(self) -> int:
        """Stop the server as a service manager does, and return the status it ended with.

        One that does not end in time is killed.
        """
        self._process.terminate()
        try:
            return self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            return self._process.wait()

    def _is_healthy(self) -> bool:
        listening = _LISTENING.search(self._log.read_bytes())
        if listening is None:
            return False
        self.base_url = listening[1].decode()
        try:
            return Client(self.base_url, timeout_seconds=5).get("/healthz").status == 200
        except OSError:
            return False


@contextmanager
def running_server(log: Path, environ: Mapping[str, str] | None = None, port: int = 0) -> Iterator[str]:
    """Run a server inside ``with`` and yield its base URL. See ``Server`` for the arguments.

    Raises ``ServerFailed`` when the server does not answer ``/healthz`` in time.
    """
    server = Server(log, environ, port)
    try:
        server.wait_until_healthy()
        yield server.base_url
    finally:
        server.stop()
