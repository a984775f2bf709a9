"""Where the findings of a format report stand on the pages of the PDF: page, and box in its picture.

A finding stands at a paragraph, at runs of it, at a table or, when it is about the page, at a page. The text
of the paragraph is looked for in the PDF (``text_alignment``), that of headers and footers among the text
outside of paragraphs. What cannot be told for certain has no box: a paragraph without text, one of several
that look alike where the PDF does not have all of them, text that LibreOffice shows otherwise than the
document has it (fields it computes anew, scripts from right to left).
"""

import ctypes
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import NamedTuple

import pypdfium2_raw as pdfium

from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.document.document import Document, ParagraphPlace, StoryKind
from docops_flask.engine.pdf.margin_parts import MarginParts
from docops_flask.engine.pdf.page_texts import (
    GAP,
    PageText,
    Piece,
    TextUnit,
    significant,
    significant_text,
)
from docops_flask.engine.pdf.pdf_text import PdfPage, PdfText
from docops_flask.engine.pdf.text_alignment import Span, WantedText, align

_MARGIN_STORIES = (StoryKind.HEADER, StoryKind.FOOTER)
# What a page number may be where a field shows it.
_NUMBER = "[0-9ivxlcdm〇零一二三四五六七八九十百]{1,8}"


class Box(NamedTuple):
    """A rectangle of a picture, in pixels from its left and upper edge; each edge lies in the picture."""

    left: int
    top: int
    right: int
    bottom: int


class FindingPlace(NamedTuple):
    """Where the issue number ``issue`` (from 0) of a format report stands on a page."""

    issue: int
    page: int
    box: Box


class _Range(NamedTuple):
    """The characters ``start``:``end`` of the text of a paragraph, as ``significant_text`` has it."""

    paragraph: ParagraphPlace
    start: int
    end: int


def finding_places(
    issues: Sequence[Issue],
    document: Document,
    margins: MarginParts,
    pdf: PdfText,
    sizes: Mapping[int, tuple[int, int]],
) -> list[FindingPlace]:
    """Return where ``issues`` stand on the pages that have a picture, in their order and that of the pages.

    ``document`` is the one that ``pdf`` was made from, as it is after filling, ``margins`` says which of its
    headers and footers a page has; ``sizes`` are width and height
    of the pictures, by the numbers of their pages (from 1). An issue that stands on several pages is there
    for each.
    """
    return list(_Places(document, margins, pdf, sizes).of_all(issues)) if issues else []


class _Places:
    def __init__(
        self, document: Document, margins: MarginParts, pdf: PdfText, sizes: Mapping[int, tuple[int, int]]
    ) -> None:
        self._margin_parts = margins
        self._sizes = sizes
        self._pdf = pdf
        self._document = document
        self._of_path = {place.path: place for place in document.walk.paragraphs}
        self._spans: dict[ParagraphPlace, Sequence[Span]] = {}
        self._outside: dict[int, Piece] = {}
        # Those of the paragraph that was asked for last, by the numbers of its runs.
        self._run_ranges: dict[ParagraphPlace, dict[int, list[_Range]]] = {}
        self._margin_texts = [
            (place.part.name, _masked(place)) for place in document.walk.paragraphs if _is_in_margin(place)
        ]

    @cached_property
    def _of_tables(self) -> dict[str, list[ParagraphPlace]]:
        """The paragraphs of each table, those of tables in it too, by its address."""
        found: dict[str, list[ParagraphPlace]] = defaultdict(list)
        for place in self._document.walk.paragraphs:
            for end in re.finditer(r"(?<=[0-9])\.r", place.path):
                found[place.path[: end.start()]].append(place)
        return found

    def of_all(self, issues: Sequence[Issue]) -> Iterator[FindingPlace]:
        """Yield the places of ``issues``."""
        self._read()
        # Many issues are about the same paragraph.
        characters = [self._characters(issue) for issue in issues]
        boxes = self._boxes(characters)
        for number, (issue, of_pages) in enumerate(zip(issues, characters, strict=True)):
            if issue.finding.section is not None:
                page = 1 if issue.finding.section == 0 else self._first_page(issue.paragraph_path)
                if page in self._sizes:
                    yield FindingPlace(number, page, Box(0, 0, *self._sizes[page]))
                continue
            for page in sorted(of_pages):
                yield FindingPlace(number, page, boxes[page, of_pages[page]])

    def _read(self) -> None:
        units: list[TextUnit] = []
        for number, page in enumerate(self._pdf.pages(), 1):
            text = PageText(page, number)
            units.extend(text.units())
            if number in self._sizes:
                self._outside[number] = text.outside
        places = [place for place in self._document.walk.paragraphs if not _is_in_margin(place)]
        wanted = [
            WantedText(significant_text(place.now.text), place.story is StoryKind.BODY) for place in places
        ]
        self._spans = dict(zip(places, align(wanted, units), strict=True))

    def _first_page(self, path: str) -> int:
        """Return the page on which a paragraph begins, 0 where that is unknown."""
        place = self._of_path.get(path)
        spans = self._spans.get(place, ()) if place is not None else ()
        return spans[0].unit.page if spans else 0

    def _characters(self, issue: Issue) -> dict[int, tuple[int, ...]]:
        """Return the characters of an issue's place, by the page: their numbers there."""
        if issue.finding.section is not None:
            return {}
        found: dict[int, list[int]] = defaultdict(list)
        for each in self._ranges(issue):
            for page, characters in self._of_range(each):
                found[page].extend(characters)
        return {page: tuple(characters) for page, characters in found.items() if page in self._sizes}

    def _ranges(self, issue: Issue) -> list[_Range]:
        place = self._of_path.get(issue.paragraph_path)
        if place is None:
            return self._ranges_of_table(issue.paragraph_path)
        run_ids = issue.run_ids or (() if issue.run_id is None else (issue.run_id,))
        if not run_ids:
            return [_whole(place)]
        if place not in self._run_ranges:
            # Many issues may be about one paragraph, each about another run.
            self._run_ranges = {place: _ranges_of_runs(place)}
        of_runs = self._run_ranges[place]
        return [each for run_id in run_ids for each in of_runs.get(int(run_id.rpartition(":r")[2]), ())]

    def _ranges_of_table(self, path: str) -> list[_Range]:
        """Return the paragraphs of a table; none where one with text is not found."""
        filled = [each for each in map(_whole, self._of_tables.get(path, ())) if each.end]
        return filled if all(self._spans.get(each.paragraph) for each in filled) else []

    def _of_range(self, wanted: _Range) -> Iterator[tuple[int, Sequence[int]]]:
        """Yield the pages of a range of a paragraph, with its characters there."""
        if _is_in_margin(wanted.paragraph):
            yield from self._in_margins(wanted)
            return
        for span in self._spans.get(wanted.paragraph, ()):
            first = span.first + max(0, wanted.start - span.start)
            last = span.first + wanted.end - span.start
            characters = span.unit.characters[first : max(first, last)]
            if characters:
                yield span.unit.page, characters

    def _in_margins(self, wanted: _Range) -> Iterator[tuple[int, Sequence[int]]]:
        """Yield the pages on which a text of a header or footer stands once, with its characters there."""
        text, masked = significant_text(wanted.paragraph.now.text), _masked(wanted.paragraph)
        if not text:
            return
        is_whole = wanted.start == 0 and wanted.end == len(text)
        for page, outside in self._outside.items():
            shown = self._margin_parts.on_page(page)
            alike = [part for part, other in self._margin_texts if masked in other]
            if shown is not None:
                alike = [part for part in alike if part in shown]
            if alike != [wanted.paragraph.part.name]:
                continue
            found = list(_margin_pattern(wanted.paragraph, page).finditer(outside.text))
            if len(found) != 1:
                continue
            places = [at for at in range(*found[0].span()) if outside.text[at] != GAP]
            # A page number may be longer than the one in the document, so runs are not told then.
            if is_whole or "".join(outside.text[at] for at in places) == text:
                chosen = places if is_whole else places[wanted.start : wanted.end]
                yield page, [outside.characters[at] for at in chosen]

    def _boxes(
        self, wanted: Iterable[Mapping[int, tuple[int, ...]]]
    ) -> dict[tuple[int, tuple[int, ...]], Box]:
        """Return the boxes around the characters, by page and characters."""
        of_page: dict[int, set[tuple[int, ...]]] = defaultdict(set)
        for pages in wanted:
            for page, characters in pages.items():
                of_page[page].add(characters)
        boxes = {}
        for number, of_all in of_page.items():
            picture = _Picture(self._pdf.pages()[number - 1], *self._sizes[number])
            for characters in of_all:
                boxes[number, characters] = picture.box(characters)
        return boxes


class _Picture:
    """The picture of a page, to which characters of the page are mapped."""

    def __init__(self, page: PdfPage, width: int, height: int) -> None:
        self._page = page
        self._width = width
        self._height = height

    def box(self, characters: Sequence[int]) -> Box:
        """Return the box around ``characters``, numbers of characters of the page."""
        rectangle = pdfium.FS_RECTF()
        corners: list[tuple[int, int]] = []
        x, y = ctypes.c_int(), ctypes.c_int()
        for character in characters:
            pdfium.FPDFText_GetLooseCharBox(self._page.text_handle, character, rectangle)
            for across, down in (
                (rectangle.left, rectangle.top),
                (rectangle.right, rectangle.bottom),
            ):
                pdfium.FPDF_PageToDevice(
                    self._page.handle, 0, 0, self._width, self._height, 0, across, down, x, y
                )
                corners.append((x.value, y.value))
        across_all, down_all = zip(*corners, strict=True)
        left, top = max(0, min(across_all)), max(0, min(down_all))
        return Box(
            min(left, self._width - 1),
            min(top, self._height - 1),
            min(self._width, max(*across_all, left + 1)),
            min(self._height, max(*down_all, top + 1)),
        )


def _is_in_margin(place: ParagraphPlace) -> bool:
    return place.part.kind in _MARGIN_STORIES


def _whole(place: ParagraphPlace) -> _Range:
    return _Range(place, 0, len(significant_text(place.now.text)))


def _ranges_of_runs(place: ParagraphPlace) -> dict[int, list[_Range]]:
    """Return the texts of the runs of a paragraph, by their numbers."""
    text = place.now.text
    ends = [0]
    for character in text:
        ends.append(ends[-1] + len(significant(character)))
    found: dict[int, list[_Range]] = defaultdict(list)
    for piece in place.now.pieces:
        if ends[piece.end] > ends[piece.start]:
            found[piece.shown.run_index].append(_Range(place, ends[piece.start], ends[piece.end]))
    return found


def _margin_pattern(place: ParagraphPlace, page: int) -> "re.Pattern[str]":
    """Return what finds the text of a paragraph in that of the headers and footers of ``page``.

    Results of fields are numbers; where there is nothing else, it is the number of the page.
    """
    text = place.now.text
    written: list[str] = []
    at = 0
    has_words = False
    for start, end in [*_field_results(place), (len(text), len(text))]:
        words = significant_text(text[at:start])
        has_words = has_words or bool(words)
        written.extend(re.escape(each) for each in words)
        if end > start:
            written.append(_NUMBER)
        at = end
    # Gaps may be anywhere in a text, and are at both ends of it.
    pattern = f"{GAP}*".join(written) if has_words else str(page)
    return re.compile(f"(?:^|(?<={GAP})){pattern}(?={GAP}|$)")


def _masked(place: ParagraphPlace) -> str:
    """Return the text of a paragraph with one mark for each result of a field."""
    text = place.now.text
    written: list[str] = []
    at = 0
    for start, end in _field_results(place):
        written += (significant_text(text[at:start]), GAP)
        at = end
    return "".join((*written, significant_text(text[at:])))


def _field_results(place: ParagraphPlace) -> list[tuple[int, int]]:
    """Return where results of fields stand in the text of a paragraph, neighbours as one."""
    found: list[tuple[int, int]] = []
    for piece in place.now.pieces:
        if piece.shown.in_field_result:
            start = found.pop()[0] if found and found[-1][1] == piece.start else piece.start
            found.append((start, piece.end))
    return found
