"""The first lines of a spawned renderer: it takes its modules from the image that its server made.

The first lines that ``multiprocessing`` has for a new process load 30 modules which no job needs, and are
left out: ``jobs/spawning.py`` says what comes in their place. This module is loaded from disk, so it
imports nothing but what loads the image.
"""

import gc
import os
import sys

from docops_flask.engine.module_image import ImageFinder

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import NoReturn


def main(pipe_fd: int, image_fd: int | None) -> "NoReturn":
    """Load what the pipe names, then do what it says (``warm_up.receive``).

    The other end of the pipe is open as long as the server lives. Without an image all comes from files.
    """
    # What is loaded stays for good: looking through it for garbage takes a tenth of the start. What the job
    # makes stays as well (``worker.serve``).
    gc.disable()
    finders = [] if image_fd is None else [ImageFinder(image_fd)]
    sys.meta_path[:0] = finders
    from docops_flask.engine import warm_up

    serve = warm_up.receive(pipe_fd)
    del sys.meta_path[: len(finders)]
    if image_fd is not None:
        os.close(image_fd)
    serve()
    raise AssertionError("a renderer leaves by itself")
