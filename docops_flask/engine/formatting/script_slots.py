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
Script = Literal["latin", "east_asia", "either"]
Fonts = dict[FontSlot, Effective[FontFace]]

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
_LETTERS = "0-9A-Za-z\u00aa\u00b5\u00ba\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
# Radicals, CJK punctuation, kana, bopomofo, hangul, ideographs, compatibility and full-width forms.
# U+3000 is left out: a space shows no face.
_IDEOGRAPHS = (
    "\u1100-\u11ff\u2e80-\u2fff\u3001-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uffef"
    "\U0001b000-\U0001b16f\U00020000-\U0003ffff"
)
# Quotation marks, dashes, ellipses, the middle dot: Latin or Chinese by the company they keep.
_EITHER = "\u00b7\u2010-\u2027\u2030-\u205e"
_SCRIPTS: dict[Script, str] = {"latin": _LETTERS, "east_asia": _IDEOGRAPHS, "either": _EITHER}


def fonts_of(text: str, values: RunValues, script: Script | None = None) -> Fonts:
    """Return the fonts that the characters of ``text`` take in a run with ``values``, by slot.

    With ``script`` only the characters that certainly belong to it count; ``either`` are the quotation
    marks, dashes and the like that Latin and Chinese text share.
    """
    return {slot: font_in_slot(values, slot) for slot in font_slots(text, values, script)}


def font_slots(text: str, values: RunValues, script: Script | None = None) -> tuple[FontSlot, ...]:
    """Return the font slots that the characters of ``text`` take, counted as ``fonts_of`` does."""
    if values.is_complex:
        return ("complex_script",) if _any_of(script).search(text) else ()
    if _takes_ascii_alone(values):
        return ("ascii",) if _any_of(script).search(text) else ()
    hinted = values.hint.value == "eastAsia"
    chinese = hinted and (values.language_east_asia.value or "").lower().startswith("zh")
    return tuple([slot for slot, pattern in _patterns(script, hinted, chinese) if pattern.search(text)])


def script_sample(text: str) -> str:
    """Return a character of each kind that ``text`` holds: they take the same slots, whatever the run.

    Texts are many, samples few: what depends on a text by its slots alone can be kept by its sample.
    """
    return "".join(sorted({_ALIKE[character] for character in set(text)}))


class _Alike(dict[str, str]):
    """Character to the first one met that every pattern takes alike."""

    def __init__(self) -> None:
        super().__init__()
        self._first: dict[tuple[bool, ...], str] = {}

    def __missing__(self, character: str) -> str:
        kind = tuple(pattern.match(character) is not None for pattern in _all_patterns())
        first = self[character] = self._first.setdefault(kind, character)
        return first


_ALIKE = _Alike()


@lru_cache(maxsize=1)
def _all_patterns() -> tuple[re.Pattern[str], ...]:
    scripts: tuple[Script | None, ...] = (None, *_SCRIPTS)
    hints = ((False, False), (True, False), (True, True))
    by_slot = (pattern for script in scripts for hint in hints for _, pattern in _patterns(script, *hint))
    return (*by_slot, *(_any_of(script) for script in scripts))


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
def _any_of(script: Script | None) -> re.Pattern[str]:
    return re.compile(f"[{_SCRIPTS[script]}]" if script else "(?s:.)")


@lru_cache(maxsize=16)
def _patterns(
    script: Script | None, hinted: bool, chinese: bool
) -> tuple[tuple[FontSlot, re.Pattern[str]], ...]:
    """Return a pattern a slot that finds a character of ``script`` that takes it."""
    east_asia = _EAST_ASIA + (_WITH_HINT if hinted else "") + (_WITH_HINT_IN_CHINESE if chinese else "")
    of_script = f"(?=[{_SCRIPTS[script]}])" if script else ""
    return (
        ("ascii", re.compile(f"{of_script}[{_ASCII}]")),
        ("h_ansi", re.compile(f"{of_script}[^{_ASCII}{east_asia}]")),
        ("east_asia", re.compile(f"{of_script}[{east_asia}]")),
    )
