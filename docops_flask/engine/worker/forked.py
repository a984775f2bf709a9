"""Where a forked renderer begins, a child of its server or of a fork server: the engine is loaded already."""

import socket
from multiprocessing import parent_process
from multiprocessing.forkserver import get_inherited_fds
from typing import NamedTuple, NoReturn

from docops_flask.engine.pipeline import run_job
from docops_flask.engine.worker.isolation import ProcessLimits, leave_shared_memory
from docops_flask.engine.worker.worker import Task, serve


def main(channel: socket.socket, limits: ProcessLimits, task: Task = run_job) -> NoReturn:
    """Serve the one job that ``channel`` names, as the child of a server."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("a renderer is started by its server")
    leave_shared_memory()
    serve(channel.detach(), parent.sentinel, limits, task)


class Renderer(NamedTuple):
    """What the child of a fork server is sent in place of a process object.

    ``channel`` counts among the descriptors that came with it.
    """

    channel: int
    limits: ProcessLimits
    task: Task

    def _bootstrap(self, parent_sentinel: int) -> NoReturn:
        """Do what ``multiprocessing.spawn`` asks of a process object."""
        handed_on = get_inherited_fds()
        if handed_on is None:
            raise RuntimeError("this is no child of a fork server")
        serve(handed_on[self.channel], parent_sentinel, self.limits, self.task)
