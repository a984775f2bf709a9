"""The benchmark ``batches``: rows a second of batches under gunicorn, and jobs that run beside a batch."""

import argparse
import csv
import hashlib
import io
import json
import os
import tempfile
import time
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any, NamedTuple

from tools.benchmark.engine import mark
from tools.benchmark.load import Load, interleaved, send_load
from tools.benchmark.report import BenchFailed, BenchReport, Table
from tools.lib import command_line as types
from tools.lib.client import Client, FilePart, Form
from tools.lib.process_tree import ProcessTree
from tools.lib.server import Server, ServerFailed, compile_bytecode
from tools.lib.stats import percentile

HELP = "rows a second, memory and disk of batches, with and without PDF, and /v1/run beside a batch"
# The 95th percentile of /v1/run while a batch runs, as a multiple of that without.
MOST_TIMES_P95 = 2
ALONE, BESIDE = "alone", "beside a batch"
_SAMPLES = Path(__file__).resolve().parents[2] / "samples"
_SAMPLE = "meeting_notice"
# Ends long after the jobs that are measured.
_ROWS_BESIDE = 20_000
_LOOK_SECONDS = 0.25
_START_SECONDS = 60.0
_PAUSE_SECONDS = 0.1
_MOST_SECONDS = 6 * 3600.0
_MIB = 2**20
_BLOCK_BYTES = 512


class Batch(NamedTuple):
    """What a batch took: its rows, seconds, CPU seconds of the server and all below it, bytes.

    ``plan_seconds`` and ``end_seconds`` are part of ``seconds``: until the first and after the last chunk.
    ``worker_bytes`` is the most that one worker process had, ``disk_bytes`` what the batch has in its folder
    at the end, ``result_bytes`` the size of ``result.zip``, which was fetched and tested.
    """

    rows: int
    seconds: float
    plan_seconds: float
    end_seconds: float
    cpu_seconds: float
    worker_bytes: int
    renderer_bytes: int
    disk_bytes: int
    result_bytes: int


class Variant(NamedTuple):
    """A batch to be measured: worker processes, and whether each row has a PDF."""

    workers: int
    pdf: bool = False

    def __str__(self) -> str:
        return f"{self.workers} worker{'s' if self.workers > 1 else ''}{', with PDF' if self.pdf else ''}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the sub-command's own arguments."""
    parser.add_argument(
        "--rows", type=types.integer(0), default=2000, help="rows of a batch; 0: none (default: 2000)"
    )
    parser.add_argument(
        "--pdf-rows", type=types.integer(0), default=100, help="rows with PDF; 0: none (default: 100)"
    )
    parser.add_argument(
        "--workers", type=types.integer(1), nargs="+", default=[1, 2], help="worker processes (default: 1 2)"
    )
    parser.add_argument(
        "--jobs", type=types.integer(0), default=60, help="jobs alone and beside a batch; 0: none"
    )
    parser.add_argument("--rounds", type=types.integer(1), default=3, help="rounds of jobs (default: 3)")


def run(given: argparse.Namespace) -> BenchReport:
    """Measure as ``given`` says; raises ``BenchFailed`` when a server, a batch or a job fails."""
    compile_bytecode("docops_flask")
    variants = [Variant(count) for count in given.workers if given.rows]
    if given.pdf_rows:
        variants.append(Variant(max(given.workers), pdf=True))
    batches = {variant: batch(variant, given.pdf_rows if variant.pdf else given.rows) for variant in variants}
    jobs = beside(max(given.workers), given.jobs, given.rounds) if given.jobs else {}
    return report(batches, jobs)


def batch(variant: Variant, count: int) -> Batch:
    """Have a server do a batch of ``count`` rows, and look at its result."""
    with _server(variant.workers) as (server, folder):
        client, tree = Client(server.base_url), ProcessTree(server.pid)
        form = batch_form(count, pdf=variant.pdf)
        cpu_before = tree.settled_cpu_seconds()
        with tree.watching_renderers() as peak:
            started = time.perf_counter()
            path = _begun(client, form)
            first = _until(client, path, lambda told: told["rows"]["done"] > 0)
            plan_seconds = first - started
            last = _until(client, path, lambda told: told["rows"]["done"] == count)
            end = _until(client, path, lambda told: told["exit_code"] is not None)
        told = client.get(path).json()
        if (told["state"], told["exit_code"]) != ("completed", 0):
            raise BenchFailed(f"the batch has ended as {told['state']}, exit code {told['exit_code']}")
        cpu_seconds = tree.settled_cpu_seconds() - cpu_before
        worker_bytes = tree.workers_bytes()
        disk_bytes = _disk_bytes(folder)
        result_bytes = _look_at(client, path, count * (2 if variant.pdf else 1))
        return Batch(
            count,
            end - started,
            plan_seconds,
            end - last,
            cpu_seconds,
            worker_bytes,
            peak.bytes,
            disk_bytes,
            result_bytes,
        )


def beside(workers: int, jobs: int, rounds: int) -> dict[str, list[list[float]]]:
    """Return milliseconds of jobs one after the other, alone and while a batch runs, in turns."""
    form = Form.of({"template": _part("docx"), "task": _part("task.json")}, {})
    load = Load("paced", jobs, 1, _PAUSE_SECONDS)
    with _server(workers) as (server, _):
        client = Client(server.base_url)

        def send() -> list[float]:
            return send_load(client, form, load)[0]

        def send_beside() -> list[float]:
            path = _begun(client, batch_form(_ROWS_BESIDE))
            _until(client, path, lambda told: told["rows"]["done"] > 0)
            latencies = send()
            if client.get(path).json()["state"] != "running":
                raise BenchFailed("the batch had ended before the jobs")
            client.delete(path)
            return latencies

        return interleaved({ALONE: send, BESIDE: send_beside}, rounds)


def report(batches: Mapping[Variant, Batch], jobs: Mapping[str, Sequence[Sequence[float]]]) -> BenchReport:
    """Return the report: rows a second and what they take, and jobs beside a batch with their target."""
    tables = [_batch_table(batches)] if batches else []
    if jobs:
        tables.append(_job_table(jobs))
    figures: dict[str, Any] = {
        "batches": {str(variant): each._asdict() for variant, each in batches.items()},
        "jobs_ms": dict(jobs),
    }
    return BenchReport("batches", figures, tables)


def _batch_table(batches: Mapping[Variant, Batch]) -> Table:
    rows: list[list[str | float | None]] = []
    base = next((each.rows / each.seconds for of, each in batches.items() if of.workers == 1), None)
    for variant, each in batches.items():
        rate, cpu_ms = each.rows / each.seconds, each.cpu_seconds * 1000 / each.rows
        efficiency = None if base is None or variant.pdf else rate / base / variant.workers
        rows.append([
            str(variant), f"{each.rows:,}", each.seconds, each.plan_seconds, each.end_seconds, rate,
            efficiency, cpu_ms, 60_000 / cpu_ms, each.worker_bytes / _MIB, each.renderer_bytes / _MIB,
            each.disk_bytes / 1024 / each.rows, each.result_bytes / 1024 / each.rows,
        ])  # fmt: skip
    columns = [
        "batch", "rows", "s", "of it until the first chunk", "of it after the last", "rows/s",
        "÷ (workers × rate of one)", "CPU ms a row", "rows a minute of a core", "a worker, at most MiB",
        "a renderer, at most MiB", "disk KiB a row", "result KiB a row",
    ]  # fmt: skip
    return Table("Batches", columns, rows)


def _job_table(jobs: Mapping[str, Sequence[Sequence[float]]]) -> Table:
    """Return the percentiles of a round's jobs, as medians of the rounds, and the ratios of rounds."""
    percentiles = {
        name: [[percentile(each, share) or 0.0 for share in (50, 95)] for each in rounds]
        for name, rounds in jobs.items()
    }
    ratio = median(
        busy[1] / idle[1] for idle, busy in zip(percentiles[ALONE], percentiles[BESIDE], strict=True)
    )
    rows: list[list[str | float | None]] = []
    for name, rounds in percentiles.items():
        is_busy = name == BESIDE
        rows.append([
            f"/v1/run {name}",
            *(median(each[at] for each in rounds) for at in (0, 1)),
            ratio if is_busy else None,
            f"≤ {MOST_TIMES_P95} {mark(ratio <= MOST_TIMES_P95)}" if is_busy else None,
        ])  # fmt: skip
    return Table("Jobs, one after the other", ["jobs", "p50 ms", "p95 ms", "p95 × alone", "target"], rows)


def batch_form(count: int, *, pdf: bool = False) -> Form:
    """Return the form of a batch of ``count`` rows of the sample, each with a title of its own."""
    payload = json.loads(_part("task.json").content)["payload"]
    lines = io.StringIO()
    writer = csv.DictWriter(lines, payload)
    writer.writeheader()
    common = {key: "；".join(value) if isinstance(value, list) else value for key, value in payload.items()}
    writer.writerows({**common, "meeting_title": f"第{number}次会议"} for number in range(1, count + 1))
    files = {"template": _part("docx"), "rows": FilePart("rows.csv", lines.getvalue().encode())}
    return Form.of(files, {"skill": _SAMPLE} | ({"pdf": "true"} if pdf else {}))


def _part(extension: str) -> FilePart:
    return FilePart.of(_SAMPLES / f"{_SAMPLE}.{extension}")


@contextmanager
def _server(workers: int) -> Iterator[tuple[Server, Path]]:
    with tempfile.TemporaryDirectory(prefix="bench-batches-") as name:
        folder = Path(name, "batches")
        folder.mkdir()
        environ = {
            "DOCOPS_WORKERS": str(workers),
            "DOCOPS_BATCH_DIR": str(folder),
            "DOCOPS_MAX_ROWS_BYTES": str(256 * _MIB),
            "DOCOPS_QUEUE_TIMEOUT_SECONDS": "60",
        }
        server = Server(Path(name, "log"), environ)
        try:
            server.wait_until_healthy()
            _wait_until_ready(Client(server.base_url))
            yield server, folder
        except ServerFailed as error:
            raise BenchFailed(str(error)) from error
        finally:
            server.stop()


def _wait_until_ready(client: Client) -> None:
    """Wait until LibreOffice was tried."""
    deadline = time.monotonic() + _START_SECONDS
    while client.get("/readyz").status != 200:
        if time.monotonic() > deadline:
            raise BenchFailed("the server does not become ready")
        time.sleep(_LOOK_SECONDS)


def _begun(client: Client, form: Form) -> str:
    answer = client.post_form("/v1/batches", form)
    if answer.status != 202:
        raise BenchFailed(f"a batch was answered {answer.status}: {answer.body[:200]!r}")
    return answer.headers["location"]


def _until(client: Client, path: str, is_so: Callable[[dict[str, Any]], bool]) -> float:
    """Ask for the status until it is as wanted, or the batch has ended; return the time."""
    deadline = time.monotonic() + _MOST_SECONDS
    while time.monotonic() < deadline:
        told = client.get(path).json()
        if is_so(told) or told["exit_code"] is not None:
            return time.perf_counter()
        time.sleep(_LOOK_SECONDS)
    raise BenchFailed("the batch did not end")


def _disk_bytes(folder: Path) -> int:
    found = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    return sum(file.stat().st_blocks * _BLOCK_BYTES for file in found)


def _look_at(client: Client, path: str, documents: int) -> int:
    """Fetch the result, and have each member and the digest tested; return its size."""
    with tempfile.TemporaryFile(prefix="bench-batches-") as file:
        answer = client.save(f"{path}/result.zip", file)
        if answer.status != 200:
            raise BenchFailed(f"the result was answered {answer.status}")
        file.seek(0)
        digest = hashlib.file_digest(file, "sha256")
        if answer.headers["etag"].strip('"') != digest.hexdigest():
            raise BenchFailed("the result has other bytes than its ETag says")
        with zipfile.ZipFile(file) as archive:
            found = sum(name.startswith("docs/") for name in archive.namelist())
            if archive.testzip() is not None or found != documents:
                raise BenchFailed(f"the result has {found} files in docs/, not {documents}")
        return file.seek(0, os.SEEK_END)
