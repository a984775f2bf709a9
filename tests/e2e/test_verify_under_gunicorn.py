"""``/v1/verify`` through a real gunicorn: what a server made it proves again, what was changed it finds."""

import io
import json
import zipfile
from typing import Any

import pytest

from tests.e2e.gunicorn_server import FORM_TYPE, GunicornServer
from tests.factories import docx, p
from tests.web.forms import members, part, raw, task, task_part

TEMPLATE = docx(p("【MEETING_TITLE】 and more"), stories={"header1": p("head 【MEETING_TITLE】")})


@pytest.fixture
def evidence(server: GunicornServer) -> dict[str, tuple[bytes, str]]:
    """The parts that prove a job the server did."""
    body = raw(part("template", TEMPLATE, "t.docx"), task_part(task({"meeting_title": "one\ntwo"})))["data"]
    run = members(server.ask("POST", "/v1/run", body, Content_Type=FORM_TYPE).body)
    assert json.loads(run["out.integrity.json"])["verdict"] == "intact"
    return {
        "template": (TEMPLATE, "t.docx"),
        "document": (run["out.docx"], "out.docx"),
        "replace_log": (run["out.replace_log.json"], "log.json"),
        "format_report": (run["out.format_report.json"], "report.json"),
    }


def verify(server: GunicornServer, evidence: dict[str, tuple[bytes, str]]) -> Any:
    body = raw(*(part(name, content, file) for name, (content, file) in evidence.items()))["data"]
    answer = server.ask("POST", "/v1/verify", body, Content_Type=FORM_TYPE)
    assert answer.status == 200
    assert server.leftovers() == []
    return json.loads(answer.body)


def test_a_real_server_verifies_its_own_result(
    server: GunicornServer, evidence: dict[str, tuple[bytes, str]]
) -> None:
    assert verify(server, evidence)["verdict"] == "intact"


def test_a_real_server_finds_a_changed_character(
    server: GunicornServer, evidence: dict[str, tuple[bytes, str]]
) -> None:
    document, name = evidence["document"]
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(document)) as source, zipfile.ZipFile(buffer, "w") as target:
        for info in source.infolist():
            content = source.read(info)
            if info.filename == "word/header1.xml":
                content = content.replace(b"head ", b"Head ")
            target.writestr(info, content)
    body = verify(server, {**evidence, "document": (buffer.getvalue(), name)})
    assert body["verdict"] == "violated"
    assert [(each["part"], each["place"]) for each in body["unaccounted"]] == [
        ("word/header1.xml", "header1/p0")
    ]
