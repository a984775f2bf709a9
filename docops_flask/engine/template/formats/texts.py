"""Formats of texts: capital and small letters, a text before or after, as switches of Word fields ask.

Sources: ECMA-376 part 1, 17.16.4.3 (Upper, Lower, FirstCap, Caps) and 17.16.5.35 (the switches b and f).
"""

import re
from collections.abc import Callable
from decimal import Decimal

from docops_flask.engine.template.formats.values import Scalar

_WORD = re.compile(r"(^|\s)(\S)")


def as_text(value: Scalar) -> str:
    """Return a value as it is written without a format."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def upper(value: Scalar) -> str:
    """Return the text in capital letters."""
    return as_text(value).upper()


def lower(value: Scalar) -> str:
    """Return the text in small letters."""
    return as_text(value).lower()


def first_capital(value: Scalar) -> str:
    """Return the text with a capital letter at its beginning; the others stay."""
    return _WORD.sub(lambda match: match[1] + match[2].upper(), as_text(value), count=1)


def capitals(value: Scalar) -> str:
    """Return the text with a capital letter at the beginning of each word; the others stay."""
    return _WORD.sub(lambda match: match[1] + match[2].upper(), as_text(value))


WRITERS: dict[str, Callable[[Scalar], str]] = {
    "as_text": as_text,
    "upper": upper,
    "lower": lower,
    "first_capital": first_capital,
    "capitals": capitals,
}
