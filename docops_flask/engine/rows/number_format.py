"""The text that a sheet shows for a number or a text, by the number format of its cell.

Sources: ECMA-376 part 1, 18.8.30 (formats by number) and 18.8.31 (format codes); [MS-OI29500] 2.1.743.
Colours, widths and alignment are no part of the text: what a format uses to align a number is left out.
``shown_dates`` has the texts of dates and times.

There is no maintained library for this: ``ssf`` on PyPI is of 2020 and needs six packages. LibreOffice is the
oracle of the tests.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Context, Decimal

from docops_flask.engine.rows.format_sections import Section, Token, section_for, sections_of

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
_CONTEXT = Context(prec=60, rounding=ROUND_HALF_UP)
_GENERAL_WIDTH = 11
_STORED_DIGITS = 15


def shown_text(code: str, text: str) -> str:
    """Return what a sheet shows for ``text`` in a cell of the format ``code``."""
    sections = sections_of(code)
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
    sections = sections_of(code)
    section, is_signed = section_for(sections, number)
    if section is None:
        return general(number)
    # A section of its own for negative numbers says how they are marked.
    value = number if is_signed else abs(number)
    if section.is_general or not section.tokens:
        shown = _general(section, value) if section.is_general else ""
    else:
        shown = _in_digits(section, value)
    return shown.strip()


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


def _general(section: Section, number: Decimal) -> str:
    shown = general(number)
    if section.numerals is not None:
        # Imported here: few workbooks have numbers in Chinese numerals.
        from docops_flask.engine.rows.chinese_numerals import number_in_numerals

        shown = number_in_numerals(shown, section.numerals)
    texts = {"general": shown, "percent": "%", "point": ".", "comma": ",", "slash": "/", "at": ""}
    return "".join(texts.get(token.kind, token.text) for token in section.tokens)


def _in_digits(section: Section, number: Decimal) -> str:
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
        # As above.
        from docops_flask.engine.rows.chinese_numerals import digits_in_numerals

        shown_text = digits_in_numerals(shown_text, section.numerals)
    return shown_text


def _scaled(value: Decimal, width: int) -> tuple[Decimal, int]:
    if not value:
        return value, 0
    power = value.adjusted() - (value.adjusted() % width if width > 1 else 0)
    return value.scaleb(-power), power


def _spread(
    tokens: Sequence[Token], places: Sequence[int], digits: str, is_grouped: bool
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


def _after_point(tokens: Sequence[Token], places: Sequence[int], digits: str) -> dict[int, str]:
    """Return what stands at each place behind the point: # leaves zeros at the end out."""
    kept = len(digits)
    while kept and digits[kept - 1] == "0" and tokens[places[kept - 1]].text != "0":
        kept -= 1
    return {place: digits[index] if index < kept else "" for index, place in enumerate(places)}


def _fraction(tokens: Sequence[Token], number: Decimal) -> str:
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
