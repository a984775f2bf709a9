"""The placeholder grammar (contract section 8): placeholders, malformed ones, and suggestions.

A suggestion is the field name that a malformed placeholder probably means.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from enum import Enum
from functools import lru_cache
from typing import NamedTuple

OPEN, CLOSE = "【", "】"

# Letters, digits, _ - . and spaces, including full-width forms.
_NAME_CHARS = r"A-Za-z0-9_\-. \u00a0\u3000\uff10-\uff19\uff21-\uff3a\uff41-\uff5a\uff3f\uff0d\uff0e"
_LETTER = r"A-Za-z\uff21-\uff3a\uff41-\uff5a"
# Patterns are strings, so re compiles them at first use; most templates have only well-formed placeholders.
_MEANT = rf"(?=[^{_LETTER}]*[{_LETTER}])[{_NAME_CHARS}]+\Z"
_RUN_OF_NAME_CHARS = rf"[{_NAME_CHARS}]*"
_BRACKET = f"[{OPEN}{CLOSE}]"
_PAIR = f"{OPEN}[^{OPEN}{CLOSE}]*{CLOSE}"
_CLOSED_NAME = f"{OPEN}[{_NAME_CHARS}]++{CLOSE}"
_SPACES = " \u00a0\u3000"
# Characters without width that editors and web pages leave in copied text: zero-width spaces and joiners, the
# word joiner, the byte order mark, soft hyphens, variation selectors. In a name they are ignored.
IGNORED = "\u00ad\u200b\u200c\u200d\u2060\ufeff" + "".join(map(chr, range(0xFE00, 0xFE10)))
# Marks of direction (Unicode Standard Annex 9). Removing one may change the order in which the text around it
# is shown, so a name with one in it is reported.
_DIRECTIONS = "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"
# Other blanks (the first are tabs and line ends), other hyphens and dashes, which Word makes of typed ones,
# and what else cannot be seen: U+FFFC, which stands for a picture, and characters without width or look
# (Unicode, Default_Ignorable_Code_Point and U+2800). A name with one in it is malformed.
_BLANKS = "\t\n\v\f\x85\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u2800"
_HYPHENS = "\u2010-\u2015\u2043\u2212\ufe58\ufe63"
_UNSEEN = (
    "\ufffc\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2061-\u2065\u206a-\u206f\u3164\uffa0\ufff9-\ufffb"
    "\U000e0000-\U000e0fff"
)
_NO_CHARACTERS = f"[{_BLANKS}{_HYPHENS}{_UNSEEN}]"
_TO_EXAMINE = f"[{IGNORED}{_DIRECTIONS}{_BLANKS}{_HYPHENS}{_UNSEEN}]"


class Kind(Enum):
    """The kinds of bracketed text.

    ``FIELD_CODE`` and ``NESTED_FIELD`` are well-formed, and stand where no value may. ``NEAR_TAG`` is text
    that looks like a tag of language 2. What follows are tags of language 2 that are not filled
    (docs/templates.md, chapter *Errors*), the last a mark of Word itself that is none.
    """

    PLACEHOLDER = "placeholder"
    MALFORMED = "malformed"
    UNCLOSED = "unclosed"
    UNOPENED = "unopened"
    BIDIRECTIONAL = "bidirectional"
    FIELD_CODE = "field_code"
    NESTED_FIELD = "nested_field"
    NEAR_TAG = "near_tag"
    BAD_TAG = "BAD_TAG"
    BLOCK_UNCLOSED = "BLOCK_UNCLOSED"
    BLOCK_UNOPENED = "BLOCK_UNOPENED"
    BLOCK_MISMATCH = "BLOCK_MISMATCH"
    BLOCKS_OVERLAP = "BLOCKS_OVERLAP"
    BLOCK_CUTS_PARAGRAPH = "BLOCK_CUTS_PARAGRAPH"
    BLOCK_CROSSES_TABLE = "BLOCK_CROSSES_TABLE"
    BLOCK_NOT_IN_TABLE = "BLOCK_NOT_IN_TABLE"
    COLUMN_CUTS_SPAN = "COLUMN_CUTS_SPAN"
    BLOCK_CUTS_ELEMENT = "BLOCK_CUTS_ELEMENT"
    BLOCK_CUTS_FIELD = "BLOCK_CUTS_FIELD"
    DIVIDER_OUTSIDE = "DIVIDER_OUTSIDE"
    DIVIDER_NOT_ALONE = "DIVIDER_NOT_ALONE"
    MERGE_OUTSIDE = "MERGE_OUTSIDE"
    UNREPEATABLE_OBJECT = "UNREPEATABLE_OBJECT"
    SCOPE_OUTSIDE = "SCOPE_OUTSIDE"
    UNKNOWN_FORMAT = "UNKNOWN_FORMAT"
    BAD_FORMATS = "BAD_FORMATS"
    TYPE_CONFLICT = "TYPE_CONFLICT"
    UNSUPPORTED_TAG = "UNSUPPORTED_TAG"
    UNSUPPORTED_PICTURE = "UNSUPPORTED_PICTURE"
    SUBDOCUMENT_PLACE = "SUBDOCUMENT_PLACE"
    UNSUPPORTED_FIELD = "UNSUPPORTED_FIELD"
    UNSUPPORTED_CONTROL = "UNSUPPORTED_CONTROL"
    BOUND_CONTROL = "BOUND_CONTROL"


# The kinds that are faults of tags of language 2.
FAULTS = frozenset(kind for kind in Kind if kind.value.isupper())


class Found(NamedTuple):
    """A placeholder, well-formed or not, at ``text[start:end]`` of a paragraph.

    ``name`` is the text inside the brackets, without characters that are ignored. With one bracket missing it
    is the text that looks like a name.
    """

    kind: Kind
    start: int
    end: int
    name: str


def has_bracket(text: str) -> bool:
    """Return whether a text has a bracket, without which it has no placeholder, malformed or not."""
    return OPEN in text or CLOSE in text


def find_placeholders(text: str) -> list[Found]:
    """Return the placeholders in ``text``, well-formed or not, in order; ordinary bracketed text is left out.

    Takes time linear in the length of ``text``, regardless of how many brackets are unclosed.
    """
    start, close = text.find(OPEN), text.find(CLOSE)
    if 0 <= start < close and text.find(OPEN, start + 1) < 0 and text.find(CLOSE, close + 1) < 0:
        # Most texts that hold any hold one.
        told = kind_and_name(text[start + 1 : close])
        # As ``Found()``, without a call of a function in Python: thousands are made.
        return [] if told is None else [tuple.__new__(Found, (told[0], start, close + 1, told[1]))]
    pairs = list(re.finditer(_PAIR, text))
    if 2 * len(pairs) == text.count(OPEN) + text.count(CLOSE):
        closed = (_closed(text, *pair.span()) for pair in pairs)
        return [each for each in closed if each is not None]
    return find_bracketed(text, _closed, unclosed)


def find_bracketed(
    text: str,
    closed: Callable[[str, int, int], Found | None],
    loose: Callable[[str, int], Found | None],
) -> list[Found]:
    """Return what stands in brackets in ``text``, in order, and names with one bracket missing.

    ``closed`` takes the text with start and end of a pair of brackets, ``loose`` the text with the place of
    an opening bracket that is not closed; ``None`` is ordinary text.
    """
    brackets = [match.start() for match in re.finditer(_BRACKET, text)]
    found: list[Found | None] = []
    index = 0
    free_from = 0
    while index < len(brackets):
        at = brackets[index]
        following = brackets[index + 1] if index + 1 < len(brackets) else None
        if text[at] == OPEN and following is not None and text[following] == CLOSE:
            found.append(closed(text, at, following + 1))
            free_from = following + 1
            index += 2
            continue
        found.append(loose(text, at) if text[at] == OPEN else _unopened(text, free_from, at))
        free_from = at + 1
        index += 1
    return [each for each in found if each is not None]


def _closed(text: str, start: int, end: int) -> Found | None:
    told = kind_and_name(text[start + 1 : end - 1])
    return None if told is None else Found(told[0], start, end, told[1])


def unclosed(text: str, start: int) -> Found | None:
    """Return the name behind the opening bracket at ``start``, which is not closed; ``None`` without one."""
    match = re.compile(_RUN_OF_NAME_CHARS).match(text, start + 1)
    name = _without_sentence(match[0].rstrip(_SPACES), 0) if match else ""
    return Found(Kind.UNCLOSED, start, start + 1 + len(name), name) if re.match(_MEANT, name) else None


def _unopened(text: str, free_from: int, close: int) -> Found | None:
    match = re.match(_RUN_OF_NAME_CHARS, text[free_from:close][::-1])
    name = _without_sentence(match[0][::-1].lstrip(_SPACES), -1) if match else ""
    return Found(Kind.UNOPENED, close - len(name), close + 1, name) if re.match(_MEANT, name) else None


def _without_sentence(words: str, nearest: int) -> str:
    """Return the word next to the bracket if it is a field name with an underscore, else all ``words``.

    ``nearest`` is the index of that word: 0 after an opening bracket, -1 before a closing one.
    """
    word = (words.split() or [""])[nearest]
    return word if "_" in word and _is_name(word) else words


def _is_name(text: str) -> bool:
    """Return whether ``text`` is ASCII capitals, digits and underscores, with at least one capital."""
    return text.isascii() and text.isupper() and text.replace("_", "").isalnum()


# A document repeats a few names.
@lru_cache(maxsize=256)
def kind_and_name(inner: str) -> tuple[Kind, str] | None:
    """Return the kind of a text in brackets and the name in it; ``None`` for ordinary text."""
    if _is_name(inner):
        return Kind.PLACEHOLDER, inner
    if re.match(_MEANT, inner):
        return Kind.MALFORMED, inner
    plain, fault = plain_name(inner)
    told = None if plain == inner else kind_and_name(plain)
    return told if told is None or fault is None else (fault, told[1])


def plain_name(inner: str) -> tuple[str, Kind | None]:
    """Return ``inner`` without characters that are ignored in names or no characters of a text.

    With it comes what is wrong with a name that holds them: ``BIDIRECTIONAL``, ``MALFORMED``, or ``None``.
    """
    plain = re.sub(_TO_EXAMINE, _in_its_place, inner)
    if plain != inner and re.search(f"[{_DIRECTIONS}]", inner):
        return plain, Kind.BIDIRECTIONAL
    return plain, Kind.MALFORMED if plain != inner and re.search(_NO_CHARACTERS, inner) else None


def _in_its_place(match: re.Match[str]) -> str:
    if re.match(f"[{_BLANKS}]", match[0]):
        return " "
    return "-" if re.match(f"[{_HYPHENS}]", match[0]) else ""


def ignored_characters(written: str) -> list[str]:
    """Return the characters in ``written``, a placeholder as it stands in a text, that are ignored in names.

    Each is returned once, as ``U+200B`` and the like, in the order of the code points.
    """
    return [f"U+{ord(each):04X}" for each in sorted(set(re.findall(f"[{IGNORED}]", written)))]


def closed_names(text: str) -> Iterator[tuple[int, int]]:
    """Yield start and end of the placeholders in ``text`` that have both brackets, well-formed or not."""
    for match in re.finditer(_CLOSED_NAME, text):
        if kind_and_name(match[0][1:-1]) is not None:
            yield match.span()


_MAX_UNDECLARED_CHARACTERS = 64


def undeclared_names(text: str) -> Iterator[str]:
    """Yield bracketed texts, brackets included, that have the form of names in scripts other than Latin.

    Parts joined by "." of letters, marks and decimal digits of any script and "_"; each begins with a letter
    or "_". They are ordinary text (【注意】) or fields that no document type declares (【甲方】).
    """
    for match in re.finditer(_PAIR, text):
        inner = match[0][1:-1].strip()
        if not inner.isascii() and all(map(_is_any_name, inner.split("."))) and kind_and_name(inner) is None:
            yield match[0]


def _is_any_name(text: str) -> bool:
    first = text[:1]
    return (
        (first == "_" or first.isalpha())
        and len(text) <= _MAX_UNDECLARED_CHARACTERS
        and all(each == "_" or each.isalpha() or each.isdecimal() or _is_mark(each) for each in text)
    )


def _is_mark(character: str) -> bool:
    # Imported here because few texts hold any other character.
    import unicodedata

    return unicodedata.category(character).startswith("M")


def likely_name(written: str) -> str:
    """Return ``written`` in the form of a field name.

    Full-width characters become ASCII (NFKC), letters capitals; spaces, dots and hyphens become underscores.
    """
    if not written.isascii():
        # Imported here because few templates need it.
        import unicodedata

        written = unicodedata.normalize("NFKC", written)
    plain = written.strip().upper()
    return re.sub(r"[\s.\-]+", "_", plain).strip("_")


_CLOSE_ENOUGH = 0.75
# A fuzzy comparison takes microseconds, so their number is bounded. A template that exceeds it repeats the
# same mistake so often that more suggestions do not help its author.
_MAX_COMPARISONS = 300_000


class Suggestions:
    """Suggests one of the ``known`` placeholder names for a malformed one; results are cached.

    After ``_MAX_COMPARISONS`` fuzzy comparisons, only names that contain a known name get a suggestion.
    """

    def __init__(self, known: Iterable[str]) -> None:
        self._known = [(name, frozenset(name).__contains__) for name in sorted(set(known))]
        self._names = frozenset(name for name, _ in self._known)
        self._seen: dict[str, str | None] = {}
        self._comparisons = 0

    def near(self, written: str) -> str | None:
        """Return the known name most similar to ``written``, or ``None`` if none is similar."""
        if written not in self._seen:
            self._seen[written] = self._nearest(likely_name(written[:80]))
        return self._seen[written]

    def _nearest(self, name: str) -> str | None:
        if name in self._names:
            return name
        # "【MEETING_TITLE will be" has a known name followed by ordinary words.
        held = self._names.intersection(_at_its_ends(name))
        return min(held) if held else self._closest(name)

    def _closest(self, name: str) -> str | None:
        # The ratio is 2 * common / (sum of the lengths), so a much longer or shorter name cannot reach it.
        # Nor can one that lacks most of its characters.
        alike = [
            known
            for known, holds in self._known
            if 2 * min(len(known), len(name)) >= (least := _CLOSE_ENOUGH * (len(known) + len(name)))
            and 2 * sum(map(holds, name)) >= least
        ]
        self._comparisons += len(alike)
        if not alike or self._comparisons > _MAX_COMPARISONS:
            return None
        places = _places_of(name)
        likeness, nearest = max((_likeness(places, len(name), known), known) for known in alike)
        return nearest if likeness >= _CLOSE_ENOUGH else None


def _places_of(name: str) -> dict[str, int]:
    """Return for each character of ``name`` a number whose bits say where it stands."""
    places: dict[str, int] = {}
    for number, character in enumerate(name):
        places[character] = places.get(character, 0) | 1 << number
    return places


def _likeness(places: dict[str, int], length: int, other: str) -> float:
    """Return twice the characters that two names have in common, in order, by all of theirs: 0 to 1.

    ``places`` and ``length`` are of the one name. The longest common subsequence is counted with one number
    for a row of its table (H. Hyyrö, Bit-parallel LCS-length computation revisited, 2004); it takes a
    microsecond, and no module that a renderer would have to load.
    """
    whole = (1 << length) - 1
    row = whole
    for character in other:
        met = row & places.get(character, 0)
        row = ((row + met) | (row - met)) & whole
    return 2 * (length - row.bit_count()) / (length + len(other))


def _at_its_ends(name: str) -> Iterator[str]:
    """Yield, for each underscore in ``name``, the text before it and the text after it."""
    at = name.find("_")
    while at >= 0:
        yield name[:at]
        yield name[at + 1 :]
        at = name.find("_", at + 1)
