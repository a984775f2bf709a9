"""The server of a scenario: its workers' figures, its work folder and disk, its log, its health."""

import contextlib
import json
import shutil
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tools.lib.client import Client
from tools.lib.server import Server, compile_bytecode
from tools.lib.stats import percentile
from tools.scenarios.clients import Verdict

_SIZE = "64m"


@contextmanager
def mounted_small_disk(folder: Path) -> Iterator[bool]:
    """Mount a small disk at ``folder`` inside ``with``; yields whether mounting was allowed (root)."""
    mounted = _mount(folder)
    try:
        yield mounted
    finally:
        if mounted:
            subprocess.run(["umount", "--lazy", str(folder)], check=True)


@contextmanager
def full_disk(folder: Path) -> Iterator[None]:
    """Leave no byte free on the small disk at ``folder`` inside ``with``."""
    filling = folder / "filling"
    try:
        # Asking for more than is free fills the disk whatever other processes free or use meanwhile.
        with contextlib.suppress(OSError), filling.open("wb", buffering=0) as target:
            target.write(bytes(shutil.disk_usage(folder).total))
        yield
    finally:
        filling.unlink(missing_ok=True)


def _mount(folder: Path) -> bool:
    command = ["mount", "-t", "tmpfs", "-o", f"size={_SIZE}", "tmpfs", str(folder)]
    try:
        return subprocess.run(command, capture_output=True, check=False).returncode == 0
    except FileNotFoundError:
        return False


_PROBE_SECONDS = 0.05
_SETTLE_SECONDS = 5.0
_READY_SECONDS = 100.0
# The module that the process which tries LibreOffice runs.
_CHECK = "docops_flask.jobs.office_check"
# Of the contract's section 5: the files that may stay as long as the server runs.
_MAY_STAY = (".lock", ".pid", ".db", ".library", ".office")


@dataclass(frozen=True, slots=True)
class WorkerFigures:
    """A worker's resources: memory in bytes, descriptors, threads, and children that were not reaped."""

    memory: int
    descriptors: int
    threads: int
    zombies: int


@dataclass(frozen=True, slots=True)
class Failure:
    """A request to ``/healthz`` that failed; times in seconds of the monotonic clock."""

    began: float
    ended: float
    reason: str


def _never(_failure: Failure) -> bool:
    return False


@dataclass
class Health:
    """Latencies of ``/healthz`` in milliseconds, and its failures."""

    latencies_ms: list[float] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)


class EnduranceServer:
    """A server with one worker unless ``settings`` (DOCOPS_ names in small letters) say otherwise."""

    def __init__(self, folder: Path, has_small_disk: bool, **settings: object) -> None:
        self.work_folder = folder / "work"
        self.has_small_disk = has_small_disk
        self.log = folder / "log"
        environ = {"DOCOPS_WORKERS": "1", "TMPDIR": str(self.work_folder)}
        environ |= {f"DOCOPS_{name.upper()}": str(value) for name, value in settings.items()}
        compile_bytecode("docops_flask")
        self.server = Server(self.log, environ)
        self.server.wait_until_healthy()
        self.client = Client(self.server.base_url)
        self._wait_until_ready()

    def _wait_until_ready(self) -> None:
        # LibreOffice is tried at the start, by a process that is the master's child as workers are.
        deadline = time.monotonic() + _READY_SECONDS
        while self.client.get("/readyz").status != 200 or self._has_check():
            if time.monotonic() > deadline:
                raise TimeoutError(f"the server was not ready within {_READY_SECONDS:g} s")
            time.sleep(_PROBE_SECONDS)

    def _has_check(self) -> bool:
        for child in self.workers():
            with contextlib.suppress(psutil.NoSuchProcess):
                if child.status() == psutil.STATUS_ZOMBIE or _CHECK in child.cmdline():
                    return True
        return False

    def workers(self) -> list[psutil.Process]:
        """Return the worker processes."""
        return psutil.Process(self.server.pid).children()

    def figures(self) -> dict[int, WorkerFigures]:
        """Return the resources of each running worker by its process id."""
        found = {}
        for worker in self.workers():
            with contextlib.suppress(psutil.NoSuchProcess), worker.oneshot():
                found[worker.pid] = WorkerFigures(
                    memory=worker.memory_info().rss,
                    descriptors=worker.num_fds(),
                    threads=worker.num_threads(),
                    zombies=sum(_is_zombie(child) for child in worker.children()),
                )
        return found

    def leftovers(self) -> list[str]:
        """Return the names in the work folder that may not stay there, sorted."""
        return sorted(
            path.name
            for path in self.work_folder.iterdir()
            if path.suffix not in _MAY_STAY and not _has_fork_server(path)
        )

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines of the log that belong to a request, parsed, but for those of ``/readyz``."""
        found = []
        for line in self.log.read_text("utf-8").splitlines():
            if line.startswith("{"):
                content = json.loads(line)
                if "request_id" in content and content.get("route") != "/readyz":
                    found.append(content)
        return found

    def demand_rest(self, verdict: Verdict) -> None:
        """Require that the jobs leave nothing in the work folder."""
        deadline = time.monotonic() + _SETTLE_SECONDS
        while self.leftovers() and time.monotonic() < deadline:
            time.sleep(_PROBE_SECONDS)
        left = self.leftovers()
        verdict.demand(not left, f"{len(left)} entries are left in the work folder, {left[:3]} among them")


@contextlib.contextmanager
def endurance_server(
    verdict: Verdict,
    small_disk: bool = False,
    is_excused: Callable[[Failure], bool] = _never,
    **settings: object,
) -> Iterator[EnduranceServer]:
    """Run a server inside ``with`` and request ``/healthz`` all the time; add the results to ``verdict``.

    With ``small_disk`` the work folder lies on a small disk of its own, where mounting is allowed.
    ``is_excused`` returns whether a failed request to ``/healthz`` was to be expected.
    """
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="docops-endurance-")))
        (folder / "work").mkdir()
        has_small_disk = small_disk and stack.enter_context(mounted_small_disk(folder / "work"))
        server = EnduranceServer(folder, has_small_disk, **settings)
        health, stop = Health(), threading.Event()
        probe = threading.Thread(target=_probe, args=(server.server.base_url, health, stop))
        probe.start()
        try:
            yield server
            server.demand_rest(verdict)
        finally:
            stop.set()
            probe.join()
            status = server.server.stop()
        _judge_health(verdict, health, is_excused)
        verdict.demand(status == 0, f"after SIGTERM the server ended with status {status}")


def _judge_health(verdict: Verdict, health: Health, is_excused: Callable[[Failure], bool]) -> None:
    """Add the figures, the worst of several servers of a scenario; require that no request failed."""
    p99 = round(percentile(health.latencies_ms, 99) or 0, 1)
    verdict.figures["health p99 ms"] = max(p99, verdict.figures.get("health p99 ms", 0))
    asked = len(health.latencies_ms) + verdict.figures.get("health requests", 0)
    verdict.figures["health requests"] = asked
    failures = [each.reason for each in health.failures if not is_excused(each)]
    verdict.demand(not failures, f"/healthz failed: {failures[:3]}")


def _probe(base_url: str, health: Health, stop: threading.Event) -> None:
    client = Client(base_url, timeout_seconds=10)
    while not stop.wait(_PROBE_SECONDS):
        began = time.monotonic()
        try:
            status = client.get("/healthz").status
        except OSError as error:
            health.failures.append(Failure(began, time.monotonic(), repr(error)))
            continue
        health.latencies_ms.append((time.monotonic() - began) * 1000)
        if status != 200:
            health.failures.append(Failure(began, time.monotonic(), str(status)))


def _has_fork_server(folder: Path) -> bool:
    """Return whether the socket of a fork server lies below ``folder``, which is then in use."""
    try:
        return any(folder.glob("*/listener-*"))
    except FileNotFoundError:
        # It is being removed.
        return False


def _is_zombie(process: psutil.Process) -> bool:
    try:
        return process.status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
