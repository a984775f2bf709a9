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


def test_headers_and_comments_do_not_count_but_notes_do(tmp_path: Path) -> None:
    stories = {"header1": p("header"), "footnotes": f'<w:footnote w:id="1">{p("注")}</w:footnote>'}
    assert sorted(text_of(tmp_path, docx(p("正"), stories=stories)).counted) == ["正", "注"]


def test_fonts_are_told_by_the_characters_that_take_them(tmp_path: Path) -> None:
    fonts = '<w:rFonts w:ascii="Arial" w:hAnsi="Arial" w:eastAsia="仿宋"/>'
    assert text_of(tmp_path, docx(p(r("定于2026年", fonts)))).snippets == {
        "Arial": ["2026"],
        "仿宋": ["定于年"],
    }
