"""Data kept between visits: settings and the last documents; drafts are in test_clerk_typing."""

import json
import re

import pytest
from playwright.sync_api import expect

from tests.e2e.console.browser_watch import kept_by
from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.console_page import ConsolePage
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p

TEMPLATE = docx(p("【MEETING_TITLE】"))
SECRET = "words that stay in the document"
GROUND = "getComputedStyle(document.body).backgroundColor"
LIGHT, DARK = "rgb(244, 243, 239)", "rgb(21, 24, 28)"


def kept(console: ConsolePage) -> str:
    return json.dumps(kept_by(console.page), ensure_ascii=False)


def run_once(console: ConsolePage) -> None:
    console.inspect(TEMPLATE, "secret-name.docx")
    console.fill(meeting_title=SECRET)
    console.run()


def test_the_last_documents_are_listed(console: ConsolePage) -> None:
    run_once(console)
    request_id = console["#result-details .request-id code"].inner_text()
    run = console["#history-runs li"]
    expect(run).to_have_count(1)
    expect(run).to_contain_text(f"{SECRET} · secret-name.docx Ready")
    expect(run).to_contain_text(re.compile(r"\d ms|\d\.\d s"))
    expect(run.locator("code")).to_have_text(request_id[:8])
    assert request_id in kept(console)
    console.page.reload()
    expect(run).to_have_count(1)
    run.get_by_role("button", name="Copy the request id").click()
    expect(run).to_contain_text("Copied")
    assert console.page.evaluate("navigator.clipboard.readText()") == request_id


KEEP_RUN = """(ms) => localStorage.setItem("docops.history", JSON.stringify([
  { time: "2026-03-18T14:30:00Z", skill: "meeting_notice", template: "", verdict: null,
    errorCode: "", requestId: "", ms },
  { time: "2026-03-17T14:30:00Z", skill: "meeting_notice", exitCode: 0, errorCode: "", requestId: "", ms: 1 }
]))"""


@pytest.mark.parametrize(
    ("ms", "english", "chinese"),
    [(60, "60 ms", "60 毫秒"), (999, "999 ms", "999 毫秒"), (1540, "1.5 s", "1.5 秒")],
)
def test_a_run_below_a_second_is_listed_with_its_milliseconds(
    console: ConsolePage, ms: int, english: str, chinese: str
) -> None:
    console.page.evaluate(KEEP_RUN, ms)
    console.page.reload()
    run = console["#history-runs li > .soft"]
    expect(run).to_have_count(1)
    expect(run).to_have_text(english)
    console.language("zh")
    expect(run).to_have_text(chinese)


def test_ten_runs_are_kept_refused_ones_too(console: ConsolePage) -> None:
    console.watch.expects("status of 400")
    console.inspect(TEMPLATE)
    runs = console["#history-runs li"]
    for number in range(1, 11):
        console.type_json(f'{{"task_type": "meeting_notice", "payload": {{"strange": {number}}}}}')
        console["#run"].click()
        expect(runs).to_have_count(number)
        console.expect_ready_again()
    expect(runs.first).to_contain_text("INVALID_ARGUMENT")
    console.type_json('{"task_type": "meeting_notice", "payload": {}}')
    console.run(2)
    expect(runs.first).to_contain_text("1 field still open")
    expect(runs).to_have_count(10)
    console.precheck(2)
    expect(runs.first).to_contain_text("1 field still open")
    expect(runs.nth(1)).to_contain_text("INVALID_ARGUMENT")


def test_one_button_forgets_everything(console: ConsolePage) -> None:
    console.language("zh")
    console["#theme"].select_option("dark")
    console.inspect(TEMPLATE)
    console['input[name="preset"][value="strict"]'].check()
    console.to("json")
    console["#run"].click()
    expect(console["#history-runs li"]).to_have_count(1)
    console.expect_ready_again()
    console["#forget"].click()
    expect(console["html"]).to_have_attribute("lang", "en")
    expect(console["#history-runs"]).to_have_count(0)
    expect(console["#live"]).to_contain_text("Drafts, list and settings were deleted.")
    expect(console["#keep-drafts"]).to_be_checked()
    assert kept_by(console.page)["local"] == []
    console.page.reload()
    expect(console["#connection-state"]).to_have_attribute("data-state", "good")
    expect(console["#theme"]).to_have_value("auto")
    assert console.page.evaluate(GROUND) == LIGHT
    assert kept_by(console.page)["local"] == []


def test_settings_are_remembered(console: ConsolePage) -> None:
    console.language("zh")
    console["#theme"].select_option("dark")
    console.inspect(TEMPLATE)
    console["#advanced summary"].click()
    console['input[name="preset"][value="custom"]'].check()
    console["#option-format_mode"].select_option("off")
    console["#option-format_report"].select_option("human")
    console["#option-export_suggested_policy"].check()
    console.to("json")
    console.page.reload()
    console.inspect(TEMPLATE)
    expect(console["html"]).to_have_attribute("lang", "zh-CN")
    assert console.page.evaluate(GROUND) == DARK
    expect(console['input[name="preset"][value="custom"]']).to_be_checked()
    expect(console["#option-format_mode"]).to_have_value("off")
    expect(console["#option-format_report"]).to_have_value("human")
    expect(console["#option-export_suggested_policy"]).to_be_checked()
    expect(console["#task-json"]).to_be_visible()


@pytest.mark.parametrize(
    ("locale", "language", "run"),
    [
        ("en-GB", "en", "Make document"),
        ("zh-CN", "zh-CN", "生成文档"),
        ("zh-TW", "zh-CN", "生成文档"),
        ("fr-FR", "en", "Make document"),
    ],
)
def test_the_language_is_the_browser_s(
    open_console: OpenConsole, console_server: GunicornServer, locale: str, language: str, run: str
) -> None:
    console = open_console(console_server, locale=locale)
    expect(console["html"]).to_have_attribute("lang", language)
    console.inspect(TEMPLATE)
    expect(console["#run"]).to_have_text(run)


def test_the_switch_changes_the_language_of_everything_and_loses_nothing(console: ConsolePage) -> None:
    run_once(console)
    console["#copy-curl"].click()
    console.language("zh")
    expect(console.page).to_have_title("DocOps：填写并检查 Word 文档")
    expect(console["#verdict"]).to_have_text("可以使用")
    expect(console['[data-key="meeting_title"] label']).to_have_text(re.compile("会议.*必填"))
    expect(console["#filled .place"]).to_have_text("第 1 段")
    expect(console.input("meeting_title")).to_have_value(SECRET)
    expect(console["#history-runs li"]).to_contain_text("可以使用")
    expect(console["#language"]).to_be_focused()
    console.fill(meeting_title="又一次")
    console.run()
    expect(console["#filled ins"]).to_have_text("又一次")
    # No sentence is missing: what is missing shows its key.
    keys = re.findall(r"\b[a-z]+(?:_[a-zA-Z0-9]+)+\b", console["body"].inner_text())
    assert {key for key in keys if key not in {"meeting_notice"}} <= {"task_type"}


@pytest.mark.parametrize(("scheme", "ground"), [("light", LIGHT), ("dark", DARK)])
def test_light_and_dark_are_the_system_s_until_the_switch_says_otherwise(
    open_console: OpenConsole, console_server: GunicornServer, scheme: str, ground: str
) -> None:
    console = open_console(console_server, color_scheme=scheme)
    assert console.page.evaluate(GROUND) == ground
    other = {"light": "dark", "dark": "light"}[scheme]
    console["#theme"].select_option(other)
    assert console.page.evaluate(GROUND) != ground
    console.page.reload()
    expect(console["#theme"]).to_have_value(other)
    assert console.page.evaluate(GROUND) != ground
    console["#theme"].select_option("auto")
    assert console.page.evaluate(GROUND) == ground
