"""The kernel's view of a running renderer of a real server."""

import os
import re
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from tests.e2e.gunicorn_server import GunicornServer
from tests.optional import not_none

PASSWORD = "sesame-of-the-test"


@pytest.fixture(scope="module")
def renderer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[psutil.Process]:
    """A renderer that is stopped in the middle of its job."""
    server = GunicornServer(tmp_path_factory.mktemp("server"), web_basic_auth=f"user:{PASSWORD}")
    _, stopped = server.frozen_job()
    yield stopped
    server.stop()


def test_it_leads_a_session_of_its_own(renderer: psutil.Process) -> None:
    assert os.getsid(renderer.pid) == renderer.pid


def test_it_is_the_first_process_for_the_oom_killer(renderer: psutil.Process) -> None:
    assert Path(f"/proc/{renderer.pid}/oom_score_adj").read_text() == "1000\n"


@pytest.mark.parametrize("limit", ["AS", "CPU", "FSIZE", "NOFILE", "CORE"])
def test_it_has_limits_that_it_cannot_raise(renderer: psutil.Process, limit: str) -> None:
    soft, hard = renderer.rlimit(getattr(psutil, f"RLIMIT_{limit}"))
    assert soft == hard != psutil.RLIM_INFINITY


def test_it_has_no_new_privileges_and_a_seccomp_filter(renderer: psutil.Process) -> None:
    status = Path(f"/proc/{renderer.pid}/status").read_text().splitlines()
    assert {"NoNewPrivs:\t1", "Seccomp:\t2", "Threads:\t1"} <= set(status)


def test_its_environment_is_empty_and_its_memory_does_not_hold_the_password(renderer: psutil.Process) -> None:
    assert Path(f"/proc/{renderer.pid}/environ").read_bytes().strip(b"\0") == b""
    assert PASSWORD.encode() not in memory(renderer.pid)


def memory(pid: int) -> bytes:
    """All that the process could write to."""
    found = []
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as file:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            start, end, rights = not_none(re.match(r"(\w+)-(\w+) (\S+)", line)).groups()
            if rights.startswith("rw"):
                file.seek(int(start, 16))
                found.append(file.read(int(end, 16) - int(start, 16)))
    return b"".join(found)


def test_its_standard_streams_are_dev_null(renderer: psutil.Process) -> None:
    assert {os.readlink(f"/proc/{renderer.pid}/fd/{number}") for number in (0, 1, 2)} == {os.devnull}
