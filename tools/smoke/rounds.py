"""Load rounds against one server, the worst of them, and the figures read from their summaries.

A figure that a summary could not determine is missing, not zero.

A warm-up round fills caches and starts processes once, so its times and its files do not count. Leaked
processes and ``internal_error`` in the log count there too.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import Any

Summary = Mapping[str, Any]


def number(summary: Summary, name: str) -> float | None:
    """Return the number ``name`` of ``summary``."""
    value = summary.get(name)
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def leaked_pids(load: Summary) -> int | None:
    """Return how many processes outlived their job or, in ``after_stop``, the server."""
    leaked = load.get("leaked_pids")
    if not isinstance(leaked, list) or not load.get("subprocess_pids_seen"):
        return None
    left = {process["pid"] for process in left_after_stop(load, "processes")}
    return len({*leaked, *left})


def tmp_growth(load: Summary, name: str) -> float | None:
    """Return the figure ``name`` of the work folder, unless parts of the folder could not be read."""
    return None if load.get("tmp_warnings") else number(load, name)


def internal_errors(log: Summary) -> float | None:
    """Return the number of internal errors; unknown when the log has no outcome."""
    return _count(log, "outcome_counts", "internal_error")


def answers(load: Summary, status: str) -> float | None:
    """Return how many requests were answered ``status``."""
    return _count(load, "status_counts", status)


def non_200(load: Summary, allowed_429: int) -> float | None:
    """Return how many requests were not answered 200, not counting up to ``allowed_429`` answers 429.

    The worst of several rounds holds the worst of each status, which may be more than one round's requests.
    """
    requests, counts = number(load, "requests"), _member(load, "status_counts")
    numbers = {status: number(counts, status) for status in counts}
    if not requests or not counts or None in numbers.values():
        return None
    known = {status: count for status, count in numbers.items() if count is not None}
    excess_429 = max(known.get("429", 0) - allowed_429, 0)
    others = sum(count for status, count in known.items() if status not in ("200", "429"))
    return others + excess_429 + max(requests - sum(known.values()), 0)


def left_after_stop(load: Summary, what: str) -> list[Any]:
    """Return the ``processes`` or ``files`` that the stopped server left; only ci_smoke looks for them."""
    left = _member(load, "after_stop").get(what)
    return left if isinstance(left, list) else []


def _count(summary: Summary, member: str, name: str) -> float | None:
    counts = _member(summary, member)
    return number({name: 0, **counts}, name) if counts else None


def _member(summary: Summary, name: str) -> Summary:
    member = summary.get(name)
    return member if isinstance(member, Mapping) else {}


_PERCENTILES = ("queue_wait_ms_p50", "queue_wait_ms_p95", "total_ms_p50", "total_ms_p95")


@dataclass(frozen=True, slots=True)
class Round:
    """One load: its summary, and the summary of its part of the log."""

    is_warmup: bool
    load: Summary
    log: Summary


def worst_load(rounds: Sequence[Round]) -> dict[str, Any]:
    """Return a summary like load_test's: each figure is the worst of the measured ``rounds``, which follow.

    Without a measured round there are no figures, only the rounds.
    """
    measured = [each.load for each in rounds if not each.is_warmup]
    done = {
        "rounds": measured,
        "warmup_rounds": [each.load for each in rounds if each.is_warmup],
    }
    if not measured:
        return done
    return {
        **{name: measured[0][name] for name in ("requests", "concurrency", "skill")},
        "status_counts": _worst_counts([each["status_counts"] for each in measured]),
        "latency_ms": {
            name: _worst(each["latency_ms"][name] for each in measured) for name in measured[0]["latency_ms"]
        },
        "timeout_request_ids": [each for load in measured for each in load["timeout_request_ids"]],
        **_leaks(measured, [each.load for each in rounds]),
        **_tmp_figures(measured),
        **done,
    }


def worst_log(rounds: Sequence[Round], whole: Summary) -> dict[str, Any]:
    """Return a summary like summarize_logs': counts of the ``whole`` log, worst percentiles of ``rounds``.

    Warm-up rounds count for the former and not for the latter.
    """
    measured = [each.log for each in rounds if not each.is_warmup]
    percentiles = {name: _worst(number(each, name) for each in measured) for name in _PERCENTILES}
    warmup = [each.log for each in rounds if each.is_warmup]
    return {**whole, **percentiles, "rounds": measured, "warmup_rounds": warmup}


def _worst(figures: Iterable[float | None]) -> float | None:
    """Return the largest figure, ``None`` when one is missing or there is none."""
    present, is_complete = [], True
    for figure in figures:
        if figure is None:
            is_complete = False
        else:
            present.append(figure)
    return max(present, default=None) if is_complete else None


def _worst_counts(rounds: Sequence[dict[str, int]]) -> dict[str, int]:
    """Return the smallest count of 200 and the largest of every other status."""
    worst: dict[str, int] = {}
    for status in sorted({status for counts in rounds for status in counts}):
        pick: Callable[[Iterable[int]], int] = min if status == "200" else max
        worst[status] = pick(counts.get(status, 0) for counts in rounds)
    return worst


def _leaks(measured: Sequence[Summary], loads: Sequence[Summary]) -> dict[str, Any]:
    """Return the leaks of all ``loads``; unknown (``None``) when a ``measured`` one was not checked."""
    unchecked = [each for each in measured if each["leaked_pids"] is None or not each["subprocess_pids_seen"]]
    leaky = [each for each in loads if each["leaked_pids"]]
    leaked = {pid for each in leaky for pid in each["leaked_pids"]}
    seen = {pid for each in measured for pid in each["subprocess_pids_seen"]}
    return {
        "subprocess_pids_seen": [] if unchecked else sorted(seen),
        "leaked_pids": None if unchecked else sorted(leaked),
        "leak_check": [*unchecked, *leaky, measured[-1]][0]["leak_check"],
    }


def _tmp_figures(measured: Sequence[Summary]) -> dict[str, Any]:
    warnings = [warning for each in measured for warning in each["tmp_warnings"]]
    figures: dict[str, Any] = {"tmp_warnings": list(dict.fromkeys(warnings))}
    for unit in ("count", "bytes"):
        worst = max(measured, key=itemgetter(f"tmp_delta_{unit}"))
        for moment in ("before", "after", "delta"):
            figures[f"tmp_{moment}_{unit}"] = worst[f"tmp_{moment}_{unit}"]
    return figures
