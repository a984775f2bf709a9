"""Whether a page shows the text of a paragraph: all of it, perhaps a part, or none.

Word and LibreOffice agree in this (ECMA-376 part 1): a row or frame of exact height cuts its text off
(17.4.80, 17.3.1.11), a cell that continues a merged one shows nothing of its own (17.4.84), and a note
without a reference stands on no page (17.11).
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cached_property

from docops_flask.engine.checks.cut_off import Frames, own_elements
from docops_flask.engine.document.document import CellPlace, Document, ParagraphPlace, StoryKind, TablePlace
from docops_flask.engine.formatting.cascade import Cascade

_NOTES = {StoryKind.FOOTNOTES: b"footnote", StoryKind.ENDNOTES: b"endnote"}
_ID = rb"\s(?:[^<>]*\s)?(?:[^\s<>/:=]+:)?id\s*=\s*[\"'](-?[0-9]{1,10})[\"']"
_REFERENCE = rb"<(?:[^\s<>/:!?]+:)?%bReference" + _ID
_NOTE = rb"<(?:[^\s<>/:!?]+:)?%b" + _ID
# The path of a table in a cell: those of the table around it, its row and its cell.
_OUTER = re.compile(r"(.*)\.r([0-9]+)\.c([0-9]+)\.t[0-9]+")


class Visibility(Enum):
    """How much of a paragraph's text a page shows; the higher, the less."""

    WHOLE = 0
    CUT_OFF = 1
    NONE = 2


_Cells = Mapping[tuple[int, int], Visibility]


class Visibilities:
    """Tells the visibility of the paragraphs of ``document``."""

    def __init__(self, document: Document, cascade: Cascade) -> None:
        self._document = document
        self._frames = Frames(cascade)
        self._of_tables: dict[TablePlace, _Cells] = {}

    def of(self, place: ParagraphPlace) -> Visibility:
        """Return the visibility of ``place``; hidden text (w:vanish) is not looked for."""
        if place.story in _NOTES and not self._is_referenced(place):
            return Visibility.NONE
        found = [self._of_cell(cell) for cell in self._cells(place)]
        frame = self._frames.of(place)
        if frame is not None and frame.get("hRule") == "exact":
            found.append(Visibility.CUT_OFF)
        return max(found, key=lambda each: each.value, default=Visibility.WHOLE)

    def _cells(self, place: ParagraphPlace) -> Iterator[CellPlace]:
        """Yield the cell that ``place`` stands in and those around its table."""
        cell = place.cell
        while cell is not None:
            yield cell
            outer = _OUTER.fullmatch(cell.table.path) if cell.table.depth else None
            table = None if outer is None else self._tables.get(outer[1])
            cell = None if outer is None or table is None else CellPlace(table, int(outer[2]), int(outer[3]))

    def _of_cell(self, cell: CellPlace) -> Visibility:
        if cell.table not in self._of_tables:
            self._of_tables[cell.table] = _cells_of(cell.table)
        return self._of_tables[cell.table].get((cell.row, cell.number), Visibility.WHOLE)

    @cached_property
    def _tables(self) -> Mapping[str, TablePlace]:
        return {table.path: table for table in self._document.walk.tables}

    def _is_referenced(self, place: ParagraphPlace) -> bool:
        starts, ids = self._notes[place.story]
        at = bisect_right(starts, place.start)
        return at > 0 and ids[at - 1] in self._references[place.story]

    @cached_property
    def _notes(self) -> Mapping[StoryKind, tuple[list[int], list[bytes]]]:
        """Where each note begins in its part, and its id."""
        found = {}
        for kind, name in _NOTES.items():
            content = next((each.text.content for each in self._document.parts if each.kind is kind), b"")
            notes = [(match.start(), match[1]) for match in re.finditer(_NOTE % name, content)]
            found[kind] = ([start for start, _ in notes], [note_id for _, note_id in notes])
        return found

    @cached_property
    def _references(self) -> Mapping[StoryKind, set[bytes]]:
        return {
            kind: {
                match[1]
                for part in self._document.parts
                for match in re.finditer(_REFERENCE % name, part.text.content)
            }
            for kind, name in _NOTES.items()
        }


def _cells_of(table: TablePlace) -> _Cells:
    """Return the visibility of those cells of ``table`` that are not shown as a whole."""
    content = table.part.text.content
    start, end = table.start, max(table.start, table.end)
    if content.find(b"exact", start, end) < 0 and content.find(b"vMerge", start, end) < 0:
        return {}
    w, element = table.part.w, table.element
    name = f"{{{w.namespace}}}"
    cells: dict[tuple[int, int], Visibility] = {}
    for number, row in enumerate(own_elements(element, f"{name}tr", element.tag)):
        height = row.find(f"{name}trPr/{name}trHeight")
        is_exact = height is not None and height.get(f"{name}hRule") == "exact"
        for index, cell in enumerate(own_elements(row, f"{name}tc", element.tag)):
            merged = cell.find(f"{name}tcPr/{name}vMerge")
            if merged is not None and merged.get(w.val, "continue") == "continue":
                cells[number, index] = Visibility.NONE
            elif is_exact:
                cells[number, index] = Visibility.CUT_OFF
    return cells
