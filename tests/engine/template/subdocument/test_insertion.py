"""What becomes of the paragraph that gives way to a document, and of what stands behind it."""

import io
import zipfile

import pytest

from docops_flask.engine.errors import InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.template.subdocument.asset import Asset, AssetRefused
from docops_flask.engine.template.subdocument.insertion import DocumentsRefused
from docops_flask.engine.template.subdocument.markers import (
    file_of,
    is_marker,
    marker_of,
    without_signs,
)
from tests.engine.template.subdocument.put_in import TAG, put_in
from tests.factories import W, docx, p, package, tbl, tc, tr
from tests.pictures import png

MARKER = marker_of("a.docx")
BREAK = "<w:pageBreakBefore/>"
A, B, TABLE = p("甲"), p("乙"), tbl(tr(tc("t")))


def _tag(properties: str) -> str:
    return p(MARKER, properties=properties)


def test_a_marker_has_the_name_of_the_file() -> None:
    assert is_marker(marker_of("附件 (1).docx"))
    assert file_of(marker_of("附件 (1).docx")) == "附件 (1).docx"
    assert not is_marker("附件.docx")


def test_reports_have_no_signs_of_markers() -> None:
    shown = f"甲{marker_of('附件 0123456789abcdef.docx')}乙".encode()
    assert without_signs(shown).decode() == "甲乙"


def test_range_marks_stand_before_the_content() -> None:
    marks = '<w:bookmarkStart w:id="1" w:name="x"/>', '<w:bookmarkEnd w:id="1"/>', '<w:permStart w:id="2"/>'
    template = docx(p(marks[0], MARKER, *marks[1:]) + p('<w:permEnd w:id="2"/>'))
    assert put_in(template, docx(A)).body().startswith("".join(marks) + A)


@pytest.mark.parametrize(
    ("properties", "content", "body"),
    [
        (BREAK, A + B, A.replace("<w:p>", f"<w:p><w:pPr>{BREAK}</w:pPr>") + B),
        (BREAK, p("甲", properties="<w:keepNext/><w:spacing/>"),
         p("甲", properties=f"<w:keepNext/>{BREAK}<w:spacing/>")),
        (BREAK, p("甲", properties=BREAK), f"<w:p><w:pPr>{BREAK}</w:pPr></w:p>" + p("甲", properties=BREAK)),
        (BREAK, TABLE, f"<w:p><w:pPr>{BREAK}</w:pPr></w:p>{TABLE}"),
        ('<w:pageBreakBefore w:val="0"/>', A, A),
        ("<w:jc/><w:sectPr/>", A, f"{A}<w:p><w:pPr><w:jc/><w:sectPr/></w:pPr></w:p>"),
        (f"{BREAK}<w:sectPr/>", TABLE,
         f"<w:p><w:pPr>{BREAK}</w:pPr></w:p>{TABLE}<w:p><w:pPr><w:sectPr/></w:pPr></w:p>"),
        ("<w:jc/>", "", ""),
    ],
)  # fmt: skip
def test_page_breaks_and_sections_stay(properties: str, content: str, body: str) -> None:
    assert put_in(docx(_tag(properties)), docx(content)).body() == body


@pytest.mark.parametrize(
    ("content", "cell"), [(A, A), (TABLE, f"{TABLE}<w:p></w:p>"), ("", "<w:p></w:p>"), (TABLE + A, TABLE + A)]
)
def test_a_cell_ends_with_a_paragraph(content: str, cell: str) -> None:
    assert put_in(docx(tbl(tr(tc(TAG)))), docx(content)).body() == tbl(tr(tc(cell)))
    # Another paragraph of the cell is one to end with.
    more = tbl(tr(tc(TAG + B)))
    assert put_in(docx(more), docx(TABLE)).body() == tbl(tr(tc(TABLE + B)))


@pytest.mark.parametrize(
    ("before", "content", "behind", "body"),
    [
        (TABLE, TABLE, "", TABLE + "<w:p></w:p>" + TABLE),
        (TABLE, A, TABLE, TABLE + A + TABLE),
        ("", TABLE, TABLE, TABLE + "<w:p></w:p>" + TABLE),
        (
            TABLE + '<w:bookmarkEnd w:id="1"/>',
            TABLE,
            "",
            TABLE + '<w:bookmarkEnd w:id="1"/><w:p></w:p>' + TABLE,
        ),
        ("", TABLE, TAG, TABLE + "<w:p></w:p>" + TABLE),
        (A, TABLE, A, A + TABLE + A),
    ],
)
def test_tables_do_not_grow_together(before: str, content: str, behind: str, body: str) -> None:
    assert put_in(docx(before + TAG + behind), docx(content)).body() == body


def test_a_content_control_around_the_paragraph_stays() -> None:
    control = "<w:sdt><w:sdtPr/><w:sdtContent>{}</w:sdtContent></w:sdt>".format
    assert put_in(docx(control(TAG)), docx(A)).body() == control(A)


def test_two_documents_behind_each_other_keep_their_order() -> None:
    template = docx(TAG + p(marker_of("b.docx")))
    assert put_in(template, docx(A), docx(B)).body() == A + B


def test_addresses_behind_are_those_of_the_result() -> None:
    template = docx(A + TABLE + TAG + B + TABLE + TAG)
    moved = put_in(template, docx(A + TABLE + B)).inserted.moved
    assert [moved.path(f"p{number}") for number in range(4)] == ["p0", "p1", "p3", "p4"]
    assert [moved.path(each) for each in ("t0", "t1", "t1.r0.c0", "t1.r0.c0.p0")] == [
        "t0", "t2", "t2.r0.c0", "t2.r0.c0.p0",
    ]  # fmt: skip
    assert moved.all_paths("p1") == ["p1", "p2"]
    assert moved.all_paths("p2") == ["p3"]
    assert moved.run("p2:r5") == "p3:r5"


def test_a_tag_that_does_not_stand_alone_is_refused() -> None:
    with pytest.raises(DocumentsRefused) as raised:
        put_in(docx(p("前", MARKER)), docx(A))
    assert [each.path for each in raised.value.faults] == ["$.payload.a.docx"]


def test_signs_that_stand_for_nothing_are_refused() -> None:
    with pytest.raises(InvalidArgument, match="noncharacters"):
        put_in(docx(TAG + p("\U0001fffe")), docx(A))


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (png(), "is no Word document"),
        (b"", "is no Word document"),
        (docx(A, strict=True), "is a Strict Open XML document"),
        (docx('<w:altChunk r:id="rId9"/>'), "a reference to something that is not in the file"),
    ],
)
def test_what_cannot_come_along_is_refused(content: bytes, told: str) -> None:
    with pytest.raises(AssetRefused) as raised:
        Asset("a.docx", content, W, Limits())
    assert told in raised.value.error.message


@pytest.mark.parametrize(
    ("kind", "target", "mode", "told"),
    [
        ("chart", "charts/chart1.xml", "", "a chart"),
        ("diagramData", "d.xml", "", "a SmartArt drawing"),
        ("oleObject", "o.bin", "", "an embedded object"),
        ("aFChunk", "a.docx", "", "another file that is put in"),
        ("image", "http://x/a.png", ' TargetMode="External"', "a linked picture"),
        ("image", "media/no.png", "", "a picture that is not in the file"),
        ("image", "document.xml", "", "a picture of the type"),
    ],
)
def test_content_that_leads_elsewhere_is_refused(kind: str, target: str, mode: str, told: str) -> None:
    base = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    rels = (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f'<Relationship Id="rId1" Type="{base}/{kind}" Target="{target}"{mode}/></Relationships>'
    )
    body = p('<w:r><w:drawing><a:x r:id="rId1" r:embed=""/></w:drawing></w:r>')
    asset = docx(body, extra={"word/_rels/document.xml.rels": rels.encode()})
    with pytest.raises(AssetRefused) as raised:
        Asset("a.docx", asset, W, Limits())
    assert told in raised.value.error.message


def test_a_document_over_a_limit_is_told_by_its_name() -> None:
    with pytest.raises(TemplateLimitExceeded, match=r"asset: a\.docx: it would unfold") as raised:
        Asset("a.docx", docx(A), W, Limits(xml_part_bytes=10))
    assert raised.value.detail == {"limit": "xml_part_bytes", "max": 10}


@pytest.mark.parametrize("main", ["<!DOCTYPE x><x/>", "<w:document", "<x/>"])
def test_a_document_with_another_main_part_is_refused(main: str) -> None:
    with zipfile.ZipFile(io.BytesIO(docx(A))) as archive:
        members: dict[str, str | bytes] = {name: archive.read(name) for name in archive.namelist()}
    with pytest.raises(AssetRefused) as raised:
        Asset("a.docx", package({**members, "word/document.xml": main}), W, Limits())
    assert raised.value.error.message.startswith("a.docx is no Word document that can be put in: ")
