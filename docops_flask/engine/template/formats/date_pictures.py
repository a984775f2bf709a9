"""Pictures of dates in controls (w:dateFormat, ECMA-376 part 1, 17.5.2.8): the format that shows the same."""

import re

from docops_flask.engine.template.formats.amounts import numeral
from docops_flask.engine.template.formats.dates import is_date_pattern

# What Word's dialogue writes for 二〇二六年五月六日.
_IN_CHINESE = "EEEE年O月A日"
_QUOTED = re.compile("'([^']*)'")
_PIECE = re.compile("yyyy|yy|MM|M|dd|d|HH|H|mm|m|ss")
_PARTS = {"y": "year", "M": "month", "d": "day", "H": "hour", "m": "minute", "s": "second"}
# Names of months and days, which no format writes.
_NAMES = re.compile("MMM|ddd")
_DIGITS = str.maketrans("〇一二三四五六七八九", "0123456789")


def format_of_picture(picture: str) -> str | None:
    """Return the format of template language 2 that writes dates as ``picture`` does; ``None`` for none."""
    plain = _QUOTED.sub(r"\1", picture.strip())
    if plain == _IN_CHINESE:
        return "日期大写"
    return plain if is_date_pattern(plain) and not _NAMES.search(plain) else None


def date_shown(text: str, form: str) -> str | None:
    """Return the date and time (ISO 8601, to the second) that ``text`` shows by the format ``form``.

    ``None`` where it does not show year, month and day for certain: a year of two digits, numbers that run
    into one another, a text that is no date.
    """
    if form == "日期大写":
        return _in_chinese(text)
    pattern = "yyyy年M月d日" if form == "日期" else form
    written, at, names = "", 0, []
    for match in _PIECE.finditer(pattern):
        piece = match[0]
        if piece == "yy" or (len(piece) == 1 and _PIECE.match(pattern, match.end())):
            return None
        written += re.escape(pattern[at : match.start()])
        written += "([0-9]{1,2})" if len(piece) == 1 else f"({'[0-9]' * len(piece)})"
        names.append(_PARTS[piece[0]])
        at = match.end()
    found = re.fullmatch(written + re.escape(pattern[at:]), text)
    return None if found is None else _iso(dict(zip(names, map(int, found.groups()), strict=True)))


def _in_chinese(text: str) -> str | None:
    found = re.fullmatch("([〇一二三四五六七八九]{4})年(.{1,3})月(.{1,3})日", text)
    numbers = {numeral(number): number for number in range(1, 32)}
    if found is None or not {found[2], found[3]} <= numbers.keys():
        return None
    year = int(found[1].translate(_DIGITS))
    return _iso({"year": year, "month": numbers[found[2]], "day": numbers[found[3]]})


def _iso(parts: dict[str, int]) -> str | None:
    if not {"year", "month", "day"} <= parts.keys():
        return None
    day = f"{parts['year']:04}-{parts['month']:02}-{parts['day']:02}"
    return f"{day}T{parts.get('hour', 0):02}:{parts.get('minute', 0):02}:{parts.get('second', 0):02}"
