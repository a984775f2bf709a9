"""Every state of the console, in both languages, light and dark, against WCAG 2.2 AA; and small windows."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.console_page import ConsolePage
from tests.e2e.console.page_checks import AXE, THEMES, check_axe, check_widths
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p, tbl, tc, tr
from tests.web.forms import members

TROUBLED = docx(
    p("【MEETING_TITLE】, 【meeting_title】 and 【NOBODY_KNOWS】")
    + p("  【ORGANIZER】 invites 【ATTENDEES】")
    + tbl(tr(tc("【MEETING_TIME】"), tc("x")))
)
SOUND = docx(p("【MEETING_TITLE】"))


def walk(console: ConsolePage, check: Callable[[str], None]) -> None:
    """Lead ``console`` through its states; ``check`` is called in each with its name."""
    check("first view")
    console["#connection summary"].click()
    console["#starters summary"].click()
    check("connection and starters open")
    console["#connection summary"].click()
    console["#starters summary"].click()
    console.watch.expects("status of 415")
    console.choose(b"no docx", "notice.doc")
    expect(console.error("INVALID_MEDIA_TYPE")).to_be_visible()
    check("not a Word file")
    console.inspect(TROUBLED)
    expect(console["#unknown-fields"]).to_be_visible()
    check("form, problems")
    through_json(console, check)
    console["#advanced summary"].click()
    console['input[name="preset"][value="custom"]'].check()
    check("own settings")
    console['input[name="preset"][value="quick"]'].check()
    through_results(console, check)


def through_json(console: ConsolePage, check: Callable[[str], None]) -> None:
    console.type_json('{\n  "task_type": "meeting_notice",\n  "payload": {,}\n}')
    expect(console["#json-faults .fault"]).to_be_visible()
    check("JSON with a fault")
    console.to("form")
    expect(console["#form-unreadable"]).to_be_visible()
    check("form that cannot be shown")
    console.type_json(
        '{"task_type": "meeting_notice", "payload": {"attendees": 7, "strange": "x"}, "more": 1}'
    )
    console.to("form")
    expect(console["#unknown-keys"]).to_be_visible()
    check("form with unknown keys")
    console.watch.expects("status of 400")
    console["#run"].click()
    expect(console.error("INVALID_ARGUMENT")).to_be_visible()
    check("refused task")
    console.type_json('{"task_type": "meeting_notice", "payload": {}}')
    console.to("form")


def through_results(console: ConsolePage, check: Callable[[str], None]) -> None:
    console.inspect(SOUND)
    console.precheck(2)
    check("precheck")
    console.run(2)
    check("fields missing")
    console.inspect(TROUBLED)
    console.fill(meeting_title="A", meeting_time="B", organizer="C")
    console.run(3)
    check("placeholders unfillable")
    console['input[name="preset"][value="strict"]'].check()
    console["#copy-curl"].click()
    console.run(4)
    console["#facts summary"].click()
    check("format failed, timings, curl, last runs")
    console['input[name="preset"][value="quick"]'].check()
    console.inspect(SOUND)
    console.run()
    check("done")


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_no_state_has_an_accessibility_violation(
    open_console: OpenConsole, console_server: GunicornServer, locale: str
) -> None:
    console = open_console(console_server, locale=locale)
    walk(console, lambda state: check_axe(console, state))


def test_no_state_is_wider_than_a_small_window(
    open_console: OpenConsole, console_server: GunicornServer
) -> None:
    """At 360 px, and in a window of 1280 px at 200 %, in both languages."""
    console = open_console(console_server, device_scale_factor=2)

    walk(console, lambda state: check_widths(console, state))


@pytest.mark.parametrize("scheme", THEMES)
def test_the_format_report_is_accessible_and_has_the_console_s_look(
    open_console: OpenConsole, console_server: GunicornServer, scheme: str
) -> None:
    console = open_console(console_server, color_scheme=scheme)
    console.inspect(TROUBLED)
    console.fill(meeting_title="A", meeting_time="B", organizer="C")
    console['input[name="preset"][value="strict"]'].check()
    console.run(4)
    _, archive = console.download("#download-zip")
    report = console.page.context.new_page()
    report.set_content(members(archive)["out.format_report.html"].decode())
    results = Axe().run(report, options=AXE)
    assert results.violations_count == 0, results.generate_report()
    for selector in ("body", "h1", ".verdict"):
        looks = [page.evaluate(LOOK, selector) for page in (console.page, report)]
        assert looks[0] == looks[1], selector


LOOK = """(selector) => {
  const { color, backgroundColor, fontFamily } = getComputedStyle(document.querySelector(selector));
  return [color, backgroundColor, fontFamily];
}"""
