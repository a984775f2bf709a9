"""Whether renderers are in a cell: found out by one that tries to get out."""

import threading
from dataclasses import dataclass
from typing import Any

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.isolation import ProcessLimits
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.sandbox.cell import SandboxMode
from docops_flask.engine.sandbox.self_test import try_forbidden_acts
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

    @property
    def level(self) -> str:
        """Return ``full``, ``partial`` or ``none``."""
        if not self.refused:
            return "none"
        return "partial" if self.possible else "full"

    def as_json(self) -> dict[str, Any]:
        """Return what ``/readyz`` and the log say of it."""
        return {"mode": str(self.mode), "level": self.level, "possible": list(self.possible)}


class SandboxCheck:
    """Tries once, when first asked, with a renderer like those of the jobs."""

    def __init__(self, start_method: str, limits: ProcessLimits, workspaces: Workspaces) -> None:
        self._mode = limits.sandbox
        # One that insists on its cell would end before it could say what is possible.
        trying = limits._replace(sandbox=SandboxMode.AUTO)
        self._renderer = Renderer(start_method, _SECONDS, trying, task=try_forbidden_acts)
        self._workspaces = workspaces
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
        return SandboxReport(self._mode, tuple(tried["refused"]), tuple(tried["possible"]))

    def _tried(self) -> dict[str, Any]:
        workspace = self._workspaces.create()
        try:
            return self._renderer.run(Job(kind=JobKind.INSPECT, skills=()), workspace.path).result
        finally:
            workspace.remove()
