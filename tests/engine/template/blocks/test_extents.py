"""What a block covers, by the places of its tags."""

from typing import Any

import pytest

from docops_flask.engine.template.blocks.extents import ExtentFault, Range, TagPlace, extent_of
from docops_flask.engine.template.blocks.pieces import PieceKind, pieces_of
from docops_flask.engine.template.tag_kinds import Extent
from tests.engine.story_parts import body_part
from tests.factories import p, tbl, tc, tr


def _extent(body: str, stated: Extent | None = None) -> tuple[str, Any]:
    """The extent of the block whose tags are 【#】 and 【/】, with the texts of its pieces."""
    part = body_part(body)
    pieces = pieces_of(part)
    content = part.text.content
    places = []
    for tag in ("【#】".encode(), "【/】".encode()):
        at = content.index(tag)
        piece = max(
            (each for each in pieces.paragraphs.values() if each.start <= at), key=lambda each: each.start
        )
        text = content[piece.start : piece.end].decode()
        for markup in ("<w:p>", "</w:p>", "<w:r>", "</w:r>", '<w:t xml:space="preserve">', "</w:t>"):
            text = text.replace(markup, "")
        before, _, behind = text.partition(tag.decode())
        other = "【/】" if tag == "【#】".encode() else "【#】"
        places.append(
            TagPlace(piece, bool(before.replace(other, "").strip()), bool(behind.replace(other, "").strip()))
        )
    first, last = places
    found = extent_of(first, last, stated)
    if isinstance(found, ExtentFault):
        return found.code, None
    if found is None:
        return "nothing", None
    assert isinstance(found, Range)
    return found.kind, [
        (each.kind.value, content[each.start : each.end].count(b"<w:p>")) for each in found.pieces
    ]


PARAGRAPH, ROW, TABLE = (("p", 1)), (("tr", 2)), (("tbl", 2))


@pytest.mark.parametrize(
    ("body", "extent"),
    [
        (p("a【#】b【/】c"), ("inline", [PARAGRAPH])),
        (p("【#】") + p("x") + p("【/】"), ("paragraphs", [PARAGRAPH] * 3)),
        (p("a【#】") + p("x") + p("【/】b"), ("paragraphs", [PARAGRAPH])),
        (p("【#】a") + p("b【/】"), ("paragraphs", [PARAGRAPH] * 2)),
        (p("a【#】") + p("【/】b"), ("nothing", None)),
        (p("【#】") + tbl(tr(tc("x"), tc("y"))) + p("【/】"), ("paragraphs", [PARAGRAPH, TABLE, PARAGRAPH])),
        (tbl(tr(tc("【#】x"), tc("y【/】"))), ("rows", [ROW])),
        (tbl(tr(tc("【#】x"), tc("y")), tr(tc("a"), tc("b【/】"))), ("rows", [ROW] * 2)),
        (tbl(tr(tc("【#】x【/】"), tc("y"))), ("inline", [PARAGRAPH])),
        (tbl(tr(tc(p("【#】") + p("x") + p("【/】")))), ("paragraphs", [PARAGRAPH] * 3)),
    ],
)
def test_the_first_rule_that_fits(body: str, extent: tuple[str, Any]) -> None:
    assert _extent(body) == extent


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (p("a【#】b") + p("【/】"), "BLOCK_CUTS_PARAGRAPH"),
        (p("【#】") + p("a【/】b"), "BLOCK_CUTS_PARAGRAPH"),
        (p("【#】") + tbl(tr(tc("【/】"), tc("y"))), "BLOCK_CROSSES_TABLE"),
        (tbl(tr(tc("【#】"), tc("y"))) + tbl(tr(tc("【/】"), tc("y"))), "BLOCK_CROSSES_TABLE"),
        (tbl(tr(tc("【#】"), tc(tbl(tr(tc("【/】"), tc("y"))) + p()))), "BLOCK_CROSSES_TABLE"),
        (f"<w:sdt><w:sdtContent>{p('【#】')}</w:sdtContent></w:sdt>" + p("【/】"), "BLOCK_CUTS_ELEMENT"),
    ],
)
def test_blocks_without_an_extent(body: str, code: str) -> None:
    assert _extent(body) == (code, None)


@pytest.mark.parametrize(
    ("body", "stated", "extent"),
    [
        (tbl(tr(tc("【#】x【/】"), tc("y"))), Extent.ROWS, ("rows", [ROW])),
        (tbl(tr(tc("【#】x【/】"), tc("y"))), Extent.TABLE, ("table", [TABLE])),
        (p("【#】a【/】"), Extent.ROWS, ("BLOCK_NOT_IN_TABLE", None)),
        (p("x【#】a【/】y"), Extent.PARAGRAPHS, ("paragraphs", [PARAGRAPH])),
        (p("x【#】a【/】y"), Extent.CONTENT, ("inline", [PARAGRAPH])),
        (tbl(tr(tc("【#】"), tc("【/】"))), Extent.CONTENT, ("BLOCK_CROSSES_TABLE", None)),
    ],
)
def test_an_explicit_word_comes_first(body: str, stated: Extent, extent: tuple[str, Any]) -> None:
    assert _extent(body, stated) == extent


def test_the_pieces_of_a_part_know_their_places() -> None:
    part = body_part(p("a") + "<w:sdt><w:sdtContent>" + p("b") + "</w:sdtContent></w:sdt>" + tbl(tr(tc("c"))))
    pieces = pieces_of(part)
    assert [
        part.text.content[each.start : each.end].count(b"<w:t") for each in pieces.paragraphs.values()
    ] == [1] * 3
    inner = list(pieces.paragraphs.values())
    assert inner[0].parent is not inner[1].parent
    cell = inner[2].around(PieceKind.CELL)
    assert cell is not None
    assert cell.around(PieceKind.TABLE) is inner[2].around(PieceKind.TABLE)
