"""The states that a clerk's page has, each accessible and no wider than a small window."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.console.clerk import Clerk
from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.page_checks import check_state
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p, tbl, tc, tr
from tests.pictures import png

# Every kind of input, and words that may be fields.
TEMPLATE = docx(
    p(
        "【=标题】，【日期|日期】，【金额|#,##0.00】，【?含税】含税【/含税】，【?级别=一级|二级】重要【/】【=级别】"
    )
    + p("【@公章】与【甲方】【名单|分隔:、】")
    + tbl(tr(tc("品名"), tc("数量")), tr(tc("【#采购项】【=品名】"), tc("【数量|#,##0】【/采购项】")))
    + p("【#议题】")
    + p("【=议题名】【#发言】【=姓名】【/发言】")
    + p("【/议题】")
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A server with the console."""
    server = GunicornServer(tmp_path_factory.mktemp("office"), enable_web_console=1)
    yield server
    server.stop()


def test_no_state_of_a_clerk_has_a_fault(open_console: OpenConsole, office: GunicornServer) -> None:
    clerk = Clerk(open_console(office, developer=False, locale="zh-CN"))
    check_state(clerk.console, "first view")
    clerk.choose(TEMPLATE, "采购.docx")
    clerk.type("金额", "many")
    clerk.type("日期", "2026-05-06")
    clerk.give_picture("公章", png(40, 40))
    clerk.paste(clerk.cell("采购项", 0, "品名"), "一个没有空格的很长的名称" * 8 + "\tx\r\n笔\t3\r\n")
    clerk['[data-key="标题"] .context summary'].click()
    expect(clerk['[data-key="采购项"] .undo']).to_be_visible()
    check_state(clerk.console, "every input, with faults")
    clerk.make()
    check_state(clerk.console, "fields still open")
    clerk.type("标题", "一个没有空格的很长的标题" * 8)
    expect(clerk["#stale"]).to_be_visible()
    check_state(clerk.console, "changed since")
    clerk.console.page.reload()
    expect(clerk["#draft-restored"]).to_be_visible()
    check_state(clerk.console, "draft")
