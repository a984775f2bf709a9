"""Filling: the value lands where the placeholder stood and nothing else changes."""

import io
import zipfile
from pathlib import Path

import pytest
from docx import Document as read_with_python_docx
from lxml import etree

from docops_flask.engine.document.edits import written_parts
from docops_flask.engine.document.open import open_document
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.fill import fill
from docops_flask.engine.template.scan import scan_document
from docops_flask.engine.template.values import Values
from tests.factories import docx, p, r, tbl, tc, textbox, tr

BOLD = "<w:b/>"


def filled(tmp_path: Path, values: dict[str, str], template: bytes) -> tuple[bytes, list[str]]:
    """Return the parts of ``template`` after filling and the ids of the touched runs."""
    path = tmp_path / "template.docx"
    path.write_bytes(template)
    package = Package(path, Limits())
    document = open_document(package, Limits())
    edits, touched, emptied, _ = fill(scan_document(document), Values(values))
    buffer = io.BytesIO()
    package.write(buffer, written_parts([*edits, *(edit for run in emptied for edit in run.edits)]))
    package.close()
    return buffer.getvalue(), list(touched)


def body_xml(package_bytes: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(package_bytes)) as archive:
        found: str = etree.canonicalize(archive.read("word/document.xml").decode())
        return found


def expected_xml(body: str) -> str:
    return body_xml(docx(body))


CASES = {
    "in one run": (p(r("致【A】先生", BOLD)), p(r("致X先生", BOLD))),
    "across three runs, in the look of the first": (
        p(r("致【", BOLD), r("A", "<w:i/>"), r("】先生")),
        p(r("致X", BOLD), r("先生")),
    ),
    "one character a run": (
        p(r("【"), r("A", BOLD), r("】")),
        p(r("X")),
    ),
    "with proofing marks and bookmarks between": (
        p(r("【"), '<w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="0" w:name="b"/>', r("A】")),
        p(r("X"), '<w:proofErr w:type="spellStart"/><w:bookmarkStart w:id="0" w:name="b"/>'),
    ),
    "partly in a hyperlink": (
        p(r("【"), f'<w:hyperlink w:anchor="x">{r("A")}</w:hyperlink>', r("】")),
        p(r("X"), '<w:hyperlink w:anchor="x"></w:hyperlink>'),
    ),
    "partly inserted, with deleted text between": (
        p(
            r("【"),
            '<w:del w:id="1" w:author="a"><w:r><w:delText>OLD</w:delText></w:r></w:del>',
            f'<w:ins w:id="2" w:author="a">{r("A")}</w:ins>',
            r("】"),
        ),
        p(
            r("X"),
            '<w:del w:id="1" w:author="a"><w:r><w:delText>OLD</w:delText></w:r></w:del>',
            '<w:ins w:id="2" w:author="a"></w:ins>',
        ),
    ),
    "in an inline content control": (
        p(f"<w:sdt><w:sdtPr/><w:sdtContent>{r('【A】')}</w:sdtContent></w:sdt>"),
        p(f"<w:sdt><w:sdtPr/><w:sdtContent>{r('X')}</w:sdtContent></w:sdt>"),
    ),
    "twice in one run": (p("【A】、【A】"), p("X、X")),
    "beside brackets that are text": (p("【注意】【A】【1】"), p("【注意】X【1】")),
    "in a nested table": (
        tbl(tr(tc(tbl(tr(tc("【A】"))), "<w:p/>"))),
        tbl(tr(tc(tbl(tr(tc("X"))), "<w:p/>"))),
    ),
    "in a block content control": (
        f"<w:sdt><w:sdtContent>{p('【A】')}</w:sdtContent></w:sdt>",
        f"<w:sdt><w:sdtContent>{p('X')}</w:sdtContent></w:sdt>",
    ),
    "in both branches of a text box": (p(textbox(p("【A】"))), p(textbox(p("X")))),
    "in branches that differ": (
        p(textbox(p("a【A】"), fallback=[p("b【A】")])),
        p(textbox(p("aX"), fallback=[p("bX")])),
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_placeholder_is_filled_and_nothing_else_changes(tmp_path: Path, name: str) -> None:
    template, result = CASES[name]
    output, _ = filled(tmp_path, {"A": "X"}, docx(template))
    assert body_xml(output) == expected_xml(result)


@pytest.mark.parametrize(
    "body",
    [
        p("【B】"),
        p("【a】"),
        p('<w:del w:id="1" w:author="a"><w:r><w:delText>【A】</w:delText></w:r></w:del>'),
        p(f'<w:moveFrom w:id="1" w:author="a">{r("【A】")}</w:moveFrom>'),
        p(r("【"), "<w:r><w:tab/></w:r>", r("A】")),
        p(r("【"), "<w:r><w:br/></w:r>", r("A】")),
        p(r("【A"), "<w:r><w:drawing><wp:inline/></w:drawing></w:r>", r("】")),
        p("【"), p("A】"),
        p("<w:r><w:instrText>【A】</w:instrText></w:r>"),
    ],
)  # fmt: skip
def test_a_part_without_placeholders_is_unchanged_byte_for_byte(tmp_path: Path, body: str) -> None:
    template = docx(body)
    output, touched = filled(tmp_path, {"A": "X"}, template)
    assert touched == []
    with zipfile.ZipFile(io.BytesIO(template)) as before, zipfile.ZipFile(io.BytesIO(output)) as after:
        assert before.read("word/document.xml") == after.read("word/document.xml")


def test_an_anchored_drawing_between_the_runs_does_not_break_a_placeholder(tmp_path: Path) -> None:
    anchor = "<w:r><w:drawing><wp:anchor/></w:drawing></w:r>"
    output, _ = filled(tmp_path, {"A": "X"}, docx(p(r("【"), anchor, r("A】"))))
    assert body_xml(output) == expected_xml(p(r("X"), anchor))


@pytest.mark.parametrize(
    "value", ["<b>&\"'", "张三", "🐂🍺", " lead", "trail ", "a  b", "\u3000全角", "【A】【B】", "&amp;"]
)
def test_a_value_is_inserted_as_text_and_read_back_by_python_docx(tmp_path: Path, value: str) -> None:
    output, _ = filled(tmp_path, {"A": value}, docx(p("前【A】后")))
    assert read_with_python_docx(io.BytesIO(output)).paragraphs[0].text == f"前{value}后"


def test_line_ends_become_breaks_and_tabs_tabs_inside_the_same_run(tmp_path: Path) -> None:
    output, _ = filled(tmp_path, {"A": "一\n二\t三\n"}, docx(p(r("前【A】后", BOLD))))
    paragraph = read_with_python_docx(io.BytesIO(output)).paragraphs[0]
    assert paragraph.text == "前一\n二\t三\n后"
    assert [run.bold for run in paragraph.runs] == [True]


def test_white_space_that_word_ignores_stays_ignored(tmp_path: Path) -> None:
    body = p(r(" 【A】 and 【B】 ", preserve=False))
    output, _ = filled(tmp_path, {"A": "x", "B": "y "}, docx(body))
    assert body_xml(output) == expected_xml(p(r("x and y ")))


def test_a_value_with_breaks_keeps_the_order_of_what_follows_the_placeholder(tmp_path: Path) -> None:
    output, _ = filled(tmp_path, {"A": "1\n2", "B": "3\n4"}, docx(p("a【A】b【B】c")))
    assert read_with_python_docx(io.BytesIO(output)).paragraphs[0].text == "a1\n2b3\n4c"


def test_strict_documents_are_filled_like_transitional_ones(tmp_path: Path) -> None:
    output, _ = filled(tmp_path, {"A": "X\nY"}, docx(p("【A】"), strict=True))
    xml = body_xml(output)
    assert "X</w:t><w:br></w:br><w:t>Y" in xml
    assert "http://purl.oclc.org/ooxml/wordprocessingml/main" in xml


@pytest.mark.parametrize("stem", ["header1", "footer2"])
def test_headers_and_footers_are_filled(tmp_path: Path, stem: str) -> None:
    output, touched = filled(tmp_path, {"A": "X"}, docx(p("body"), stories={stem: p("【A】")}))
    assert touched == [f"{stem}/p0:r0"]
    assert b'<w:t xml:space="preserve">X</w:t>' in zipfile.ZipFile(io.BytesIO(output)).read(
        f"word/{stem}.xml"
    )


@pytest.mark.parametrize(("stem", "note"), [("footnotes", "footnote"), ("endnotes", "endnote")])
def test_notes_are_filled(tmp_path: Path, stem: str, note: str) -> None:
    content = f'<w:{note} w:id="2">{p("【A】")}</w:{note}>'
    _, touched = filled(tmp_path, {"A": "X"}, docx(p("body"), stories={stem: content}))
    assert touched == [f"{stem}/n2.p0:r0"]


def test_comments_are_never_filled(tmp_path: Path) -> None:
    template = docx(p("【A】"), stories={"comments": f'<w:comment w:id="0">{p("【A】")}</w:comment>'})
    output, touched = filled(tmp_path, {"A": "X"}, template)
    assert touched == ["p0:r0"]
    assert "【A】".encode() in zipfile.ZipFile(io.BytesIO(output)).read("word/comments.xml")


def test_a_hundred_thousand_runs_in_one_paragraph_are_filled(tmp_path: Path) -> None:
    body = p(*[r("x")] * 50_000, r("【"), r("A"), r("】"), *[r("y")] * 50_000)
    _, touched = filled(tmp_path, {"A": "X"}, docx(body))
    assert touched == ["p0:r50000", "p0:r50001", "p0:r50002"]


@pytest.mark.parametrize(
    "content",
    [
        "<mc:AlternateContent><mc:Choice Requires='w14'>{run}</mc:Choice><mc:Fallback>{run}</mc:Fallback>"
        "</mc:AlternateContent>",
        "<w:r><mc:AlternateContent><mc:Choice Requires='w14'>{text}</mc:Choice><mc:Fallback>{text}"
        "</mc:Fallback></mc:AlternateContent></w:r>",
    ],
)
def test_both_branches_inside_a_paragraph_are_filled(tmp_path: Path, content: str) -> None:
    def body(text: str) -> str:
        return p(content.format(run=r(text), text=f"<w:t>{text}</w:t>"))

    output, _ = filled(tmp_path, {"A": "X"}, docx(body("【A】")))
    assert body_xml(output) == expected_xml(body("X"))
