"""Job folders that are hard to remove, or cannot be: they delay no answer, no start and no other job."""

import functools
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import require
from tests.e2e.faults.tidy import GOOD_JOB, TEMPLATE, Tidy, is_good
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.jobs.spoiling import clear, nest, widen
from tests.web.forms import task

COMMAND = [sys.executable, "-m", "gunicorn", "tests.e2e.faults.misbehaving_app:make_app()"]
# A disk that others use as well takes its time.
SECONDS = 60.0


@pytest.fixture(autouse=True)
def nothing_deep_stays(tmp_path: Path) -> Iterator[None]:
    yield
    clear(tmp_path)


def figure(server: GunicornServer, name: str) -> float:
    lines = server.ask("GET", "/metrics").body.decode().splitlines()
    return next(float(line.split()[1]) for line in lines if line.startswith(f"docops_{name} "))


def was_logged(server: GunicornServer, inner: str) -> bool:
    return inner in [line.get("inner") for line in server.log]


@pytest.mark.parametrize("start_method", ["spawn", "forkserver", "fork"])
@pytest.mark.parametrize(
    ("sandbox", "faults"),
    [
        ("require", {"make_many_files_and_hang": "its folder had more than 64 entries"}),
        # Their cell refuses to make folders.
        (
            "off",
            {
                "nest_3000_folders": "its folder contained a folder",
                "nest_and_hang": "its folder contained a folder",
            },
        ),
    ],
)
def test_renderers_that_spoil_their_folder_are_reported_and_nothing_remains(
    tmp_path: Path, start_method: str, sandbox: str, faults: dict[str, str]
) -> None:
    settings: dict[str, Any] = {"max_concurrency": 1, "sandbox": sandbox, "mp_start": start_method}
    server = GunicornServer(tmp_path / "server", command=COMMAND, max_output_bytes=2_000_000, **settings)
    try:
        tidy = Tidy(server)
        for what, inner in faults.items():
            answer = server.job(template=TEMPLATE, task_json=task({"meeting_title": what}))
            assert answer.told == (500, "RENDERER_CRASHED")
            eventually(functools.partial(was_logged, server, inner))
            tidy.again(SECONDS)
    finally:
        server.stop()


@pytest.mark.parametrize("spoil", [lambda path: nest(path, 3_000), lambda path: widen(path, 30_000)])
def test_a_server_starts_whatever_a_killed_one_left(
    start_server: Callable[..., GunicornServer], spoil: Callable[[Path], None]
) -> None:
    first = start_server(max_concurrency=1)
    _, renderer = first.frozen_job()
    job_folder = next(first.work_folder.rglob("job.pickle")).parent
    (worker,) = first.workers()
    # It would look into the folder, and end the job.
    worker.suspend()
    spoil(job_folder)
    family = psutil.Process(first.process.pid).children(recursive=True)
    first.process.kill()
    for process in family:
        process.kill()
    first.process.wait()
    eventually(lambda: not any(psutil.pid_exists(process.pid) for process in [*family, renderer]))
    assert job_folder.exists()

    second = start_server(variables={"TMPDIR": str(first.work_folder)}, max_concurrency=1)
    second.work_folder = first.work_folder
    assert is_good(second.job(**GOOD_JOB))
    assert second.ask("GET", "/readyz").status == 200
    eventually(lambda: second.leftovers() == [], SECONDS)
    Tidy(second).again()
    assert "Worker failed to boot" not in second.errors
    assert second.stop() == 0
    assert list(second.work_folder.iterdir()) == []


def test_a_folder_that_cannot_be_removed_is_counted_and_removed_later(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(max_concurrency=1, enable_metrics=1)
    eventually(lambda: figure(server, "slots_total") == 1)
    running, renderer = server.frozen_job()
    (job_folder,) = server.work_folder.glob("docops-*/*/")
    place = job_folder.parent
    done = subprocess.run(["mount", "-t", "tmpfs", "tmpfs", place], capture_output=True, check=False)
    renderer.resume()
    running.result()
    require(done.returncode == 0, "this machine lets nobody mount a volume")
    try:
        eventually(lambda: figure(server, "folders_left") == 1)
        assert figure(server, "folders_not_removed_total") == 1
        assert place.name in server.errors
        assert is_good(server.job(**GOOD_JOB))
        assert server.ask("GET", "/readyz").status == 200
    finally:
        subprocess.run(["umount", place], check=True)
    assert is_good(server.job(**GOOD_JOB))
    eventually(lambda: figure(server, "folders_left") == 0, SECONDS)
    assert figure(server, "folders_not_removed_total") == 1
    assert not place.exists()
    server.process.send_signal(signal.SIGTERM)
    assert server.stop() == 0
    assert list(server.work_folder.iterdir()) == []
