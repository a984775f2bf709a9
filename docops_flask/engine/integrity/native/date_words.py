"""Dates in controls, for the proof: the format that a picture of Word is, the day that a text shows."""

import re
from datetime import datetime

from docops_flask.engine.integrity.formats import formatted

_CHINESE_NUMERALS = "日期大写"
_MOMENT = datetime(2001, 2, 3, 4, 5, 6)
_TAKING_DATES = ("日期", _CHINESE_NUMERALS)
_DAY = "yyyy年M月d日"


def format_of(inner: str, picture: str | None) -> tuple[bool, str]:
    """Return whether a tag states a format of dates, and the format; "" where there is none."""
    for each in re.split("[|｜]", inner)[1:]:
        if _is_of_dates(each.strip(" \t　")):
            return True, each.strip(" \t　")
    if picture is None:
        return False, "yyyy-MM-dd"
    plain = re.sub("'([^']*)'", r"\1", picture.strip())
    if plain == "EEEE年O月A日":
        return False, _CHINESE_NUMERALS
    is_plain = (
        _is_of_dates(plain) and plain not in _TAKING_DATES and "MMM" not in plain and "ddd" not in plain
    )
    return False, plain if is_plain else ""


def _is_of_dates(written: str) -> bool:
    if written in _TAKING_DATES:
        return True
    try:
        return formatted(_MOMENT.isoformat(), written) is not None and formatted_as_number(written) is None
    except ValueError:
        return False


def formatted_as_number(written: str) -> str | None:
    """Return what a format makes of a number; ``None`` where it takes none."""
    try:
        return formatted(1, written)
    except ValueError:
        return None


def day_of(text: str, form: str) -> str | None:
    """Return the date and time that ``text`` shows by a format; ``None`` where it does not for certain."""
    if form == _CHINESE_NUMERALS:
        return _in_words(text)
    pattern = _DAY if form == "日期" else form
    pieces = re.split("(yyyy|yy|MM?|dd?|HH?|mm?|ss)", pattern)
    values: dict[str, int] = {}
    rest = text
    for number, piece in enumerate(pieces):
        if number % 2 == 0:
            if not rest.startswith(piece):
                return None
            rest = rest[len(piece) :]
            continue
        is_followed = number + 2 < len(pieces) and not pieces[number + 1]
        if piece == "yy" or (len(piece) == 1 and is_followed):
            return None
        digits = re.match("[0-9]{1,2}" if len(piece) == 1 else "[0-9]" * len(piece), rest)
        if digits is None:
            return None
        values[piece[0]] = int(digits[0])
        rest = rest[digits.end() :]
    return None if rest else _told(values)


def _in_words(text: str) -> str | None:
    """Return the day by trying those of the year that ``text`` begins with."""
    digits = ["〇一二三四五六七八九".find(each) for each in text[:4]]
    if len(text) < 5 or -1 in digits:
        return None
    year = int("".join(map(str, digits)))
    for month in range(1, 13):
        for day in range(1, 32):
            try:
                stated = formatted(f"{year:04}-{month:02}-{day:02}", _CHINESE_NUMERALS)
            except ValueError:
                continue
            if stated == text:
                return _told({"y": year, "M": month, "d": day})
    return None


def _told(values: dict[str, int]) -> str | None:
    if any(each not in values for each in "yMd"):
        return None
    return "{:04}-{:02}-{:02}T{:02}:{:02}:{:02}".format(*(values.get(each, 0) for each in "yMdHms"))
