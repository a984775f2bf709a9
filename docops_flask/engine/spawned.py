"""Where a spawned renderer begins, its command line apart (``jobs/first_lines.py``)."""

from typing import TYPE_CHECKING, NoReturn

from docops_flask.engine import warm_up

if TYPE_CHECKING:
    from docops_flask.engine.module_image import ImageFinder


def main(pipe_fd: int, finder: "ImageFinder | None" = None) -> NoReturn:
    """Load what the pipe names, then do what it says (``warm_up.receive``).

    The other end of the pipe is open as long as the server lives. ``finder`` is one that modules come from
    until all is loaded; without it they come from their files.
    """
    serve = warm_up.receive(pipe_fd)
    if finder is not None:
        finder.close()
    serve()
    raise AssertionError("a renderer leaves by itself")
