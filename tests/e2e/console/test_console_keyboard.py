"""The keyboard alone, from choosing a file to the finished document."""

import re

from playwright.sync_api import expect

from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.console_page import DOCX, ConsolePage, content_of, text_of
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p

TEMPLATE = docx(p("【MEETING_TITLE】: 【ATTENDEES】") + p("【ORGANIZER】"))


def test_from_the_template_to_the_result(console: ConsolePage) -> None:
    page, keyboard = console.page, console.page.keyboard
    # Playwright does not wait until the browser hands choosers over; a key pressed at once opens a real one.
    with page.expect_file_chooser() as chooser:
        console.tab_to("#template-file")
        keyboard.press("Space")
    chooser.value.set_files({"name": "notice.docx", "mimeType": DOCX, "buffer": TEMPLATE})
    expect(console["#task-form"]).to_be_visible()
    console.tab_to("#field-meeting_title")
    keyboard.type("Title")
    console.tab_to('[data-key="attendees"] textarea')
    keyboard.type("Ann")
    keyboard.press("Enter")
    keyboard.type("Bo")
    console.tab_to('input[name="preset"]')
    keyboard.press("ArrowDown")
    expect(console['input[name="preset"][value="template"]']).to_be_checked()
    console.tab_to("#run")
    keyboard.press("Enter")
    console.expect_result("run", 2)
    # The focus goes to the verdict, and from there to what is missing.
    expect(console["#verdict"]).to_be_focused()
    console.tab_to(".go-to-input")
    keyboard.press("Enter")
    expect(console["#field-organizer"]).to_be_focused()
    keyboard.type("Office")
    console.tab_to("#run")
    keyboard.press("Space")
    console.expect_result("run", 0)
    expect(console["#verdict"]).to_be_focused()
    console.tab_to("#download-document")
    with page.expect_download() as caught:
        keyboard.press("Enter")
    _, document = content_of(caught.value)
    assert text_of(document) == "Title: Ann, Bo\nOffice"


def test_the_first_tab_stop_skips_to_the_content(
    open_console: OpenConsole, console_server: GunicornServer
) -> None:
    console = open_console(console_server, developer=False)
    console.page.keyboard.press("Tab")
    expect(console["#skip"]).to_be_focused()
    expect(console["#skip"]).to_be_in_viewport()
    console.page.keyboard.press("Enter")
    console.page.keyboard.press("Tab")
    expect(console["#template-file"]).to_be_focused()


def test_views_switches_and_json_work_from_the_keyboard(console: ConsolePage) -> None:
    keyboard = console.page.keyboard
    console.inspect(TEMPLATE)
    console.tab_to('input[name="view"]')
    keyboard.press("ArrowRight")
    expect(console["#task-json"]).to_be_visible()
    # Tab leaves the editor; it is no trap.
    console.tab_to("#task-json")
    keyboard.type("x")
    expect(console["#json-faults .fault"]).to_be_visible()
    console.tab_to(".fault button")
    keyboard.press("Enter")
    expect(console["#task-json"]).to_be_focused()
    console.tab_to("#forget")
    keyboard.press("Enter")
    expect(console["#forget"]).to_be_focused()


def test_changes_are_announced_to_screen_readers(console: ConsolePage) -> None:
    live = console["#live"]
    expect(live).to_contain_text("Connected")
    console.inspect(TEMPLATE)
    expect(live).to_have_text("The template has 3 fields.")
    console.run(2)
    expect(live).to_contain_text("still open")
    expect(console["#result"]).to_have_attribute("aria-labelledby", "verdict")
    expect(console["#connection-state"]).to_have_attribute("role", "status")
    expect(console.page.get_by_role("region", name=re.compile("Template"))).to_be_visible()
