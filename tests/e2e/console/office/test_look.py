"""The look: pages of the result beside the findings, as a clerk sees them, by mouse and by keyboard."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from docops_flask.engine.pdf.pdf_text import PdfText
from tests.e2e.console.console_page import ConsolePage, text_of
from tests.e2e.console.office.conftest import LETTER, choose, fill
from tests.e2e.console.page_checks import check_state
from tests.e2e.gunicorn_server import GunicornServer

VALUES = {"姓名": "林知远", "职务": "技术顾问", "聘期": "2026-12-01", "津贴": "3000"}
SHOWN = '#look[data-state="shown"]'


def make_letter(console: ConsolePage) -> None:
    console['[data-template="letter"]'].click()
    fill(console, VALUES)
    console["#run"].click()
    expect(console[f"{SHOWN} .page-figure img"].first).to_be_visible()


def previews(console: ConsolePage) -> int:
    return sum(request.url.endswith("/v1/preview") for request in console.watch.requests)


@pytest.mark.parametrize(
    ("locale", "alternative"),
    [
        ("en-US", r"^Result, page 1 of \d; the findings"),
        ("zh-CN", r"^结果，第 1 页，共 \d 页；本页的格式问题"),
    ],
)
def test_a_clerk_sees_the_pages_and_where_each_finding_stands(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer, locale: str, alternative: str
) -> None:
    console = open_clerk(office_server, locale=locale)
    make_letter(console)
    pages = console["#look .page-figure"]
    assert pages.count() > 1
    expect(pages.first.locator("img")).to_have_attribute("alt", re.compile(alternative))
    assert console.page.evaluate("document.querySelector('#look img').naturalWidth") == 1000

    # By keyboard: a finding's button marks it on its page.
    console.tab_to(".finding-place", most=200)
    expect(console["#look .mark[data-lit]"].first).to_be_attached()
    console.page.keyboard.press("Enter")
    marked = console["#look .mark[data-current]"]
    expect(marked.first).to_be_in_viewport()
    expect(console["#live"]).to_contain_text(re.compile(r"page \d|第 \d 页"))

    # By mouse: a mark leads to its finding.
    mark = console["#look .mark:not([data-quiet])"].last
    issue = str(mark.get_attribute("data-issues")).split()[0]
    mark.click()
    expect(console[f'[data-show-issue="{issue}"]']).to_be_focused()

    # The switch shows the template as it is, without marks; asked for once.
    before = previews(console)
    console['.look-side label:has(input[value="template"])'].click()
    expect(console['#look[data-side="template"][data-state="shown"] img'].first).to_be_visible()
    expect(console["#look .mark"]).to_have_count(0)
    console['.look-side label:has(input[value="result"])'].click()
    console['.look-side label:has(input[value="template"])'].click()
    expect(console["#look img"].first).to_be_visible()
    assert previews(console) == before + 1
    # A finding is shown on the result, whatever the switch says.
    console[".finding-place"].first.click()
    expect(console['#look[data-side="result"] .mark[data-current]'].first).to_be_visible()

    console.language("zh" if locale == "en-US" else "en")
    expect(console["#look .page-figure"].first).to_be_visible()
    assert previews(console) == before + 1


def test_fonts_that_are_not_installed_are_named_once(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer
) -> None:
    console = open_clerk(office_server)
    make_letter(console)
    told = console["#look-substituted"]
    if told.count():
        assert told.count() == 1
        expect(told).to_contain_text("not installed on the server")
    check_state(console, "look")


def test_word_and_pdf_have_the_name_and_the_values_of_the_document(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer
) -> None:
    console = open_clerk(office_server, locale="zh-CN")
    make_letter(console)
    expect(console["#download-document"]).to_have_text("下载 Word")
    expect(console["#download-pdf"]).to_have_text("下载 PDF")
    name, document = console.download("#download-document")
    assert name == "聘书-林知远.docx"
    assert "兹聘请林知远同志为技术顾问，聘期自2026年12月1日起。" in text_of(document)
    name, pdf = console.download("#download-pdf")
    assert name == "聘书-林知远.pdf"
    with PdfText(pdf) as opened:
        assert "兹聘请林知远同志为技术顾问" in "".join(next(iter(opened.pages())).text.split())
    expect(console["#download-review"]).to_have_text("审阅副本（批注）")
    name, review = console.download("#download-review")
    assert name == "聘书-林知远-审阅副本.docx"
    assert "兹聘请林知远同志为技术顾问，聘期自2026年12月1日起。" in text_of(review)
    # It is made once.
    runs = sum(request.url.endswith("/v1/run") for request in console.watch.requests)
    console.download("#download-pdf")
    assert sum(request.url.endswith("/v1/run") for request in console.watch.requests) == runs


def test_without_libreoffice_there_are_the_sentences_and_the_reason(
    open_console: Callable[..., ConsolePage], console_server: GunicornServer
) -> None:
    console = open_console(console_server, locale="zh-CN")
    choose(console, LETTER, "聘书.docx")
    fill(console, VALUES)
    console["#run"].click()
    expect(console["#look-unavailable"]).to_contain_text("未安装 LibreOffice")
    expect(console["#filled ins"].first).to_be_visible()
    expect(console["#download-pdf"]).to_have_count(0)
    assert previews(console) == 0
