"""Styles: inheritance along w:basedOn, defaults, and files that break the rules."""

import pytest
from lxml import etree

from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.style_sheet import StyleSheet, StyleValues
from tests.factories import story


def sheet(content: str, strict: bool = False) -> StyleSheet:
    return StyleSheet(etree.fromstring(story("styles", content, strict=strict).encode()))


def style(
    style_id: str,
    *,
    size: int | str | None = None,
    based_on: str | None = None,
    kind: str = "paragraph",
    name: str | None = None,
    extra: str = "",
    default: bool = False,
) -> str:
    flag = ' w:default="1"' if default else ""
    return (
        f'<w:style w:type="{kind}" w:styleId="{style_id}"{flag}>'
        f'<w:name w:val="{name or style_id}"/>'
        + (f'<w:basedOn w:val="{based_on}"/>' if based_on else "")
        + (f'<w:rPr><w:sz w:val="{size}"/></w:rPr>' if size else "")
        + f"{extra}</w:style>"
    )


def size_of(values: StyleValues) -> tuple[int | None, str | None]:
    size = RunValues(values.run).size_half_points
    return size.value, size.origin


CASES = {
    "a style's own value": (style("A", size=20), "A", (20, "style A")),
    "the base's value": (style("A", based_on="B") + style("B", size=22), "A", (22, "style B")),
    "the nearer of two": (style("A", size=20, based_on="B") + style("B", size=22), "A", (20, "style A")),
    "no such style: the default one": (style("N", size=24, default=True), "gone", (24, "style N")),
    "no style at all: the default one": (style("N", size=24, default=True), None, (24, "style N")),
    "no default: the style that is named Normal": (
        style("X", size=20) + style("a", size=24, name="Normal"),
        None,
        (24, "style Normal"),
    ),
    "no default: normal in any case, and the first of two": (
        style("a", size=24, name="normal") + style("b", size=26, name="Normal"),
        "gone",
        (24, "style normal"),
    ),
    "a default goes before the style that is named Normal": (
        style("a", size=24, name="Normal") + style("D", size=26, default=True),
        None,
        (26, "style D"),
    ),
    "a style of another kind that is named Normal is no default": (
        style("a", size=24, name="Normal", kind="character"),
        None,
        (None, None),
    ),
    "of two defaults the last": (
        style("N", size=24, default=True) + style("M", size=26, default=True),
        None,
        (26, "style M"),
    ),
    "of two with one id the first": (style("A", size=20) + style("A", size=30), "A", (20, "style A")),
    "a base that does not exist": (style("A", size=20, based_on="gone"), "A", (20, "style A")),
    "a base of another type": (
        style("A", based_on="C") + style("C", size=22, kind="character"),
        "A",
        (None, None),
    ),
    "a style without a type is a paragraph style": (
        '<w:style w:styleId="A"><w:rPr><w:sz w:val="20"/></w:rPr></w:style>',
        "A",
        (20, "style A"),
    ),
    "a character style is no paragraph's style": (style("A", size=20, kind="character"), "A", (None, None)),
    "a style based on itself": (style("A", size=20, based_on="A"), "A", (20, "style A")),
    "a malformed size": (style("A", size="abc", based_on="B") + style("B", size=22), "A", (22, "style B")),
}


@pytest.mark.parametrize(("content", "style_id", "expected"), CASES.values(), ids=CASES)
@pytest.mark.parametrize("strict", [False, True])
def test_paragraph_style(
    content: str, style_id: str | None, expected: tuple[int | None, str | None], strict: bool
) -> None:
    assert size_of(sheet(content, strict).paragraph_style(style_id)) == expected


LOOP = style("A", based_on="B") + style("B", size=22, based_on="C") + style("C", size=24, based_on="A")


@pytest.mark.parametrize("order", [("A", "B", "C", "X"), ("X", "C", "B", "A"), ("B", "X", "A", "C")])
def test_styles_on_a_based_on_loop_inherit_nothing(
    order: tuple[str, str, str, str],
) -> None:
    styles = sheet(LOOP + style("X", based_on="B"))

    found = {style_id: size_of(styles.paragraph_style(style_id)) for style_id in order}

    assert found == {
        "A": (None, None),
        "B": (22, "style B"),
        "C": (24, "style C"),
        "X": (22, "style B"),
    }


def test_a_very_long_chain_is_resolved() -> None:
    chain = "".join(style(f"S{number}", based_on=f"S{number + 1}") for number in range(5000))

    styles = sheet(chain + style("S5000", size=30))

    assert size_of(styles.paragraph_style("S0")) == (30, "style S5000")
    assert size_of(styles.paragraph_style("S4999")) == (30, "style S5000")


def test_a_run_without_its_character_style_has_none() -> None:
    styles = sheet(style("N", size=24, default=True))

    assert size_of(styles.character_style(None)) == (None, None)
    assert size_of(styles.character_style("gone")) == (None, None)
    assert size_of(styles.character_style("N")) == (None, None)


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("heading 1", True),
        ("Heading 9", True),
        ("heading 1,H1", True),
        ("标题 2", True),
        ("标题3", True),
        ("标题", True),
        ("Title", True),
        ("Subtitle", True),
        ("Normal", False),
        ("正文", False),
        ("heading one", False),
        ("Table heading", False),
    ],
)
def test_headings_are_known_by_name(name: str, heading: bool) -> None:
    assert sheet(style("A", name=name)).paragraph_style("A").is_heading is heading


def test_without_a_styles_part_nothing_is_stated() -> None:
    styles = StyleSheet(None)

    assert size_of(styles.paragraph_style("A")) == (None, None)
    assert size_of(styles.defaults) == (None, None)


def test_a_styles_part_with_another_root_states_nothing() -> None:
    styles = StyleSheet(etree.fromstring("<styles><style/></styles>"))

    assert size_of(styles.paragraph_style(None)) == (None, None)
