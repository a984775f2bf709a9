"""Where a spawned renderer begins, its command line apart (``jobs/first_lines.py``).

It loads the engine first, at low priority when nobody waits for it yet.
"""

import os
import pickle
import sys
import threading
from collections.abc import Callable
from functools import partial
from types import ModuleType
from typing import TYPE_CHECKING, Any, NoReturn

if TYPE_CHECKING:
    from docops_flask.engine.worker.module_image import ImageFinder

_NICER = 5
_LOWEST_PRIORITY = 19


def receive(pipe_fd: int) -> Callable[[], NoReturn]:
    """Read from the pipe what to serve, load it, and return what serves it.

    The pipe brings two pickles, as ``multiprocessing`` sends them: the server's search path, and an order
    (channel, whether this is ahead of need, a pickle of ``worker.serve``, its limits and its task).

    ``ahead`` of need the loading is a thread's work, because on Linux a priority is each thread's own
    (setpriority(2)) and only root gets a higher one back: the job, in the main thread, has its server's. The
    thread has ended when the process shuts itself in.
    """
    with open(pipe_fd, "rb", closefd=False) as pipe:
        sys.path[:] = pickle.load(pipe)["sys_path"]
        channel_fd, ahead, packed = pickle.load(pipe)
    serve, limits, task = _load_ahead(packed) if ahead else _unpacked(packed)
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
    niceness = min(_LOWEST_PRIORITY, os.getpriority(os.PRIO_PROCESS, thread) + _NICER)
    os.setpriority(os.PRIO_PROCESS, thread, niceness)
    loaded.extend(_unpacked(packed))


def _unpacked(packed: bytes) -> Any:
    _load_lxml()
    return pickle.loads(packed)


def _load_lxml() -> None:
    """Load lxml without ``inspect``, of which it wants one function, for parsers with a target in Python.

    ``inspect`` and what it imports take half as long to load as lxml. Whoever asks for it later gets it. Nor
    is the whole search path gone through for ``rnc2rng``, which is for schemas in RELAX NG's compact form.
    """
    if "inspect" in sys.modules:
        return
    stand_in = _Inspect("inspect")
    # A module that is ``None`` cannot be imported.
    stand_ins: dict[str, ModuleType | None] = {"inspect": stand_in, "rnc2rng": None}
    modules: dict[str, Any] = sys.modules
    modules.update(stand_ins)
    try:
        import lxml.etree  # noqa: F401
    finally:
        for name, module in stand_ins.items():
            if modules.get(name, stand_ins) is module:
                del modules[name]


class _Inspect(ModuleType):
    """Stands in for ``inspect`` while lxml is loaded; the real one is loaded when it is used."""

    @staticmethod
    def getfullargspec(function: Callable[..., Any]) -> Any:
        """Do what the real one does."""
        import inspect

        return inspect.getfullargspec(function)

    def __getattr__(self, name: str) -> Any:
        # Another version of lxml may ask for more; the names that Python's import looks for are not here.
        if name.startswith("__"):
            raise AttributeError(name)
        del sys.modules["inspect"]
        import inspect

        return getattr(inspect, name)


def main(pipe_fd: int, finder: "ImageFinder | None" = None) -> NoReturn:
    """Load what the pipe names, then do what it says (``receive``).

    The other end of the pipe is open as long as the server lives. ``finder`` is one that modules come from
    until all is loaded; without it they come from their files.
    """
    serve = receive(pipe_fd)
    if finder is not None:
        finder.close()
    serve()
    raise AssertionError("a renderer leaves by itself")
