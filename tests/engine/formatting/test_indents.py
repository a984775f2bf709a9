"""Indents and spacing in twips: characters, lines, automatic space, and the grid that measures them."""

import pytest

from docops_flask.engine.formatting.indents import CharacterSizes, indents_in_twips
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.sections import Grid, Sections
from tests.engine.formatting.resolving import open_body, resolve_all, shown
from tests.factories import p
from tests.optional import not_none

# The first run is 16 pt, the default style 10.5 pt.
SIZES = CharacterSizes(first_run=32, default=21)


def paragraph(properties: str, *, strict: bool = False, styles: str = "") -> ParagraphValues:
    return resolve_all(p("x", properties=properties), strict=strict, styles=styles)["p0"].paragraph


# The figures are what Word wrote beside the characters in real files.
CASES = {
    "the first line by the first run": ('w:firstLineChars="200"', (640, None, None)),
    "hanging by the first run": ('w:hangingChars="100"', (-320, None, None)),
    "the sides by the default style": ('w:leftChars="200" w:rightChars="100"', (None, 420, 210)),
    "a left indent in characters leaves out what hangs in characters": (
        'w:leftChars="300" w:hangingChars="300"',
        (-960, 630 + 960, None),
    ),
    "a left indent in twips holds what hangs": ('w:left="1470" w:hangingChars="100"', (-320, 1470, None)),
    "a first line moves nothing": ('w:leftChars="200" w:firstLineChars="100"', (320, 420, None)),
    "hanging in twips moves nothing": ('w:leftChars="200" w:hanging="300"', (-300, 420, None)),
    "twips as they are": ('w:left="100" w:right="200" w:firstLine="300"', (300, 100, 200)),
    "characters of 0 leave the twips": ('w:leftChars="0" w:left="100"', (None, 100, None)),
    "a negative side": ('w:leftChars="-100"', (None, -210, None)),
}


@pytest.mark.parametrize(("attributes", "expected"), CASES.values(), ids=CASES)
def test_indents(attributes: str, expected: tuple[int | None, int | None, int | None]) -> None:
    assert indents_in_twips(paragraph(f"<w:ind {attributes}/>"), SIZES) == expected


def test_a_character_without_known_size_has_no_width() -> None:
    values = paragraph('<w:ind w:leftChars="100" w:firstLineChars="200" w:right="5"/>')

    assert indents_in_twips(values, CharacterSizes()) == (None, None, 5)


@pytest.mark.parametrize("strict", [False, True])
def test_start_and_end_are_left_and_right(strict: bool) -> None:
    values = paragraph('<w:ind w:start="10" w:endChars="100"/>', strict=strict)

    assert shown(values.left_indent) == ("10 twips", "direct")
    assert shown(values.right_indent) == ("1 characters", "direct")


def test_the_character_grid_widens_every_character() -> None:
    grid = Grid("linesAndChars", 579, -849)
    values = paragraph('<w:ind w:firstLineChars="200"/>')

    # 16 pt - 849/4096 pt, twice: Word writes 632 where it writes 640 without the grid.
    assert indents_in_twips(values, CharacterSizes(32, 32, grid.extra_twips)).first_line == 632


@pytest.mark.parametrize(
    ("kind", "line_twips", "has_extra"),
    [
        ("default", 240, False),
        ("lines", 312, False),
        ("linesAndChars", 312, True),
        ("snapToChars", 312, True),
    ],
)
def test_grid(kind: str, line_twips: int, has_extra: bool) -> None:
    grid = Grid(kind, 312, 4096)

    assert grid.line_twips == line_twips
    assert grid.extra_twips == (20 if has_extra else 0)


SPACING = {
    "twips": ('w:before="100"', 100),
    "lines win over twips": ('w:before="100" w:beforeLines="50"', 156),
    "lines of 0 leave the twips": ('w:before="100" w:beforeLines="0"', 100),
    "automatic wins over both": ('w:before="100" w:beforeLines="50" w:beforeAutospacing="1"', 280),
    "automatic switched off": ('w:before="100" w:beforeAutospacing="0"', 100),
    "lines of 0 alone": ('w:beforeLines="0"', 0),
}


@pytest.mark.parametrize(("attributes", "twips"), SPACING.values(), ids=SPACING)
@pytest.mark.parametrize("side", ["before", "after"])
def test_space(attributes: str, twips: int, side: str) -> None:
    values = paragraph(f"<w:spacing {attributes.replace('before', side)}/>")
    space = values.space_before if side == "before" else values.space_after

    assert not_none(space.value).in_twips(Grid("lines", 312).line_twips) == twips
    assert space.origin == "direct"


def test_nothing_is_stated() -> None:
    values = paragraph("")

    for effective in (values.left_indent, values.right_indent, values.first_line_indent, values.space_before):
        assert shown(effective) == (None, None)
    assert values.contextual_spacing.value is None
    assert values.snap_to_grid.value is None
    assert values.right_to_left is False


def test_switches() -> None:
    values = paragraph('<w:contextualSpacing/><w:snapToGrid w:val="0"/><w:bidi/>')

    assert values.contextual_spacing.value is True
    assert values.snap_to_grid.value is False
    assert values.right_to_left is True


SECTION = """<w:sectPr><w:pgSz w:w="16838" w:h="11906" w:orient="landscape"/>
<w:pgMar w:top="2098" w:right="1474" w:bottom="1984" w:left="1588" w:header="851" w:footer="992"
 w:gutter="0"/>
<w:cols w:num="2" w:space="425"/><w:docGrid w:type="linesAndChars" w:linePitch="579" w:charSpace="-849"/>
</w:sectPr>"""


@pytest.mark.parametrize("strict", [False, True])
def test_section(strict: bool) -> None:
    (section,) = Sections(open_body(p("x") + SECTION, strict=strict)).all

    assert (section.page_width, section.page_height, section.landscape) == (16838, 11906, True)
    assert (section.top, section.right, section.bottom, section.left) == (2098, 1474, 1984, 1588)
    assert (section.header, section.footer, section.gutter) == (851, 992, 0)
    assert (section.columns, section.column_space) == (2, 425)
    assert section.grid == Grid("linesAndChars", 579, -849)


def test_an_empty_section_states_nothing() -> None:
    (section,) = Sections(open_body(p("x") + "<w:sectPr/>")).all

    assert (section.page_width, section.top, section.columns, section.landscape) == (None, None, 1, False)
    assert section.grid == Grid()


def test_a_paragraph_ends_the_section_whose_properties_it_holds() -> None:
    former = '<w:sectPrChange><w:sectPr><w:cols w:num="9"/></w:sectPr></w:sectPrChange>'
    first = f'<w:sectPr><w:cols w:num="2"/>{former}</w:sectPr>'
    last = '<w:sectPr><w:cols w:num="3"/></w:sectPr>'
    document = open_body(p("a") + p("b", properties=first) + p("c") + last)
    sections = Sections(document)

    assert [section.columns for section in sections.all] == [2, 3]
    assert [sections.of(place).columns for place in document.walk.paragraphs] == [2, 2, 3]


def test_a_body_without_sections_has_an_empty_one() -> None:
    document = open_body(p("x"))

    assert Sections(document).of(document.walk.paragraphs[0]).page_width is None
