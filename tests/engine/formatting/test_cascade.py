"""The cascade: which place wins, property by property and attribute by attribute."""

from typing import Any

import pytest
from lxml import etree

from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import Effective
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.oxml.names import W_STRICT, W_TRANSITIONAL, vocabulary
from tests.factories import p, r, story
from tests.optional import not_none

STYLES = """
<w:docDefaults>
  <w:rPrDefault><w:rPr><w:rFonts w:ascii="Times" w:eastAsia="宋体" w:asciiTheme="minorHAnsi"/>
    <w:sz w:val="20"/></w:rPr></w:rPrDefault>
  <w:pPrDefault><w:pPr><w:spacing w:line="259" w:lineRule="auto"/></w:pPr></w:pPrDefault>
</w:docDefaults>
<w:style w:type="paragraph" w:default="1" w:styleId="a"><w:name w:val="Normal"/>
  <w:pPr><w:ind w:firstLine="420"/></w:pPr><w:rPr><w:rFonts w:ascii="Calibri"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="b"><w:name w:val="Body"/><w:basedOn w:val="a"/>
  <w:pPr><w:spacing w:line="400" w:lineRule="exact"/><w:ind w:firstLineChars="200"/></w:pPr>
  <w:rPr><w:sz w:val="32"/></w:rPr></w:style>
<w:style w:type="paragraph" w:styleId="h"><w:name w:val="Hanging"/>
  <w:pPr><w:ind w:hanging="300"/></w:pPr></w:style>
<w:style w:type="character" w:styleId="c"><w:name w:val="Strong"/><w:rPr><w:sz w:val="28"/></w:rPr></w:style>
"""


def resolve(
    paragraph: str, *, strict: bool = False, styles: str | None = STYLES
) -> tuple[ParagraphValues, RunValues]:
    w = vocabulary(W_STRICT if strict else W_TRANSITIONAL)
    root = etree.fromstring(story("document", f"<w:body>{paragraph}</w:body>", strict=strict).encode())
    cascade = Cascade(
        None if styles is None else etree.fromstring(story("styles", styles, strict=strict).encode())
    )
    element = next(root.iter(w.p))
    values = cascade.paragraph(element, w)
    return values, cascade.run(next(element.iter(w.r)), values, w)


def shown(effective: Effective[Any]) -> tuple[str | None, str | None]:
    return (None if effective.value is None else str(effective.value)), effective.origin


IN_BODY = '<w:pStyle w:val="b"/>'

RUN_CASES = {
    "direct wins": (
        p(r("x", '<w:rStyle w:val="c"/><w:sz w:val="24"/>'), properties=IN_BODY),
        "size_half_points",
        ("24", "direct"),
    ),
    "then the character style": (
        p(r("x", '<w:rStyle w:val="c"/>'), properties=IN_BODY),
        "size_half_points",
        ("28", "style Strong"),
    ),
    "then the paragraph style": (p(r("x"), properties=IN_BODY), "size_half_points", ("32", "style Body")),
    "then what that is based on": (p(r("x"), properties=IN_BODY), "ascii", ("Calibri", "style Normal")),
    "then docDefaults": (p(r("x"), properties=IN_BODY), "east_asia", ("宋体", "docDefaults")),
    "a paragraph without style has the default one": (p(r("x")), "ascii", ("Calibri", "style Normal")),
    "fonts inherit slot by slot": (
        p(r("x", '<w:rFonts w:eastAsia="黑体"/>')),
        "ascii",
        ("Calibri", "style Normal"),
    ),
    "the theme wins on one element": (
        p(r("x", '<w:rFonts w:ascii="Arial" w:asciiTheme="majorHAnsi"/>')),
        "ascii",
        ("theme:majorHAnsi", "direct"),
    ),
    "an empty name states nothing": (
        p(r("x", '<w:rFonts w:ascii=""/>')),
        "ascii",
        ("Calibri", "style Normal"),
    ),
    "the paragraph mark's own properties are not the runs'": (
        p(r("x"), properties='<w:rPr><w:sz w:val="99"/></w:rPr>'),
        "size_half_points",
        ("20", "docDefaults"),
    ),
    "tracked former properties do not count": (
        p(r("x", '<w:rPrChange><w:rPr><w:sz w:val="99"/></w:rPr></w:rPrChange>')),
        "size_half_points",
        ("20", "docDefaults"),
    ),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("paragraph", "name", "expected"), RUN_CASES.values(), ids=RUN_CASES)
def test_run(paragraph: str, name: str, expected: tuple[str, str], strict: bool) -> None:
    assert shown(getattr(resolve(paragraph, strict=strict)[1], name)) == expected


INDENT_CASES = {
    "direct indent": ('<w:ind w:firstLine="100"/>', ("100 twips", "direct")),
    "a direct margin leaves the style's indent alone": (
        '<w:ind w:left="100"/>',
        ("420 twips", "style Normal"),
    ),
    "hanging is negative": ('<w:ind w:hanging="100"/>', ("-100 twips", "direct")),
    "hanging wins on one element": ('<w:ind w:firstLine="50" w:hanging="100"/>', ("-100 twips", "direct")),
    "a nearer firstLine wins over a hanging": (
        '<w:pStyle w:val="h"/><w:ind w:firstLine="50"/>',
        ("50 twips", "direct"),
    ),
    "characters win over twips": (
        '<w:ind w:firstLineChars="150" w:firstLine="50"/>',
        ("1.5 characters", "direct"),
    ),
    "a style's characters win over direct twips": (
        IN_BODY + '<w:ind w:firstLine="0"/>',
        ("2 characters", "style Body"),
    ),
    "characters of 0 hand over to the twips": (
        IN_BODY + '<w:ind w:firstLineChars="0"/>',
        ("420 twips", "style Normal"),
    ),
    "hanging characters are negative": ('<w:ind w:hangingChars="100"/>', ("-1 characters", "direct")),
    "hangingChars 0 beside firstLineChars": (
        '<w:ind w:hangingChars="0" w:firstLineChars="200"/>',
        ("2 characters", "direct"),
    ),
    "points": ('<w:ind w:firstLine="12pt"/>', ("240 twips", "direct")),
    "inches": ('<w:ind w:firstLine="1.5in"/>', ("2160 twips", "direct")),
    "malformed": ('<w:ind w:firstLine="abc" w:firstLineChars="x"/>', ("420 twips", "style Normal")),
}
LINE_CASES = {
    "line from docDefaults": ("", "line", ("259", "docDefaults")),
    "line of the style": (IN_BODY, "line", ("400", "style Body")),
    "a direct line keeps the style's rule": (
        IN_BODY + '<w:spacing w:line="360"/>',
        "line_rule",
        ("exact", "style Body"),
    ),
    "spacing before leaves the line alone": (
        IN_BODY + '<w:spacing w:before="360"/>',
        "line",
        ("400", "style Body"),
    ),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("properties", "expected"), INDENT_CASES.values(), ids=INDENT_CASES)
def test_first_line_indent(properties: str, expected: tuple[str, str], strict: bool) -> None:
    values, _ = resolve(p("x", properties=properties), strict=strict)

    assert shown(values.first_line_indent) == expected


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("properties", "name", "expected"), LINE_CASES.values(), ids=LINE_CASES)
def test_line_spacing(properties: str, name: str, expected: tuple[str, str], strict: bool) -> None:
    values, _ = resolve(p("x", properties=properties), strict=strict)

    assert shown(getattr(values, name)) == expected


def test_nothing_states_anything_without_styles() -> None:
    paragraph, run = resolve(p("x"), styles=None)

    for effective in (
        run.ascii,
        run.east_asia,
        run.size_half_points,
        paragraph.line,
        paragraph.first_line_indent,
    ):
        assert shown(effective) == (None, None)


def test_styles_of_the_other_conformance_class_are_read_all_the_same() -> None:
    w = vocabulary(W_STRICT)
    root = etree.fromstring(story("document", f"<w:body>{p('x')}</w:body>", strict=True).encode())
    cascade = Cascade(etree.fromstring(story("styles", STYLES).encode()))

    assert cascade.paragraph(next(root.iter(w.p)), w).first_line_indent.origin == "style Normal"


def test_equal_properties_share_one_result() -> None:
    w = vocabulary(W_TRANSITIONAL)
    body = p(r("x", '<w:sz w:val="24"/>'), r("y", '<w:sz w:val="24"/>'), r("z", '<w:sz w:val="26"/>'))
    root = etree.fromstring(story("document", f"<w:body>{body}</w:body>").encode())
    cascade = Cascade(None)

    first, second, third = (cascade.run(run, ParagraphValues(), w) for run in root.iter(w.r))

    assert first is second
    assert first is not third


@pytest.mark.parametrize(
    ("indent", "half_points", "twips"),
    [("200", 21, 420), ("200", 32, 640), ("150", 24, 360), ("200", None, None)],
)
def test_characters_are_as_wide_as_the_size(indent: str, half_points: int | None, twips: int | None) -> None:
    values, _ = resolve(p("x", properties=f'<w:ind w:firstLineChars="{indent}"/>'))

    assert not_none(values.first_line_indent.value).in_twips(half_points) == twips
