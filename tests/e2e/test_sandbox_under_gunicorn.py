"""Under a real gunicorn: what renderers are kept from, and that the server tells it."""

from pathlib import Path

import pytest

from docops_flask.engine.sandbox import landlock
from tests.e2e.gunicorn_server import BIG_TEMPLATE, eventually


@pytest.mark.parametrize("start_method", ["spawn", "forkserver", "fork"])
def test_each_worker_logs_at_its_start_what_renderers_are_kept_from(start_server, start_method):
    server = start_server(workers=2, sandbox="require", mp_start=start_method)
    assert server.job(format_report="both").status == 200
    lines = eventually(lambda: len(server.sandbox_log) == 2 and server.sandbox_log)
    assert [(line["mode"], line["sandbox_level"], line["possible"]) for line in lines] == [
        ("require", "full", [])
    ] * 2
    assert [line["level"] for line in lines] == ["info"] * 2


def test_readyz_tells_it_too(start_server):
    answer = start_server().ask("GET", "/readyz")
    told = {"mode": "auto", "level": "full", "possible": [], "landlock_abi": landlock.version()}
    assert answer.json == {"status": "ready", "sandbox": told}


def test_a_renderer_at_work_is_held_by_the_kernel(start_server):
    server = start_server()
    answer = server.job_later(template=BIG_TEMPLATE)

    def held():
        states = [kernel_state(renderer.pid) for renderer in server.renderers()]
        # A filter, and no way to gain rights by a program's.
        return ("2", "1") in states

    eventually(held)
    assert answer.result().status == 200


def kernel_state(pid):
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return None
    status = dict(line.split(":\t", 1) for line in lines)
    return status["Seccomp"], status["NoNewPrivs"]


def test_a_renderer_is_not_started_with_the_password(start_server):
    server = start_server(web_basic_auth="anna:not-to-be-seen")
    answer, renderer = server.frozen_job()

    (worker,) = server.workers()
    assert b"not-to-be-seen" in Path(f"/proc/{worker.pid}/environ").read_bytes(), (
        "what is looked for can be seen"
    )
    assert b"not-to-be-seen" not in Path(f"/proc/{renderer.pid}/environ").read_bytes()
    renderer.resume()
    assert answer.result().status == 200


def test_switched_off_it_is_off(start_server):
    server = start_server(sandbox="off")
    assert server.job().status == 200
    assert server.ask("GET", "/readyz").json["sandbox"]["level"] == "none"
