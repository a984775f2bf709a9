"""Step 2: a form made from the skill's schema and the template's fields, and JSON, are one task."""

import json
from pathlib import Path

from playwright.sync_api import expect

from tests.e2e.console.console_page import ConsolePage
from tests.factories import docx, p

TEMPLATE = docx(p("【MEETING_TITLE】 【ATTENDEES】") + p("【SOMETHING_ELSE】"))
TASK = """{
    "payload": {
        "attendees": ["Ann", "Bo \\u4f1a"],   "meeting_title": "a \\"quoted\\"\\ntitle"
    },
    "task_type": "meeting_notice"
}"""


def json_of(console: ConsolePage) -> str:
    console.to("json")
    return console["#task-json"].input_value()


def test_the_form_is_made_from_the_schema_and_the_template(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    title = console['[data-key="meeting_title"]']
    expect(title.locator("label").first).to_have_text("Meeting required")
    expect(console.input("meeting_title")).to_have_attribute("aria-required", "true")
    expect(console.input("meeting_title")).to_have_attribute(
        "placeholder", "e.g. 2026年政务数据共享工作推进会"
    )
    expect(console["#task-form .required"]).to_have_count(1)
    # Asked for by the document type, not by this template.
    unused = console['[data-key="organizer"]']
    expect(unused).to_contain_text("not used by this template")
    expect(console.input("organizer")).not_to_have_attribute("aria-required", "true")
    # Asked for by the template, not by this document type.
    expect(console["#unknown-fields"]).to_contain_text("【SOMETHING_ELSE】 paragraph 2")
    # Every input has its name for those who do not see it.
    expect(console.page.get_by_label("Meeting required")).to_be_visible()
    participants = console.page.get_by_role("group", name="Participants")
    expect(participants.get_by_role("textbox", name="Entry 1")).to_be_visible()


def test_a_list_has_rows_to_add_and_remove(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    console.fill(attendees=["Ann", "Bo", "Cai"])
    rows = console['[data-key="attendees"] textarea']
    console['[data-key="attendees"]'].get_by_role("button", name="Remove entry 2").click()
    expect(rows).to_have_count(2)
    expect(rows.nth(1)).to_be_focused()
    console.page.keyboard.press("End")
    console.page.keyboard.press("Enter")
    expect(rows).to_have_count(3)
    console.page.keyboard.type("Dee")
    assert json.loads(json_of(console))["payload"]["attendees"] == ["Ann", "Cai", "Dee"]


def test_form_and_json_show_the_same_task(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    console.type_json(TASK)
    console.to("form")
    expect(console.input("meeting_title")).to_have_value('a "quoted"\ntitle')
    expect(console['[data-key="attendees"] textarea']).to_have_count(2)
    # Back and forth without a change nothing is lost, not even a blank.
    assert json_of(console) == TASK
    console.to("form")
    console.fill(meeting_title="new")
    # A change touches its own value alone.
    assert json_of(console) == TASK.replace('"a \\"quoted\\"\\ntitle"', '"new"')


def test_keys_that_the_form_cannot_show_are_kept(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    payload = '{"attendees": [1, {"a": null}], "strange": true}'
    console.type_json(f'{{"task_type": "meeting_notice",\n "payload": {payload},\n "x": 1}}')
    console.to("form")
    expect(console['[data-key="attendees"]']).to_contain_text("The JSON has a value of another type here")
    expect(console["#unknown-keys"]).to_contain_text("strange")
    console.fill(meeting_title="T")
    assert json.loads(json_of(console)) == {
        "task_type": "meeting_notice",
        "payload": {"attendees": [1, {"a": None}], "strange": True, "meeting_title": "T"},
        "x": 1,
    }
    console.to("form")
    for name in ("Remove strange", "Remove x"):
        console["#unknown-keys"].get_by_role("button", name=name).click()
    expect(console["#unknown-keys"]).to_have_count(0)


def test_a_json_error_is_shown_at_its_line_and_nothing_is_sent(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    faulty = '{\n  "task_type": "meeting_notice",\n  "payload": {"meeting_title": “x”}\n}'
    console.type_json(faulty)
    fault = console["#json-faults .fault"]
    expect(fault).to_have_attribute("data-line", "3")
    expect(fault).to_contain_text("Line 3, column 32 ““” is a full-width or curly character")
    expect(console[".gutter mark"]).to_have_text("3")
    fault.get_by_role("button").click()
    expect(console["#task-json"]).to_be_focused()
    selected = console.page.evaluate("document.querySelector('#task-json').selectionStart")
    assert selected == faulty.index("“")
    console.to("form")
    expect(console["#form-unreadable"]).to_contain_text("line 3")
    asked = len(console.watch.requests)
    console["#run"].click()
    expect(console['[data-lack="json"]']).to_be_visible()
    expect(console["#task-json"]).to_be_focused()
    assert [request.url for request in console.watch.requests[asked:] if "/v1/" in request.url] == []


def test_an_error_found_by_the_server_is_shown_at_the_input_and_at_the_line(console: ConsolePage) -> None:
    console.watch.expects("status of 400")
    console.inspect(TEMPLATE)
    console.type_json('{"task_type": "meeting_notice",\n "payload": {\n  "attendees": ["a", "\\u0001"]}}')
    console["#run"].click()
    expect(console.error("INVALID_ARGUMENT")).to_be_visible()
    expect(console["#json-faults .fault"]).to_have_attribute("data-line", "3")
    console.to("form")
    wrong = console['[data-key="attendees"] textarea'].nth(1)
    expect(wrong).to_have_attribute("aria-invalid", "true")
    wrong.fill("b")
    expect(wrong).not_to_have_attribute("aria-invalid", "true")
    console.fill(meeting_title="T")
    console.run()


def test_a_task_is_imported_and_exported(console: ConsolePage, samples: Path) -> None:
    console.inspect(samples / "meeting_notice.docx")
    task = (samples / "meeting_notice.task.json").read_text("utf-8")
    console.import_task(task)
    expect(console.input("organizer")).to_have_value("青岚市数据资源管理局")
    name, exported = console.download("#export-task")
    assert (name, exported.decode()) == ("task.json", task)
    console.run()


def test_an_imported_task_of_another_type_turns_the_form_to_it(console: ConsolePage, samples: Path) -> None:
    console.inspect(TEMPLATE)
    console.import_task((samples / "inspection_record.task.json").read_bytes())
    expect(console["#skill"]).to_have_value("inspection_record")
    expect(console.input("inspector")).not_to_have_value("")
    expect(console["#skill-suggestion"]).to_be_visible()


def test_a_file_that_is_not_text_is_refused_and_the_task_is_kept(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    console.fill(meeting_title="kept")
    console.import_task(b"\xff\xfe\x00")
    expect(console.error("import")).to_be_visible()
    expect(console.input("meeting_title")).to_have_value("kept")


def test_each_document_type_keeps_its_values(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    console.fill(meeting_title="kept", attendees=["Ann"])
    console["#skill"].select_option("training_notice")
    # What both types know goes along.
    expect(console.input("attendees")).to_have_value("Ann")
    console.fill(trainer="T")
    console["#skill"].select_option("meeting_notice")
    expect(console.input("meeting_title")).to_have_value("kept")
    console["#skill"].select_option("training_notice")
    expect(console.input("trainer")).to_have_value("T")


def test_a_task_can_be_filled_in_before_a_template_is_chosen(console: ConsolePage) -> None:
    console["#start-without-template"].click()
    expect(console["#form-empty"]).to_be_visible()
    console["#skill"].select_option("meeting_notice")
    console.fill(meeting_title="T")
    expect(console["#ready"]).to_have_text("Choose a template first.")
    console["#run"].click()
    expect(console["#template-file"]).to_be_focused()
    console.inspect(docx(p("【MEETING_TITLE】")))
    console.run()
