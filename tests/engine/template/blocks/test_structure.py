"""The blocks of a document: what they cover, what vanishes, and what is no sound block."""

import re
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.template.blocks.found_blocks import FoundBlock, Part
from docops_flask.engine.template.blocks.structure import MAX_BLOCKS
from docops_flask.engine.template.blocks.structure_report import blocks_in_one_cell, structure_as_list
from tests.engine.counted_steps import steps_of
from tests.engine.template.blocks.block_documents import faults, structure
from tests.factories import p, r, tbl, tc, textbox, tr


def _texts(block: FoundBlock, part: Part | None) -> list[str] | None:
    """The texts of a part, paragraph by paragraph."""
    if part is None:
        return None
    content = block.start.place.part.text.content[part.start : part.end].decode()
    return [re.sub("<[^>]*>", "", each) for each in re.split("</w:p>", content) if each]


def _blocks(body: str, **parts: Any) -> list[tuple[str, str, Any]]:
    return [
        (each.start.placed.text, each.extent, _texts(each, each.main))
        for each in structure(body, **parts).blocks
    ]


def _vanished(body: str, **parts: Any) -> list[tuple[str, str, bool]]:
    return [
        (each.piece.kind.value, each.reason, each.is_emptied)
        for part in structure(body, **parts).parts
        for each in part.vanished
    ]


@pytest.mark.parametrize(
    ("body", "block"),
    [
        (p("a【#A】b【/A】c"), ("【#A】", "inline", ["b"])),
        (p("【#A】") + p("x") + p("y") + p("【/A】"), ("【#A】", "paragraphs", ["x", "y"])),
        (p("head【#A】") + p("x") + p("【/A】tail"), ("【#A】", "paragraphs", ["x"])),
        (p("【#A】x") + p("y【/A】"), ("【#A】", "paragraphs", ["【#A】x", "y【/A】"])),
        (
            p("【#A】") + tbl(tr(tc("x"))) + p("【/A】"),
            ("【#A】", "paragraphs", ["x"]),
        ),
        (tbl(tr(tc("【#A】x"), tc("y【/A】"))), ("【#A】", "rows", ["【#A】x", "y【/A】"])),
        (tbl(tr(tc("【#A 行】x【/A】"))), ("【#A 行】", "rows", ["【#A 行】x【/A】"])),
        (tbl(tr(tc("【#A 表】x【/A】"))), ("【#A 表】", "table", ["【#A 表】x【/A】"])),
        (p("a【#A 段】b【/A】c"), ("【#A 段】", "paragraphs", ["a【#A 段】b【/A】c"])),
    ],
)
def test_what_a_block_covers(body: str, block: tuple[str, str, list[str]]) -> None:
    kind, extent, texts = block
    found = _blocks(body + p("end"))[0]
    assert found[:2] == (kind, extent)
    assert [each for each in found[2] if each] == texts


def test_the_rows_of_a_block_do_not_count_its_control_rows() -> None:
    body = tbl(tr(tc("【#A】"), tc("")), tr(tc("x"), tc("y")), tr(tc("【/A】"), tc("")))
    assert _blocks(body) == [("【#A】", "rows", ["x", "y", ""])]
    assert _vanished(body) == [("tr", "V2", False)] * 2


def test_dividers_part_a_block() -> None:
    (block,) = structure(
        p("【#A】") + p("x") + p("【间隔】") + p("g") + p("【否则】") + p("o") + p("【/A】")
    ).blocks
    assert [_texts(block, each) for each in (block.main, block.gap, block.other)] == [["x"], ["g"], ["o"]]
    (block,) = structure(p("【#A】x【间隔】g【否则】o【/A】")).blocks
    assert [_texts(block, each) for each in (block.main, block.gap, block.other)] == [["x"], ["g"], ["o"]]


def test_control_paragraphs_belong_to_no_block_and_vanish() -> None:
    body = p("【#A】【?B】") + p("x") + p("【/B】【/A】") + p("end")
    assert _blocks(body) == [("【#A】", "paragraphs", ["x"]), ("【?B】", "paragraphs", ["x"])]
    assert _vanished(body) == [("p", "V1", False)] * 2
    assert _vanished(p("【--note】") + p("【字段：甲方】") + p("end")) == [("p", "V1", False)] * 2


@pytest.mark.parametrize(
    "body",
    [
        tbl(tr(tc(p("【?A】") + p("x") + tbl(tr(tc("y"))) + p("【/A】")))),
        tbl(tr(tc("h"), tc("k")), tr(tc("【#A】"), tc("x【/A】"))),
        p("【?A】") + p("x") + p("【/A】", properties="<w:sectPr/>") + p("end"),
    ],
)
def test_what_its_container_must_end_with_stays_and_so_does_a_section_break(body: str) -> None:
    assert [each[2] for each in _vanished(body)][-1] is True


@pytest.mark.parametrize(
    ("body", "found"),
    [
        (p("【#A】x"), [("BLOCK_UNCLOSED", "【#A】", "p0")]),
        (p("x【/A】"), [("BLOCK_UNOPENED", "【/A】", "p0")]),
        (p("【#A】x【/B】"), [("BLOCK_MISMATCH", "【#A】", "p0")]),
        (p("【#ITEMS ROWS】"), [("BAD_TAG", "【#ITEMS ROWS】", "p0")]),
        (p("a【#A】b") + p("x") + p("【/A】"), [("BLOCK_CUTS_PARAGRAPH", "【#A】", "p0")]),
        (p("【#A】") + tbl(tr(tc("【/A】"))), [("BLOCK_CROSSES_TABLE", "【#A】", "p0")]),
        (p("【#A 行】x【/A】"), [("BLOCK_NOT_IN_TABLE", "【#A 行】", "p0")]),
        (
            tbl(tr(tc(p(textbox(p("【#A 行】x【/A】"), fallback=()))))),
            [("BLOCK_NOT_IN_TABLE", "【#A 行】", "textbox0/p0")],
        ),
        (
            tbl(tr(tc("【#A】x"), tc("【/A】【#B】")), tr(tc("y"), tc("【/B】"))),
            [("BLOCKS_OVERLAP", "【#A】", "t0.r0.c0.p0"), ("BLOCKS_OVERLAP", "【#B】", "t0.r0.c1.p0")],
        ),
        (
            tbl(tr(tc(p("【#B】") + p("【/B】【#A 行】【/A】") + p()))),
            [("BLOCKS_OVERLAP", "【#B】", "t0.r0.c0.p0"), ("BLOCKS_OVERLAP", "【#A 行】", "t0.r0.c0.p1")],
        ),
        (p("【#A】") + p("x【否则】") + p("【/A】"), [("DIVIDER_NOT_ALONE", "【否则】", "p1")]),
        (p("【否则】"), [("DIVIDER_OUTSIDE", "【否则】", "p0")]),
        (p("【#】") + p("【.】"), [("SCOPE_OUTSIDE", "【#】", "p0"), ("SCOPE_OUTSIDE", "【.】", "p1")]),
        (p("【?首项】x【/】"), [("SCOPE_OUTSIDE", "【?首项】", "p0")]),
        (p("【#A】【?UP.UP.X】x【/】【/A】"), [("SCOPE_OUTSIDE", "【?UP.UP.X】", "p0")]),
        (p("【#A】", f"<w:hyperlink>{r('x【/A】')}</w:hyperlink>"), [("BLOCK_CUTS_ELEMENT", "【#A】", "p0")]),
        (p("【#A】", f"<w:fldSimple>{r('x【/A】')}</w:fldSimple>"), [("BLOCK_CUTS_FIELD", "【#A】", "p0")]),
        (
            p(
                "【#A】",
                '<w:r><w:fldChar w:fldCharType="begin"/></w:r>',
                "x【/A】",
                '<w:r><w:fldChar w:fldCharType="end"/></w:r>',
            ),
            [("BLOCK_CUTS_FIELD", "【#A】", "p0")],
        ),
        (
            p("【#A】")
            + p('<w:r><w:fldChar w:fldCharType="begin"/></w:r>')
            + p("【/A】")
            + p('<w:r><w:fldChar w:fldCharType="end"/></w:r>'),
            [("BLOCK_CUTS_FIELD", "【#A】", "p0")],
        ),
        (p("【#A】") + '<w:altChunk r:id="rId1"/>' + p("【/A】"), [("UNREPEATABLE_OBJECT", "【#A】", "p0")]),
    ],
)
def test_faults(body: str, found: list[tuple[str, str, str]]) -> None:
    assert faults(body + p("end")) == found


def test_a_lone_tag_is_told_with_the_nearest_of_its_name_in_any_story() -> None:
    found = structure(p("【#A】x"), stories={"header1": p("【/A】"), "footer1": p("【/B】")}).faults
    assert [(each.text, each.related and each.related.place.path) for each in found] == [
        ("【#A】", "header1/p0"),
        ("【/A】", "p0"),
        ("【/B】", None),
    ]


def test_what_cannot_be_repeated_may_be_decided_about() -> None:
    assert not faults(p("【?A】") + '<w:altChunk r:id="rId1"/>' + p("【/A】"))


def test_a_faulty_block_stays_with_all_it_contains_and_the_rest_is_sound() -> None:
    body = p("a【#A】b") + p("【?B】x【/B】") + p("【/A】") + p("【?C】y【/C】")
    assert faults(body) == [("BLOCK_CUTS_PARAGRAPH", "【#A】", "p0")]
    assert _blocks(body) == [("【?C】", "inline", ["y"])]
    assert _vanished(body) == []


@pytest.mark.parametrize(
    "solid",
    [
        '<w:r><w:br w:type="page"/></w:r>',
        "<w:r><w:drawing><wp:anchor/></w:drawing></w:r>",
        '<w:del w:id="1"><w:r><w:delText>x</w:delText></w:r></w:del>',
        "<w:r><w:sym/></w:r>",
    ],
)
def test_what_stands_beside_a_tag_need_not_be_text(solid: str) -> None:
    assert faults(p(solid, "【#A】", solid) + p("【/A】")) == [("BLOCK_CUTS_PARAGRAPH", "【#A】", "p0")]
    assert _vanished(p("【#A】", solid) + p("x") + p("【/A】") + p("end")) == [("p", "V1", False)]


def test_a_line_break_and_a_tab_are_white_space() -> None:
    body = p("【#A】", "<w:r><w:br/><w:tab/></w:r>") + p("x") + p("【/A】") + p("end")
    assert _vanished(body) == [("p", "V1", False)] * 2


def test_blocks_of_headers_notes_and_text_boxes_are_found_by_themselves() -> None:
    note = f'<w:footnote w:id="1">{p("【#C】x【/C】")}</w:footnote>'
    body = p("【#A】") + p("y", textbox(p("【#B】x【/B】"))) + p("【/A】")
    found = structure(body, stories={"header1": p("【#D】x【/D】"), "footnotes": note})
    assert [
        (each.start.placed.text, each.parent and each.parent.start.placed.text) for each in found.blocks
    ] == [
        ("【#A】", None),
        ("【#B】", "【#A】"),
        ("【#B】", "【#A】"),
        ("【#D】", None),
        ("【#C】", None),
    ]
    assert [block.is_mirror for block in found.blocks] == [False, False, True, False, False]
    assert [each["name"] for each in structure_as_list(found)] == ["A", "D", "C"]


def test_inspect_shows_blocks_as_they_nest() -> None:
    body = tbl(
        tr(tc("h"), tc("h")), tr(tc(p("【#A】【N】【?B】", "【M】【/B】")), tc(p("【N】"), p("【/A】")))
    )
    assert structure_as_list(structure(body)) == [
        {
            "kind": "each", "name": "A", "extent": "rows", "place": "t0.r1.c0.p0:r0",
            "end_place": "t0.r1.c1.p1:r0", "from": "t0.r1", "to": "t0.r1", "fields": ["N"],
            "inside": [
                {
                    "kind": "if", "name": "B", "extent": "inline", "place": "t0.r1.c0.p0:r0",
                    "end_place": "t0.r1.c0.p0:r1", "from": "t0.r1.c0.p0", "to": "t0.r1.c0.p0",
                    "fields": ["M"], "inside": [],
                }
            ],
        }
    ]  # fmt: skip


def test_a_block_in_one_cell_without_a_stated_extent_is_told() -> None:
    body = tbl(tr(tc("【#A】x【/A】")), tr(tc("【#B 行】x【/B】"))) + p("【#C】x【/C】")
    assert [block.name for block in blocks_in_one_cell(structure(body))] == ["A"]


def test_too_many_blocks_are_refused() -> None:
    with pytest.raises(TemplateLimitExceeded) as raised:
        structure(p("【?A】x【/】" * (MAX_BLOCKS + 1)))
    assert raised.value.detail == {"limit": "blocks", "max": MAX_BLOCKS}


def test_blocks_of_a_text_box_nest_in_those_around_it() -> None:
    inner = "【?A】" * 5 + "x" + "【/】" * 5
    with pytest.raises(TemplateLimitExceeded) as raised:
        structure(p("【?B】" * 4, "y", textbox(p(inner)), "【/】" * 4))
    assert raised.value.detail == {"limit": "block_depth", "max": 8}
    assert not structure(p("【?B】" * 3, "y", textbox(p(inner)), "【/】" * 3)).faults


BOOKMARK = '<w:bookmarkStart w:id="1" w:name="x">|</w:bookmarkStart><w:bookmarkEnd w:id="1"/>'


@pytest.mark.parametrize("held", [r("held"), "held", "<w:p/>"])
@pytest.mark.parametrize("tags", [("【#A】", "【/A】"), ("【?A】", "【/】")])
def test_a_bookmark_whose_mark_holds_something_is_refused_inside_a_block(
    tags: tuple[str, str], held: str
) -> None:
    begin, end = tags
    with pytest.raises(InvalidTemplate, match=r"word/document\.xml has a bookmark inside a block") as raised:
        structure(p(begin) + p("x", BOOKMARK.replace("|", held)) + p(end))
    assert raised.value.detail == {"part": "word/document.xml", "reason": "bookmark_mark"}
    # Empty marks, however they are written, and those outside of blocks are none of its business.
    for empty in ("", " ", "<!-- c -->"):
        assert structure(p(begin) + p("x", BOOKMARK.replace("|", empty)) + p(end)).blocks
    assert structure(p("x", BOOKMARK.replace("|", held)) + p(begin) + p("x") + p(end)).blocks


@pytest.mark.parametrize(
    "body",
    [
        lambda count: p("【#A】x【/A】" * count),
        lambda count: (p("【#A】") + p("x") + p("【/A】")) * count,
        lambda count: tbl(tr(tc("【#A】x"), tc("y【/A】")) * count),
        lambda count: p("【#A】" * count),
        lambda count: tbl(tr(tc(p("【?A】") * count + p("【/A】") * count))),
        lambda count: p("x", textbox(p("【#B】x【/B】"))) * count,
        lambda count: tbl(tr(tc("【#A】x"), tc("【/A】【#B】")) * count),
    ],
    ids=["inline", "paragraphs", "rows", "unclosed", "crossing", "boxes", "overlapping"],
)
def test_work_grows_with_the_template(body: Any) -> None:
    try:
        few, many = (steps_of(lambda c=count: structure(body(c))) for count in (50, 200))
    except TemplateLimitExceeded:
        few, many = (steps_of(lambda c=count: structure(body(c))) for count in (4, 8))
        assert many < 3 * few
        return
    assert many < 4.5 * few
