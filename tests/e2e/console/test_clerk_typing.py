"""Typing, pasting from spreadsheets, and drafts: nothing is lost."""

import json
import signal
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.e2e.console.browser_watch import kept_by
from tests.e2e.console.clerk import Clerk, lines_of
from tests.e2e.console.conftest import OpenConsole
from tests.e2e.console.office_templates import CERTIFICATE, CONTRACT
from tests.e2e.gunicorn_server import GunicornServer
from tests.factories import docx, p
from tests.pictures import png

# What Excel and WPS put on the clipboard beside the text, shortened.
EXCEL_HTML = """<html xmlns:x="urn:schemas-microsoft-com:office:excel">
<head><style><!--td {mso-x:1}--></style></head>
<body><!--StartFragment--><table border=0 cellpadding=0><col width=64>
 <tr height=19><td height=19 class=xl65 width=64>打印纸 &amp;
  信封</td><td align=right x:num="1200">1,200</td><td>&yen;20.50</td></tr>
 <tr><td>笔<br style="mso-data-placement:same-cell">（黑）</td><td colspan=2>3</td></tr></table>
</body></html>"""

WPS_HTML = """<html xmlns:et="http://www.wps.cn/officeDocument">
<head><meta name=Generator content="WPS Office ET">
<style><!-- .et2 {mso-number-format:"General";} --></style></head>
<body link="blue"><table width="144" border="0" cellpadding="0" cellspacing="0"><!--StartFragment-->
<col width="72" span="2"/><tr height="18"><td class="et2" height="18" x:str>打印纸 &amp; 信封</td>
<td class="et3" align="right" x:num="1200">1,200</td><td class="et3" x:num="20.5">￥20.50</td></tr>
<tr height="36"><td class="et2" x:str><font class="font1">笔</font><br/>（黑）</td>
<td colspan="2" x:num>3</td></tr>
<!--EndFragment--></table></body></html>"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GunicornServer]:
    """A server with the console."""
    server = GunicornServer(tmp_path_factory.mktemp("office"), enable_web_console=1, pdf="off")
    yield server
    server.stop()


@pytest.fixture(name="clerk")
def of_office(open_console: OpenConsole, office: GunicornServer) -> Clerk:
    return Clerk(open_console(office, developer=False))


@pytest.fixture
def module(clerk: Clerk, office: GunicornServer) -> Callable[..., Any]:
    """Call a function of a module of the page."""

    def call(name: str, function: str, *arguments: object) -> Any:
        script = "async ([path, name, given]) => (await import(path))[name](...given)"
        path = f"http://127.0.0.1:{office.port}/web/static/js/work/{name}.js"
        return clerk.console.page.evaluate(script, [path, function, list(arguments)])

    return call


def payload(clerk: Clerk) -> Any:
    """What the draft has kept."""
    kept = dict(kept_by(clerk.console.page)["local"])
    [draft] = [json.loads(value) for name, value in kept.items() if name.startswith("docops.draft.")]
    return json.loads(draft["text"])["payload"]


def test_the_clipboard_of_spreadsheets_is_read_as_cells(module: Callable[..., Any]) -> None:
    texts = {
        "a\r\n": [["a"]],
        "a\tb\r\nc\t\r\n": [["a", "b"], ["c", ""]],
        '"a\nb"\t"say ""x"""\n': [["a\nb", 'say "x"']],
        '"quoted"\t12" tube': [['"quoted"', '12" tube']],
        "": [],
        "一\n二\n": [["一"], ["二"]],
    }
    assert {text: module("clipboard_table", "rowsOfText", text) for text in texts} == texts
    assert module("clipboard_table", "rowsOfHtml", EXCEL_HTML) == [
        ["打印纸 & 信封", "1,200", "&yen;20.50"],
        ["笔\n（黑）", "3", ""],
    ]
    assert module("clipboard_table", "rowsOfHtml", WPS_HTML) == [
        ["打印纸 & 信封", "1,200", "￥20.50"],
        ["笔\n（黑）", "3", ""],
    ]
    assert module("clipboard_table", "rowsOfHtml", "<p>no table</p>") == []


def test_dates_and_numbers_are_sent_as_the_service_takes_them(module: Callable[..., Any]) -> None:
    dates = {
        "2026/5/6": "2026-05-06",
        "2026年5月6日": "2026-05-06",
        "２０２６．５．６": "2026-05-06",
        "2026-02-30": None,
        "6 May": None,
        "2026-5-6 9:05": "2026-05-06T09:05",
    }
    assert {text: module("dates", "isoDate", text) for text in dates} == dates
    printed = {
        "日期": "2026年5月6日",
        "日期大写": "二〇二六年五月六日",
        "yyyy.M.d": "2026.5.6",
        "": "2026-05-06",
    }
    assert {form: module("dates", "printedDate", "2026-05-06", form) for form in printed} == printed
    numbers = {
        "1,234.50": "1234.50",
        "￥１２": "12",
        "12 元": "12",
        ".5": "0.5",
        "12,34": "12,34",
        "-3": "-3",
        "x": "x",
    }
    assert {each: module("value_faults", "asSent", {"type": "number"}, each) for each in numbers} == numbers


def test_a_template_has_the_same_hash_without_the_browser_s_own(clerk: Clerk) -> None:
    script = """async (path) => {
      const { sha256 } = await import(path);
      const hex = (bytes) => [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
      const same = [];
      for (const length of [0, 1, 55, 56, 63, 64, 65, 1000]) {
        const bytes = Uint8Array.from({ length }, (_, index) => (index * 7) % 256);
        same.push(hex(sha256(bytes)) === hex(new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))));
      }
      return same;
    }"""
    path = f"{clerk.console.origin}/web/static/js/work/sha256.js"
    assert clerk.console.page.evaluate(script, path) == [True] * 8


def test_rows_are_pasted_added_moved_duplicated_and_removed_with_undo(clerk: Clerk) -> None:
    clerk.choose(CONTRACT.template, CONTRACT.name)
    html = EXCEL_HTML.replace("&yen;", "")
    clerk.paste(clerk.cell("采购项", 0, "品名"), '打印纸 & 信封\t1,200\t20.50\r\n"笔\n（黑）"\t3\t\r\n', html)
    assert payload(clerk)["采购项"] == [
        {"品名": "打印纸 & 信封", "数量": "1200", "单价": "20.50"},
        {"品名": "笔\n（黑）", "数量": "3"},
    ]
    table = clerk['[data-key="采购项"]']
    expect(table.locator(".undo")).to_contain_text("2 rows pasted.")
    table.locator(".move-down").first.click()
    assert [row["品名"][0] for row in payload(clerk)["采购项"]] == ["笔", "打"]
    table.locator(".duplicate-row").first.click()
    assert len(payload(clerk)["采购项"]) == 3
    table.locator(".remove-row").last.click()
    assert [row["品名"][0] for row in payload(clerk)["采购项"]] == ["笔", "笔"]
    table.locator(".undo-button").click()
    assert [row["品名"][0] for row in payload(clerk)["采购项"]] == ["笔", "笔", "打"]
    # Enter goes to the next row and adds one behind the last.
    clerk.cell("采购项", 2, "数量").press("Enter")
    expect(clerk.cell("采购项", 3, "数量")).to_be_focused()
    # A heading says which columns are meant; forty rows stay in order.
    rows = "".join(f"{n}\t物品{n}\r\n" for n in range(40))
    clerk.paste(clerk.cell("采购项", 0, "品名"), f"单价（元）\t品名\r\n{rows}")
    pasted = payload(clerk)["采购项"]
    assert [row["品名"] for row in pasted] == [f"物品{n}" for n in range(40)]
    assert pasted[39]["单价"] == "39"


@pytest.mark.parametrize(
    ("text", "html"),
    [
        ("", WPS_HTML),
        ('打印纸 & 信封\t1,200\t￥20.50\n"笔\n（黑）"\t3\t\n', WPS_HTML),
        ("打印纸 & 信封", WPS_HTML),
    ],
    ids=["HTML alone", "both", "text of another shape"],
)
def test_rows_of_wps_are_pasted_by_text_and_by_html(clerk: Clerk, text: str, html: str) -> None:
    clerk.choose(CONTRACT.template, CONTRACT.name)
    clerk.paste(clerk.cell("采购项", 0, "品名"), text, html)
    assert payload(clerk)["采购项"] == [
        {"品名": "打印纸 & 信封", "数量": "1200", "单价": "20.50"},
        {"品名": "笔\n（黑）", "数量": "3"},
    ]


def test_a_pasted_cell_is_its_text_and_a_pasted_column_as_many_entries(clerk: Clerk) -> None:
    clerk.choose(docx(p("【=标题】【名单|分隔:、】")), "a.docx")
    clerk.paste(clerk.field("标题"), "周例会\r\n")
    clerk.paste(clerk.field("名单"), "张三\r\n李四\r\n王五\r\n")
    assert payload(clerk) == {"标题": "周例会", "名单": ["张三", "李四", "王五"]}
    clerk.paste(clerk.field("标题"), '"两\n行"\r\n')
    assert payload(clerk)["标题"] == "周例会两\n行"


def test_a_draft_is_there_after_a_reload_and_makes_the_document(clerk: Clerk) -> None:
    clerk.choose(CERTIFICATE.template, CERTIFICATE.name)
    for key, value in CERTIFICATE.typed.items():
        clerk.type(key, value)
    clerk.give_picture("照片", png(40, 40))
    clerk.console.page.reload()
    # The values are there before the file is: the browser does not keep it, nor pictures.
    expect(clerk.field("姓名")).to_have_value("张三")
    expect(clerk["#template-chosen"]).to_contain_text("Your draft for 工作证.docx is back")
    expect(clerk["#draft-restored"]).to_contain_text("Pictures have to be chosen again")
    expect(clerk['[data-key="照片"]']).to_contain_text("picture.png has to be chosen again")
    clerk.choose(CERTIFICATE.template, "renamed.docx")
    expect(clerk.field("职务")).to_have_value("主任")
    assert clerk.make() == "1 field still open"
    clerk.give_picture("照片", png(40, 40))
    assert clerk.make() == "Ready"
    assert lines_of(clerk.download()[1]) == list(CERTIFICATE.text)


def test_each_template_has_its_own_draft_and_the_list_opens_that_of_a_document(clerk: Clerk) -> None:
    other = docx(p("【=标题】与【=甲方】"))
    clerk.choose(CONTRACT.template, CONTRACT.name)
    clerk.type("甲方", "甲公司")
    clerk.make()
    clerk.type("甲方", "乙公司")
    clerk.type("合同编号", "QL-1")
    clerk.choose(other, "other.docx")
    # What both ask for is taken along, and nothing else.
    expect(clerk.field("甲方")).to_have_value("乙公司")
    expect(clerk["#ready"]).to_contain_text("1 field still open: 标题")
    expect(clerk["#unknown-keys"]).to_have_count(0)
    clerk.type("标题", "通知")
    clerk.choose(CONTRACT.template, CONTRACT.name)
    expect(clerk.field("甲方")).to_have_value("乙公司")
    expect(clerk["#draft-restored"]).to_be_visible()
    [run] = clerk["#history-runs > li"].all()
    expect(run).to_contain_text("甲公司 · 采购合同.docx 5 fields still open")
    run.locator(".open-draft").click()
    expect(clerk.field("甲方")).to_have_value("甲公司")
    clerk["#discard-draft"].click()
    expect(clerk.field("甲方")).to_have_value("")


def test_a_killed_server_loses_nothing_and_is_said_in_words(
    tmp_path_factory: pytest.TempPathFactory, open_console: OpenConsole
) -> None:
    server = GunicornServer(tmp_path_factory.mktemp("killed"), enable_web_console=1, pdf="off")
    clerk = Clerk(open_console(server, developer=False))
    clerk.console.watch.expects("ERR_CONNECTION_REFUSED|ERR_CONNECTION_RESET|ERR_EMPTY_RESPONSE")
    try:
        clerk.choose(docx(p("【=甲方】")), "a.docx")
        clerk.type("甲方", "A")
    finally:
        server.process.send_signal(signal.SIGTERM)
        server.process.wait()
    clerk["#run"].click()
    panel = clerk['#run-message [data-error="unreachable"]']
    expect(panel).to_contain_text("cannot be reached")
    expect(panel).to_contain_text("Your inputs are still here")
    expect(panel.get_by_role("button", name="Try again")).to_be_visible()
    expect(clerk.field("甲方")).to_have_value("A")
    assert payload(clerk) == {"甲方": "A"}


def test_a_full_storage_is_said_and_closing_then_asks(clerk: Clerk) -> None:
    clerk.choose(docx(p("【=甲方】")), "a.docx")
    fill = """() => {
      let size = 1 << 22;
      for (let n = 0; size > 8; n += 1) {
        const name = `docops.draft.${"0".repeat(60)}${String(n).padStart(4, "0")}`;
        try { localStorage.setItem(name, "x".repeat(size)); } catch { size >>= 1; }
      }
    }"""
    clerk.console.page.evaluate(fill)
    clerk.type("甲方", "A" * 500)
    expect(clerk["#draft-full"]).to_contain_text("no more room")
    clerk.console.watch.expects("dialog: ")
    with clerk.console.page.expect_event("dialog") as asked:
        clerk.console.page.evaluate("() => void setTimeout(() => location.reload(), 0)")
    assert asked.value.type == "beforeunload"
    expect(clerk.field("甲方")).to_have_value("A" * 500)
    clerk["#make-room"].click()
    expect(clerk["#draft-full"]).to_have_count(0)
    assert payload(clerk) == {"甲方": "A" * 500}


def test_drafts_can_be_switched_off_and_everything_forgotten(clerk: Clerk) -> None:
    clerk.choose(docx(p("【=甲方】")), "a.docx")
    clerk.type("甲方", "secret")
    clerk.make()

    def kept() -> str:
        return json.dumps(kept_by(clerk.console.page)["local"])

    assert "secret" in kept()
    clerk["#keep-drafts"].uncheck()
    assert "secret" not in kept()
    clerk.type("甲方", "secret 2")
    assert "secret" not in kept()
    clerk["#keep-drafts"].check()
    clerk.type("甲方", "secret 3")
    assert "secret 3" in kept()
    clerk["#forget"].click()
    expect(clerk["#live"]).to_contain_text("Drafts, list and settings were deleted.")
    assert kept_by(clerk.console.page)["local"] == []


def test_a_shared_computer_keeps_nothing(
    tmp_path_factory: pytest.TempPathFactory, open_console: OpenConsole
) -> None:
    server = GunicornServer(
        tmp_path_factory.mktemp("shared"), enable_web_console=1, console_drafts=0, pdf="off"
    )
    try:
        clerk = Clerk(open_console(server, developer=False))
        clerk.choose(docx(p("【=甲方】")), "secret-name.docx")
        clerk.type("甲方", "secret")
        clerk.make()
        expect(clerk["#drafts-off"]).to_contain_text("nothing of what you type is kept")
        assert "secret" not in json.dumps(kept_by(clerk.console.page))
    finally:
        server.stop()
