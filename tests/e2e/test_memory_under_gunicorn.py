"""A template of 25 MB passes through the server without being in its memory."""

import os
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.factories import docx, p

MIB = 2**20
MOST_GROWTH = 8 * MIB


def _status(pid: int, name: str) -> int:
    """A figure of proc_pid_status(5) in bytes."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(f"{name}:"))


def _begin_new_high_water_mark(pid: int) -> None:
    """See proc_pid_clear_refs(5): the mark begins at what the process holds now."""
    Path(f"/proc/{pid}/clear_refs").write_text("5")


@pytest.mark.parametrize("method", ["spawn", "fork"])
def test_a_template_of_25_mb_costs_the_server_a_few_mb(
    start_server: Callable[..., GunicornServer], method: str
) -> None:
    picture = os.urandom(24 * MIB)
    template = docx(
        p("【MEETING_TITLE】"), extra={"word/media/image1.png": picture}, compression=zipfile.ZIP_STORED
    )
    server = start_server(mp_start=method, standby=1)
    (worker,) = eventually(server.workers)
    assert server.job().status == 200
    before = _status(worker.pid, "VmRSS")
    _begin_new_high_water_mark(worker.pid)
    answer = server.job(template=template)
    assert answer.status == 200
    assert len(answer.body) > len(picture)
    assert _status(worker.pid, "VmHWM") - before <= MOST_GROWTH
