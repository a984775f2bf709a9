"""The sandbox under a real gunicorn, and how the server reports it."""

from collections.abc import Callable
from pathlib import Path

import pytest

from docops_flask.engine.sandbox import landlock
from tests.e2e.gunicorn_server import BIG_TEMPLATE, GunicornServer, eventually


@pytest.mark.parametrize("start_method", ["spawn", "forkserver", "fork"])
def test_each_worker_logs_the_sandbox_at_its_start(
    start_server: Callable[..., GunicornServer], start_method: str
) -> None:
    server = start_server(workers=2, sandbox="require", mp_start=start_method)
    assert server.job(format_report="both").status == 200
    lines = eventually(lambda: len(server.sandbox_log) == 2 and server.sandbox_log)
    assert [(line["mode"], line["sandbox_level"], line["possible"]) for line in lines] == [
        ("require", "full", [])
    ] * 2
    assert [line["level"] for line in lines] == ["info"] * 2


def test_readyz_reports_the_sandbox(start_server: Callable[..., GunicornServer]) -> None:
    answer = start_server().ask("GET", "/readyz")
    told = {"mode": "auto", "level": "full", "possible": [], "landlock_abi": landlock.version()}
    off = {"available": False, "version": None, "reason": "DOCOPS_PDF is off."}
    assert answer.json == {"status": "ready", "sandbox": told, "pdf": off}


def test_a_running_renderer_has_seccomp_and_no_new_privileges(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server()
    answer = server.job_later(template=BIG_TEMPLATE)

    def held() -> bool:
        states = [kernel_state(renderer.pid) for renderer in server.renderers()]
        # A filter, and no way to gain rights by a program's.
        return ("2", "1") in states

    eventually(held)
    assert answer.result().status == 200


def kernel_state(pid: int) -> tuple[str, str] | None:
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    status = dict(line.split(":\t", 1) for line in lines)
    return status["Seccomp"], status["NoNewPrivs"]


def test_a_renderer_is_not_started_with_the_password(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(web_basic_auth="anna:not-to-be-seen")
    answer, renderer = server.frozen_job()

    (worker,) = server.workers()
    assert b"not-to-be-seen" in Path(f"/proc/{worker.pid}/environ").read_bytes(), (
        "what is looked for can be seen"
    )
    assert b"not-to-be-seen" not in Path(f"/proc/{renderer.pid}/environ").read_bytes()
    renderer.resume()
    assert answer.result().status == 200


def test_the_sandbox_can_be_switched_off(start_server: Callable[..., GunicornServer]) -> None:
    server = start_server(sandbox="off")
    assert server.job().status == 200
    assert server.ask("GET", "/readyz").json["sandbox"]["level"] == "none"
