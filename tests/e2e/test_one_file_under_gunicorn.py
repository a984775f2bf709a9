"""One file back from a real gunicorn: a client like Power Automate, curl -OJ, and the same request twice."""

import base64
import hashlib
import io
import json
import shutil
import subprocess
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from tests.conftest import require
from tests.e2e.gunicorn_server import Answer, GunicornServer
from tests.factories import docx, p

TEMPLATE = docx(p("【合同编号】") + p("【#项】") + p("【名】") + p("【/项】") + p("【甲方】"))
TASK = {"payload": {"合同编号": "HT-2026/001", "甲方": "某某公司", "项": [{"名": "纸"}, {"名": "笔"}]}}


@pytest.fixture(scope="module")
def two_workers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A server with two worker processes."""
    server = GunicornServer(tmp_path_factory.mktemp("two"), workers=2)
    yield server
    server.stop()


def automate(server: GunicornServer, **fields: str) -> Answer:
    """Send what Power Automate's action HTTP makes of ``$multipart``: parts decoded from base64."""
    files = {
        "template": ("合同.docx", base64.b64encode(TEMPLATE)),
        "task": ("task.json", base64.b64encode(json.dumps(TASK).encode())),
    }
    boundary = "b8fcb2ad-4c3a-4c2e-a3a7-d8d0a4ad7b5e"
    body = io.BytesIO()
    for name, (filename, content) in files.items():
        head = f'Content-Disposition: form-data; name="{name}"; filename="{filename}"\r\nContent-Type: '
        body.write(f"--{boundary}\r\n{head}application/octet-stream\r\n\r\n".encode())
        body.write(base64.b64decode(content) + b"\r\n")
    for name, value in fields.items():
        head = f'Content-Disposition: form-data; name="{name}"\r\nContent-Type: text/plain; charset=utf-8'
        body.write(f"--{boundary}\r\n{head}\r\n\r\n{value}\r\n".encode())
    body.write(f"--{boundary}--\r\n".encode())
    content_type = f'multipart/form-data; boundary="{boundary}"'
    return server.ask("POST", "/v1/run", body.getvalue(), Content_Type=content_type)


def test_a_client_that_cannot_unzip_gets_the_document_its_name_and_the_facts(
    two_workers: GunicornServer,
) -> None:
    answer = automate(two_workers, output="docx", name="【合同编号】-【甲方】")
    assert answer.status == 200
    told = {name: answer.headers[f"X-Docops-{name}"] for name in ("Exit-Code", "Left", "Missing", "Format")}
    assert told == {"Exit-Code": "0", "Left": "0", "Missing": "0", "Format": "passed"}
    assert len(answer.headers["X-Docops-Request-Id"]) == 32
    assert answer.headers["Content-Type"].endswith("wordprocessingml.document")
    # As the expression in docs/clients.md takes the name out.
    assert unquote(answer.headers["Content-Disposition"].split("UTF-8''")[-1]) == "HT-2026_001-某某公司.docx"
    with zipfile.ZipFile(io.BytesIO(answer.body)) as archive:
        assert archive.testzip() is None
        text = archive.read("word/document.xml").decode()
    assert [each in text for each in ("HT-2026/001", "纸", "笔", "某某公司", "【")] == [True] * 4 + [False]
    digest = base64.b64encode(hashlib.sha256(answer.body).digest()).decode()
    assert answer.headers["Content-Digest"] == f"sha-256=:{digest}:"
    assert two_workers.leftovers() == []


@pytest.mark.parametrize("fields", [{"output": "odt"}, {"output": "docx", "name": "【甲】"}])
def test_its_errors_are_json(two_workers: GunicornServer, fields: dict[str, str]) -> None:
    answer = automate(two_workers, **fields)
    assert answer.told == (400, "INVALID_ARGUMENT")
    assert answer.headers["Content-Type"] == "application/json"


def test_the_same_request_sent_again_makes_the_same_bytes_whatever_the_process(
    two_workers: GunicornServer, start_server: Callable[..., GunicornServer]
) -> None:
    others = [start_server(mp_start=method) for method in ("fork", "forkserver")]
    answers = [automate(server, output="docx") for server in (*[two_workers] * 4, *others)]
    assert [answer.status for answer in answers] == [200] * 6
    assert len({answer.body for answer in answers}) == 1
    assert len({answer.headers["Content-Digest"] for answer in answers}) == 1


def curl(folder: Path, server: GunicornServer, *options: str) -> dict[str, Any]:
    """Run ``curl -OJ`` in ``folder``; return what it says of the answer."""
    program = shutil.which("curl")
    require(program is not None, "curl is not installed")
    (folder / "合同.docx").write_bytes(TEMPLATE)
    (folder / "task.json").write_text(json.dumps(TASK), encoding="utf-8")
    form = ["-F", "template=@合同.docx", "-F", "task=@task.json"]
    url = f"http://127.0.0.1:{server.port}/v1/run"
    said = '{"status": %{response_code}, "file": "%{filename_effective}"}'
    done = subprocess.run(
        [str(program), "-sS", "-OJ", "--fail-with-body", "-w", said, *form, *options, url],
        cwd=folder, check=False, capture_output=True, text=True,
    )  # fmt: skip
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.parametrize(
    ("options", "file"),
    [
        (["-F", "output=docx", "-F", "name=contract-【合同编号】"], "contract-HT-2026_001.docx"),
        (["-F", "output=docx", "-F", "name=【合同编号】-【甲方】"], "HT-2026_001.docx"),
        (["-F", "output=docx"], "document.docx"),
        (["-F", "output=docx", "-F", "name=../../up"], "_.._up.docx"),
        ([], "docops_outputs.zip"),
    ],
)
def test_curl_saves_the_file_under_the_ascii_form_of_its_name(
    tmp_path: Path, two_workers: GunicornServer, options: list[str], file: str
) -> None:
    assert curl(tmp_path, two_workers, *options) == {"status": 200, "file": file}
    assert sorted(path.name for path in tmp_path.iterdir() if path.is_file()) == sorted(
        [file, "task.json", "合同.docx"]
    )
    with zipfile.ZipFile(tmp_path / file) as archive:
        assert archive.testzip() is None
        wanted = "word/document.xml" if file.endswith(".docx") else "out.docx"
        assert wanted in archive.namelist()


def test_every_worker_gives_a_starter_template_the_same_tag(two_workers: GunicornServer) -> None:
    path = "/v1/skills/meeting_notice/template.docx?lang=en"
    tag = two_workers.ask("GET", path).headers["ETag"]
    kept = [two_workers.ask("GET", path, If_None_Match=tag) for _ in range(8)]
    assert {(answer.status, answer.body, answer.headers["ETag"]) for answer in kept} == {(304, b"", tag)}


def test_a_large_file_is_streamed_and_the_server_does_not_grow(
    start_server: Callable[..., GunicornServer],
) -> None:
    server = start_server(max_upload_bytes=40_000_000)
    noise = hashlib.shake_256(b"noise").digest(20_000_000)
    template = docx(p("【MEETING_TITLE】"), extra={"word/media/noise.bin": noise})

    def used() -> int:
        (worker,) = server.workers()
        found: int = worker.memory_info().rss
        return found

    assert server.job(template=template, output="docx").status == 200
    before = used()
    for _ in range(3):
        answer = server.job(template=template, output="docx")
        assert (answer.status, len(answer.body) > 20_000_000) == (200, True)
    assert used() - before < 10_000_000
    assert server.leftovers() == []
