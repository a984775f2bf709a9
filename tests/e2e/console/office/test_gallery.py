"""The gallery of approved templates, and a page that takes no others."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import expect

from tests.e2e.console.console_page import ConsolePage
from tests.e2e.console.office.conftest import LETTER, choose, drop, fill
from tests.e2e.console.page_checks import check_state
from tests.e2e.gunicorn_server import GunicornServer
from tests.library_folders import put

TITLED = """
[title]
en = "Contract"
zh = "合同"
"""


@pytest.fixture(scope="module")
def approved_only(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A server without LibreOffice whose page takes templates of the library alone."""
    folder = tmp_path_factory.mktemp("approved")
    put(folder / "library", "contract", toml=TITLED)
    server = GunicornServer(
        folder, enable_web_console=1, console_own_templates=0, templates_dir=folder / "library"
    )
    yield server
    server.stop()


@pytest.mark.parametrize(
    ("locale", "title", "description"),
    [
        ("en-US", "Letter of appointment", "For specialists from outside."),
        ("zh-CN", "聘书", "用于聘请外部专家。"),
    ],
)
def test_templates_are_chosen_by_picture_title_and_description(
    open_clerk: Callable[..., ConsolePage],
    office_server: GunicornServer,
    locale: str,
    title: str,
    description: str,
) -> None:
    console = open_clerk(office_server, locale=locale)
    card = console['#gallery [data-template="letter"]']
    expect(card).to_contain_text(title)
    expect(card).to_contain_text(description)
    assert card.locator("img").evaluate("(image) => image.naturalWidth") == 800
    card.press("Enter")
    expect(console["#run"]).to_be_visible()
    expect(console["#template-chosen"]).to_contain_text(title)
    # The gallery folds, and can be opened again for another template.
    expect(card).to_be_hidden()
    console["#gallery summary"].click()
    expect(card).to_have_attribute("aria-pressed", "true")
    console['#gallery [data-template="contract"]'].click()
    expect(console['#task-form > [data-key="合同编号"]']).to_be_visible()


def test_a_search_finds_title_description_and_name_in_both_languages(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer
) -> None:
    console = open_clerk(office_server)
    cards = console["#gallery li:visible"]
    for text, names in {
        "specialists": ["letter"],
        "专家": ["letter"],
        "CONTRACT": ["contract"],
        "letter outside": ["letter"],
        "": ["contract", "letter"],
    }.items():
        console["#gallery-search"].fill(text)
        expect(cards).to_have_count(len(names))
        found = [each.get_attribute("data-template") for each in cards.locator("button").all()]
        assert sorted(map(str, found)) == names
    console["#gallery-search"].fill("nothing has this")
    expect(console["#gallery-none"]).to_be_visible()
    expect(console["#live"]).to_have_text("0 templates found.")
    console["#gallery-search"].fill("")
    check_state(console, "gallery")


def test_own_files_stay_possible(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer
) -> None:
    console = open_clerk(office_server)
    choose(console, LETTER, "聘书.docx")
    expect(console["#template-chosen"]).to_contain_text("聘书.docx")
    expect(console['#gallery [data-template="letter"]']).to_have_attribute("aria-pressed", "false")


def test_a_page_for_approved_templates_takes_no_file(
    open_console: Callable[..., ConsolePage], approved_only: GunicornServer
) -> None:
    console = open_console(approved_only, locale="zh-CN")
    expect(console["#gallery"]).to_contain_text("合同")
    expect(console["#template-file"]).to_have_count(0)
    # One that is dropped is not taken either.
    drop(console, "own.docx", LETTER)
    expect(console["#run"]).to_be_hidden()
    console['#gallery [data-template="contract"]'].click()
    fill(console, {"合同编号": "HT-1", "甲方": "青岚市"})
    console["#run"].click()
    expect(console["#result"]).to_have_attribute("data-exit-code", "0")
    # The server itself takes templates of programs as ever (docs/settings.md).
    assert approved_only.job(template=LETTER, task_json=b"{}").status == 200
