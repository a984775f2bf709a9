"""Values in cells, frames and text boxes that are too small for them (``layout_warnings``).

Nothing is laid out: heights and widths are lower bounds.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from functools import cached_property
from math import ceil
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.document import CellPlace, Document, ParagraphPlace, TablePlace, TextBox
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.oxml.names import Vocabulary

_EMU_PER_TWIP = 635
# What lines, letters and their neighbours need at the least, as parts of the font size.
_LINE, _LETTER = 1.15, 0.4
# A line of which this part is hidden can still be read.
_TOLERATED = 0.5
_DEFAULT_HALF_POINTS = 20
# Word's own cell margins left and right, and insets of a text box (ECMA-376 part 1, 17.4.43; 20.1.2.1.1).
_CELL_MARGIN = 108
_INSET_SIDE, _INSET_TOP = 144, 72
_EXTENT = rb"<(?:[^\s<>/:]+:)?(?:extent|ext)\s[^>]*\bcx=[\"'](\d+)[\"'][^>]*\bcy=[\"'](\d+)[\"']"
_VML_STYLE = rb"\sstyle=[\"']([^\"'>]*)[\"']"
_VML_LENGTH = rb"(?:^|[;\s])%b\s*:\s*([0-9.]+)(pt|in|mm|cm|px)?"
_TWIPS_PER_UNIT = {b"pt": 20.0, b"in": 1440.0, b"mm": 1440 / 25.4, b"cm": 1440 / 2.54, b"px": 15.0, b"": 15.0}
_BODY = rb"<(?:[^\s<>/:]+:)?bodyPr\b([^>]*)>([^\0]{0,400})"
# What stands before a text box and says how large it is, in bytes.
_BEFORE_BOX = 8192
# The path of a cell that holds a table: those of its table, row and cell.
_OUTER = r"(.*)\.r([0-9]+)\.c([0-9]+)\.t[0-9]+"


class _Room(NamedTuple):
    """Where text is cut off: lengths in twips, ``None`` where it grows or nothing says."""

    width: int | None
    height: int | None


class _Lines(NamedTuple):
    """Lines of a text: how many at the least, and the height of one in twips."""

    number: int
    pitch: float


# A value that is cut off: a paragraph of it, and what to tell.
Cut = tuple[ParagraphPlace, str]


class Frames:
    """Tells in which frames paragraphs lie (w:framePr, ECMA-376 part 1, 17.3.1.11)."""

    def __init__(self, cascade: Cascade) -> None:
        self._cascade = cascade
        self._of_styles: dict[str, Mapping[str, str] | None] = {}

    def of(self, place: ParagraphPlace) -> Mapping[str, str] | None:
        """Return the attributes of the frame that a paragraph lies in, its own or that of its style."""
        w = place.part.w
        own = place.element.find(f"{w.pPr}/{{{w.namespace}}}framePr")
        if own is not None:
            return _plain(own)
        style_id = self._cascade.of_paragraph(place).style_id
        return self._cascade.styles.inherited(style_id, self._of_styles, self._of_style)

    def _of_style(self, style_id: str) -> Mapping[str, str] | None:
        style = self._cascade.styles.element(style_id)
        found = None if style is None else style.find("{*}pPr/{*}framePr")
        return None if found is None else _plain(found)


class CutOff:
    """Finds those of ``paragraphs``, which filling changed, that are cut off in what holds them."""

    def __init__(self, document: Document, paragraphs: Sequence[ParagraphPlace], cascade: Cascade) -> None:
        self._document = document
        self._paragraphs = paragraphs
        self._cascade = cascade
        self._rooms: dict[TablePlace, Mapping[tuple[int, int], _Room]] = {}
        self._measured: dict[CellPlace, list[_Lines]] = {}
        self._frames = Frames(cascade)

    def cells(self, tables: AbstractSet[TablePlace]) -> Iterator[Cut]:
        """Yield what is cut off in cells of ``tables``, and of the tables around them."""
        told: dict[CellPlace, ParagraphPlace] = {}
        for place in self._paragraphs:
            cell = place.cell
            if cell is not None and cell.table in tables:
                for each in (cell, *self._around(cell)):
                    told.setdefault(each, place)
        for cell, place in told.items():
            room = self._room(cell)
            if room is not None:
                name = f"cell {cell.table.path}.r{cell.row}.c{cell.number}"
                # How narrow a cell is says nothing of the tables in it.
                own = room if place.cell == cell else room._replace(width=None)
                yield from self._too_small(own, self._lines_of_cell(cell), place, name)

    def frames(self) -> Iterator[Cut]:
        """Yield what is cut off in frames of exact height (w:framePr, ECMA-376 part 1, 17.3.1.11)."""
        changed = set(self._paragraphs)
        for frame, places in self._framed():
            place = next((each for each in places if each in changed), None)
            if place is not None:
                lines = [_lines(each, frame.width, self._cascade) for each in places]
                yield from self._too_small(frame, lines, place, "frame")

    def text_boxes(self) -> Iterator[Cut]:
        """Yield what is cut off in text boxes."""
        changed = set(self._paragraphs)
        for owner in self._all:
            for box in owner.boxes:
                place = next((each for each in box.paragraphs if each in changed), None)
                if place is not None:
                    room = _room_of_box(box, owner)
                    texts = [each for each in box.paragraphs if each.cell is None]
                    lines = [_lines(each, room.width, self._cascade) for each in texts]
                    yield from self._too_small(room, lines, place, "text box")

    @cached_property
    def _all(self) -> list[ParagraphPlace]:
        return [each for place in self._document.walk.paragraphs for each in (place, *place.mirrors)]

    @cached_property
    def _by_cell(self) -> Mapping[CellPlace, list[ParagraphPlace]]:
        by_cell: dict[CellPlace, list[ParagraphPlace]] = {}
        for each in self._all:
            if each.cell is not None:
                by_cell.setdefault(each.cell, []).append(each)
        return by_cell

    @cached_property
    def _tables(self) -> Mapping[str, TablePlace]:
        return {table.path: table for table in self._document.walk.tables}

    @cached_property
    def _rows_inside(self) -> Mapping[CellPlace, dict[tuple[TablePlace, int], set[CellPlace]]]:
        """The rows of the tables in each cell, with their cells."""
        inside: dict[CellPlace, dict[tuple[TablePlace, int], set[CellPlace]]] = {}
        for cell in self._by_cell:
            inner = cell
            for outer in self._around(cell):
                rows = inside.setdefault(outer, {})
                cells = rows.setdefault((inner.table, inner.row), set())
                if inner in cells:
                    break
                cells.add(inner)
                inner = outer
        return inside

    def _around(self, cell: CellPlace) -> Iterator[CellPlace]:
        """Yield the cells around the table of ``cell``, the innermost first."""
        while cell.table.depth:
            match = re.fullmatch(_OUTER, cell.table.path)
            table = None if match is None else self._tables.get(match[1])
            if match is None or table is None:
                return
            cell = CellPlace(table, int(match[2]), int(match[3]))
            yield cell

    def _room(self, cell: CellPlace) -> _Room | None:
        table = cell.table
        if table not in self._rooms:
            self._rooms[table] = _rooms(table)
        return self._rooms[table].get((cell.row, cell.number))

    def _lines_of_cell(self, cell: CellPlace) -> list[_Lines]:
        """Return the lines of a cell; of each row of the tables in it those of its highest cell."""
        if cell not in self._measured:
            room = self._room(cell)
            width = None if room is None else room.width
            lines = [_lines(each, width, self._cascade) for each in self._by_cell.get(cell, ())]
            for cells in self._rows_inside.get(cell, {}).values():
                lines += max(map(self._lines_of_cell, cells), key=_height)
            self._measured[cell] = lines
        return self._measured[cell]

    def _framed(self) -> Iterator[tuple[_Room, list[ParagraphPlace]]]:
        """Yield each frame of exact height with its paragraphs: those with the same frame in a row."""
        frame: Mapping[str, str] | None = None
        places: list[ParagraphPlace] = []
        for place in self._all:
            frame_here = self._frames.of(place)
            if frame_here != frame:
                if frame is not None and frame.get("hRule") == "exact":
                    yield _room_of_frame(frame), places
                frame, places = frame_here, []
            places.append(place)
        if frame is not None and frame.get("hRule") == "exact":
            yield _room_of_frame(frame), places

    def _too_small(
        self, room: _Room, lines: Sequence[_Lines], place: ParagraphPlace, what: str
    ) -> Iterator[Cut]:
        """Yield what to tell where ``lines``, among them those of ``place``, do not go into ``room``."""
        size = _size(place, self._cascade)
        if room.width is not None and place.now.text.strip() and room.width < size * _LETTER:
            yield (
                place,
                f"The {what} is {max(room.width, 0) / 20:g} pt wide inside, narrower than a character of "
                f"{size / 20:g} pt. Make it wider.",
            )
        if room.height is None or not lines:
            return
        last = lines[-1].pitch
        hidden = _TOLERATED * last
        if _height(lines) > room.height + hidden:
            shown = max(0, int((room.height + hidden) // last)) if last else 0
            yield (
                place,
                f"The {what} is exactly {max(room.height, 0) / 20:g} pt high inside, and its text has at "
                f"least {sum(each.number for each in lines)} lines: about {shown} of them can be seen. Make "
                'it higher, or let it grow ("at least").',
            )


def _height(lines: Iterable[_Lines]) -> float:
    return sum(each.number * each.pitch for each in lines)


def _plain(element: _Element) -> Mapping[str, str]:
    """Return the attributes of an element by their local names."""
    return {str(name).rpartition("}")[2]: str(value) for name, value in element.attrib.items()}


def _room_of_frame(frame: Mapping[str, str]) -> _Room:
    return _Room(_number(frame.get("w")), _number(frame.get("h")))


def _rooms(table: TablePlace) -> Mapping[tuple[int, int], _Room]:
    """Return the room of the cells that are narrow or of exact height, by row and number in the row."""
    w = table.part.w
    element = table.element
    margins = _margins(element.find(f"{w.tblPr}/{{{w.namespace}}}tblCellMar"), w)
    rooms: dict[tuple[int, int], _Room] = {}
    for number, row in enumerate(own_elements(element, f"{{{w.namespace}}}tr", element.tag)):
        height = row.find(f"{{{w.namespace}}}trPr/{{{w.namespace}}}trHeight")
        exact = None
        if height is not None and height.get(f"{{{w.namespace}}}hRule") == "exact":
            exact = _number(height.get(w.val))
        for index, cell in enumerate(own_elements(row, f"{{{w.namespace}}}tc", element.tag)):
            own = _margins(cell.find(f"{{{w.namespace}}}tcPr/{{{w.namespace}}}tcMar"), w)
            sides = {**margins, **own}
            stated = cell.find(f"{{{w.namespace}}}tcPr/{{{w.namespace}}}tcW")
            width = None
            if stated is not None and stated.get(f"{{{w.namespace}}}type", "dxa") == "dxa":
                width = _number(stated.get(f"{{{w.namespace}}}w"))
            beside = sides.get("left", _CELL_MARGIN) + sides.get("right", _CELL_MARGIN)
            rooms[number, index] = _Room(
                None if not width else width - beside,
                None if exact is None else exact - sides.get("top", 0) - sides.get("bottom", 0),
            )
    return rooms


def own_elements(element: _Element, tag: str, barrier: str) -> Iterator[_Element]:
    """Yield the rows or cells (``tag``) of ``element``, also those in content controls.

    Those of tables in it, elements of the name ``barrier``, are left out.
    """
    for child in element:
        if child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag != barrier:
            yield from own_elements(child, tag, barrier)


def _margins(element: _Element | None, w: Vocabulary) -> dict[str, int]:
    found: dict[str, int] = {}
    for child in () if element is None else element:
        side = str(child.tag).rpartition("}")[2]
        width = _number(child.get(f"{{{w.namespace}}}w"))
        if width is not None:
            found[{"start": "left", "end": "right"}.get(side, side)] = width
    return found


def _number(text: str | None) -> int | None:
    return int(text) if text is not None and re.fullmatch("[0-9]{1,6}", text) else None


def _room_of_box(box: TextBox, owner: ParagraphPlace) -> _Room:
    content = owner.part.text.content
    first = max(owner.content, box.branch, box.start - _BEFORE_BOX)
    before = content[first : box.start]
    body = re.search(_BODY, content[box.end : box.end + _BEFORE_BOX])
    extents = re.findall(_EXTENT, before)
    if extents:
        if body is not None and re.search(rb"<[^<>]*(?:spAutoFit|normAutofit)", body[2].partition(b"</")[0]):
            return _Room(None, None)
        width, height = (int(each) // _EMU_PER_TWIP for each in extents[-1])
        stated = b"" if body is None else body[1]
        return _Room(
            width - _inset(stated, b"lIns", _INSET_SIDE) - _inset(stated, b"rIns", _INSET_SIDE),
            height - _inset(stated, b"tIns", _INSET_TOP) - _inset(stated, b"bIns", _INSET_TOP),
        )
    styles = re.findall(_VML_STYLE, before)
    if any(b"mso-fit-shape-to-text" in style.replace(b" ", b"") for style in styles[-2:]):
        return _Room(None, None)
    for style in reversed(styles):
        width_found, height_found = _vml_length(style, b"width"), _vml_length(style, b"height")
        if width_found and height_found:
            return _Room(width_found - 2 * _INSET_SIDE, height_found - 2 * _INSET_TOP)
    return _Room(None, None)


def _inset(attributes: bytes, name: bytes, default: int) -> int:
    match = re.search(rb"\b%b=[\"'](\d+)[\"']" % name, attributes)
    return default if match is None else int(match[1]) // _EMU_PER_TWIP


def _vml_length(style: bytes, name: bytes) -> int | None:
    match = re.search(_VML_LENGTH % name, style)
    return None if match is None else round(float(match[1]) * _TWIPS_PER_UNIT[match[2] or b""])


def _size(place: ParagraphPlace, cascade: Cascade) -> int:
    """Return the font size of the first text of a paragraph in twips."""
    run = place.first_run_with_text()
    half_points = None
    if run is not None:
        half_points = cascade.of_run(run, cascade.of_paragraph(place)).size_half_points.value
    return 10 * (half_points or cascade.default_size_half_points or _DEFAULT_HALF_POINTS)


def _lines(place: ParagraphPlace, width: int | None, cascade: Cascade) -> _Lines:
    """Return the lines that a paragraph has at the least."""
    values, size = cascade.of_paragraph(place), _size(place, cascade)
    line, rule = values.line.value, values.line_rule.value or "auto"
    if rule == "exact" and line is not None:
        pitch = float(line)
    elif rule == "atLeast" and line is not None:
        pitch = max(float(line), size * _LINE)
    else:
        pitch = size * _LINE * (240 if line is None else line) / 240
    lines = 0
    for text in place.now.text.split("\n"):
        wide = sum(1 for character in text if "\u2e80" <= character <= "\uffdc")
        length = size * (wide + _LETTER * (len(text) - wide))
        lines += 1 if width is None or width <= 0 else max(1, ceil(length / width - 1))
    return _Lines(lines, pitch)
