"""Numbers written in Chinese: amounts in capitals, numerals, circled numbers.

Source: 支付结算办法 (People's Bank of China, 1997), annex 1 「正确填写票据和结算凭证的基本规定」.
"""

from decimal import ROUND_HALF_UP, Decimal

_CAPITALS = "零壹贰叁肆伍陆柒捌玖"
_CAPITAL_UNITS = ("", "拾", "佰", "仟")
_NUMERALS = "零一二三四五六七八九"
_UNITS = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿")
_FEN = Decimal("0.01")
# The largest amount that groups of four digits up to 亿 can write.
AMOUNT_LIMIT = Decimal(10) ** 12
CIRCLED_LIMIT = 50
_THOUSANDS = 3


def amount_in_capitals(amount: Decimal) -> str:
    """Return ``amount`` in yuan, rounded half up to 分, in capitals: 1409.50 is 壹仟肆佰零玖元伍角.

    Raises ``ValueError``, which says what can be written, from 10^12 on. 人民币 is not put before it.
    """
    # First: a number of more digits than a context has cannot be rounded to 分.
    rounded = abs(amount) if abs(amount) >= AMOUNT_LIMIT else abs(amount).quantize(_FEN, ROUND_HALF_UP)
    if rounded >= AMOUNT_LIMIT:
        raise ValueError("an amount less than 10^12")
    yuan, hundredths = divmod(int(rounded * 100), 100)
    jiao, fen = divmod(hundredths, 10)
    sign = "负" if amount < 0 and rounded else ""
    if not hundredths:
        return f"{sign}{_read(yuan, _CAPITALS, _CAPITAL_UNITS)}元整"
    parts = [f"{_read(yuan, _CAPITALS, _CAPITAL_UNITS)}元"] if yuan else []
    # 零 stands for a place left out: that of 角, or that of 元 before 角.
    if yuan and (jiao == 0 or yuan % 10 == 0):
        parts.append("零")
    if jiao:
        parts.append(f"{_CAPITALS[jiao]}角")
    if fen:
        parts.append(f"{_CAPITALS[fen]}分")
    return sign + "".join(parts)


def capital_numeral(number: int) -> str:
    """Return an integer below 10^12 in capitals: 12 is 壹拾贰. Raises ``ValueError`` for others."""
    return _signed(number, _CAPITALS, _CAPITAL_UNITS)


def numeral(number: int) -> str:
    """Return an integer below 10^12 as one counts: 11 is 十一, 20 二十. Raises ``ValueError`` for others."""
    written = _signed(number, _NUMERALS, _UNITS)
    # Ten to nineteen are written without the leading one.
    return written.replace("一十", "十", 1) if written.lstrip("负").startswith("一十") else written


def circled(number: int) -> str:
    """Return ① to ㊿. Raises ``ValueError`` for numbers other than 1 to 50."""
    if not 1 <= number <= CIRCLED_LIMIT:
        raise ValueError("a whole number from 1 to 50")
    # Unicode has them in three blocks.
    if number <= 20:
        return chr(0x2460 + number - 1)
    return chr((0x3251 if number <= 35 else 0x32B1 - 15) + number - 21)


def letters(number: int) -> str:
    """Return a, b … z, aa, ab …, as Word numbers with letters after z: aa, bb.

    Raises ``ValueError`` for numbers below 1 or above 780 (thirty letters).
    """
    if not 1 <= number <= 780:
        raise ValueError("a whole number from 1 to 780")
    repeats, letter = divmod(number - 1, 26)
    return chr(ord("a") + letter) * (repeats + 1)


def _signed(number: int, digits: str, units: tuple[str, ...]) -> str:
    if abs(number) >= AMOUNT_LIMIT:
        raise ValueError("a whole number less than 10^12")
    return ("负" if number < 0 else "") + _read(abs(number), digits, units)


def _read(number: int, digits: str, units: tuple[str, ...]) -> str:
    """Return a number below 10^12: groups of four digits with 亿 and 万, one 零 for each run of zeros."""
    if number == 0:
        return digits[0]
    written = ""
    is_zero_due = False
    for place in range(11, -1, -1):
        group, unit = divmod(place, 4)
        digit = number // 10**place % 10
        if digit:
            # Zeros that end at 万 get no 零 before a 仟: 壹拾万柒仟.
            if is_zero_due and written and not (place == _THOUSANDS and number // 10_000 % 10 == 0):
                written += digits[0]
            is_zero_due = False
            written += digits[digit] + units[unit]
        else:
            is_zero_due = True
        if unit == 0 and number // 10**place % 10_000:
            written += _GROUPS[group]
    return written
