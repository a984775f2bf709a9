"""The first view: its headers, its weight over the wire, its guard."""

import pytest
from playwright.sync_api import Browser

from tests.e2e.console.conftest import CREDENTIALS, OpenConsole
from tests.e2e.gunicorn_server import GunicornServer

FIRST_VIEW_BYTES = 80_000


def test_every_answer_of_the_console_has_the_headers(
    new_console: OpenConsole, console_server: GunicornServer
) -> None:
    console = new_console(console_server)
    console.open()
    own = [request for request in console.watch.requests if "/web" in request.url]
    assert len(own) > 5
    for request in own:
        response = request.response()
        assert response is not None
        headers = response.headers
        policy = headers["content-security-policy"].split("; ")
        assert {"require-trusted-types-for 'script'", "trusted-types 'none'"} <= set(policy)
        assert {"script-src 'self'", "style-src 'self'", "frame-ancestors 'none'"} <= set(policy)
        assert headers["cache-control"] == "no-store, max-age=0"
        assert headers["x-content-type-options"] == "nosniff"
    # The browser enforces it: a string becomes no markup.
    refused = console.page.evaluate(
        "() => { try { document.body.innerHTML = '<b></b>'; } catch (error) { return error.name; } }"
    )
    console.watch.expects("TrustedHTML")
    console.watch.expects("CSP violation: require-trusted-types-for")
    assert refused == "TypeError"


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_the_first_view_is_under_80_kb_over_the_wire(
    new_console: OpenConsole, console_server: GunicornServer, locale: str
) -> None:
    console = new_console(console_server, locale=locale)
    console.open()
    console.page.wait_for_load_state("networkidle")
    sizes = [request.sizes() for request in console.watch.requests]
    total = sum(size["responseBodySize"] + size["responseHeadersSize"] for size in sizes)
    assert any("/v1/meta" in request.url for request in console.watch.requests)
    assert 10_000 < total < FIRST_VIEW_BYTES


def test_without_the_user_the_page_is_not_shown(browser: Browser, console_url: str) -> None:
    context = browser.new_context(http_credentials={**CREDENTIALS, "password": "wrong"})
    response = context.request.get(console_url)
    assert response.status == 401
    assert response.headers["x-frame-options"] == "DENY"
    context.close()
