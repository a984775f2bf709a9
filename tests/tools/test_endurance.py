"""The endurance scenarios detect the fault of servers with one fault each."""

import functools
import json
import os
import socket
from collections.abc import Callable
from http.client import HTTPConnection
from pathlib import Path

import pytest

from tests.tools import faulty_apps
from tools.lib.server import Server
from tools.scenarios import hang, server, small, stops
from tools.scenarios.endurance import LONG, SCENARIOS, SHORT, main


@pytest.fixture(autouse=True)
def _only_the_variables_of_the_test(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in os.environ:
        if name.startswith("DOCOPS_"):
            monkeypatch.delenv(name)


@pytest.fixture
def serve(monkeypatch: pytest.MonkeyPatch) -> Callable[[str], None]:
    """Let the scenarios start an app with a fault."""

    def use(app: str) -> None:
        faulty = functools.partial(Server, app=f"tests.tools.faulty_apps:{app}()")
        monkeypatch.setattr(server, "Server", faulty)
        monkeypatch.setattr(stops, "Server", faulty)

    return use


def test_every_scenario_has_a_short_and_a_long_form() -> None:
    assert set(SHORT) == set(LONG) == set(SCENARIOS)
    assert all(SHORT[name] < LONG[name] for name in SCENARIOS)


@pytest.mark.parametrize(
    ("app", "scenario", "size", "complaint"),
    [
        ("answers_500", "capacity", 4, "had another outcome: ['500"),
        ("answers_500", "overload", 60, "had another outcome: ['500"),
        ("answers_500", "soak", 8, "answers were not the expected ones"),
        ("answers_500", "small", 20, "open brackets: answered 500, expected 200"),
        ("answers_500", "chaos", 3, "failed that no fault explains"),
        ("answers_500", "stops", 1, "other answers than expected: ['job: 500']"),
        ("forgets_a_file", "capacity", 4, "entries are left in the work folder"),
        ("kills_its_worker", "soak", 8, "a worker was replaced"),
        ("leaves_a_thread", "soak", 60, "the number of threads grew"),
    ],
)
def test_a_fault_is_named(
    serve: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    app: str,
    scenario: str,
    size: int,
    complaint: str,
) -> None:
    monkeypatch.setattr(server, "_SETTLE_SECONDS", 0.1)
    serve(app)

    verdict = SCENARIOS[scenario](size)

    assert not verdict.held
    assert any(complaint in each for each in verdict.complaints), verdict.complaints


@pytest.mark.parametrize(
    ("app", "limit", "value", "complaint"),
    [
        ("is_slow", "_WALL_SECONDS", faulty_apps.SLOW_MS / 1000, "open brackets: 0."),
        ("is_slow", "_CPU_SECONDS", 0, "s of CPU"),
        ("is_slow", "_MOST_BYTES", 1, "which is not small"),
    ],
)
def test_a_small_file_over_a_limit_is_named(
    serve: Callable[[str], None],
    monkeypatch: pytest.MonkeyPatch,
    app: str,
    limit: str,
    value: int,
    complaint: str,
) -> None:
    monkeypatch.setattr(small, limit, value)
    serve(app)

    verdict = small.small(20)

    assert any(complaint in each for each in verdict.complaints), verdict.complaints


def test_the_small_files_are_small_and_get_the_expected_answers() -> None:
    verdict = small.small(200)

    assert verdict.held, verdict.complaints
    assert verdict.figures["largest bytes"] < 100_000


def test_the_hang_scenario_fails_when_jobs_do_not_hang(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hang, "_stop_renderers", lambda _server, _over: None)

    verdict = hang.hang(2)

    assert verdict.complaints == ["not all were answered 408: {'200': 2}"]


def test_a_stop_is_counted_with_what_was_answered() -> None:
    verdict = stops.stops(1)

    assert verdict.held, verdict.complaints
    assert verdict.figures["stops"] == 1
    assert verdict.figures["told"]["health: 200"] > 0


def test_a_request_is_lost_when_its_connection_was_made_and_nobody_accepts_it() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        address = f"127.0.0.1:{listener.getsockname()[1]}"

        def close_and_ask(connection: HTTPConnection) -> str:
            listener.close()
            connection.request("GET", "/healthz")
            return str(connection.getresponse().status)

        assert stops.outcome(address, close_and_ask) == "no answer"
        assert stops.outcome(address, close_and_ask) is None


def test_the_verdict_is_printed_and_written(
    serve: Callable[[str], None], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    summary = tmp_path / "summary.json"

    assert main(["capacity", "--size", "2", "--write-summary", str(summary)]) == 0
    assert json.loads(summary.read_text("utf-8"))["capacity"]["held"] is True
    serve("answers_500")
    assert main(["capacity", "--size", "4"]) == 1
    assert "FAILED" in capsys.readouterr().out


def test_a_server_that_does_not_start_is_reported(
    serve: Callable[[str], None], capsys: pytest.CaptureFixture[str]
) -> None:
    serve("does_not_start")

    assert main(["capacity"]) == 2
    assert capsys.readouterr().err.startswith("endurance: capacity: the server ended")


def test_an_unknown_scenario_is_refused() -> None:
    with pytest.raises(SystemExit):
        main(["everything"])
