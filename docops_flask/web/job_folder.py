"""The folder of a job for as long as its request needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from docops_flask.jobs.workspace import Workspace, Workspaces


@contextmanager
def job_folder(workspaces: Workspaces) -> Iterator[Workspace]:
    """Make a folder and remove it at the end of ``with``, however that comes."""
    workspace = workspaces.create()
    try:
        yield workspace
    finally:
        workspace.remove()
