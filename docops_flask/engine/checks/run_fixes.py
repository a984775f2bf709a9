"""Repairs of runs that more than one check makes: fonts and size, set on the run itself."""

from collections.abc import Iterator

from docops_flask.engine.checks.fonts_wanted import WantedFonts, font_repair
from docops_flask.engine.checks.issue import FixChange
from docops_flask.engine.checks.subject import RunSubject
from docops_flask.engine.formatting.run_edit import set_fonts, set_size


def fix_fonts(run: RunSubject, wanted: WantedFonts) -> Iterator[FixChange]:
    """Make the characters of a run take the ``wanted`` fonts; yield what is changed."""
    settings = font_repair(run.text, run.values, wanted)
    if settings is None:
        return
    place = run.place
    before, after = set_fonts(place.element, settings, place.paragraph.part.w)
    place.paragraph.part.changed = True
    yield FixChange(place.paragraph.path, "run_font", before, after, "rFonts", place.run_id)


def can_have_size(run: RunSubject, points: float) -> bool:
    """Say whether w:sz decides the run's size (it is no complex script) and can hold ``points``."""
    return not run.values.is_complex and float(points * 2).is_integer()


def fix_size(run: RunSubject, points: float) -> FixChange:
    """Give a run this size; return what is changed."""
    place = run.place
    before, after = set_size(place.element, round(points * 2), place.paragraph.part.w)
    place.paragraph.part.changed = True
    return FixChange(place.paragraph.path, "run_size_pt", before, after, "sz", place.run_id)
