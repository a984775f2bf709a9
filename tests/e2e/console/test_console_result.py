"""From a template to a finished, checked document, and how the page shows it."""

import io
import json
import re
import zipfile
from typing import Any

from playwright.sync_api import expect

from tests.e2e.console.console_page import ConsolePage, text_of
from tests.factories import DECLARATION, docx, p, r, tbl, tc, tr

DURATION = re.compile(r"^(\d+ ms|\d+\.\d s)$")
NOTICE = docx(p("Title: 【MEETING_TITLE】, led by 【ORGANIZER】.") + p("Present: 【ATTENDEES】"))
TITLE, ORGANIZER, ATTENDEES = "Yearly meeting", "Office 7", ["Ann & Bo", "Cai"]


def fill(console: ConsolePage, **changes: Any) -> None:
    console.fill(**{"meeting_title": TITLE, "organizer": ORGANIZER, "attendees": ATTENDEES} | changes)


def test_from_the_template_to_the_finished_document(console: ConsolePage) -> None:
    console.inspect(NOTICE)
    fill(console)
    expect(console["#ready"]).to_have_text("Everything is filled in.")
    console.precheck()
    expect(console["#verdict"]).to_have_text("Checked: Ready")
    console.run()
    expect(console["#verdict"]).to_have_text("Ready")
    expect(console["#verdict"]).to_be_focused()
    expect(console["#result .verdict p"].first).to_contain_text("3 of 3 places filled in.")

    name, document = console.download("#download-document")
    assert name == "notice-filled.docx"
    assert text_of(document) == f"Title: {TITLE}, led by {ORGANIZER}.\nPresent: Ann & Bo, Cai"

    name, archive = console.download("#download-zip")
    assert name == "notice-docops.zip"
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        assert opened.testzip() is None
        assert opened.read("out.docx") == document
        result = json.loads(opened.read("api_result.json"))
    assert result["exit_code"] == 0
    expect(console["#result-details .request-id code"]).to_have_text(result["request_id"])


def test_every_value_is_shown_in_its_sentence_with_the_change_marked(console: ConsolePage) -> None:
    console.inspect(NOTICE)
    fill(console)
    console.run()
    sentences = console["#filled .sentence"]
    expect(sentences).to_have_text(
        [
            f"Title: 【MEETING_TITLE】{TITLE}, led by 【ORGANIZER】{ORGANIZER}.",
            "Present: 【ATTENDEES】Ann & Bo, Cai",
        ]
    )
    expect(sentences.first.locator("del")).to_have_text(["【MEETING_TITLE】", "【ORGANIZER】"])
    expect(sentences.first.locator("ins")).to_have_text([TITLE, ORGANIZER])
    expect(console["#filled .place"]).to_have_text(["paragraph 1", "paragraph 2"])


def test_a_missing_field_leads_to_its_input(console: ConsolePage) -> None:
    console.inspect(NOTICE)
    fill(console, organizer="")
    expect(console["#ready"]).to_contain_text("1 field still open: ")
    console.precheck(2)
    console.run(2)
    expect(console["#verdict"]).to_have_text("1 field still open")
    missing = console['#missing [data-field="ORGANIZER"]']
    expect(missing).to_contain_text("required")
    missing.get_by_role("button", name="Fill in").click()
    expect(console.input("organizer")).to_be_focused()
    console.page.keyboard.type(ORGANIZER)
    expect(console["#stale"]).to_be_visible()
    console.run()
    expect(console["#missing"]).to_have_count(0)


def test_a_missing_field_leads_from_json_to_its_input(console: ConsolePage) -> None:
    console.inspect(NOTICE)
    fill(console, organizer="")
    console.to("json")
    console.run(2)
    console["#missing .go-to-input"].first.click()
    expect(console.input("organizer")).to_be_focused()


def test_an_optional_field_without_a_value_is_named_and_keeps_its_placeholder(console: ConsolePage) -> None:
    console.inspect(NOTICE)
    fill(console, attendees=[])
    console.run()
    expect(console['#missing [data-field="ATTENDEES"]']).to_be_visible()
    _, document = console.download("#download-document")
    assert text_of(document).endswith("Present: 【ATTENDEES】")


# Every element of the result whose text or ground has one of the page's colours for "good".
GREEN = """(panel) => {
    const probe = document.body.appendChild(document.createElement("i"));
    const colours = ["--good", "--good-ground"].map((name) => {
        probe.style.color = `var(${name})`;
        return getComputedStyle(probe).color;
    });
    probe.remove();
    return [panel, ...panel.querySelectorAll("*")].filter((each) => {
        const { color, backgroundColor, borderBlockStartColor } = getComputedStyle(each);
        return colours.some((colour) => [color, backgroundColor, borderBlockStartColor].includes(colour));
    }).length;
}"""


def test_what_is_left_in_the_document_is_said_and_nothing_is_green(console: ConsolePage) -> None:
    console.inspect(NOTICE)
    fill(console, attendees=[])
    console.precheck()
    expect(console["#verdict"]).to_have_text("Checked: 1 field still open")
    expect(console["#result .verdict"]).to_have_attribute("data-tone", "warn")
    console.run()
    expect(console["#verdict"]).to_have_text("1 field still open")
    expect(console["#result .verdict"]).to_have_attribute("data-tone", "warn")
    expect(console["#result .verdict p"].first).to_contain_text(
        "2 places filled in; 1 place keeps its brackets."
    )
    expect(console["#history-runs .chip"]).to_have_text("1 field still open")
    expect(console["#history-runs .chip"]).to_have_attribute("data-tone", "warn")
    assert console["#result"].evaluate(GREEN) == 0
    console.language("zh")
    expect(console["#verdict"]).to_have_text("还有 1 处未填")
    expect(console["#result .verdict p"].first).to_contain_text("文档中已填 2 处，还有 1 处保留括号。")
    expect(console["#history-runs .chip"]).to_have_text("还有 1 处未填")
    fill(console)
    console["#run"].click()
    expect(console["#verdict"]).to_have_text("可以使用")
    assert console["#result"].evaluate(GREEN) > 0


def test_a_slip_in_a_name_is_shown_from_both_sides_and_other_brackets_are_named(console: ConsolePage) -> None:
    console.inspect(docx(p("【MEETING_TITEL】【ORGANIZER】") + p("【甲方】")))
    console.fill(meeting_title=TITLE, organizer=ORGANIZER)
    console.run()
    missing = console['#missing [data-field="MEETING_TITEL"]']
    expect(missing).to_contain_text("Did you mean: 【MEETING_TITLE】")
    expect(console['#unused [data-key="meeting_title"]']).to_contain_text(
        "The template has: 【MEETING_TITEL】"
    )
    expect(console["#undeclared"]).to_contain_text("【甲方】")


def test_bracketed_words_left_as_text_are_named_in_the_verdict(console: ConsolePage) -> None:
    console.inspect(docx(p("【ORGANIZER】【甲方】【乙方】")))
    console.fill(organizer=ORGANIZER)
    console.precheck()
    expect(console["#verdict"]).to_have_text("Checked: Ready, 2 words in brackets were left as text")
    console.run()
    expect(console["#verdict"]).to_have_text("Ready, 2 words in brackets were left as text")
    expect(console["#undeclared"]).to_contain_text("【甲方】 【乙方】")
    console.language("zh")
    expect(console["#verdict"]).to_have_text("可以使用，有 2 处括号文字保持原样")
    expect(console["#result .verdict"]).to_have_attribute("data-tone", "warn")


def test_a_file_inside_that_cannot_be_searched_is_warned_of(console: ConsolePage) -> None:
    console.inspect(docx(p("【ORGANIZER】"), extra={"word/embeddings/a.pdf": b"%PDF-1.7 packed"}))
    listed = console['#template-problems [data-code="NOT_SEARCHED_UNREADABLE"]']
    expect(listed).to_contain_text("was not searched for places to fill in")
    console.fill(organizer=ORGANIZER)
    console.precheck()
    warning = console['#result [data-warning="NOT_SEARCHED_UNREADABLE"]']
    expect(warning).to_contain_text("word/embeddings/a.pdf")
    expect(console["#verdict"]).to_contain_text("1 file inside the document could not be read")
    console.run()
    expect(console["#verdict"]).to_have_text("Ready, but 1 file inside the document could not be read")
    expect(console["#result .verdict"]).to_have_attribute("data-tone", "warn")
    expect(warning).to_contain_text("was not searched for places to fill in")
    expect(warning).to_contain_text("word/embeddings/a.pdf")


def test_a_placeholder_that_nothing_fills_is_shown_with_its_part(console: ConsolePage) -> None:
    part = f"{DECLARATION}<title>【MEETING_TITLE】</title>".encode()
    console.inspect(docx(p("【ORGANIZER】"), extra={"docProps/core.xml": part}))
    listed = console["#template-problems li"]
    expect(listed).to_have_attribute("data-code", "kind_unaccounted")
    expect(listed).to_contain_text("At a place that is not filled")
    console.fill(organizer=ORGANIZER)
    console.run(3)
    expect(console["#unsupported li .place"]).to_have_text("document properties")
    expect(console["#result .verdict p"].first).to_contain_text(
        "1 place filled in; 1 place keeps its brackets."
    )
    assert console["#result"].evaluate(GREEN) == 0


def test_an_optional_field_can_be_left_empty_in_the_document(console: ConsolePage) -> None:
    console.inspect(NOTICE)
    fill(console, attendees=[])
    console['[data-blank="attendees"]'].check()
    console.run()
    expect(console["#filled"]).to_contain_text("(left empty)")
    _, document = console.download("#download-document")
    assert text_of(document).endswith("Present: ")


def test_placeholders_that_cannot_be_filled_are_listed_with_suggestions(console: ConsolePage) -> None:
    console.inspect(docx(p("【MEETING_TITLE】") + p("By 【organizer】")))
    console.fill(meeting_title=TITLE)
    console.precheck(3)
    expect(console["#unsupported"]).to_contain_text("【ORGANIZER】")
    console.run(3)
    expect(console["#verdict"]).to_have_text("1 place to correct in the template")
    item = console["#unsupported li"]
    expect(item).to_contain_text("【organizer】")
    expect(item).to_contain_text("Did you mean: 【ORGANIZER】")
    expect(item.locator(".place")).to_have_text("paragraph 2")
    _, document = console.download("#download-document")
    assert text_of(document) == f"{TITLE}\nBy 【organizer】"


def test_a_failed_format_check_says_what_to_do_with_expected_beside_actual(console: ConsolePage) -> None:
    console.inspect(docx(p("【MEETING_TITLE】") + tbl(tr(tc("a cell")))))
    console.fill(meeting_title="\tindented by hand")
    console['input[name="preset"][value="strict"]'].check()
    console.run(4)
    expect(console["#verdict"]).to_have_text(re.compile("The format does not meet the rules"))
    # First what the verdict is about.
    assert console.page.evaluate(
        "document.querySelector('#format').compareDocumentPosition(document.querySelector('#filled'))"
        " & Node.DOCUMENT_POSITION_FOLLOWING"
    )
    table = console['[data-group="template"] tr[data-code="TABLE_FORBIDDEN"]']
    expect(table.locator("th, td")).to_have_text(
        [
            "Table",
            "no table",
            "table",
            "table 1",
            "Write its contents as paragraphs. "
            "If your office allows tables, choose its policy for the check. "
            "Not fixed automatically: tables, numbers and blanks are content, which is never changed.",
        ]
    )
    expect(console["#format-title"]).to_contain_text("error")


def test_fixed_issues_are_a_separate_group(console: ConsolePage) -> None:
    slip = p("  【MEETING_TITLE】", properties='<w:spacing w:line="240"/>')
    console.inspect(docx(slip))
    console.fill(meeting_title=TITLE)
    console['input[name="preset"][value="strict"]'].check()
    console["#run"].click()
    fixed = console['[data-group="fixed"]']
    expect(fixed).to_contain_text("Fixed automatically")
    expect(fixed.locator("tbody tr").first).to_be_visible()
    expect(console["#result .verdict"]).to_contain_text(re.compile(r"format issues? (was|were) fixed"))
    # What was not fixed says why, in the page's language.
    left = console['[data-group="note"] tr[data-code="FIRST_LINE_INDENT_MISMATCH"]']
    expect(left).to_contain_text("Not fixed automatically: the document does not set it")


def test_values_that_cannot_be_seen_are_a_group_in_the_language_of_the_page(console: ConsolePage) -> None:
    exact = '<w:spacing w:line="60" w:lineRule="exact"/>'
    justified = '<w:jc w:val="both"/>'
    large = r("【MEETING_TITLE】", '<w:sz w:val="32"/>')
    console.inspect(docx(p(large, properties=exact) + p("【ORGANIZER】", properties=justified)))
    console.fill(meeting_title=TITLE, organizer="First line\nSecond line")
    console.run()
    console.language("zh")
    group = console['[data-group="layout"]']
    expect(group.locator('[data-code="VALUE_NOT_VISIBLE"]')).to_contain_text("内容显示不全")
    expect(group.locator('[data-code="JUSTIFIED_LINE_BREAK"]')).to_contain_text("请把该段改为左对齐")
    expect(group).to_contain_text("请在文档中查看")
    expect(group.locator('[lang="en"]')).to_have_count(0)
    expect(group).not_to_contain_text("未设置")


def test_request_id_and_timings(console: ConsolePage) -> None:
    console.inspect(NOTICE)
    fill(console)
    console.run()
    shown = console["#result-details .request-id code"].inner_text()
    assert re.fullmatch("[0-9a-f]{32}", shown)
    copy = console["#result-details .request-id"].get_by_role("button", name="Copy the request id")
    copy.click()
    expect(copy).to_have_text("Copied")
    assert console.page.evaluate("navigator.clipboard.readText()") == shown
    console["#facts summary"].click()
    facts = console["#facts"]
    timings = ("Waiting for a free slot", "Filling and checking", "Packing the ZIP", "Total, on the server")
    for words in (*timings, "Total, in this browser"):
        value = facts.locator(f'dt:text-is("{words}") + dd')
        expect(value).to_have_text(DURATION)
    expect(facts).to_contain_text("out.replace_log.json")


def test_a_second_run_replaces_the_first(console: ConsolePage) -> None:
    console.inspect(NOTICE)
    fill(console)
    console.run()
    fill(console, meeting_title="Second")
    console["#run"].click()
    expect(console["#filled ins"].first).to_have_text("Second")
    _, document = console.download("#download-document")
    assert text_of(document).startswith("Title: Second")


def test_values_and_styles_are_told_as_word_shows_them(console: ConsolePage) -> None:
    normal = (
        '<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>'
        '<w:pPr><w:spacing w:line="560" w:lineRule="exact"/><w:ind w:firstLine="640"/></w:pPr>'
        '<w:rPr><w:sz w:val="32"/></w:rPr></w:style>'
    )
    console.inspect(docx(p("前【MEETING_TITLE】", properties='<w:jc w:val="center"/>'), styles=normal))
    console.fill(meeting_title=TITLE)
    console['input[name="preset"][value="strict"]'].check()
    console.run(4)
    for language, told in {
        "en": ["16 pt (三号)", "exactly 28 pt", "32 pt", "Change the style “Normal”"],
        "zh": ["三号（16 磅）", "固定值 28 磅", "32 磅", "修改样式“正文”"],
    }.items():
        console["#language"].select_option(language)
        for words in told:
            expect(console["#format"]).to_contain_text(words)
