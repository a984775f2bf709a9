"""Nothing of a template, a task or a server becomes markup; nothing of a file is kept."""

import json
import re
from typing import Any

import pytest
from playwright.sync_api import Route, expect

from tests.e2e.console.browser_watch import kept_by
from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.console_page import ConsolePage, text_of
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p, r

IMG = "<img src=x onerror=alert(1)>"
SCRIPT = '"><script>alert(2)</script>'
NAME = f"{IMG}.docx"
TEMPLATE = docx(
    p(r(f"{IMG}【MEETING_TITLE】<b>bold</b>"))
    + p(r(f"{SCRIPT}【NO_SUCH】"))
    + p("【organizer】")
    + p("  【ORGANIZER】")
)
FOREIGN_ELEMENTS = "document.querySelectorAll('img, b, i, iframe, object, embed, body script, svg').length"


def assert_all_is_text(console: ConsolePage) -> None:
    assert console.page.evaluate(FOREIGN_ELEMENTS) == 0
    assert not [request.url for request in console.watch.requests if request.url.endswith("/x")]


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_markup_in_names_texts_and_values_is_shown_as_text(
    open_console: OpenConsole, console_server: GunicornServer, locale: str
) -> None:
    console = open_console(console_server, locale=locale)
    console.inspect(TEMPLATE, NAME)
    expect(console["#template-chosen"]).to_contain_text(NAME)
    console.fill(meeting_title=IMG, organizer=f"{SCRIPT}&amp;")
    console["#copy-curl"].click()
    expect(console["#curl-text"]).to_contain_text(NAME)
    console['input[name="preset"][value="strict"]'].check()
    console.run(4)
    sentence = console['#filled li[data-path="p0"] .sentence']
    expect(sentence).to_have_text(f"{IMG}【MEETING_TITLE】{IMG}<b>bold</b>")
    assert_all_is_text(console)
    name, document = console.download("#download-document")
    assert name.endswith("-filled.docx")
    assert text_of(document).startswith(f"{IMG}{IMG}<b>bold</b>")


def test_markup_in_a_task_is_shown_as_text(console: ConsolePage) -> None:
    console.watch.expects("status of 400")
    console.inspect(TEMPLATE)
    task = {"task_type": "meeting_notice", "payload": {IMG: SCRIPT, "organizer": [IMG]}, SCRIPT: IMG}
    console.import_task(json.dumps(task))
    expect(console["#unknown-keys"]).to_contain_text(IMG)
    console["#run"].click()
    expect(console["#run-message .error"]).to_contain_text("<")
    console.to("json")
    expect(console["#json-faults"]).to_contain_text(IMG)
    console["#task-json"].fill(f"{{{IMG}: 1}}")
    expect(console["#json-faults"]).to_contain_text("“<”")
    console["#task-json"].fill(json.dumps({"task_type": IMG, "payload": {}}))
    console["#run"].click()
    expect(console["#run-message .error"]).to_be_visible()
    assert_all_is_text(console)


def hostile(value: Any) -> Any:
    """The same answer with markup in front of every text of it."""
    if isinstance(value, dict):
        return {key: hostile(item) for key, item in value.items()}
    if isinstance(value, list):
        return [hostile(item) for item in value]
    return f"{IMG}{value}" if isinstance(value, str) else value


def test_markup_from_a_server_is_shown_as_text(
    new_console: OpenConsole, console_server: GunicornServer
) -> None:
    console = new_console(console_server)

    def answer(route: Route) -> None:
        response = route.fetch()
        told = hostile(response.json())
        if "supported_skills" in told:
            told["supported_presets"] = ["quick", "template", "strict", IMG]
        route.fulfill(response=response, json=told)

    console.page.route(re.compile("/v1/(meta|inspect|precheck)$"), answer)
    console.open()
    expect(console["#connection-state"]).to_contain_text(IMG)
    console.choose(TEMPLATE)
    expect(console["#template-fields"]).to_contain_text(IMG)
    console["#skill"].select_option(index=1)
    expect(console["#task-form"]).to_contain_text(IMG)
    expect(console["#options"]).to_contain_text(IMG)
    console["#precheck"].click()
    expect(console["#result"]).to_contain_text(IMG)
    assert_all_is_text(console)


def test_answers_of_another_service_are_recognized(console: ConsolePage) -> None:
    console.watch.expects("status of 502")
    console.page.route(
        re.compile("/v1/inspect$"),
        lambda route: route.fulfill(status=502, content_type="text/html", body=f"<h1>{IMG}</h1>"),
    )
    console.choose(TEMPLATE)
    expect(console.error("unreadable")).to_contain_text("502")
    console.page.route(re.compile("/v1/run$"), lambda route: route.fulfill(body="PK\3\4 cut off"))
    console["#skill"].select_option("meeting_notice")
    console["#run"].click()
    expect(console["#run-message"].locator('[data-error="unreadable"]')).to_be_visible()
    console.expect_ready_again()


def test_no_file_is_ever_kept(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    console.fill(meeting_title="T", organizer="O")
    console["#run"].click()
    expect(console["#history-runs li"]).to_have_count(1)
    kept = dict(kept_by(console.page)["local"])
    (run,) = json.loads(kept["docops.history"])
    assert json.loads(run["task"])["payload"] == {"meeting_title": "T", "organizer": "O"}
    # The values are there again, the file is not.
    console.page.reload()
    expect(console.input("organizer")).to_have_value("O")
    expect(console["#template-chosen"]).to_contain_text("Choose this file again")
    console["#run"].click()
    expect(console['[data-lack="template"]']).to_be_visible()
