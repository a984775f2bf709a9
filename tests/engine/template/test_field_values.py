"""What a payload gives to fields: paths, formats, defaults, lists."""

from decimal import Decimal
from typing import Any

import pytest

from docops_flask.engine.template.field_values import field_values


@pytest.mark.parametrize(
    ("name", "payload", "text"),
    [
        ("甲方", {"甲方": "A"}, "A"),
        (" =甲方 ", {"甲方": "A"}, "A"),
        ("合同.编号", {"合同": {"编号": 7}}, "7"),
        ("全文.甲方", {"甲方": "A"}, "A"),
        ("A", {"A": Decimal("1.50")}, "1.50"),
        ("A", {"A": Decimal("1E+3")}, "1000"),
        ("A", {"A": ""}, ""),
        ("A", {"A": "  "}, "  "),
        ("A", {"A": None}, None),
        ("A", {}, None),
        ("a.b", {"a": "no object"}, None),
        ("A|可空", {}, ""),
        ("A|缺省:无", {}, "无"),
        ("A|缺省:无", {"A": " "}, "无"),
        ("A|缺省:无", {"A": "x"}, "x"),
        ("A|日期", {"A": "2026-05-06"}, "2026年5月6日"),
        ("A|日期", {"A": ""}, ""),
        ("A|#,##0.00", {"A": 1234}, "1,234.00"),
        ("A|大写|可空", {"A": "23.5"}, "贰拾叁元伍角"),
        ("A|分隔:；", {"A": ["x", 1, None, "y"]}, "x；1；y"),
        ("A|分隔:\\n", {"A": ["x", "y"]}, "x\ny"),
        ("A|分隔:、|大写字母", {"A": ["x", "y"]}, "X、Y"),
        ("A|大写字母|分隔: or ", {"A": ["x", "y"]}, "X or Y"),
        ("A|前:第|后:条|分隔:、", {"A": [1, " ", 2]}, "第1条、 、第2条"),
        ("A|分隔:、|前:附件：", {"A": ["x", "y"]}, "附件：x、y"),
        ("A|分隔:、|前:附件：", {"A": []}, ""),
        ("A|分隔:、|缺省:无", {"A": []}, "无"),
        ("A|分隔:、|缺省:无", {"A": [None, None]}, "无"),
        ("A|分隔:、|前:附件：|缺省:无", {"A": []}, "无"),
        ("A", {"A": "a\r\nb\rc\n"}, "a\nb\nc"),
        ("A|前:x", {"A": "a\r\nb\rc\r\n"}, "xa\nb\nc"),
        ("A|大写字母|后:x", {"A": "a\r\nb"}, "A\nBx"),
    ],
)
def test_the_text_of_a_field(name: str, payload: dict[str, Any], text: str | None) -> None:
    values, errors = field_values([name], payload)
    assert (values.get(name), list(errors)) == (text, [])


def test_a_list_without_a_separator_is_joined_as_the_paragraph_wants_it() -> None:
    values, _ = field_values(["A"], {"A": ["x", "y"]})
    assert (values["A"], values.in_chinese["A"]) == ("x, y", "x、y")


def test_a_newline_at_the_end_is_told() -> None:
    assert field_values(["A"], {"A": "x\n"}).values.shortened == {"A"}


def test_formats_that_cannot_follow_one_another_are_errors_not_faults() -> None:
    _, errors = field_values(["A|日期|大写"], {"A": "2026-05-06"})
    assert [each.path for each in errors] == ["$.payload.A"]
