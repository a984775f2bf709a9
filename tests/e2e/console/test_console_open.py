"""Templates with names of their own: a form of their fields, JSON for the rest, the sample task."""

import json
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.console.console_page import ConsolePage, text_of
from tests.e2e.console.page_checks import TOO_WIDE
from tests.factories import docx, p
from tests.web.forms import api_result, members

TEMPLATE = docx(
    p("甲方：【=甲方】，编号【=合同.编号】，共【金额|#,##0.00】元")
    + p("参会：【参会|分隔:、】")
    + p("备注：【备注|可空】【注意】")
)
UNDECLARED = docx(p("【甲方】与【乙方】【OTHER】"))


@pytest.fixture(name="opened")
def of_its_own_fields(console: ConsolePage) -> ConsolePage:
    console.inspect(TEMPLATE, "合同.docx")
    return console


def task_of(console: ConsolePage) -> Any:
    """The task as a person exports it."""
    return json.loads(console.download("#export-task")[1])


def test_its_own_fields_make_the_form_and_fill_it(opened: ConsolePage) -> None:
    expect(opened["#skill"]).to_have_value("open")
    expect(opened["#skill-suggestion"]).to_have_count(0)
    expect(opened["#task-form > [data-key]"]).to_have_count(5)
    expect(opened["#ready"]).to_contain_text("4 fields still open")
    opened.fill(甲方="青岚局", 参会=["办公室", "财务科"])
    opened["#field-金额"].fill("1234.5")
    opened['[data-key="合同"] [data-column="编号"] textarea'].fill("12")
    expect(opened["#ready"]).to_have_text("Everything is filled in.")
    assert task_of(opened) == {
        "payload": {
            "甲方": "青岚局",
            "金额": "1234.5",
            "参会": ["办公室", "财务科"],
            "合同": {"编号": "12"},
        }
    }
    opened.run()
    name, document = opened.download("#download-document")
    assert name == "合同-filled.docx"
    assert text_of(document) == "甲方：青岚局，编号12，共1,234.50元\n参会：办公室、财务科\n备注：【注意】"
    _, archive = opened.download("#download-zip")
    assert api_result(archive)["effective"]["task_type"] == "open"


def test_problems_of_document_types_alone_are_not_told(opened: ConsolePage) -> None:
    # A hint about a word in brackets, and nothing about names that no document type has.
    expect(opened["#template-report"]).to_contain_text("1 problem")
    expect(opened["#template-report"]).to_contain_text("【注意】 Text in brackets, unless it gets a value")
    opened["#skill"].select_option("meeting_notice")
    expect(opened['#template-problems [data-code="NEEDS_LANGUAGE_2"]'].first).to_contain_text(
        "Document types do not fill this tag"
    )
    expect(opened["#skill-suggestion"]).to_contain_text("The template's own fields")
    opened["#skill-suggestion button"].click()
    expect(opened["#skill"]).to_have_value("open")


def test_the_sample_task_is_added_where_there_is_no_value(opened: ConsolePage) -> None:
    opened.fill(甲方="青岚局")
    opened["#sample-task"].click()
    expect(opened["#field-金额"]).to_have_value("1234.5")
    expect(opened['[data-key="合同"] [data-column="编号"] textarea']).to_have_value("编号")
    payload = task_of(opened)["payload"]
    assert payload["甲方"] == "青岚局"
    assert payload["金额"] == 1234.5
    assert "注意" not in payload
    opened.to("json")
    expect(opened["#sample-task"]).to_be_visible()
    expect(opened["#task-json"]).to_have_value(opened["#task-json"].input_value())
    opened.run()
    opened["#skill"].select_option("meeting_notice")
    expect(opened["#sample-task"]).to_be_hidden()


def test_a_fault_of_the_payload_is_shown_at_its_field_and_in_its_line(opened: ConsolePage) -> None:
    opened.watch.expects("status of 400")
    payload = {"甲方": "A", "金额": "many", "参会": ["B"], "合同": {"编号": "1", "编号号": "2"}}
    opened.type_json(json.dumps({"payload": payload}, ensure_ascii=False, indent=1))
    opened["#run"].click()
    opened.to("form")
    expect(opened["#field-金额-errors"]).to_contain_text("金额: Must be a number")
    expect(opened["#field-合同-errors"]).to_contain_text("合同.编号号: The template has no tag")
    expect(opened["#field-合同-errors"]).to_contain_text("Did you mean 编号?")
    expect(opened["#field-金额"]).to_have_attribute("aria-invalid", "true")
    expect(opened["#field-甲方"]).not_to_have_attribute("aria-invalid", "true")
    opened.to("json")
    lines = task_lines(opened)
    told = opened["#json-faults .fault"].evaluate_all("items => items.map(each => +each.dataset.line)")
    assert ["金额" in lines[number - 1] or "编号号" in lines[number - 1] for number in told] == [True, True]


def task_lines(console: ConsolePage) -> list[str]:
    return console["#task-json"].input_value().splitlines()


def test_a_task_without_a_type_is_imported_as_one(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    console.import_task(json.dumps({"payload": {"甲方": "A", "多余": "x"}}))
    expect(console["#skill"]).to_have_value("open")
    expect(console.input("甲方")).to_have_value("A")
    expect(console["#unknown-keys"]).to_contain_text("多余")
    console["#advanced summary"].click()
    console["#option-allow_unused"].check()
    console.run(exit_code=2)
    _, archive = console.download("#download-zip")
    assert json.loads(members(archive)["out.missing_fields.json"])["unused"][0]["key"] == "多余"


def test_names_that_nothing_declares_can_be_filled_and_stay_text_when_empty(console: ConsolePage) -> None:
    console.inspect(UNDECLARED)
    expect(console["#skill"]).to_have_value("open")
    console["#all-candidates"].click()
    expect(console['[data-key="甲方"]']).to_contain_text("text in brackets as long as it is empty")
    expect(console['[data-blank="甲方"]']).to_be_visible()
    expect(console['[data-blank="OTHER"]']).to_have_count(0)
    expect(console["#template-report"]).to_contain_text("2 problems")
    console.fill(甲方="A", OTHER="B")
    console.run()
    assert text_of(console.download("#download-document")[1]) == "A与【乙方】B"


def test_without_a_template_it_asks_for_one(console: ConsolePage) -> None:
    console["#start-without-template"].click()
    console["#skill"].select_option("open")
    expect(console["#form-empty"]).to_contain_text("Choose a template")
    console.inspect(docx(p("text")))
    expect(console["#form-empty"]).to_contain_text("The template has no fields")


def test_all_of_it_is_in_chinese_too(opened: ConsolePage) -> None:
    opened.language("zh")
    expect(opened["#skill option:checked"]).to_have_text("按模板自身的字段")
    expect(opened["#sample-task"]).to_have_text("填入示例")
    expect(opened['[data-candidate="注意"]']).to_be_visible()
    opened['[data-candidate="注意"]'].click()
    expect(opened['[data-key="注意"]']).to_contain_text("不填则只是括号里的文字")


@pytest.mark.parametrize("width", [1200, 360])
def test_the_example_of_a_picture_does_not_make_the_page_wider(console: ConsolePage, width: int) -> None:
    console.page.set_viewport_size({"width": width, "height": 900})
    console.inspect(docx(p("【@公章 40mm】【甲方|可空】")))
    expect(console["#field-公章"]).to_be_visible()
    assert console.page.evaluate(TOO_WIDE) == []
