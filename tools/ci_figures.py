"""The figures of a smoke run, read from its summaries; ``None`` stands for one that is missing.

Where a summary cannot know a figure, because nothing was seen that could have told it, that figure is
missing and not zero.
"""

from collections.abc import Mapping
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
    """Return the figure ``name`` of the work folder, unless some of the folder could not be looked into."""
    return None if load.get("tmp_warnings") else number(load, name)


def internal_errors(log: Summary) -> float | None:
    """Return how often the server was at fault; a log without any outcome cannot tell."""
    return _count(log, "outcome_counts", "internal_error")


def answers(load: Summary, status: str) -> float | None:
    """Return how many requests were answered ``status``."""
    return _count(load, "status_counts", status)


def non_200(load: Summary, allowed_429: int) -> float | None:
    """Return how many requests had no answer 200, not counting up to ``allowed_429`` answers 429.

    The worst of several rounds holds the worst of each status, which may be more than one round's requests.
    """
    requests, counts = number(load, "requests"), _member(load, "status_counts")
    numbers = {status: number(counts, status) for status in counts}
    if not requests or not counts or None in numbers.values():
        return None
    told = {status: count for status, count in numbers.items() if count is not None}
    excess_429 = max(told.get("429", 0) - allowed_429, 0)
    others = sum(count for status, count in told.items() if status not in ("200", "429"))
    return others + excess_429 + max(requests - sum(told.values()), 0)


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
