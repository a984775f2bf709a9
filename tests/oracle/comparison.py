"""The compared properties: values of the engine and of LibreOffice in one unit."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from docops_flask.engine.formatting.effective import Effective, FontFace, Spacing
from docops_flask.engine.formatting.indents import indents_in_twips
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from tests.oracle.engine_reading import EngineParagraph, EngineRun

# LibreOffice keeps hundredths of a millimetre and rounds more than once on the way.
TOLERANCE_MM100 = 2
# LibreOffice tells sizes in points with one digit, in Word they are half-points.
TOLERANCE_POINTS = 0.06
_MM100_PER_TWIP = 2540 / 1440

PROPERTIES = (
    "latin font",
    "East Asian font",
    "size",
    "bold",
    "italic",
    "colour",
    "alignment",
    "first-line indent",
    "left indent",
    "right indent",
    "line spacing",
    "space before",
    "space after",
)


@dataclass(frozen=True, slots=True)
class Reading:
    """One property at one place: ours and theirs as comparable values, with all that explains them."""

    name: str
    file: str
    ours: Any
    theirs: Any
    paragraph: EngineParagraph
    libre: Mapping[str, Any]
    run: EngineRun | None = None
    portion: Mapping[str, Any] | None = None

    @property
    def agrees(self) -> bool:
        """Whether both values agree."""
        if isinstance(self.ours, tuple) and isinstance(self.theirs, tuple):
            return self.ours[0] == self.theirs[0] and _close(self.ours[1], self.theirs[1])
        if isinstance(self.ours, str) and isinstance(self.theirs, str):
            return self.ours.casefold() == self.theirs.casefold()
        return _close(self.ours, self.theirs, TOLERANCE_POINTS if self.name == "size" else TOLERANCE_MM100)

    @property
    def place(self) -> str:
        """The address in the file."""
        return self.paragraph.place.path


def readings_of_run(
    file: str,
    paragraph: EngineParagraph,
    libre: Mapping[str, Any],
    run: EngineRun,
    portion: Mapping[str, Any],
) -> Iterator[Reading]:
    """Yield the six properties of a run."""
    values = run.values
    found = {
        "latin font": (font(values.ascii), portion["CharFontName"]),
        "East Asian font": (font(values.east_asia), portion["CharFontNameAsian"]),
        "size": (size_points(values), round(portion["CharHeight"], 1)),
        "bold": (bool(plain(values, "bold")), portion["CharWeight"] >= 110),
        "italic": (bool(plain(values, "italic")), portion["CharPosture"] != "NONE"),
        "colour": (color(values), libre_color(portion["CharColor"])),
    }
    for name, (ours, theirs) in found.items():
        yield Reading(name, file, ours, theirs, paragraph, libre, run, portion)


def readings_of_paragraph(
    file: str, paragraph: EngineParagraph, libre: Mapping[str, Any]
) -> Iterator[Reading]:
    """Yield the seven properties of a paragraph."""
    values, properties = paragraph.values, libre["properties"]
    first, left = libre_indents(libre)
    grid_line = paragraph.section.grid.line_twips
    ours = indents_in_twips(values, paragraph.sizes)
    found: dict[str, tuple[Any, Any]] = {
        "alignment": (alignment(values), _ADJUSTMENTS.get(properties["ParaAdjust"], "left")),
        "first-line indent": (mm100(ours.first_line or 0), first),
        "left indent": (mm100(ours.left or 0), left),
        "right indent": (mm100(ours.right or 0), properties["ParaRightMargin"]),
        "line spacing": (line_spacing(values), libre_line_spacing(properties)),
        "space before": (spacing(values.space_before, grid_line), properties["ParaTopMargin"]),
        "space after": (spacing(values.space_after, grid_line), properties["ParaBottomMargin"]),
    }
    for name, (ours, theirs) in found.items():
        yield Reading(name, file, ours, theirs, paragraph, libre)


# What Word shows where a document states nothing at all.
DEFAULT_FONT = "Times New Roman"
_DEFAULT_HALF_POINTS = 20
_ADJUSTMENTS = {0: "left", 1: "right", 2: "both", 3: "center", 4: "both"}
_ALIGNMENTS = {"start": "left", "end": "right", "distribute": "both", "justify": "both"}


def plain(values: RunValues, name: str) -> Any:
    """Return a property of the run's plain text: LibreOffice keeps complex script apart as well."""
    stated: Effective[Any] = values.stated.get(name, Effective())
    return stated.value


def font(face: Effective[FontFace]) -> str:
    """Return a font's name, "" for a theme without one, Word's default where nothing states any."""
    if face.value is None:
        return DEFAULT_FONT
    return face.value.name or ""


def size_points(values: RunValues) -> float:
    """Return the size in points."""
    return (plain(values, "size") or _DEFAULT_HALF_POINTS) / 2


def color(values: RunValues) -> str:
    """Return the colour as six hex digits or ``auto``."""
    return values.color.value or "auto"


def libre_color(number: int) -> str:
    """Return LibreOffice's colour likewise; -1 is automatic."""
    return "auto" if number in (-1, 0xFFFFFFFF) else f"{number & 0xFFFFFF:06X}"


def alignment(values: ParagraphValues) -> str:
    """Return the alignment by LibreOffice's names, left and right as seen."""
    stated = values.alignment.value or "left"
    name = _ALIGNMENTS.get(stated, stated)
    if values.right_to_left and name in ("left", "right"):
        return "right" if name == "left" else "left"
    return name


def spacing(value: Effective[Spacing], line_twips: int) -> float:
    """Return a space before or after in hundredths of a millimetre."""
    return 0 if value.value is None else mm100(value.value.in_twips(line_twips))


def line_spacing(values: ParagraphValues) -> tuple[str, float]:
    """Return rule and height: percent for ``auto``, hundredths of a millimetre otherwise."""
    line, rule = values.line.value, values.line_rule.value or "auto"
    if line is None:
        return "auto", 100
    return (rule, mm100(abs(line))) if rule in ("exact", "atLeast") else ("auto", line / 2.4)


def libre_line_spacing(properties: Mapping[str, Any]) -> tuple[str, float]:
    """Return LibreOffice's line spacing likewise."""
    mode = {0: "auto", 1: "atLeast", 2: "leading", 3: "exact"}[properties["LineMode"]]
    return mode, properties["LineHeight"]


def libre_indents(libre: Mapping[str, Any]) -> tuple[float, float]:
    """Return the first-line and left indent that LibreOffice lays a paragraph out with.

    In a list those of the level hold unless the paragraph itself has some.
    """
    properties = libre["properties"]
    own = properties["ParaFirstLineIndent"], properties["ParaLeftMargin"]
    level = libre["list"]
    if level is None or None in level or "DIRECT_VALUE" in properties["IndentStates"]:
        return own
    return level[0], level[1]


def mm100(twips: float) -> float:
    """Return twips in hundredths of a millimetre."""
    return twips * _MM100_PER_TWIP


def _close(ours: Any, theirs: Any, tolerance: float = TOLERANCE_MM100) -> bool:
    if ours is None or theirs is None or isinstance(ours, str) or isinstance(theirs, str):
        found: bool = ours == theirs
        return found
    return bool(abs(ours - theirs) <= tolerance)
