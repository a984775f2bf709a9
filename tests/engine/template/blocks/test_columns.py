"""What a block of columns covers, and which tables it cannot be repeated in."""

import re
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.template.blocks.structure_report import structure_as_list
from tests.engine.template.blocks.block_documents import LIMITS, faults, markup, structure, texts
from tests.factories import p, tbl, tc, tr

SPAN = '<w:gridSpan w:val="2"/>'
MERGED, GOES_ON = '<w:hMerge w:val="restart"/>', "<w:hMerge/>"
AFTER = tr(tc("a"), tc("b"), tc("c"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (p("【#A 列】x【/A】"), "BLOCK_NOT_IN_TABLE"),
        (tbl(tr(tc("【#A 列】"), tc("y"))) + p("【/A】"), "BLOCK_NOT_IN_TABLE"),
        (tbl(tr(tc("a"), tc("【#A 列】"))) + p() + tbl(tr(tc("b"), tc("【/A】"))), "BLOCK_CROSSES_TABLE"),
        (tbl(AFTER, tr(tc("z"), tc("z"), tc("【#A 列】")), tr(tc("【/A】"), tc("z"))), "BLOCK_CROSSES_TABLE"),
        (
            tbl(tr(tc("a"), tc("【#A 列】x"), tc("y【/A】")), tr(tc("cut", properties=SPAN), tc("b"))),
            "COLUMN_CUTS_SPAN",
        ),
        (
            tbl(tr(tc("【#A 列】x", properties=SPAN), tc("z")), tr(tc("【/A】"), tc("y"), tc("z"))),
            "COLUMN_CUTS_SPAN",
        ),
        (
            tbl(
                tr(tc("【#A 列】x【/A】"), tc("y")),
                tr(tc("on", properties=MERGED), tc("", properties=GOES_ON)),
            ),
            "COLUMN_CUTS_SPAN",
        ),
        (tbl(tr(tc("a"), tc("【#A 列】x【/A】")), tr(tc("short"))), "COLUMN_CUTS_SPAN"),
        (
            tbl(tr(tc("a"), tc("【#A 列】x【/A】"))).replace(
                "<w:tblGrid/>", "<w:tblGrid><w:gridCol/></w:tblGrid>"
            ),
            "COLUMN_CUTS_SPAN",
        ),
    ],
)
def test_where_there_are_no_columns_to_repeat_a_fault_is_told(body: str, code: str) -> None:
    assert {each[0] for each in faults(body + p("end"))} == {code}


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (tbl(tr(tc("【#R】"), tc("【#A 列】x【/A】")), tr(tc("b"), tc("c【/R】"))), {"【#A 列】"}),
        (tbl(tr(tc("a"), tc("【#A 列】x【#B 列】y【/B】【/A】"))), {"【#A 列】"}),
        (
            tbl(tr(tc("a"), tc("【#A 列】x【/A】")), tr(tc("b"), tc("【#B 列】y【/B】"))),
            {"【#A 列】", "【#B 列】"},
        ),
        (tbl(tr(tc("a"), tc("【#A 列】x"), tc("y【/A】")), tr(tc("b"), tc("【?B】c"), tc("d【/B】"))), set()),
        (tbl(tr(tc("a"), tc("【#A 列】x【/A】【?B】y【/B】"))), {"【#A 列】", "【?B】"}),
    ],
    ids=["begun in a repeated row", "columns in columns", "two blocks", "rows across", "behind in its row"],
)
def test_blocks_that_share_columns_or_begin_in_repeated_rows_overlap(body: str, told: set[str]) -> None:
    found = faults(body + p("end"))
    assert {each[1] for each in found} == told
    assert {each[0] for each in found} <= {"BLOCKS_OVERLAP"}


@pytest.mark.parametrize(
    ("count", "widened"),
    [(0, ["", "1"]), (1, ["2", "3"]), (3, ["4", "5"])],
)
def test_a_cell_over_the_columns_and_others_spans_as_many_as_there_come_to_be(
    count: int, widened: list[str]
) -> None:
    over = tc("over", properties=SPAN), tc("b")
    body = tbl(
        tr(*over), tr(tc("all", properties='<w:gridSpan w:val="3"/>')),
        tr(tc("a"), tc("【#A 列】x【/A】"), tc("z")),
    )  # fmt: skip
    found = re.findall('gridSpan w:val="([0-9]+)"', markup(body + p("end"), {"A": ["i"] * count}))
    assert found == ([each for each in widened if each] if count else ["1", "2"])


def test_a_cell_over_several_blocks_of_columns_goes_by_all_of_them() -> None:
    body = tbl(
        tr(tc("all", properties='<w:gridSpan w:val="3"/>')),
        tr(tc("a"), tc("【#A 列】x【/A】"), tc("【?B 列】y【/B】")),
    )
    found = markup(body + p("end"), {"A": ["1", "2", "3"], "B": None})
    assert 'gridSpan w:val="4"' in found


GRID = '<w:tblGrid><w:gridCol w:w="1000"/><w:gridCol w:w="3000"/><w:gridCol w:w="2000"/></w:tblGrid>'


def wide(*rows: str) -> str:
    """A table of 6,000 twips."""
    made = tbl(*rows).replace("<w:tblGrid/>", GRID)
    return made.replace("<w:tblPr/>", '<w:tblPr><w:tblW w:w="6000" w:type="dxa"/></w:tblPr>')


@pytest.mark.parametrize(
    ("count", "widths"), [(0, ["3000", "1000"]), (1, ["6000", "4000"]), (2, ["6000", "4000"])]
)
def test_columns_without_a_copy_take_their_width_away(count: int, widths: list[str]) -> None:
    over = tc("over", properties='<w:tcW w:w="4000" w:type="dxa"/>' + SPAN)
    body = wide(tr(over, tc("b")), tr(tc("a"), tc("【#A 列】x【/A】"), tc("z"))) + p("end")
    found = markup(body, {"A": ["i"] * count})
    assert re.findall('<w:t(?:blW|cW) w:w="([0-9]+)"', found) == widths
    grid = re.findall('gridCol w:w="([0-9]+)"', found)
    assert (len(grid), sum(map(int, grid))) == (2 + count, int(widths[0]))


@pytest.mark.parametrize("count", [0, 1, 2])
def test_a_row_of_such_columns_alone_goes_without_a_copy_and_with_all_its_rows_the_table(count: int) -> None:
    payload = {"A": ["i"] * count}
    alone = tbl(tr(tc("【#A 列】【.】"), tc("y【/A】")), tr(tc("1"), tc("2")))
    assert texts(alone + p("end"), payload) == [*["i", "y"] * count, *["1", "2"] * count, "end"]
    assert markup(alone + p("end"), payload).count("<w:tbl>") == bool(count)
    beside = tbl(tr(tc("a"), tc("【#A 列】【.】【/A】")), tr(tc("b"), properties='<w:gridBefore w:val="1"/>'))
    assert markup(beside + p("end"), payload).count("<w:tr>") == 1 + bool(count)


def test_a_row_that_two_blocks_of_columns_fill_goes_with_both() -> None:
    row = tr(tc("【?A 列】a【/A】"), tc("【?B 列】b【/B】"))
    assert texts(tbl(row) + p("end"), {"A": "1"}) == ["a", "end"]
    assert texts(tbl(row) + p("end"), {}) == ["end"]


def test_blocks_in_cells_of_the_columns_have_the_item_of_the_column() -> None:
    body = tbl(
        tr(tc("【?X】x【/X】"), tc("【?X】first【/X】")),
        tr(tc("a"), tc("【#A 列】【N】【/A】")),
        tr(tc("b"), tc(p("【#L】"), p("【.】 of 【上级.N】"), p("【/L】"), p("【^X】none【/X】"))),
    )
    payload: dict[str, Any] = {"A": [{"N": "1", "X": "x", "L": ["u", "v"]}, {"N": "2", "L": []}]}
    expected = ["", "first", "", "a", "1", "2", "b", "u of 1", "v of 1", "none", "end"]
    assert texts(body + p("end"), payload) == expected


def test_a_block_between_the_tags_in_other_columns_is_of_the_scope_around() -> None:
    body = tbl(
        tr(tc("a"), tc("【#A 列】【N】"), tc("z")),
        tr(tc("b"), tc("c"), tc("【?X】x【/X】")),
        tr(tc("d"), tc("e【/A】"), tc("y")),
    )
    payload: dict[str, Any] = {"X": "x", "A": [{"N": "1"}, {"N": "2"}]}
    assert texts(body + p("end"), payload)[4:9] == ["b", "c", "c", "x", "d"]


MATRIX = tbl(
    tr(tc("h"), tc("【#M 列】【N】【/M】"), tc("sum")),
    tr(tc("【#R】【T】"), tc("【V】/【上级.T】【?X】!【/X】"), tc("【S】【/R】")),
)
ROWS: dict[str, Any] = {
    "M": [{"N": "m1"}, {"N": "m2"}],
    "R": [
        {"T": "a", "S": "3", "M": [{"V": "1"}, {"V": "2", "X": "x"}]},
        {"T": "b", "S": "7", "M": [{"V": "3"}, {"V": "4"}]},
    ],
}


def test_rows_across_the_columns_have_a_list_for_them() -> None:
    assert texts(MATRIX + p("end"), ROWS) == [
        "h", "m1", "m2", "sum", "a", "1/a", "2/a!", "3", "b", "3/b", "4/b", "7", "end"
    ]  # fmt: skip


@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_of_another_length_than_that_of_the_headings_is_refused(count: int) -> None:
    rows = [{**ROWS["R"][0], "M": [{"V": "1"}] * count}]
    with pytest.raises(InvalidArgument) as refused:
        texts(MATRIX + p("end"), {**ROWS, "R": rows})
    assert refused.value.detail["errors"][0]["path"] == "$.payload.R[0].M"


def test_a_row_without_such_a_list_keeps_its_tags() -> None:
    rows = [{"T": "a", "S": "3"}]
    assert texts(MATRIX + p("end"), {**ROWS, "R": rows})[4:8] == ["a", "【V】/a", "【V】/a", "3"]


def test_a_list_of_the_whole_document_is_that_of_each_row() -> None:
    body = tbl(
        tr(tc("h"), tc("【#全文.M 列】【N】【/全文.M】")), tr(tc("【#R】【T】"), tc("【N】/【上级.T】【/R】"))
    )
    assert texts(body + p("end"), ROWS)[3:] == ["a", "m1/a", "m2/a", "b", "m1/b", "m2/b", "end"]


def test_columns_that_a_condition_drops_are_dropped_in_all_rows_by_the_scope_around() -> None:
    body = tbl(tr(tc("h"), tc("【?C 列】cost【/C】")), tr(tc("【#R】【T】"), tc("【S】【/R】")))
    assert texts(body + p("end"), {**ROWS, "C": "y"})[:4] == ["h", "cost", "a", "3"]
    assert texts(body + p("end"), ROWS) == ["h", "a", "b", "end"]


def test_columns_that_are_not_given_stay_in_each_row() -> None:
    rows = {"R": ROWS["R"]}
    assert texts(MATRIX + p("end"), rows)[3:7] == ["a", "【V】/【上级.T】【?X】!【/X】", "3", "b"]


def test_control_rows_across_the_columns_go() -> None:
    body = tbl(
        tr(tc("h"), tc("【#M 列】【N】【/M】")),
        tr(tc("【#R】"), tc("")),
        tr(tc("【T】"), tc("【V】")),
        tr(tc("【/R】"), tc("")),
    )
    assert texts(body + p("end"), ROWS)[3:] == ["a", "1", "2", "b", "3", "4", "end"]


def test_the_schema_asks_each_row_for_the_list() -> None:
    found = structure_as_list(structure(MATRIX + p("end")))
    assert [(each["name"], each["fields"]) for each in found] == [("M", ["N"]), ("R", ["T", "S"])]
    inside = found[1]["inside"]
    assert [(each["name"], each["from"], each["fields"]) for each in inside] == [
        ("M", "t0.r1.c1.p0", ["V", "上级.T"])
    ]


def test_columns_have_no_other_part() -> None:
    body = tbl(tr(tc("a"), tc("【#A 列】x【否则】y【/A】")))
    assert [each[0] for each in faults(body + p("end"))] == ["DIVIDER_NOT_ALONE"]


def test_tags_between_those_of_the_block_in_other_columns_are_of_the_scope_around() -> None:
    body = tbl(tr(tc("【X】"), tc("【#A 列】【N】")), tr(tc("【Y】"), tc("【M】【/A】")))
    payload: dict[str, Any] = {"X": "x", "Y": "y", "A": [{"N": "1", "M": "2"}, {"N": "3", "M": "4"}]}
    assert texts(body + p("end"), payload) == ["x", "1", "3", "y", "2", "4", "end"]


def test_blocks_between_the_tags_of_the_row_lie_inside() -> None:
    body = tbl(tr(tc("a"), tc("【#A 列】【?N】n【N】【/N】【/A】")), tr(tc("b"), tc("【#】")))
    assert texts(body + p("end"), {"A": [{"N": "1"}, {}]}) == ["a", "n1", "", "b", "1", "2", "end"]


def test_inspect_tells_the_columns_and_the_fields_of_all_rows() -> None:
    body = tbl(
        tr(tc("【X】"), tc("【N】")), tr(tc("a"), tc("【#A 列】【M】【/A】")), tr(tc("b"), tc("【L】"))
    )
    found = structure_as_list(structure(body + p("end")))
    assert [(each["extent"], each["from"], each["fields"]) for each in found] == [
        ("columns", "t0.r1.c1.p0", ["N", "M", "L"])
    ]


def _columns(*rows: str, copies: int, limits: Limits = LIMITS, **more: Any) -> list[str]:
    payload = {"A": [{"N": str(number)} for number in range(copies)], **more}
    return texts(tbl(*rows) + p("end"), payload, limits=limits)


REPEATED = tr(tc("a"), tc("【#A 列】【N】【/A】"), tc("【?B 列】b【/B】", properties=SPAN), tc("c"))
OTHER = tr(tc("a"), tc("b"), tc("c", properties=SPAN), tc("d"))


def test_the_columns_of_a_table_are_counted_with_all_its_blocks() -> None:
    assert len(_columns(OTHER, REPEATED, copies=60, B="")) == 2 * 62 + 1
    assert len(_columns(OTHER, REPEATED, copies=59, B="b")) == 2 * 62 + 1
    with pytest.raises(TemplateLimitExceeded, match="【#A 列】") as refused:
        _columns(OTHER, REPEATED, copies=60, B="b")
    assert refused.value.detail["limit"] == "table_columns"


def test_the_widest_row_counts() -> None:
    wide = tr(tc("a"), tc("b"), *[tc("c")] * 60)
    with pytest.raises(TemplateLimitExceeded):
        _columns(wide, tr(tc("a"), tc("【#A 列】【N】【/A】"), tc("c")), copies=3)


def test_a_table_of_too_many_columns_that_gets_no_more_is_filled() -> None:
    wide = tr(tc("a"), tc("【#A 列】【N】【/A】"), *[tc("c")] * 70)
    assert len(_columns(wide, copies=1)) == 73


def test_columns_are_counted_before_anything_is_copied() -> None:
    rows = [OTHER] * 10
    with pytest.raises(TemplateLimitExceeded) as refused:
        _columns(*rows, REPEATED, copies=70, B="b", limits=LIMITS._replace(block_copies=60))
    assert refused.value.detail["limit"] == "table_columns"


def test_tables_in_copies_of_a_list_are_counted_each_by_itself() -> None:
    body = p("【#L】") + tbl(OTHER, REPEATED) + p("【/L】") + p("end")
    items: list[Any] = [{"A": [{"N": "n"}] * 40, "B": "b"}] * 2
    assert len(texts(body, {"L": items})) == 2 * 2 * 43 + 1


def test_a_cell_over_columns_of_which_none_is_left_spans_one_and_keeps_its_width() -> None:
    width = '<w:tcW w:w="200" w:type="dxa"/>'
    rows = (
        tr(tc("title", properties=width + SPAN)),
        tr(tc("【#A 列】【.】【/A】"), tc("【#B 列】【.】【/B】")),
    )
    written = markup(tbl(*rows) + p("end"), {"A": [], "B": []})
    assert 'w:gridSpan w:val="1"' in written
    assert width in written
