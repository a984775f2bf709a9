"""Hostile templates and tasks of language 2 sent to a real server: refused, or left as text, in time."""

import io

import docx as python_docx
import pytest

from tests.e2e.gunicorn_server import FORM_TYPE, form_body
from tests.hostile.answer_checks import HostileServer, Send, ask
from tests.hostile.hostile_tags import FILLED, REFUSED, TagJob
from tests.web.forms import members


def _send(job: TagJob, path: str = "/v1/run") -> Send:
    body = form_body(template=job.template, task_json=job.task)
    return ask("POST", path, body, Content_Type=FORM_TYPE)


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_asked_for_is_counted_before_anything_is_copied(
    hostile_server: HostileServer, name: str
) -> None:
    make, expected = REFUSED[name]
    hostile_server.refuses(_send(make()), expected)


def test_a_precheck_counts_as_well(hostile_server: HostileServer) -> None:
    make, expected = REFUSED["a million rows"]
    hostile_server.refuses(_send(make(), "/v1/precheck"), expected)


@pytest.mark.parametrize("name", FILLED)
def test_what_only_looks_like_too_much_is_filled_or_text(hostile_server: HostileServer, name: str) -> None:
    make, exit_code, texts = FILLED[name]
    answer = hostile_server.fills(_send(make()))
    assert answer.headers["X-Docops-Exit-Code"] == exit_code
    if texts is not None:
        document = python_docx.Document(io.BytesIO(members(answer.body)["out.docx"]))
        assert [paragraph.text for paragraph in document.paragraphs] == texts
