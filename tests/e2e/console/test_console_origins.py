"""The API on another origin, with and without the two settings, and the page's messages."""

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.conftest import require
from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.console_page import ConsolePage, text_of
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p
from tests.web.forms import members

TEMPLATE = docx(p("【MEETING_TITLE】"))
USER, PASSWORD = "bo", "p:a ss'word"


def origin(server: GunicornServer) -> str:
    return f"http://127.0.0.1:{server.port}"


@pytest.fixture(scope="module")
def closed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """No CORS; its own page has no DOCOPS_WEB_CONNECT_SRC."""
    server = GunicornServer(tmp_path_factory.mktemp("closed"), enable_web_console=1)
    yield server
    server.stop()


@pytest.fixture(scope="module")
def open_api(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """CORS for every origin, and Basic auth."""
    server = GunicornServer(
        tmp_path_factory.mktemp("open"), enable_cors=1, web_basic_auth=f"{USER}:{PASSWORD}"
    )
    yield server
    server.stop()


@pytest.fixture(scope="module")
def page_server(
    tmp_path_factory: pytest.TempPathFactory, closed: GunicornServer, open_api: GunicornServer
) -> Iterator[GunicornServer]:
    """A server whose page may call both others."""
    server = GunicornServer(
        tmp_path_factory.mktemp("page"),
        enable_web_console=1,
        web_connect_src=f"{origin(closed)},{origin(open_api)}",
    )
    yield server
    server.stop()


@pytest.fixture
def console_for(open_console: OpenConsole) -> Callable[..., ConsolePage]:
    """Open a server's console and turn it to another API."""

    def make(server: GunicornServer, api: str, user: str = "", password: str = "") -> ConsolePage:
        console = open_console(server, http_credentials=None)
        console.watch.may_ask(api)
        console["#connection summary"].click()
        console["#api-base"].fill(f"{api}/")
        console["#api-user"].fill(user)
        console["#api-password"].fill(password)
        console["#load-meta"].click()
        return console

    return make


def test_without_connect_src_the_page_names_the_setting(
    console_for: Callable[..., ConsolePage], closed: GunicornServer, open_api: GunicornServer
) -> None:
    api = origin(open_api)
    console = console_for(closed, api)
    console.watch.expects("CSP violation: connect-src")
    console.watch.expects("violates the .*Content Security Policy")
    panel = console.error("connect_src")
    expect(panel).to_contain_text(f"This page is not allowed to call {api}: it is missing from connect-src.")
    expect(panel).to_contain_text(f"DOCOPS_WEB_CONNECT_SRC={api}")
    expect(console["#connection-state"]).to_have_attribute("data-state", "bad")


def test_without_cors_the_page_names_the_setting(
    console_for: Callable[..., ConsolePage], closed: GunicornServer, page_server: GunicornServer
) -> None:
    api = origin(closed)
    console = console_for(page_server, api)
    console.watch.expects("blocked by CORS policy")
    console.watch.expects("ERR_FAILED")
    panel = console.error("cors")
    expect(panel).to_contain_text(f"{api} can be reached, but does not allow this page to read its answers")
    expect(panel).to_contain_text("DOCOPS_ENABLE_CORS=1")
    expect(panel).to_contain_text(f"DOCOPS_CORS_ALLOW_ORIGINS={origin(page_server)}")


def test_the_same_error_is_shown_when_a_template_is_sent(
    console_for: Callable[..., ConsolePage], closed: GunicornServer, page_server: GunicornServer
) -> None:
    console = console_for(page_server, origin(closed))
    console.watch.expects("blocked by CORS policy")
    console.watch.expects("ERR_FAILED")
    console.choose(TEMPLATE)
    expect(console["#template-report"].locator('[data-error="cors"]')).to_be_visible()


def test_with_both_settings_everything_works_with_credentials(
    console_for: Callable[..., ConsolePage],
    open_api: GunicornServer,
    page_server: GunicornServer,
    tmp_path: Path,
) -> None:
    require(shutil.which("curl") is not None, "curl is not installed (Debian: curl)")
    console = console_for(page_server, origin(open_api), USER, PASSWORD)
    expect(console["#connection-state"]).to_have_attribute("data-state", "good")
    console.inspect(TEMPLATE)
    console.fill(meeting_title="from another origin")
    console.precheck()
    console.run()
    _, document = console.download("#download-document")
    assert text_of(document) == "from another origin"
    # The whole way was over there.
    asked = {request.url for request in console.watch.requests if "/v1/run" in request.url}
    assert asked == {f"{origin(open_api)}/v1/run"}

    console["#copy-curl"].click()
    command = console["#curl-text"].inner_text()
    assert '-u "$DOCOPS_USER"' in command
    assert PASSWORD not in console.page.content() + command
    expect(console["#curl .hint"]).to_contain_text("DOCOPS_USER")
    (tmp_path / "notice.docx").write_bytes(TEMPLATE)
    environ = {"PATH": os.environ["PATH"], "DOCOPS_USER": f"{USER}:{PASSWORD}"}
    subprocess.run(["bash"], input=command.encode(), cwd=tmp_path, env=environ, check=True, timeout=60)
    assert text_of(members((tmp_path / "docops_outputs.zip").read_bytes())["out.docx"]) == text_of(document)


def test_the_address_is_kept_and_the_password_is_not(
    console_for: Callable[..., ConsolePage], open_api: GunicornServer, page_server: GunicornServer
) -> None:
    console = console_for(page_server, origin(open_api), USER, PASSWORD)
    expect(console["#connection-state"]).to_have_attribute("data-state", "good")
    assert PASSWORD not in str(console.page.evaluate("[Object.entries(localStorage), document.cookie]"))
    console.watch.expects("status of 401")
    console.page.reload()
    expect(console.error("UNAUTHORIZED")).to_contain_text("The user or the password is wrong")
    expect(console["#api-base"]).to_have_value(origin(open_api))
    expect(console["#api-password"]).to_have_value("")
    expect(console["#api-user"]).to_have_value("")
    # A wrong one is refused in words, the right one opens.
    console["#api-user"].fill(USER)
    console["#api-password"].fill("wrong")
    console["#load-meta"].click()
    expect(console.error("UNAUTHORIZED")).to_be_visible()
    console["#api-password"].fill(PASSWORD)
    console["#load-meta"].click()
    expect(console["#connection-state"]).to_have_attribute("data-state", "good")
    expect(console["#connection-error"]).to_be_empty()


def test_an_invalid_address_is_reported_at_its_input_and_empty_means_this_server(
    console_for: Callable[..., ConsolePage], closed: GunicornServer
) -> None:
    console = console_for(closed, "not an address")
    expect(console["#api-base-error"]).to_contain_text("This is not a valid address.")
    expect(console["#api-base"]).to_be_focused()
    console["#api-base"].fill("")
    console["#load-meta"].click()
    expect(console["#connection-state"]).to_have_text(re.compile("^Connected"))
    expect(console["#api-base-error"]).to_be_empty()
