"""Numbers and parts of dates in the numerals of a number format: [DBNum1], [DBNum2] and [DBNum3].

``numerals`` is the digit of that word: 1 for 一二三, 2 for 壹贰叁, 3 for full-width digits.
Sources: ECMA-376 part 1, 18.8.31; where it leaves the numerals open, LibreOffice's.
"""

from docops_flask.engine.template.formats import amounts

_DIGITS = {"1": "〇一二三四五六七八九", "2": "零壹贰叁肆伍陆柒捌玖", "3": "０１２３４５６７８９"}


def number_in_numerals(text: str, numerals: str) -> str:
    """Return a number that is written in digits, in Chinese: 1234 is 一千二百三十四 or 壹仟贰佰叁拾肆."""
    if numerals == "3":
        return digits_in_numerals(text, numerals)
    whole, point, decimals = text.partition(".")
    sign, whole = ("负", whole[1:]) if whole.startswith("-") else ("", whole)
    try:
        written = (amounts.numeral if numerals == "1" else amounts.capital_numeral)(int(whole))
    except ValueError:
        written = digits_in_numerals(whole, numerals)
    return sign + written + ("点" + digits_in_numerals(decimals, numerals) if point else "")


def date_part_in_numerals(shown: str, code: str, numerals: str) -> str:
    """Return a part of a date in numerals: years digit by digit, all else as numbers.

    ``shown`` is its text in digits, ``code`` what the format has for it, as yyyy; names of months and days
    are returned as they are.
    """
    if not shown.isdigit():
        return shown
    is_year = code[0] in "ye"
    if numerals == "1" and not is_year:
        return amounts.numeral(int(shown))
    if numerals == "2" and not is_year:
        return amounts.capital_numeral(int(shown))
    return digits_in_numerals(shown, numerals)


def digits_in_numerals(text: str, numerals: str) -> str:
    """Return ``text`` with a numeral for each digit, one by one, without 十, 百 or 千."""
    digits = _DIGITS[numerals]
    return "".join(digits[int(each)] if each in "0123456789" else each for each in text)
