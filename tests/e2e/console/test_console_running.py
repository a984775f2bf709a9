"""Step 3 while it runs: progress, elapsed time, cancelling, trying again; the button is never stuck."""

import os
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.console.conftest import PASSWORD, USER, OpenConsole
from tests.e2e.console.console_page import ConsolePage
from tests.e2e.gunicorn_server import GunicornServer, eventually
from tests.factories import docx, p
from tests.optional import not_none

TEMPLATE = docx(p("【MEETING_TITLE】"))
MIB = 1024 * 1024
NETWORK = {"offline": False, "latency": 0, "downloadThroughput": -1}
SETTINGS: dict[str, Any] = {
    "enable_web_console": 1,
    "web_basic_auth": f"{USER}:{PASSWORD}",
    "max_concurrency": 1,
}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[list[GunicornServer]]:
    """One place each; the first refuses at once when it is taken, the second lets wait."""
    folder = tmp_path_factory.mktemp("running")
    both = [
        GunicornServer(folder / "refuses", **SETTINGS),
        GunicornServer(folder / "lets_wait", queue_timeout_seconds=300, **SETTINGS),
    ]
    yield both
    for server in both:
        server.stop()


@pytest.fixture
def ready(open_console: OpenConsole) -> Callable[[GunicornServer], ConsolePage]:
    """Open a server's console and fill the form."""

    def make(server: GunicornServer) -> ConsolePage:
        console = open_console(server)
        console.inspect(TEMPLATE)
        console.fill(meeting_title="T")
        return console

    return make


@pytest.fixture
def take_the_place() -> Iterator[Callable[[GunicornServer], Callable[[], None]]]:
    """Take a server's only place with a frozen job; what is returned gives it back."""
    frozen = []

    def take(server: GunicornServer) -> Callable[[], None]:
        answer, renderer = server.frozen_job()
        frozen.append((answer, renderer))

        def give_back() -> None:
            frozen.clear()
            renderer.kill()
            assert answer.result(60).status == 500

        return give_back

    yield take
    for answer, renderer in frozen:
        renderer.kill()
        answer.result(60)


def test_state_and_elapsed_time_are_shown_until_the_result(
    servers: list[GunicornServer],
    ready: Callable[[GunicornServer], ConsolePage],
    take_the_place: Callable[[GunicornServer], Callable[[], None]],
) -> None:
    console = ready(servers[1])
    give_back = take_the_place(servers[1])
    console["#run"].click()
    expect(console["#run"]).to_be_disabled()
    expect(console["#run"]).to_have_text("Making the document…")
    expect(console["#precheck"]).to_be_disabled()
    expect(console["#progress-words"]).to_have_text("The server is processing the job…")
    expect(console["#elapsed"]).to_have_text(re.compile(r"^[1-9]\d* s$"))
    # Nothing else is blocked meanwhile.
    console.fill(meeting_title="typed meanwhile")
    give_back()
    console.expect_result("run", 0)
    expect(console["#filled ins"]).to_have_text("T")
    expect(console["#stale"]).to_be_visible()


@pytest.mark.parametrize("kind", ["run", "precheck"])
def test_a_job_can_be_cancelled_and_restarted(
    servers: list[GunicornServer],
    ready: Callable[[GunicornServer], ConsolePage],
    take_the_place: Callable[[GunicornServer], Callable[[], None]],
    kind: str,
) -> None:
    console = ready(servers[1])
    give_back = take_the_place(servers[1])
    console[f"#{kind}"].click()
    expect(console["#cancel"]).to_be_focused()
    console["#cancel"].click()
    expect(console["#cancelled"]).to_have_text("Cancelled. Nothing was changed.")
    console.expect_ready_again()
    expect(console.input("meeting_title")).to_have_value("T")
    give_back()
    console[f"#{kind}"].click()
    console.expect_result(kind, 0)
    expect(console["#cancelled"]).to_have_count(0)


def test_a_job_refused_by_a_busy_server_is_retried_after_retry_after(
    servers: list[GunicornServer],
    ready: Callable[[GunicornServer], ConsolePage],
    take_the_place: Callable[[GunicornServer], Callable[[], None]],
) -> None:
    console = ready(servers[0])
    console.watch.expects("status of 429")
    give_back = take_the_place(servers[0])
    with console.page.expect_response(re.compile("/v1/run$")) as refused:
        console["#run"].click()
    seconds = refused.value.headers["retry-after"]
    panel = console.error("TOO_MANY_REQUESTS")
    expect(panel).to_contain_text("The server is busy.")
    expect(panel.locator(".countdown")).to_have_text(re.compile(rf"^Trying again in [1-{seconds}] s\.$"))
    console.expect_ready_again()
    give_back()
    console.expect_result("run", 0)
    expect(panel).to_have_count(0)


def test_a_retry_can_be_started_at_once_or_cancelled(
    servers: list[GunicornServer],
    ready: Callable[[GunicornServer], ConsolePage],
    take_the_place: Callable[[GunicornServer], Callable[[], None]],
) -> None:
    console = ready(servers[0])
    console.watch.expects("status of 429")
    give_back = take_the_place(servers[0])
    console["#precheck"].click()
    panel = console.error("TOO_MANY_REQUESTS")
    panel.get_by_role("button", name="Stop trying").click()
    expect(panel.locator(".countdown")).to_have_count(0)
    console.expect_ready_again()
    give_back()
    panel.get_by_role("button", name="Try again").click()
    console.expect_result("precheck", 0)


def test_a_refused_inspection_is_retried_too(
    servers: list[GunicornServer],
    open_console: OpenConsole,
    take_the_place: Callable[[GunicornServer], Callable[[], None]],
) -> None:
    console = open_console(servers[0])
    console.watch.expects("status of 429")
    give_back = take_the_place(servers[0])
    console.choose(TEMPLATE)
    expect(console["#template-report"].locator(".countdown")).to_be_visible()
    give_back()
    expect(console[".report-summary"]).to_contain_text("1 field")


def test_an_upload_of_24_mib_shows_its_progress_and_blocks_nothing(
    servers: list[GunicornServer], open_console: OpenConsole, tmp_path: Path
) -> None:
    path = tmp_path / "large.docx"
    path.write_bytes(TEMPLATE)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_STORED) as archive:
        archive.writestr("word/media/noise.png", os.urandom(24 * MIB))
    console = open_console(servers[0])
    console.inspect(path)
    expect(console["#template-chosen"]).to_contain_text("24.0 MB")
    # It is sent when it is inspected, checked or run, and not on typing.
    console.fill(meeting_title="typed before")
    assert [request.url for request in console.watch.requests if request.method == "POST"] == [
        f"{console.origin}/v1/inspect"
    ]
    network = console.page.context.new_cdp_session(console.page)
    network.send("Network.enable")
    network.send("Network.emulateNetworkConditions", {**NETWORK, "uploadThroughput": 4 * MIB})
    console["#run"].click()
    expect(console["#progress-words"]).to_have_text(re.compile(r"^Sending… [1-9]\d? %$"))
    console.fill(meeting_title="typed while it is sent")
    assert 0 < float(not_none(console["#progress-bar"].get_attribute("value"))) < 1
    console["#cancel"].click()
    expect(console["#cancelled"]).to_be_visible()
    network.send("Network.emulateNetworkConditions", {**NETWORK, "uploadThroughput": -1})
    # The request that was cut off has given its place back.
    eventually(lambda: servers[0].renderers() == [])
    console.run()
    expect(console["#filled ins"]).to_have_text("typed while it is sent")


def test_being_offline_is_reported_and_keeps_the_form(
    servers: list[GunicornServer], ready: Callable[[GunicornServer], ConsolePage]
) -> None:
    console = ready(servers[0])
    console.watch.expects("ERR_INTERNET_DISCONNECTED")
    expect(console["#many-details"]).to_be_visible()
    console.page.context.set_offline(True)
    console["#run"].click()
    panel = console.error("offline")
    expect(panel).to_contain_text("This computer is offline.")
    console.expect_ready_again()
    console.page.context.set_offline(False)
    panel.get_by_role("button", name="Try again").click()
    console.expect_result("run", 0)
    expect(console["#filled ins"]).to_have_text("T")


def test_lazily_loaded_parts_can_be_reloaded_after_being_offline(
    servers: list[GunicornServer], open_console: OpenConsole
) -> None:
    # The precheck may still have the one slot when the job comes.
    console = open_console(servers[1])
    console.watch.expects("ERR_INTERNET_DISCONNECTED")
    console.watch.expects("Failed to fetch dynamically imported module")
    console.page.context.set_offline(True)
    console.choose(TEMPLATE)
    expect(console.error("part").first).to_be_visible()
    console.page.context.set_offline(False)
    console.inspect(TEMPLATE)
    console.fill(meeting_title="T")
    console.run()


def test_a_server_that_disappears_during_a_job_is_reported(
    tmp_path: Path, ready: Callable[[GunicornServer], ConsolePage]
) -> None:
    server = GunicornServer(tmp_path, queue_timeout_seconds=300, **SETTINGS)
    console = ready(server)
    console.watch.expects("ERR_(CONNECTION|EMPTY|SOCKET)_")
    answer, renderer = server.frozen_job()
    console["#run"].click()
    expect(console["#progress-words"]).to_have_text("The server is processing the job…")
    for process in (*server.workers(), renderer):
        process.kill()
    server.process.kill()
    expect(console.error("unreachable")).to_contain_text(f"The server {console.origin} cannot be reached")
    console.expect_ready_again()
    assert isinstance(answer.exception(60), OSError)
    server.stop()


def test_the_error_for_a_job_that_takes_too_long_names_the_limit(
    tmp_path: Path, open_console: OpenConsole
) -> None:
    server = GunicornServer(tmp_path, request_timeout_seconds=0.001, **SETTINGS)
    console = open_console(server)
    console.watch.expects("status of 408")
    console.choose(TEMPLATE)
    panel = console["#template-report"].locator('[data-error="REQUEST_TIMEOUT"]')
    expect(panel).to_contain_text("Processing the document took too long.")
    # Without its fields the template can still be filled.
    console["#skill"].select_option("meeting_notice")
    console.fill(meeting_title="T")
    console["#run"].click()
    panel = console["#run-message"].locator('[data-error="REQUEST_TIMEOUT"]')
    expect(panel).to_contain_text("The limit is 0.001 s.")
    expect(panel.locator(".request-id code")).to_have_text(re.compile("^[0-9a-f]{32}$"))
    console.expect_ready_again()
    server.stop()
