"""The description of a value's source."""

import pytest

from docops_flask.engine.checks.observation import source_in_paragraph, source_in_run
from docops_flask.engine.formatting.cascade import Cascade
from tests.engine.formatting.resolving import open_body
from tests.factories import p, r, tc, tr
from tests.optional import not_none

STYLES = """
<w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:asciiTheme="minorHAnsi"/></w:rPr></w:rPrDefault>
</w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>
  <w:pPr><w:spacing w:line="360"/></w:pPr><w:rPr><w:rFonts w:hAnsi="Arial"/><w:i/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="b"><w:name w:val="正文文本"/><w:basedOn w:val="a"/>
  <w:pPr><w:jc w:val="both"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="c"><w:name w:val="首段"/><w:basedOn w:val="b"/></w:style>
<w:style w:type="character" w:styleId="s"><w:name w:val="Strong"/><w:rPr><w:sz w:val="28"/></w:rPr></w:style>
<w:style w:type="character" w:styleId="t"><w:name w:val="Stronger"/><w:basedOn w:val="s"/></w:style>
<w:style w:type="table" w:styleId="g"><w:name w:val="Grid"/><w:rPr><w:color w:val="FF0000"/></w:rPr></w:style>
"""
NUMBERING = (
    '<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:pPr><w:ind w:left="420"/></w:pPr></w:lvl>'
    "</w:abstractNum>"
    '<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'
)
THEME = '<a:minorFont><a:latin typeface="Calibri"/></a:minorFont>'
PROPERTIES = '<w:pStyle w:val="c"/><w:numPr><w:numId w:val="1"/></w:numPr><w:outlineLvl w:val="3"/>'
RUN = r("x", '<w:rStyle w:val="t"/><w:b/>')
BODY = (
    '<w:tbl><w:tblPr><w:tblStyle w:val="g"/></w:tblPr><w:tblGrid/>'
    f"{tr(tc(p(RUN, properties=PROPERTIES)))}</w:tbl>"
)

CASES = {
    "direct formatting of the paragraph": ("outline_level", "direct formatting, word/document.xml"),
    "the style itself, through two others": (
        "line",
        "style 首段, basedOn 正文文本, basedOn Normal, word/styles.xml",
    ),
    "a style between": ("alignment", "style 首段, basedOn 正文文本, word/styles.xml"),
    "a numbering level": ("left_indent", "numbering 1 level 0, word/numbering.xml"),
    "nothing": ("line_rule", None),
    "direct formatting of the run": ("bold", "direct formatting, word/document.xml"),
    "a character style's base": ("size_half_points", "style Stronger, basedOn Strong, word/styles.xml"),
    "the paragraph style for a run": (
        "italic",
        "style 首段, basedOn 正文文本, basedOn Normal, word/styles.xml",
    ),
    "the defaults and the theme": (
        "ascii",
        "docDefaults, word/styles.xml, theme font minorHAnsi, word/theme.xml",
    ),
    "a table style": ("color", "table style Grid, word/styles.xml"),
}


@pytest.mark.parametrize(("name", "expected"), CASES.values(), ids=CASES)
def test_source(name: str, expected: str | None) -> None:
    document = open_body(BODY, styles=STYLES, numbering=NUMBERING, theme=THEME)
    cascade = Cascade(document.styles, document.related)
    (place,) = document.walk.paragraphs
    w = place.part.w
    paragraph = cascade.paragraph(place.element, w, place.cell)
    run = next(place.element.iter(w.r))
    values = cascade.run(run, paragraph, w)

    if hasattr(paragraph, name):
        found = source_in_paragraph(cascade, getattr(paragraph, name), paragraph, place.part.name)
    else:
        found = source_in_run(cascade, getattr(values, name), values, place.part.name)
    assert found == expected


def test_a_long_style_chain_is_shortened_to_its_ends() -> None:
    names = [f"S{number}" for number in range(100)]
    chain = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/><w:basedOn w:val="{base}"/>'
        "</w:style>"
        for name, base in zip(names, [*names[1:], "a"], strict=True)
    )
    document = open_body(p("x", properties='<w:pStyle w:val="S0"/>'), styles=STYLES + chain)
    cascade = Cascade(document.styles, document.related)
    (place,) = document.walk.paragraphs
    values = cascade.paragraph(place.element, place.part.w)

    found = not_none(source_in_paragraph(cascade, values.line, values, place.part.name))

    assert found.startswith("style S0, 92 styles between, basedOn S93, ")
    assert found.endswith(", basedOn S99, basedOn Normal, word/styles.xml")


def test_a_chain_of_twelve_thousand_styles_is_shortened_to_its_ends() -> None:
    names = [f"S{number}" for number in range(12_000)]
    chain = "".join(
        f'<w:style w:type="paragraph" w:styleId="{name}"><w:name w:val="{name}"/><w:basedOn w:val="{base}"/>'
        "</w:style>"
        for name, base in zip(names, [*names[1:], "a"], strict=True)
    )
    document = open_body(p("x", properties='<w:pStyle w:val="S0"/>'), styles=STYLES + chain)
    cascade = Cascade(document.styles, document.related)
    (place,) = document.walk.paragraphs
    values = cascade.paragraph(place.element, place.part.w)

    found = not_none(source_in_paragraph(cascade, values.line, values, place.part.name))

    assert found.startswith("style S0, 11992 styles between, basedOn S11993, ")
    assert found.endswith(", basedOn S11999, basedOn Normal, word/styles.xml")


def test_an_overlong_style_name_is_shortened() -> None:
    document = open_body(p("x", properties='<w:jc w:val="center"/>'), styles=STYLES)
    cascade = Cascade(document.styles, document.related)
    (place,) = document.walk.paragraphs
    values = cascade.paragraph(place.element, place.part.w)

    found = source_in_paragraph(cascade, values.alignment, values, "word/" + "x" * 5000)

    assert found == "direct formatting, word/" + "x" * 250 + "…"
