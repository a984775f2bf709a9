"""Start a renderer process: a spawned one the faster way where its private parts are as expected."""

import socket
from multiprocessing.process import BaseProcess

from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import Task
from docops_flask.jobs.starting import plain
from docops_flask.jobs.starting.seams import unexpected_part


def start_process(
    method: str, channel: socket.socket, limits: ProcessLimits, task: Task, *, seconds: float, ahead: bool
) -> BaseProcess:
    """Return a started process that serves ``channel`` by ``method`` (spawn, forkserver or fork).

    ``seconds`` bound the wait for an answer of the fork server. A process that is spawned the faster way
    ``ahead`` of need loads the engine at a lower priority. The caller lets no other process be started
    meanwhile. Raises ``InsufficientStorage`` without room for the fork server's socket, ``OSError`` or
    ``EOFError``.
    """
    if method == "spawn" and unexpected_part() is None:
        # Loaded once its private parts are known to be there.
        from docops_flask.jobs.starting import first_lines

        return first_lines.start(channel, limits, task, ahead=ahead)
    return plain.start(method, channel, limits, task, seconds=seconds)
