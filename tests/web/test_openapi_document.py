"""openapi_document.py: an answer that differs from the document is found."""

from typing import Any

import pytest

from docops_flask.web.headers import DATA_HEADERS
from tests.web.openapi_document import documented


def answer(**changes: Any) -> dict[str, Any]:
    headers = {"Content-Type": "application/json", "X-Docops-Request-Id": "0" * 32}
    described = {"path": "/healthz", "method": "GET", "status": 200, "body": b'{"status": "ok"}'}
    described["headers"] = DATA_HEADERS | changes.pop("headers", headers)
    return described | changes


def test_a_described_answer_passes() -> None:
    documented().refuse_others(**answer())


@pytest.mark.parametrize(
    "changes",
    [
        {"status": 201},
        {"body": b'{"status": "fine"}'},
        {"body": b"{}"},
        {"body": b'{"status": "ok", "since": 1}'},
        {"headers": {"Content-Type": "text/html", "X-Docops-Request-Id": "0" * 32}},
        {"headers": {"Content-Type": "application/json"}},
        {"headers": {"Content-Type": "application/json", "X-Docops-Request-Id": "x"}},
    ],
)
def test_another_answer_fails(changes: dict[str, Any]) -> None:
    with pytest.raises(AssertionError):
        documented().refuse_others(**answer(**changes))
