"""CSV files are read as offices have them."""

from codecs import BOM_UTF8, BOM_UTF16_LE

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docops_flask.engine.errors import InvalidArgument, RowsInvalid, RowsLimitExceeded
from docops_flask.engine.rows.delimited import read_delimited

LIST = "姓名,单位\r\n张三,青岚市数据局\r\n李四,远帆公司\r\n"
READ = [["张三", "青岚市数据局"], ["李四", "远帆公司"]]


def _rows(content: bytes, encoding: str | None = None) -> list[list[str]]:
    table = read_delimited(content, encoding)
    return [["" if cell is None else cell.shown for cell in row.cells] for row in table.rows]


@pytest.mark.parametrize(
    "content",
    [
        LIST.encode(),
        BOM_UTF8 + LIST.encode(),
        LIST.encode("gbk"),
        LIST.encode("gb18030"),
        BOM_UTF16_LE + LIST.encode("utf-16-le"),
        LIST.encode("utf-16-le").replace("姓名".encode("utf-16-le"), "Name".encode("utf-16-le")),
    ],
    ids=["utf-8", "utf-8 with mark", "gbk", "gb18030", "utf-16 with mark", "utf-16"],
)
def test_the_encoding_is_found(content: bytes) -> None:
    assert _rows(content) == READ


# Made up: people, places, goods, rare characters, Latin and full-width letters, names of minorities.
LISTS = (
    [["姓名", "单位"], ["欧阳靖", "青岚市数据资源管理局"], ["司马晓燕", "远帆科技有限公司"]],
    [["序号", "货物", "数量", "单价"], ["1", "台式计算机", "20", "5280.00"], ["2", "复印纸", "60", "168.25"]],
    [["合同编号", "甲方"], ["QL-CG-2026-018", "青岚市政务服务中心"]],
    [["名称", "备注"], ["㐂龘公司", "含生僻字：㙍、䶮、𠮷"], ["镕基堂", "堃、喆、昇"]],
    [["姓名", "民族"], ["阿依古丽·买买提", "维吾尔族"], ["斯琴高娃", "蒙古族"]],
    [["项目", "金额（元）"], ["会议费", "￥１２，３４５．００"], ["差旅费", "¥880.50"]],
    [["地址", "邮编"], ["云溪省青岚市滨河东路 12 号 3 单元 402 室", "050000"]],
    [["Name", "称呼"], ["Li Ming", "李先生"], ["O'Brien", "奥布赖恩女士"]],
    [["名"], ["一"], ["丁"], ["七"]],
    [["通知", "正文"], ["关于放假的通知", "各单位：\n现将有关事项通知如下。\n特此通知。"]],
)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
@pytest.mark.parametrize("number", range(len(LISTS)))
def test_chinese_lists_are_read_in_each_encoding_that_offices_save(number: int, encoding: str) -> None:
    rows = LISTS[number]
    text = "".join(",".join(f'"{cell}"' for cell in row) + "\r\n" for row in rows)
    table = read_delimited(text.encode(encoding))
    assert [list(table.header), *([cell and cell.shown for cell in row.cells] for row in table.rows)] == rows


def test_the_sender_may_say_the_encoding() -> None:
    assert _rows("姓名\n許先生\n".encode("big5"), "Big5") == [["許先生"]]
    with pytest.raises(InvalidArgument) as caught:
        read_delimited(b"a\n", "ebcdic")
    assert "gb18030" in caught.value.detail["allowed"]


def test_bytes_in_no_encoding_are_told_with_their_place() -> None:
    with pytest.raises(RowsInvalid) as caught:
        read_delimited(b"Name\nok\n\xff\xff\xff\n")
    assert (caught.value.detail["byte"], caught.value.detail["line"]) == (8, 3)


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_the_delimiter_is_found_in_the_header(delimiter: str) -> None:
    text = f'Name{delimiter}"Amount; in, all"\nA{delimiter}1\n'
    table = read_delimited(text.encode())
    assert list(table.header) == ["Name", "Amount; in, all"]
    assert _rows(text.encode()) == [["A", "1"]]


def test_a_line_sep_says_the_delimiter() -> None:
    assert _rows(b"sep=;\nName;Note, long\nA;b,c\n") == [["A", "b,c"]]


def test_a_quoted_cell_may_hold_line_breaks_quotes_and_delimiters() -> None:
    assert _rows(b'Name,Text\nA,"one\ntwo, ""three"""\n') == [["A", 'one\ntwo, "three"']]


def test_rows_are_numbered_below_the_header_and_blank_ones_left_out() -> None:
    table = read_delimited(b"Name\nA\n\n  \nB\n")
    assert [row.number for row in table.rows] == [1, 4]


def test_a_cell_beyond_the_header_is_a_fault() -> None:
    table = read_delimited(b"Name,Town\nA,b,c\n")
    (row,) = table.rows
    assert row.cells[-1] is not None
    assert "3 cells" in (row.cells[-1].fault or "")


@pytest.mark.parametrize(
    ("content", "told"),
    [("", "empty"), ('Name\n"A', "does not end"), ('Name\n"A"b\n', "doubled")],
)
def test_what_is_no_csv_is_refused(content: str, told: str) -> None:
    with pytest.raises(RowsInvalid, match=told):
        list(read_delimited(content.encode()).rows)


def test_too_many_columns_are_refused() -> None:
    with pytest.raises(RowsLimitExceeded):
        read_delimited(",".join(map(str, range(201))).encode())


_CELL = st.text(st.characters(exclude_characters="\r\0", exclude_categories=["Cs"]), max_size=20)


@given(
    st.lists(st.lists(_CELL, min_size=2, max_size=2), max_size=10), st.sampled_from(["utf-8-sig", "gb18030"])
)
def test_what_csv_writes_is_read(rows: list[list[str]], encoding: str) -> None:
    quoted = [[f'"{cell.replace(chr(34), chr(34) * 2)}"' for cell in row] for row in [["甲", "乙"], *rows]]
    text = "\r\n".join(",".join(row) for row in quoted)
    expected = [[cell.strip() for cell in row] for row in rows if any(cell.strip() for cell in row)]
    assert _rows(text.encode(encoding)) == expected
