"""One measured load on a server, and several variants measured in turn."""

import time
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import median
from typing import TypeVar

from tools.benchmark.report import BenchFailed
from tools.lib.client import Client, Form
from tools.lib.command_line import Progress
from tools.lib.process_tree import ProcessTree

Result = TypeVar("Result")


def interleaved(
    variants: Mapping[str, Callable[[], Result]],
    rounds: int,
    warmup_rounds: int = 1,
    progress: Progress | None = None,
) -> dict[str, list[Result]]:
    """Measure each of ``variants`` once a round; return the measurements by name, without the warm-up.

    Each round begins with another variant, so that none always follows the same neighbour. ``progress`` is
    called with the measurements done and their total.
    """
    names = list(variants)
    measured: dict[str, list[Result]] = {name: [] for name in names}
    for number in range(-warmup_rounds, rounds):
        first = number % len(names)
        for position, name in enumerate(names[first:] + names[:first]):
            value = variants[name]()
            if number >= 0:
                measured[name].append(value)
            if progress is not None:
                done = (number + warmup_rounds) * len(names) + position + 1
                progress(done, (rounds + warmup_rounds) * len(names))
    return measured


def ratio_of_medians(values: list[float], base: list[float]) -> float:
    """Return the ratio of the median of ``values`` to the median of ``base``.

    Raises ``statistics.StatisticsError`` when either is empty.
    """
    return median(values) / median(base)


@dataclass(frozen=True, slots=True)
class Load:
    """``jobs`` sent ``concurrency`` at a time; ``pause_seconds`` between them, for one at a time."""

    name: str
    jobs: int
    concurrency: int
    pause_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """The figures of a load: milliseconds of each job, jobs a second, CPU milliseconds of a job.

    The CPU time is that of the server and its descendants, including work right after the load.
    ``renderer_bytes`` is the peak memory of a process below the workers.
    """

    latencies_ms: list[float]
    jobs_per_second: float
    cpu_ms: float
    renderer_bytes: int


def measure_load(base_url: str, pid: int, form: Form, load: Load) -> Measured:
    """Send ``load`` to the server of process ``pid``; raises ``BenchFailed`` for an answer other than 200."""
    tree = ProcessTree(pid)
    cpu_before = tree.settled_cpu_seconds()
    with tree.watching_renderers() as peak:
        latencies, seconds = send_load(Client(base_url), form, load)
    cpu_seconds = tree.settled_cpu_seconds() - cpu_before
    return Measured(latencies, load.jobs / seconds, cpu_seconds * 1000 / load.jobs, peak.bytes)


def send_load(client: Client, form: Form, load: Load) -> tuple[list[float], float]:
    """Send ``load``; return the milliseconds of each job, and the seconds of all without pauses.

    Raises ``BenchFailed`` for an answer other than 200.
    """

    def send(_number: int) -> float:
        started = time.perf_counter()
        answer = client.post_form("/v1/run", form)
        milliseconds = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise BenchFailed(f"a job was answered {answer.status}: {answer.body[:200]!r}")
        time.sleep(load.pause_seconds)
        return milliseconds

    with ThreadPoolExecutor(load.concurrency) as threads:
        started = time.perf_counter()
        latencies = list(threads.map(send, range(load.jobs)))
        seconds = time.perf_counter() - started - load.jobs * load.pause_seconds / load.concurrency
    return latencies, seconds
