"""``/metrics``: the figures of the whole server, kept by the Prometheus client library.

Every gunicorn worker keeps its figures in files, one set for each worker's number; they are read together.

The client library would name them after process ids: every worker that is replaced would leave files
behind. gunicorn's master gives each worker the lowest number that none of its living workers has
(``serving.pre_fork``), so a new worker goes on counting where the last one with that number left off.
Counters never go back, and there are no more files than workers at a time.
"""

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

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
from docops_flask.engine.checks.registry import REGISTRY
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

FOLDER_VARIABLE = "PROMETHEUS_MULTIPROC_DIR"
NUMBER_VARIABLE = "DOCOPS_WORKER_NUMBER"
# More than all series take, so that no file has to grow when the volume may be full.
_FILE_BYTES = 256 * 1024
_KINDS = ("counter", "histogram", "gauge_livesum", "gauge_livemax")


class MetricsFiles:
    """The files of all workers in ``folder``, which gunicorn's master has made."""

    def __init__(self, folder: Path, number: int) -> None:
        """Take the files of the worker ``number``; make none yet."""
        self._folder = folder
        self._number = number
        # Until ``open`` was called: the library's own choice would be files with holes, see ``_reserve``.
        values.ValueClass = values.MutexValue

    def open(self) -> None:
        """Have the metrics that are made from now on kept in this worker's files.

        Raises ``OSError`` when the volume has no room for them.
        """
        # What the last worker with this number said of living things, taken slots for example, is forgotten.
        mark_process_dead(self._number, str(self._folder))  # type: ignore[no-untyped-call]
        for kind in _KINDS:
            _reserve(self._folder / f"{kind}_{self._number}.db")
        values.ValueClass = values.MultiProcessValue(lambda: self._number)  # type: ignore[no-untyped-call]

    def of_all_workers(self) -> CollectorRegistry:
        """Return a registry that holds the figures of all workers, those of dead ones included.

        Raises ``InsufficientStorage`` when the folder is gone.
        """
        with storage_errors():
            os.stat(self._folder)
        registry = CollectorRegistry()
        MultiProcessCollector(registry, str(self._folder))  # type: ignore[no-untyped-call]
        return registry


def _reserve(path: Path) -> None:
    """Make ``path`` with all its room on the volume, unless it is there.

    Writing to a mapped hole of a full volume would kill the worker (SIGBUS). Another worker may read all
    files at any time, so there is never an empty one under the name.
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
_FORMAT_CODES = frozenset(check.code for check in REGISTRY)
_NO_STORAGE = "no_storage"
_NOT_READY = "not_ready"
_REASONS = ("no_slot", "queue_full", "queue_timeout", _NOT_READY, _NO_STORAGE)
_JOB_ROUTES = ("/v1/run", "/v1/precheck", "/v1/inspect", "/v1/verify")
_RUN_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)
_WAIT_SECONDS = (0.005, 0.025, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)
_log = logging.getLogger(__name__)


def start_recorder(settings: Settings, environ: Mapping[str, str]) -> "PrometheusRecorder":
    """Return the recorder of this process, with files where gunicorn's master has made their folder.

    A worker that finds no room for its files works all the same: only its figures are missing.
    """
    folder = environ.get(FOLDER_VARIABLE)
    files = MetricsFiles(Path(folder), int(environ.get(NUMBER_VARIABLE, "0"))) if folder else None
    if files is not None:
        try:
            files.open()
        except OSError as error:
            _log.warning("TMPDIR has no room for this worker's metrics (%s)", error.strerror)
    return PrometheusRecorder(settings, files)


class PrometheusRecorder:
    """Keeps the figures of this worker and tells those of the whole server.

    Under gunicorn each worker writes its figures into files that all of them read; elsewhere this process
    is the whole server. Labels are taken from closed sets, whatever clients send.
    """

    def __init__(self, settings: Settings, files: MetricsFiles | None) -> None:
        """Start at zero, or with ``files`` where a worker before this one left off."""
        self._files = files
        self._registry = CollectorRegistry()
        self._requests = self._counter(
            "docops_http_requests", "Requests answered.", ("route", "method", "code")
        )
        self._rejected = self._counter("docops_rejected", "Requests refused for want of room.", ("reason",))
        self._timeouts = self._counter("docops_renderer_timeouts", "Renderers stopped at the time limit.")
        self._deaths = self._counter("docops_renderer_deaths", "Renderers that died at work.")
        self._issues = self._counter("docops_format_issues", "Issues in format reports.", ("code",))
        self._durations = self._histogram(
            "docops_run_duration_seconds",
            "From a job's first byte to its answer's last.",
            _RUN_SECONDS,
            ("outcome",),
        )
        self._waits = self._histogram(
            "docops_queue_wait_seconds", "How long jobs waited for a slot.", _WAIT_SECONDS
        )
        self._busy = self._gauge("docops_slots_busy", "Slots taken now.")
        self._standby = self._gauge("docops_renderers_standby", "Renderers that stand ready for a job.")
        self._standby.set(0)
        self._left = self._gauge("docops_folders_left", "Folders of ended jobs that are still to be removed.")
        self._left.set(0)
        self._not_removed = self._counter(
            "docops_folders_not_removed", "Folders that could not be removed at first; each is tried again."
        )
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
        """Count what ``error`` says of slots and renderers."""
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
        """Count format issues; codes that no check of ours has go together."""
        for code, count in counts.items():
            self._issues.labels(code if code in _FORMAT_CODES else _OTHER).inc(count)

    def slots_busy(self, count: int) -> None:
        """Note how many slots of this worker are taken now."""
        self._busy.set(count)

    def standby_ready(self, count: int) -> None:
        """Note how many renderers of this worker stand ready now."""
        self._standby.set(count)

    def folders_left(self, count: int) -> None:
        """Note how many folders of ended jobs this worker has still to remove."""
        self._left.set(count)

    def folder_not_removed(self) -> None:
        """Count a folder that could not be removed when it was tried first."""
        self._not_removed.inc()

    def exposition(self) -> bytes:
        """Return the figures of the whole server in Prometheus's text format."""
        if self._files is None:
            return generate_latest(self._registry)
        return generate_latest(self._files.of_all_workers())

    def _begin_at_zero(self) -> None:
        """Show what alerts ask for before it happens: ``increase()`` misses the event that makes a series."""
        for route in _JOB_ROUTES:
            self._requests.labels(route, "POST", "500")
        for reason in _REASONS:
            self._rejected.labels(reason)
        for outcome in OUTCOMES:
            self._durations.labels(outcome)

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
    """Return why a request was refused for want of room, ``None`` when it was not."""
    if isinstance(error, TooManyRequests):
        return error.reason
    if isinstance(error, NotReady):
        return _NOT_READY
    return _NO_STORAGE if isinstance(error, InsufficientStorage) else None


bp = Blueprint("metrics", __name__)
protect(bp)


@bp.get("/metrics")
def metrics() -> Response:
    """Tell the figures of all workers."""
    recorder = cast(PrometheusRecorder, services().recorder)
    response = Response(recorder.exposition(), content_type=CONTENT_TYPE_LATEST)
    response.headers["Cache-Control"] = "no-store"
    return response
