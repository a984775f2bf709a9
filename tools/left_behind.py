"""What a stopped server left behind: processes of its own, and anything under its TMPDIR."""

import time
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from tools.watermark import paths_under

_GRACE_SECONDS = 5.0
_STEP_SECONDS = 0.05
_END_SECONDS = 5.0


@dataclass(frozen=True, slots=True)
class LeftProcess:
    """A process that should be gone: its pid and its command line."""

    pid: int
    command: str


@dataclass(frozen=True, slots=True)
class LeftBehind:
    """How the server ended (status, negative: by that signal) and what outlived it."""

    exit_status: int
    processes: tuple[LeftProcess, ...]
    files: tuple[str, ...]

    def as_json(self) -> dict[str, Any]:
        """Return this as the member ``after_stop`` of load_summary.json."""
        return {
            "exit_status": self.exit_status,
            "processes": [asdict(process) for process in self.processes],
            "files": list(self.files),
        }


def left_behind(exit_status: int, tmp_root: Path) -> LeftBehind:
    """Return what is left of the server that ended with ``exit_status`` and had ``tmp_root`` as its TMPDIR.

    No other process has that TMPDIR, so its processes are known by it whoever their parent is. They have
    a few seconds to be gone; what is there then is ended.
    """
    processes = _processes_after_grace(tmp_root)
    left = tuple(LeftProcess(process.pid, _command(process)) for process in processes)
    _end(processes)
    # Without recursion: a server may have left folders nested thousands deep.
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
