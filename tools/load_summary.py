"""The summary of a load: figures of many job outcomes."""

from collections import Counter
from collections.abc import Sequence
from typing import Any

from tools.job_answer import ERROR, JobOutcome
from tools.stats import percentile
from tools.watermark import Watermark

_PERCENTS = (50, 95, 99)


def outcome_figures(outcomes: Sequence[JobOutcome]) -> dict[str, Any]:
    """Return the members of the summary that ``outcomes`` decide."""
    failures = Counter(outcome.failure for outcome in outcomes if outcome.failure is not None)
    exit_codes = Counter(str(outcome.exit_code) for outcome in outcomes if outcome.status == "200")
    return {
        "status_counts": _sorted(Counter(outcome.status for outcome in outcomes)),
        "exit_code_counts": _sorted(exit_codes),
        "failures": dict(failures.most_common()),
        "latency_ms": latency_figures([each.latency_ms for each in outcomes if each.status != ERROR]),
        "timeout_request_ids": [each.request_id for each in outcomes if each.status == "408"],
        "subprocess_pids_seen": sorted({each.process.pid for each in outcomes if each.process is not None}),
    }


def latency_figures(latencies_ms: Sequence[float]) -> dict[str, float | None]:
    """Return percentiles (nearest rank), maximum and mean, ``None`` each when there are no latencies."""
    figures = {f"p{percent}": percentile(latencies_ms, percent) for percent in _PERCENTS}
    figures["max"] = max(latencies_ms, default=None)
    figures["avg"] = sum(latencies_ms) / len(latencies_ms) if latencies_ms else None
    return {name: None if value is None else round(value, 1) for name, value in figures.items()}


def tmp_figures(before: Watermark, after: Watermark) -> dict[str, Any]:
    """Return the members that tell what the load left in the work folder."""
    return {
        "tmp_before_count": before.count,
        "tmp_before_bytes": before.bytes,
        "tmp_after_count": after.count,
        "tmp_after_bytes": after.bytes,
        "tmp_delta_count": after.count - before.count,
        "tmp_delta_bytes": after.bytes - before.bytes,
        "tmp_warnings": list(dict.fromkeys(before.warnings + after.warnings)),
    }


def _sorted(counts: "Counter[str]") -> dict[str, int]:
    return dict(sorted(counts.items()))
