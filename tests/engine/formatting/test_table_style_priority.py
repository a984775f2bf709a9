"""overrideTableStyleFontSizeAndJustification: whether a default paragraph style goes before a table style."""

import pytest

from tests.engine.formatting.resolving import resolve_all, shown
from tests.factories import p, r, tc, tr
from tests.optional import not_none

SETTING = "overrideTableStyleFontSizeAndJustification"


def compat(value: str) -> str:
    return (
        "<w:compat><w:compatSetting w:name='compatibilityMode' w:val='15'/>"
        f"<w:compatSetting w:name='{SETTING}' w:val='{value}'/></w:compat>"
    )


def paragraph_style(style_id: str, properties: str, *, based_on: str = "", default: bool | str = "") -> str:
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    flag = ' w:default="1"' if default else ""
    return (
        f'<w:style w:type="paragraph"{flag} w:styleId="{style_id}"><w:name w:val="{style_id}"/>{base}'
        f"{properties}</w:style>"
    )


def size(half_points: int) -> str:
    return f'<w:rPr><w:sz w:val="{half_points}"/></w:rPr>'


def alignment(value: str) -> str:
    return f'<w:pPr><w:jc w:val="{value}"/></w:pPr>'


TABLE_STYLE = (
    '<w:style w:type="table" w:styleId="T"><w:name w:val="Grid"/><w:pPr><w:jc w:val="center"/></w:pPr>'
    '<w:rPr><w:sz w:val="18"/></w:rPr></w:style>'
)


def in_a_cell(
    normal: str,
    *,
    settings: str | None = None,
    more: str = "",
    paragraph: str | None = None,
    strict: bool = False,
) -> tuple[tuple[str | None, str | None], tuple[str | None, str | None]]:
    """A paragraph in a table of the style Grid: 9 points, centred."""
    body = f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/></w:tblPr>{tr(tc(paragraph or p(r("x"))))}</w:tbl>'
    styles = paragraph_style("Normal", normal, default=True) + more + TABLE_STYLE
    parts = {} if settings is None else {"settings": settings}
    (found,) = resolve_all(body, styles=styles, strict=strict, **parts).values()
    return shown(not_none(found.run).size_half_points), shown(found.paragraph.alignment)


@pytest.mark.parametrize("settings", [None, "", compat("0"), compat("false"), "<w:compat/>"])
@pytest.mark.parametrize("strict", [False, True])
def test_without_the_setting_the_table_style_overrides_12_points_and_left(
    settings: str | None, strict: bool
) -> None:
    assert in_a_cell(alignment("left") + size(24), settings=settings, strict=strict) == (
        ("18", "table style Grid"),
        ("center", "table style Grid"),
    )


@pytest.mark.parametrize("value", ["1", "true", "on"])
def test_with_the_setting_12_points_and_left_override_the_table_style(value: str) -> None:
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
def test_other_values_of_the_default_style_override_the_table_style(
    normal: str, expected: tuple[tuple[str, str], tuple[str, str]]
) -> None:
    assert in_a_cell(normal) == expected


def test_the_table_style_overrides_inherited_default_values_but_not_those_a_style_states_itself() -> None:
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


def test_direct_formatting_overrides_all() -> None:
    run = '<w:r><w:rPr><w:sz w:val="24"/></w:rPr><w:t>x</w:t></w:r>'
    direct = f'<w:p><w:pPr><w:jc w:val="left"/></w:pPr>{run}</w:p>'
    assert in_a_cell(alignment("left") + size(24), paragraph=direct) == (
        ("24", "direct"),
        ("left", "direct"),
    )


def test_the_setting_has_no_effect_outside_tables_and_under_an_empty_table_style() -> None:
    styles = paragraph_style("Normal", alignment("left") + size(24), default=True)
    (found,) = resolve_all(p(r("x")), styles=styles).values()
    assert shown(not_none(found.run).size_half_points) == ("24", "style Normal")
    table = f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/></w:tblPr>{tr(tc(p(r("x"))))}</w:tbl>'
    empty = '<w:style w:type="table" w:styleId="T"><w:name w:val="Grid"/></w:style>'
    (found,) = resolve_all(table, styles=styles + empty).values()
    assert shown(not_none(found.run).size_half_points) == ("24", "style Normal")
