"""The text that a PDF has to show: the document's own, and nothing that a page may leave out."""

from contextlib import closing
from pathlib import Path

import pytest

from docops_flask.engine.document.open import open_document
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.pdf.document_text import DocumentText, document_text
from tests.factories import docx, p, r, tbl, tc, textbox, tr

HIDDEN_STYLES = (
    '<w:style w:type="character" w:styleId="Base"><w:rPr><w:vanish/></w:rPr></w:style>'
    '<w:style w:type="character" w:styleId="Derived"><w:basedOn w:val="Base"/></w:style>'
    '<w:style w:type="character" w:styleId="Shown"><w:basedOn w:val="Base"/>'
    '<w:rPr><w:vanish w:val="0"/></w:rPr></w:style>'
)
FIELD = (
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText>PAGE</w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>7</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
)


def text_of(folder: Path, content: bytes) -> DocumentText:
    path = folder / "document.docx"
    path.write_bytes(content)
    with closing(Package(path, Limits())) as package:
        return document_text(open_document(package, Limits()))


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (p("会议") + tbl(tr(tc("通知"))), "会议通知"),
        (p(r("a"), r("b", "<w:vanish/>"), r("c", '<w:vanish w:val="0"/>')), "ac"),
        (p(r("a", '<w:rStyle w:val="Base"/>'), r("b", '<w:rStyle w:val="Derived"/>')), ""),
        (
            p(r("a", '<w:rStyle w:val="Shown"/>'), r("b", '<w:rStyle w:val="Base"/><w:vanish w:val="0"/>')),
            "ab",
        ),
        (p(r("a"), FIELD, r("b")), "ab"),
        (
            p("<w:del><w:r><w:delText>gone</w:delText></w:r></w:del>", "<w:ins>" + r("new") + "</w:ins>"),
            "new",
        ),
        (p(r("a"), textbox(p("boxed"))), "a"),
    ],
)
def test_what_counts(body: str, shown: str, tmp_path: Path) -> None:
    counted = text_of(tmp_path, docx(body, styles=HIDDEN_STYLES)).counted
    assert sorted(counted.elements()) == sorted(shown)


REFERENCE = '<w:r><w:footnoteReference w:customMarkFollows="0" w:id="2"/></w:r>'
NOTES = (
    f'<w:footnote w:id="1">{p("弃")}</w:footnote><w:footnote w:type="normal" w:id="2">{p("注")}</w:footnote>'
)


def test_notes_with_a_reference_count_and_headers_are_kept_apart(tmp_path: Path) -> None:
    stories = {"header1": p("眉"), "footer1": p("脚"), "footnotes": NOTES}
    text = text_of(tmp_path, docx(p(r("正"), REFERENCE), stories=stories))
    assert sorted(text.counted) == ["正", "注"]
    assert {name: "".join(found) for name, found in text.margins.items()} == {
        "word/header1.xml": "眉", "word/footer1.xml": "脚",
    }  # fmt: skip


EXACT = '<w:trPr><w:trHeight w:val="300" w:hRule="exact"/></w:trPr>'
FRAME = '<w:framePr w:w="500" w:h="200" w:hRule="exact"/>'
STYLE = f'<w:style w:type="paragraph" w:styleId="Framed"><w:pPr>{FRAME}</w:pPr></w:style>'


def row(cells: str, properties: str = "") -> str:
    return f"<w:tr>{properties}{cells}</w:tr>"


def cell(content: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


@pytest.mark.parametrize(
    ("body", "whole", "cut_off"),
    [
        (tbl(row(cell(p("甲")), EXACT), row(cell(p("乙")))), "乙", "甲"),
        # What stands in a table in such a row.
        (tbl(row(cell(p("外")) + cell(tbl(tr(tc("内"))) + p("")), EXACT)), "", "外内"),
        # A cell that continues a merged one shows nothing of its own, nor of its tables.
        (
            tbl(
                row(cell(p("头"), '<w:vMerge w:val="restart"/>')),
                row(cell(p("续") + tbl(tr(tc("内"))) + p(""), "<w:vMerge/>") + cell(p("旁"))),
                row(cell(p("续"), '<w:vMerge w:val="continue"/>')),
            ),
            "头旁",
            "",
        ),
        (p("框", properties=FRAME) + p("正"), "正", "框"),
        (p("框", properties='<w:pStyle w:val="Framed"/>') + p("正"), "正", "框"),
        (p("框", properties=FRAME.replace("exact", "atLeast")), "框", ""),
    ],
)
def test_what_a_fixed_height_cuts_off_is_kept_apart(
    body: str, whole: str, cut_off: str, tmp_path: Path
) -> None:
    text = text_of(tmp_path, docx(body, styles=STYLE))
    assert sorted(text.counted.elements()) == sorted(whole)
    assert sorted(text.cut_off.elements()) == sorted(cut_off)


def test_fonts_are_told_by_the_characters_that_take_them(tmp_path: Path) -> None:
    fonts = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="仿宋"/>'
    assert text_of(tmp_path, docx(p(r("定于2026年", fonts)))).snippets == {
        "Arial": ["2026"],
        "仿宋": ["定于年"],
    }
