"""A server that is told to stop while a worker starts stops as soon as the worker has started."""

import signal
import sys

import pytest

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
def test_a_stop_is_heard_by_a_worker_that_has_just_been_forked(start_server, tmp_path, number):
    config = tmp_path / "stops_itself.conf.py"
    config.write_text(CONFIG.format(name=number.name))

    server = start_server(command=(sys.executable, "-m", "gunicorn", "--config", str(config)))

    assert server.process.wait(30) == 0
    assert server.leftovers() == []
