"""The proof's own walk finds the paragraphs that the filling code finds, in the bytes of a plain part."""

import pytest

from docops_flask.engine.document.cell_count import CellCount
from docops_flask.engine.document.locate import locate
from docops_flask.engine.integrity.byte_walk import find_all_paragraphs
from docops_flask.engine.integrity.plain_part import plain_part
from tests.engine.story_parts import story_part
from tests.factories import p, story, tbl, tc, tr

ROWS = [tr(tc("x"), tc("y")), tr(tc("z"), tc("x")), tr(tc("y"), tc("z"))]
BODIES = {
    "rows behind one another": tbl(*ROWS) + p("c") + tbl(*ROWS),
    "rows in custom XML and in a control": tbl(
        *ROWS,
        f"<w:customXml>{''.join(ROWS)}</w:customXml>",
        f"<w:sdt><w:sdtContent>{''.join(ROWS)}</w:sdtContent></w:sdt>",
        *ROWS,
    ),
    "rows of a table in a cell": tbl(tr(tc(tbl(*ROWS), p("a")), tc("b")), *ROWS, tr(tc(tbl(*ROWS), p()))),
    "rows that begin in a later column": tbl(
        *ROWS,
        tr(tc("a", properties='<w:gridSpan w:val="2"/>'), tc("b"), properties='<w:gridBefore w:val="1"/>'),
        *ROWS,
    ),
    "rows outside a table": f"<w:customXml>{''.join(ROWS)}</w:customXml>{p('d')}",
    "rows in a row": tbl(f"<w:tr>{''.join(ROWS)}{tc('a')}{tc('b')}</w:tr>", *ROWS),
}


@pytest.mark.parametrize("name", BODIES)
def test_both_walks_find_the_same_paragraphs_at_the_same_addresses(name: str) -> None:
    part = story_part(story("document", f"<w:body>{BODIES[name]}<w:sectPr/></w:body>"))
    plain = plain_part(part.text.content)
    assert plain is not None

    found = find_all_paragraphs(plain, "", "")

    paragraphs, _ = locate(part, CellCount(1000))
    assert found is not None
    assert [*found[0], *found[1]] == [(each.path, each.content, each.end) for each in paragraphs]
