"""Which of a run's four fonts each character takes (w:rFonts; docs/analysis/font-slots.md).

The ranges are those of [MS-OI29500] 2.1.88, which completes ECMA-376 part 1, 17.3.2.26.
"""

import re
from functools import lru_cache
from typing import Literal

from docops_flask.engine.formatting.effective import Effective, FontFace
from docops_flask.engine.formatting.run_values import RunValues

Slot = Literal["latin", "east_asia"]
FontSlot = Literal["ascii", "h_ansi", "east_asia", "complex_script"]

_ASCII = "\u0000-\u007f\u0590-\u07bf\ufb1d-\ufb4f\ufb50-\ufdff\ufe70-\ufefe"
_EAST_ASIA = (
    "\u1100-\u11ff\u2e80-\u2fdf\u2ff0-\u4dbf\u4e00-\ua4cf\uac00-\ud7af\uf900-\ufaff"
    "\ufe30-\ufe6f\uff00-\uffef\U00010000-\U0010ffff"
)
_WITH_HINT = (
    "\u00a1\u00a4\u00a7\u00a8\u00aa\u00ad\u00af\u00b0-\u00b4\u00b6-\u00ba\u00bc-\u00bf\u00d7\u00f7"
    "\u02b0-\u03cf\u0400-\u04ff\u2000-\u27bf\ue000-\uf8ff\ufb00-\ufb1c"
)
_WITH_HINT_IN_CHINESE = (
    "\u00e0\u00e1\u00e8-\u00ea\u00ec\u00ed\u00f2\u00f3\u00f9\u00fa\u00fc\u0100-\u02af\u1e00-\u1eff"
)

# What a policy's rules speak of: letters and digits, and characters that are East Asian by any reading.
_LETTERS = re.compile("[0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
# Radicals, CJK punctuation, kana, bopomofo, hangul, ideographs, compatibility and full-width forms.
# U+3000 is left out: a space shows no face.
_IDEOGRAPHS = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fff\u3001-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff]"
)
# Quotation marks, dashes, ellipses, the middle dot: Latin or Chinese by the company they keep.
_EITHER = re.compile("[\u00b7\u2010-\u2027\u2030-\u205e]")


def slots_of(text: str) -> tuple[Slot, ...]:
    """Return the scripts that characters of ``text`` certainly belong to.

    Punctuation, quotation marks, dashes and spaces go with either and count for neither.
    """
    slots: tuple[Slot, ...] = ("latin",) if _LETTERS.search(text) else ()
    return (*slots, "east_asia") if _IDEOGRAPHS.search(text) else slots


def of_script(text: str, slot: Slot) -> str:
    """Return the characters of ``text`` that certainly belong to ``slot``."""
    return "".join((_LETTERS if slot == "latin" else _IDEOGRAPHS).findall(text))


def of_either_script(text: str) -> str:
    """Return the quotation marks, dashes and the like in ``text``, which Latin and Chinese text share."""
    return "".join(_EITHER.findall(text))


def fonts_of(text: str, values: RunValues) -> dict[FontSlot, Effective[FontFace]]:
    """Return the fonts that the characters of ``text`` take in a run with ``values``, by slot."""
    return {slot: font_in_slot(values, slot) for slot in font_slots(text, values)}


def font_slots(text: str, values: RunValues) -> tuple[FontSlot, ...]:
    """Return the font slots that the characters of ``text`` take in a run with ``values``."""
    if not text:
        return ()
    if values.is_complex:
        return ("complex_script",)
    if _takes_ascii_alone(values):
        return ("ascii",)
    hinted = values.hint.value == "eastAsia"
    chinese = hinted and (values.language_east_asia.value or "").lower().startswith("zh")
    patterns = _patterns(hinted, chinese)
    return tuple(slot for slot, pattern in patterns if pattern.search(text))


def font_in_slot(values: RunValues, slot: FontSlot) -> Effective[FontFace]:
    """Return the run's font for a slot."""
    font: Effective[FontFace] = getattr(values, slot)
    return font


def _takes_ascii_alone(values: RunValues) -> bool:
    """Say whether the East Asian font is Times New Roman, which Word takes for "no East Asian font"."""
    face = values.east_asia.value
    return (
        face is not None
        and face.name == "Times New Roman"
        and values.ascii.value is not None
        and values.ascii.value == values.h_ansi.value
    )


@lru_cache(maxsize=4)
def _patterns(hinted: bool, chinese: bool) -> tuple[tuple[FontSlot, re.Pattern[str]], ...]:
    east_asia = _EAST_ASIA + (_WITH_HINT if hinted else "") + (_WITH_HINT_IN_CHINESE if chinese else "")
    return (
        ("ascii", re.compile(f"[{_ASCII}]")),
        ("h_ansi", re.compile(f"[^{_ASCII}{east_asia}]")),
        ("east_asia", re.compile(f"[{east_asia}]")),
    )
