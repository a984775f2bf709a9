"""What a block of columns covers, and which tables it cannot be repeated in."""

from typing import Any

import pytest

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.template.blocks.structure_report import structure_as_list
from tests.engine.template.blocks.block_documents import LIMITS, faults, structure, texts
from tests.factories import p, tbl, tc, tr

SPAN = '<w:gridSpan w:val="2"/>'
AFTER = tr(tc("a"), tc("b"), tc("c"))


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (p("【#A 列】x【/A】"), "BLOCK_NOT_IN_TABLE"),
        (tbl(tr(tc("【#A 列】"), tc("y"))) + p("【/A】"), "BLOCK_NOT_IN_TABLE"),
        (tbl(tr(tc("a"), tc("【#A 列】"))) + p() + tbl(tr(tc("b"), tc("【/A】"))), "BLOCK_CROSSES_TABLE"),
        (tbl(AFTER, tr(tc("z"), tc("z"), tc("【#A 列】")), tr(tc("【/A】"), tc("z"))), "BLOCK_CROSSES_TABLE"),
        (tbl(tr(tc("a"), tc("【#A 列】x【/A】")), tr(tc("over", properties=SPAN))), "COLUMN_CUTS_SPAN"),
        (tbl(tr(tc("a"), tc("【#A 列】x【/A】")), tr(tc("short"))), "COLUMN_CUTS_SPAN"),
        (tbl(tr(tc("【#A 列】x"), tc("y【/A】"))), "COLUMN_CUTS_SPAN"),
        (
            tbl(
                tr(tc("a"), tc("【#A 列】x【/A】")),
                tr(tc("y"), properties='<w:gridBefore w:val="1"/>'),
            ),
            "COLUMN_CUTS_SPAN",
        ),
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
    "body",
    [
        tbl(tr(tc("a"), tc("【#A 列】x【/A】")), tr(tc("【#B】b"), tc("c【/B】"))),
        tbl(tr(tc("a"), tc("【#A 列】x【/A】")), tr(tc("b"), tc("【?B】c【/B】"))),
    ],
    ids=["rows that cross", "a block in another row"],
)
def test_a_block_that_crosses_columns_overlaps(body: str) -> None:
    assert {each[0] for each in faults(body + p("end"))} == {"BLOCKS_OVERLAP"}


def test_columns_have_no_other_part() -> None:
    body = tbl(tr(tc("a"), tc("【#A 列】x【否则】y【/A】")))
    assert [each[0] for each in faults(body + p("end"))] == ["DIVIDER_NOT_ALONE"]


def test_tags_between_those_of_the_block_in_other_columns_are_of_the_scope_around() -> None:
    body = tbl(tr(tc("【X】"), tc("【#A 列】【N】")), tr(tc("【Y】"), tc("【M】【/A】")))
    payload: dict[str, Any] = {"X": "x", "Y": "y", "A": [{"N": "1", "M": "2"}, {"N": "3", "M": "4"}]}
    assert texts(body + p("end"), payload) == ["x", "1", "3", "y", "2", "4", "end"]


def test_blocks_inside_stand_between_the_tags_of_the_row() -> None:
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
