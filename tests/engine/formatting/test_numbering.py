"""Numbered paragraphs: which level gives the indent, and its precedence."""

import pytest

from tests.engine.formatting.resolving import resolve_all, shown
from tests.factories import p


def level(number: int, left: int, hanging: int | None = None, extra: str = "") -> str:
    first = "" if hanging is None else f' w:hanging="{hanging}"'
    return f'<w:lvl w:ilvl="{number}">{extra}<w:pPr><w:ind w:left="{left}"{first}/></w:pPr></w:lvl>'


def abstract(identifier: int, *levels: str, extra: str = "") -> str:
    return f'<w:abstractNum w:abstractNumId="{identifier}">{extra}{"".join(levels)}</w:abstractNum>'


def num(identifier: int, abstract_id: int, extra: str = "") -> str:
    return f'<w:num w:numId="{identifier}"><w:abstractNumId w:val="{abstract_id}"/>{extra}</w:num>'


def num_pr(number: int | None = None, depth: int | None = None) -> str:
    inner = "" if depth is None else f'<w:ilvl w:val="{depth}"/>'
    inner += "" if number is None else f'<w:numId w:val="{number}"/>'
    return f"<w:numPr>{inner}</w:numPr>"


def style(style_id: str, content: str, *, based_on: str | None = None, default: bool = False) -> str:
    flag = ' w:default="1"' if default else ""
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    return (
        f'<w:style w:type="paragraph" w:styleId="{style_id}"{flag}><w:name w:val="{style_id}"/>{base}'
        f"<w:pPr>{content}</w:pPr></w:style>"
    )


def ind(**attributes: int) -> str:
    return "<w:ind " + " ".join(f'w:{name}="{value}"' for name, value in attributes.items()) + "/>"


NUMBERING = (
    abstract(0, level(0, 420, 420), level(1, 840, 420), level(2, 1260, 420, '<w:pStyle w:val="Linked"/>'))
    + abstract(1, extra='<w:numStyleLink w:val="List"/>')
    + abstract(2, level(0, 777), extra='<w:styleLink w:val="List"/>')
    + num(1, 0)
    + num(2, 1)
    + num(3, 0, f'<w:lvlOverride w:ilvl="0">{level(0, 999)}</w:lvlOverride>')
    + num(4, 9)
    + num(5, 0, '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="3"/></w:lvlOverride>')
)
STYLES = (
    style("Normal", ind(left=100, firstLine=50), default=True)
    + style("Asks", num_pr(1))
    + style("AsksAndSays", num_pr(1, 1) + ind(left=300))
    + style("Derived", "", based_on="Asks")
    + style("Deeper", num_pr(depth=1), based_on="Asks")
    + style("Says", ind(left=200), based_on="Asks")
    + style("OverBase", num_pr(1), based_on="Normal")
    + style("Linked", num_pr(1, 0))
    + style("Characters", ind(leftChars=200, firstLineChars=200))
    + style("Stops", num_pr(0), based_on="AsksAndSays")
)


def named(style_id: str) -> str:
    return f'<w:pStyle w:val="{style_id}"/>'


CASES = {
    "direct numbering gives its level's indent": (
        num_pr(1, 1),
        ("840 twips", "numbering 1 level 1"),
        "-420 twips",
    ),
    "without a level the first": (num_pr(1), ("420 twips", "numbering 1 level 0"), "-420 twips"),
    "it stands over the paragraph style": (
        named("Says") + num_pr(1, 1),
        ("840 twips", "numbering 1 level 1"),
        "-420 twips",
    ),
    "and under direct indents, attribute by attribute": (
        num_pr(1, 1) + ind(left=1),
        ("1 twips", "direct"),
        "-420 twips",
    ),
    "a direct first line wins over the level's hanging": (
        num_pr(1, 1) + ind(firstLine=9),
        ("840 twips", "numbering 1 level 1"),
        "9 twips",
    ),
    "a style's numbering": (named("Asks"), ("420 twips", "numbering 1 level 0"), "-420 twips"),
    "a style's numbering through its base": (
        named("Derived"),
        ("420 twips", "numbering 1 level 0"),
        "-420 twips",
    ),
    "a style's own indent wins over its numbering": (
        named("AsksAndSays"),
        ("300 twips", "style AsksAndSays"),
        "-420 twips",
    ),
    "a derived style's indent wins over the base's numbering": (
        named("Says"),
        ("200 twips", "style Says"),
        "-420 twips",
    ),
    "a style's numbering wins over its base's indent": (
        named("OverBase"),
        ("420 twips", "numbering 1 level 0"),
        "-420 twips",
    ),
    "a derived style may go one level deeper": (
        named("Deeper"),
        ("840 twips", "numbering 1 level 1"),
        "-420 twips",
    ),
    "the level that names the style wins over the one it states": (
        named("Linked"),
        ("1260 twips", "numbering 1 level 2"),
        "-420 twips",
    ),
    "a direct 0 takes a style's numbering away with its indents": (
        named("Asks") + num_pr(0),
        (None, None),
        None,
    ),
    "a style's 0 leaves the base's own indent": (named("Stops"), ("300 twips", "style AsksAndSays"), None),
    "a numbering style's levels": (num_pr(2), ("777 twips", "numbering 2 level 0"), "50 twips"),
    "a level overridden by its number": (num_pr(3), ("999 twips", "numbering 3 level 0"), "50 twips"),
    "an override of the start alone keeps the level": (
        num_pr(5),
        ("420 twips", "numbering 5 level 0"),
        "-420 twips",
    ),
    "levels that are not overridden": (num_pr(3, 1), ("840 twips", "numbering 3 level 1"), "-420 twips"),
    "a number that does not exist": (num_pr(77), ("100 twips", "style Normal"), "50 twips"),
    "a definition that does not exist": (num_pr(4), ("100 twips", "style Normal"), "50 twips"),
    "a level that does not exist": (num_pr(1, 8), ("100 twips", "style Normal"), "50 twips"),
    "characters of a style win over the level's twips": (
        named("Characters") + num_pr(1, 1),
        ("2 characters", "style Characters"),
        "2 characters",
    ),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("properties", "left", "first_line"), CASES.values(), ids=CASES)
def test_indents(
    properties: str, left: tuple[str | None, str | None], first_line: str | None, strict: bool
) -> None:
    found = resolve_all(p("x", properties=properties), styles=STYLES, numbering=NUMBERING, strict=strict)
    values = found["p0"].paragraph

    assert shown(values.left_indent) == left
    assert shown(values.first_line_indent)[0] == first_line


def test_without_a_numbering_part_a_number_has_no_indent() -> None:
    found = resolve_all(p("x", properties=num_pr(1)), styles=STYLES)

    assert shown(found["p0"].paragraph.left_indent) == ("100 twips", "style Normal")


def test_a_style_on_a_based_on_loop_keeps_its_numbering() -> None:
    styles = style("A", num_pr(1), based_on="B") + style("B", "", based_on="A")
    found = resolve_all(p("x", properties=named("A")), styles=styles, numbering=NUMBERING)

    assert shown(found["p0"].paragraph.left_indent) == ("420 twips", "numbering 1 level 0")


def test_a_style_inherits_its_numbering_over_thousands_of_styles() -> None:
    last = 12_000
    # The level linked to the nearest style counts; what a style between states itself comes over the level.
    linked = [
        level(0, 420, extra='<w:pStyle w:val="S0"/>'),
        level(1, 630, 210, extra='<w:pStyle w:val="S20000"/>'),
    ]
    styles = style("S0", num_pr(1)) + "".join(
        style(f"S{each}", ind(left=900) if each == 7000 else "", based_on=f"S{each - 1}")
        for each in range(1, last + 1)
    )
    body = p("x", properties=named("S6999")) + p("x", properties=named(f"S{last}"))
    found = resolve_all(body, styles=styles, numbering=abstract(0, *linked) + num(1, 0))

    assert shown(found["p0"].paragraph.left_indent) == ("420 twips", "numbering 1 level 0")
    assert shown(found["p1"].paragraph.left_indent) == ("900 twips", "style S7000")
