"""The metrics of a process that works on batches for others: the same names as those of a server."""

from collections.abc import Mapping

from prometheus_client import CollectorRegistry, Counter, Histogram, start_http_server

from docops_flask.batches.overview import Overview
from docops_flask.engine.merge.outcome import MergeCounts
from docops_flask.settings import values
from docops_flask.settings.settings import SettingsError

_OUTCOMES = frozenset(MergeCounts._fields) - {"total"}
_SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120)


class WorkerRecorder:
    """Counts rows, chunks and what is done again; ``serve`` answers with the counts."""

    def __init__(self) -> None:
        self._registry = CollectorRegistry()
        self._rows = Counter(
            "docops_batch_rows",
            "Rows of batches that were done, by outcome.",
            ("outcome",),
            registry=self._registry,
        )
        self._chunks = Histogram(
            "docops_batch_chunk_seconds",
            "Seconds that a chunk of a batch took.",
            buckets=_SECONDS,
            registry=self._registry,
        )
        self._again = Counter(
            "docops_batch_work_delayed",
            "Pieces of work on batches that failed and are done again.",
            registry=self._registry,
        )
        for outcome in _OUTCOMES:
            self._rows.labels(outcome)

    def serve(self, bind: str) -> None:
        """Answer at ``bind`` (host:port) to any path; raises ``SettingsError`` where that is impossible."""
        try:
            host, _, port = values.address(bind).rpartition(":")
            start_http_server(int(port), host.strip("[]"), self._registry)
        except (ValueError, OSError) as error:
            reason = error.strerror if isinstance(error, OSError) else error
            raise SettingsError(f"--bind: cannot be used ({reason})") from None

    def chunk_ended(self, rows: Mapping[str, int], seconds: float) -> None:
        """Count the rows of a chunk by outcome, and its time."""
        for outcome, count in rows.items():
            if outcome in _OUTCOMES:
                self._rows.labels(outcome).inc(count)
        self._chunks.observe(seconds)

    def chunk_again(self) -> None:
        """Count a piece of work that is done again later."""
        self._again.inc()

    def batches_seen(self, overview: Overview) -> None:
        """Do nothing: servers tell of all batches."""
