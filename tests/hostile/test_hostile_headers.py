"""Hostile heads of requests: framing, encodings, ids and methods, over a real server."""

import json

import pytest

from tests.hostile.answer_checks import Refusal, say, says_nothing_of_the_server
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
def test_a_body_that_is_not_as_its_head_says_is_refused(request_server, name):
    words, expected = REFUSED[name]
    request_server.refuses(say(words), expected, [words[:100_000]])


@pytest.mark.parametrize("name", GOOD)
def test_what_a_head_says_besides_changes_nothing(request_server, name):
    request_server.fills(say(GOOD[name]))


@pytest.mark.parametrize("name", IDS)
@pytest.mark.parametrize("header", [b"X-Request-Id: ", b"X-Docops-Request-Id: "])
def test_an_id_from_outside_is_neither_used_nor_logged(request_server, header, name):
    answer = request_server.fills(say(job(header + IDS[name])))
    assert answer.headers["X-Docops-Request-Id"].encode() not in IDS[name]
    assert "X-Injected" not in answer.headers
    assert len(request_server.lines_of(answer)) == 2
    assert MARK not in json.dumps(request_server.lines_of(answer)) + str(answer.headers)


def test_a_client_that_asks_first_is_told_to_go_on(request_server):
    length = b"Content-Length: %d" % len(BODY)
    type_ = b"Content-Type: multipart/form-data; boundary=boundary-of-the-test"
    request_server.fills(say(head(length, type_, EXPECTS), BODY))


@pytest.mark.parametrize("method", METHODS, ids=bytes.decode)
def test_a_method_that_is_not_taken_is_a_405_that_repeats_nothing(request_server, method):
    words = head(b"X-Secret: SECRET-OF-A-HEADER", b"Cookie: SECRET-OF-A-HEADER", method=method)
    answer = request_server.refuses(
        say(words), Refusal(405, "METHOD_NOT_ALLOWED", {"allowed": ["POST"]}), [words]
    )
    assert answer.headers["Allow"] == "POST"
    assert b"SECRET-OF-A-HEADER" not in answer.body


def test_a_head_for_a_job_has_no_body(request_server):
    server = request_server.server
    connection = server.connect(10)
    connection.request("HEAD", "/v1/run")
    response = connection.getresponse()
    assert (response.status, response.read()) == (405, b"")
    connection.close()
    request_server.check_rest()


@pytest.mark.parametrize("name", REFUSED_BY_THE_SERVER)
def test_what_no_app_is_shown_is_refused_by_the_server(request_server, name):
    answer = say(REFUSED_BY_THE_SERVER[name])(request_server.server)
    assert answer.status in (400, 408, 414, 417, 431, 501, 505), answer.body
    says_nothing_of_the_server(answer.body.decode("utf-8", "replace"), request_server.server)
    request_server.check_rest()
