"""Times one run of an implementation, in a new folder as for a job."""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory


def timed(task: Callable[[Path], None], scratch: Path) -> dict[str, float]:
    """Run ``task`` with a new folder below ``scratch``; return its CPU and wall-clock milliseconds.

    CPU is the user and system time of this process, which other load on the machine affects least. Garbage of
    earlier runs is collected first; collections during the run count.
    """
    with TemporaryDirectory(dir=scratch) as folder:
        path = Path(folder)
        gc.collect()
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        task(path)
        return {
            "cpu_ms": (time.process_time_ns() - cpu) / 1e6,
            "wall_ms": (time.perf_counter_ns() - wall) / 1e6,
        }
