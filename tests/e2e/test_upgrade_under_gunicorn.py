"""A second gunicorn that was handed the listeners goes on when the first one stops."""

import signal
import sys
import urllib.request
from pathlib import Path

import psutil

from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.jobs.observing import is_gone


def test_an_upgrade_by_sigusr2_leaves_the_port_open(tmp_path: Path) -> None:
    # The script, because gunicorn cannot start itself anew when it runs as "python -m gunicorn".
    server = GunicornServer(tmp_path / "server", (str(Path(sys.executable).with_name("gunicorn")),))
    port = server.port
    assert server.ask("GET", "/healthz").status == 200
    workers = server.workers()
    server.process.send_signal(signal.SIGUSR2)

    def successors() -> list[psutil.Process]:
        return [child for child in server.workers() if child not in workers]

    (successor,) = eventually(successors)
    try:
        # It has started once it has a worker of its own.
        eventually(successor.children)
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(30) == 0
        for _ in range(3):
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=30) as answer:
                assert answer.status == 200
    finally:
        successor.send_signal(signal.SIGTERM)
        eventually(lambda: is_gone(successor.pid))
        server.stop()
