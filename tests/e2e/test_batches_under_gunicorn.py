"""Batches under a real gunicorn: whatever dies, each row is done once and the bytes are the same."""

import base64
import hashlib
import hmac
import io
import json
import os
import signal
import threading
import time
import zipfile
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.e2e.faults.volume import Volume
from tests.e2e.gunicorn_server import BIG_TEMPLATE, FORM_TYPE, Answer, GunicornServer, eventually
from tests.factories import docx, p
from tests.web.forms import BOUNDARY, part

TEMPLATE = docx(p("【甲方】：") + p("金额 【金额|#,##0.00】 元"))
# `make batches` does more.
ROWS = int(os.environ.get("DOCOPS_TEST_BATCH_ROWS", "300"))


def rows(count: int, poisoned: int = 0) -> bytes:
    """A CSV file; ``poisoned`` of its rows have a sum that is no number."""
    every = count // poisoned if poisoned else count + 1
    lines = [f"公司{number},{'soon' if number % every == 0 else number}" for number in range(1, count + 1)]
    return ("甲方,金额\n" + "\n".join(lines) + "\n").encode()


def begin(server: GunicornServer, content: bytes, key: str | None = None, **fields: str) -> Answer:
    parts = [
        part("template", TEMPLATE, "合同.docx"),
        part("rows", content, "rows.csv"),
        *(part(name, value.encode()) for name, value in fields.items()),
    ]
    body = b"".join(parts) + f"--{BOUNDARY}--\r\n".encode()
    headers = {"Content_Type": FORM_TYPE} | ({} if key is None else {"Idempotency_Key": key})
    return server.ask("POST", "/v1/batches", body, **headers)


def begun(server: GunicornServer, content: bytes, **fields: str) -> str:
    """Begin a batch and return its address."""
    answer = begin(server, content, **fields)
    assert answer.status == 202, answer.body
    return str(answer.headers["Location"])


def status(server: GunicornServer, path: str) -> dict[str, Any]:
    return server.ask("GET", path).json


def until(server: GunicornServer, path: str, condition: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    """Wait until the status of a batch is as wanted, and return it."""

    def look() -> dict[str, Any] | None:
        time.sleep(0.05)
        told = status(server, path)
        return told if condition(told) else None

    found: dict[str, Any] = eventually(look, 120)
    return found


def ended(server: GunicornServer, path: str) -> dict[str, Any]:
    return until(server, path, lambda told: told["exit_code"] is not None)


def result(server: GunicornServer, path: str) -> bytes:
    """The result of a batch that has ended, which is a sound ZIP."""
    answer = server.ask("GET", f"{path}/result.zip")
    assert answer.status == 200, answer.body
    digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
    assert answer.headers["Content-Digest"] == f"sha-256=:{digest}:"
    assert zipfile.ZipFile(io.BytesIO(answer.body)).testzip() is None
    return answer.body


def numbers(content: bytes) -> list[int]:
    lines = zipfile.ZipFile(io.BytesIO(content)).read("results.jsonl").splitlines()
    return [json.loads(line)["row"] for line in lines]


def in_the_middle(server: GunicornServer, path: str) -> psutil.Process:
    """Wait until some rows are done, stop the renderer of others (SIGSTOP) and return it."""
    until(server, path, lambda told: told["rows"]["done"] > 0)

    def stopped() -> psutil.Process | None:
        for renderer in server.renderers():
            with suppress(psutil.NoSuchProcess):
                renderer.suspend()
                return renderer
        return None

    found: psutil.Process = eventually(stopped)
    assert status(server, path)["state"] == "running"
    return found


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("batches")


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory, folder: Path) -> Iterator[GunicornServer]:
    """A server with two worker processes."""
    server = GunicornServer(tmp_path_factory.mktemp("two"), workers=2, batch_dir=folder, enable_metrics=1)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def clean(two: GunicornServer) -> tuple[str, bytes]:
    """A batch that was done without a fault, and its result."""
    path = begun(two, rows(ROWS, ROWS // 100))
    ended(two, path)
    return path, result(two, path)


def test_a_batch_is_done_with_a_verdict_for_each_row(two: GunicornServer, clean: tuple[str, bytes]) -> None:
    path, content = clean
    told = status(two, path)
    poisoned = ROWS // 100
    assert (told["state"], told["exit_code"]) == ("completed", 1)
    assert told["rows"] == {
        "total": ROWS, "done": ROWS, "ok": ROWS - poisoned, "missing_required": 0, "unsupported": 0,
        "strict_failed": 0, "failed": poisoned,
    }  # fmt: skip
    assert numbers(content) == list(range(1, ROWS + 1))
    failed = two.ask("GET", f"{path}/rows?status=failed").body.splitlines()
    assert [json.loads(line)["row"] for line in failed] == [
        ROWS // poisoned * n for n in range(1, poisoned + 1)
    ]
    error = json.loads(failed[0])["error"]
    assert error["detail"]["rows"][0]["column"] == "金额"


def test_a_killed_renderer_and_a_killed_server_change_nothing(
    two: GunicornServer, clean: tuple[str, bytes]
) -> None:
    path = begun(two, rows(ROWS, ROWS // 100))
    in_the_middle(two, path).kill()
    os.kill(in_the_middle(two, path).ppid(), signal.SIGKILL)
    told = ended(two, path)
    assert told["rows"]["done"] == ROWS
    assert result(two, path) == clean[1]


def test_a_server_that_is_reloaded_or_stopped_goes_on_with_it(
    start_server: Callable[..., GunicornServer], tmp_path: Path, clean: tuple[str, bytes]
) -> None:
    folder = tmp_path / "batches"
    folder.mkdir()
    first = start_server(workers=1, batch_dir=folder)
    path = begun(first, rows(ROWS, ROWS // 100))
    renderer = in_the_middle(first, path)
    first.process.send_signal(signal.SIGHUP)
    eventually(lambda: not renderer.is_running())
    ended(first, path)
    assert result(first, path) == clean[1]
    path = begun(first, rows(ROWS, ROWS // 100))
    in_the_middle(first, path)
    first.process.send_signal(signal.SIGTERM)
    assert first.process.wait(30) == 0
    assert len(list(folder.glob("*/done.json"))) == 1
    second = start_server(workers=1, batch_dir=folder)
    ended(second, path)
    assert result(second, path) == clean[1]
    assert first.leftovers() == []


def test_two_clients_with_one_key_get_one_batch(two: GunicornServer, folder: Path) -> None:
    content = rows(3)
    before = len(list(folder.glob("*/job.json")))
    with ThreadPoolExecutor(6) as clients:
        answers = list(clients.map(lambda _: begin(two, content, key="order 7"), range(6)))
    assert {each.status for each in answers} == {202}
    assert len({each.headers["Location"] for each in answers}) == 1
    assert len(list(folder.glob("*/job.json"))) == before + 1
    assert begin(two, rows(4), key="order 7").told == (409, "IDEMPOTENCY_CONFLICT")
    assert begin(two, content, key="order 7", lang="en").told == (409, "IDEMPOTENCY_CONFLICT")
    assert begin(two, content, key="x" * 256).told == (400, "INVALID_ARGUMENT")
    path = str(answers[0].headers["Location"])
    assert two.ask("DELETE", path).status == 204
    again = begin(two, content, key="order 7")
    assert (again.status, again.headers["Location"] == path) == (202, False)


def test_a_range_of_the_result_is_answered_with_those_bytes(
    two: GunicornServer, clean: tuple[str, bytes]
) -> None:
    path, content = clean
    whole = two.ask("GET", f"{path}/result.zip", Range="bytes=1000-")
    assert (whole.status, whole.body) == (206, content[1000:])
    assert whole.headers["Content-Range"] == f"bytes 1000-{len(content) - 1}/{len(content)}"
    middle = len(content) // 2
    for asked, expected in (
        (f"bytes={middle}-{middle + 99_999}", content[middle : middle + 100_000]),
        ("bytes=-22", content[-22:]),
        ("bytes=0-0", content[:1]),
    ):
        answer = two.ask("GET", f"{path}/result.zip", Range=asked, If_Range=whole.headers["ETag"])
        assert (answer.status, answer.body) == (206, expected)
    other = two.ask("GET", f"{path}/result.zip", Range="bytes=0-0", If_Range='"another"')
    assert (other.status, len(other.body)) == (200, len(content))
    beyond = two.ask("GET", f"{path}/result.zip", Range=f"bytes={len(content)}-")
    assert (beyond.status, beyond.headers["Content-Range"]) == (416, f"bytes */{len(content)}")
    known = two.ask("GET", f"{path}/result.zip", If_None_Match=whole.headers["ETag"])
    assert (known.status, known.body) == (304, b"")
    assert two.ask("GET", f"{path}/result.zip?part=1").body == content
    assert two.ask("GET", f"{path}/result.zip?part=2").told == (400, "INVALID_ARGUMENT")


def test_a_batch_can_be_cancelled_in_each_state_and_resumed(
    start_server: Callable[..., GunicornServer], tmp_path: Path, clean: tuple[str, bytes]
) -> None:
    folder = tmp_path / "batches"
    folder.mkdir()
    server = start_server(workers=1, max_concurrency=1, batch_dir=folder)
    job, renderer = server.frozen_job()
    # The only slot is taken: a batch stays as it is.
    path = begun(server, rows(ROWS, ROWS // 100))
    assert status(server, path)["state"] == "planning"
    assert server.ask("GET", f"{path}/result.zip").told == (409, "BATCH_NOT_FINISHED")
    assert server.ask("POST", f"{path}/cancel").status == 202
    renderer.resume()
    assert job.result().status == 200
    assert ended(server, path)["state"] == "cancelled"
    assert numbers(result(server, path)) == []
    assert server.ask("POST", f"{path}/resume").json["state"] == "planning"
    renderer = in_the_middle(server, path)
    assert server.ask("POST", f"{path}/cancel").status == 202
    eventually(lambda: not renderer.is_running())
    told = ended(server, path)
    # Rows are missing, so it is not green, whatever came of the others.
    assert (told["state"], told["exit_code"]) == ("cancelled", 1)
    assert 0 < told["rows"]["done"] < ROWS
    made = zipfile.ZipFile(io.BytesIO(result(server, path)))
    told_within = json.loads(made.read("api_result.json"))
    assert (told_within["state"], told_within["exit_code"]) == ("cancelled", 1)
    some = numbers(result(server, path))
    assert len(some) == told["rows"]["done"]
    assert server.ask("POST", f"{path}/resume").status == 202
    assert ended(server, path)["state"] == "completed"
    assert result(server, path) == clean[1]
    for action in ("cancel", "resume"):
        assert server.ask("POST", f"{path}/{action}").json["state"] == "completed"
    failed = begun(server, "甲方,电话\nA,1\n".encode())
    assert ended(server, failed)["error"]["code"] == "ROWS_INVALID"
    assert server.ask("POST", f"{failed}/cancel").json["state"] == "failed"
    answer = server.ask("GET", f"{failed}/result.zip")
    assert (answer.told, answer.headers["Retry-After"]) == ((409, "BATCH_NOT_FINISHED"), None)


def test_what_is_deleted_or_has_expired_is_erased(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    folder = tmp_path / "batches"
    folder.mkdir()
    server = start_server(workers=1, batch_dir=folder, batch_expires_seconds=3)
    path = begun(server, rows(150))
    until(server, path, lambda told: told["rows"]["total"] is not None)
    assert server.ask("DELETE", path).status == 204
    assert server.ask("GET", path).told == (404, "NOT_FOUND")
    assert server.ask("DELETE", path).told == (404, "NOT_FOUND")
    left = begun(server, rows(1))
    eventually(lambda: server.ask("GET", left).status == 404)
    eventually(lambda: sorted(each.name for each in folder.iterdir()) == ["keys", "lock"])
    eventually(lambda: server.leftovers() == [])
    assert "公司" not in json.dumps([*server.log, *server.batch_log], ensure_ascii=False)
    assert path.rpartition("/")[2] not in json.dumps([*server.log, *server.batch_log])


def test_there_are_no_batches_without_their_folder(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server()
    assert server.ask("GET", "/v1/meta").json["supports_batches"] is False
    assert begin(server, rows(1)).told == (404, "NOT_FOUND")


def test_a_batch_stands_still_while_a_job_is_at_work(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    folder = tmp_path / "batches"
    folder.mkdir()
    server = start_server(workers=1, max_concurrency=2, batch_dir=folder)
    path = begun(server, rows(1000))
    until(server, path, lambda told: told["rows"]["done"] > 0)
    job = server.job_later(template=BIG_TEMPLATE)

    def stopped() -> list[psutil.Process]:
        nonlocal job
        if job.done():
            job = server.job_later(template=BIG_TEMPLATE)
        with suppress(psutil.NoSuchProcess):
            return [each for each in server.renderers() if each.status() == psutil.STATUS_STOPPED]
        return []

    (renderer,) = eventually(stopped)
    assert status(server, path)["state"] == "running"
    # One that is stopped ends with its server too, and its rows are done again.
    os.kill(renderer.ppid(), signal.SIGKILL)
    assert eventually(lambda: not renderer.is_running())
    assert ended(server, path)["exit_code"] == 0
    assert numbers(result(server, path)) == list(range(1, 1001))


def test_no_more_batches_than_allowed(start_server: Callable[..., GunicornServer], tmp_path: Path) -> None:
    folder = tmp_path / "batches"
    folder.mkdir()
    server = start_server(workers=1, max_concurrency=1, max_batches=1, batch_max_rows=5, batch_dir=folder)
    job, renderer = server.frozen_job()
    assert folder.stat().st_mode & 0o777 == 0o700
    path = begun(server, rows(6))
    refused = begin(server, rows(1))
    assert refused.told == (429, "TOO_MANY_REQUESTS")
    assert refused.headers["Retry-After"] == "60"
    renderer.resume()
    job.result()
    assert ended(server, path)["error"]["code"] == "ROWS_LIMIT_EXCEEDED"
    ended(server, begun(server, rows(5)))


def test_a_full_volume_delays_a_batch_and_refuses_new_ones(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    volume = Volume(tmp_path / "volume")
    try:
        server = start_server(workers=1, max_concurrency=1, batch_dir=volume.folder)
        # The batch waits for the job of a client until the volume is full.
        job, renderer = server.frozen_job()
        path = begun(server, rows(150))
        volume.leave_pages(2)
        assert begin(server, rows(150)).told == (503, "INSUFFICIENT_STORAGE")
        renderer.resume()
        job.result()
        eventually(lambda: any(line["event"] == "batch_delayed" for line in server.batch_log))
        assert status(server, path)["state"] == "planning"
        volume.empty()
        assert ended(server, path)["rows"]["ok"] == 150
        assert numbers(result(server, path)) == list(range(1, 151))
    finally:
        volume.unmount()


class _Receiver(BaseHTTPRequestHandler):
    """Takes webhooks: refuses the first, then takes each."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        taken: list[Any] = self.server.taken  # type: ignore[attr-defined]
        taken.append((dict(self.headers.items()), body))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


def test_a_webhook_tells_of_the_end(start_server: Callable[..., GunicornServer], tmp_path: Path) -> None:
    folder, secret = tmp_path / "batches", base64.b64encode(b"k" * 32).decode()
    folder.mkdir()
    (tmp_path / "secret").write_text(f"whsec_{secret}\n")
    receiver = HTTPServer(("127.0.0.1", 0), _Receiver)
    taken: list[Any] = []
    receiver.taken = taken  # type: ignore[attr-defined]
    threading.Thread(target=receiver.serve_forever, daemon=True).start()
    host = f"http://127.0.0.1:{receiver.server_port}"
    try:
        server = start_server(
            workers=1, batch_dir=folder, webhook_hosts=host, webhook_secret_file=tmp_path / "secret"
        )
        for refused in ("http://127.0.0.1:1/x", "http://u@127.0.0.1/", "file:///etc/passwd", "nonsense"):
            assert begin(server, rows(1), webhook_url=refused).told == (400, "INVALID_ARGUMENT")
        path = begun(server, rows(2), webhook_url=f"{host}/hook?a=1")
        told = until(server, path, lambda told: told["webhook"]["state"] == "delivered")
        assert told["webhook"] == {"state": "delivered", "attempts": 1, "status": 204, "problem": None}
    finally:
        receiver.shutdown()
        receiver.server_close()
    ((headers, body),) = taken
    signed = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    digest = hmac.digest(b"k" * 32, signed, "sha256")
    assert headers["webhook-signature"] == f"v1,{base64.b64encode(digest).decode()}"
    message = json.loads(body)
    assert (message["type"], message["data"]["rows"]["ok"]) == ("batch.completed", 2)
    assert "公司" not in body.decode()
