"""Requests as clients send them: forms for Flask's test client, raw multipart bodies, ZIPs taken apart."""

import io
import json
import zipfile
from collections.abc import Mapping
from typing import Any

from tests.factories import docx, p

TEMPLATE = docx(p("会议：【MEETING_TITLE】"))
PAYLOAD = {"meeting_title": "周例会"}
BOUNDARY = "boundary-of-the-test"


def task(payload: Mapping[str, Any] = PAYLOAD, task_type: str = "meeting_notice") -> bytes:
    """A task's JSON."""
    return json.dumps({"task_type": task_type, "payload": payload}, ensure_ascii=False).encode()


def form(
    template: bytes = TEMPLATE,
    task_json: bytes | None = None,
    template_name: str = "notice.docx",
    task_name: str = "task.json",
    **fields: str,
) -> dict[str, Any]:
    """The form of a job for the test client."""
    return {
        "template": (io.BytesIO(template), template_name),
        "task": (io.BytesIO(task() if task_json is None else task_json), task_name),
        **fields,
    }


def part(name: str | None, content: bytes, filename: str | None = None) -> bytes:
    """One part of a raw body, with its leading boundary."""
    disposition = "form-data"
    if name is not None:
        disposition += f'; name="{name}"'
    if filename is not None:
        disposition += f'; filename="{filename}"'
    return f"--{BOUNDARY}\r\nContent-Disposition: {disposition}\r\n\r\n".encode() + content + b"\r\n"


def template_part(content: bytes = TEMPLATE) -> bytes:
    """The part ``template``."""
    return part("template", content, "notice.docx")


def task_part(content: bytes | None = None) -> bytes:
    """The part ``task``."""
    return part("task", task() if content is None else content, "task.json")


def raw(*parts: bytes, end: bytes = f"--{BOUNDARY}--\r\n".encode()) -> dict[str, Any]:
    """A raw multipart request for the test client."""
    return {"data": b"".join(parts) + end, "content_type": f"multipart/form-data; boundary={BOUNDARY}"}


def members(archive: bytes) -> dict[str, bytes]:
    """The members of a ZIP by name, in its order."""
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        return {name: opened.read(name) for name in opened.namelist()}


def api_result(archive: bytes) -> dict[str, Any]:
    """The ZIP's api_result.json."""
    found: dict[str, Any] = json.loads(members(archive)["api_result.json"])
    return found
