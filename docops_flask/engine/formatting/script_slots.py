"""Which of a run's four fonts each character uses (w:rFonts; docs/analysis/font-slots.md).

The ranges are those of [MS-OI29500] 2.1.88, which supplements ECMA-376 part 1, 17.3.2.26.
"""

from bisect import bisect_right
from functools import lru_cache
from typing import Literal, NamedTuple

from docops_flask.engine.formatting.effective import Effective, FontFace
from docops_flask.engine.formatting.run_values import RunValues

Slot = Literal["latin", "east_asia"]
FontSlot = Literal["ascii", "h_ansi", "east_asia", "complex_script"]
Script = Literal["latin", "east_asia", "either"]
Fonts = dict[FontSlot, Effective[FontFace]]
# Sorted code points: the first of a range, the one after its last, the first of the next range, and so on.
_Ranges = tuple[int, ...]


def _ranges(listed: str) -> _Ranges:
    """Return the ranges in ``listed``, sorted and written as in a regular expression's brackets (``a-z_``).

    Regular expressions are not used because compiling them took a renderer longer than the rest of a job.
    """
    bounds: list[int] = []
    characters = iter(listed)
    for character in characters:
        if character == "-" and bounds:
            bounds[-1] = ord(next(characters)) + 1
        else:
            bounds += (ord(character), ord(character) + 1)
    return tuple(bounds)


_ASCII = _ranges("\u0000-\u007f\u0590-\u07bf\ufb1d-\ufb4f\ufb50-\ufdff\ufe70-\ufefe")
_EAST_ASIA = _ranges(
    "\u1100-\u11ff\u2e80-\u2fdf\u2ff0-\u4dbf\u4e00-\ua4cf\uac00-\ud7af\uf900-\ufaff"
    "\ufe30-\ufe6f\uff00-\uffef\U00010000-\U0010ffff"
)
_WITH_HINT = _ranges(
    "\u00a1\u00a4\u00a7\u00a8\u00aa\u00ad\u00af\u00b0-\u00b4\u00b6-\u00ba\u00bc-\u00bf\u00d7\u00f7"
    "\u02b0-\u03cf\u0400-\u04ff\u2000-\u27bf\ue000-\uf8ff\ufb00-\ufb1c"
)
_WITH_HINT_IN_CHINESE = _ranges(
    "\u00e0\u00e1\u00e8-\u00ea\u00ec\u00ed\u00f2\u00f3\u00f9\u00fa\u00fc\u0100-\u02af\u1e00-\u1eff"
)

# The characters that a policy's rules apply to: letters and digits, and unambiguous East Asian characters.
_LETTERS = _ranges("0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f")
# Radicals, CJK punctuation, kana, bopomofo, hangul, ideographs, compatibility and full-width forms.
# Without U+3000, a space, on which the font is not visible.
_IDEOGRAPHS = _ranges(
    "\u1100-\u11ff\u2e80-\u2fff\u3001-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# Quotation marks, dashes, ellipses, the middle dot: Latin or Chinese depending on the text around them.
_EITHER = _ranges("\u00b7\u2010-\u2027\u2030-\u205e")
_SLOTS: tuple[FontSlot, ...] = ("ascii", "h_ansi", "east_asia")


class _Kind(NamedTuple):
    """A class of characters that use the same font slots in every run.

    ``slots`` are the slots without ``w:hint="eastAsia"``, with it, and with it in Chinese text. ``latin`` and
    ``east_asia`` say whether the characters unambiguously belong to a script; ``either``, that both use them.
    """

    slots: tuple[FontSlot, FontSlot, FontSlot]
    latin: bool
    east_asia: bool
    either: bool


def fonts_of(text: str, values: RunValues, script: Script | None = None) -> Fonts:
    """Return the fonts that the characters of ``text`` use in a run with ``values``, by slot.

    With ``script`` only the characters that unambiguously belong to it are considered; ``either`` selects
    the quotation marks, dashes and so on that Latin and Chinese text share.
    """
    return {slot: font_in_slot(values, slot) for slot in font_slots(text, values, script)}


def font_slots(text: str, values: RunValues, script: Script | None = None) -> tuple[FontSlot, ...]:
    """Return the font slots that the characters of ``text`` use; arguments as for ``fonts_of``."""
    by_hint = _slots_by_hint(text, script)
    if not by_hint:
        return ()
    if values.is_complex:
        return ("complex_script",)
    if _takes_ascii_alone(values):
        return ("ascii",)
    hinted = values.hint.value == "eastAsia"
    chinese = hinted and (values.language_east_asia.value or "").lower().startswith("zh")
    return by_hint[hinted + chinese]


def script_sample(text: str) -> str:
    """Return one character for each kind in ``text``; the result uses the same slots as ``text`` in any run.

    There are few different samples, so they serve as a cache key for results that depend only on slots.
    """
    return "".join(sorted(set(map(_FIRST_OF_KIND.__getitem__, set(text)))))


# Checks ask about samples, of which there are few; whole texts are asked about one after the other.
@lru_cache(maxsize=256)
def _slots_by_hint(text: str, script: Script | None) -> tuple[tuple[FontSlot, ...], ...]:
    """Return the slots that ``text`` uses, as ``_Kind.slots``; nothing where it has no such characters."""
    kinds = {_KINDS[character] for character in set(text)}
    if script is not None:
        kinds = {kind for kind in kinds if getattr(kind, script)}
    taken = [{kind.slots[hint] for kind in kinds} for hint in range(3)] if kinds else []
    return tuple([tuple([slot for slot in _SLOTS if slot in each]) for each in taken])


def font_in_slot(values: RunValues, slot: FontSlot) -> Effective[FontFace]:
    """Return the run's font for a slot."""
    font: Effective[FontFace] = getattr(values, slot)
    return font


def _takes_ascii_alone(values: RunValues) -> bool:
    """Return whether the East Asian font is Times New Roman, which Word treats as no East Asian font."""
    face = values.east_asia.value
    return (
        face is not None
        and face.name == "Times New Roman"
        and values.ascii.value is not None
        and values.ascii.value == values.h_ansi.value
    )


class _Kinds(dict[str, _Kind]):
    """A cache from character to kind."""

    def __missing__(self, character: str) -> _Kind:
        code = ord(character)
        kind = self[character] = _Kind(
            (_slot(code), _slot(code, _WITH_HINT), _slot(code, _WITH_HINT, _WITH_HINT_IN_CHINESE)),
            latin=_is_in(code, _LETTERS),
            east_asia=_is_in(code, _IDEOGRAPHS),
            either=_is_in(code, _EITHER),
        )
        _FIRST.setdefault(kind, character)
        return kind


_KINDS = _Kinds()
# The first character seen of each kind.
_FIRST: dict[_Kind, str] = {}


class _FirstOfKind(dict[str, str]):
    """A cache from character to the first one seen of its kind."""

    def __missing__(self, character: str) -> str:
        first = self[character] = _FIRST[_KINDS[character]]
        return first


_FIRST_OF_KIND = _FirstOfKind()


def _slot(code: int, *more_east_asian: _Ranges) -> FontSlot:
    if _is_in(code, _ASCII):
        return "ascii"
    is_east_asian = any(_is_in(code, ranges) for ranges in (_EAST_ASIA, *more_east_asian))
    return "east_asia" if is_east_asian else "h_ansi"


def _is_in(code: int, ranges: _Ranges) -> bool:
    # After an odd number of bounds, the last one passed is the beginning of a range.
    return bisect_right(ranges, code) % 2 == 1
