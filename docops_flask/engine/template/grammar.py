"""The placeholder grammar (contract section 8): what is a placeholder, what was meant to be one."""

import re
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

OPEN, CLOSE = "【", "】"

# Letters, digits, _ - . and spaces, full-width forms too.
_NAME_CHARS = r"A-Za-z0-9_\-. \u00a0\u3000\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff3f\uff0d\uff0e"
_LETTER = r"A-Za-z\uff21-\uff3a\uff41-\uff5a"
# Patterns are compiled when they are first needed, by re itself: most templates hold nothing but names.
_MEANT = rf"(?=[^{_LETTER}]*[{_LETTER}])[{_NAME_CHARS}]+\Z"
_RUN_OF_NAME_CHARS = rf"[{_NAME_CHARS}]*"
_BRACKET = f"[{OPEN}{CLOSE}]"
_PAIR = f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}"
_SPACES = " \u00a0\u3000"


class Kind(Enum):
    """What a bracketed text is."""

    PLACEHOLDER = "placeholder"
    MALFORMED = "malformed"
    UNCLOSED = "unclosed"
    UNOPENED = "unopened"


class Found(NamedTuple):
    """A placeholder or what was meant as one, at ``start``:``end`` of a paragraph's text.

    ``name`` is the text inside the brackets.
    """

    kind: Kind
    start: int
    end: int
    name: str


def has_bracket(text: str) -> bool:
    """Say whether a text can hold a placeholder or a broken one at all."""
    return OPEN in text or CLOSE in text


def find_placeholders(text: str) -> list[Found]:
    """Return what ``text`` holds, in order; brackets around ordinary text are left out.

    Looks at each character a bounded number of times, however many brackets stay open.
    """
    pairs = list(re.finditer(_PAIR, text))
    if 2 * len(pairs) == text.count(OPEN) + text.count(CLOSE):
        closed = (_closed(text, *pair.span()) for pair in pairs)
        return [each for each in closed if each is not None]
    return _among_loose_brackets(text)


def _among_loose_brackets(text: str) -> list[Found]:
    brackets = [match.start() for match in re.finditer(_BRACKET, text)]
    found: list[Found | None] = []
    index = 0
    free_from = 0
    while index < len(brackets):
        at = brackets[index]
        following = brackets[index + 1] if index + 1 < len(brackets) else None
        if text[at] == OPEN and following is not None and text[following] == CLOSE:
            found.append(_closed(text, at, following + 1))
            free_from = following + 1
            index += 2
            continue
        found.append(_unclosed(text, at) if text[at] == OPEN else _unopened(text, free_from, at))
        free_from = at + 1
        index += 1
    return [each for each in found if each is not None]


def _closed(text: str, start: int, end: int) -> Found | None:
    inner = text[start + 1 : end - 1]
    kind = _kind_of(inner)
    return None if kind is None else Found(kind, start, end, inner)


def _unclosed(text: str, start: int) -> Found | None:
    match = re.compile(_RUN_OF_NAME_CHARS).match(text, start + 1)
    name = _without_sentence(match[0].rstrip(_SPACES), 0) if match else ""
    return Found(Kind.UNCLOSED, start, start + 1 + len(name), name) if re.match(_MEANT, name) else None


def _unopened(text: str, free_from: int, close: int) -> Found | None:
    match = re.match(_RUN_OF_NAME_CHARS, text[free_from:close][::-1])
    name = _without_sentence(match[0][::-1].lstrip(_SPACES), -1) if match else ""
    return Found(Kind.UNOPENED, close - len(name), close + 1, name) if re.match(_MEANT, name) else None


def _without_sentence(words: str, nearest: int) -> str:
    """Return the word at the bracket alone where it is a whole field name, else all ``words``."""
    word = (words.split() or [""])[nearest]
    return word if "_" in word and _is_name(word) else words


def _is_name(text: str) -> bool:
    """Say whether ``text`` is capitals, digits and underscores with at least one capital."""
    return text.isascii() and text.isupper() and text.replace("_", "").isalnum()


# The same few names stand in a document over and over.
@lru_cache(maxsize=256)
def _kind_of(inner: str) -> Kind | None:
    if _is_name(inner):
        return Kind.PLACEHOLDER
    return Kind.MALFORMED if re.match(_MEANT, inner) else None


def likely_name(written: str) -> str:
    """Return the field name that ``written`` comes closest to by its form alone.

    Full-width forms become plain ones (NFKC), letters capitals, spaces, dots and hyphens underscores.
    """
    # Only templates with faults pay for the import.
    import unicodedata

    plain = unicodedata.normalize("NFKC", written).strip().upper()
    return re.sub(r"[\s.\-]+", "_", plain).strip("_")
