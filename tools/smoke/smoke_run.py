"""One smoke run: starts a server, runs load rounds, stops it and checks what it left."""

import tempfile
import time
import traceback
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import psutil

from tools.lib.command_line import terminal_progress
from tools.lib.server import GrowingLog, Server, ServerFailed, tail
from tools.lib.summarize_logs import summarize
from tools.lib.watermark import paths_under
from tools.load.load_test import LoadFailed, LoadOptions, run_load
from tools.smoke.rounds import Round

_GRACE_SECONDS = 5.0
_STEP_SECONDS = 0.05
_END_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LeftProcess:
    """A process that should have ended: its pid and its command line."""

    pid: int
    command: str


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """How the server ended (status, negative: by that signal), and the processes and files it left."""

    exit_status: int
    processes: tuple[LeftProcess, ...]
    files: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return the member ``after_stop`` of load_summary.json."""
        return {
            "exit_status": self.exit_status,
            "processes": [asdict(process) for process in self.processes],
            "files": list(self.files),
        }


def left_behind(exit_status: int, tmp_root: Path) -> LeftBehind:
    """Return what the server with TMPDIR ``tmp_root``, which ended with ``exit_status``, left.

    No other process has that TMPDIR, so it identifies the server's processes whatever their parent is.
    They have a few seconds to end; those that remain are killed.
    """
    processes = _processes_after_grace(tmp_root)
    left = tuple(LeftProcess(process.pid, _command(process)) for process in processes)
    _end(processes)
    # Without recursion: the server may have left folders nested thousands deep.
    return LeftBehind(exit_status, left, tuple(paths_under(tmp_root)))


def _processes_after_grace(tmp_root: Path) -> list[psutil.Process]:
    deadline = time.monotonic() + _GRACE_SECONDS
    while True:
        processes = _processes_with(tmp_root)
        if not processes or time.monotonic() >= deadline:
            return processes
        time.sleep(_STEP_SECONDS)


def _processes_with(tmp_root: Path) -> list[psutil.Process]:
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.Error):
            if process.environ().get("TMPDIR") == str(tmp_root):
                found.append(process)
    return found


def _command(process: psutil.Process) -> str:
    with suppress(psutil.Error):
        return " ".join(process.cmdline()) or process.name()
    return "(ended meanwhile)"


def _end(processes: list[psutil.Process]) -> None:
    for process in processes:
        with suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(processes, timeout=_END_SECONDS)


_REQUEST_SECONDS = 90.0
_LEAK_GRACE_MS = 2000
_LOG_PATIENCE_SECONDS = 10.0
_CONCURRENCY_VARIABLE = "DOCOPS_MAX_CONCURRENCY"


@dataclass(frozen=True, kw_only=True)
class SmokeOptions:
    """The server (``port`` 0: a free one; ``app``: the WSGI application) and the load rounds."""

    port: int
    app: str
    repeat: int
    repeat_warmup: int
    requests: int
    concurrency: int
    skill: str


@dataclass
class SmokeRecord:
    """The results of a run, as far as it got; ``broken`` is why it did not complete."""

    rounds: list[Round] = field(default_factory=list)
    after_stop: LeftBehind | None = None
    broken: str | None = None


def run_smoke(options: SmokeOptions, log: Path, environ: Mapping[str, str]) -> SmokeRecord:
    """Run the smoke and return its record, complete or not; the server's output goes to ``log``.

    ``environ`` is this process's environment: the server inherits it.
    """
    record = SmokeRecord()
    with tempfile.TemporaryDirectory(prefix="docops-smoke-") as folder:
        tmp_root = Path(folder, "tmp")
        tmp_root.mkdir()
        server = Server(log, _server_environ(options, tmp_root, environ), options.port, options.app)
        try:
            server.wait_until_healthy()
            _run_rounds(options, server, _Folders(Path(folder), tmp_root, log), record.rounds)
        except (ServerFailed, LoadFailed) as error:
            record.broken = str(error)
        except KeyboardInterrupt:
            record.broken = "it was interrupted"
        except Exception as error:
            traceback.print_exc()
            record.broken = f"the smoke tool itself failed: {type(error).__name__}: {error}"
        finally:
            record.after_stop = left_behind(server.stop(), tmp_root)
    if record.broken is None and record.after_stop.exit_status != 0:
        record.broken = f"after SIGTERM the server ended with status {record.after_stop.exit_status}, not 0"
    return record


@dataclass(frozen=True, slots=True)
class _Folders:
    scratch: Path
    tmp_root: Path
    log: Path


def _server_environ(options: SmokeOptions, tmp_root: Path, environ: Mapping[str, str]) -> dict[str, str]:
    """Return the variables added to ``environ``: enough slots for every job, whichever worker gets it."""
    variables = {"TMPDIR": str(tmp_root)}
    if not environ.get(_CONCURRENCY_VARIABLE):
        variables[_CONCURRENCY_VARIABLE] = str(options.concurrency)
    return variables


def _run_rounds(options: SmokeOptions, server: Server, folders: _Folders, rounds: list[Round]) -> None:
    """Append finished rounds to ``rounds``; raises ``ServerFailed`` or ``LoadFailed``."""
    growing = GrowingLog(folders.log)
    for number in range(1, options.repeat_warmup + options.repeat + 1):
        is_warmup = number <= options.repeat_warmup
        label = (
            f"warm-up {number}/{options.repeat_warmup}"
            if is_warmup
            else f"round {number - options.repeat_warmup}/{options.repeat}"
        )
        load = LoadOptions(
            base_url=server.base_url,
            concurrency=options.concurrency,
            requests=options.requests,
            skill=options.skill,
            timeout_seconds=_REQUEST_SECONDS,
            check_subprocess_leaks=True,
            leak_grace_ms=_LEAK_GRACE_MS,
            tmp_root=folders.tmp_root,
        )
        try:
            summary = run_load(load, terminal_progress(f"{label}: requests"))
        except LoadFailed:
            _refuse_death(server, label, folders.log)
            raise
        _refuse_death(server, label, folders.log)
        lines = folders.scratch / "round.log"
        lines.write_bytes(growing.take_added(_LOG_PATIENCE_SECONDS))
        rounds.append(Round(is_warmup, summary, summarize([lines])))


def _refuse_death(server: Server, label: str, log: Path) -> None:
    if server.exit_status is not None:
        raise ServerFailed(f"the server ended with status {server.exit_status} in {label}:\n{tail(log)}")
