"""DOCOPS_TRUSTED_PROXIES: how much of the X-Forwarded-* headers is believed."""

from collections.abc import Callable

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from tests.web.conftest import LogLines
from tests.web.forms import form

DIRECT = ("127.0.0.1", "http://localhost/")


def told(client: FlaskClient, **headers: str) -> tuple[str, str]:
    """The client address and the request URL that the app uses."""
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return tuple(client.get("/origin", headers=names).get_json())


@pytest.fixture
def ask(make_app: Callable[..., Flask]) -> Callable[..., tuple[str, str]]:
    """Ask an app that trusts ``depth`` proxies."""

    def ask_app(depth: int, **headers: str) -> tuple[str, str]:
        app = make_app(trusted_proxies=depth)
        app.get("/origin")(lambda: [request.remote_addr, request.url_root])
        return told(app.test_client(), **headers)

    return ask_app


@pytest.mark.parametrize(
    ("depth", "forwarded_for", "believed"),
    [
        (0, "192.0.2.7", "127.0.0.1"),
        (1, None, "127.0.0.1"),
        (1, "192.0.2.7", "192.0.2.7"),
        # What a client wrote itself stands before what the proxies added.
        (1, "9.9.9.9, 192.0.2.7", "192.0.2.7"),
        (2, "192.0.2.7, 10.0.0.1", "192.0.2.7"),
        (2, "9.9.9.9, 192.0.2.7, 10.0.0.1", "192.0.2.7"),
        # One value fewer than proxies: somebody went around one of them.
        (2, "9.9.9.9", "127.0.0.1"),
    ],
)
def test_the_client_address_is_the_one_seen_by_the_outermost_trusted_proxy(
    ask: Callable[..., tuple[str, str]], depth: int, forwarded_for: str | None, believed: str
) -> None:
    headers = {} if forwarded_for is None else {"X_Forwarded_For": forwarded_for}
    assert ask(depth, **headers) == (believed, DIRECT[1])


@pytest.mark.parametrize(
    ("depth", "url"), [(0, "http://localhost/"), (1, "https://docs.example:8443/"), (2, "http://localhost/")]
)
def test_scheme_host_and_port_follow_the_same_rule(
    ask: Callable[..., tuple[str, str]], depth: int, url: str
) -> None:
    claims = {
        "X_Forwarded_Proto": "https",
        "X_Forwarded_Host": "docs.example",
        "X_Forwarded_Port": "8443",
    }
    assert ask(depth, **claims) == (DIRECT[0], url)


def test_the_header_of_rfc_7239_is_ignored(ask: Callable[..., tuple[str, str]]) -> None:
    assert ask(1, Forwarded="for=9.9.9.9;host=evil.example") == DIRECT


@pytest.mark.parametrize(
    ("depth", "prefix", "url"),
    [
        (0, "/docs", "http://localhost/"),
        (1, "/docs", "http://localhost/docs/"),
        (1, "/docs/", "http://localhost/docs/"),
        (1, "/office/docs", "http://localhost/office/docs/"),
        (1, "", "http://localhost/"),
        (1, "/", "http://localhost/"),
    ],
)
def test_a_prefix_follows_the_same_rule(
    ask: Callable[..., tuple[str, str]], depth: int, prefix: str, url: str
) -> None:
    assert ask(depth, X_Forwarded_Prefix=prefix) == (DIRECT[0], url)


@pytest.mark.parametrize(
    "prefix",
    ["//evil.example", "/\\evil.example", "evil", "/a//b", "/a b", "/<script>", "/a?b", "https://e.x"],
)
def test_a_prefix_that_is_not_a_plain_path_is_ignored(
    ask: Callable[..., tuple[str, str]], prefix: str
) -> None:
    assert ask(1, X_Forwarded_Prefix=prefix) == DIRECT


def test_under_a_prefix_the_console_requests_files_and_api_below_it(
    make_client: Callable[..., FlaskClient],
) -> None:
    client = make_client(trusted_proxies=1, enable_web_console=True)
    page = client.get("/web", headers={"X-Forwarded-Prefix": "/docs"}).get_data(as_text=True)
    assert 'data-api-base="/docs"' in page
    assert 'src="/docs/web/static/js/main.js"' in page
    assert 'href="/web/' not in page


@pytest.mark.parametrize(("depth", "client"), [(0, "127.0.0.1"), (1, "192.0.2.7")])
def test_every_line_of_the_log_names_the_client(
    make_client: Callable[..., FlaskClient], log: LogLines, depth: int, client: str
) -> None:
    caller = make_client(trusted_proxies=depth)
    headers = {"X-Forwarded-For": "192.0.2.7"}
    caller.post("/v1/run", data=form(), headers=headers)
    caller.post("/v1/run", data=form(preset="fast"), headers=headers)
    caller.get("/nope", headers=headers)
    assert log.events == ["start", "done", "start", "error", "error"]
    assert {line["client"] for line in log.lines} == {client}
