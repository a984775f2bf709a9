"""Amounts in capitals and numbers in Chinese, against the regulation's own examples."""

from decimal import Decimal

import pytest

from docops_flask.engine.template.formats.amounts import (
    amount_in_capitals,
    capital_numeral,
    circled,
    letters,
    numeral,
)

REGULATION = {
    "1409.50": "壹仟肆佰零玖元伍角",
    "6007.14": "陆仟零柒元壹角肆分",
    "1680.32": "壹仟陆佰捌拾元零叁角贰分",
    "107000.53": "壹拾万柒仟元零伍角叁分",
    "16409.02": "壹万陆仟肆佰零玖元零贰分",
    "325.04": "叁佰贰拾伍元零肆分",
    "100": "壹佰元整",
}
OTHERS = {
    "0": "零元整",
    "0.05": "伍分",
    "0.50": "伍角",
    "0.004": "零元整",
    "0.005": "壹分",
    "-3": "负叁元整",
    "-0.001": "零元整",
    "10": "壹拾元整",
    "10.05": "壹拾元零伍分",
    "10700": "壹万零柒佰元整",
    "10001000": "壹仟万壹仟元整",
    "100000000": "壹亿元整",
    "100010000": "壹亿零壹万元整",
    "1000010000.05": "壹拾亿零壹万元零伍分",
    "999999999999.99": "玖仟玖佰玖拾玖亿玖仟玖佰玖拾玖万玖仟玖佰玖拾玖元玖角玖分",
}


@pytest.mark.parametrize(("number", "written"), [*REGULATION.items(), *OTHERS.items()])
def test_an_amount_in_capitals(number: str, written: str) -> None:
    assert amount_in_capitals(Decimal(number)) == written


@pytest.mark.parametrize("number", ["1000000000000", "999999999999.995", "-1000000000000", "1E+59"])
def test_an_amount_from_ten_to_the_twelfth_on_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="less than"):
        amount_in_capitals(Decimal(number))


@pytest.mark.parametrize(
    ("number", "written"),
    [
        (0, "零"),
        (1, "一"),
        (10, "十"),
        (11, "十一"),
        (20, "二十"),
        (110, "一百一十"),
        (-12, "负十二"),
        (10010, "一万零一十"),
    ],
)
def test_a_number_as_one_counts(number: int, written: str) -> None:
    assert numeral(number) == written


def test_a_number_in_capitals() -> None:
    assert [capital_numeral(each) for each in (0, 12, 123)] == ["零", "壹拾贰", "壹佰贰拾叁"]


def test_circled_numbers() -> None:
    assert "".join(map(circled, (1, 20, 21, 35, 36, 50))) == "①⑳㉑㉟㊱㊿"
    for number in (0, 51):
        with pytest.raises(ValueError, match="1 to 50"):
            circled(number)


def test_letters_are_repeated_after_z_as_in_word() -> None:
    assert [letters(each) for each in (1, 26, 27, 53)] == ["a", "z", "aa", "aaa"]
    with pytest.raises(ValueError, match="1 to 780"):
        letters(0)
