"""Chromium, a server with the console and Basic auth, and pages that are watched to their end."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, HttpCredentials, Page, expect, sync_playwright

from tests.conftest import require
from tests.e2e.console.browser_watch import BrowserWatch
from tests.e2e.console.console_page import ConsolePage
from tests.e2e.gunicorn_server import GunicornServer

USER, PASSWORD = "anna", "not-to-be-seen"
CREDENTIALS: HttpCredentials = {"username": USER, "password": PASSWORD}
# Nothing waits so long on a quiet machine; the suite also runs on busy ones.
TIMEOUT_MS = 60_000

OpenConsole = Callable[..., ConsolePage]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Debian's Chromium; Playwright's own download is not needed."""
    program = shutil.which("chromium")
    require(program is not None, "Chromium is not installed (Debian: chromium)")
    expect.set_options(timeout=TIMEOUT_MS)
    with sync_playwright() as playwright:
        # Chromium refuses to sandbox itself when root starts it, as in most containers.
        chromium = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture(scope="module")
def console_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A server with the console, behind Basic auth."""
    server = GunicornServer(
        tmp_path_factory.mktemp("console"), enable_web_console=1, web_basic_auth=f"{USER}:{PASSWORD}"
    )
    yield server
    server.stop()


@pytest.fixture
def new_console(browser: Browser) -> Iterator[OpenConsole]:
    """Make consoles that are not open yet; at the end each must have stayed without complaint."""
    made: list[tuple[BrowserWatch, Page]] = []

    def make(server: GunicornServer, **options: Any) -> ConsolePage:
        context = browser.new_context(
            **{"http_credentials": CREDENTIALS, "locale": "en-US", "reduced_motion": "reduce"} | options
        )
        context.set_default_timeout(TIMEOUT_MS)
        context.grant_permissions(["clipboard-read", "clipboard-write"])
        watch = BrowserWatch(context)
        page = context.new_page()
        made.append((watch, page))
        return ConsolePage(page, watch, f"http://127.0.0.1:{server.port}")

    yield make
    for watch, page in made:
        watch.check(page)
        page.context.close()


@pytest.fixture
def open_console(new_console: OpenConsole) -> OpenConsole:
    """Open consoles, each in a browser profile of its own; by default with what is for developers."""

    def open_one(server: GunicornServer, *, developer: bool = True, **options: Any) -> ConsolePage:
        console = new_console(server, **options)
        console.open(developer=developer)
        return console

    return open_one


@pytest.fixture
def console(open_console: OpenConsole, console_server: GunicornServer) -> ConsolePage:
    """The console of the module's server, just opened, in English."""
    return open_console(console_server)


@pytest.fixture(scope="session")
def samples() -> Path:
    """The project's sample templates and tasks."""
    from tests.conftest import ROOT

    return ROOT / "samples"


@pytest.fixture
def console_url(console_server: GunicornServer) -> str:
    """The address of the console."""
    return f"http://127.0.0.1:{console_server.port}/web"


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """An empty page for tests of single modules."""
    context = browser.new_context(http_credentials=CREDENTIALS, locale="en-US")
    context.set_default_timeout(TIMEOUT_MS)
    watch = BrowserWatch(context)
    yield context.new_page()
    context.close()
    assert watch.complaints == []
