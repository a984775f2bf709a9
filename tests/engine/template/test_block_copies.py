"""What copies of a block keep of the template: ids stand once, ranges and merged cells begin and end once."""

import re
from typing import Any

import pytest

from tests.engine.template.block_documents import markup
from tests.factories import p, r, tbl, tc, tr

END = p("end")
TWO: Any = {"A": [{"B": [1, 2]}, {"B": [3]}]}
START, STOP = '<w:bookmarkStart w:id="1" w:name="m"/>', '<w:bookmarkEnd w:id="1"/>'


def _block(*content: str) -> str:
    return p("【#A】") + "".join(content) + p("【/A】") + END


def _order(text: str, *names: str) -> list[str]:
    return re.findall("|".join(names), text)


def test_a_bookmark_stands_in_the_first_copy() -> None:
    assert markup(_block(p(START, "x", STOP)), TWO) == p(START, "x", STOP) + p("x") + END


def test_a_range_half_outside_begins_in_the_first_copy_and_ends_in_the_last() -> None:
    begins = _block(p(START, "x")) + p(STOP)
    assert _order(markup(begins, TWO), START, "x<", STOP) == [START, "x<", "x<", STOP]
    ends = p(START) + _block(p("x", STOP))
    assert _order(markup(ends, TWO), START, "x<", STOP) == [START, "x<", "x<", STOP]


@pytest.mark.parametrize("payload", [{"A": []}, TWO])
def test_the_half_of_a_range_that_lies_in_what_goes_stays(payload: Any) -> None:
    body = p("【#A】", START) + p("x") + p("【/A】") + p("y", STOP)
    assert markup(body, payload).count(START) == 1
    body = _block(p(START, "x")) + p(STOP)
    assert markup(body, payload).count(START) == 1
    inline = p("a【#A】b", START, "c【/A】d", STOP)
    assert markup(inline, payload).count(START) == 1


def test_a_range_in_what_goes_goes() -> None:
    assert "bookmark" not in markup(_block(p(START, "x", STOP)), {"A": []})


def test_ids_of_drawings_are_counted_on_from_the_highest() -> None:
    def drawing(number: int) -> str:
        return f'<w:r><w:drawing><wp:inline><wp:docPr id="{number}" name="n"/></wp:inline></w:drawing></w:r>'

    found = markup(_block(p(drawing(3))) + p(drawing(7)), {"A": [1, 2, 3]})
    assert re.findall('docPr id="([0-9]+)"', found) == ["3", "8", "9", "7"]


def test_ids_of_tracked_changes_are_new() -> None:
    found = markup(_block(p(f'<w:ins w:id="5" w:author="a">{r("x")}</w:ins>')), TWO)
    assert re.findall('ins w:id="([0-9]+)"', found) == ["5", "6"]


def test_ids_of_paragraphs_and_controls_stand_once() -> None:
    w14 = 'xmlns:w14="http://schemas.microsoft.com/office/word/2010/wordml"'
    paragraph = f'<w:p {w14} w14:paraId="0A0B0C0D" w14:textId="77777777">{r("x")}</w:p>'
    control = f'<w:sdt><w:sdtPr><w:id w:val="9"/></w:sdtPr><w:sdtContent>{p("y")}</w:sdtContent></w:sdt>'
    found = markup(_block(paragraph, control), TWO)
    assert [found.count(each) for each in ("paraId", "textId", "w:id w:val", "y</w:t>")] == [1, 1, 1, 2]


def test_names_of_vml_shapes_differ_and_what_refers_to_them_follows() -> None:
    shape = (
        '<w:r><w:pict><v:shapetype id="t1"/><v:shape id="s1" type="#t1" style="width:1pt"/></w:pict></w:r>'
    )
    found = markup(_block(p(shape)), TWO)
    assert re.findall('(?:id|type)="([^"]*)"', found) == ["t1", "s1", "#t1", "t1_c2", "s1_c2", "#t1_c2"]


def test_a_comment_is_referred_to_once() -> None:
    comment = '<w:r><w:commentReference w:id="4"/></w:r>'
    assert markup(_block(p("x", comment)), TWO).count("commentReference") == 1


MERGED, BEGUN = "<w:vMerge/>", '<w:vMerge w:val="restart"/>'


def _column(text: str) -> list[str]:
    return re.findall("<w:vMerge[^>]*>", text)


def test_a_merged_cell_that_goes_on_below_a_block_begins_once() -> None:
    row = tr(tc("【#A】x", properties=BEGUN), tc("【/A】"))
    below = tr(tc("", properties=MERGED), tc("z"))
    assert _column(markup(tbl(row, below) + END, {"A": [1, 2, 3]})) == [BEGUN, MERGED, MERGED, MERGED]
    assert _column(markup(tbl(row, below) + END, {"A": []})) == [BEGUN]


def test_a_merged_cell_that_ends_in_its_block_begins_in_each_copy() -> None:
    first = tr(tc("【#A】x", properties=BEGUN), tc(""))
    rows = first + tr(tc("", properties=MERGED), tc("y【/A】"))
    assert _column(markup(tbl(rows, tr(tc("e"), tc(""))) + END, TWO)) == [BEGUN, MERGED] * 2
    control = first + tr(tc("", properties=MERGED), tc("【/A】"))
    assert _column(markup(tbl(control, tr(tc("e"), tc(""))) + END, TWO)) == [BEGUN] * 2


def test_a_merged_cell_that_begins_above_goes_on() -> None:
    table = tbl(
        tr(tc("h", properties=BEGUN), tc("")),
        tr(tc("", properties=MERGED), tc("【#A 行】x【/A】")),
        tr(tc("", properties=MERGED), tc("")),
    )
    assert _column(markup(table + END, TWO)) == [BEGUN, MERGED, MERGED, MERGED]
    assert _column(markup(table + END, {"A": []})) == [BEGUN, MERGED]
