"""Runs sample jobs in a fork server when it is imported, so that the processes it forks have caches filled.

The first job of a process fills tables by namespace, compiled patterns, parsers, and Python's specialised
bytecode. Importing this module runs jobs, because importing modules is all that ``multiprocessing`` lets a
fork server do before it forks.
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from docops_flask.engine.opc.package import Package
from docops_flask.engine.options import PRESETS
from docops_flask.engine.pipeline import run_to_zip
from docops_flask.engine.run_result import RunResult
from docops_flask.engine.worker.sample_job import sample_job, write_sample


def rehearse(preset: str) -> RunResult:
    """Do a job of ``preset`` in memory and return its result."""
    job = sample_job(PRESETS[preset])
    with _file_in_memory() as template, _file_in_memory() as archive:
        with template.open("wb") as stream:
            write_sample(stream)
        package = Package(template, job.limits)
        try:
            return run_to_zip(job, package, archive)
        finally:
            package.close()


@contextmanager
def _file_in_memory() -> Iterator[Path]:
    """Yield the path of a file in memory, which is gone when this process ends (memfd_create(2))."""
    memory_fd = os.memfd_create("docops-rehearsal")
    try:
        yield Path(f"/proc/self/fd/{memory_fd}")
    finally:
        os.close(memory_fd)


# Python specialises bytecode that has run a few times; in a child that would serve one job only.
_ROUNDS = 4

# Jobs work without it. An exception here (on a Python without ``memfd_create``, for instance) would end the
# fork server, and with it every job.
with suppress(Exception):
    for _preset in [*PRESETS] * _ROUNDS:
        rehearse(_preset)
