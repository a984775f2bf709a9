"""What the private parts of ``multiprocessing`` save: CPU time of a job with them and without, taking turns.

``python -m benchmarks.renderer_start [JOBS]`` prints the medians as a table. Each job inspects a sample
document in a process of its own. The main module is gunicorn's, as in a server.
"""

import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from unittest.mock import patch

import psutil

from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.sandbox.sandbox import SandboxMode
from docops_flask.engine.worker.isolation import ProcessLimits
from docops_flask.jobs.renderer import Renderer
from docops_flask.jobs.starting import start
from docops_flask.jobs.workspace import Workspaces

_SAMPLE = Path(__file__).parents[1] / "samples" / "inspection_record.docx"
_LIMITS = ProcessLimits(memory_bytes=1 << 29, cpu_seconds=60, file_bytes=1 << 28, sandbox=SandboxMode.REQUIRE)
_PLAIN = "spawn, plain multiprocessing"
_JOBS_OF_A_TURN = 5


def main() -> None:
    """Print CPU time and time of a job for each way to start its process, in milliseconds."""
    # Plain multiprocessing looks at it; a console script has no other.
    sys.modules["__main__"] = ModuleType("__main__")
    sys.modules["__main__"].__file__ = str(Path(sys.executable).with_name("gunicorn"))
    jobs = int(sys.argv[1]) if len(sys.argv) > 1 else 60
    print("| start method | CPU ms a job | ms a job |\n|---|---|---|")  # noqa: T201
    with tempfile.TemporaryDirectory() as folder:
        for way, turns in _measure(jobs, Workspaces(Path(folder))).items():
            cpu, wall = (statistics.median(column) * 1000 for column in zip(*turns, strict=True))
            print(f"| {way} | {cpu:.1f} | {wall:.1f} |")  # noqa: T201


def _measure(jobs: int, workspaces: Workspaces) -> dict[str, list[tuple[float, float]]]:
    """Return {way: (CPU seconds, seconds) of a job, for each turn}."""
    renderers = {method: Renderer(method, 60.0, _LIMITS) for method in ("spawn", "forkserver", "fork")}
    turns: dict[str, list[tuple[float, float]]] = {_PLAIN: [], **{method: [] for method in renderers}}

    def turn(way: str) -> tuple[float, float]:
        unexpected = "replaced by the benchmark" if way == _PLAIN else None
        renderer = renderers["spawn" if way == _PLAIN else way]

        def one_job() -> None:
            workspace = workspaces.create()
            workspace.file("template.docx").write_bytes(_SAMPLE.read_bytes())
            renderer.run(Job(kind=JobKind.INSPECT, skills=()), workspace.path)
            workspace.remove()

        with patch.object(start, "unexpected_part", lambda: unexpected):
            one_job()
            return _cost(one_job)

    for _ in range(max(1, jobs // _JOBS_OF_A_TURN)):
        for way, measured in turns.items():
            measured.append(turn(way))
    return turns


def _cost(job: Callable[[], None]) -> tuple[float, float]:
    cpu, began = _cpu_seconds(), time.monotonic()
    for _ in range(_JOBS_OF_A_TURN):
        job()
    return (_cpu_seconds() - cpu) / _JOBS_OF_A_TURN, (time.monotonic() - began) / _JOBS_OF_A_TURN


def _cpu_seconds() -> float:
    """Return the CPU time of this process, of those it reaped, and of its children with those they reaped."""
    processes = [psutil.Process(), *psutil.Process().children()]
    return sum(sum(process.cpu_times()[:4]) for process in processes)


if __name__ == "__main__":
    main()
