"""overrideTableStyleFontSizeAndJustification: whether a default paragraph style goes before a table style."""

import pytest

from tests.engine.formatting.resolving import resolve_all, shown
from tests.factories import p, r, tc, tr

SETTING = "overrideTableStyleFontSizeAndJustification"


def compat(value):
    return (
        "<w:compat><w:compatSetting w:name='compatibilityMode' w:val='15'/>"
        f"<w:compatSetting w:name='{SETTING}' w:val='{value}'/></w:compat>"
    )


def paragraph_style(style_id, properties, *, based_on="", default=""):
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    flag = ' w:default="1"' if default else ""
    return (
        f'<w:style w:type="paragraph"{flag} w:styleId="{style_id}"><w:name w:val="{style_id}"/>{base}'
        f"{properties}</w:style>"
    )


def size(half_points):
    return f'<w:rPr><w:sz w:val="{half_points}"/></w:rPr>'


def alignment(value):
    return f'<w:pPr><w:jc w:val="{value}"/></w:pPr>'


TABLE_STYLE = (
    '<w:style w:type="table" w:styleId="T"><w:name w:val="Grid"/><w:pPr><w:jc w:val="center"/></w:pPr>'
    '<w:rPr><w:sz w:val="18"/></w:rPr></w:style>'
)


def in_a_cell(normal, *, settings=None, more="", paragraph=None, strict=False):
    """A paragraph in a table of the style Grid: 9 points, centred."""
    body = f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/></w:tblPr>{tr(tc(paragraph or p(r("x"))))}</w:tbl>'
    styles = paragraph_style("Normal", normal, default=True) + more + TABLE_STYLE
    parts = {} if settings is None else {"settings": settings}
    (found,) = resolve_all(body, styles=styles, strict=strict, **parts).values()
    return shown(found.run.size_half_points), shown(found.paragraph.alignment)


@pytest.mark.parametrize("settings", [None, "", compat("0"), compat("false"), "<w:compat/>"])
@pytest.mark.parametrize("strict", [False, True])
def test_without_the_setting_12_points_and_left_yield_to_the_table(settings, strict):
    assert in_a_cell(alignment("left") + size(24), settings=settings, strict=strict) == (
        ("18", "table style Grid"),
        ("center", "table style Grid"),
    )


@pytest.mark.parametrize("value", ["1", "true", "on"])
def test_with_the_setting_they_override_it(value):
    assert in_a_cell(alignment("left") + size(24), settings=compat(value)) == (
        ("24", "style Normal"),
        ("left", "style Normal"),
    )


@pytest.mark.parametrize(
    ("normal", "expected"),
    [
        (alignment("both") + size(21), (("21", "style Normal"), ("both", "style Normal"))),
        (alignment("right") + size(20), (("20", "style Normal"), ("right", "style Normal"))),
        (alignment("start") + size(24), (("18", "table style Grid"), ("center", "table style Grid"))),
    ],
)
def test_other_values_of_the_default_style_override_it(normal, expected):
    assert in_a_cell(normal) == expected


def test_what_a_style_inherits_from_the_default_one_yields_and_what_it_states_itself_does_not():
    normal = alignment("left") + size(24)
    inheriting = paragraph_style("A", "", based_on="Normal")
    stating = paragraph_style("B", alignment("left") + size(24), based_on="Normal")
    used = '<w:p><w:pPr><w:pStyle w:val="{}"/></w:pPr><w:r><w:t>x</w:t></w:r></w:p>'
    assert in_a_cell(normal, more=inheriting, paragraph=used.format("A")) == (
        ("18", "table style Grid"),
        ("center", "table style Grid"),
    )
    assert in_a_cell(normal, more=stating, paragraph=used.format("B")) == (
        ("24", "style B"),
        ("left", "style B"),
    )


def test_direct_formatting_overrides_all():
    run = '<w:r><w:rPr><w:sz w:val="24"/></w:rPr><w:t>x</w:t></w:r>'
    direct = f'<w:p><w:pPr><w:jc w:val="left"/></w:pPr>{run}</w:p>'
    assert in_a_cell(alignment("left") + size(24), paragraph=direct) == (
        ("24", "direct"),
        ("left", "direct"),
    )


def test_outside_of_tables_and_under_a_table_style_that_states_nothing_it_makes_no_difference():
    styles = paragraph_style("Normal", alignment("left") + size(24), default=True)
    (found,) = resolve_all(p(r("x")), styles=styles).values()
    assert shown(found.run.size_half_points) == ("24", "style Normal")
    table = f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/></w:tblPr>{tr(tc(p(r("x"))))}</w:tbl>'
    empty = '<w:style w:type="table" w:styleId="T"><w:name w:val="Grid"/></w:style>'
    (found,) = resolve_all(table, styles=styles + empty).values()
    assert shown(found.run.size_half_points) == ("24", "style Normal")
