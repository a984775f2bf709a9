"""The benchmark ``service``: jobs through gunicorn, with every start method and without a process."""

import argparse
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

from tools.benchmark.load import Load, Measured, interleaved, measure_load, ratio_of_medians
from tools.benchmark.report import BenchFailed, BenchReport, Table
from tools.lib import command_line as types
from tools.lib.client import Client, Form
from tools.lib.command_line import terminal_progress
from tools.lib.process_tree import ProcessTree
from tools.lib.samples import NoSample, sample_for
from tools.lib.server import Server, ServerFailed, compile_bytecode
from tools.lib.stats import percentile

HELP = "latency, rate, CPU time and memory of the service, for each start method"
IN_PROCESS = "in process"
PACED = "paced"
_METHODS = ("spawn", "forkserver", "fork")
_CONCURRENCIES = (1, 2, 4, 8)
_MIB = 2**20


@dataclass(frozen=True, slots=True)
class Variant:
    """A server to be measured: its WSGI application and the settings that differ from the defaults."""

    name: str
    environ: Mapping[str, str] = field(default_factory=dict)
    app: str = "wsgi:app"
    # A variant that takes a hundred times as long gets fewer jobs.
    share_of_jobs: float = 1.0


def variants() -> list[Variant]:
    """Return the variants: with standby, on demand, without a process, and a naive implementation."""
    standby = [Variant(method, {"DOCOPS_MP_START": method}) for method in _METHODS]
    on_demand = [
        Variant(f"{method}, on demand", {"DOCOPS_MP_START": method, "DOCOPS_STANDBY": "0"})
        for method in _METHODS
    ]
    return [
        Variant(IN_PROCESS, app="benchmarks.apps:in_process()"),
        *standby,
        *on_demand,
        Variant("naive", app="benchmarks.apps:naive()", share_of_jobs=0.25),
    ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command's own arguments."""
    parser.add_argument("--rounds", type=types.integer(1), default=3, help="measured rounds (default: 3)")
    parser.add_argument("--jobs", type=types.integer(4), default=40, help="jobs of a load (default: 40)")
    parser.add_argument(
        "--pause",
        type=types.positive_seconds,
        default=1.0,
        help="seconds between paced jobs, enough to refill",
    )
    parser.add_argument("--only", nargs="*", metavar="VARIANT", help="variants (default: all)")
    parser.add_argument("--skill", default="meeting_notice", help="whose sample is sent")


def run(given: argparse.Namespace) -> BenchReport:
    """Measure as ``given`` says; raises ``BenchFailed`` when a server or a job fails."""
    chosen = [each for each in variants() if not given.only or each.name in given.only]
    if not chosen:
        raise BenchFailed(f"--only: no such variant; use {', '.join(each.name for each in variants())}")
    loads = [
        Load(PACED, max(4, given.jobs // 2), 1, given.pause),
        *(Load(f"{count} at a time", given.jobs, count) for count in _CONCURRENCIES),
    ]
    compile_bytecode("docops_flask", "benchmarks")
    with running(chosen) as servers:
        form = _form(next(iter(servers.values())), given.skill)
        measures = {
            f"{variant.name}/{load.name}": partial(
                measure_load,
                servers[variant.name].base_url,
                servers[variant.name].pid,
                form,
                _scaled(load, variant.share_of_jobs),
            )
            for load in loads
            for variant in chosen
        }
        measured = interleaved(measures, given.rounds, progress=terminal_progress("loads"))
        memory = {name: ProcessTree(server.pid).memory_bytes() for name, server in servers.items()}
    figures = {
        load.name: {each.name: _figures(measured[f"{each.name}/{load.name}"]) for each in chosen}
        for load in loads
    }
    return _report(figures, memory)


@contextmanager
def running(chosen: Sequence[Variant]) -> Iterator[dict[str, Server]]:
    """Run a server for every variant inside ``with``; those that are not being measured are idle."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-")))
        servers = {}
        for number, variant in enumerate(chosen):
            # No request is to be refused: a 429 would not be a measured job.
            environ = {"DOCOPS_QUEUE_TIMEOUT_SECONDS": "60", **variant.environ}
            server = Server(folder / f"{number}.log", environ, app=variant.app)
            stack.callback(server.stop)
            servers[variant.name] = server
            try:
                server.wait_until_healthy()
            except ServerFailed as error:
                raise BenchFailed(f"{variant.name}: {error}") from error
        yield servers


def _form(server: Server, skill: str) -> Form:
    try:
        return Form.of(sample_for(skill, Client(server.base_url)).files(), {})
    except NoSample as error:
        raise BenchFailed(str(error)) from error


def _scaled(load: Load, share: float) -> Load:
    jobs = max(load.concurrency, round(load.jobs * share))
    return Load(load.name, jobs, load.concurrency, load.pause_seconds)


def _figures(rounds: Sequence[Measured]) -> dict[str, Any]:
    latencies = [each for one in rounds for each in one.latencies_ms]
    return {
        **{f"p{percent}_ms": percentile(latencies, percent) for percent in (50, 95, 99)},
        "jobs_per_second": median(one.jobs_per_second for one in rounds),
        "cpu_ms_per_job": median(one.cpu_ms for one in rounds),
        "renderer_mib": max(one.renderer_bytes for one in rounds) / _MIB,
        "rounds": [asdict(one) for one in rounds],
    }


def _report(figures: dict[str, dict[str, Any]], memory: Mapping[str, int]) -> BenchReport:
    names = list(memory)
    for of_load in figures.values():
        _add_ratios(of_load)
    tables = [_load_table(load, of_load) for load, of_load in figures.items()]
    rows = [[name, memory[name] / _MIB, figures[PACED][name]["renderer_mib"]] for name in names]
    columns = ["variant", "server and all below it, idle (PSS)", "one renderer, at most (RSS)"]
    tables.append(Table("Memory in MiB", columns, rows))
    return BenchReport("service", {"loads": figures, "memory_bytes": dict(memory)}, tables)


def _add_ratios(of_load: dict[str, Any]) -> None:
    """Add the ratio of each variant to the one without a renderer process, if that was measured."""
    base = of_load.get(IN_PROCESS)
    for of_variant in of_load.values():
        of_variant["p50_ratio"] = base and of_variant["p50_ms"] / base["p50_ms"]
        of_variant["rate_ratio"] = base and ratio_of_medians(_rates(of_variant), _rates(base))


def _rates(of_variant: Mapping[str, Any]) -> list[float]:
    return [each["jobs_per_second"] for each in of_variant["rounds"]]


def _load_table(load: str, of_load: Mapping[str, Any]) -> Table:
    members = ["p50_ms", "p95_ms", "p99_ms", "jobs_per_second", "cpu_ms_per_job", "p50_ratio", "rate_ratio"]
    columns = ["variant", "p50 ms", "p95 ms", "p99 ms", "jobs/s", "CPU ms a job"]
    columns += ["p50 × in process", "jobs/s × in process"]
    rows = [[name, *(each[member] for member in members)] for name, each in of_load.items()]
    return Table(f"Load: {load}", columns, rows)
