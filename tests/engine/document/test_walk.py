"""Addresses: every paragraph and table of every story has one (contract section 2, Paths)."""

from pathlib import Path

import pytest

from docops_flask.engine.document.document import Walk
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import InvalidTemplate, TemplateLimitExceeded
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from tests.factories import docx, p, r, story, tbl, tc, textbox, tr


def walked(tmp_path: Path, content: bytes, limits: Limits | None = None) -> Walk:
    path = tmp_path / "template.docx"
    path.write_bytes(content)
    package = Package(path, limits or Limits())
    document = open_document(package, limits or Limits())
    package.close()
    return document.walk


def addresses(walk: Walk) -> dict[str, str]:
    return {place.path: place.reading.text for place in walk.paragraphs}


def span(columns: int | str) -> str:
    return f'<w:gridSpan w:val="{columns}"/>'


CASES = {
    "paragraphs count from nought": (p("a") + p("b"), {"p0": "a", "p1": "b"}),
    "tables do not count as paragraphs": (
        p("a") + tbl(tr(tc("x"), tc("y"))) + p("b"),
        {"p0": "a", "t0.r0.c0.p0": "x", "t0.r0.c1.p0": "y", "p1": "b"},
    ),
    "a cell is addressed by its grid column": (
        tbl(tr(tc("a", properties=span(2)), tc("b")), tr(tc("c"), tc("d"), tc("e"))),
        {
            "t0.r0.c0.p0": "a",
            "t0.r0.c2.p0": "b",
            "t0.r1.c0.p0": "c",
            "t0.r1.c1.p0": "d",
            "t0.r1.c2.p0": "e",
        },
    ),
    "a row may begin in a later column": (
        tbl(tr(tc("a"), properties='<w:gridBefore w:val="2"/>')),
        {"t0.r0.c2.p0": "a"},
    ),
    "vertically merged cells keep their own addresses": (
        tbl(
            tr(tc("a", properties='<w:vMerge w:val="restart"/>')),
            tr(tc("b", properties="<w:vMerge/>")),
        ),
        {"t0.r0.c0.p0": "a", "t0.r1.c0.p0": "b"},
    ),
    "nested tables nest": (
        tbl(tr(tc(tbl(tr(tc("x")), tr(tc("y"))), p("z")))),
        {"t0.r0.c0.t0.r0.c0.p0": "x", "t0.r0.c0.t0.r1.c0.p0": "y", "t0.r0.c0.p0": "z"},
    ),
    "content controls are seen through, around blocks, rows and cells": (
        f"<w:sdt><w:sdtContent>{p('a')}</w:sdtContent></w:sdt>"
        f"<w:tbl><w:sdt><w:sdtContent>{tr('<w:sdt><w:sdtContent>' + tc('b') + '</w:sdtContent></w:sdt>')}"
        f"</w:sdtContent></w:sdt></w:tbl>{p('c')}",
        {"p0": "a", "t0.r0.c0.p0": "b", "p1": "c"},
    ),
    "a malformed span counts as one column": (
        tbl(tr(tc("a", properties=span("many")), tc("b"))),
        {"t0.r0.c0.p0": "a", "t0.r0.c1.p0": "b"},
    ),
    "text boxes have stories of their own, both branches one": (
        p("a", textbox(p("x"), p("y"))) + p(textbox(tbl(tr(tc("z"))))),
        {"p0": "a", "textbox0/p0": "x", "textbox0/p1": "y", "p1": "", "textbox1/t0.r0.c0.p0": "z"},
    ),
    "a branch with other text is addressed apart": (
        p(textbox(p("x"), fallback=[p("old")])),
        {"p0": "", "textbox0/p0": "x", "textbox0.fallback/p0": "old"},
    ),
}


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("strict", [False, True])
def test_every_paragraph_has_its_address(tmp_path: Path, name: str, strict: bool) -> None:
    body, expected = CASES[name]
    assert addresses(walked(tmp_path, docx(body, strict=strict))) == expected


def test_other_stories_are_prefixed_by_their_part(tmp_path: Path) -> None:
    content = docx(
        p("body"),
        stories={
            "footer1": p("f"),
            "header2": p("h2"),
            "header1": p("h1") + tbl(tr(tc("t"))),
            "footnotes": f'<w:footnote w:id="2">{p("n")}</w:footnote>',
            "endnotes": f'<w:endnote w:id="3">{p("e")}</w:endnote>',
            "comments": f'<w:comment w:id="0">{p("c")}</w:comment>',
        },
    )
    walk = walked(tmp_path, content)
    assert addresses(walk) == {
        "p0": "body",
        "header1/p0": "h1",
        "header1/t0.r0.c0.p0": "t",
        "header2/p0": "h2",
        "footer1/p0": "f",
        "footnotes/n2.p0": "n",
        "endnotes/n3.p0": "e",
    }
    assert [place.path for place in walk.comments] == ["comments/n0.p0"]


def test_addresses_in_a_text_box_follow_the_first_branch(tmp_path: Path) -> None:
    walk = walked(tmp_path, docx(p(textbox(p("x")))))
    (place,) = [place for place in walk.paragraphs if place.path == "textbox0/p0"]
    assert [mirror.path for mirror in place.mirrors] == ["textbox0.fallback/p0"]


def test_text_boxes_in_other_branches_have_numbers_of_their_own(tmp_path: Path) -> None:
    inner = textbox(p("x"))
    walk = walked(tmp_path, docx(p(textbox(p(inner))) + p(textbox(p("y")))))
    places = [place for place in walk.paragraphs if place.path.startswith("textbox")]
    assert [(place.path, [mirror.path for mirror in place.mirrors]) for place in places] == [
        ("textbox0/p0", ["textbox0.fallback/p0"]),
        ("textbox1/p0", ["textbox1.fallback/p0", "textbox2/p0", "textbox2.fallback/p0"]),
        ("textbox3/p0", ["textbox3.fallback/p0"]),
    ]


@pytest.mark.parametrize(
    ("body", "limits"),
    [
        (tbl(*[tr(tc("x"), tc("y"))] * 6), Limits(table_cells=11)),
        (tbl(tr(tc("x", properties=span(10_000_000)))), Limits()),
        (tbl(tr(tc("x", properties=span(64)))), Limits()),
    ],
)
def test_tables_that_expand_beyond_the_limit_are_refused(tmp_path: Path, body: str, limits: Limits) -> None:
    with pytest.raises(TemplateLimitExceeded) as caught:
        walked(tmp_path, docx(body), limits)
    assert caught.value.detail == {"limit": "table_cells", "max": limits.table_cells}


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ("<w:document", "xml"),
        ("<html/>", "not_wordprocessingml"),
        (story("document", "<w:body/>").replace("<w:document", "<!DOCTYPE x><w:document", 1), "dtd"),
    ],
)
def test_a_story_that_cannot_be_read_is_refused_with_its_reason(
    tmp_path: Path, part: str, reason: str
) -> None:
    with pytest.raises(InvalidTemplate) as caught:
        walked(tmp_path, docx("", extra={"word/document.xml": part.encode()}))
    assert caught.value.detail["reason"] == reason


def test_a_dtd_hidden_by_utf_16_is_found(tmp_path: Path) -> None:
    xml = '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE x [<!ENTITY e "boom">]><x>&e;</x>'
    content = docx("", extra={"word/document.xml": xml.encode("utf-16")})
    with pytest.raises(InvalidTemplate) as caught:
        walked(tmp_path, content)
    assert caught.value.detail["reason"] == "dtd"


def test_relationships_without_a_target_part_are_tolerated(tmp_path: Path) -> None:
    template = docx(p("a"), stories={"header1": p("h")})
    walk = walked(tmp_path, template.replace(b"word/header1.xml", b"word/headerX.xml"))
    assert addresses(walk)["p0"] == "a"


def test_visible_text_is_what_a_reader_sees(tmp_path: Path) -> None:
    body = p(
        r("a"),
        "<w:r><w:tab/><w:br/><w:noBreakHyphen/></w:r>",
        '<w:del w:id="1" w:author="x"><w:r><w:delText>no</w:delText></w:r></w:del>',
        "<w:r><w:drawing><wp:inline/></w:drawing></w:r>",
        f"<w:hyperlink>{r('b')}</w:hyperlink>",
    )
    assert addresses(walked(tmp_path, docx(body))) == {"p0": "a\t\n\u2011\ufffcb"}
