"""Entry point of a spawned renderer: the server's command line for it runs ``main``.

It loads the engine first, at a lower priority when no job waits for it yet.
"""

import os
import pickle
import sys
import threading
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from docops_flask.engine.worker.module_image import ImageFinder

_NICENESS_STEP = 5
_MOST_NICENESS = 19


def receive(pipe_fd: int) -> Callable[[], NoReturn]:
    """Read the order from the pipe, load what it names, and return the function that serves it.

    The pipe brings two pickles, as ``multiprocessing`` sends them: the server's search path
    (``{"sys_path": list}``), and the order (descriptor of the channel, whether it is started ahead of need, a
    pickle of ``worker.serve``, its limits and its task).

    ``ahead`` of need a thread does the loading, because on Linux each thread has a priority of its own
    (setpriority(2)) and only root may raise one again: the job, in the main thread, keeps the server's. The
    thread has ended before the sandbox is entered.
    """
    with open(pipe_fd, "rb", closefd=False) as pipe:
        sys.path[:] = pickle.load(pipe)["sys_path"]
        channel_fd, ahead, packed = pickle.load(pipe)
    serve, limits, task = _load_ahead(packed) if ahead else pickle.loads(packed)
    return partial(serve, channel_fd, pipe_fd, limits, task)


def _load_ahead(packed: bytes) -> Any:
    loaded: list[Any] = []
    loader = threading.Thread(target=_load, args=(packed, loaded))
    loader.start()
    loader.join()
    if not loaded:
        os._exit(1)
    return loaded


def _load(packed: bytes, loaded: list[Any]) -> None:
    thread = threading.get_native_id()
    niceness = min(_MOST_NICENESS, os.getpriority(os.PRIO_PROCESS, thread) + _NICENESS_STEP)
    os.setpriority(os.PRIO_PROCESS, thread, niceness)
    loaded.extend(pickle.loads(packed))


def main(pipe_fd: int, finder: "ImageFinder | None" = None) -> NoReturn:
    """Serve the order in the pipe, which stays open for writing as long as the server lives.

    Modules come from the image of ``finder`` until all are loaded; without it from their files.
    """
    serve = receive(pipe_fd)
    if finder is not None:
        finder.close()
    serve()
    raise AssertionError("serve ends the process")
