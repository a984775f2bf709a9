"""Receipts of a real server: signed, verified by another implementation, and no key in any renderer."""

import base64
import os
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from docops_flask.jobs.receipts.envelope import RECEIPT
from tests.e2e.gunicorn_server import FORM_TYPE, GunicornServer, eventually
from tests.receipts import KeyFiles, make_keys, verified_by_others
from tests.web.forms import TEMPLATE, members, part, raw, task


@pytest.fixture
def keys(tmp_path: Path) -> KeyFiles:
    return make_keys(tmp_path)


@pytest.mark.parametrize("start_method", ["spawn", "forkserver"])
def test_a_real_server_signs_and_checks(
    start_server: Callable[..., GunicornServer], keys: KeyFiles, start_method: str
) -> None:
    server = start_server(signing_key_file=keys.private, mp_start=start_method)
    answer = server.job()
    run = members(answer.body)
    (key,) = server.ask("GET", "/v1/keys").json["keys"]
    statement = verified_by_others(run[RECEIPT], key["pem"].encode())
    assert statement["predicate"]["request_id"] == answer.headers["X-Docops-Request-Id"]
    body = raw(
        part("template", TEMPLATE, "t.docx"),
        part("document", run["out.docx"], "out.docx"),
        part("replace_log", run["out.replace_log.json"], "log.json"),
        part("format_report", run["out.format_report.json"], "report.json"),
        part("task", task(), "task.json"),
        part("receipt", run[RECEIPT], RECEIPT),
    )["data"]
    checked = server.ask("POST", "/v1/verify", body, Content_Type=FORM_TYPE).json
    assert checked["receipt"] == {
        "signature": "valid",
        "subjects": "match",
        "template": "match",
        "task": "match",
    }
    assert server.leftovers() == []


def secrets_of(private: Path) -> list[bytes]:
    """The key as it might stand in memory or in a file: its bytes, and as it is written in PEM."""
    content = private.read_bytes()
    key: Any = load_pem_private_key(content, None)
    written = content.split(b"\n")[1]
    return [key.private_bytes_raw(), written, base64.b64decode(written)[-32:]]


def memory_of(pid: int) -> bytes:
    """What the process has in memory that it may write, and its environment."""
    found = [Path(f"/proc/{pid}/environ").read_bytes()]
    with open(f"/proc/{pid}/mem", "rb", buffering=0) as memory:
        for line in Path(f"/proc/{pid}/maps").read_text().splitlines():
            span, access = line.split()[:2]
            start, end = (int(number, 16) for number in span.split("-"))
            if access.startswith("rw"):
                memory.seek(start)
                found.append(memory.read(end - start) or b"")
    return b"".join(found)


def test_a_renderer_has_nothing_of_the_key(
    start_server: Callable[..., GunicornServer], keys: KeyFiles
) -> None:
    server = start_server(signing_key_file=keys.private)
    answer, renderer = server.frozen_job()
    (worker,) = server.workers()
    try:
        of_worker, of_renderer = memory_of(worker.pid), memory_of(renderer.pid)
    except PermissionError:
        pytest.skip("this user may not read the memory of other processes")
    finally:
        renderer.resume()
    secrets = secrets_of(keys.private)
    path = os.fsencode(keys.private)
    assert any(secret in of_worker for secret in secrets), "what is looked for can be seen"
    assert path in of_worker
    assert not any(secret in of_renderer for secret in secrets)
    assert path not in of_renderer
    assert b"DOCOPS_SIGNING_KEY_FILE=" not in of_renderer
    assert answer.result().status == 200


def test_a_key_that_cannot_be_used_ends_the_start_with_one_line(
    start_server: Callable[..., GunicornServer], keys: KeyFiles
) -> None:
    keys.private.chmod(0o444)
    server = start_server(signing_key_file=keys.private)
    assert server.process.wait(60) != 0
    last = server.errors.strip().splitlines()[-1]
    assert last.startswith("DOCOPS_SIGNING_KEY_FILE: other users may read or change the file (mode 0444)")
    assert "Traceback" not in server.errors


def test_a_reload_takes_a_new_key(
    start_server: Callable[..., GunicornServer], keys: KeyFiles, tmp_path: Path
) -> None:
    server = start_server(signing_key_file=keys.private)
    old = members(server.job().body)[RECEIPT]
    new = make_keys(tmp_path, "new")
    new.private.replace(keys.private)
    server.process.send_signal(signal.SIGHUP)

    def with_new_key() -> bytes | None:
        (key,) = server.ask("GET", "/v1/keys").json["keys"]
        return members(server.job().body)[RECEIPT] if key["pem"] == new.public.read_text() else None

    assert verified_by_others(eventually(with_new_key), new.public.read_bytes())
    assert verified_by_others(old, keys.public.read_bytes())
