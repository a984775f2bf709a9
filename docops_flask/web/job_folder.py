"""The folder of a job for as long as its request needs it."""

from collections.abc import Iterator
from contextlib import contextmanager

from docops_flask.jobs.workspace import Workspace, Workspaces
from docops_flask.web.contents import Contents


class JobFolder:
    """The folder of one job, made when it is first asked for: a request that is refused needs none."""

    def __init__(self, workspaces: Workspaces) -> None:
        self._workspaces = workspaces
        self._workspace: Workspace | None = None
        # What was uploaded for the job.
        self.contents = Contents(lambda: self.workspace)

    @property
    def workspace(self) -> Workspace:
        """Return the folder; raises ``InsufficientStorage`` when the volume takes none."""
        if self._workspace is None:
            self._workspace = self._workspaces.create()
        return self._workspace

    def remove(self) -> None:
        """Remove the folder if there is one, and what waits to go into it; never raises."""
        self.contents.forget()
        if self._workspace is not None:
            self._workspace.remove()


@contextmanager
def job_folder(workspaces: Workspaces) -> Iterator[JobFolder]:
    """Lend a folder and remove it at the end of ``with``, however that comes."""
    folder = JobFolder(workspaces)
    try:
        yield folder
    finally:
        folder.remove()
