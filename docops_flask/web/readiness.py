"""What ``/readyz`` answers: a renderer can start, and the work folder takes files."""

import threading
import time
from pathlib import Path

from docops_flask.engine.errors import DocopsError
from docops_flask.jobs.errors import NotReady
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspaces
from docops_flask.web.lifecycle import Lifecycle

_PROBE_VALID_SECONDS = 5.0


class Readiness:
    """Tries one renderer at a time; what its probe said holds for five seconds, and until the next is done.

    A probe that hangs holds one thread, not that of each caller.
    """

    def __init__(
        self,
        renderer: Renderer,
        workspaces: Workspaces,
        lifecycle: Lifecycle,
        drain_file: Path | None = None,
    ) -> None:
        """Take what a job needs; while ``drain_file`` exists the answer is no, whatever works."""
        self._drain_file = drain_file
        self._renderer = renderer
        self._workspaces = workspaces
        self._lifecycle = lifecycle
        self._mutex = threading.Lock()
        self._probed_at = float("-inf")
        self._refusal: DocopsError | None = None

    def check(self) -> None:
        """Raise ``NotReady`` with the reason when a job could not be done now."""
        self._lifecycle.refuse_when_stopping()
        self._refuse_when_draining()
        self._check_folder()
        self._probe_when_due()
        refusal = self._refusal
        if refusal is not None:
            raise _not_ready("A renderer cannot start.", refusal)

    def _probe_when_due(self) -> None:
        """Wait for the probe that is under way only when there is no verdict of an earlier one."""
        if not self._mutex.acquire(blocking=self._probed_at == float("-inf")):
            return
        try:
            if time.monotonic() - self._probed_at >= _PROBE_VALID_SECONDS:
                self._refusal = self._probe()
                self._probed_at = time.monotonic()
        finally:
            self._mutex.release()

    def _probe(self) -> DocopsError | None:
        try:
            self._renderer.probe()
        except DocopsError as error:
            return error
        return None

    def _refuse_when_draining(self) -> None:
        if self._drain_file is not None and self._drain_file.exists():
            raise NotReady("The server is being drained (DOCOPS_DRAIN_FILE exists).")

    def _check_folder(self) -> None:
        try:
            workspace = self._workspaces.create()
            try:
                workspace.file("probe").write_bytes(b"\0" * 4096)
            finally:
                workspace.remove()
        except (OSError, DocopsError) as error:
            raise _not_ready("The work folder (TMPDIR) takes no files.", error) from error


def _not_ready(reason: str, cause: Exception) -> NotReady:
    """Return a new error each time: one that is raised twice would grow its traceback."""
    inner = cause.inner if isinstance(cause, DocopsError) else type(cause).__name__
    return NotReady(reason, inner=inner)
