"""The text that a sheet shows for a number, a date or a text, by the number format of its cell.

Sources: ECMA-376 part 1, 18.8.30 (formats by number) and 18.8.31 (format codes); [MS-OI29500] 2.1.743.
Colours,
widths and alignment are no part of the text: what a format uses to align a number is left out.

There is no maintained library for this: ``ssf`` on PyPI is of 2020 and needs six packages. LibreOffice is the
oracle of the tests.
"""

import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.template.formats import amounts

GENERAL = "General"
# Formats that a file names by number alone. Excel shows them by the language of the computer; these are
# the Chinese ones.
CHINESE_BUILT_IN = {
    14: "yyyy/m/d",
    22: "yyyy/m/d h:mm",
    27: 'yyyy"年"m"月"',
    28: 'm"月"d"日"',
    29: 'm"月"d"日"',
    30: "m/d/yy",
    31: 'yyyy"年"m"月"d"日"',
    32: 'h"时"mm"分"',
    33: 'h"时"mm"分"ss"秒"',
    34: '上午/下午h"时"mm"分"',
    35: '上午/下午h"时"mm"分"ss"秒"',
    36: 'yyyy"年"m"月"',
    50: 'yyyy"年"m"月"',
    51: 'm"月"d"日"',
    52: 'yyyy"年"m"月"',
    53: 'm"月"d"日"',
    54: 'm"月"d"日"',
    55: '上午/下午h"时"mm"分"',
    56: '上午/下午h"时"mm"分"ss"秒"',
    57: 'yyyy"年"m"月"',
    58: 'm"月"d"日"',
}
_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?'
    r"|\\(?P<escaped>.)"
    r"|_(?P<space>.)"
    r"|\*(?P<fill>.)"
    r"|\[(?P<bracket>[^\]]*)\]"
    r"|(?P<ampm>AM/PM|A/P|上午/下午)"
    r"|(?P<general>General|G/通用格式)"
    r"|(?P<date>y{1,4}|e{1,4}(?![+-])|m{1,5}|d{1,4}|h{1,2}|s{1,2}|a{3,4})"
    r"|(?P<fraction>\.0+(?=[^0#?]|$))"
    r"|(?P<exponent>E[+-])"
    r"|(?P<other>.)",
    re.IGNORECASE | re.DOTALL,
)
_CONDITION = re.compile(r"(<=|>=|<>|<|>|=)(-?\d+(?:\.\d+)?)\Z")
_ELAPSED = re.compile(r"(?:h+|m+|s+)\Z", re.IGNORECASE)
_NUMERALS = re.compile(r"DBNum([123])\Z", re.IGNORECASE)
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE_DAYS = "一二三四五六日"
_DIGITS = {"1": "〇一二三四五六七八九", "2": "零壹贰叁肆伍陆柒捌玖", "3": "０１２３４５６７８９"}
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)
_GENERAL_WIDTH = 11
_STORED_DIGITS = 15


class _Token(NamedTuple):
    kind: str
    text: str


class _Section(NamedTuple):
    """One of the up to four parts of a format code, for numbers of some kind or for texts."""

    tokens: Sequence[_Token]
    condition: tuple[str, Decimal] | None
    numerals: str | None
    is_date: bool
    is_general: bool


def is_date_format(code: str) -> bool:
    """Say whether numbers of this format are dates or times."""
    return any(section.is_date for section in _sections(code)[:2])


def shown_text(code: str, text: str) -> str:
    """Return what a sheet shows for ``text`` in a cell of the format ``code``."""
    sections = _sections(code)
    section = sections[3] if len(sections) > 3 else sections[-1]
    if not any(token.kind == "at" for token in section.tokens):
        return text
    return "".join(
        text if token.kind == "at" else token.text
        for token in section.tokens
        if token.kind in ("at", "literal")
    )


def shown_number(code: str, number: Decimal) -> str:
    """Return what a sheet shows for ``number`` in the format ``code``, without blanks at the ends."""
    sections = _sections(code)
    section, is_signed = _section_of(sections, number)
    if section is None:
        return general(number)
    # A section of its own for negative numbers says how they are marked.
    value = number if is_signed else abs(number)
    if section.is_general or not section.tokens:
        shown = _general(section, value) if section.is_general else ""
    else:
        shown = _in_digits(section, value)
    return shown.strip()


def shown_date(code: str, at: datetime, elapsed: timedelta | None = None) -> str:
    """Return what a sheet shows for a date or time; ``elapsed`` is it as a duration, for [h]."""
    section = _sections(code)[0]
    return _date(section, at, elapsed).strip()


def general(number: Decimal) -> str:
    """Return a number as the format General shows it in a cell that is wide enough, never with an exponent.

    A file stores 15 digits that count; beyond these a number has digits that nobody typed.
    """
    exact = Context(prec=_STORED_DIGITS, rounding=ROUND_HALF_UP).plus(number)
    whole = max(exact.adjusted() + 1, 1)
    if exact != exact.to_integral_value() and whole < _GENERAL_WIDTH - 1:
        places = _GENERAL_WIDTH - 1 - whole
        rounded = exact.quantize(Decimal(1).scaleb(-places), context=_CONTEXT)
        # A small number keeps what it has.
        exact = rounded or exact
    text = f"{exact:f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


@lru_cache(maxsize=512)
def _sections(code: str) -> Sequence[_Section]:
    parts: list[list[_Token]] = [[]]
    for match in _TOKEN.finditer(code[:255]):
        kind = str(match.lastgroup)
        text = str(match[kind])
        if kind == "other" and text == ";":
            parts.append([])
        else:
            parts[-1].append(_Token(kind, text))
    return [_section(tokens) for tokens in parts[:4]]


def _section(tokens: Sequence[_Token]) -> _Section:
    brackets = [token.text.strip() for token in tokens if token.kind == "bracket"]
    conditions = [match for each in brackets if (match := _CONDITION.match(each)) is not None]
    numerals = [match for each in brackets if (match := _NUMERALS.match(each)) is not None]
    found = [read for token in tokens if (read := _read(token)) is not None]
    is_date = any(token.kind in ("date", "elapsed") for token in found)
    is_general = any(token.kind == "general" for token in found)
    if is_date:
        found = [_Token("literal", token.text) if token.kind in _PLAIN_IN_DATES else token for token in found]
    else:
        found = [part for token in found for part in _as_digits(token)]
    return _Section(
        found,
        (conditions[0][1], Decimal(conditions[0][2])) if conditions else None,
        numerals[0][1] if numerals else None,
        is_date and not is_general,
        is_general,
    )


_NAMES = {
    ".": "point",
    ",": "comma",
    "%": "percent",
    "/": "slash",
    "@": "at",
    "0": "digit",
    "#": "digit",
    "?": "digit",
}


def _read(token: _Token) -> _Token | None:
    """Return a token by what it does; ``None`` for colours, widths, conditions and languages."""
    kind, text = token
    if kind == "bracket":
        if text.startswith("$"):
            # [$¥-804]: a currency, then a language.
            return _Token("literal", text[1:].partition("-")[0])
        return _Token("elapsed", text.lower()) if _ELAPSED.match(text) else None
    if kind in ("space", "fill"):
        return None
    if kind in ("quoted", "escaped"):
        return _Token("literal", text)
    if kind == "other":
        return _Token(_NAMES.get(text, "literal"), text)
    return _Token(kind, text.lower() if kind == "date" else text)


_PLAIN_IN_DATES = ("point", "comma", "percent", "slash", "digit")


def _as_digits(token: _Token) -> Sequence[_Token]:
    """Return a fraction of seconds as what it is outside dates: a point and digits."""
    if token.kind != "fraction":
        return [token]
    return [_Token("point", "."), *(_Token("digit", each) for each in token.text[1:])]


def _section_of(sections: Sequence[_Section], number: Decimal) -> tuple[_Section | None, bool]:
    """Return the section for ``number``, and whether a minus still has to be written."""
    if any(each.condition is not None for each in sections[:2]):
        for index, section in enumerate(sections[:3]):
            if section.condition is None:
                # Without a condition the second one takes negative numbers where a third follows.
                if index != 1 or len(sections) < 3 or number < 0:
                    return section, True
            elif _holds(number, section.condition):
                return section, section.condition[0] not in ("<", "<=") or section.condition[1] > 0
        return None, True
    if len(sections) >= 3 and number == 0:
        return sections[2], False
    if len(sections) >= 2 and number < 0:
        return sections[1], False
    return sections[0], True


def _holds(number: Decimal, condition: tuple[str, Decimal]) -> bool:
    sign, limit = condition
    return {
        "<": number < limit, "<=": number <= limit, ">": number > limit, ">=": number >= limit,
        "=": number == limit, "<>": number != limit,
    }[sign]  # fmt: skip


def _general(section: _Section, number: Decimal) -> str:
    shown = general(number)
    if section.numerals is not None:
        shown = _in_numerals(shown, section.numerals)
    texts = {"general": shown, "percent": "%", "point": ".", "comma": ",", "slash": "/", "at": ""}
    return "".join(texts.get(token.kind, token.text) for token in section.tokens)


def _in_numerals(text: str, numerals: str) -> str:
    """Return a plain number in Chinese: 1234 is 一千二百三十四 or 壹仟贰佰叁拾肆."""
    whole, point, decimals = text.partition(".")
    digits = _DIGITS[numerals]
    if numerals == "3":
        return "".join(digits[int(each)] if each.isdigit() else each for each in text)
    sign, whole = ("负", whole[1:]) if whole.startswith("-") else ("", whole)
    try:
        written = (amounts.numeral if numerals == "1" else amounts.capital_numeral)(int(whole))
    except ValueError:
        written = "".join(digits[int(each)] for each in whole)
    return sign + written + ("点" + "".join(digits[int(each)] for each in decimals) if point else "")


def _in_digits(section: _Section, number: Decimal) -> str:
    tokens = list(section.tokens)
    digits = [index for index, token in enumerate(tokens) if token.kind == "digit"]
    if not digits:
        sign = "-" if number < 0 else ""
        return sign + "".join(token.text for token in tokens if token.kind in ("literal", "percent"))
    if any(token.kind == "slash" for token in tokens) and not any(token.kind == "point" for token in tokens):
        return _fraction(tokens, number)
    value = number
    for _ in range(sum(token.kind == "percent" for token in tokens)):
        value *= 100
    exponent = next((index for index, token in enumerate(tokens) if token.kind == "exponent"), None)
    end = len(tokens) if exponent is None else exponent
    point = next((index for index, token in enumerate(tokens[:end]) if token.kind == "point"), None)
    whole = [index for index in digits if index < (end if point is None else point)]
    decimals = [index for index in digits if point is not None and point < index < end]
    last = max((index for index in digits if index < end), default=0)
    for index in range(last + 1, end):
        # Each comma behind the digits divides by a thousand.
        value = value / 1000 if tokens[index].kind == "comma" else value
    power = 0
    if exponent is not None:
        value, power = _scaled(value, max(len(whole), 1))
    rounded = _CONTEXT.quantize(value, Decimal(1).scaleb(-len(decimals)))
    if exponent is not None and rounded.adjusted() >= max(len(whole), 1) and len(whole) == 1:
        rounded, power = _CONTEXT.quantize(rounded / 10, Decimal(1).scaleb(-len(decimals))), power + 1
    text = f"{abs(rounded):f}"
    before, _, after = text.partition(".")
    before = "" if before == "0" and not any(tokens[index].text == "0" for index in whole) else before
    is_grouped = any(
        token.kind == "comma" and whole and whole[0] < index < whole[-1] for index, token in enumerate(tokens)
    )
    shown = dict(_spread(tokens, whole, before, is_grouped))
    shown.update(_after_point(tokens, decimals, after))
    out = ["-" if rounded < 0 and rounded else ""]
    for index, token in enumerate(tokens):
        if exponent is not None and index > exponent and token.kind == "digit":
            continue
        if index in shown:
            out.append(shown[index])
        elif token.kind == "exponent":
            width = sum(index < each for each in digits)
            sign = "-" if power < 0 else "+" if token.text[1] == "+" else ""
            out.append(f"E{sign}{abs(power):0{width}}")
        elif token.kind in ("literal", "percent", "point"):
            out.append(token.text)
    shown_text = "".join(out)
    if section.numerals is not None:
        table = _DIGITS[section.numerals]
        shown_text = "".join(table[int(each)] if each in "0123456789" else each for each in shown_text)
    return shown_text


def _scaled(value: Decimal, width: int) -> tuple[Decimal, int]:
    if not value:
        return value, 0
    power = value.adjusted() - (value.adjusted() % width if width > 1 else 0)
    return value.scaleb(-power), power


def _spread(
    tokens: Sequence[_Token], places: Sequence[int], digits: str, is_grouped: bool
) -> Sequence[tuple[int, str]]:
    """Return what stands at each place before the point; the first place takes all digits that are left."""
    found: list[tuple[int, str]] = []
    count = 0
    for number, place in enumerate(reversed(places)):
        is_first = number == len(places) - 1
        taken = digits if is_first else digits[-1:]
        digits = "" if is_first else digits[:-1]
        taken = taken or ("0" if tokens[place].text == "0" else "")
        out = ""
        for each in reversed(taken):
            if is_grouped and count and count % 3 == 0:
                out = "," + out
            out = each + out
            count += 1
        found.append((place, out))
    return found


def _after_point(tokens: Sequence[_Token], places: Sequence[int], digits: str) -> dict[int, str]:
    """Return what stands at each place behind the point: # leaves zeros at the end out."""
    kept = len(digits)
    while kept and digits[kept - 1] == "0" and tokens[places[kept - 1]].text != "0":
        kept -= 1
    return {place: digits[index] if index < kept else "" for index, place in enumerate(places)}


def _fraction(tokens: Sequence[_Token], number: Decimal) -> str:
    slash = next(index for index, token in enumerate(tokens) if token.kind == "slash")
    behind = "".join(
        token.text for token in tokens[slash + 1 :] if token.kind in ("digit", "literal")
    ).strip()
    value = abs(number)
    groups = "".join(token.text if token.kind == "digit" else " " for token in tokens[:slash]).split()
    whole = int(value) if len(groups) > 1 else 0
    if behind.isdigit() and int(behind):
        bottom = int(behind)
        top = int(_CONTEXT.quantize((value - whole) * bottom, Decimal(1)))
    else:
        from fractions import Fraction

        nearest = Fraction(value - whole).limit_denominator(10 ** min(max(len(behind), 1), 4) - 1)
        top, bottom = nearest.numerator, nearest.denominator
    sign = "-" if number < 0 else ""
    if len(groups) > 1 and top == bottom:
        whole, top = whole + 1, 0
    if top == 0:
        return f"{sign}{whole}" if whole else "0"
    part = f"{top}/{bottom}"
    return f"{sign}{whole} {part}" if len(groups) > 1 and whole else sign + part


def _date(section: _Section, at: datetime, elapsed: timedelta | None) -> str:
    tokens = section.tokens
    has_halves = any(token.kind == "ampm" for token in tokens)
    hour = at.hour % 12 or 12 if has_halves else at.hour
    seconds = int((elapsed or timedelta()).total_seconds())
    out: list[str] = []
    for index, (kind, text) in enumerate(tokens):
        if kind == "literal":
            out.append(text)
        elif kind == "elapsed":
            unit = {"h": 3600, "m": 60, "s": 1}[text[0]]
            out.append(f"{seconds // unit:0{len(text)}}")
        elif kind == "ampm":
            names = text.split("/")
            out.append(names[at.hour >= 12])
        elif kind == "fraction":
            out.append("." + f"{at.microsecond:06}"[: len(text) - 1])
        elif kind == "date":
            shown = _minutes(text, at) if _is_minute(tokens, index) else _piece(text, at, hour)
            out.append(_dbnum(shown, text, section.numerals))
    return "".join(out)


def _is_minute(tokens: Sequence[_Token], index: int) -> bool:
    """Say whether an m stands for minutes: behind hours or before seconds."""
    if tokens[index].text not in ("m", "mm"):
        return False
    before = next((each for each in reversed(tokens[:index]) if each.kind in ("date", "elapsed")), None)
    after = next((each for each in tokens[index + 1 :] if each.kind in ("date", "elapsed")), None)
    return (before is not None and before.text[0] in "hs") or (after is not None and after.text[0] == "s")


def _minutes(text: str, at: datetime) -> str:
    return f"{at.minute:0{len(text)}}"


def _piece(text: str, at: datetime, hour: int) -> str:
    letter, width = text[0], len(text)
    if letter in "ye":
        return f"{at.year % 100:02}" if letter == "y" and width <= 2 else f"{at.year:04}"
    if letter == "m":
        names = {3: _MONTHS[at.month - 1][:3], 4: _MONTHS[at.month - 1], 5: _MONTHS[at.month - 1][0]}
        return names.get(width, f"{at.month:0{width}}")
    if letter == "d":
        day = _DAYS[at.weekday()]
        return {3: day[:3], 4: day}.get(width, f"{at.day:0{width}}")
    if letter == "a":
        return ("星期" if width > 3 else "") + _CHINESE_DAYS[at.weekday()]
    return f"{hour if letter == 'h' else at.second:0{width}}"


def _dbnum(shown: str, text: str, numerals: str | None) -> str:
    if numerals is None or not shown.isdigit():
        return shown
    if numerals == "1" and text[0] not in "ye":
        return amounts.numeral(int(shown))
    if numerals == "2" and text[0] not in "ye":
        return amounts.capital_numeral(int(shown))
    return "".join(_DIGITS[numerals][int(each)] for each in shown)
