"""Toggle properties (17.7.3): styles switch, direct formatting sets."""

import pytest

from tests.engine.formatting.resolving import resolve_all
from tests.factories import p, r, tc, tr
from tests.optional import not_none


def rpr(inner: str) -> str:
    return f"<w:rPr>{inner}</w:rPr>"


def style(style_id: str, inner: str, *, kind: str = "paragraph", based_on: str | None = None) -> str:
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    names = f'w:type="{kind}" w:styleId="{style_id}"'
    return f'<w:style {names}><w:name w:val="{style_id}"/>{base}{rpr(inner)}</w:style>'


ON, OFF = "<w:b/>", '<w:b w:val="0"/>'


def bold(
    *,
    defaults: str = "",
    table: str = "",
    paragraph: str = "",
    character: str = "",
    direct: str = "",
    base: str = "",
) -> tuple[bool | None, str | None]:
    """Whether a run is bold and by which source, with w:b on these levels."""
    styles = (
        f"<w:docDefaults><w:rPrDefault>{rpr(defaults)}</w:rPrDefault></w:docDefaults>"
        + style("T", table, kind="table")
        + style("B", base)
        + style("P", paragraph, based_on="B")
        + style("C", character, kind="character")
    )
    run = r("x", f'<w:rStyle w:val="C"/>{direct}')
    cell = tc(p(run, properties='<w:pStyle w:val="P"/>'))
    body = f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/></w:tblPr><w:tblGrid/>{tr(cell)}</w:tbl>'
    value = not_none(resolve_all(body, styles=styles)["t0.r0.c0.p0"].run).bold
    return value.value, value.origin


CASES = {
    "nothing states it": ({}, (None, None)),
    "one style switches it on": ({"paragraph": ON}, (True, "style P")),
    "two styles cancel each other": ({"paragraph": ON, "character": ON}, (False, "style C")),
    "three switch it on again": ({"table": ON, "paragraph": ON, "character": ON}, (True, "style C")),
    "off in a style changes nothing": ({"paragraph": ON, "character": OFF}, (True, "style P")),
    "off alone is off": ({"character": OFF}, (False, "style C")),
    "along basedOn the nearest counts once": ({"base": ON, "paragraph": ON}, (True, "style P")),
    "off along basedOn takes the base's back": ({"base": ON, "paragraph": OFF}, (False, "style P")),
    "direct on stays on": ({"paragraph": ON, "character": ON, "direct": ON}, (True, "direct")),
    "direct on is no switch": ({"paragraph": ON, "direct": ON}, (True, "direct")),
    "direct off is off": ({"paragraph": ON, "direct": OFF}, (False, "direct")),
    "what the defaults switch on stays on": ({"defaults": ON, "paragraph": ON}, (True, "docDefaults")),
    "but for direct formatting": ({"defaults": ON, "direct": OFF}, (False, "direct")),
    "off in the defaults is off": ({"defaults": OFF}, (False, "docDefaults")),
    "off in the defaults stops no style": ({"defaults": OFF, "table": ON}, (True, "table style T")),
}


@pytest.mark.parametrize(("levels", "expected"), CASES.values(), ids=CASES)
def test_bold(levels: dict[str, str], expected: tuple[bool | None, str | None]) -> None:
    assert bold(**levels) == expected


@pytest.mark.parametrize("text", ["true", "1", "on"])
def test_values_that_mean_on(text: str) -> None:
    assert bold(direct=f'<w:b w:val="{text}"/>') == (True, "direct")


@pytest.mark.parametrize(("element", "name"), [("b", "bold"), ("i", "italic")])
def test_complex_script_text_has_its_own_toggle_properties(element: str, name: str) -> None:
    marked = p(r("x", f'<w:rtl/><w:{element}/><w:{element}Cs w:val="0"/>'))
    plain = p(r("x", f'<w:{element}/><w:{element}Cs w:val="0"/>'))
    found = resolve_all(marked + plain)

    assert getattr(found["p0"].run, name).value is False
    assert getattr(found["p1"].run, name).value is True


def test_a_complex_run_has_the_complex_size() -> None:
    found = resolve_all(p(r("x", '<w:cs/><w:sz w:val="20"/><w:szCs w:val="30"/>')))

    assert not_none(found["p0"].run).size_half_points.value == 30


def test_colours() -> None:
    found = resolve_all(
        p(r("x", '<w:color w:val="ff00aa"/>'))
        + p(r("x", '<w:color w:val="auto"/>'))
        + p(r("x", '<w:color w:val="4472C4" w:themeColor="accent1"/>'))
        + p(r("x", '<w:color w:themeColor="accent1"/>'))
    )

    assert [not_none(each.run).color.value for each in found.values()] == [
        "FF00AA",
        "auto",
        "4472C4",
        "theme:accent1",
    ]


def test_the_default_character_style_is_for_runs_that_name_none() -> None:
    styles = (
        '<w:style w:type="character" w:default="1" w:styleId="D"><w:name w:val="D"/>'
        + rpr('<w:sz w:val="50"/>')
        + "</w:style>"
        + style("C", "", kind="character")
    )
    found = resolve_all(
        p(r("x")) + p(r("x", '<w:rStyle w:val="C"/>')) + p(r("x", '<w:rStyle w:val="gone"/>')), styles=styles
    )

    assert [not_none(each.run).size_half_points.value for each in found.values()] == [50, None, None]
