"""Starts the service on a free loopback port for as long as a tool needs it."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tools.client import Client

ROOT = Path(__file__).resolve().parent.parent
_START_SECONDS = 30.0
_STOP_SECONDS = 30.0


class ServerFailed(Exception):
    """The server did not start; the message holds the end of what it said."""


@contextmanager
def running_server(log: Path, environ: Mapping[str, str] | None = None, port: int = 0) -> Iterator[str]:
    """Serve inside ``with``; the value is the base URL. The server's output goes to the file ``log``.

    ``environ`` is added to this process's environment; ``port`` 0 takes a free one.
    Raises ``ServerFailed`` when the server does not answer ``/healthz`` in time.
    """
    port = port or _free_port()
    variables = {**os.environ, **(environ or {}), "DOCOPS_BIND": f"127.0.0.1:{port}"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "wsgi:app"],
            cwd=ROOT,
            env=variables,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            base_url = f"http://127.0.0.1:{port}"
            _wait_until_healthy(process, base_url, log)
            yield base_url
        finally:
            _stop(process)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def _wait_until_healthy(process: "subprocess.Popen[bytes]", base_url: str, log: Path) -> None:
    client = Client(base_url, timeout_seconds=5)
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise ServerFailed(f"the server ended with status {process.returncode}:\n{_tail(log)}")
        try:
            if client.get("/healthz").status == 200:
                return
        except OSError:
            time.sleep(0.05)
    raise ServerFailed(f"the server did not answer within {_START_SECONDS:g} s:\n{_tail(log)}")


def _tail(log: Path) -> str:
    return "\n".join(log.read_text("utf-8", "replace").splitlines()[-10:])


def _stop(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
