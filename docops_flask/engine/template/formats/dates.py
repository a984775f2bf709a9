"""Formats of dates. There are no time zones, and no format knows what day it is."""

import re

from docops_flask.engine.template.formats.amounts import numeral
from docops_flask.engine.template.formats.values import Scalar, to_date

_PIECE = re.compile("yyyy|yy|MM|M|dd|d|HH|H|mm|m|ss")
# A letter stands once or twice (yyyy four times): MMMM, the name of a month elsewhere, is no pattern of ours.
_PATTERN = re.compile(
    "(?:yyyy(?!y)|yy(?!y)|MM?(?!M)|dd?(?!d)|HH?(?!H)|mm?(?!m)|ss(?!s)|[年月日时分秒]|[-/.: T])+\\Z"
)
_DIGITS = "〇一二三四五六七八九"


def date(value: Scalar) -> str:
    """Return 2026年5月6日 for 2026-05-06."""
    day = to_date(value)
    return f"{day.year}年{day.month}月{day.day}日"


def date_in_chinese(value: Scalar) -> str:
    """Return 二〇二六年五月六日 for 2026-05-06."""
    day = to_date(value)
    year = "".join(_DIGITS[int(digit)] for digit in f"{day.year:04}")
    return f"{year}年{numeral(day.month)}月{numeral(day.day)}日"


def is_date_pattern(text: str) -> bool:
    """Say whether ``text`` is a pattern such as yyyy-MM-dd: pieces of a date, and what stands between.

    Minutes stand with hours or without a date: in yyyy-mm-dd months are meant.
    """
    has_lone_minutes = "m" in text and "H" not in text and not {"y", "M", "d"}.isdisjoint(text)
    return not has_lone_minutes and _PATTERN.match(text) is not None and _PIECE.search(text) is not None


def date_by_pattern(value: Scalar, pattern: str) -> str:
    """Return a date or a time as ``pattern`` has it."""
    at = to_date(value)
    pieces = {
        "yyyy": f"{at.year:04}", "yy": f"{at.year % 100:02}", "MM": f"{at.month:02}", "M": str(at.month),
        "dd": f"{at.day:02}", "d": str(at.day), "HH": f"{at.hour:02}", "H": str(at.hour),
        "mm": f"{at.minute:02}", "m": str(at.minute), "ss": f"{at.second:02}",
    }  # fmt: skip
    return _PIECE.sub(lambda match: pieces[match[0]], pattern)
