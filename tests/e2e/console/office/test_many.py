"""Many at once: a clerk's Excel sheet becomes a document for each row."""

import io
import re
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from playwright.sync_api import expect

from tests.e2e.console.console_page import ConsolePage
from tests.e2e.console.office.conftest import LETTER, choose, drop
from tests.e2e.console.page_checks import check_state
from tests.e2e.gunicorn_server import GunicornServer
from tests.engine.rows.workbooks import workbook

HEADER = ["姓名", "担任职务", "聘期", "津贴（元）", "备注"]
CHECKED = '#many[data-state="checked"]'
PEOPLE = [
    ["林知远", "技术顾问", "2026-12-01", "3000", "x"],
    ["苏禾", "", "2026-12-01", "2500.5", ""],
    ["周砚", "法律顾问", "2026-12-01", "待定", ""],
    ["秦越", "顾问", "2026-12-01", "100", ""],
]


def csv_of(rows: list[list[str]]) -> bytes:
    return "".join(",".join(row) + "\r\n" for row in [HEADER, *rows]).encode("gb18030")


def open_many(console: ConsolePage, template: bytes = LETTER) -> None:
    choose(console, template, "聘书.docx")
    console["#many-details > summary"].click()


def take(console: ConsolePage, content: bytes | Path, name: str = "名单.csv") -> None:
    """Choose a file of rows and wait for its check."""
    file: Any = content if isinstance(content, Path) else {"name": name, "mimeType": "", "buffer": content}
    console["#rows-file"].set_input_files(file)
    expect(console[CHECKED]).to_be_visible()
    expect(console["#many-summary"]).to_be_visible()


def settled(console: ConsolePage) -> None:
    """The check is done and the pages of the first rows are there."""
    expect(console[f'{CHECKED} #many-pages[data-state="shown"]']).to_be_visible()


def documents_in(archive: bytes) -> dict[str, str]:
    with zipfile.ZipFile(io.BytesIO(archive)) as opened:
        return {
            name.removeprefix("docs/"): Document(io.BytesIO(opened.read(name))).paragraphs[1].text
            for name in opened.namelist()
            if name.startswith("docs/")
        }


@pytest.mark.parametrize("locale", ["en-US", "zh-CN"])
def test_a_sheet_is_matched_checked_looked_at_and_made(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer, locale: str
) -> None:
    is_english = locale == "en-US"
    console = open_clerk(office_server, locale=locale)
    open_many(console)
    take(console, csv_of(PEOPLE))

    # Columns are matched by name and by likeness; what is guessed is said.
    chosen = {header: console[f'tr[data-header="{header}"] select'].input_value() for header in HEADER}
    assert chosen == {"姓名": "姓名", "担任职务": "职务", "聘期": "聘期", "津贴（元）": "津贴", "备注": ""}
    expect(console['tr[data-header="担任职务"] .chip']).to_have_text(
        "Guessed, please check" if is_english else "按名称推测，请核对"
    )

    # Which rows have faults, before anything is made, in the page's language.
    expect(console["#many-summary"]).to_contain_text(
        "2 of 4 rows are complete." if is_english else "4 行中有 2 行完整。"
    )
    expect(console['#many-faults tr[data-row="2"]']).to_contain_text(
        "No value for 职务." if is_english else "缺少：职务。"
    )
    expect(console['#many-faults tr[data-row="3"]']).to_contain_text(
        "Not a number." if is_english else "不是数字"
    )

    # The first three rows as pages; the third has none, and the reason is there.
    settled(console)
    assert console[".first-row"].count() == 3
    expect(console['.first-row[data-row="1"] img'].first).to_be_visible()
    expect(console['.first-row[data-row="3"]']).to_contain_text("津贴（元）")
    if is_english:
        check_state(console, "rows checked")

    console["#many-name"].select_option("姓名")
    console["#many-start"].click()
    outcome = console["#many-outcome"]
    expect(outcome).to_have_attribute("data-ok", "2")
    expect(console["#many-verdict"]).to_be_focused()
    expect(console["#many-verdict"]).to_have_text(
        "2 of 4 documents are ready; 1 row has no document"
        if is_english
        else "4 份中有 2 份可以使用，1 行未生成文档"
    )
    assert [row.get_attribute("data-row") for row in console["#many-rows tbody tr"].all()] == ["2", "3"]
    name, archive = console.download("#many-download")
    assert name == "聘书.zip"
    documents = documents_in(archive)
    assert sorted(documents) == ["林知远.docx", "秦越.docx", "苏禾.docx"]
    assert documents["林知远.docx"] == "兹聘请林知远同志为技术顾问，聘期自2026年12月1日起。"
    if is_english:
        check_state(console, "rows made")


def test_only_the_rows_that_were_wrong_are_made_again(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer, tmp_path: Path
) -> None:
    console = open_clerk(office_server)
    open_many(console)
    take(console, csv_of(PEOPLE))
    console["#many-start"].click()
    console["#many-again"].click()
    expect(console["#many-only"]).to_contain_text("Only 2 rows are made again: 2–3.")
    corrected = [list(row) for row in PEOPLE]
    corrected[1][1], corrected[2][3] = "财务顾问", "1800"
    # This time as a workbook.
    take(console, workbook(tmp_path / "名单.xlsx", {"人员": [HEADER, *corrected]}))
    expect(console["#many-summary"]).to_have_text("All 2 rows are complete.")
    expect(console["#many-start"]).to_have_text("Make 2 documents")
    console["#many-start"].click()
    expect(console["#many-verdict"]).to_have_text("All 2 documents are ready")
    _, archive = console.download("#many-download")
    assert sorted(text[3:5] for text in documents_in(archive).values()) == ["周砚", "苏禾"]
    expect(console["#many-again"]).to_have_count(0)
    console["#many-all-rows"].click()
    expect(console["#many-summary"]).to_have_text("All 4 rows are complete.")


def test_a_choice_for_a_column_is_remembered_for_the_template(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer
) -> None:
    console = open_clerk(office_server)
    open_many(console)
    rows = "姓名,头衔,聘期,津贴\n林知远,顾问,2026-12-01,1\n".encode()
    take(console, rows)
    assert console['tr[data-header="头衔"] select'].input_value() == ""
    console['tr[data-header="头衔"] select'].select_option("职务")
    expect(console["#many-summary"]).to_have_text("The row is complete.")
    settled(console)
    console.page.reload()
    expect(console["#gallery img"]).to_have_count(2)
    open_many(console)
    take(console, rows)
    assert console['tr[data-header="头衔"] select'].input_value() == "职务"
    expect(console["#many-summary"]).to_have_text("The row is complete.")
    settled(console)


def test_more_rows_than_a_merge_takes_are_made_as_a_batch(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer
) -> None:
    console = open_clerk(office_server, locale="zh-CN")
    open_many(console)
    people = [[f"员工{n}", "顾问", "2026-12-01", "待定" if n == 8 else "1", ""] for n in range(1, 11)]
    take(console, csv_of(people))
    expect(console["#many-summary"]).to_contain_text("已检查前 6 行")
    settled(console)
    console["#many-start"].click()
    expect(console["#many-progress"]).to_be_visible()
    expect(console["#many-outcome"]).to_have_attribute("data-total", "10")
    expect(console["#many-verdict"]).to_have_text("10 份中有 9 份可以使用，1 行未生成文档")
    expect(console['#many-rows tr[data-row="8"]']).to_contain_text("不是数字")
    name, archive = console.download("#many-download")
    assert (name, len(documents_in(archive))) == ("聘书.zip", 9)
    # It is found again after a reload, with the same template.
    console.page.reload()
    expect(console["#gallery img"]).to_have_count(2)
    open_many(console)
    console["#many-go-on"].click()
    expect(console["#many-outcome"]).to_have_attribute("data-total", "10")
    console["#many-again"].click()
    expect(console["#many-only"]).to_contain_text("只重新生成 1 行：8。")
    take(console, csv_of([[*person[:3], "1", ""] for person in people]))
    expect(console["#many-start"]).to_have_text("生成 1 份文档")
    settled(console)


def test_what_is_being_made_can_be_cancelled(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer
) -> None:
    console = open_clerk(office_server)
    open_many(console)
    take(console, csv_of(PEOPLE))
    settled(console)
    # The answer is held back until the clerk has cancelled.
    console.page.route(re.compile("/v1/merge$"), lambda route: None)
    console["#many-start"].click()
    expect(console["#many-cancel"]).to_be_focused()
    console.page.keyboard.press("Enter")
    expect(console["#many-cancelled"]).to_be_visible()
    console.page.unroute_all()
    console["#many-start"].click()
    expect(console["#many-outcome"]).to_have_attribute("data-total", "4")


def test_files_that_are_no_rows_are_told_as_what_they_are(
    open_clerk: Callable[..., ConsolePage], office_server: GunicornServer
) -> None:
    console = open_clerk(office_server)
    open_many(console)
    console.watch.expects("status of 415")
    # Dropped anywhere, with a template chosen, it is a file of rows.
    drop(console, "old.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    expect(console["#many-check .error"]).to_contain_text("before 2007")
    expect(console["#template-chosen"]).to_contain_text("聘书.docx")


def test_a_server_without_libreoffice_makes_them_too(
    open_console: Callable[..., ConsolePage], console_server: GunicornServer
) -> None:
    console = open_console(console_server, locale="zh-CN")
    open_many(console)
    take(console, csv_of(PEOPLE))
    expect(console["#many-first"]).to_contain_text("未安装 LibreOffice")
    console["#many-start"].click()
    expect(console["#many-outcome"]).to_have_attribute("data-ok", "2")
