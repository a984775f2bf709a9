"""Times contestants in turns within one process, so that a busy machine is busy for all of them alike."""

import gc
import statistics
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory


@dataclass(slots=True)
class Timing:
    """What a contestant took in each round, in milliseconds of CPU (user and system) and by the clock."""

    cpu_ms: list[float] = field(default_factory=list)
    wall_ms: list[float] = field(default_factory=list)

    def medians(self) -> dict[str, float]:
        """Return the medians."""
        return {
            "cpu_ms": round(statistics.median(self.cpu_ms), 4),
            "wall_ms": round(statistics.median(self.wall_ms), 4),
            "rounds": len(self.cpu_ms),
        }


def interleaved(
    tasks: Mapping[str, Callable[[Path], None]], *, rounds: int, scratch: Path
) -> dict[str, Timing]:
    """Run every task once for warming up, then in turns for ``rounds`` rounds; return their timings.

    Each run is given a folder of its own below ``scratch``, as each job has one: writing over the last run's
    files would be timed as well.
    """
    timings = {name: Timing() for name in tasks}
    names = list(tasks)
    for number in range(rounds + 1):
        # Each begins a round in its turn: what the one before left in the caches is shared out.
        first = number % len(names)
        for name in names[first:] + names[:first]:
            gc.collect()
            cpu_ms, wall_ms = _time(tasks[name], scratch)
            if number:
                timings[name].cpu_ms.append(cpu_ms)
                timings[name].wall_ms.append(wall_ms)
    return timings


def _time(task: Callable[[Path], None], scratch: Path) -> tuple[float, float]:
    with TemporaryDirectory(dir=scratch) as folder:
        path = Path(folder)
        wall, cpu = time.perf_counter_ns(), time.process_time_ns()
        task(path)
        return (time.process_time_ns() - cpu) / 1e6, (time.perf_counter_ns() - wall) / 1e6
