"""The copied curl command, run by bash: what arrives is what the browser sends."""

import http.server
import shutil
import subprocess
import threading
from collections.abc import Iterator
from email.parser import BytesParser
from email.policy import HTTP
from pathlib import Path
from typing import Any, cast

import pytest
from playwright.sync_api import Page

from tests.conftest import require
from tests.e2e.gunicorn_server import GunicornServer

TASK = '{"task_type": "x", "payload": {"a": "$HOME `id` \\\\ \'q\' !! 会议 \\u0000"}}\n'


class Receiver(http.server.ThreadingHTTPServer):
    """Takes whatever is posted and keeps its parts."""

    def __init__(self) -> None:
        self.received: list[tuple[str, str | None, list[tuple[dict[str, str], str, Any]]]] = []
        super().__init__(("127.0.0.1", 0), _Handler)

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        head = f"Content-Type: {self.headers['Content-Type']}\r\n\r\n".encode()
        message = BytesParser(policy=HTTP).parsebytes(head + body)
        parts = [
            (dict(part["Content-Disposition"].params), part.get_content_type(), part.get_payload(decode=True))
            for part in message.iter_parts()
        ]
        cast("Receiver", self.server).received.append((self.path, self.headers.get("Authorization"), parts))
        self.send_response(200)
        self.send_header("Access-Control-Allow-Origin", "*")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_args: object) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(scope="module")
def console_server(tmp_path_factory: pytest.TempPathFactory, receiver: Receiver) -> Iterator[GunicornServer]:
    server = GunicornServer(
        tmp_path_factory.mktemp("console"), enable_web_console=1, web_connect_src=receiver.origin
    )
    yield server
    server.stop()


SEND_AND_COPY = """async ([base, url, name, task, fields, needsUser]) => {
  const { jobForm } = await import(`${base}/static/js/work/job.js`);
  const { curlCommand } = await import(`${base}/static/js/work/curl.js`);
  const template = new File([new Uint8Array([80, 75, 3, 4, 0, 255])], name, { type: "application/x-test" });
  const job = { template, task, skill: "x", fields, assets: [] };
  await fetch(url, { method: "POST", body: jobForm(job) });
  return curlCommand(job, url, needsUser);
}"""

JOBS = {
    "plain": ("notice.docx", TASK, [["preset", "quick"]]),
    "quotes in a name": ("""it's "a" <notice>; $x,y=`z`.docx""", TASK, []),
    "a name in Chinese with blanks": ("会议 通知（最终）.docx", TASK, []),
    "a name like an option": ("-o;type=text.docx", TASK, []),
    "a backslash in a name": ("a\\b.docx", TASK, []),
    "a policy": ("a.docx", TASK, [["policy_yaml", "a: '1'\nb: \"$x\" # !x\n\tc: `d` \\ 宋体;\r\n"]]),
    "a value that begins like a file": (
        "a.docx",
        TASK,
        [["policy_yaml", "@/etc/passwd"], ["x", "<a"], ["y", ""]],
    ),
    "an empty value": ("a.docx", TASK, [["x", ""]]),
    "exclamation marks": ("a!b.docx", TASK, [["policy_yaml", "!! !x !$ '!'\n!!"]]),
    "the here-document's own end": ("a.docx", '{"a":\n1}\nDOCOPS_TASK\nDOCOPS_TASK_1\n', []),
    "an empty line and a tab": ("a.docx", "\n\t{}\n\n", []),
}

SHELLS = [["bash"], ["bash", "--norc", "--noprofile", "-i"]]


@pytest.mark.parametrize("shell", SHELLS, ids=["script", "interactive"])
@pytest.mark.parametrize("job", JOBS, ids=list(JOBS))
def test_bash_and_curl_send_what_the_browser_sends(
    page: Page, console_url: str, receiver: Receiver, tmp_path: Path, job: str, shell: list[str]
) -> None:
    require(shutil.which("curl") is not None, "curl is not installed (Debian: curl)")
    name, task, fields = JOBS[job]
    (tmp_path / name).write_bytes(b"PK\3\4\0\xff")
    page.goto(console_url)
    page.wait_for_selector("#connection-state[data-state=good]", state="attached")
    url = f"{receiver.origin}/it's/v1/run"
    command = page.evaluate(SEND_AND_COPY, [console_url, url, name, task, fields, False])
    environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "LC_ALL": "C.UTF-8", "HOME": str(tmp_path)}
    done = subprocess.run(
        shell, input=command.encode(), cwd=tmp_path, env=environ, capture_output=True, timeout=60, check=False
    )
    assert (tmp_path / "docops_outputs.zip").exists(), done.stderr
    from_browser, from_curl = receiver.received[-2:]
    assert from_curl == from_browser
    assert [content for _, _, content in from_curl[2]][1] == task.encode()


def test_the_user_comes_from_the_environment(
    page: Page, console_url: str, receiver: Receiver, tmp_path: Path
) -> None:
    (tmp_path / "a.docx").write_bytes(b"PK\3\4\0\xff")
    page.goto(console_url)
    page.wait_for_selector("#connection-state[data-state=good]", state="attached")
    command = page.evaluate(
        SEND_AND_COPY, [console_url, f"{receiver.origin}/v1/run", "a.docx", TASK, [], True]
    )
    environ = {"PATH": "/usr/local/bin:/usr/bin:/bin", "DOCOPS_USER": "user:pa ss"}
    subprocess.run(["bash"], input=command.encode(), cwd=tmp_path, env=environ, check=True, timeout=60)
    assert receiver.received[-1][1] == "Basic dXNlcjpwYSBzcw=="
