"""Small things every test against a real server needs."""

import socket
import time
import urllib.error
import urllib.request
import uuid

from tests.factories import docx, p


def free_port() -> int:
    """A port of the loopback interface nobody listens on now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def until_healthy(port: int, seconds: float = 20) -> None:
    """Wait until the server on ``port`` answers ``/healthz``."""
    deadline = time.monotonic() + seconds
    while True:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
                return
        except (urllib.error.URLError, ConnectionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)


def post_run(port: int) -> urllib.request.Request:
    """A good ``POST /v1/run``."""
    boundary = uuid.uuid4().hex
    parts = {
        "template": ("t.docx", docx(p("【MEETING_TITLE】"))),
        "task": (
            "t.json",
            '{"task_type": "meeting_notice", "payload": {"meeting_title": "周例会"}}'.encode(),
        ),
    }
    head = '--{}\r\nContent-Disposition: form-data; name="{}"; filename="{}"\r\n\r\n'
    body = b"".join(
        head.format(boundary, name, filename).encode() + content + b"\r\n"
        for name, (filename, content) in parts.items()
    )
    return urllib.request.Request(
        f"http://127.0.0.1:{port}/v1/run",
        data=body + f"--{boundary}--\r\n".encode(),
        headers={"Content-Type": f"multipart/form-data; boundary={boundary}"},
    )
