"""``/metrics``: the metrics of the whole server, kept by the Prometheus client library.

Every gunicorn worker writes its values to files of its own, and any worker adds up the files of all.

The client library would name the files after process ids, so every replaced worker would leave files behind.
Instead gunicorn's master gives each worker the lowest number that no living worker has
(``serving.pre_fork``), and a new worker continues the files of the last one with that number. So counters
never go back, and there are files for no more workers than run at a time.
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from flask import Blueprint, Response
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
    values,
)
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from docops_flask import __version__
from docops_flask.engine.checks.registry import CODES
from docops_flask.engine.errors import DocopsError
from docops_flask.jobs.errors import (
    InsufficientStorage,
    NotReady,
    RendererCrashed,
    RequestTimeout,
    TooManyRequests,
    storage_errors,
)
from docops_flask.settings.settings import Settings
from docops_flask.web.auth import protect
from docops_flask.web.errors import BodyTimeout
from docops_flask.web.job_log import OUTCOMES
from docops_flask.web.services import services

if TYPE_CHECKING:
    from docops_flask.batches.overview import Overview

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
NUMBER_VARIABLE = "DOCOPS_WORKER_NUMBER"
# More than all series take, so that no file has to grow later, when the disk may be full.
_FILE_BYTES = 256 * 1024
_KINDS = ("counter", "histogram", "gauge_livesum", "gauge_livemax")


class MetricsFiles:
    """The files of all workers, in ``folder``, which gunicorn's master has made."""

    def __init__(self, folder: Path, number: int) -> None:
        """Use the files of the worker ``number``; ``open`` makes them."""
        self._folder = folder
        self._number = number
        # Values in memory until ``open`` is called: the library's default are sparse files, see ``_reserve``.
        values.ValueClass = values.MutexValue

    def open(self) -> None:
        """Keep the metrics that are made from now on in this worker's files.

        Raises ``OSError`` when the disk has no space for them.
        """
        # Remove the gauges, such as taken slots, of the last worker with this number.
        mark_process_dead(self._number, str(self._folder))  # type: ignore[no-untyped-call]
        for kind in _KINDS:
            _reserve(self._folder / f"{kind}_{self._number}.db")
        values.ValueClass = values.MultiProcessValue(lambda: self._number)  # type: ignore[no-untyped-call]

    def of_all_workers(self) -> CollectorRegistry:
        """Return a registry with the values of all workers, ended ones included.

        Raises ``InsufficientStorage`` when the folder is gone.
        """
        with storage_errors():
            os.stat(self._folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
        return registry


def _reserve(path: Path) -> None:
    """Make ``path`` with all its disk space allocated, unless it exists.

    Writing to a sparse mapped file on a full disk would kill the worker (SIGBUS). Other workers may read all
    files at any time, so the file gets its name when it has its full size.
    """
    if path.exists():
        return
    draft = path.with_suffix(".draft")
    try:
        with draft.open("wb") as file:
            os.posix_fallocate(file.fileno(), 0, _FILE_BYTES)
        draft.rename(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


_METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS", "PUT", "PATCH", "DELETE"})
_OTHER = "other"
_NO_ROUTE = "unmatched"
_FORMAT_CODES = frozenset(CODES)
_ROW_OUTCOMES = ("ok", "missing_required", "unsupported", "strict_failed", "failed")
_WEBHOOK_STATES = ("delivered", "failed")
_NO_STORAGE = "no_storage"
_NOT_READY = "not_ready"
_REASONS = ("no_slot", "queue_full", "queue_timeout", _NOT_READY, _NO_STORAGE)
_JOB_ROUTES = ("/v1/run", "/v1/precheck", "/v1/inspect", "/v1/verify", "/v1/policies/suggest")
_RUN_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_WAIT_SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_log = logging.getLogger(__name__)


def start_recorder(settings: Settings, environ: Mapping[str, str]) -> "PrometheusRecorder":
    """Return the recorder of this process; it uses files if gunicorn's master has made a folder for them.

    A worker without disk space for its files works all the same; only its metrics are missing.
    """
    folder = environ.get(FOLDER_VARIABLE)
    files = MetricsFiles(Path(folder), int(environ.get(NUMBER_VARIABLE, "0"))) if folder else None
    if files is not None:
        try:
            files.open()
        except OSError as error:
            _log.warning("TMPDIR has no space for this worker's metrics (%s)", error.strerror)
    return PrometheusRecorder(settings, files)


class PrometheusRecorder:
    """Keeps the metrics of this worker and returns those of the whole server.

    Under gunicorn each worker writes files that all of them read; elsewhere this process is the whole server.
    Values of labels are of fixed sets, whatever clients send.
    """

    def __init__(self, settings: Settings, files: MetricsFiles | None) -> None:
        """Start at zero, or with ``files`` at the values of the last worker with the same number."""
        self._files = files
        self._registry = CollectorRegistry()
        self._requests = self._counter(
            "docops_http_requests", "Requests answered.", ("route", "method", "code")
        )
        self._rejected = self._counter(
            "docops_rejected", "Requests refused: no free slot, no disk space, or not ready.", ("reason",)
        )
        self._timeouts = self._counter("docops_renderer_timeouts", "Renderers stopped at the time limit.")
        self._deaths = self._counter(
            "docops_renderer_deaths", "Renderers that ended before their job was done."
        )
        self._issues = self._counter("docops_format_issues", "Issues in format reports.", ("code",))
        self._durations = self._histogram(
            "docops_run_duration_seconds",
            "Seconds from a request's first byte to the last byte of its answer.",
            _RUN_SECONDS,
            ("outcome",),
        )
        self._waits = self._histogram(
            "docops_queue_wait_seconds", "Seconds that jobs waited for a slot.", _WAIT_SECONDS
        )
        self._busy = self._gauge("docops_slots_busy", "Slots taken now.")
        self._standby = self._gauge("docops_renderers_standby", "Renderers that are ready for a job.")
        self._standby.set(0)
        self._left = self._gauge(
            "docops_folders_left", "Folders of ended jobs that have still to be removed."
        )
        self._left.set(0)
        self._not_removed = self._counter(
            "docops_folders_not_removed", "Folders whose first removal failed; each is tried again."
        )
        self._batch_rows = self._counter(
            "docops_batch_rows", "Rows of batches that were done, by outcome.", ("outcome",)
        )
        self._chunks = self._histogram(
            "docops_batch_chunk_seconds", "Seconds that a chunk of a batch took.", _RUN_SECONDS
        )
        self._again = self._counter(
            "docops_batch_work_delayed", "Pieces of work on batches that failed and are done again."
        )
        self._batches = self._gauge(
            "docops_batches", "Batches by state.", ("state",), multiprocess_mode="livemax"
        )
        self._idle = self._gauge(
            "docops_batch_idle_seconds",
            "Seconds since the last progress of the batch that waits longest.",
            multiprocess_mode="livemax",
        )
        self._missing = self._gauge(
            "docops_batch_missing_seconds",
            "Seconds for which the oldest chunk that is missing has waited.",
            multiprocess_mode="livemax",
        )
        self._webhooks = self._counter("docops_webhooks", "Webhooks by how they ended.", ("state",))
        self._gauge("docops_slots_total", "Slots of all workers.").set(settings.max_concurrency)
        build = self._gauge(
            "docops_build_info", "The build; always 1.", ("version", "commit"), multiprocess_mode="livemax"
        )
        build.labels(__version__, settings.commit_sha).set(1)
        self._busy.set(0)
        self._begin_at_zero()

    def request_ended(self, route: str | None, method: str, status: int) -> None:
        """Count an answer."""
        known_method = method if method in _METHODS else _OTHER
        self._requests.labels(route or _NO_ROUTE, known_method, str(status)).inc()

    def failed(self, error: DocopsError) -> None:
        """Count a refusal, a timeout or a crashed renderer, if ``error`` is one."""
        if isinstance(error, RequestTimeout) and not isinstance(error, BodyTimeout):
            self._timeouts.inc()
        elif isinstance(error, RendererCrashed):
            self._deaths.inc()
        reason = _rejection(error)
        if reason is not None:
            self._rejected.labels(reason).inc()

    def job_ended(self, outcome: str, seconds: float, queue_wait_seconds: float) -> None:
        """Count a ``/v1/run``."""
        self._durations.labels(outcome).observe(seconds)
        self._waits.observe(queue_wait_seconds)

    def format_issues(self, counts: Mapping[str, int]) -> None:
        """Count format issues by code; codes that no check has are counted together."""
        for code, count in counts.items():
            self._issues.labels(code if code in _FORMAT_CODES else _OTHER).inc(count)

    def slots_busy(self, count: int) -> None:
        """Set the number of this worker's slots that are taken."""
        self._busy.set(count)

    def standby_ready(self, count: int) -> None:
        """Set the number of this worker's renderers that are ready for a job."""
        self._standby.set(count)

    def folders_left(self, count: int) -> None:
        """Set the number of folders of ended jobs that this worker has still to remove."""
        self._left.set(count)

    def folder_not_removed(self) -> None:
        """Count a folder whose first removal failed."""
        self._not_removed.inc()

    def chunk_ended(self, rows: Mapping[str, int], seconds: float) -> None:
        """Count the rows of a chunk by outcome, and its time."""
        for outcome, count in rows.items():
            if outcome in _ROW_OUTCOMES:
                self._batch_rows.labels(outcome).inc(count)
        self._chunks.observe(seconds)

    def chunk_again(self) -> None:
        """Count a piece of work that is done again later."""
        self._again.inc()

    def batches_seen(self, overview: "Overview") -> None:
        """Set the numbers of batches, which all workers see alike, and the longest waits."""
        for state, count in overview.states.items():
            self._batches.labels(state).set(count)
        self._idle.set(overview.idle_seconds)
        self._missing.set(overview.missing_seconds)

    def webhook_ended(self, state: str) -> None:
        """Count a webhook."""
        self._webhooks.labels(state).inc()

    def exposition(self) -> bytes:
        """Return the metrics of the whole server in Prometheus' text format."""
        if self._files is None:
            return generate_latest(self._registry)
        return generate_latest(self._files.of_all_workers())

    def _begin_at_zero(self) -> None:
        """Create the series that alerts use, at 0: ``increase()`` misses the event that creates a series."""
        for route in _JOB_ROUTES:
            self._requests.labels(route, "POST", "500")
        for reason in _REASONS:
            self._rejected.labels(reason)
        for outcome in OUTCOMES:
            self._durations.labels(outcome)
        for outcome in _ROW_OUTCOMES:
            self._batch_rows.labels(outcome)
        for state in _WEBHOOK_STATES:
            self._webhooks.labels(state)

    def _counter(self, name: str, text: str, labels: tuple[str, ...] = ()) -> Counter:
        return Counter(name, text, labels, registry=self._registry)

    def _histogram(
        self, name: str, text: str, buckets: tuple[float, ...], labels: tuple[str, ...] = ()
    ) -> Histogram:
        return Histogram(name, text, labels, buckets=buckets, registry=self._registry)

    def _gauge(self, name: str, text: str, labels: tuple[str, ...] = (), **options: Any) -> Gauge:
        options = {"multiprocess_mode": "livesum", **options}
        return Gauge(name, text, labels, registry=self._registry, **options)


def _rejection(error: DocopsError) -> str | None:
    """Return why a request was refused (no slot, not ready, no disk space), ``None`` for other errors."""
    if isinstance(error, TooManyRequests):
        return error.reason
    if isinstance(error, NotReady):
        return _NOT_READY
    return _NO_STORAGE if isinstance(error, InsufficientStorage) else None


bp = Blueprint("metrics", __name__)
protect(bp)


@bp.get("/metrics")
def metrics() -> Response:
    """Return the metrics of all workers."""
    recorder = cast(PrometheusRecorder, services().recorder)
    response = Response(recorder.exposition(), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response
