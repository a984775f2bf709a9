"""A server that gets SIGTERM while a worker starts stops as soon as the worker has started."""

import signal
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.gunicorn_server import GunicornServer

# The hook runs where a worker still has the handlers of its master.
CONFIG = """
import os, signal, time
from docops_flask.serving.gunicorn_config import *

graceful_timeout = 600

def post_fork(server, worker):
    os.kill(server.pid, signal.{name})
    time.sleep(0.5)
"""


@pytest.mark.parametrize(
    "number", [signal.SIGTERM, signal.SIGINT, signal.SIGQUIT], ids=lambda number: number.name
)
def test_a_just_forked_worker_obeys_a_stop_signal(
    start_server: Callable[..., GunicornServer], tmp_path: Path, number: signal.Signals
) -> None:
    config = tmp_path / "stops_itself.conf.py"
    config.write_text(CONFIG.format(name=number.name))

    server = start_server(command=(sys.executable, "-m", "gunicorn", "--config", str(config)))

    assert server.process.wait(30) == 0
    assert server.leftovers() == []
