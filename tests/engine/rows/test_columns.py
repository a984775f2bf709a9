"""The header of a sheet says which field each column fills."""

import pytest

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.rows.columns import parse_columns, plan_columns, unknown_headers
from docops_flask.engine.rows.row_fields import RowField
from docops_flask.engine.rows.row_numbers import parse_row_numbers
from docops_flask.engine.template.payload_schema import ValueKind

FIELDS = (
    RowField(("recipient",), ValueKind.TEXT, (), ("RECIPIENT", "主送单位", "Recipient")),
    RowField(("甲方", "名称"), ValueKind.TEXT),
    RowField(("采购项", "品名"), ValueKind.TEXT, (1,)),
    RowField(("采购项", "单价"), ValueKind.NUMBER, (1,)),
    RowField(("服务项", "单价"), ValueKind.NUMBER, (1,)),
)


@pytest.mark.parametrize(
    ("header", "name"),
    [
        ("recipient", "recipient"),
        ("RECIPIENT", "recipient"),
        ("【RECIPIENT】", "recipient"),
        ("主送单位", "recipient"),
        ("主送单位*：", "recipient"),
        (" ｒｅｃｉｐｉｅｎｔ ", "recipient"),
        ("甲方.名称", "甲方.名称"),
        ("名称", "甲方.名称"),
        ("品名", "采购项.品名"),
        ("采购项.单价", "采购项.单价"),
    ],
)
def test_a_header_is_a_key_a_placeholder_a_label_or_a_path(header: str, name: str) -> None:
    plan = plan_columns([header], FIELDS, {})
    assert plan.faults == []
    (column,) = plan.columns
    assert column.field is not None
    assert column.field.name == name


def test_an_unknown_header_is_a_fault_with_a_near_name() -> None:
    plan = plan_columns(["recipient", "recipent"], FIELDS, {})
    (fault,) = plan.faults
    assert (fault.row, fault.column) == (0, "recipent")
    assert "Did you mean recipient?" in fault.message
    assert plan.columns[1].suggestion == "recipient"


def test_columns_say_what_a_header_means_or_that_it_is_left_out() -> None:
    given = {"收件人": "recipient", "备注": None}
    plan = plan_columns(["收件人", "备注"], FIELDS, given)
    assert plan.faults == []
    assert [each.field and each.field.name for each in plan.columns] == ["recipient", None]
    assert [each.column for each in unknown_headers({"备住": None}, ["备注"])] == ["备住"]
    (fault,) = plan_columns(["收件人"], FIELDS, {"收件人": "recipent"}).faults
    assert "Did you mean recipient?" in fault.message


def test_a_name_of_several_fields_has_to_be_written_whole() -> None:
    (fault,) = plan_columns(["recipient", "单价"], FIELDS, {}).faults
    assert "采购项.单价, 服务项.单价" in fault.message


def test_two_columns_do_not_fill_one_field() -> None:
    (fault,) = plan_columns(["recipient", "主送单位"], FIELDS, {}).faults
    assert "fills recipient already" in fault.message


def test_a_header_without_any_field_is_told_with_what_the_template_takes() -> None:
    (fault,) = plan_columns(["x", "y"], FIELDS, {}).faults
    assert "the template takes recipient, 甲方.名称" in fault.message


def test_headers_of_a_sheet_of_a_list_leave_the_lists_name_out() -> None:
    plan = plan_columns(
        ["合同编号", "单价"], FIELDS, {}, sheet="服务项", inside=("服务项",), links=["合同编号"]
    )
    assert plan.faults == []
    link, price = plan.columns
    assert link.is_link
    assert price.field is not None
    assert price.field.name == "服务项.单价"


@pytest.mark.parametrize("text", ["", "[]", '{"a": 1}', "{", "[" * 100_000])
def test_columns_are_an_object_of_names(text: str) -> None:
    with pytest.raises(InvalidArgument, match="columns"):
        parse_columns(text)


def test_row_numbers_are_numbers_and_ranges() -> None:
    assert parse_row_numbers("3,7, 12-15") == ((3, 3), (7, 7), (12, 15))
    assert parse_row_numbers("3，7、12–15") == ((3, 3), (7, 7), (12, 15))


@pytest.mark.parametrize("text", ["", "0", "a", "5-3", "-1", "1.5", "1;2", ",".join("1" * 1001)])
def test_other_row_numbers_are_refused(text: str) -> None:
    with pytest.raises(InvalidArgument, match="row_numbers"):
        parse_row_numbers(text)
