"""Two ways to the same paragraph: the walk gives an address out, the proof follows it and arrives there."""

from collections.abc import Iterable
from pathlib import Path

import pytest
from lxml import etree

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.document.open import open_document
from docops_flask.engine.errors import DocopsError
from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.paragraph_reading import read_paragraph
from docops_flask.engine.integrity.template_parts import TemplateParts
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.oxml.markup import TOKEN
from tests.engine.integrity.test_accounted import NOTES, SAME_IDS, TEMPLATES
from tests.factories import docx, p, tbl, tc, tr

LIMITS = Limits()
NESTED = p("x") + tbl(tr(tc(tbl(tr(tc("a"), tc(tbl(tr(tc("deep"))), "b"))), "c")))


def compare(file: Path) -> int:
    """Follow the address of every paragraph of ``file``; return how many there were."""
    package = Package(file, LIMITS)
    try:
        document = open_document(package, LIMITS)
        parts = TemplateParts(package)
        addresses = Addresses(parts.stories(), parts.flow_of)
        positions = {part.name: positions_of(part) for part in document.parts}
        count = 0
        for place in document.walk.paragraphs:
            for each in (place, *place.mirrors):
                walked = positions[each.part.name][each.start]
                text = each.reading
                followed = addresses.paragraphs(each.path)
                places = [(flow.part, position(element)) for element, flow in followed]
                assert (each.part.name, walked) in places, each.path
                if len(followed) == 1:
                    ((element, flow),) = followed
                    reading = read_paragraph(element, flow.names)
                    assert reading.text == text.text, each.path
                    assert runs_of_characters(
                        (span.start, span.end, span.run) for span in reading.spans
                    ) == runs_of_characters(
                        (piece.start, piece.end, piece.shown.run_index) for piece in text.pieces
                    )
                count += 1
        return count
    finally:
        package.close()


def positions_of(part: StoryPart) -> dict[int, str]:
    """The positions of a part's elements in its tree, by the bytes where their start tags begin."""
    root = etree.fromstring(part.text.content)
    starts = [match.start() for match in TOKEN.finditer(part.text.content) if match[2] is not None]
    return {start: position(each) for start, each in zip(starts, root.iter("*"), strict=True)}


def runs_of_characters(spans: Iterable[tuple[int, int, int]]) -> dict[int, int]:
    """The number of the run of each character that stands in a w:t."""
    return {at: run for start, end, run in spans for at in range(start, end)}


def position(element: etree._Element) -> str:
    """The position of an element in its part, in any tree of it."""
    return element.getroottree().getpath(element)


@pytest.mark.parametrize("body", [*TEMPLATES.values(), NESTED])
def test_an_address_leads_to_the_paragraph_it_was_given_to(tmp_path: Path, body: str) -> None:
    file = tmp_path / "t.docx"
    for notes in (NOTES, SAME_IDS):
        file.write_bytes(docx(body, stories={"header3": p("h"), "footer1": body, "footnotes": notes}))
        assert compare(file) > 3


@pytest.mark.parametrize(
    "path",
    ["", "p", "p99", "p-1", "p00", "p０", "t0", "t0.p0", "t0.r0.p0", "t0.r0.c9.p0", "t9.r0.c0.p0", "x/p0",
     "header9/p0",
     "footnotes/p0", "footnotes/n9.p0", "comments/n0.p0", "textbox0/p0", "p0:r0", "q0", "t0.r0.c0.p0.p0",
     "p99999999999999999999", "t0.r0.c0." * 400 + "p0"],
)  # fmt: skip
def test_an_address_without_a_paragraph_is_not_found(tmp_path: Path, path: str) -> None:
    file = tmp_path / "t.docx"
    comments = f'<w:comment w:id="0">{p("c")}</w:comment>'
    file.write_bytes(docx(p("x") + tbl(tr(tc("y"))), stories={"footnotes": NOTES, "comments": comments}))
    package = Package(file, LIMITS)
    parts = TemplateParts(package)
    assert Addresses(parts.stories(), parts.flow_of).paragraphs(path) == []
    package.close()


ODD_NOTES = "".join(f'<w:footnote w:id="{id_}">{p("x")}</w:footnote>' for id_ in ("-1", "+2", "03", "x", ""))


def test_odd_names_and_ids_have_addresses_too(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    stories = {f"header{'9' * 50}": p("a"), "footer0": p("b"), "footer00": p("c"), "footnotes": ODD_NOTES}
    file.write_bytes(docx(p("x"), stories=stories))
    assert compare(file) == 9


def test_every_address_in_the_corpus_leads_to_its_paragraph(corpus: list[Path]) -> None:
    counts = []
    for file in corpus:
        try:
            counts.append(compare(file))
        except DocopsError:
            continue
    assert len(counts) > 100
    assert sum(counts) > 10_000
