"""Where findings stand on pages that LibreOffice laid out: boxes hold their texts, or there are none."""

import ctypes
import io
import subprocess
import zipfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import NamedTuple

import pytest

pytest.importorskip("pypdfium2_raw", reason="pypdfium2 is not installed (requirements-pdf.txt)")

import pypdfium2_raw as pdfium

from docops_flask.engine.checks.issue import Finding, Issue
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.open import open_document
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.pdf import finding_places as places_module
from docops_flask.engine.pdf.finding_places import Box, FindingPlace, finding_places
from docops_flask.engine.pdf.margin_parts import MarginParts
from docops_flask.engine.pdf.page_pictures import picture_size
from docops_flask.engine.pdf.page_texts import significant, significant_text
from docops_flask.engine.pdf.pdf_text import PdfText
from tests.factories import docx, p, package, r, tbl, tc, tr

WIDTH = 1000
BREAK = '<w:r><w:br w:type="page"/></w:r>'
# Enough text for several lines, and for more than a page.
LINES = " ".join(f"word{number}" for number in range(60))
PAGES = " ".join(f"item{number}" for number in range(900))
ROW_PARTS = [" ".join(f"{side}{number}" for number in range(700)) for side in ("left", "right")]


def field(result: str) -> str:
    """A field PAGE that shows ``result``."""
    return f'<w:fldSimple w:instr="PAGE"><w:r><w:t>{result}</w:t></w:r></w:fldSimple>'


def with_section(content: bytes, section: str) -> bytes:
    """``content`` with another w:sectPr at its end."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    document = members["word/document.xml"]
    assert b"<w:sectPr/>" in document
    members["word/document.xml"] = document.replace(
        b"<w:sectPr/>", f"<w:sectPr>{section}</w:sectPr>".encode()
    )
    return package(members)


def references(**parts: str) -> str:
    """References to headers and footers: the ids of their relationships by type."""
    return "".join(
        f'<w:{kind.partition("_")[0]}Reference w:type="{kind.partition("_")[2]}" r:id="{part}"/>'
        for kind, part in parts.items()
    )


LETTER = docx(
    p("Title of the letter")
    + p(r("Dear "), r("colleagues"), r(",", "<w:b/>"))
    + p(LINES)
    + tbl(tr(tc("Date"), tc("1")), tr(tc("Time"), tc("1")), tr(tc("Place"), tc("here")))
    + p("Twice the same")
    + p()
    + p("Twice the same")
    + p("Ｃａｆé of the co\u00adop: 中文标题，第一页")
    + p(r("small letters", "<w:caps/>"))
    + p(r("never shown", "<w:vanish/>"))
)
LONG = with_section(
    docx(
        p("First page") + p(PAGES) + tbl(tr(tc(ROW_PARTS[0]), tc(ROW_PARTS[1]))) + p("Last page"),
        stories={"header1": p("Running title"), "footer1": p(r("Page "), field("1"))},
    ),
    references(header_default="rId1", footer_default="rId2"),
)
# Odd pages have footer1, even ones footer2, the first has footer3; all three read the same.
FOOTERS = with_section(
    docx(
        p("one") + p(BREAK, "two") + p(BREAK, "three"),
        stories={
            **{f"footer{number}": p(r("- "), field("1"), r(" -")) for number in (1, 2, 3)},
            "settings": "<w:evenAndOddHeaders/>",
        },
    ),
    references(footer_default="rId1", footer_even="rId2", footer_first="rId3") + "<w:titlePg/>",
)
MISSING = docx(p("Shown once") + p(r("Shown once", "<w:vanish/>")) + p("behind"))
DOCUMENTS = {"letter": LETTER, "long": LONG, "missing": MISSING, "footers": FOOTERS}


class Laid(NamedTuple):
    """A document, its PDF, and what tells the places of findings."""

    document: Document
    margins: MarginParts
    pdf: PdfText
    sizes: Mapping[int, tuple[int, int]]

    def places(self, *issues: Issue) -> list[FindingPlace]:
        return finding_places(issues, self.document, self.margins, self.pdf, self.sizes)

    def text_of(self, path: str, run: int | None = None) -> str:
        place = next(each for each in self.document.walk.paragraphs if each.path == path)
        return place.now.text if run is None else place.now.text_of_run(run)

    def text_in(self, page: int, box: Box) -> str:
        """The text that the PDF has under a box, by pdfium's own search in a rectangle."""
        opened = self.pdf.pages()[page - 1]
        corners = [self._on_page(page, x, y) for x, y in ((box.left, box.top), (box.right, box.bottom))]
        (left, top), (right, bottom) = corners
        # Half a pixel beyond the edges, which are rounded.
        edges = (left - 0.5, top + 0.5, right + 0.5, bottom - 0.5)
        count = pdfium.FPDFText_GetBoundedText(opened.text_handle, *edges, None, 0)
        units = (ctypes.c_ushort * (count + 1))()
        pdfium.FPDFText_GetBoundedText(opened.text_handle, *edges, units, count)
        return bytes(units)[: 2 * count].decode("utf-16-le")

    def _on_page(self, page: int, x: int, y: int) -> tuple[float, float]:
        across, down = ctypes.c_double(), ctypes.c_double()
        handle = self.pdf.pages()[page - 1].handle
        pdfium.FPDF_DeviceToPage(handle, 0, 0, *self.sizes[page], 0, x, y, across, down)
        return across.value, down.value


@pytest.fixture(scope="module")
def laid(soffice: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Laid]]:
    folder = tmp_path_factory.mktemp("laid")
    for name, content in DOCUMENTS.items():
        (folder / f"{name}.docx").write_bytes(content)
    convert(soffice, folder)
    with ExitStack() as stack:
        yield lambda name: _laid(folder / f"{name}.docx", stack)


def convert(soffice: str, folder: Path) -> None:
    """Have LibreOffice write a tagged PDF beside each document in ``folder``."""
    tagged = '{"UseTaggedPDF":{"type":"boolean","value":"true"}}'
    command = [
        soffice,
        f"-env:UserInstallation=file://{folder / 'profile'}",
        "--headless",
        "--convert-to",
        f"pdf:writer_pdf_Export:{tagged}",
        "--outdir",
        str(folder),
        *map(str, sorted(folder.glob("*.docx"))),
    ]
    subprocess.run(
        command,
        check=True,
        capture_output=True,
        timeout=120,
        env={"HOME": str(folder), "PATH": "/usr/bin:/bin"},
    )


def _laid(file: Path, stack: ExitStack, pages: range | None = None) -> Laid:
    opened = stack.enter_context(closing(Package(file, Limits())))
    document = open_document(opened, Limits())
    pdf = stack.enter_context(PdfText(file.with_suffix(".pdf").read_bytes()))
    shown = pages or range(1, pdf.page_count + 1)
    sizes = {number: picture_size(pdf.pages()[number - 1], WIDTH) for number in shown}
    return Laid(document, MarginParts(document, opened.relationships(opened.main_part)), pdf, sizes)


def about(path: str, *runs: int, section: int | None = None) -> Issue:
    """An issue about a paragraph or a table, about runs of it, or about a section."""
    finding = Finding(code="CODE", severity="error", message="wrong", section=section)
    ids = tuple(f"{path}:r{number}" for number in runs)
    return Issue(finding, path, ids[0] if len(ids) == 1 else None, ids if len(ids) > 1 else ())


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_text_under_a_box_is_that_of_the_paragraph(laid: Callable[[str], Laid], name: str) -> None:
    letter = laid(name)
    issues = [about(each.path) for each in letter.document.walk.paragraphs]
    under: dict[int, str] = {}
    for place in letter.places(*issues):
        if issues[place.issue].paragraph_path.startswith("footer"):
            # Their numbers are those of the pages.
            continue
        under[place.issue] = under.get(place.issue, "") + letter.text_in(place.page, place.box)
    assert under
    for number, text in under.items():
        wanted = significant_text(letter.text_of(issues[number].paragraph_path))
        # A header is on every page.
        assert wanted in significant_text(text), issues[number].paragraph_path


def test_paragraphs_cells_and_texts_shown_in_capitals_are_found(laid: Callable[[str], Laid]) -> None:
    letter = laid("letter")
    paths = [each.path for each in letter.document.walk.paragraphs]
    found = {paths[place.issue] for place in letter.places(*map(about, paths))}
    # Missing are the empty paragraph and the hidden one.
    assert [path for path in paths if path not in found] == ["p4", "p8"]


def test_a_box_lies_around_its_text_and_in_the_picture(laid: Callable[[str], Laid]) -> None:
    letter = laid("letter")
    (title,), (body,) = letter.places(about("p0")), letter.places(about("p2"))
    width, height = letter.sizes[1]
    for place in (title, body):
        assert place.page == 1
        left, top, right, bottom = place.box
        assert 0 <= left < right <= width
        assert 0 <= top < bottom <= height
    assert title.box.bottom <= body.box.top
    assert body.box.bottom - body.box.top > 2 * (title.box.bottom - title.box.top)


def test_an_issue_about_a_run_has_the_box_of_the_run(laid: Callable[[str], Laid]) -> None:
    letter = laid("letter")
    whole, second, both = letter.places(about("p1"), about("p1", 1), about("p1", 0, 1))
    assert significant_text(letter.text_in(1, second.box)) == "colleagues"
    assert whole.box.left == both.box.left < second.box.left
    assert both.box.right == second.box.right < whole.box.right


def test_cells_with_equal_texts_are_told_apart(laid: Callable[[str], Laid]) -> None:
    letter = laid("letter")
    first, second = letter.places(about("t0.r0.c1.p0"), about("t0.r1.c1.p0"))
    date, time = letter.places(about("t0.r0.c0.p0"), about("t0.r1.c0.p0"))
    assert (first.box.top, second.box.top) == (date.box.top, time.box.top)


def test_an_issue_about_a_table_has_the_box_of_all_its_text(laid: Callable[[str], Laid]) -> None:
    letter = laid("letter")
    (table,) = letter.places(about("t0"))
    cells = letter.places(*(about(f"t0.r{row}.c{column}.p0") for row in range(3) for column in range(2)))
    boxes = [cell.box for cell in cells]
    assert table.box == Box(
        min(box.left for box in boxes),
        min(box.top for box in boxes),
        max(box.right for box in boxes),
        max(box.bottom for box in boxes),
    )


def test_an_issue_about_a_page_has_the_whole_page(laid: Callable[[str], Laid]) -> None:
    letter = laid("letter")
    (place,) = letter.places(about("p0", section=0))
    assert place == FindingPlace(0, 1, Box(0, 0, *letter.sizes[1]))


def test_one_of_two_equal_texts_that_is_hidden_leaves_both_without_a_box(laid: Callable[[str], Laid]) -> None:
    assert [place.issue for place in laid("missing").places(about("p0"), about("p1"), about("p2"))] == [2]


def test_a_paragraph_over_pages_has_a_box_on_each(laid: Callable[[str], Laid]) -> None:
    long = laid("long")
    found = long.places(about("p1"))
    pages = [place.page for place in found]
    assert len(pages) > 1
    assert pages == list(range(pages[0], pages[-1] + 1))
    text = "".join(significant_text(long.text_in(place.page, place.box)) for place in found)
    assert significant_text(PAGES) in text


def test_cells_over_pages_have_boxes_on_each(laid: Callable[[str], Laid]) -> None:
    long = laid("long")
    for column, wanted in enumerate(ROW_PARTS):
        found = long.places(about(f"t0.r0.c{column}.p0"))
        assert len(found) > 1
        text = "".join(significant_text(long.text_in(place.page, place.box)) for place in found)
        assert text == significant_text(wanted)


def test_only_pages_with_a_picture_have_boxes(laid: Callable[[str], Laid], tmp_path: Path) -> None:
    long = laid("long")
    only = long._replace(sizes={2: long.sizes[2]})
    assert {place.page for place in only.places(about("p0"), about("p1"), about("header1/p0"))} == {2}


def test_headers_are_found_on_every_page(laid: Callable[[str], Laid]) -> None:
    long = laid("long")
    found = long.places(about("header1/p0"))
    assert [place.page for place in found] == list(long.sizes)
    for place in found:
        assert significant_text(long.text_in(place.page, place.box)) == "runningtitle"


def test_a_page_number_may_be_another_on_each_page(laid: Callable[[str], Laid]) -> None:
    long = laid("long")
    for place in long.places(about("footer1/p0")):
        assert significant_text(long.text_in(place.page, place.box)) == f"page{place.page}"


def test_a_page_has_the_footer_of_its_kind_alone(laid: Callable[[str], Laid]) -> None:
    footers = laid("footers")
    pages = {
        path: [place.page for place in footers.places(about(path))]
        for path in ("footer1/p0", "footer2/p0", "footer3/p0")
    }
    assert pages == {"footer1/p0": [3], "footer2/p0": [2], "footer3/p0": [1]}


def test_many_issues_about_a_paragraph_read_it_once(
    laid: Callable[[str], Laid], monkeypatch: pytest.MonkeyPatch
) -> None:
    letter = laid("letter")
    read: list[str] = []

    def counted(character: str) -> str:
        read.append(character)
        return significant(character)

    monkeypatch.setattr(places_module, "significant", counted)
    assert len(letter.places(*[about("p2", 0)] * 500)) == 500
    assert len(read) == len(letter.text_of("p2"))


def test_an_unknown_address_has_no_box(laid: Callable[[str], Laid]) -> None:
    assert laid("letter").places(about("p99"), about("t7"), about("header9/p0")) == []


def test_without_issues_nothing_is_read(laid: Callable[[str], Laid]) -> None:
    assert laid("letter").places() == []
