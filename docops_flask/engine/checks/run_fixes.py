"""Repairs of runs that more than one check makes: fonts and size, set on the run itself."""

from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.document.places import RunPlace
from docops_flask.engine.formatting.run_edit import FontSettings, set_fonts, set_size
from docops_flask.engine.formatting.run_values import RunValues


def fix_fonts(place: RunPlace, settings: FontSettings) -> FixChange:
    """Give a run these fonts; return what is changed."""
    before, after = set_fonts(place.element, settings, place.paragraph.part.w)
    place.paragraph.part.changed = True
    path, element = place.paragraph.path, place.element
    return FixChange(path, "run_font", before, after, "rFonts", element, place.run_id)


def can_have_size(values: RunValues, points: float) -> bool:
    """Say whether w:sz decides a run's size (it is no complex script) and can hold ``points``."""
    return not values.is_complex and float(points * 2).is_integer()


def fix_size(place: RunPlace, points: float) -> FixChange:
    """Give a run this size; return what is changed."""
    before, after = set_size(place.element, round(points * 2), place.paragraph.part.w)
    place.paragraph.part.changed = True
    path, element = place.paragraph.path, place.element
    return FixChange(path, "run_size_pt", before, after, "sz", element, place.run_id)
