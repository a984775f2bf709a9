"""One measured load on a server: its latencies, its rate, its CPU time."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

from tools.bench_report import BenchFailed
from tools.client import Client, Form
from tools.process_tree import ProcessTree


@dataclass(frozen=True, slots=True)
class Load:
    """``jobs`` sent ``concurrency`` at a time; ``pause_seconds`` between them, for one at a time."""

    name: str
    jobs: int
    concurrency: int
    pause_seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What came of a load: milliseconds of each job, jobs a second, CPU milliseconds of a job.

    The CPU time is that of the server and all below it, what they do right after the load included.
    ``renderer_bytes`` is the most that a process below the workers held.
    """

    latencies_ms: list[float]
    jobs_per_second: float
    cpu_ms: float
    renderer_bytes: int


def measure_load(base_url: str, pid: int, form: Form, load: Load) -> Measured:
    """Send ``load`` to the server of process ``pid``; raises ``BenchFailed`` for an answer but 200."""
    tree = ProcessTree(pid)
    client = Client(base_url)

    def send(_number: int) -> float:
        started = time.perf_counter()
        answer = client.post_form("/v1/run", form)
        milliseconds = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise BenchFailed(f"a job was answered {answer.status}: {answer.body[:200]!r}")
        time.sleep(load.pause_seconds)
        return milliseconds

    cpu_before = tree.settled_cpu_seconds()
    with tree.watching_renderers() as peak, ThreadPoolExecutor(load.concurrency) as threads:
        started = time.perf_counter()
        latencies = list(threads.map(send, range(load.jobs)))
        seconds = time.perf_counter() - started - load.jobs * load.pause_seconds / load.concurrency
    cpu_seconds = tree.settled_cpu_seconds() - cpu_before
    return Measured(latencies, load.jobs / seconds, cpu_seconds * 1000 / load.jobs, peak.bytes)
