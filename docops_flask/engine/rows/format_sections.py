"""The sections of a number format and what is in them (ECMA-376 part 1, 18.8.31; [MS-OI29500] 2.1.743).

Colours, widths and what aligns a number are left out: they are no part of the text that a sheet shows.
"""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

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


class Token(NamedTuple):
    """A piece of a format code: its kind (literal, digit, point, date, ...) and its characters."""

    kind: str
    text: str


class Section(NamedTuple):
    """One of the up to four parts of a format code, for numbers of some kind or for texts.

    ``condition`` is a comparison and its limit; ``numerals`` is the digit of [DBNum1], [DBNum2] or [DBNum3].
    """

    tokens: Sequence[Token]
    condition: tuple[str, Decimal] | None
    numerals: str | None
    is_date: bool
    is_general: bool


def is_date_format(code: str) -> bool:
    """Say whether numbers of this format are dates or times."""
    return any(section.is_date for section in sections_of(code)[:2])


@lru_cache(maxsize=512)
def sections_of(code: str) -> Sequence[Section]:
    """Return the sections of a format code, at least one; what follows character 255 is not read."""
    parts: list[list[Token]] = [[]]
    for match in _TOKEN.finditer(code[:255]):
        kind = str(match.lastgroup)
        text = str(match[kind])
        if kind == "other" and text == ";":
            parts.append([])
        else:
            parts[-1].append(Token(kind, text))
    return [_section(tokens) for tokens in parts[:4]]


def _section(tokens: Sequence[Token]) -> Section:
    brackets = [token.text.strip() for token in tokens if token.kind == "bracket"]
    conditions = [match for each in brackets if (match := _CONDITION.match(each)) is not None]
    numerals = [match for each in brackets if (match := _NUMERALS.match(each)) is not None]
    found = [read for token in tokens if (read := _read(token)) is not None]
    is_date = any(token.kind in ("date", "elapsed") for token in found)
    is_general = any(token.kind == "general" for token in found)
    if is_date:
        found = [Token("literal", token.text) if token.kind in _PLAIN_IN_DATES else token for token in found]
    else:
        found = [part for token in found for part in _as_digits(token)]
    return Section(
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


def _read(token: Token) -> Token | None:
    """Return a token by what it does; ``None`` for colours, widths, conditions and languages."""
    kind, text = token
    if kind == "bracket":
        if text.startswith("$"):
            # [$¥-804]: a currency, then a language.
            return Token("literal", text[1:].partition("-")[0])
        return Token("elapsed", text.lower()) if _ELAPSED.match(text) else None
    if kind in ("space", "fill"):
        return None
    if kind in ("quoted", "escaped"):
        return Token("literal", text)
    if kind == "other":
        return Token(_NAMES.get(text, "literal"), text)
    return Token(kind, text.lower() if kind == "date" else text)


_PLAIN_IN_DATES = ("point", "comma", "percent", "slash", "digit")


def _as_digits(token: Token) -> Sequence[Token]:
    """Return a fraction of seconds as what it is outside dates: a point and digits."""
    if token.kind != "fraction":
        return [token]
    return [Token("point", "."), *(Token("digit", each) for each in token.text[1:])]


def section_for(sections: Sequence[Section], number: Decimal) -> tuple[Section | None, bool]:
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
