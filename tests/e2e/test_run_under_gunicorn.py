"""The contract once more, through a real gunicorn: answers, presets, log."""

import http.client
import io
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import pytest

from tests.conftest import ROOT
from tests.e2e.gunicorn_server import (
    BIG_TEMPLATE,
    FORM_TYPE,
    Answer,
    GunicornServer,
    eventually,
    form_body,
    send,
)
from tests.factories import docx, p, tbl, tc, tr
from tests.web.forms import api_result, members, task

MIB = 1024 * 1024
ZIP_START = b"PK\x03\x04"


def received(connection: socket.socket) -> Answer:
    """The answer that comes on a plain socket."""
    response = http.client.HTTPResponse(connection)
    response.begin()
    return Answer(response)


def test_a_run_from_end_to_end(server: GunicornServer) -> None:
    answer = server.job(preset="strict", export_suggested_policy="true")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "application/zip"
    assert answer.headers["X-Docops-Exit-Code"] in {"0", "4"}
    assert int(answer.headers["Content-Length"]) == len(answer.body)
    assert {"out.docx", "out.suggested_policy.yaml", "api_result.json"} < set(members(answer.body))
    result = api_result(answer.body)
    assert result["request_id"] == answer.headers["X-Docops-Request-Id"]
    assert not psutil.pid_exists(result["subprocess_pid"])
    assert server.leftovers() == []


@pytest.mark.parametrize("method", ["spawn", "forkserver", "fork"])
@pytest.mark.parametrize("threads", [1, 8])
def test_every_start_method_with_one_thread_and_with_many(
    start_server: Callable[..., GunicornServer], method: str, threads: int
) -> None:
    server = start_server(mp_start=method, threads=threads, debug_artifacts=1)
    for _ in range(2):
        answer = server.job()
        trace = json.loads(members(answer.body)["trace.json"])
        assert trace["subprocess"]["start_method"] == method
    assert server.ask("GET", "/readyz").status == 200
    assert server.leftovers() == []
    assert server.stop() == 0
    assert list(server.work_folder.iterdir()) == []


@pytest.mark.parametrize(
    ("fields", "effective"),
    [
        ({}, ["quick", "report", "template", "safe", "json", "zh"]),
        ({"preset": "quick"}, ["quick", "report", "template", "safe", "json", "zh"]),
        ({"preset": "template"}, ["template", "report", "template", "none", "json", "zh"]),
        ({"preset": "strict"}, ["strict", "strict", "policy", "safe", "json", "zh"]),
        ({"strict": "true"}, ["quick", "strict", "template", "safe", "json", "zh"]),
        ({"format_mode": "off", "format_report": "both"}, ["quick", "off", "template", "safe", "both", "zh"]),
    ],
)
def test_presets_and_fields(server: GunicornServer, fields: dict[str, str], effective: list[str]) -> None:
    assert list(api_result(server.job(**fields).body)["effective"].values()) == effective


EXIT_CODES = [
    (docx(p("【MEETING_TITLE】")), {"meeting_title": "x"}, {}, "0"),
    (docx(p("【MEETING_TITLE】")), {}, {}, "2"),
    (docx(p("【meeting_title】")), {}, {}, "3"),
    (docx(tbl(tr(tc("x")))), {}, {"preset": "strict"}, "4"),
]


@pytest.mark.parametrize(("template", "payload", "fields", "exit_code"), EXIT_CODES)
def test_exit_codes(
    server: GunicornServer, template: bytes, payload: dict[str, str], fields: dict[str, str], exit_code: str
) -> None:
    answer = server.job(template=template, task_json=task(payload), **fields)
    assert (answer.status, answer.headers["X-Docops-Exit-Code"]) == (200, exit_code)


REFUSED_FORMS = [
    (400, "INVALID_ARGUMENT", {"preset": "fast"}),
    (400, "INVALID_ARGUMENT", {"skill": "memo"}),
    (400, "INVALID_ARGUMENT", {"policy_yaml": "x"}),
    (400, "INVALID_ARGUMENT", {"task_json": task({"meeting_title": 1})}),
    (400, "INVALID_ARGUMENT_CONFLICT", {"preset": "quick", "format_mode": "off"}),
    (400, "INVALID_ARGUMENT_CONFLICT", {"preset": "quick", "policy_yaml": "x"}),
    (400, "INVALID_ARGUMENT_CONFLICT", {"strict": "false", "format_mode": "report"}),
    (400, "INVALID_ARGUMENT_CONFLICT", {"skill": "training_notice"}),
    (400, "INVALID_JSON", {"task_json": b"{"}),
    (400, "INVALID_TEMPLATE", {"template": ZIP_START}),
    (413, "UPLOAD_TOO_LARGE", {"template": ZIP_START + bytes(500_000)}),
    (415, "INVALID_MEDIA_TYPE", {"template": b"%PDF"}),
]


@pytest.mark.parametrize("path", ["/v1/run", "/v1/precheck"])
@pytest.mark.parametrize(("status", "code", "form"), REFUSED_FORMS)
def test_refused_forms(
    server: GunicornServer, path: str, status: int, code: str, form: dict[str, Any]
) -> None:
    answer = server.job(path, **form)
    assert answer.told == (status, code)
    assert answer.json["detail"]["request_id"] == answer.headers["X-Docops-Request-Id"]


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("GET", "/v1/meta", 401, "UNAUTHORIZED"),
        ("GET", "/nope", 404, "NOT_FOUND"),
        ("GET", "/metrics", 404, "NOT_FOUND"),
        ("GET", "/web", 404, "NOT_FOUND"),
        ("GET", "/v1/run", 405, "METHOD_NOT_ALLOWED"),
        ("POST", "/v1/run", 415, "INVALID_MEDIA_TYPE"),
    ],
)
def test_other_refusals(server: GunicornServer, method: str, path: str, status: int, code: str) -> None:
    assert server.ask(method, path).told == (status, code)


def test_health_meta_and_cors(server: GunicornServer) -> None:
    assert server.ask("GET", "/healthz").json == {"status": "ok"}
    assert server.ask("GET", "/readyz").status == 200
    meta = server.ask("GET", "/v1/meta", Authorization="Basic dXNlcjpwYXNz")
    assert "meeting_notice" in meta.json["supported_skills"]
    preflight = server.ask(
        "OPTIONS", "/v1/run", Origin="https://a.example", Access_Control_Request_Method="POST"
    )
    assert (preflight.status, preflight.headers["Access-Control-Allow-Origin"]) == (204, "*")


def test_precheck_and_inspect(server: GunicornServer) -> None:
    assert server.job("/v1/precheck").json["expected_exit_code"] == 0
    body = form_body().partition(b'--boundary-of-the-test\r\nContent-Disposition: form-data; name="task"')[0]
    answer = server.ask("POST", "/v1/inspect", body + b"--boundary-of-the-test--\r\n", Content_Type=FORM_TYPE)
    assert answer.json["suggested_skill"] == "meeting_notice"


def test_a_limit_of_the_template_is_a_413(start_server: Callable[..., GunicornServer]) -> None:
    assert start_server(max_zip_entries=1).job().told == (413, "TEMPLATE_LIMIT_EXCEEDED")


def test_many_requests_on_one_connection(server: GunicornServer) -> None:
    connection = server.connect()
    refused = [
        send(connection, "POST", "/v1/run", form_body(preset="fast"), Content_Type=FORM_TYPE),
        send(connection, "POST", "/nope", b"x" * 100_000),
        send(connection, "POST", "/v1/run", b"x" * 100_000, Content_Type="text/plain"),
        send(connection, "GET", "/healthz"),
    ]
    connection.close()
    assert [answer.status for answer in refused] == [400, 404, 415, 200]


def test_a_chunked_upload(server: GunicornServer) -> None:
    body = form_body()
    blocks = (body[start : start + 700] for start in range(0, len(body), 700))
    answer = server.ask("POST", "/v1/run", blocks, Content_Type=FORM_TYPE)
    assert answer.status == 200


@pytest.mark.parametrize("framing", ["length", "chunks"])
@pytest.mark.parametrize("size", [600_000, 3 * MIB, 6 * MIB])
def test_an_oversized_body_gets_its_answer_and_no_reset(
    server: GunicornServer, framing: str, size: int
) -> None:
    """The client sends all it has before it listens, as simple clients do."""
    body = form_body(template=ZIP_START + bytes(size))
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = f"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\n"
        if framing == "length":
            connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body)
        else:
            chunk = f"{len(body):x}\r\n".encode() + body + b"\r\n0\r\n\r\n"
            connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk)
        answer = received(connection)
    assert answer.told == (413, "UPLOAD_TOO_LARGE")


@pytest.mark.parametrize("chunk", [b"zz\r\nx\r\n", b"5\r\nabcdefgh\r\n"])
def test_malformed_chunks_are_a_client_error(server: GunicornServer, chunk: bytes) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = f"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\n"
        connection.sendall(f"{head}Transfer-Encoding: chunked\r\n\r\n".encode() + chunk)
        assert received(connection).told == (400, "INVALID_ARGUMENT")
    assert server.ask("GET", "/healthz").status == 200


def test_a_client_that_stops_sending_still_gets_a_refusal_in_seconds(server: GunicornServer) -> None:
    with socket.create_connection(("127.0.0.1", server.port), timeout=30) as connection:
        head = "POST /nope HTTP/1.1\r\nHost: x\r\nContent-Length: 400000\r\n\r\n"
        connection.sendall(head.encode() + b"x" * 10_000)
        began = time.monotonic()
        assert received(connection).told == (404, "NOT_FOUND")
        assert time.monotonic() - began < 10


def test_the_log_has_a_start_and_an_end_line_of_every_run(server: GunicornServer) -> None:
    done = server.job()
    refused = server.job(preset="fast")

    def lines(answer: Answer) -> list[dict[str, Any]] | None:
        request_id = answer.headers["X-Docops-Request-Id"]
        found = [line for line in server.log if line.get("request_id") == request_id]
        return found if len(found) == 2 else None

    start, end = eventually(lambda: lines(done))
    assert (start["event"], end["event"], end["outcome"], end["http_status"]) == ("start", "done", "ok", 200)
    assert end["timing"] == api_result(done.body)["timing"]
    start, end = eventually(lambda: lines(refused))
    assert (start["event"], end["event"], end["outcome"]) == ("start", "error", "bad_request")
    assert (end["status_code"], end["error_code"]) == (400, "INVALID_ARGUMENT")
    assert end["failure_stage"] == "validate_form"


@pytest.mark.parametrize("moment", ["during its upload", "during its answer"])
def test_a_client_that_leaves_is_a_499_and_leaves_nothing(
    start_server: Callable[..., GunicornServer], moment: str
) -> None:
    server = start_server()
    body = form_body(template=BIG_TEMPLATE)
    length = len(body) + (1000 if moment == "during its upload" else 0)
    head = (
        f"POST /v1/run HTTP/1.1\r\nHost: x\r\nContent-Type: {FORM_TYPE}\r\nContent-Length: {length}\r\n\r\n"
    )
    connection = socket.create_connection(("127.0.0.1", server.port), timeout=30)
    connection.sendall(head.encode() + body)
    # With this option a close is a reset, as when the client's machine or program dies.
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
    connection.close()
    _, error = eventually(lambda: server.log if len(server.log) == 2 else None)
    assert (error["event"], error["outcome"], error["status_code"]) == ("error", "bad_request", 499)
    eventually(lambda: server.leftovers() == [])


def test_429_while_all_slots_are_busy_and_health_answers(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(max_concurrency=1, threads=8)
    running, renderer = server.frozen_job()
    for path in ("/v1/run", "/v1/precheck"):
        refused = server.job(path)
        assert refused.told == (429, "TOO_MANY_REQUESTS")
        assert int(refused.headers["Retry-After"]) >= 1
        assert refused.json["detail"]["max_concurrency"] == 1
    assert server.ask("GET", "/healthz").status == 200
    assert server.ask("GET", "/v1/meta").status == 200
    renderer.resume()
    assert running.result().status == 200
    assert server.job().status == 200

    def refusals() -> list[int]:
        return [line["status_code"] for line in server.log if line.get("outcome") == "rate_limited"]

    assert eventually(lambda: len(refusals()) >= 2 and refusals()) == [429, 429]


def test_jobs_wait_for_a_slot_but_never_all_threads(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(max_concurrency=1, threads=7, queue_timeout_seconds=50)
    running, renderer = server.frozen_job()
    later = [server.job_later() for _ in range(4)]
    refused = eventually(lambda: [job for job in later if job.done()])
    eventually(lambda: sum(job.done() for job in later) == 2)
    assert {job.result().status for job in refused} == {429}
    assert server.ask("GET", "/healthz").status == 200
    renderer.resume()
    assert running.result().status == 200
    assert sorted(job.result().status for job in later) == [200, 200, 429, 429]

    def done_lines() -> list[dict[str, Any]]:
        return [line for line in server.log if line["event"] == "done"]

    eventually(lambda: len(done_lines()) == 3)
    assert sum(line["queue_wait_ms"] > 0 for line in done_lines()) == 2


def test_408_ends_the_renderer_and_frees_its_slot(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(max_concurrency=1, request_timeout_seconds=3)
    running, renderer = server.frozen_job()
    answer = running.result()
    assert answer.told == (408, "REQUEST_TIMEOUT")
    assert answer.json["detail"]["terminated"] is True
    assert not psutil.pid_exists(renderer.pid)
    assert server.leftovers() == []
    assert server.job().status == 200


def test_500_when_a_renderer_is_killed(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server()
    running, renderer = server.frozen_job()
    renderer.kill()
    answer = running.result()
    assert answer.told == (500, "RENDERER_CRASHED")
    assert set(answer.json["detail"]) == {"request_id"}
    assert server.leftovers() == []
    (line,) = eventually(lambda: [line for line in server.log if line["event"] == "error"])
    assert (line["outcome"], line["failure_stage"]) == ("internal_error", "render")
    assert "SIGKILL" in line["inner"]


def test_503_when_the_work_folder_is_missing_and_500_when_it_is_not_a_folder(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server()
    assert server.job().status == 200
    shutil.rmtree(server.work_folder)
    assert server.job().told == (503, "INSUFFICIENT_STORAGE")
    assert server.ask("GET", "/readyz").told == (503, "NOT_READY")
    server.work_folder.write_bytes(b"in the way")
    answer = server.job()
    assert answer.told == (500, "INTERNAL_ERROR")
    assert set(answer.json["detail"]) == {"request_id"}
    server.work_folder.unlink()
    server.work_folder.mkdir()
    assert server.job().status == 200


def half_sent(connection: http.client.HTTPConnection) -> bytes:
    """Send a job except the last byte of its body, and return that byte."""
    body = form_body()
    connection.putrequest("POST", "/v1/run")
    connection.putheader("Content-Type", FORM_TYPE)
    connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body[:-1])
    return body[-1:]


def test_sigterm_lets_a_running_job_finish_and_refuses_new_ones(
    start_server: Callable[..., GunicornServer],
) -> None:
    # gunicorn soon closes a connection that is idle at a stop. So these have a request that is not whole yet:
    # one of them may have the only thread that waits for a body, and the other begins when it is whole.
    server = start_server(threads=6, max_concurrency=3, queue_timeout_seconds=0)
    port = server.port
    running, renderer = server.frozen_job()
    connections = [server.connect(), server.connect()]
    last_bytes = [half_sent(connection) for connection in connections]
    server.process.send_signal(signal.SIGTERM)

    def is_refused() -> bool:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except ConnectionRefusedError:
            return True
        except TimeoutError:
            # The kernel may drop it for a while before that.
            return False
        return False

    eventually(is_refused)
    for connection, last_byte in zip(connections, last_bytes, strict=True):
        connection.send(last_byte)
    answers = [Answer(connection.getresponse()) for connection in connections]
    refused = [answer for answer in answers if answer.status != 200]
    assert len(refused) >= 1
    for answer in refused:
        assert answer.told == (503, "NOT_READY")
        assert int(answer.headers["Retry-After"]) >= 1
    assert not running.done()
    renderer.resume()
    assert running.result().status == 200
    assert server.process.wait(20) == 0
    assert list(server.work_folder.iterdir()) == []


def test_sighup_refuses_nothing(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(max_concurrency=16)
    running, renderer = server.frozen_job()
    (old_worker,) = server.workers()
    open_connection = server.connect()
    assert send(open_connection, "GET", "/healthz").status == 200
    server.process.send_signal(signal.SIGHUP)
    others = [server.job_later() for _ in range(3)]
    eventually(lambda: {worker.pid for worker in server.workers()} - {old_worker.pid})
    on_open_connection = send(open_connection, "POST", "/v1/run", form_body(), Content_Type=FORM_TYPE)
    others += [server.job_later() for _ in range(3)]
    assert on_open_connection.status == 200
    assert [job.result().status for job in others] == [200] * 6
    assert not running.done()
    renderer.resume()
    assert running.result().status == 200
    eventually(lambda: not old_worker.is_running() or old_worker.status() == psutil.STATUS_ZOMBIE)
    assert server.job().status == 200


def test_a_killed_worker_leaves_nothing_after_the_next_one_starts(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server()
    running, renderer = server.frozen_job()
    (worker,) = server.workers()
    worker.kill()
    assert running.exception() is not None
    eventually(lambda: not renderer.is_running() or renderer.status() == psutil.STATUS_ZOMBIE)
    eventually(lambda: [each for each in server.workers() if each.pid != worker.pid])
    eventually(lambda: server.leftovers() == [])
    assert server.job().status == 200
    assert len(list(server.work_folder.iterdir())) == 1


def test_jobs_leave_no_descriptor_and_no_process_behind(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server()
    kinds: list[dict[str, Any]] = [
        {},
        {"preset": "fast"},
        {"template": ZIP_START},
        {"template": BIG_TEMPLATE},
    ]
    for kind in kinds:
        server.job(**kind)
    (worker,) = server.workers()
    descriptors, children = worker.num_fds(), len(worker.children())
    for kind in kinds * 3:
        server.job(**kind)
    eventually(lambda: worker.num_fds() <= descriptors)
    assert len(worker.children()) == children
    assert server.leftovers() == []


BAD_STARTS = [
    (
        {"max_upload_bytes": "25M"},
        "DOCOPS_MAX_UPLOAD_BYTES: '25M' cannot be used; use an integer of at least 1",
    ),
    ({"web_basic_auth": "sesame"}, "DOCOPS_WEB_BASIC_AUTH: its value cannot be used; use user:password"),
    ({"enable_cors": 1, "cors_allow_credentials": 1}, "DOCOPS_CORS_ALLOW_CREDENTIALS: "),
]


@pytest.mark.parametrize(("settings", "line"), BAD_STARTS)
def test_a_bad_setting_stops_the_start_with_one_line(
    start_server: Callable[..., GunicornServer], settings: dict[str, int | str], line: str
) -> None:
    server = start_server(**settings)
    assert server.process.wait(20) != 0
    assert server.errors.startswith(line)
    assert server.errors.count("\n") == 1
    assert "sesame" not in server.errors


def test_a_bad_skill_stops_the_start_with_one_line(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    (tmp_path / "memo.toml").write_text("name = 1")
    server = start_server(skills_dir=tmp_path)
    assert server.process.wait(20) != 0
    assert server.errors.splitlines()[-1].startswith("DOCOPS_SKILLS_DIR: memo.toml: ")
    assert "Traceback" not in server.errors


def test_any_other_server_stops_with_the_same_line() -> None:
    environ = os.environ | {"DOCOPS_THREADS": "none"}
    done = subprocess.run(
        [sys.executable, "-c", "import wsgi"],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert done.stderr.startswith("DOCOPS_THREADS: 'none' cannot be used; ")
    assert done.stderr.count("\n") == 1


def test_gunicorn_writes_only_the_services_log_and_opens_no_control_socket(
    start_server: Callable[..., GunicornServer], tmp_path: Path
) -> None:
    server = start_server()
    assert server.job().status == 200
    assert all(json.loads(line)["logger"] == "gunicorn.error" for line in server.errors.splitlines())
    eventually(lambda: [line["event"] for line in server.log] == ["start", "done"])
    assert list(tmp_path.rglob("*.ctl")) == []


def test_the_development_server_does_jobs_too(tmp_path: Path) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port = listener.getsockname()[1]
    environ = os.environ | {"TMPDIR": str(tmp_path), "DOCOPS_MP_START": "spawn"}
    command = [
        sys.executable,
        "-m",
        "flask",
        "--app",
        "wsgi",
        "run",
        "--debug",
        "--no-reload",
        "-p",
        str(port),
    ]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=environ, stdout=log, stderr=log)
    try:

        def connected() -> http.client.HTTPConnection | None:
            try:
                connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
                connection.connect()
            except ConnectionRefusedError:
                return None
            return connection

        refused = send(
            eventually(connected), "POST", "/v1/run", form_body(preset="fast"), Content_Type=FORM_TYPE
        )
        assert refused.told == (400, "INVALID_ARGUMENT")
        answer = send(eventually(connected), "POST", "/v1/run", form_body(), Content_Type=FORM_TYPE)
        assert answer.status == 200
        with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
            assert "out.docx" in archive.namelist()
    finally:
        process.terminate()
        process.wait(20)
