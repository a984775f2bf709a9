"""Every threshold passes at its limit, fails beyond it, and fails when its figure is missing."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import ROOT
from tools.smoke.ci_thresholds import Thresholds, UnusableValue, judge, main

NAMES = [
    "leaked_pids",
    "internal_error",
    "tmp_delta_bytes",
    "tmp_delta_count",
    "total_ms_p95",
    "queue_wait_ms_p95",
    "http_429",
    "http_non_200",
]
LOAD = {
    "requests": 20,
    "status_counts": {"200": 20},
    "subprocess_pids_seen": [11, 12],
    "leaked_pids": [],
    "tmp_delta_count": 0,
    "tmp_delta_bytes": 0,
    "tmp_warnings": [],
}
LOG = {"outcome_counts": {"ok": 20}, "queue_wait_ms_p95": 0, "total_ms_p95": 200}


def judged(
    load: dict[str, Any] | None = None, log: dict[str, Any] | None = None, **environ: Any
) -> dict[str, float | None]:
    """Names and figures of what fails; ``load`` and ``log`` replace members, ``None`` removes one."""
    thresholds = Thresholds.from_environ({f"DOCOPS_CI_{name}": value for name, value in environ.items()})
    load_summary, log_summary = [
        {name: value for name, value in {**sound, **(changed or {})}.items() if value is not None}
        for sound, changed in ((LOAD, load), (LOG, log))
    ]
    return {failure.name: failure.figure for failure in judge(load_summary, log_summary, thresholds)}


def answered(**counts: int) -> dict[str, dict[str, int]]:
    return {"status_counts": {name.removeprefix("_"): count for name, count in counts.items()}}


def test_a_sound_run_passes() -> None:
    assert judged() == {}


AT_AND_BEYOND = [
    ({"leaked_pids": []}, {"leaked_pids": [11]}, {}, {"leaked_pids": 1}),
    ({"tmp_delta_bytes": 5242880}, {"tmp_delta_bytes": 5242881}, {}, {"tmp_delta_bytes": 5242881}),
    ({"tmp_delta_bytes": -4}, {"tmp_delta_bytes": 1}, {"MAX_TMP_DELTA_BYTES": "0"}, {"tmp_delta_bytes": 1}),
    ({"tmp_delta_count": 50}, {"tmp_delta_count": 51}, {}, {"tmp_delta_count": 51}),
    ({"tmp_delta_count": 0}, {"tmp_delta_count": 1}, {"MAX_TMP_DELTA_COUNT": "0"}, {"tmp_delta_count": 1}),
    (answered(_200=20), answered(_200=19, _429=1), {}, {"http_429": 1, "http_non_200": 1}),
    (
        answered(_200=18, _429=2),
        answered(_200=17, _429=3),
        {"ALLOW_429": "2"},
        {"http_429": 3, "http_non_200": 1},
    ),
    *(
        (
            answered(_200=1, _429=19),
            answered(_200=18, _429=1, _500=1),
            {"ALLOW_429": any_},
            {"http_non_200": 1},
        )
        for any_ in ("true", "yes", "ON")
    ),
    (
        answered(_200=19, _429=1),
        answered(_200=18, _429=2),
        {"ALLOW_429": "1"},
        {"http_429": 2, "http_non_200": 1},
    ),
    (answered(_200=20), answered(_200=19, _429=1), {"ALLOW_429": "off"}, {"http_429": 1, "http_non_200": 1}),
    (answered(_200=20), answered(_200=18, _408=1, error=1), {}, {"http_non_200": 2}),
    # A request that nobody counted was not answered.
    (answered(_200=20), answered(_200=19), {}, {"http_non_200": 1}),
    # The worst of two rounds: 429 in one of them, 500 in the other.
    (answered(_200=20), answered(_200=18, _429=2, _500=2), {"ALLOW_429": "2"}, {"http_non_200": 2}),
]


@pytest.mark.parametrize(("at", "beyond", "environ", "failures"), AT_AND_BEYOND)
def test_a_figure_of_the_load_passes_at_its_limit_and_fails_beyond(
    at: dict[str, Any], beyond: dict[str, Any], environ: dict[str, Any], failures: dict[str, int]
) -> None:
    assert judged(at, **environ) == {}
    assert judged(beyond, **environ) == failures


LOG_AT_AND_BEYOND = [
    ({"total_ms_p95": 15000}, {"total_ms_p95": 15001}, {}, {"total_ms_p95": 15001}),
    ({"total_ms_p95": 9}, {"total_ms_p95": 10}, {"MAX_TOTAL_MS_P95": "9"}, {"total_ms_p95": 10}),
    ({"queue_wait_ms_p95": 3000}, {"queue_wait_ms_p95": 3001}, {}, {"queue_wait_ms_p95": 3001}),
    (
        {"queue_wait_ms_p95": 0},
        {"queue_wait_ms_p95": 1},
        {"MAX_QUEUE_WAIT_MS_P95": "0"},
        {"queue_wait_ms_p95": 1},
    ),
    ({"outcome_counts": {"ok": 1}}, {"outcome_counts": {"internal_error": 1}}, {}, {"internal_error": 1}),
]


@pytest.mark.parametrize(("at", "beyond", "environ", "failures"), LOG_AT_AND_BEYOND)
def test_a_figure_of_the_log_passes_at_its_limit_and_fails_beyond(
    at: dict[str, Any], beyond: dict[str, Any], environ: dict[str, Any], failures: dict[str, int]
) -> None:
    assert judged(log=at, **environ) == {}
    assert judged(log=beyond, **environ) == failures


MISSING = [
    ("load", {"leaked_pids": None}, {"leaked_pids"}),
    ("load", {"subprocess_pids_seen": []}, {"leaked_pids"}),
    ("load", {"subprocess_pids_seen": None}, {"leaked_pids"}),
    ("load", {"tmp_delta_bytes": None}, {"tmp_delta_bytes"}),
    ("load", {"tmp_delta_count": "7"}, {"tmp_delta_count"}),
    ("load", {"tmp_delta_count": True}, {"tmp_delta_count"}),
    ("load", {"tmp_warnings": ["work cannot be read"]}, {"tmp_delta_bytes", "tmp_delta_count"}),
    ("load", {"status_counts": None}, {"http_429", "http_non_200"}),
    ("load", {"status_counts": {}}, {"http_429", "http_non_200"}),
    ("load", {"status_counts": 5}, {"http_429", "http_non_200"}),
    ("load", {"requests": None}, {"http_non_200"}),
    ("log", {"total_ms_p95": None}, {"total_ms_p95"}),
    ("log", {"queue_wait_ms_p95": None}, {"queue_wait_ms_p95"}),
    ("log", {"outcome_counts": None}, {"internal_error"}),
    ("log", {"outcome_counts": {}}, {"internal_error"}),
]


@pytest.mark.parametrize(("where", "changed", "names"), MISSING)
def test_a_figure_that_is_missing_fails_its_threshold(
    where: str, changed: dict[str, Any], names: set[str]
) -> None:
    assert judged(**{where: changed}) == dict.fromkeys(names)


def test_a_figure_that_is_no_number_fails() -> None:
    assert list(judged(log={"total_ms_p95": float("nan")})) == ["total_ms_p95"]


def test_nothing_at_all_fails_every_threshold() -> None:
    failures = judge({}, {}, Thresholds())
    assert [failure.name for failure in failures] == NAMES
    assert all(failure.figure is None and failure.meaning for failure in failures)


@pytest.mark.parametrize(
    ("variable", "load", "log"),
    [
        ("REQUIRE_NO_LEAKS", {"leaked_pids": [11]}, None),
        ("REQUIRE_INTERNAL_ERROR_ZERO", None, {"outcome_counts": {"internal_error": 3}}),
        ("REQUIRE_NON_200_ZERO", answered(_200=19, _500=1), None),
    ],
)
def test_a_disabled_check_passes(
    variable: str, load: dict[str, list[int]] | None, log: dict[str, dict[str, int]] | None
) -> None:
    assert judged(load, log) != {}
    assert judged(load, log, **{variable: "0"}) == {}


def test_what_the_stopped_server_left_is_a_failure() -> None:
    left = {"exit_status": 0, "processes": [{"pid": 11, "command": "a"}, {"pid": 12, "command": "b"}]}
    assert judged({"leaked_pids": [11], "after_stop": left}) == {"leaked_pids": 2}
    files = [f"file{number}" for number in range(7)]
    (failure,) = judge({**LOAD, "after_stop": {"files": files}}, LOG, Thresholds())
    assert (failure.name, failure.figure, failure.limit) == ("tmp_delta_count", 7, 0)
    assert failure.meaning.endswith("nothing may stay: file0, file1, file2, file3, file4 and 2 more.")
    grown = {"tmp_delta_count": 51, "after_stop": {"files": files}}
    assert judged(grown) == {"tmp_delta_count": 51}, "a name is there once"


def test_the_defaults() -> None:
    assert Thresholds().as_environ() == {
        "DOCOPS_CI_ALLOW_429": "0",
        "DOCOPS_CI_MAX_TMP_DELTA_BYTES": "5242880",
        "DOCOPS_CI_MAX_TMP_DELTA_COUNT": "50",
        "DOCOPS_CI_MAX_TOTAL_MS_P95": "15000",
        "DOCOPS_CI_MAX_QUEUE_WAIT_MS_P95": "3000",
        "DOCOPS_CI_REQUIRE_NO_LEAKS": "1",
        "DOCOPS_CI_REQUIRE_INTERNAL_ERROR_ZERO": "1",
        "DOCOPS_CI_REQUIRE_NON_200_ZERO": "1",
    }
    empty = dict.fromkeys(Thresholds().as_environ(), "")
    assert Thresholds.from_environ({}) == Thresholds.from_environ(empty) == Thresholds()


def test_every_variable_is_read() -> None:
    environ = {name: "no" if "REQUIRE" in name else "7" for name in Thresholds().as_environ()}
    read = {name: "0" if value == "no" else value for name, value in environ.items()}
    assert Thresholds.from_environ(environ).as_environ() == read


@pytest.mark.parametrize("value", ["-1", "1.5", "many", "1e3", " 1", "٣", "9" * 5000])
def test_a_limit_that_is_not_an_integer_is_refused(value: str) -> None:
    with pytest.raises(UnusableValue, match=r"\ADOCOPS_CI_MAX_TOTAL_MS_P95: '.*' cannot be used; .*\Z"):
        Thresholds.from_environ({"DOCOPS_CI_MAX_TOTAL_MS_P95": value})


@pytest.mark.parametrize("value", ["2", "ja", "-", "00"])
def test_an_invalid_switch_is_refused(value: str) -> None:
    with pytest.raises(
        UnusableValue, match=r"\ADOCOPS_CI_REQUIRE_NO_LEAKS: '.*' cannot be used; use 1 or 0\Z"
    ):
        Thresholds.from_environ({"DOCOPS_CI_REQUIRE_NO_LEAKS": value})


@pytest.fixture
def kept(tmp_path: Path) -> Callable[..., list[str]]:
    """Keep summaries; return their paths."""

    def keep(load: object, log: object) -> list[str]:
        paths = tmp_path / "load_summary.json", tmp_path / "log_summary.json"
        for path, content in zip(paths, (load, log), strict=True):
            path.write_text(content if isinstance(content, str) else json.dumps(content))
        return [str(path) for path in paths]

    return keep


def test_the_tool_checks_saved_summaries(
    kept: Callable[..., list[str]], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(kept(LOAD, LOG)) == 0
    assert capsys.readouterr().out == "passed: every figure is within its limit\n"
    assert main(kept({**LOAD, "tmp_delta_count": 51}, {**LOG, "total_ms_p95": None})) == 1
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("tmp_delta_count: 51, limit 50. Jobs left files or folders behind")
    assert lines[1].startswith("total_ms_p95: missing, limit 15000. ")
    assert len(lines) == 2


@pytest.mark.parametrize("log", ["{", "[]", "null"])
def test_the_tool_refuses_files_that_are_not_summaries(
    kept: Callable[..., list[str]], capsys: pytest.CaptureFixture[str], log: str
) -> None:
    paths = kept(LOAD, log)
    assert main(paths) == 2
    said = capsys.readouterr()
    assert said.err.startswith(f"ci_thresholds: {paths[1]}: ")
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_its_help_names_every_variable_with_its_default() -> None:
    command = [sys.executable, "tools/ci_thresholds.py", "--help"]
    help_text = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout
    for variable, default in Thresholds().as_environ().items():
        assert [variable, default] in [line.split()[:2] for line in help_text.splitlines()]
