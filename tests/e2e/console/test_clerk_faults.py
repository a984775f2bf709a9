"""Faults of the server as a clerk meets them: said in words, in both languages, with a button that helps."""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.console.clerk import Clerk
from tests.e2e.console.conftest import OpenConsole
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p

TEMPLATE = docx(p("【=甲方】"))


class Fault(NamedTuple):
    """An answer of the service, and what the page says of it."""

    status: int
    code: str
    detail: dict[str, Any]
    english: str
    chinese: str
    button: str


FAULTS = (
    Fault(503, "INSUFFICIENT_STORAGE", {"reason": "full"}, "disk is full", "磁盘已满", "立即重试"),
    Fault(503, "INSUFFICIENT_STORAGE", {"reason": "read_only"}, "cannot write", "无法写入磁盘", "立即重试"),
    Fault(503, "NOT_READY", {}, "The server is restarting", "正在重启", "立即重试"),
    Fault(429, "TOO_MANY_REQUESTS", {"max_concurrency": 1}, "The server is busy", "服务器正忙", "立即重试"),
    Fault(401, "UNAUTHORIZED", {}, "password is wrong", "密码不正确", "输入用户名和密码"),
    Fault(500, "RENDERER_CRASHED", {}, "crashed", "崩溃", "重试"),
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A server with the console."""
    server = GunicornServer(tmp_path_factory.mktemp("office"), enable_web_console=1)
    yield server
    server.stop()


@pytest.fixture
def clerk(open_console: OpenConsole, office: GunicornServer) -> Clerk:
    """A clerk who has filled in the form."""
    made = Clerk(open_console(office, developer=False))
    made.choose(TEMPLATE, "a.docx")
    made.type("甲方", "A")
    return made


def test_a_missing_folder_is_said_and_one_button_goes_on(clerk: Clerk, office: GunicornServer) -> None:
    clerk.console.watch.expects("status of 503")
    moved = office.work_folder.with_name("moved")
    office.work_folder.rename(moved)
    try:
        clerk["#run"].click()
        panel = clerk["#run-message .error"]
        expect(panel).to_contain_text("The folder in which the server works is missing.")
        clerk.console.language("zh")
        expect(panel).to_contain_text("服务器的工作文件夹不存在。")
    finally:
        moved.rename(office.work_folder)
    panel.locator(".retry-now").click()
    expect(clerk["#verdict"]).to_have_text("可以使用")
    # Attempts that failed give way to the document in the list.
    expect(clerk["#history-runs > li"]).to_have_count(1)


def answering(fault: Fault) -> Callable[[Route], None]:
    """Answers requests as the service does in this case."""

    def answer(route: Route) -> None:
        told = {"error_code": fault.code, "message": "x", "detail": fault.detail, "request_id": "1"}
        # Those after which the page tries again by itself.
        headers = {"Retry-After": "100"} if fault.button == "立即重试" else {}
        route.fulfill(status=fault.status, json=told, headers=headers)

    return answer


def test_each_fault_is_said_rightly_in_both_languages(clerk: Clerk) -> None:
    clerk.console.watch.expects("status of (4|5)")
    panel = clerk["#run-message .error"]
    for fault in FAULTS:
        clerk.console.page.route("**/v1/run", answering(fault))
        clerk.console.language("en")
        clerk["#run"].click()
        expect(panel).to_contain_text(fault.english)
        expect(panel).to_contain_text("Your inputs are still here")
        clerk.console.language("zh")
        expect(panel).to_contain_text(fault.chinese)
        expect(panel.get_by_role("button", name=fault.button, exact=True)).to_be_visible()
        expect(clerk.field("甲方")).to_have_value("A")
        clerk.console.page.unroute("**/v1/run")
