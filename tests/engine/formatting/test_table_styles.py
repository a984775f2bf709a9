"""What table styles give to the text of cells: conditions by w:tblLook, their order, bands, inheritance."""

from collections.abc import Iterable
from typing import Any

import pytest

from tests.engine.formatting.resolving import resolve_all, shown
from tests.factories import p, r, tc, tr
from tests.optional import not_none

NORMAL = '<w:style w:type="paragraph" w:default="1" w:styleId="N"><w:name w:val="Normal"/></w:style>'


def size(half_points: int) -> str:
    return f'<w:rPr><w:sz w:val="{half_points}"/></w:rPr>'


def table_style(
    style_id: str = "T",
    *,
    content: str = "",
    based_on: str | None = None,
    default: bool = False,
    **conditions: int,
) -> str:
    """A table style; each condition states a different size, which identifies the condition that applies."""
    flag = ' w:default="1"' if default else ""
    base = f'<w:basedOn w:val="{based_on}"/>' if based_on else ""
    parts = "".join(
        f'<w:tblStylePr w:type="{condition}">{size(half_points)}</w:tblStylePr>'
        for condition, half_points in conditions.items()
    )
    return (
        f'<w:style w:type="table" w:styleId="{style_id}"{flag}><w:name w:val="Table {style_id}"/>{base}'
        f"{content}{parts}</w:style>"
    )


def table(
    rows: int,
    columns: int,
    *,
    look: str = "",
    style: str | None = "T",
    row_properties: Iterable[tuple[int, str]] = (),
) -> str:
    reference = f'<w:tblStyle w:val="{style}"/>' if style else ""
    properties = dict(row_properties)
    body = "".join(
        tr(*(tc(p(r("x"))) for _ in range(columns)), properties=properties.get(row, ""))
        for row in range(rows)
    )
    return f"<w:tbl><w:tblPr>{reference}{look}</w:tblPr><w:tblGrid/>{body}</w:tbl>"


def look(**asked: int | str) -> str:
    return "<w:tblLook " + " ".join(f'w:{name}="{value}"' for name, value in asked.items()) + "/>"


def sizes(body: str, styles: str, **parts: Any) -> list[list[int]]:
    """The size of each cell, row by row; 0 where nothing states one."""
    grid: dict[str, dict[str, int]] = {}
    for path, resolved in resolve_all(body, styles=styles, **parts).items():
        row, column = path.split(".")[1:3]
        grid.setdefault(row, {})[column] = not_none(resolved.run).size_half_points.value or 0
    return [list(cells.values()) for cells in grid.values()]


ALL = look(firstRow=1, lastRow=1, firstColumn=1, lastColumn=1, noHBand=0, noVBand=0)
EDGES = {"firstRow": 11, "lastRow": 12, "firstCol": 13, "lastCol": 14}
CORNERS = {"nwCell": 21, "neCell": 22, "swCell": 23, "seCell": 24}
BANDS = {"band1Horz": 31, "band2Horz": 32, "band1Vert": 41, "band2Vert": 42}

CONDITIONS = {
    "rows win over columns": (
        ALL,
        EDGES,
        [[11, 11, 11], [13, 0, 14], [12, 12, 12]],
    ),
    "corners win over both": (
        ALL,
        EDGES | CORNERS,
        [[21, 11, 22], [13, 0, 14], [23, 12, 24]],
    ),
    "a corner is one only where both its edges are asked for": (
        look(firstRow=1, noHBand=1, noVBand=1),
        EDGES | CORNERS,
        [[11, 11, 11], [0, 0, 0], [0, 0, 0]],
    ),
    "row bands begin after the first row": (
        look(firstRow=1, noHBand=0, noVBand=1),
        EDGES | BANDS,
        [[11, 11, 11], [31, 31, 31], [32, 32, 32]],
    ),
    "without a first row they begin with it": (
        look(noHBand=0, noVBand=1),
        BANDS,
        [[31] * 3, [32] * 3, [31] * 3],
    ),
    "column bands win over row bands": (
        look(noHBand=0, noVBand=0),
        BANDS,
        [[41, 42, 41]] * 3,
    ),
    "column bands begin after the first column": (
        look(firstColumn=1, noHBand=1, noVBand=0),
        EDGES | BANDS,
        [[13, 41, 42]] * 3,
    ),
    "the bits of w:val say the same as the attributes": (
        look(val="0660"),
        EDGES | BANDS,
        [[11] * 3, [0] * 3, [12] * 3],
    ),
    "an attribute wins over its bit": (
        look(val="0660", firstRow=0),
        EDGES | BANDS,
        [[0] * 3, [0] * 3, [12] * 3],
    ),
    "without w:tblLook bands alone": (
        "",
        EDGES | BANDS,
        [[41, 42, 41]] * 3,
    ),
    "a look that is no number asks for bands alone": (
        look(val="zz"),
        EDGES | {"band1Horz": 31},
        [[31] * 3, [0] * 3, [31] * 3],
    ),
}


@pytest.mark.parametrize("strict", [False, True])
@pytest.mark.parametrize(("asked", "conditions", "expected"), CONDITIONS.values(), ids=CONDITIONS)
def test_conditions(asked: str, conditions: dict[str, Any], expected: list[list[int]], strict: bool) -> None:
    styles = NORMAL + table_style(**conditions)

    assert sizes(table(3, 3, look=asked), styles, strict=strict) == expected


def test_bands_may_span_rows() -> None:
    content = '<w:tblPr><w:tblStyleRowBandSize w:val="2"/></w:tblPr>'
    styles = NORMAL + table_style(content=content, band1Horz=31, band2Horz=32)

    assert sizes(table(5, 1, look=look(noVBand=1)), styles) == [[31], [31], [32], [32], [31]]


def test_all_rows_that_repeat_on_each_page_count_as_the_first() -> None:
    header = "<w:tblHeader/>"
    body = table(4, 1, look=look(firstRow=1), row_properties={0: header, 1: header}.items())

    assert sizes(body, NORMAL + table_style(firstRow=11, band1Horz=31)) == [[11], [11], [31], [0]]


def test_rows_and_cells_inside_content_controls_count() -> None:
    row = f"<w:sdt><w:sdtContent>{tr(tc(p(r('x'))))}</w:sdtContent></w:sdt>"
    body = f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/>{ALL}</w:tblPr><w:tblGrid/>{row}{row}</w:tbl>'

    assert sizes(body, NORMAL + table_style(firstRow=11, lastRow=12)) == [[11], [12]]


def test_cnf_style_in_the_file_is_ignored() -> None:
    lying = '<w:cnfStyle w:val="100000000000" w:firstRow="1"/>'
    body = table(2, 1, look=look(noHBand=1), row_properties={1: lying}.items())

    assert sizes(body, NORMAL + table_style(firstRow=11)) == [[0], [0]]


INHERITANCE = {
    "a derived style's condition wins over its base's": (
        table_style("T", based_on="B", firstRow=11) + table_style("B", firstRow=51),
        "T",
        (11, "table style Table T (firstRow)"),
    ),
    "what it does not state comes from the base": (
        table_style("T", based_on="B") + table_style("B", firstRow=51),
        "T",
        (51, "table style Table B (firstRow)"),
    ),
    "a base's condition wins over the whole table of the derived style": (
        table_style("T", based_on="B", content=size(60)) + table_style("B", firstRow=51),
        "T",
        (51, "table style Table B (firstRow)"),
    ),
    "the whole table's value": (table_style("T", content=size(60)), "T", (60, "table style Table T")),
    "the default table style where none is named": (
        table_style("D", default=True, content=size(62)),
        None,
        (62, "table style Table D"),
    ),
    "the default table style where the named one does not exist": (
        table_style("D", default=True, content=size(62)),
        "gone",
        (62, "table style Table D"),
    ),
    "a paragraph style is no table style": (NORMAL, "N", (None, None)),
    "a loop of styles": (
        table_style("T", based_on="B", content=size(60)) + table_style("B", based_on="T", content=size(61)),
        "T",
        (60, "table style Table T"),
    ),
}


@pytest.mark.parametrize(("styles", "named", "expected"), INHERITANCE.values(), ids=INHERITANCE)
def test_inheritance(styles: str, named: str | None, expected: tuple[int | None, str | None]) -> None:
    run = not_none(
        resolve_all(table(1, 1, style=named, look=look(firstRow=1)), styles=styles)["t0.r0.c0.p0"].run
    )

    assert (run.size_half_points.value, run.size_half_points.origin) == expected


LEVELS = {
    "over the defaults": (
        f"<w:docDefaults><w:rPrDefault>{size(20)}</w:rPrDefault></w:docDefaults>" + NORMAL,
        "",
        "table style Table T",
    ),
    "under the paragraph style": (NORMAL.replace("</w:style>", f"{size(21)}</w:style>"), "", "style Normal"),
    "under direct formatting": (NORMAL, '<w:sz w:val="26"/>', "direct"),
}


@pytest.mark.parametrize(("styles", "direct", "origin"), LEVELS.values(), ids=LEVELS)
def test_which_values_a_table_style_overrides(styles: str, direct: str, origin: str) -> None:
    cell = tc(p(r("x", direct)))
    body = f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/></w:tblPr><w:tblGrid/>{tr(cell)}</w:tbl>'
    run = not_none(resolve_all(body, styles=styles + table_style("T", content=size(60)))["t0.r0.c0.p0"].run)

    assert run.size_half_points.origin == origin


def test_a_cell_takes_the_style_of_the_innermost_table() -> None:
    inner = (
        "<w:tbl><w:tblPr/><w:tblGrid/><w:tr><w:tc><w:p><w:r><w:t>x</w:t></w:r></w:p></w:tc></w:tr></w:tbl>"
    )
    body = f'<w:tbl><w:tblPr><w:tblStyle w:val="T"/></w:tblPr><w:tblGrid/>{tr(tc(inner, p(r("y"))))}</w:tbl>'
    found = resolve_all(body, styles=NORMAL + table_style("T", content=size(60)))

    assert shown(not_none(found["t0.r0.c0.t0.r0.c0.p0"].run).size_half_points) == (None, None)
    assert shown(not_none(found["t0.r0.c0.p0"].run).size_half_points) == ("60", "table style Table T")


def test_paragraph_properties_come_from_conditions_too() -> None:
    content = (
        '<w:tblStylePr w:type="firstRow"><w:pPr><w:jc w:val="center"/><w:spacing w:line="300"/></w:pPr>'
        "</w:tblStylePr>"
        '<w:pPr><w:spacing w:line="240" w:after="0"/></w:pPr>'
    )
    found = resolve_all(table(2, 1, look=look(firstRow=1)), styles=NORMAL + table_style("T", content=content))
    first, second = found["t0.r0.c0.p0"].paragraph, found["t0.r1.c0.p0"].paragraph

    assert shown(first.alignment) == ("center", "table style Table T (firstRow)")
    assert shown(first.line) == ("300", "table style Table T (firstRow)")
    assert not_none(first.space_after.value).in_twips() == 0
    assert shown(second.line) == ("240", "table style Table T")
    assert shown(second.alignment) == (None, None)


def test_cells_with_equal_properties_share_one_result() -> None:
    found = resolve_all(
        table(4, 3, look=look(firstRow=1, noVBand=1)), styles=NORMAL + table_style(firstRow=11, band1Horz=31)
    )

    assert found["t0.r1.c0.p0"].run is found["t0.r3.c2.p0"].run
    assert found["t0.r0.c0.p0"].run is not found["t0.r1.c0.p0"].run
