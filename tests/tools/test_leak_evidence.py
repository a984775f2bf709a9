"""How the leak check finds processes and distinguishes pids of this machine from others."""

import itertools
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tests.optional import not_none
from tests.tools.fake_service import NoPsutil, Processes
from tools.load import leaks
from tools.load.leaks import PidMarks, ServerProcess, best_lookup, by_proc, by_signal, check_leaks

LOOKUPS = {"psutil": best_lookup()[1], "proc": by_proc, "signal": by_signal}


@pytest.fixture
def processes() -> Iterator[Processes]:
    started = Processes()
    yield started
    started.end()


@pytest.mark.parametrize("method", LOOKUPS)
def test_a_process_is_found_with_its_create_time_and_state(processes: Processes, method: str) -> None:
    running, zombie = processes.running(), processes.zombie()
    for process, state in ((running, "running"), (zombie, "zombie")):
        found = not_none(LOOKUPS[method](process.pid))
        if method == "signal":
            assert (found.create_time, found.state) == (None, "running")
        else:
            assert found.create_time == pytest.approx(process.create_time(), abs=1.5)
            assert found.state == state


@pytest.mark.parametrize("method", LOOKUPS)
def test_a_process_that_was_reaped_is_not_found(method: str) -> None:
    process = subprocess.Popen(["true"])
    process.wait()
    assert LOOKUPS[method](process.pid) is None


def test_a_name_with_spaces_and_parentheses_does_not_confuse_proc(tmp_path: Path) -> None:
    program = tmp_path / "a) Z (1 2"
    program.symlink_to("/bin/sleep")
    process = subprocess.Popen([program, "600"])
    try:
        found = not_none(by_proc(process.pid))
        assert found.create_time == pytest.approx(psutil.Process(process.pid).create_time(), abs=1.5)
        assert found.state == "running"
    finally:
        process.kill()
        process.wait()


def test_psutil_is_preferred_and_the_signal_is_the_last_resort(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    assert best_lookup()[0] == "psutil"
    monkeypatch.setattr(leaks, "importlib", NoPsutil)
    assert best_lookup() == ("proc", by_proc)
    monkeypatch.setattr(leaks, "_PROC", tmp_path)
    assert best_lookup() == ("signal", by_signal)


def server_process(pid: int) -> ServerProcess:
    return ServerProcess(pid, time.time())


def earlier_process() -> ServerProcess:
    """A process that ended before this one was given its pid."""
    return ServerProcess(os.getpid(), psutil.Process().create_time() - 100)


def test_processes_created_between_two_marks_belong_to_this_machine(processes: Processes) -> None:
    marks = PidMarks()
    marks.add()
    created = [processes.running() for _ in range(3)]
    marks.add()
    named = [ServerProcess(process.pid, process.create_time()) for process in created]
    assert marks.are_of_here(named) is True
    ring = leaks._ring_size()
    assert marks.are_of_here([server_process((each.pid + ring // 2) % ring) for each in named]) is False


RING = [
    # First mark, last mark, pid, whether it lies between them.
    (1000, 1100, 1050, True),
    (1000, 1100, 1101, False),
    (1000, 1100, 900, False),
    (1000, 1100, 7, False),
    (32_000, 400, 32_700, True),
    (32_000, 400, 350, True),
    (32_000, 400, 401, False),
    (32_000, 400, 31_000, False),
    # Created a moment before the first mark.
    (1000, 1000, 980, True),
    (10, 20, 32_760, True),
]


@pytest.mark.parametrize(("first", "last", "pid", "is_between"), RING)
def test_ids_begin_anew_at_the_end(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, first: int, last: int, pid: int, is_between: bool
) -> None:
    (tmp_path / "pid_max").write_text("32768\n")
    monkeypatch.setattr(leaks, "_PID_MAX", tmp_path / "pid_max")
    ids = iter([first, last])
    monkeypatch.setattr(leaks, "_new_thread_id", lambda: next(ids))
    marks = PidMarks()
    marks.add()
    marks.add()
    assert marks.are_of_here([server_process(pid)]) is is_between


def test_when_ids_wrap_around_the_times_decide(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Marks are 10 s and 10,000 ids apart, so the ids go round three times."""
    (tmp_path / "pid_max").write_text("32768\n")
    monkeypatch.setattr(leaks, "_PID_MAX", tmp_path / "pid_max")
    ids, times = itertools.count(0, 10_000), itertools.count(1000, 10)
    monkeypatch.setattr(leaks, "_new_thread_id", lambda: next(ids) % 32768)
    monkeypatch.setattr(leaks, "time", SimpleNamespace(time=lambda: float(next(times))))
    marks = PidMarks()
    for _ in range(10):
        marks.add()
    assert marks.are_of_here([ServerProcess(55_000 % 32768, 1055.0)]) is True
    assert marks.are_of_here([ServerProcess(75_000 % 32768, 1055.0)]) is False


def test_a_single_match_among_many_is_a_coincidence(processes: Processes) -> None:
    marks = PidMarks()
    marks.add()
    fits = server_process(processes.running().pid)
    marks.add()
    ring = leaks._ring_size()
    others = [server_process((fits.pid + ring // 2 + number) % ring) for number in range(2)]
    assert marks.are_of_here([fits, *others]) is False
    assert marks.are_of_here([fits, fits, others[0]]) is True


def test_a_process_older_than_the_first_mark_shows_nothing() -> None:
    marks = PidMarks()
    marks.add()
    assert marks.are_of_here([earlier_process()]) is None


ADDRESSES = [
    ("http://127.0.0.1:8000", True),
    ("http://[::1]:8000", True),
    ("http://localhost/docops", True),
    ("http://192.0.2.1:8000", False),
    ("https://docops.example", False),
]


@pytest.mark.parametrize(("base_url", "is_done"), ADDRESSES)
def test_without_ordered_ids_the_address_decides_and_the_check_says_so(
    monkeypatch: pytest.MonkeyPatch, base_url: str, is_done: bool
) -> None:
    monkeypatch.setattr(leaks, "sys", SimpleNamespace(platform="darwin"))
    marks = PidMarks()
    marks.add()
    check = check_leaks([earlier_process()], marks, base_url, 0)
    assert check.performed is check.is_clean is is_done
    assert (check.assumption is not None) is is_done
    assert (check.reason is None) is is_done
