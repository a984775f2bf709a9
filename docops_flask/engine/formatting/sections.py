"""Sections: page, margins, columns and the document grid (17.6; docs/analysis/sections-and-grid.md)."""

from functools import cached_property
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.document import Document
from docops_flask.engine.document.places import ParagraphPlace, StoryKind
from docops_flask.engine.oxml.names import Vocabulary
from docops_flask.engine.oxml.units import to_integer, to_twips

_CHARACTER_GRIDS = ("linesAndChars", "snapToChars")
_LINE_GRIDS = ("lines", *_CHARACTER_GRIDS)


class Grid(NamedTuple):
    """A section's document grid (w:docGrid, 17.6.5); ``kind`` is ``default`` where there is none.

    ``character_space`` counts 4096ths of a point added to every character.
    """

    kind: str = "default"
    line_pitch_twips: int | None = None
    character_space: int = 0

    @property
    def line_twips(self) -> int:
        """The height of one line for spacing in lines: the grid's where lines keep to it, else 12 pt."""
        return self.line_pitch_twips or 240 if self.kind in _LINE_GRIDS else 240

    @property
    def extra_twips(self) -> float:
        """What the grid adds to the width of each character."""
        return self.character_space / 4096 * 20 if self.kind in _CHARACTER_GRIDS else 0


NO_GRID = Grid()


class Section(NamedTuple):
    """A section's page; lengths in twips, ``None`` where the document leaves them to Word."""

    page_width: int | None = None
    page_height: int | None = None
    landscape: bool = False
    top: int | None = None
    bottom: int | None = None
    left: int | None = None
    right: int | None = None
    header: int | None = None
    footer: int | None = None
    gutter: int | None = None
    columns: int = 1
    column_space: int | None = None
    grid: Grid = NO_GRID


def read_section(properties: _Element, w: Vocabulary) -> Section:
    """Return what a w:sectPr says."""
    size, margins = properties.find(w.pgSz), properties.find(w.pgMar)
    columns = properties.find(w.cols)

    def margin(name: str) -> int | None:
        return None if margins is None else to_twips(margins.get(name))

    return Section(
        page_width=None if size is None else to_twips(size.get(w.w)),
        page_height=None if size is None else to_twips(size.get(w.h)),
        landscape=size is not None and size.get(w.orient) == "landscape",
        top=margin(w.top),
        bottom=margin(w.bottom),
        left=margin(w.left),
        right=margin(w.right),
        header=margin(w.header),
        footer=margin(w.footer),
        gutter=margin(w.gutter),
        columns=1 if columns is None else max(1, to_integer(columns.get(w.num)) or 1),
        column_space=None if columns is None else to_twips(columns.get(w.space)),
        grid=_read_grid(properties.find(w.docGrid), w),
    )


def _read_grid(element: _Element | None, w: Vocabulary) -> Grid:
    if element is None:
        return NO_GRID
    return Grid(
        kind=element.get(w.type, "default"),
        line_pitch_twips=to_twips(element.get(w.linePitch)),
        character_space=to_integer(element.get(w.charSpace)) or 0,
    )


class Sections:
    """The sections of a document's body, read when they are first asked for; which one holds a paragraph."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._of_paragraph: dict[ParagraphPlace, int] | None = None

    @cached_property
    def all(self) -> tuple[Section, ...]:
        """The sections in order."""
        main = next((part for part in self._document.parts if part.kind is StoryKind.BODY), None)
        if main is None:
            return ()
        # A w:sectPr inside w:sectPrChange is what was before.
        elements = [each for each in main.root.iter(main.w.sectPr) if not _is_former(each)]
        return tuple(read_section(each, main.w) for each in elements)

    def of(self, place: ParagraphPlace) -> Section:
        """Return the section of a paragraph of the body; the last one for those of other stories."""
        return self.all[self.number_of(place)] if self.all else Section()

    def number_of(self, place: ParagraphPlace) -> int:
        """Return the number, from 0, of the section that ``of`` returns."""
        last = max(0, len(self.all) - 1)
        if last == 0 or place.story is not StoryKind.BODY:
            return last
        if self._of_paragraph is None:
            self._of_paragraph = self._assign()
        return self._of_paragraph.get(place, last)

    def _assign(self) -> dict[ParagraphPlace, int]:
        """A paragraph that holds a w:sectPr is the last one of its section (17.6.18)."""
        assigned, current = {}, 0
        last = len(self.all) - 1
        for place in self._document.walk.paragraphs:
            if place.story is not StoryKind.BODY:
                continue
            assigned[place] = min(current, last)
            w = place.part.w
            if place.element.find(f"{w.pPr}/{w.sectPr}") is not None:
                current += 1
        return assigned


def _is_former(element: _Element) -> bool:
    parent = element.getparent()
    return parent is not None and isinstance(parent.tag, str) and parent.tag.endswith("}sectPrChange")
