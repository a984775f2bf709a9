"""Hostile tasks sent to a real server: refused as the contract says, and nothing is left of them."""

import json

import pytest

from tests.e2e.gunicorn_server import FORM_TYPE, form_body
from tests.hostile.answer_checks import HostileServer, ask
from tests.hostile.hostile_tasks import SECRET, TASKS


@pytest.mark.parametrize("name", TASKS)
def test_an_invalid_task_is_refused(request_server: HostileServer, name: str) -> None:
    content, expected = TASKS[name]
    send = ask("POST", "/v1/run", form_body(task_json=content), Content_Type=FORM_TYPE)
    answer = request_server.refuses(send, expected, [content])
    assert SECRET not in json.dumps(request_server.lines_of(answer))


def test_precheck_reads_a_task_equally_strictly(request_server: HostileServer) -> None:
    content, expected = TASKS["a key twice"]
    send = ask("POST", "/v1/precheck", form_body(task_json=content), Content_Type=FORM_TYPE)
    request_server.refuses(send, expected, [content])
