"""Hostile form fields and policies sent to a real server: refused by name, and never run."""

from pathlib import Path

import pytest

from tests.e2e.gunicorn_server import FORM_TYPE
from tests.hostile.answer_checks import HostileServer, Send, ask
from tests.hostile.hostile_fields import FIELDS, POLICIES
from tests.hostile.hostile_multiparts import form
from tests.web.forms import part, task_part, template_part


def job(parts: list[bytes], path: str = "/v1/run") -> Send:
    return ask("POST", path, form(template_part(), task_part(), *parts).body, Content_Type=FORM_TYPE)


@pytest.mark.parametrize("name", FIELDS)
def test_an_invalid_field_is_refused(request_server: HostileServer, name: str) -> None:
    parts, expected = FIELDS[name]
    request_server.refuses(job(parts), expected, [each.partition(b"\r\n\r\n")[2] for each in parts])


def test_a_policy_cannot_execute_code(request_server: HostileServer) -> None:
    assert not Path("/tmp/hostile-policy").exists()
    for name in ("a Python object", "a Python object by its whole tag"):
        answer = job([part("policy_yaml", POLICIES[name])])(request_server.server)
        assert answer.told == (400, "INVALID_ARGUMENT")
    assert not Path("/tmp/hostile-policy").exists()
