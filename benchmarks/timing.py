"""Times one run of a contestant, in a folder of its own as each job has one."""

import gc
import time
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory


def timed(task: Callable[[Path], None], scratch: Path) -> dict[str, float]:
    """Run ``task`` with a new folder below ``scratch``; return its milliseconds, of CPU and by the clock.

    CPU is user and system time of this process: that is what a busy machine changes least. Rubbish of the
    run before is collected first; what the run itself makes the collector do counts.
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
