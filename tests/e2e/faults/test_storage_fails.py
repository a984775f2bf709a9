"""A work folder that takes no more, at every stage of a job: 503 with nothing left, never a short ZIP."""

import errno
import http.client
import os
import shutil
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.faults.failing_calls import FailingCalls
from tests.e2e.faults.tidy import GOOD_JOB, Tidy, is_good
from tests.e2e.faults.volume import Volume
from tests.e2e.gunicorn_server import BIG_TEMPLATE, FORM_TYPE, Answer, GunicornServer, eventually, form_body
from tests.factories import docx, p
from tests.web.forms import members

NO_ROOM = (503, "INSUFFICIENT_STORAGE")


@pytest.fixture(scope="module")
def volume(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Volume]:
    mounted = Volume(tmp_path_factory.mktemp("volume"))
    yield mounted
    mounted.unmount()


@pytest.fixture(scope="module")
def on_volume(volume: Volume, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Tidy]:
    """A server whose work folder lies on a volume of its own."""
    work_folder = volume.folder / "work"
    work_folder.mkdir()
    variables = {"TMPDIR": str(work_folder)}
    server = GunicornServer(tmp_path_factory.mktemp("server"), variables=variables, max_concurrency=1)
    server.work_folder = work_folder
    yield Tidy(server)
    server.stop()


@pytest.fixture(scope="module")
def calls(tmp_path_factory: pytest.TempPathFactory) -> FailingCalls:
    folder = tmp_path_factory.mktemp("calls")
    return FailingCalls(folder, folder / "work")


@pytest.fixture(scope="module")
def with_calls(calls: FailingCalls) -> Iterator[Tidy]:
    """A server whose changes of files can be made to fail."""
    server = GunicornServer(calls.folder, max_concurrency=1, variables=calls.variables)
    yield Tidy(server)
    server.stop()


@pytest.fixture
def tidy(start_server: Callable[..., GunicornServer]) -> Tidy:
    """A server whose work folder may be removed and restored."""
    return Tidy(start_server(max_concurrency=1))


def outcomes(
    tidy: Tidy, leave: Callable[[int], object], make_room: Callable[[], object]
) -> list[str | tuple[int, str]]:
    """The answers with 0, 1, 2 … of what is short, up to the first job that is done."""
    found: list[str | tuple[int, str]] = []
    while "done" not in found:
        leave(len(found))
        answer = tidy.server.job(**GOOD_JOB)
        make_room()
        found.append("done" if is_good(answer) else answer.told)
        eventually(lambda: not tidy.server.leftovers())
    tidy.again()
    return found


@pytest.mark.parametrize("what", ["pages", "inodes"])
def test_a_volume_that_gets_full_at_any_stage(on_volume: Tidy, volume: Volume, what: str) -> None:
    leave = volume.leave_pages if what == "pages" else volume.leave_inodes
    found = outcomes(on_volume, leave, volume.empty)
    assert set(found) == {NO_ROOM, "done"}
    assert len(found) > 4
    stages = {line.get("failure_stage") for line in on_volume.server.log if line.get("status_code") == 503}
    assert {"receive", "render"} <= stages


STORAGE = {503: {"INSUFFICIENT_STORAGE"}}
MISTAKE = {500: {"INTERNAL_ERROR", "RENDERER_CRASHED"}}


@pytest.mark.parametrize(
    ("error", "once", "refusals"),
    [(errno.EDQUOT, False, STORAGE), (errno.EIO, True, MISTAKE)],
)
def test_the_nth_call_that_changes_a_file_fails(
    with_calls: Tidy, calls: FailingCalls, error: int, once: bool, refusals: dict[int, Any]
) -> None:
    """And all later ones, or it alone; in the server and in its renderer, until a job needs fewer than n."""
    tidy, number, needed, stages = with_calls, 0, 1, set()
    while number <= needed:
        number += 1
        with calls.failing(error, number, once=once):
            answer = tidy.server.job(**GOOD_JOB)
            needed = calls.count
        # 200 where nothing but the removal of files failed.
        if not is_good(answer):
            status, code = answer.told
            assert code in refusals[status]
            stages.add(failure_stage(tidy.server, answer))
        # What could not be removed then is removed by whoever makes the next folder.
        tidy.expect_nothing_left()
    assert stages == {"receive", "render", "archive"}
    assert number > 20
    tidy.again()


def failure_stage(server: GunicornServer, answer: Answer) -> str:
    """The failure stage that the log has for the job of ``answer``; its line may come a moment later."""
    request_id = answer.headers["X-Docops-Request-Id"]

    def found() -> str | None:
        lines = [line for line in server.log if line.get("request_id") == request_id]
        return next((line["failure_stage"] for line in lines if "failure_stage" in line), None)

    content: str = eventually(found)
    return content


def test_a_server_that_may_make_no_large_files(tidy: Tidy) -> None:
    """Its log is a file too, and loses the lines meanwhile."""
    (worker,) = tidy.server.workers()
    before = worker.rlimit(psutil.RLIMIT_FSIZE)
    for size in (0, 100, 1000):
        worker.rlimit(psutil.RLIMIT_FSIZE, (size, before[1]))
        assert tidy.server.job(**GOOD_JOB).told == NO_ROOM
    worker.rlimit(psutil.RLIMIT_FSIZE, before)
    tidy.again()


def is_whole(answer: Answer) -> bool:
    return answer.status == 200 and {"out.docx", "api_result.json"} <= set(members(answer.body))


def vanish(folder: Path) -> None:
    """Remove ``folder``, as a careless clean-up does; open files stay open."""
    shutil.rmtree(folder)


def test_a_work_folder_that_is_gone_before_the_job(tidy: Tidy) -> None:
    vanish(tidy.server.work_folder)
    assert tidy.server.job(**GOOD_JOB).told == NO_ROOM
    assert tidy.server.ask("GET", "/readyz").told == (503, "NOT_READY")
    tidy.server.work_folder.mkdir()
    tidy.again()


def test_a_work_folder_that_is_removed_during_the_upload(tidy: Tidy) -> None:
    body = form_body(template=docx(p("x"), extra={"word/media/image1.png": os.urandom(3_000_000)}))
    head = f"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nContent-Length: {len(body)}"
    with socket.create_connection(("127.0.0.1", tidy.server.port), timeout=30) as connection:
        connection.sendall(f"{head}\r\n\r\n".encode() + body[:-20])
        eventually(lambda: list(tidy.server.work_folder.glob("docops-*/*/template.docx")))
        vanish(tidy.server.work_folder)
        connection.sendall(body[-20:])
        response = http.client.HTTPResponse(connection)
        response.begin()
        assert Answer(response).told == NO_ROOM
    tidy.server.work_folder.mkdir()
    tidy.again()


@pytest.mark.parametrize("what", ["the work folder", "the job's folder", "the job's files"])
def test_a_work_folder_that_is_removed_while_the_renderer_works(tidy: Tidy, what: str) -> None:
    running, renderer = tidy.server.frozen_job()
    (job_folder,) = tidy.server.work_folder.glob("docops-*/*/")
    match what:
        case "the work folder":
            vanish(tidy.server.work_folder)
        case "the job's folder":
            vanish(job_folder)
        case "the job's files":
            for path in job_folder.iterdir():
                path.unlink()
    renderer.resume()
    answer = running.result()
    if what == "the job's files":
        # That depends on what it had open, and made, by then.
        assert is_whole(answer) or answer.told in {NO_ROOM, *((500, code) for code in MISTAKE[500])}
    else:
        assert answer.told == NO_ROOM
    tidy.server.work_folder.mkdir(exist_ok=True)
    tidy.again()


def test_a_volume_that_is_read_only_at_first_and_writable_later(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    small = Volume(tmp_path / "volume")
    try:
        small.make_read_only(True)
        server = start_server(variables={"TMPDIR": str(small.folder)}, max_concurrency=1)
        server.work_folder = small.folder
        assert server.job(**GOOD_JOB).told == NO_ROOM
        assert server.ask("GET", "/readyz").told == (503, "NOT_READY")
        small.make_read_only(False)
        Tidy(server).again()
        assert server.ask("GET", "/readyz").status == 200
        server.stop()
    finally:
        small.unmount()


def test_a_volume_that_is_unmounted_while_the_renderer_works(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    small = Volume(tmp_path / "volume")
    server = start_server(variables={"TMPDIR": str(small.folder)}, max_concurrency=1)
    server.work_folder = small.folder
    try:
        running, renderer = server.frozen_job()
    finally:
        small.unmount()
    renderer.resume()
    assert running.result().told == NO_ROOM
    Tidy(server).again()


def test_a_large_upload_needs_no_more_room_than_its_limit(on_volume: Tidy, volume: Volume) -> None:
    """The excess is read and discarded, so that the client gets its answer."""
    volume.leave_pages(0)
    try:
        assert on_volume.server.job(template=BIG_TEMPLATE).told == NO_ROOM
    finally:
        volume.empty()
    on_volume.again()
