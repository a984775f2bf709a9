"""A template of the office's own, from the page's opening to the document: three actions beside typing."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.e2e.console.clerk import Clerk, lines_of
from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.office_templates import CASES, CONTRACT, MINUTES, OfficeCase
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p
from tests.pictures import png

MOST_ACTIONS = 3
# Words of programmers, which no clerk should meet.
TECHNICAL = (
    "占位符",
    "JSON",
    "curl",
    "YAML",
    "退出码",
    "payload",
    "API",
    "schema",
    "placeholder",
    "exit code",
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A server with the console."""
    server = GunicornServer(tmp_path_factory.mktemp("office"), enable_web_console=1, pdf="off")
    yield server
    server.stop()


@pytest.fixture(name="new_clerk")
def of_office(open_console: OpenConsole, office: GunicornServer) -> Callable[..., Clerk]:
    """A clerk in front of the page, in a language."""
    return lambda locale="zh-CN": Clerk(open_console(office, developer=False, locale=locale))


def fill_in(clerk: Clerk, case: OfficeCase) -> None:
    for key, value in case.typed.items():
        clerk.type(key, value)
    for (key, column), text in case.pasted.items():
        clerk.paste(clerk.cell(key, 0, column), text)
    for key in case.pictures:
        clerk.give_picture(key, png(40, 40))
    if case is MINUTES:
        fill_in_minutes(clerk)


def fill_in_minutes(clerk: Clerk) -> None:
    """Two items, of which the first has two speakers: rows are added on the way, which is typing a list."""
    items = clerk['[data-key="议题"] > .rows-input > .cards > .card']
    clerk["#field-议题-add"].click()
    for number, (title, said) in enumerate(
        (("预算", "张三\t同意\r\n李四\t再议\r\n"), ("采购", "王五\t通过\r\n"))
    ):
        item = items.nth(number)
        item.locator('[data-column="标题"] textarea').fill(title)
        clerk.paste(item.locator('[data-column="姓名"] textarea').first, said)


@pytest.mark.parametrize("locale", ["zh-CN", "en-US"])
@pytest.mark.parametrize("case", CASES, ids=lambda case: Path(case.name).stem)
def test_three_actions_beside_typing_make_the_document(
    new_clerk: Callable[..., Clerk], case: OfficeCase, locale: str
) -> None:
    clerk = new_clerk(locale)
    clerk.choose(case.template, case.name)
    fill_in(clerk, case)
    assert clerk.make() == {"zh-CN": "可以使用", "en-US": "Ready"}[locale]
    expect(clerk["#result .verdict"]).to_have_attribute("data-tone", "good")
    name, document = clerk.download()
    assert clerk.actions <= MOST_ACTIONS
    assert name == f"{Path(case.name).stem}-filled.docx"
    assert lines_of(document) == list(case.text)
    shown = clerk["body"].inner_text().replace(case.name, "")
    assert [word for word in TECHNICAL if word.lower() in shown.lower()] == (
        # The switch itself says what it shows.
        ["JSON", "curl"]
    )


def test_what_is_open_is_said_first_and_leads_to_its_input(new_clerk: Callable[..., Clerk]) -> None:
    clerk = new_clerk("en-US")
    clerk.choose(CONTRACT.template, CONTRACT.name)
    clerk.type("甲方", "A")
    clerk.paste(clerk.cell("采购项", 0, "品名"), "纸\tmany\t1\r\n笔\t2\t3\r\n")
    expect(clerk['[data-key="采购项"]']).to_contain_text("Row 1, 数量: This is not a number")
    expect(clerk["#ready"]).to_contain_text("4 fields still open: 合同编号, 乙方, 签订日期, 合计")
    # A fault does not block the document: its place stays open.
    assert clerk.make() == "5 fields still open"
    expect(clerk["#result .verdict"]).to_have_attribute("data-tone", "warn")
    expect(clerk['#missing [data-field="采购项[0].数量"]']).to_contain_text("采购项, row 1, 数量")
    clerk['#missing [data-field="采购项[0].数量"] .go-to-input'].click()
    expect(clerk.cell("采购项", 0, "数量")).to_be_focused()
    clerk.cell("采购项", 0, "数量").fill("1")
    expect(clerk["#stale"]).to_be_visible()
    assert clerk.make() == "4 fields still open"
    expect(clerk["#stale"]).to_be_hidden()


def test_labels_are_the_words_of_the_template_and_the_sentence_is_shown_on_demand(
    new_clerk: Callable[..., Clerk],
) -> None:
    clerk = new_clerk()
    clerk.choose(CONTRACT.template, CONTRACT.name)
    expect(clerk['[data-key="甲方"] label']).to_contain_text("甲方（采购人）")
    expect(clerk['[data-key="采购项"] thead']).to_contain_text("单价（元）")
    clerk['[data-key="乙方"] .context summary'].click()
    expect(clerk['[data-key="乙方"] .context p']).to_have_text(
        "甲方（采购人）：【甲方】，乙方：乙方，签订日期：【签订日期】"
    )
    clerk.type("签订日期", "2026-05-06")
    expect(clerk['[data-key="签订日期"]']).to_contain_text("文档中显示为 2026年5月6日")


def test_bracketed_words_are_offered_with_one_click(new_clerk: Callable[..., Clerk]) -> None:
    clerk = new_clerk("en-US")
    clerk.choose(docx(p("【=甲方】与【乙方】，【注意】")), "a.docx")
    clerk.type("甲方", "A")
    assert clerk.make() == "Ready, 2 words in brackets were left as text"
    clerk['[data-candidate="乙方"]'].click()
    expect(clerk.field("乙方")).to_be_focused()
    clerk.type("乙方", "B")
    assert clerk.make() == "Ready, 1 word in brackets was left as text"
    assert lines_of(clerk.download()[1]) == ["A与B，【注意】"]


def test_a_template_of_nothing_but_bracketed_words_is_a_form_at_once(
    new_clerk: Callable[..., Clerk],
) -> None:
    clerk = new_clerk()
    clerk.choose(docx(p("【甲方】与【乙方】")), "a.docx")
    clerk.type("甲方", "A")
    clerk.type("乙方", "B")
    assert clerk.make() == "可以使用"
    assert lines_of(clerk.download()[1]) == ["A与B"]
    assert clerk.actions == MOST_ACTIONS
