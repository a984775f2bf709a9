"""What the views use, made once by ``create_app``: catalogues, slots, renderer, readiness and metrics."""

import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, cast

from flask import current_app

from docops_flask.engine.errors import DocopsError
from docops_flask.intake.catalogue.policies import PolicyRegistry
from docops_flask.intake.catalogue.skills import SkillRegistry
from docops_flask.intake.library.library import NO_LIBRARY, Library
from docops_flask.jobs.errors import NotReady
from docops_flask.jobs.pdf_support import PdfRenderers, PdfSupport
from docops_flask.jobs.receipts.keys import Signer
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.sandbox_check import SandboxCheck
from docops_flask.jobs.slots import Slots
from docops_flask.jobs.workspace import Workspaces
from docops_flask.settings.settings import Settings

if TYPE_CHECKING:
    from docops_flask.batches.batches import Batches


class Lifecycle:
    """Whether the server is stopping: set once by its signal hook, read by every request."""

    def __init__(self) -> None:
        self._stopping = False

    @property
    def stopping(self) -> bool:
        """Return whether the server is being stopped."""
        return self._stopping

    def stop(self) -> None:
        """Refuse new jobs from now on; running ones finish. Safe inside a signal handler."""
        self._stopping = True

    def refuse_when_stopping(self) -> None:
        """Raise ``NotReady`` once ``stop`` was called."""
        if self._stopping:
            raise NotReady("The server is stopping.")


_PROBE_VALID_SECONDS = 5.0


class Readiness:
    """Whether a job can be done now, found out with a trial renderer.

    A result is used for five seconds, and until the next trial has ended. One thread at a time runs a trial,
    so one that hangs holds no other thread.
    """

    def __init__(
        self,
        renderer: Renderer,
        workspaces: Workspaces,
        lifecycle: Lifecycle,
        drain_file: Path | None = None,
    ) -> None:
        """Take what a job needs; while ``drain_file`` exists, the server is not ready."""
        self._drain_file = drain_file
        self._renderer = renderer
        self._workspaces = workspaces
        self._lifecycle = lifecycle
        self._mutex = threading.Lock()
        self._probed_at = float("-inf")
        self._refusal: DocopsError | None = None

    def check(self) -> None:
        """Raise ``NotReady`` with the reason when no job can be done now."""
        self._lifecycle.refuse_when_stopping()
        self._refuse_when_draining()
        self._check_folder()
        self._probe_when_due()
        refusal = self._refusal
        if refusal is not None:
            raise _not_ready("A renderer cannot start.", refusal)

    def _probe_when_due(self) -> None:
        """Run a probe if the last result is too old; wait for a running one only if there is no result."""
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
    """Return a new error each time: the traceback of one that is raised again would grow."""
    inner = cause.inner if isinstance(cause, DocopsError) else type(cause).__name__
    return NotReady(reason, inner=inner)


class Recorder(Protocol):
    """Counts for the metrics; called by all threads of a worker, it neither raises nor waits."""

    def request_ended(self, route: str | None, method: str, status: int) -> None:
        """Count an answer; ``route`` is its Flask rule, ``None`` where no rule matched."""

    def failed(self, error: DocopsError) -> None:
        """Count a refusal, a timeout or a crashed renderer, if ``error`` is one."""

    def job_ended(self, outcome: str, seconds: float, queue_wait_seconds: float) -> None:
        """Count a ``/v1/run``: its outcome (as in the log), its duration and its wait for a slot."""

    def format_issues(self, counts: Mapping[str, int]) -> None:
        """Add the numbers of issues in a job's format report, by their codes."""

    def slots_busy(self, count: int) -> None:
        """Set the number of this worker's slots that are taken."""

    def standby_ready(self, count: int) -> None:
        """Set the number of this worker's renderers that are ready for a job."""

    def folders_left(self, count: int) -> None:
        """Set the number of folders of ended jobs that this worker has still to remove."""

    def folder_not_removed(self) -> None:
        """Count a folder whose first removal failed."""

    def chunk_ended(self, rows: Mapping[str, int], seconds: float) -> None:
        """Count the rows of a chunk of a batch by outcome, and the time that it took."""

    def chunk_again(self) -> None:
        """Count a piece of work on a batch that could not be done and is done again later."""

    def batches_seen(self, states: Mapping[str, int], idle_seconds: float) -> None:
        """Set how many batches are in which state, and for how long the one that waits longest has waited."""

    def webhook_ended(self, state: str) -> None:
        """Count a webhook that was ``delivered`` or has ``failed``."""


class NoRecorder:
    """The recorder of a server without metrics; it counts nothing."""

    def request_ended(self, route: str | None, method: str, status: int) -> None:
        """Do nothing."""

    def failed(self, error: DocopsError) -> None:
        """Do nothing."""

    def job_ended(self, outcome: str, seconds: float, queue_wait_seconds: float) -> None:
        """Do nothing."""

    def format_issues(self, counts: Mapping[str, int]) -> None:
        """Do nothing."""

    def slots_busy(self, count: int) -> None:
        """Do nothing."""

    def standby_ready(self, count: int) -> None:
        """Do nothing."""

    def folders_left(self, count: int) -> None:
        """Do nothing."""

    def folder_not_removed(self) -> None:
        """Do nothing."""

    def chunk_ended(self, rows: Mapping[str, int], seconds: float) -> None:
        """Do nothing."""

    def chunk_again(self) -> None:
        """Do nothing."""

    def batches_seen(self, states: Mapping[str, int], idle_seconds: float) -> None:
        """Do nothing."""

    def webhook_ended(self, state: str) -> None:
        """Do nothing."""


EXTENSION = "docops"


@dataclass(frozen=True, slots=True)
class Services:
    """The services of one app; ``signer`` signs receipts, ``None`` where no key is set."""

    settings: Settings
    skills: SkillRegistry
    policies: PolicyRegistry
    slots: Slots
    workspaces: Workspaces
    renderer: Renderer
    lifecycle: Lifecycle
    readiness: Readiness
    recorder: Recorder
    sandbox: SandboxCheck
    pdf_slots: Slots
    pdf_renderers: PdfRenderers
    # ``None`` where the server has no folder for them.
    batches: "Batches | None" = None
    signer: Signer | None = None
    library: Library = NO_LIBRARY

    @property
    def pdf(self) -> PdfSupport:
        """Whether this server makes PDFs; raises ``NotReady`` where that takes long to find out."""
        return self.pdf_renderers.support


def services() -> Services:
    """Return the services of the current app."""
    return cast(Services, current_app.extensions[EXTENSION])
