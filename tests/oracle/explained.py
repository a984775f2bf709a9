"""The kinds of disagreement that are understood, each as a narrow rule with the sentence that decides it.

The page docs/analysis/oracle.md shows them in full; a test holds it against this list.
"""

from collections.abc import Callable
from dataclasses import dataclass

from docops_flask.engine.formatting.effective import DIRECT, DOC_DEFAULTS, Effective
from tests.optional import not_none
from tests.oracle.comparison import TOLERANCE_MM100, Reading, mm100


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of disagreement; ``decides`` is the clause that does, ``holds`` recognises a reading of it."""

    name: str
    decides: str
    holds: Callable[[Reading], bool]


_INDENTS = {
    "first-line indent": ("indent_twips", "indent_hundredths"),
    "left indent": ("left_twips", "left_hundredths"),
    "right indent": ("right_twips", "right_hundredths"),
}
_SPACES = {"space before": "before", "space after": "after"}
# The space before of LibreOffice's own style "Heading".
_HEADING_SPACE_TWIPS = 240
# LibreOffice's size for tables of documents from before Word 2010.
_OLD_TABLE_POINTS = 10.0
_KASHIDA = ("lowKashida", "mediumKashida", "highKashida")


def _characters_win(reading: Reading) -> bool:
    """The indent counts characters; LibreOffice shows the twips that stand beside them."""
    if reading.name not in _INDENTS:
        return False
    twips, hundredths = (_stated(reading, name) for name in _INDENTS[reading.name])
    return bool(hundredths.value) and twips.value is not None and _near(twips.value, reading.theirs)


def _lines_win(reading: Reading) -> bool:
    """The space counts lines; LibreOffice shows the twips that stand beside them."""
    side = _SPACES.get(reading.name)
    if side is None:
        return False
    lines, twips = _stated(reading, f"{side}_lines"), _stated(reading, f"{side}_twips")
    return bool(lines.value) and twips.value is not None and _near(twips.value, reading.theirs)


def _automatic_in_a_list(reading: Reading) -> bool:
    """Automatic space between the items of a list, which LibreOffice takes away as it reads."""
    side = _SPACES.get(reading.name)
    if side is None or not _stated(reading, f"{side}_auto").value:
        return False
    return reading.paragraph.values.is_numbered and reading.theirs == 0


def _kashida(reading: Reading) -> bool:
    """Arabic text justified by stretching letters, which LibreOffice aligns at its beginning."""
    start = "right" if reading.paragraph.values.right_to_left else "left"
    stated = reading.paragraph.values.alignment.value
    return reading.name == "alignment" and stated in _KASHIDA and reading.theirs == start


def _hyperlink(reading: Reading) -> bool:
    """A link's colour comes from the run's character style; LibreOffice lays its own link style over it."""
    if reading.name != "colour" or reading.run is None or reading.portion is None:
        return False
    from_style = (reading.run.values.color.origin or "").startswith("style ")
    styled = reading.run.values.character_style_id is not None
    return from_style and styled and bool(reading.portion["HyperLinkURL"])


def _content_control(reading: Reading) -> bool:
    """A plain-text control inside a paragraph, which LibreOffice makes a field without its runs' look."""
    if reading.run is None or reading.portion is None or reading.portion["Kind"] != "TextField":
        return False
    return next(reading.run.element.iterancestors("{*}sdt"), None) is not None


def _no_base(reading: Reading) -> bool:
    """A style without w:basedOn, which LibreOffice bases on the default one, or on its own heading."""
    if len(reading.paragraph.style_ids) != 1 or reading.run is not None:
        return False
    default = reading.paragraph.default_style
    if reading.name in _INDENTS:
        twips = default.stated.get(_INDENTS[reading.name][0])
    elif reading.name in _SPACES:
        twips = default.stated.get(f"{_SPACES[reading.name]}_twips")
    elif reading.name == "line spacing":
        twips = default.line
        return twips.value is not None and _near(twips.value, reading.theirs[1])
    else:
        return False
    if twips is None or not _near(not_none(twips.value), reading.theirs):
        return reading.name == "space before" and _near(_HEADING_SPACE_TWIPS, reading.theirs)
    return True


def _font_nowhere(reading: Reading) -> bool:
    """No place of the document states a font: each program has its own default."""
    if reading.run is None or reading.name not in ("latin font", "East Asian font"):
        return False
    values = reading.run.values
    return (values.ascii if reading.name == "latin font" else values.east_asia).place is None


def _size_nowhere(reading: Reading) -> bool:
    """No place of the document states a size: each program has its own default."""
    return reading.run is not None and reading.name == "size" and _size(reading).place is None


def _default_style_in_a_table(reading: Reading) -> bool:
    """The default style's or the defaults' size, in a table whose style has none: LibreOffice has 10 pt."""
    place = _size(reading).place
    return (
        reading.name == "size"
        and reading.paragraph.place.cell is not None
        and reading.theirs == _OLD_TABLE_POINTS
        and place is not None
        and (place.label == DOC_DEFAULTS or place.style_id == reading.paragraph.style_ids[-1])
    )


def _size(reading: Reading) -> Effective[int]:
    stated: Effective[int] = Effective()
    return stated if reading.run is None else reading.run.values.stated.get("size", stated)


def _numbering_keeps_its_left(reading: Reading) -> bool:
    """The paragraph states its first line alone; LibreOffice takes the level's left indent away with it."""
    left, first = _stated(reading, "left_twips"), _stated(reading, "indent_twips")
    return (
        reading.name == "left indent"
        and (left.origin or "").startswith("numbering ")
        and first.origin == DIRECT
        and reading.theirs == 0
    )


def _stated(reading: Reading, name: str) -> Effective[int]:
    return reading.paragraph.values.stated.get(name, Effective())


def _near(twips: int, theirs: float) -> bool:
    return abs(mm100(twips) - theirs) <= TOLERANCE_MM100


KINDS = (
    Kind("characters win over twips", "17.3.1.12", _characters_win),
    Kind("lines win over twips", "17.3.1.33", _lines_win),
    Kind("automatic space in a list", "17.3.1.33", _automatic_in_a_list),
    Kind("kashida is justified", "17.18.44", _kashida),
    Kind("a link has its run's style", "17.3.2.29", _hyperlink),
    Kind("a control's runs keep their look", "17.5.2.31", _content_control),
    Kind("a style without base has none", "17.7.4.3", _no_base),
    Kind("no font is stated", "17.3.2.26", _font_nowhere),
    Kind("no size is stated", "17.3.2.38", _size_nowhere),
    Kind("the default style holds in a table", "17.7.2", _default_style_in_a_table),
    Kind("a level's left indent stays", "17.9.22", _numbering_keeps_its_left),
)


def kind_of(reading: Reading) -> Kind | None:
    """Return the kind of a disagreement, ``None`` for an unexplained one."""
    return next((kind for kind in KINDS if kind.holds(reading)), None)
