"""The text that a sheet shows for a date or a time, by the number format of its cell.

Sources: ECMA-376 part 1, 18.8.31 (format codes); LibreOffice is the oracle of the tests.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from docops_flask.engine.rows.format_sections import Section, Token, sections_of

_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October",
    "November", "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_CHINESE_DAYS = "一二三四五六日"


def shown_date(code: str, at: datetime, elapsed: timedelta | None = None) -> str:
    """Return what a sheet shows for the date or time ``at`` in the format ``code``.

    ``elapsed`` is the time since day 0 of the workbook's calendar, for [h], [m] and [s].
    """
    section = sections_of(code)[0]
    return _date(section, at, elapsed).strip()


def _date(section: Section, at: datetime, elapsed: timedelta | None) -> str:
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
            if section.numerals is not None:
                # Imported here: few workbooks have dates in Chinese numerals.
                from docops_flask.engine.rows.chinese_numerals import date_part_in_numerals

                shown = date_part_in_numerals(shown, text, section.numerals)
            out.append(shown)
    return "".join(out)


def _is_minute(tokens: Sequence[Token], index: int) -> bool:
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
