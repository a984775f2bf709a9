"""On PYTHONPATH of a server under test: private parts of its ``multiprocessing`` are as on another Python.

What is public works as ever. Python runs this file at the start of each interpreter; only gunicorn's is
altered.
"""

import sys

if any("gunicorn" in word for word in sys.orig_argv):
    from multiprocessing import forkserver, spawn

    _theirs = spawn.get_command_line

    def get_command_line(tracker_fd: int, pipe_handle: int) -> list[str]:
        return _theirs(tracker_fd=tracker_fd, pipe_handle=pipe_handle)

    vars(spawn)["get_command_line"] = get_command_line
    del forkserver._forkserver
