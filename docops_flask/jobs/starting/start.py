"""Start a renderer process: the faster way where its private parts are as expected, else the plain one."""

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

    ``seconds`` bound the wait for an answer of a fork server. A spawned process that is started ``ahead`` of
    need loads the engine at a lower priority. The caller lets one start at a time take place. Raises
    ``InsufficientStorage`` without room for the fork server's socket, ``OSError`` or ``EOFError``.
    """
    if method == "fork" or unexpected_part(method) is not None:
        return plain.start(method, channel, limits, task, seconds=seconds)
    # Loaded once their private parts are known to be there.
    if method == "spawn":
        from docops_flask.jobs.starting import first_lines

        return first_lines.start(channel, limits, task, ahead=ahead)
    from docops_flask.jobs.starting import fork_server

    return fork_server.start(channel, limits, task, seconds=seconds)
