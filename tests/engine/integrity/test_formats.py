"""The proof computes formats and conditions by code of its own, and as the code that fills does."""

import random
from decimal import Decimal
from itertools import product

import pytest

from docops_flask.engine.integrity.formats import formatted
from docops_flask.engine.integrity.scopes import compares
from docops_flask.engine.template.conditions import Value, holds, is_given
from docops_flask.engine.template.formats.table import Format, rule_of
from docops_flask.engine.template.formats.values import FormatError

_FORMATS = (
    "日期", "日期大写", "大写", "中文数", "中文大写", "圈码", "字母", "yyyy-MM-dd", "yy年M月d日", "HH:mm:ss",
    "H时m分", "d MMMM yyyy", "MMM", "ddd", "yyyyyy", "HHH", "sss", "yyyy-mm-dd", "yyyyMMddHHmm", "m",
    "#,##0.00", "0", "0.0", "#,##0", "0%", "0.00%", "段", "换行", "可空", "缺省:x", "xx",
)  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "written"),
    [
        ("1409.50", "壹仟肆佰零玖元伍角"),
        ("6007.14", "陆仟零柒元壹角肆分"),
        ("1680.32", "壹仟陆佰捌拾元零叁角贰分"),
        ("107000.53", "壹拾万柒仟元零伍角叁分"),
        ("16409.02", "壹万陆仟肆佰零玖元零贰分"),
        ("325.04", "叁佰贰拾伍元零肆分"),
        ("100", "壹佰元整"),
    ],
)
def test_the_amounts_of_the_regulation(amount: str, written: str) -> None:
    assert formatted(Decimal(amount), "大写") == written


def _value(random_: random.Random) -> str | int | Decimal:
    kind = random_.random()
    if kind < 0.3:
        return random_.choice(
            ("2026-05-06", "2026-12-11T14:30", "0001-01-01", " 2026-10-20 03:04:05 ", "2026-02-30", "x")
        )
    if kind < 0.5:
        return random_.randrange(-60, 800)
    # Numbers with many zeros read otherwise than others.
    number = sum(random_.randrange(1, 10) * 10**place for place in range(12) if random_.random() < 0.35)
    sign = random_.choice((1, -1))
    return random_.choice((number, str(number), Decimal(sign * number) / 100, Decimal(number) / 7))


def _as_filled(value: str | int | Decimal, written: str) -> str | None:
    name, colon, argument = written.partition(":")
    rule = rule_of(Format(name, argument if colon else None))
    try:
        return None if rule is None or rule.write is None else rule.write(value)
    except FormatError:
        return "refused"


def _as_proved(value: str | int | Decimal, written: str) -> str | None:
    try:
        return formatted(value, written)
    except ValueError:
        return "refused"


def test_both_write_any_value_in_any_format_the_same() -> None:
    random_ = random.Random(1)
    for _ in range(10_000):
        value, written = _value(random_), random_.choice(_FORMATS)
        assert _as_proved(value, written) == _as_filled(value, written), (value, written)


_VALUES: tuple[str | int | Decimal | bool, ...] = (
    "x",
    "是",
    "",
    " ",
    0,
    5,
    Decimal("5.0"),
    "5.00",
    " 5",
    "2026-05-06",
    "2026-05-06T00:00",
    True,
    False,
)
_LITERALS = ("x", "5", "5.0", "是", "否", "true", "2026-05-06", "2026-05-07", "4", " 5")


def test_both_compare_the_same() -> None:
    for value in _VALUES:
        for operator, literals in product("=≠>≥<≤", product(_LITERALS, repeat=2)):
            assert compares(value, operator, literals) == holds(value, operator, literals), (value, literals)
    others: tuple[Value, ...] = ([], [1], {}, None)
    for given in (*_VALUES, *others):
        assert compares(given, None, ()) == is_given(given)
