"""The formats of template language 2, as the proof computes them (docs/templates.md, chapter *Formats*).

Written apart from ``engine.template.formats``. Source of amounts in capitals: 支付结算办法 (1997), annex 1.
"""

import re
from collections.abc import Callable
from datetime import datetime
from decimal import ROUND_HALF_UP, Context, Decimal

_DATE = re.compile(r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?)?", re.ASCII)
_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
_NUMBER_PATTERN = re.compile(r"(#,##)?0(?:\.(0{1,10}))?(%)?")
_DATE_PATTERN = re.compile("[yMdHms年月日时分秒/.: T-]+")
_DATE_RUNS = re.compile("y+|M+|d+|H+|m+|s+")
_DATE_PIECES = frozenset(("yyyy", "yy", "MM", "M", "dd", "d", "HH", "H", "mm", "m", "ss"))
_DATE_PIECE = re.compile("yyyy|yy|MM|M|dd|d|HH|H|mm|m|ss")
_EXACT = Context(prec=200, rounding=ROUND_HALF_UP)
_CAPITALS, _CAPITAL_UNITS = "零壹贰叁肆伍陆柒捌玖", ("", "拾", "佰", "仟")
_NUMERALS, _UNITS = "零一二三四五六七八九", ("", "十", "百", "千")
_MYRIAD = 10_000

# What a format takes and gives; ``None`` where it cannot take it.
Scalar = str | int | Decimal


def formatted(value: Scalar, written: str) -> str | None:
    """Return what the format ``written``, with its argument, makes of a value.

    ``None`` where it is no format that writes a value; raises ``ValueError`` where it cannot take the value.
    """
    pattern = _NUMBER_PATTERN.fullmatch(written)
    if pattern is not None:
        return _by_number_pattern(_decimal(value), *pattern.groups())
    if _is_date_pattern(written):
        return _by_date_pattern(_datetime(value), written)
    name, colon, text = written.partition(":")
    if colon and name == "前":
        return text + _text(value)
    if colon and name == "后":
        return _text(value) + text
    write = _TABLE.get(written)
    return None if write is None else write(value)


def _is_date_pattern(written: str) -> bool:
    """Say whether a format is a pattern of a date: MMMM is none, nor are minutes in a date without hours."""
    runs = _DATE_RUNS.findall(written) if _DATE_PATTERN.fullmatch(written) else []
    letters = {run[0] for run in runs}
    has_lone_minutes = "m" in letters and "H" not in letters and bool(letters & {"y", "M", "d"})
    return bool(runs) and _DATE_PIECES.issuperset(runs) and not has_lone_minutes


def read_date(value: object) -> datetime | None:
    """Return an ISO date or time, ``None`` for what is none."""
    match = _DATE.fullmatch(value.strip()) if isinstance(value, str) else None
    try:
        return None if match is None else datetime(*[int(each or 0) for each in match.groups()])  # type: ignore[arg-type]
    except ValueError:
        return None


def read_number(value: Scalar) -> Decimal | None:
    """Return a number, or the number that a text is; ``None`` for any other text."""
    if isinstance(value, str):
        return Decimal(value.strip()) if _NUMBER.fullmatch(value.strip()) else None
    return Decimal(value)


def _datetime(value: Scalar) -> datetime:
    found = read_date(value)
    if found is None:
        raise ValueError("no date")
    return found


def _decimal(value: Scalar) -> Decimal:
    found = read_number(value)
    if found is None:
        raise ValueError("no number")
    return found


def _by_number_pattern(
    number: Decimal, grouped: str | None, decimals: str | None, percent: str | None
) -> str:
    if percent:
        number = _EXACT.multiply(number, Decimal(100))
    places = len(decimals or "")
    rounded = _EXACT.quantize(number, Decimal(1).scaleb(-places))
    written = format(abs(rounded), f"{',' if grouped else ''}.{places}f")
    return f"{'-' if rounded < 0 else ''}{written}{percent or ''}"


def _by_date_pattern(at: datetime, pattern: str) -> str:
    numbers = {"y": at.year, "M": at.month, "d": at.day, "H": at.hour, "m": at.minute, "s": at.second}

    def piece(match: "re.Match[str]") -> str:
        number, width = numbers[match[0][0]], len(match[0])
        return str(number % 100 if match[0] == "yy" else number).zfill(width)

    return _DATE_PIECE.sub(piece, pattern)


def _date(value: Scalar) -> str:
    at = _datetime(value)
    return f"{at.year}年{at.month}月{at.day}日"


def _date_in_chinese(value: Scalar) -> str:
    at = _datetime(value)
    year = "".join("〇一二三四五六七八九"[int(digit)] for digit in str(at.year).zfill(4))
    return f"{year}年{_as_counted(at.month)}月{_as_counted(at.day)}日"


def _spoken(number: int, digits: str, units: tuple[str, ...]) -> str:
    """Return a number below 10^12 in groups of four digits; one 零 for the zeros between two digits."""
    if number >= _MYRIAD**3:
        raise ValueError("too large")
    places = [place for place in range(11, -1, -1) if number // 10**place % 10]
    written = []
    for before, place, behind in zip([None, *places], places, [*places[1:], -1], strict=False):
        # None where 万 has no digit of its own and a 仟 follows it.
        is_behind_wan = place == 3 and number // _MYRIAD % 10 == 0
        if before is not None and before - place > 1 and not is_behind_wan:
            written.append(digits[0])
        written.append(digits[number // 10**place % 10] + units[place % 4])
        if place // 4 != behind // 4:
            written.append(("", "万", "亿")[place // 4])
    return "".join(written) or digits[0]


def _amount(value: Scalar) -> str:
    amount = _decimal(value)
    hundredths = int(_EXACT.quantize(abs(amount), Decimal("0.01")).scaleb(2))
    yuan, jiao, fen = hundredths // 100, hundredths // 10 % 10, hundredths % 10
    sign = "负" if amount < 0 and hundredths else ""
    whole = _spoken(yuan, _CAPITALS, _CAPITAL_UNITS) + "元"
    if not hundredths % 100:
        return f"{sign}{whole}整"
    zero = "零" if yuan and (not jiao or not yuan % 10) else ""
    small = (f"{_CAPITALS[jiao]}角" if jiao else "") + (f"{_CAPITALS[fen]}分" if fen else "")
    return sign + (whole if yuan else "") + zero + small


def _integer(value: Scalar) -> int:
    number = _decimal(value)
    if number != number.to_integral_value():
        raise ValueError("no whole number")
    return int(number)


def _as_counted(number: int) -> str:
    written = _spoken(abs(number), _NUMERALS, _UNITS)
    if written.startswith("一十"):
        written = written[1:]
    return ("负" if number < 0 else "") + written


def _in_capitals(value: Scalar) -> str:
    number = _integer(value)
    return ("负" if number < 0 else "") + _spoken(abs(number), _CAPITALS, _CAPITAL_UNITS)


def _circled(value: Scalar) -> str:
    number = _integer(value)
    for first, last, character in ((1, 20, "①"), (21, 35, "㉑"), (36, 50, "㊱")):
        if first <= number <= last:
            return chr(ord(character) + number - first)
    raise ValueError("no number from 1 to 50")


def _letters(value: Scalar) -> str:
    number = _integer(value)
    if not 1 <= number <= 780:
        raise ValueError("no number from 1 to 780")
    return "abcdefghijklmnopqrstuvwxyz"[(number - 1) % 26] * ((number + 25) // 26)


def _text(value: Scalar) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int) else f"{value:f}"


def _begun(text: str, words: int | None) -> str:
    """Return ``text`` with capital letters at the beginning of its first ``words`` words, or of all."""
    pieces = re.split(r"(\s+)", text)
    done = 0
    for number, piece in enumerate(pieces):
        if piece and not piece.isspace() and (words is None or done < words):
            pieces[number] = piece[0].upper() + piece[1:]
            done += 1
    return "".join(pieces)


_TABLE: dict[str, Callable[[Scalar], str]] = {
    "日期": _date,
    "日期大写": _date_in_chinese,
    "大写": _amount,
    "中文数": lambda value: _as_counted(_integer(value)),
    "中文大写": _in_capitals,
    "圈码": _circled,
    "字母": _letters,
    "大写字母": lambda value: _text(value).upper(),
    "小写字母": lambda value: _text(value).lower(),
    "句首大写": lambda value: _begun(_text(value), 1),
    "词首大写": lambda value: _begun(_text(value), None),
}
