"""The entry of a forked renderer, its server's child or a fork server's: it has the engine loaded already."""

import socket
from multiprocessing import parent_process
from typing import NoReturn

from docops_flask.engine.isolation import ProcessLimits
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.worker import Task, serve


def main(channel: socket.socket, limits: ProcessLimits, task: Task = run_job) -> NoReturn:
    """Serve the one job that ``channel`` names, as ``worker.serve`` does."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("a renderer is started by its server")
    serve(channel.detach(), parent.sentinel, limits, task)
