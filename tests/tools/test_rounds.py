"""Of several rounds every figure is the worst; a missing one stays missing; a warm-up hides no leak."""

from typing import Any

import pytest

from tools.smoke.rounds import Round, worst_load, worst_log


def load(**changed: Any) -> dict[str, Any]:
    return {
        "requests": 20,
        "concurrency": 6,
        "skill": "meeting_notice",
        "status_counts": {"200": 20},
        "latency_ms": {"p95": 1.0, "max": 2.0},
        "timeout_request_ids": [],
        "subprocess_pids_seen": [1],
        "leaked_pids": [],
        "leak_check": {"performed": True},
        **{
            f"tmp_{moment}_{unit}": 0
            for moment in ("before", "after", "delta")
            for unit in ("count", "bytes")
        },
        "tmp_warnings": [],
        **changed,
    }


def worst(*loads: dict[str, Any], warmup: list[dict[str, Any]] | tuple[()] = ()) -> dict[str, Any]:
    return worst_load([Round(True, each, {}) for each in warmup] + [Round(False, each, {}) for each in loads])


UNCHECKED = load(leaked_pids=None, leak_check={"performed": False})
LEAKY = load(leaked_pids=[7], leak_check={"performed": True, "leaked": {"7": "running"}})


def test_statuses_are_the_worst_of_each() -> None:
    first, second = load(status_counts={"200": 18, "500": 2}), load(status_counts={"200": 17, "429": 3})
    assert worst(first, second)["status_counts"] == {"200": 17, "429": 3, "500": 2}
    assert worst(load(), load(status_counts={"500": 20}))["status_counts"] == {"200": 0, "500": 20}


def test_times_are_the_longest() -> None:
    first, second = load(latency_ms={"p95": 5.0, "max": 6.0}), load(latency_ms={"p95": 4.0, "max": 9.0})
    assert worst(first, second)["latency_ms"] == {"p95": 5.0, "max": 9.0}


def test_what_is_left_in_the_work_folder_is_the_most_of_any_round() -> None:
    first = load(tmp_before_count=1, tmp_after_count=4, tmp_delta_count=3, tmp_delta_bytes=10)
    second = load(
        tmp_before_count=4, tmp_after_count=5, tmp_delta_count=1, tmp_delta_bytes=99, tmp_warnings=["w"]
    )
    told = worst(first, second)
    assert (told["tmp_before_count"], told["tmp_after_count"], told["tmp_delta_count"]) == (1, 4, 3)
    assert (told["tmp_delta_bytes"], told["tmp_warnings"]) == (99, ["w"])


@pytest.mark.parametrize(
    ("loads", "warmup", "leaked", "check"),
    [
        ([load(), load()], [load()], [], load()),
        ([load(), LEAKY, load()], [], [7], LEAKY),
        ([load()], [LEAKY], [7], LEAKY),
        ([LEAKY, UNCHECKED], [], None, UNCHECKED),
        ([load()], [UNCHECKED], [], load()),
    ],
)
def test_leaks_of_all_rounds_count_and_one_unchecked_round_makes_the_check_unknown(
    loads: list[dict[str, Any]], warmup: list[dict[str, Any]], leaked: list[int] | None, check: dict[str, Any]
) -> None:
    told = worst(*loads, warmup=warmup)
    assert (told["leaked_pids"], told["leak_check"]) == (leaked, check["leak_check"])


def test_a_round_that_saw_no_pid_was_not_checked() -> None:
    told = worst(load(subprocess_pids_seen=[]), load())
    assert (told["subprocess_pids_seen"], told["leaked_pids"]) == ([], None)
    assert worst(load(), load(subprocess_pids_seen=[2]))["subprocess_pids_seen"] == [1, 2]


def test_nothing_else_of_a_warm_up_counts() -> None:
    cold = load(
        status_counts={"429": 20},
        latency_ms={"p95": 99.0, "max": 99.0},
        tmp_delta_count=99,
        timeout_request_ids=["t"],
    )
    told = worst(load(), warmup=[cold])
    assert told == {**load(), "rounds": [load()], "warmup_rounds": [cold]}


def test_the_rounds_themselves_are_kept_also_when_none_was_measured() -> None:
    assert worst(warmup=[LEAKY]) == {"rounds": [], "warmup_rounds": [LEAKY]}
    assert worst(load(), LEAKY)["rounds"] == [load(), LEAKY]


def log(p95: int | None, outcomes: dict[str, int] | None = None) -> dict[str, Any]:
    return {f"{name}_ms_{percent}": p95 for name in ("queue_wait", "total") for percent in ("p50", "p95")} | {
        "outcome_counts": outcomes or {}
    }


def test_the_log_summary_has_the_worst_percentiles_and_all_counts() -> None:
    rounds = [Round(True, {}, log(900)), Round(False, {}, log(5)), Round(False, {}, log(8))]
    told = worst_log(rounds, log(450, {"ok": 6, "internal_error": 1}))
    assert (told["total_ms_p95"], told["queue_wait_ms_p95"], told["total_ms_p50"]) == (8, 8, 8)
    assert told["outcome_counts"] == {"ok": 6, "internal_error": 1}
    assert (told["rounds"], told["warmup_rounds"]) == ([log(5), log(8)], [log(900)])


def test_a_percentile_that_a_round_lacks_is_missing() -> None:
    assert worst_log([Round(False, {}, log(5)), Round(False, {}, log(None))], log(5))["total_ms_p95"] is None
    assert worst_log([], log(5))["total_ms_p95"] is None
