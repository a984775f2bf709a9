"""The template library under a real gunicorn: one reading for all workers, and what a reload changes."""

import json
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil

from tests.e2e.gunicorn_server import FORM_TYPE, Answer, GunicornServer, eventually
from tests.factories import docx, p
from tests.library_folders import CONTRACT, NOTICE, put, sha256
from tests.web.forms import BOUNDARY, api_result, part

Start = Callable[..., GunicornServer]
VALUES = {"payload": {"合同编号": "HT-1", "甲方": "甲"}}


def run(server: GunicornServer, name: str, values: Any = VALUES) -> Answer:
    parts = part("template_name", name.encode()) + part("task", json.dumps(values).encode(), "task.json")
    return server.ask("POST", "/v1/run", parts + f"--{BOUNDARY}--\r\n".encode(), Content_Type=FORM_TYPE)


def hash_used(answer: Answer) -> str:
    assert answer.status == 200, answer.body
    found: str = api_result(answer.body)["template_sha256"]
    return found


def listed(server: GunicornServer) -> dict[str, str]:
    told = server.ask("GET", "/v1/templates").json["templates"]
    return {each["name"]: each["template_sha256"] for each in told}


def of_event(server: GunicornServer, event: str) -> list[dict[str, Any]]:
    return [line for line in server.library_log if line["event"] == event]


def copies(server: GunicornServer) -> list[Path]:
    return list(server.work_folder.glob("*.library"))


def reload(server: GunicornServer) -> None:
    """Reload and wait until the old workers are gone and each new one has tried its cell."""
    old, tried = server.workers(), len(server.sandbox_log)
    server.process.send_signal(signal.SIGHUP)

    def done() -> bool:
        workers = server.workers()
        return not {*old} & {*workers} and len(server.sandbox_log) >= tried + len(old)

    eventually(done, seconds=60)


def test_two_hundred_templates_are_read_once_for_all_workers(tmp_path: Path, start_server: Start) -> None:
    for number in range(200):
        put(tmp_path / "lib", f"模板{number:03}", docx(p(f"第{number}号：【=甲方】")))
    server = start_server(templates_dir=tmp_path / "lib", workers=2)
    eventually(lambda: len(server.sandbox_log) == 2)
    assert len(listed(server)) == 200
    (line,) = of_event(server, "library")
    assert (line["templates"], line["stopped"]) == (200, 0)
    # Neither the master nor a worker wrote it.
    assert line["pid"] not in {server.process.pid, *(worker.pid for worker in server.workers())}
    assert len(copies(server)) == 1
    answers = {hash_used(run(server, "模板199", {"payload": {"甲方": "甲"}})) for _ in range(6)}
    assert len(answers) == 1


def test_a_changed_file_has_no_effect_before_a_reload(tmp_path: Path, start_server: Start) -> None:
    file = put(tmp_path / "lib", "a")
    server = start_server(templates_dir=tmp_path / "lib", workers=2)
    eventually(lambda: len(server.sandbox_log) == 2)
    other = docx(p("【=甲方】 其他 【=合同编号】"))
    file.write_bytes(other)
    put(tmp_path / "lib", "b")
    assert {hash_used(run(server, "a")) for _ in range(6)} == {sha256(CONTRACT)}
    assert run(server, "b").told == (400, "INVALID_ARGUMENT")

    reload(server)
    assert {hash_used(run(server, "a")) for _ in range(6)} == {sha256(other)}
    assert hash_used(run(server, "b")) == sha256(CONTRACT)
    assert listed(server) == {"a": sha256(other), "b": sha256(CONTRACT)}
    # The copy of the workers that are gone is gone with them.
    eventually(lambda: len(copies(server)) == 1)


def test_a_worker_that_takes_the_place_of_another_has_the_same_library(
    tmp_path: Path, start_server: Start
) -> None:
    file = put(tmp_path / "lib", "a")
    server = start_server(templates_dir=tmp_path / "lib")
    eventually(lambda: server.sandbox_log)
    file.write_bytes(NOTICE)
    (worker,) = server.workers()
    worker.kill()
    eventually(lambda: server.workers() and worker not in server.workers())
    assert hash_used(run(server, "a")) == sha256(CONTRACT)
    assert len(of_event(server, "library")) == 1


def test_a_file_that_is_not_approved_after_a_reload_is_stopped(tmp_path: Path, start_server: Start) -> None:
    file = put(tmp_path / "lib", "a", toml=f'approved_sha256 = "{sha256(CONTRACT)}"')
    put(tmp_path / "lib", "b", NOTICE)
    server = start_server(templates_dir=tmp_path / "lib", workers=2)
    eventually(lambda: len(server.sandbox_log) == 2)
    assert run(server, "a").status == 200
    file.write_bytes(NOTICE)
    reload(server)
    for _ in range(6):
        refused = run(server, "a")
        assert refused.told == (503, "TEMPLATE_STOPPED")
        assert refused.json["detail"]["reason"] == "not_approved"
    assert run(server, "b", {"payload": {"MEETING_TITLE": "a", "MEETING_DATE": "b"}}).status == 200
    (line,) = of_event(server, "template_stopped")
    assert (line["template"], line["reason"]) == ("a", "not_approved")
    assert sha256(NOTICE) in line["fault"]


def test_faults_stop_their_templates_and_not_the_server(tmp_path: Path, start_server: Start) -> None:
    put(tmp_path / "lib", "good")
    put(tmp_path / "lib", "cut", CONTRACT[:-30])
    bomb = docx(p("x"), extra={"customXml/item1.xml": b"<a>" + b" " * 60_000_000 + b"</a>"})
    put(tmp_path / "lib", "bomb", bomb)
    put(tmp_path / "lib", "toml", toml="a = 1\nb = 2\n")
    server = start_server(templates_dir=tmp_path / "lib")
    assert list(listed(server)) == ["good"]
    lines = [(line["template"], line["reason"]) for line in of_event(server, "template_stopped")]
    assert lines == [("bomb", "unusable"), ("cut", "unusable"), ("toml", "toml"), ("toml", "toml")]
    assert run(server, "..").told == (400, "INVALID_ARGUMENT")
    assert run(server, "../lib/good").told == (400, "INVALID_ARGUMENT")
    assert server.ask("GET", "/v1/templates/../lib/good.docx").told == (400, "INVALID_ARGUMENT")
    assert server.ask("GET", "/v1/templates/%2e%2e%2fgood").told == (400, "INVALID_ARGUMENT")


def test_a_stop_leaves_no_copy_and_no_process(tmp_path: Path, start_server: Start) -> None:
    put(tmp_path / "lib", "a")
    server = start_server(templates_dir=tmp_path / "lib", workers=2)
    eventually(lambda: len(server.sandbox_log) == 2)
    children = psutil.Process(server.process.pid).children(recursive=True)
    assert server.stop() == 0
    assert (copies(server), [each for each in children if is_at_work(each)]) == ([], [])


def is_at_work(process: psutil.Process) -> bool:
    try:
        # In a container nobody may take the exit status of a process whose parent has gone.
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_the_library_needs_the_password_of_meta(tmp_path: Path, start_server: Start) -> None:
    put(tmp_path / "lib", "a")
    server = start_server(templates_dir=tmp_path / "lib", web_basic_auth="user:pass")
    eventually(lambda: server.sandbox_log)
    assert server.ask("GET", "/v1/templates").status == 401
    assert server.ask("GET", "/v1/templates", Authorization="Basic dXNlcjpwYXNz").status == 200
