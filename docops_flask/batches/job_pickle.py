"""Reads the merge that was asked for from ``job.pickle``, which may lie where other machines write.

A pickle can name any function of any module. This one may name the classes of a job alone, so that who can
write to the store can change what is merged, and no more.
"""

import enum
import io
import pickle
from typing import Any

from docops_flask.engine.job import Job

_PACKAGE = "docops_flask.engine."


class _JobUnpickler(pickle.Unpickler):
    def find_class(self, module: str, name: str) -> Any:
        """Return a NamedTuple or an enumeration of the engine; raises ``UnpicklingError`` for others."""
        if module.startswith(_PACKAGE) and "." not in name:
            found = super().find_class(module, name)
            if isinstance(found, type) and (hasattr(found, "_fields") or issubclass(found, enum.Enum)):
                return found
        raise pickle.UnpicklingError(f"{module}.{name} is no part of a job")


def read_job(content: bytes) -> Job:
    """Return the job in ``content``; raises ``pickle.UnpicklingError`` for anything else."""
    found = _JobUnpickler(io.BytesIO(content)).load()
    if not isinstance(found, Job):
        raise pickle.UnpicklingError("it is no job")
    return found
