"""Formats of dates and numbers."""

from decimal import Decimal

import pytest

from docops_flask.engine.template.formats.table import FORMATS, Format, rule_of
from docops_flask.engine.template.formats.values import FormatError, Scalar


def _written(value: Scalar, name: str, argument: str | None = None) -> str:
    rule = rule_of(Format(name, argument))
    assert rule is not None
    assert rule.write is not None
    return rule.write(value)


@pytest.mark.parametrize(
    ("value", "name", "written"),
    [
        ("2026-05-06", "日期", "2026年5月6日"),
        ("2026-05-06", "日期大写", "二〇二六年五月六日"),
        ("2026-10-20", "日期大写", "二〇二六年十月二十日"),
        ("2026-05-06", "yyyy-MM-dd", "2026-05-06"),
        ("2026-05-06", "yy/M/d", "26/5/6"),
        ("2026-05-06", "yyyyMMdd", "20260506"),
        ("2026-05-06T04:05:09", "ddMMyyHHmmss", "060526040509"),
        ("2026-05-06T04:05", "m", "5"),
        ("2026-05-06T04:05:09", "yyyy年MM月dd日 HH时mm分ss秒", "2026年05月06日 04时05分09秒"),
        (1234.5, "#,##0.00", "1,234.50"),
        ("1234.50", "0.0", "1234.5"),
        (2.5, "0", "3"),
        (-2.5, "0", "-3"),
        (-0.4, "0", "0"),
        (0.125, "0.00%", "12.50%"),
        (1.005, "0.00", "1.01"),
        ("123456789012345678.90", "#,##0.0", "123,456,789,012,345,678.9"),
        (12, "大写", "壹拾贰元整"),
        (11, "中文数", "十一"),
        ("12.0", "中文大写", "壹拾贰"),
        (3, "圈码", "③"),
        (2, "字母", "b"),
        ("Straße ab", "大写字母", "STRASSE AB"),
        ("ANN", "小写字母", "ann"),
        (" two words", "句首大写", " Two words"),
        ("two  wOrds", "词首大写", "Two  WOrds"),
    ],
)
def test_a_value_is_written(value: Scalar, name: str, written: str) -> None:
    assert _written(value, name) == written


def test_a_text_stands_before_or_after_a_value() -> None:
    assert _written("Ann", "前", "Dear ") == "Dear Ann"
    assert _written(Decimal("1.50"), "后", " kg") == "1.50 kg"


def test_a_pattern_of_a_time_holds_a_colon() -> None:
    assert _written("2026-05-06T14:30", "HH", "mm") == "14:30"


@pytest.mark.parametrize(
    ("value", "name"),
    [
        ("soon", "日期"),
        ("2026-13-01", "日期"),
        ("2026-02-30", "yyyy-MM-dd"),
        (20260506, "日期"),
        ("1,234", "0.00"),
        ("NaN", "0"),
        (float("inf"), "0"),
        ("9" * 61, "0"),
        ("1.5", "中文数"),
        (51, "圈码"),
        ("1000000000000", "大写"),
    ],
)
def test_a_value_that_a_format_cannot_take_is_refused(value: Scalar, name: str) -> None:
    with pytest.raises(FormatError):
        _written(value, name)


@pytest.mark.parametrize(
    "written",
    [
        Format("日起"), Format("#.##0"), Format("yyyy-xx"), Format("--"), Format("缺省"), Format("日期", "x"),
        Format("0.00000000000"), Format("d MMMM yyyy"), Format("MMM d"), Format("dddd"), Format("yyyyyy"),
        Format("HHH"), Format("yyyy-mm-dd"), Format("yyyymmdd"), Format("d.m.yyyy"),
    ],
)  # fmt: skip
def test_what_is_no_format(written: Format) -> None:
    assert rule_of(written) is None


def test_each_format_of_the_table_is_known_by_its_name() -> None:
    for name, rule in FORMATS.items():
        known = rule_of(Format(name, "x" if rule.has_argument else None))
        assert known is not None
        assert known._replace(write=None) == rule._replace(write=None)
