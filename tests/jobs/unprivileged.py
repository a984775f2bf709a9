"""Things done by a user without rights: what modes forbid they forbid to nobody else."""

import os
import pickle
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

Done = TypeVar("Done")
_NOBODY = 65534


@contextmanager
def folder_of_nobody() -> Iterator[Path]:
    """A folder that belongs to whoever ``as_nobody`` is, with no parent that keeps him out."""
    path = Path(tempfile.mkdtemp(dir="/tmp"))
    if os.geteuid() == 0:
        os.chown(path, _NOBODY, _NOBODY)
    try:
        yield path
    finally:
        shutil.rmtree(path, ignore_errors=True)


def as_nobody(act: Callable[[], Done]) -> Done:
    """Have a forked process that has no rights do ``act``, and return what that returns.

    A process that is not the superuser's has none to give up.
    """
    read_end, write_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        status = 1
        try:
            if os.geteuid() == 0:
                os.setgroups([])
                os.setresgid(_NOBODY, _NOBODY, _NOBODY)
                os.setresuid(_NOBODY, _NOBODY, _NOBODY)
            os.write(write_end, pickle.dumps(act()))
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            os._exit(status)
    os.close(write_end)
    with open(read_end, "rb") as answer:
        told = answer.read()
    _, status = os.waitpid(pid, 0)
    assert os.waitstatus_to_exitcode(status) == 0, "see standard error"
    done: Done = pickle.loads(told)
    return done
