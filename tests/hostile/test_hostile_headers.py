"""Hostile heads of requests: framing, encodings, ids and methods, over a real server."""

import json

import pytest

from tests.hostile.answer_checks import HostileServer, Refusal, say, says_nothing_of_the_server
from tests.hostile.hostile_headers import (
    BODY,
    GOOD,
    IDS,
    MARK,
    METHODS,
    REFUSED,
    REFUSED_BY_THE_SERVER,
    head,
    job,
)

EXPECTS = b"Expect: 100-continue"


@pytest.mark.parametrize("name", REFUSED)
def test_a_body_that_contradicts_its_headers_is_refused(request_server: HostileServer, name: str) -> None:
    words, expected = REFUSED[name]
    request_server.refuses(say(words), expected, [words[:100_000]])


@pytest.mark.parametrize("name", GOOD)
def test_other_headers_change_nothing(request_server: HostileServer, name: str) -> None:
    request_server.fills(say(GOOD[name]))


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("header", [b"X-Request-Id: ", b"X-Docops-Request-Id: "])
def test_an_id_from_outside_is_neither_used_nor_logged(
    request_server: HostileServer, header: bytes, name: str
) -> None:
    answer = request_server.fills(say(job(header + IDS[name])))
    assert answer.headers["X-Docops-Request-Id"].encode() not in IDS[name]
    assert "X-Injected" not in answer.headers
    assert len(request_server.lines_of(answer)) == 2
    assert MARK not in json.dumps(request_server.lines_of(answer)) + str(answer.headers)


def test_expect_100_continue_is_answered(request_server: HostileServer) -> None:
    length = b"Content-Length: %d" % len(BODY)
    type_ = b"Content-Type: multipart/form-data; boundary=boundary-of-the-test"
    request_server.fills(say(head(length, type_, EXPECTS), BODY))


@pytest.mark.parametrize("method", METHODS, ids=bytes.decode)
def test_an_unsupported_method_is_a_405_that_repeats_nothing(
    request_server: HostileServer, method: bytes
) -> None:
    words = head(b"X-Secret: SECRET-OF-A-HEADER", b"Cookie: SECRET-OF-A-HEADER", method=method)
    answer = request_server.refuses(
        say(words), Refusal(405, "METHOD_NOT_ALLOWED", {"allowed": ["POST"]}), [words]
    )
    assert answer.headers["Allow"] == "POST"
    assert b"SECRET-OF-A-HEADER" not in answer.body


def test_the_answer_to_head_has_no_body(request_server: HostileServer) -> None:
    server = request_server.server
    connection = server.connect(10)
    connection.request("HEAD", "/v1/run")
    response = connection.getresponse()
    assert (response.status, response.read()) == (405, b"")
    connection.close()
    request_server.check_rest()


@pytest.mark.parametrize("name", REFUSED_BY_THE_SERVER)
def test_malformed_requests_are_refused_by_gunicorn(request_server: HostileServer, name: str) -> None:
    answer = say(REFUSED_BY_THE_SERVER[name])(request_server.server)
    assert answer.status in (400, 408, 414, 417, 431, 501, 505), answer.body
    says_nothing_of_the_server(answer.body.decode("utf-8", "replace"), request_server.server)
    request_server.check_rest()
