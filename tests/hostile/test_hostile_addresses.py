"""With a password set: no header of another shape opens, no way of writing an address leads past it."""

import pytest

from tests.hostile.answer_checks import HostileServer, Refusal, Send, say
from tests.hostile.conftest import ORIGIN
from tests.hostile.hostile_addresses import (
    NO_FILES,
    NOWHERE,
    OTHER_ORIGINS,
    PROTECTED,
    RIGHT,
    WRONG_CREDENTIALS,
)

UNAUTHORIZED = Refusal(401, "UNAUTHORIZED", inner="docops_flask/web/auth.py")
NOT_FOUND = Refusal(404, "NOT_FOUND")


def get(target: bytes, *headers: bytes, method: bytes = b"GET") -> Send:
    return say(b"\r\n".join([method + b" " + target + b" HTTP/1.1", b"Host: x", *headers, b"", b""]))


def named(target: bytes) -> str:
    return ascii(target)[2:80]


@pytest.mark.parametrize("path", [b"/web", b"/v1/meta"])
@pytest.mark.parametrize("name", WRONG_CREDENTIALS)
def test_every_shape_of_wrong_credentials_is_a_401(
    request_server: HostileServer, name: str, path: bytes
) -> None:
    answer = request_server.refuses(
        get(path, WRONG_CREDENTIALS[name]), UNAUTHORIZED, [WRONG_CREDENTIALS[name]]
    )
    assert answer.headers["WWW-Authenticate"] == 'Basic realm="docops"'


@pytest.mark.parametrize("path", [b"/web", b"/v1/meta"])
def test_the_right_credentials_are_accepted(request_server: HostileServer, path: bytes) -> None:
    assert get(path, RIGHT)(request_server.server).status == 200


@pytest.mark.parametrize("target", PROTECTED, ids=named)
def test_every_spelling_of_a_protected_path_requires_the_password(
    request_server: HostileServer, target: bytes
) -> None:
    answer = request_server.refuses(get(target), UNAUTHORIZED, [target])
    assert (answer.headers["X-Frame-Options"] == "DENY") == (b"v1" not in target.partition(b"static")[0])


@pytest.mark.parametrize("target", NOWHERE, ids=named)
@pytest.mark.parametrize("headers", [(), (RIGHT,)], ids=["without", "with the password"])
def test_path_traversal_is_answered_404(
    request_server: HostileServer, target: bytes, headers: tuple[bytes, ...]
) -> None:
    answer = request_server.refuses(get(target, *headers), NOT_FOUND, [target])
    assert "X-Injected" not in answer.headers


@pytest.mark.parametrize("target", NO_FILES, ids=named)
def test_path_traversal_out_of_the_console_fails_with_the_password_too(
    request_server: HostileServer, target: bytes
) -> None:
    request_server.refuses(get(target, RIGHT), NOT_FOUND, [target])


@pytest.mark.parametrize("name", OTHER_ORIGINS)
def test_a_similar_origin_gets_no_cors_headers(request_server: HostileServer, name: str) -> None:
    server, origin = request_server.server, OTHER_ORIGINS[name]
    wanted = b"Access-Control-Request-Method: POST"
    answers = [
        get(b"/healthz", origin)(server),
        get(b"/v1/run", origin, wanted, method=b"OPTIONS")(server),
        request_server.refuses(get(b"/v1/meta", origin), UNAUTHORIZED, [origin]),
    ]
    assert [answer.status for answer in answers] == [200, 204, 401]
    for answer in answers:
        assert "Origin" in answer.headers["Vary"]
        assert [header for header in answer.headers if header.startswith("Access-Control-")] == []


def test_the_allowed_origin_gets_cors_headers(request_server: HostileServer) -> None:
    answer = get(b"/healthz", b"Origin: " + ORIGIN.encode())(request_server.server)
    assert answer.headers["Access-Control-Allow-Origin"] == ORIGIN
