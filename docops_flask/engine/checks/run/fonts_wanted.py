"""Which characters of a run take another font than wanted, and how the run would take the wanted one.

Also the repairs of runs: fonts and size, set on the run itself.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from docops_flask.engine.checks.issue import FixChange
from docops_flask.engine.document.document import RunPlace
from docops_flask.engine.formatting.edit import FontSettings, set_fonts, set_size
from docops_flask.engine.formatting.effective import DIRECT_ORIGIN, Effective, FontFace
from docops_flask.engine.formatting.repair import Repairs
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import Slot, fonts_of, script_sample

WrongFonts = tuple[tuple[Slot, Effective[FontFace]], ...]
# Size of the caches: kinds of run, told apart by values, scripts of the text and fonts wanted.
_KEPT = 1024


class WantedFonts:
    """The fonts allowed for each script, spelled as a repair writes them; empty: not checked."""

    __slots__ = ("east_asia", "folded", "latin")

    def __init__(self, latin: Sequence[str] = (), east_asia: Sequence[str] = ()) -> None:
        self.latin = latin
        self.east_asia = east_asia
        # Upper and lower case name the same font.
        self.folded: Mapping[Slot, frozenset[str]] = {
            "latin": _folded(latin),
            "east_asia": _folded(east_asia),
        }

    def __bool__(self) -> bool:
        return bool(self.latin or self.east_asia)


@lru_cache(maxsize=256)
def wanted_fonts(latin: tuple[str, ...] = (), east_asia: tuple[str, ...] = ()) -> WantedFonts:
    """Return the wanted fonts, one object for all runs with the same ones."""
    return WantedFonts(latin, east_asia)


def wrong_fonts(text: str, values: RunValues, wanted: WantedFonts) -> WrongFonts:
    """Return the fonts that characters of ``text`` take and that are not among those ``wanted``.

    Each comes once, under the script of its characters. Quotation marks, dashes and the like may have
    either script's font; what has neither counts as of the script whose font slot it takes.
    """
    return _wrong_fonts_kept(script_sample(text), values, wanted)


@lru_cache(maxsize=_KEPT)
def _wrong_fonts_kept(sample: str, values: RunValues, wanted: WantedFonts) -> WrongFonts:
    return _wrong_fonts(sample, values, wanted)


def _wrong_fonts(text: str, values: RunValues, wanted: WantedFonts) -> WrongFonts:
    wrong: dict[tuple[Slot, FontFace | None], Effective[FontFace]] = {}
    for slot, names in wanted.folded.items():
        for face in fonts_of(text, values, slot).values() if names else ():
            if not _is_among(face.value, names):
                wrong.setdefault((slot, face.value), face)
    if all(wanted.folded.values()):
        for taken, face in fonts_of(text, values, "either").items():
            if face.value is None or face.value.name is None:
                continue
            if not any(_is_among(face.value, names) for names in wanted.folded.values()):
                wrong.setdefault(("east_asia" if taken == "east_asia" else "latin", face.value), face)
    return tuple((slot, face) for (slot, _), face in wrong.items())


def font_repair(
    text: str, values: RunValues, wanted: WantedFonts, scripts: frozenset[Slot]
) -> FontSettings | None:
    """Return what to set on a run so that the characters of ``scripts`` in ``text`` take wanted fonts.

    ``None`` where nothing helps: the result is tried on ``values`` first, since some fonts cannot be changed
    by direct formatting.
    """
    return _font_repair(script_sample(text), values, wanted, scripts)


@lru_cache(maxsize=_KEPT)
def _font_repair(
    text: str, values: RunValues, wanted: WantedFonts, asked: frozenset[Slot]
) -> FontSettings | None:
    scripts = {slot for slot, _ in _wrong_fonts_kept(text, values, wanted)} & asked
    if not scripts:
        return None
    east_asia = wanted.east_asia[0] if "east_asia" in scripts and wanted.east_asia else None
    latin = wanted.latin[0] if "latin" in scripts and wanted.latin else None
    if values.is_complex:
        candidates = [FontSettings(complex_script=east_asia or latin)]
    else:
        candidates = [FontSettings(ascii=latin, h_ansi=latin, east_asia=east_asia)]
        if latin and wanted.east_asia and _is_marks_alone(text, values, wanted):
            # With w:hint a mark such as “ among ideographs takes their font.
            candidates.insert(0, FontSettings(east_asia=east_asia, hint="eastAsia"))
    for settings in candidates:
        if asked.isdisjoint(slot for slot, _ in _wrong_fonts(text, _with(values, settings), wanted)):
            return settings
    return None


def _is_marks_alone(text: str, values: RunValues, wanted: WantedFonts) -> bool:
    """Say whether only marks among ideographs take a wrong Latin font, no letters or digits."""
    letters = fonts_of(text, values, "latin").values()
    is_wrong = any(not _is_among(face.value, wanted.folded["latin"]) for face in letters)
    return not is_wrong and bool(fonts_of(text, values, "east_asia"))


def _folded(names: Sequence[str]) -> frozenset[str]:
    return frozenset(name.casefold() for name in names)


def _with(values: RunValues, settings: FontSettings) -> RunValues:
    stated = dict(values.stated)
    for slot, name in settings.fonts().items():
        stated[slot] = Effective(FontFace(name, None), DIRECT_ORIGIN)
    if settings.hint is not None:
        stated["hint"] = Effective(settings.hint, DIRECT_ORIGIN)
    return RunValues(stated, values.character_style_id, values.paragraph_style_id)


def _is_among(face: FontFace | None, names: frozenset[str]) -> bool:
    return face is not None and face.name is not None and face.name.casefold() in names


def fix_fonts(place: RunPlace, settings: FontSettings, repairs: Repairs) -> FixChange:
    """Set these fonts on a run; return what changed."""
    w = place.paragraph.part.w
    before, after = repairs.run(place, settings, lambda element: set_fonts(element, settings, w))
    return FixChange(place.paragraph.path, "run_font", before, after, "rFonts", place, place.run_id)


def can_have_size(values: RunValues, points: float) -> bool:
    """Say whether w:sz decides a run's size (it is no complex script) and can hold ``points``."""
    return not values.is_complex and float(points * 2).is_integer()


def fix_size(place: RunPlace, points: float, repairs: Repairs) -> FixChange:
    """Set this size on a run; return what changed."""
    w, half_points = place.paragraph.part.w, round(points * 2)
    before, after = repairs.run(place, half_points, lambda element: set_size(element, half_points, w))
    return FixChange(place.paragraph.path, "run_size_pt", before, after, "sz", place, place.run_id)
