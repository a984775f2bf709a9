"""Step 1: the template is inspected at once, and its fields are listed with their places."""

import io

import docx as python_docx
import pytest
from playwright.sync_api import expect

from tests.e2e.console.console_page import DOCX, ConsolePage
from tests.factories import docx, p, tbl, tc, tr
from tests.web.forms import task

TEMPLATE = docx(
    p("【MEETING_TITLE】") + tbl(tr(tc("When"), tc("【MEETING_TIME】"))) + p("【MEETING_TITLE】"),
    stories={"header1": p("【ORGANIZER】")},
)
DROP = """([name, type, content]) => {
  const transfer = new DataTransfer();
  transfer.items.add(new File([new Uint8Array(content)], name, { type }));
  return transfer;
}"""


def drop(console: ConsolePage, where: str, name: str, content: bytes, media_type: str = DOCX) -> None:
    transfer = console.page.evaluate_handle(DROP, [name, media_type, list(content)])
    for event in ("dragover", "drop"):
        console[where].dispatch_event(event, {"dataTransfer": transfer})


def test_a_chosen_template_shows_its_fields_and_where_they_stand(console: ConsolePage) -> None:
    expect(console["#step-content"]).to_be_hidden()
    console.inspect(TEMPLATE, "my notice.docx")
    expect(console["#template-chosen"]).to_contain_text("my notice.docx")
    expect(console[".report-summary"]).to_have_text("3 fields No problems")
    title = console['#template-fields [data-field="MEETING_TITLE"]']
    expect(title).to_contain_text("【MEETING_TITLE】 Meeting")
    expect(title.locator(".place")).to_have_text("paragraph 1; paragraph 2")
    time = console['#template-fields [data-field="MEETING_TIME"]']
    expect(time.locator(".place")).to_have_text("table 1, row 1, column 2")
    organizer = console['#template-fields [data-field="ORGANIZER"]']
    expect(organizer.locator(".place")).to_have_text("header 1, paragraph 1")
    expect(console["#skill"]).to_have_value("meeting_notice")


def test_problems_are_described_with_place_and_suggestion(console: ConsolePage) -> None:
    console.inspect(docx(p("【MEETING_TITLE】") + p("【meeting time】") + p("【ORGANIZER") + p("【NOBODY】")))
    malformed = console['#template-problems [data-code="kind_malformed"]']
    expect(malformed).to_contain_text(
        "【meeting time】 Cannot be filled: a field name consists of capital letters, digits and _."
    )
    expect(malformed).to_contain_text("paragraph 2")
    expect(malformed).to_contain_text("Did you mean: 【MEETING_TIME】")
    unclosed = console['#template-problems [data-code="kind_unclosed"]']
    expect(unclosed).to_contain_text("The closing bracket 】 is missing. paragraph 3")
    expect(console['#template-problems [data-code="UNKNOWN_FIELD"]']).to_contain_text("【NOBODY】")


def test_a_template_can_be_dropped_anywhere(console: ConsolePage) -> None:
    drop(console, "#bottom", "dropped.docx", TEMPLATE)
    expect(console[".report-summary"]).to_contain_text("3 fields")
    expect(console["#template-chosen"]).to_contain_text("dropped.docx")


def test_a_task_can_be_dropped_too(console: ConsolePage) -> None:
    drop(console, ".drop-zone", "notice.docx", TEMPLATE)
    expect(console["#task-form"]).to_be_visible()
    drop(console, "#step-run", "task.json", task({"meeting_title": "周例会"}), "application/json")
    expect(console.input("meeting_title")).to_have_value("周例会")
    expect(console["#template-chosen"]).to_contain_text("notice.docx")


def test_another_template_replaces_the_report_and_keeps_the_values(console: ConsolePage) -> None:
    console.inspect(TEMPLATE)
    console.fill(meeting_title="kept")
    console.inspect(docx(p("【MEETING_TITLE】")), "other.docx")
    expect(console[".report-summary"]).to_contain_text("1 field")
    expect(console.input("meeting_title")).to_have_value("kept")


@pytest.mark.parametrize(
    ("name", "content", "code", "status", "english", "chinese"),
    [
        ("notes.doc", b"x", "INVALID_MEDIA_TYPE", 415, "This is plain text: open it", "这是纯文本："),
        ("notes.docx", b"%PDF-1.7", "INVALID_MEDIA_TYPE", 415, "This is a PDF: send", "这是 PDF 文件："),
        (
            "notes.docx",
            b"PK\3\4 and no more",
            "INVALID_TEMPLATE",
            400,
            "This file is cut off",
            "该文件不完整",
        ),
    ],
)
def test_a_file_that_is_not_a_template_is_refused_with_advice(
    console: ConsolePage, name: str, content: bytes, code: str, status: int, english: str, chinese: str
) -> None:
    console.watch.expects(f"status of {status}")
    console.choose(content, name)
    panel = console.error(code)
    expect(panel).to_contain_text(english)
    # To send the same again would not help.
    expect(panel.locator(".retry-now")).to_have_count(0)
    console.language("zh")
    expect(panel).to_contain_text(chinese)
    expect(panel.locator("[lang=en]")).to_have_count(0)
    console.language("en")
    # A better one may follow at once.
    console.inspect(TEMPLATE)
    expect(panel).to_have_count(0)


@pytest.mark.parametrize(
    ("skill", "language", "placeholder"),
    [("meeting_notice", "zh", "【MEETING_TITLE】"), ("inspection_record", "en", "【INSPECTOR】")],
)
def test_a_starter_template_can_be_downloaded_and_used(
    console: ConsolePage, skill: str, language: str, placeholder: str
) -> None:
    console["#starters summary"].click()
    name, content = console.download(f'[data-starter="{skill}.{language}"]')
    assert name == f"{skill}_{language}.docx"
    console.inspect(content, name)
    expect(console["#template-fields"]).to_contain_text(placeholder)
    expect(console["#skill"]).to_have_value(skill)
    expect(console[".report-summary"]).to_contain_text("No problems")


def test_organisation_and_date_go_into_a_starter_template(console: ConsolePage) -> None:
    console["#starters summary"].click()
    console["#starter-organ"].fill("市政府办公室")
    console["#starter-date"].fill("2026年3月10日")
    _, content = console.download('[data-starter="meeting_notice.zh"]')
    document = python_docx.Document(io.BytesIO(content))
    assert document.sections[0].first_page_header.paragraphs[0].text == "市政府办公室"
    assert document.paragraphs[-1].text == "2026年3月10日"
