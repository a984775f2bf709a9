"""Values as conditions."""

from decimal import Decimal

import pytest

from docops_flask.engine.template.conditions import Value, holds, is_given, number_as_written


@pytest.mark.parametrize("value", ["a", " a ", 0, 1, Decimal("0.0"), True, ["a"], [""], {}, {"a": None}])
def test_a_value_is_given(value: Value) -> None:
    assert is_given(value)


@pytest.mark.parametrize("value", [None, "", "  \n　", False, []])
def test_a_value_is_not_given(value: Value) -> None:
    assert not is_given(value)


@pytest.mark.parametrize(
    ("value", "operator", "literals"),
    [
        ("已完成", "=", ["已完成"]),
        ("待定", "=", ["已完成", "待定"]),
        ("其他", "≠", ["已完成", "待定"]),
        ("10", "=", ["10.00"]),
        (Decimal("1.50"), "=", ["1.5"]),
        (9, "<", ["10"]),
        ("9", "<", ["10"]),
        (10, "≥", ["10"]),
        (5, ">", ["9", "3"]),
        ("2026-05-06", "<", ["2026-05-07"]),
        ("2026-05-06", "=", ["2026-05-06T00:00"]),
        (True, "=", ["是"]),
        (False, "=", ["false"]),
        (True, "≠", ["否"]),
        ("a", "=", ["a"]),
    ],
)
def test_a_comparison_holds(value: str | int | Decimal | bool, operator: str, literals: list[str]) -> None:
    assert holds(value, operator, literals)


@pytest.mark.parametrize(
    ("value", "operator", "literals"),
    [
        ("已完成", "≠", ["已完成", "待定"]),
        ("A", "=", ["a"]),
        ("b", ">", ["a"]),
        ("10", ">", ["a"]),
        ("2026-05-06", ">", ["5"]),
        (True, ">", ["0"]),
        (1, "=", ["是"]),
        (False, "=", ["0"]),
        (9, "<", ["9"]),
    ],
)
def test_a_comparison_does_not_hold(
    value: str | int | Decimal | bool, operator: str, literals: list[str]
) -> None:
    assert not holds(value, operator, literals)


@pytest.mark.parametrize(
    ("value", "written"),
    [(Decimal("1.50"), "1.50"), (Decimal("1E+3"), "1000"), (Decimal("1E-7"), "0.0000001"), (12, "12")],
)
def test_a_number_is_text_as_it_is_written(value: int | Decimal, written: str) -> None:
    assert number_as_written(value) == written
