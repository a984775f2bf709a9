"""Finds out what the sandbox refuses: a renderer tries forbidden acts in it."""

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.sandbox import landlock
from docops_flask.engine.sandbox.sandbox import ALL_PARTS, SandboxMode, SandboxParts
from docops_flask.engine.sandbox.self_test import CALLS_ACT, FILES_ACT, try_forbidden_acts
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.jobs.errors import NotReady, SandboxRefused
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.workspace import Workspaces

_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class SandboxReport:
    """The acts that were refused to a renderer, and those that were possible."""

    mode: SandboxMode
    refused: tuple[str, ...]
    possible: tuple[str, ...]
    # The kernel's version of Landlock; 0: none.
    landlock_abi: int = 0

    @property
    def parts(self) -> SandboxParts:
        """Return which parts of the sandbox were in force."""
        return SandboxParts(files=FILES_ACT in self.refused, calls=CALLS_ACT in self.refused)

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
        """Return the report as ``/readyz`` and the log have it."""
        return {
            "mode": str(self.mode),
            "level": self.level,
            "possible": list(self.possible),
            "landlock_abi": self.landlock_abi,
        }


class SandboxCheck:
    """Makes the report once, at the first call, with a renderer like those of the jobs."""

    def __init__(
        self,
        start_method: str,
        limits: ProcessLimits,
        workspaces: Workspaces,
        on_parts: Callable[[SandboxParts], None] = lambda _parts: None,
    ) -> None:
        """Take start method and limits of renderers; ``on_parts`` is called with the parts in force."""
        self._mode = limits.sandbox
        # With ``require`` the renderer would end before it could try anything.
        trying = limits._replace(sandbox=SandboxMode.AUTO)
        self._renderer = Renderer(start_method, _SECONDS, trying, task=try_forbidden_acts)
        self._workspaces = workspaces
        self._on_parts = on_parts
        self._mutex = threading.Lock()
        self._report: SandboxReport | None = None

    def report(self) -> SandboxReport:
        """Return the report; raises ``SandboxRefused``, or ``NotReady`` when it cannot be made now."""
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
            raise SandboxRefused(f"DOCOPS_SANDBOX: in its sandbox a renderer cannot {tried['broken'][0]}.")
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
