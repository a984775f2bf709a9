"""Entry points of a renderer that ``multiprocessing`` has started, of any start method.

A spawned renderer begins in ``spawned.py`` instead, as long as the server finds ``multiprocessing`` as it
expects it (``jobs/starting/seams.py``).
"""

import socket
from multiprocessing import parent_process
from multiprocessing.forkserver import get_inherited_fds
from typing import NamedTuple, NoReturn

from docops_flask.engine.pipeline import run_job
from docops_flask.engine.worker.isolation import ProcessLimits, leave_shared_memory
from docops_flask.engine.worker.worker import Task, serve


def main(channel: socket.socket, limits: ProcessLimits, task: Task = run_job) -> NoReturn:
    """Do the one job that ``channel`` names: the target of a ``multiprocessing.Process``."""
    parent = parent_process()
    if parent is None:
        raise RuntimeError("a renderer is started by its server")
    leave_shared_memory()
    serve(channel.detach(), parent.sentinel, limits, task)


class Renderer(NamedTuple):
    """What the server sends to a child of the fork server in place of a process object.

    ``channel`` is an index into the descriptors that came with it.
    """

    channel: int
    limits: ProcessLimits
    task: Task

    def _bootstrap(self, parent_sentinel: int) -> NoReturn:
        """Do what ``multiprocessing.spawn`` expects of a process object."""
        inherited_fds = get_inherited_fds()
        if inherited_fds is None:
            raise RuntimeError("this is not a child of a fork server")
        serve(inherited_fds[self.channel], parent_sentinel, self.limits, self.task)
