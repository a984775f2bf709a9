"""Whether renderers are in a cell: found out by one that tries to get out."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.sandbox import landlock
from docops_flask.engine.sandbox.cell import ALL_PARTS, CellParts, SandboxMode
from docops_flask.engine.sandbox.self_test import CALLS_ACT, FILES_ACT, try_forbidden_acts
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.jobs.errors import NotReady, SandboxRefused
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspaces

_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """What a renderer that tried found: the acts that were refused, those that were possible."""

    mode: SandboxMode
    refused: tuple[str, ...]
    possible: tuple[str, ...]
    # The kernel's version of Landlock; 0 without.
    landlock_abi: int = 0

    @property
    def parts(self) -> CellParts:
        """Return which parts of the cell the renderer was in."""
        return CellParts(files=FILES_ACT in self.refused, calls=CALLS_ACT in self.refused)

    @property
    def level(self) -> str:
        """Return ``full``, ``partial`` or ``none``.

        What an older Landlock lets pass (truncation before version 3, TCP before 4, devices before 5, signals
        and abstract sockets before 6) seccomp refuses, so that the two together are ``full`` on each version.
        """
        if not self.refused:
            return "none"
        return "full" if self.parts == ALL_PARTS and not self.possible else "partial"

    def as_json(self) -> dict[str, Any]:
        """Return what ``/readyz`` and the log say of it."""
        return {
            "mode": str(self.mode),
            "level": self.level,
            "possible": list(self.possible),
            "landlock_abi": self.landlock_abi,
        }


class SandboxCheck:
    """Tries once, when first asked, with a renderer like those of the jobs."""

    def __init__(
        self,
        start_method: str,
        limits: ProcessLimits,
        workspaces: Workspaces,
        on_parts: Callable[[CellParts], None] = lambda _parts: None,
    ) -> None:
        """Take how renderers start and what they may use; ``on_parts`` is told which parts their cell has."""
        self._mode = limits.sandbox
        # One that insists on its cell would end before it could say what is possible.
        trying = limits._replace(sandbox=SandboxMode.AUTO)
        self._renderer = Renderer(start_method, _SECONDS, trying, task=try_forbidden_acts)
        self._workspaces = workspaces
        self._on_parts = on_parts
        self._mutex = threading.Lock()
        self._report: SandboxReport | None = None

    def report(self) -> SandboxReport:
        """Return what was found; raises ``SandboxRefused``, or ``NotReady`` when it cannot be tried now."""
        with self._mutex:
            report = self._report = self._report or self._try()
        if report.mode == SandboxMode.REQUIRE and report.possible:
            raise SandboxRefused(f"DOCOPS_SANDBOX: renderers could {', '.join(report.possible)}.")
        return report

    def _try(self) -> SandboxReport:
        if self._mode == SandboxMode.OFF:
            return SandboxReport(self._mode, refused=(), possible=())
        try:
            tried = self._tried()
        except DocopsError as error:
            raise NotReady("A renderer cannot start.", inner=error.inner) from error
        if tried["broken"]:
            raise SandboxRefused(f"DOCOPS_SANDBOX: in its cell a renderer cannot {tried['broken'][0]}.")
        report = SandboxReport(
            self._mode, tuple(tried["refused"]), tuple(tried["possible"]), landlock.version()
        )
        self._on_parts(report.parts)
        return report

    def _tried(self) -> dict[str, Any]:
        workspace = self._workspaces.create()
        try:
            return self._renderer.run(Job(kind=JobKind.INSPECT, skills=()), workspace.path).result
        finally:
            workspace.remove()
