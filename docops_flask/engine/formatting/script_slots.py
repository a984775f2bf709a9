"""Which of a run's fonts its characters take (w:rFonts, ECMA-376 part 1, 17.3.2.26)."""

import re
from typing import Literal

Slot = Literal["latin", "east_asia"]

_LATIN = re.compile("[0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
# Radicals, CJK punctuation, kana, bopomofo, hangul, ideographs, compatibility and full-width forms.
# U+3000 is left out: a space shows no face.
_EAST_ASIA = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fff\u3001-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)


def slots_of(text: str) -> tuple[Slot, ...]:
    """Return the font slots that characters of ``text`` certainly take.

    Punctuation, quotation marks, dashes and spaces take either and count for neither.
    """
    slots: tuple[Slot, ...] = ("latin",) if _LATIN.search(text) else ()
    return (*slots, "east_asia") if _EAST_ASIA.search(text) else slots
