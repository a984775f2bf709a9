"""Entry point of a renderer that ``multiprocessing`` has started, by any start method.

A spawned renderer begins in ``spawned.py`` instead, as long as the server finds ``multiprocessing`` as it
expects it (``jobs/starting/start.py``).
"""

import socket
from multiprocessing import parent_process
from typing import NoReturn

from docops_flask.engine.pipeline import run_job
from docops_flask.engine.worker.isolation import ProcessLimits, replace_shared_memory
from docops_flask.engine.worker.worker import Task, serve


def main(channel: socket.socket, limits: ProcessLimits, task: Task = run_job) -> NoReturn:
    """Do the one job that ``channel`` names: the target of a ``multiprocessing.Process``."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("a renderer is started by its server")
    replace_shared_memory()
    serve(channel.detach(), parent.sentinel, limits, task)
