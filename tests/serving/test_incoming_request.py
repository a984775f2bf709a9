"""What has arrived of a request: where its head ends, and how much of its body is missing."""

from math import inf

import pytest

from docops_flask.serving.connection import IncomingRequest

GET = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"


def post(*headers: bytes, body: bytes = b"") -> bytes:
    return b"\r\n".join([b"POST /v1/run HTTP/1.1", b"Host: x", *headers, b"", b""]) + body


def arrived(words: bytes, size: int | None = None) -> IncomingRequest:
    """A request of which ``words`` came, ``size`` bytes at a time."""
    incoming = IncomingRequest()
    for start in range(0, len(words), size or len(words) or 1):
        incoming.add(words[start : start + (size or len(words))])
    assert incoming.received() == words
    assert len(incoming) == len(words)
    return incoming


@pytest.mark.parametrize("size", [1, 2, 3, 7, None])
@pytest.mark.parametrize("words", [GET, b"\r\n" + GET, post(), post(b"Content-Length: 5")])
def test_a_head_is_whole_with_its_last_byte_and_not_before(words: bytes, size: int | None) -> None:
    assert not arrived(words[:-1], size).has_head
    assert arrived(words, size).has_head


@pytest.mark.parametrize(
    ("words", "missing"),
    [
        (GET, 0),
        (post(), 0),
        (post(b"Content-Length: 0"), 0),
        (post(b"Content-Length: 5"), 5),
        (post(b"content-LENGTH:5", body=b"xx"), 3),
        (post(b"Content-Length: \t 5 ", body=b"xxxxx"), 0),
        (post(b"Content-Length: 5", body=b"xxxxx" + GET), 0),
        (post(b"Transfer-Encoding: chunked", body=b"0\r\n\r\n"), inf),
        (post(b"Content-Length: 1", b"Transfer-Encoding: chunked"), inf),
        (post(b"Content-Length: 1", b"Content-Length: 9"), 9),
        (post(b"Content-Length: +5"), inf),
        (post(b"Content-Length: 5, 5"), inf),
        (post(b"Content-Length: \xb2"), inf),
        (post(b"Content-Length: " + b"9" * 30), inf),
        (post(b"X-Content-Length: 5"), 0),
        (post(b"X: Content-Length: 5"), 0),
    ],
)
def test_what_is_missing_of_the_body(words: bytes, missing: float) -> None:
    assert arrived(words).missing == missing
    assert arrived(words, 3).missing == missing


@pytest.mark.parametrize(
    "words",
    [
        b"GARBAGE\r\n",
        b"GET /\r\n",
        b"GET / HTTP/2.0\r\n",
        b"GET / HTTP/1.1 \r\n",
        b"GET /" + b"x" * 5000,
        b"GET / HTTP/1.1\nHost: x\n\n",
        b"GET / HTTP/1.1\r\nHost: x\n",
        b"\r\n\r\nGET",
        b"GET / HTTP/1.1\r\n" + b"X: y\r\n" * 200_000,
    ],
)
def test_what_no_parser_takes_is_not_waited_for(words: bytes) -> None:
    assert arrived(words).has_head
    assert arrived(words, 1000).has_head


@pytest.mark.parametrize(
    "words", [b"", b"\r", b"\r\n", b"G", b"GET / HTTP/1.1\r", b"GET / HTTP/1.1\r\nX: y\r\n\r"]
)
def test_what_may_become_a_request_is_waited_for(words: bytes) -> None:
    assert not arrived(words).has_head
