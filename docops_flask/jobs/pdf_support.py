"""Whether a server makes PDFs, and the renderers that make them."""

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job, OfficeSetup
from docops_flask.engine.pipeline import run_job
from docops_flask.engine.sandbox.sandbox import SandboxParts
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.engine.worker.worker import Task
from docops_flask.jobs.caller import STAYING, Caller
from docops_flask.jobs.errors import NotReady
from docops_flask.jobs.office_paths import readable_for_office
from docops_flask.jobs.pauses import Pauses
from docops_flask.jobs.renderer import Rendered, Renderer

# With less address space LibreOffice leaves out Chinese text without an error.
LEAST_MEMORY_BYTES = 1 << 30
# A renderer removes no file, so the temporary ones of LibreOffice stay until the job ends.
_MOST_ENTRIES = 4096
# For what takes a second or two at the start of a server.
_PATIENCE_SECONDS = 5.0


class PdfSupport(NamedTuple):
    """Whether PDFs are made; ``version`` is LibreOffice's, ``reason`` says why there are none."""

    available: bool
    version: str | None
    reason: str | None

    def as_json(self) -> dict[str, Any]:
        """Return it as ``/readyz`` and the log have it."""
        return self._asdict()


class FoundOffice(NamedTuple):
    """What was found out at the start; ``setup`` is ``None`` where no PDFs are made."""

    support: PdfSupport
    setup: OfficeSetup | None = None


NO_PDF = PdfSupport(False, None, "DOCOPS_PDF is off.")
NO_OFFICE = FoundOffice(NO_PDF)


class PdfRenderers:
    """Renderers whose cell lets LibreOffice work; safe to use from many threads.

    Those that stand by for other jobs have less memory and may start no threads, so these are started on
    demand.
    """

    def __init__(
        self,
        start_method: str,
        timeout_seconds: float,
        limits: ProcessLimits,
        find: Callable[[], FoundOffice],
        *,
        folder_bytes: int | None = None,
        task: Task = run_job,
        niceness: int = 0,
        pauses: Pauses | None = None,
    ) -> None:
        """Take what other renderers have, and the function that says what was found; it is called once.

        Less memory than ``LEAST_MEMORY_BYTES`` in ``limits`` does not count.
        """
        self._start_method = start_method
        self._timeout_seconds = timeout_seconds
        self._limits = limits
        self._folder_bytes = folder_bytes
        self._task = task
        self._niceness = niceness
        self._pauses = pauses
        self._find = find
        self._is_known: Callable[[float], bool] = lambda _seconds: True
        self._mutex = threading.Lock()
        self._found: FoundOffice | None = None
        self._renderer: Renderer | None = None

    def find_by(
        self, find: Callable[[], FoundOffice], is_known: Callable[[float], bool] = lambda _seconds: True
    ) -> None:
        """Have ``find`` say what was found, unless that is known already.

        ``is_known`` returns whether ``find`` answers at once, and waits for that at most the seconds that it
        is given.
        """
        self._find, self._is_known = find, is_known

    def refuse_while_unknown(self, seconds: float = 0.0) -> None:
        """Raise ``NotReady`` if it is not known within ``seconds`` what was found."""
        if self._found is None and not self._is_known(seconds):
            raise NotReady("LibreOffice is still being tried.", inner="LibreOffice is being tried")

    def found(self) -> FoundOffice:
        """Return what was found out; raises ``NotReady`` where that is not known within a few seconds."""
        # Not longer: a thread waits here, and does not notice when its client leaves.
        self.refuse_while_unknown(_PATIENCE_SECONDS)
        with self._mutex:
            self._found = self._found or self._find()
            return self._found

    @property
    def support(self) -> PdfSupport:
        """Whether PDFs are made; raises as ``found``."""
        return self.found().support

    def with_office(self, job: Job) -> Job:
        """Return ``job``, with LibreOffice if it asks for a PDF; raises ``InvalidArgument`` without it."""
        if not job.options.pdf:
            return job
        found = self.found()
        if found.setup is None:
            raise InvalidArgument(
                f"pdf: this server makes no PDFs; send the job without it. {found.support.reason}",
                field="pdf",
                allowed=["false"],
            )
        return job._replace(office=found.setup)

    def demand(self, parts: SandboxParts) -> None:
        """Have renderers that are started from now on refuse to work without these parts of the sandbox."""
        self._limits = self._limits._replace(demanded=parts)
        if self._renderer is not None:
            self._renderer.demand(parts)

    def run(self, job: Job, workspace: Path, caller: Caller = STAYING) -> Rendered:
        """Do ``job``, which has LibreOffice; everything else is as for ``Renderer.run``."""
        return self._made_renderer().run(job, workspace, caller)

    def _made_renderer(self) -> Renderer:
        setup = self.found().setup
        assert setup is not None
        with self._mutex:
            if self._renderer is None:
                self._renderer = Renderer(
                    self._start_method,
                    self._timeout_seconds,
                    limits_for_office(self._limits, setup),
                    self._task,
                    folder_bytes=self._folder_bytes,
                    folder_entries=_MOST_ENTRIES,
                    # Where nothing keeps LibreOffice from it, it makes some.
                    folders=True,
                    niceness=self._niceness,
                    pauses=self._pauses,
                )
            return self._renderer


def limits_for_office(limits: ProcessLimits, setup: OfficeSetup) -> ProcessLimits:
    """Return the ``limits`` of a renderer that runs LibreOffice: threads, memory, and the files it reads."""
    return limits._replace(
        memory_bytes=max(limits.memory_bytes, LEAST_MEMORY_BYTES),
        threads=True,
        readable=readable_for_office(setup.program, setup.profile, setup.fonts_dir),
    )
