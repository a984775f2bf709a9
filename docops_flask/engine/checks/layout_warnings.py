"""Warnings about values that cannot be seen as they should, under every baseline.

What is looked at are paragraphs that filling changed. Nothing is laid out here: heights and widths are lower
bounds, so that a warning is about text that is certainly cut off.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from math import ceil
from typing import TYPE_CHECKING, NamedTuple

from lxml.etree import _Element

from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.checks.reasons import LAYOUT
from docops_flask.engine.document.document import (
    CellPlace,
    Document,
    ParagraphPlace,
    StoryKind,
    TablePlace,
    TextBox,
)
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.oxml.names import Vocabulary, is_wordprocessingml, namespace_of, vocabulary

if TYPE_CHECKING:
    from docops_flask.engine.checks.issue import Issue

CODES = ("VALUE_NOT_VISIBLE", "JUSTIFIED_LINE_BREAK")
_EMU_PER_TWIP = 635
# What lines, letters and their neighbours need at the least, as parts of the font size.
_LINE, _LETTER = 1.15, 0.4
# A line of which this part is hidden can still be read.
_TOLERATED = 0.5
_DEFAULT_HALF_POINTS = 20
# Word's own cell margins left and right, and insets of a text box (ECMA-376 part 1, 17.4.43; 20.1.2.1.1).
_CELL_MARGIN = 108
_INSET_SIDE, _INSET_TOP = 144, 72
# Patterns are strings, so re compiles them at first use.
_SUSPICIOUS_TABLE = rb"<(?:[^\s<>/:]+:)?(?:trHeight\b[^>]*exact|tcW\b[^>]*\bw=[\"'][0-9]{1,3}[\"'])"
_EXTENT = rb"<(?:[^\s<>/:]+:)?(?:extent|ext)\s[^>]*\bcx=[\"'](\d+)[\"'][^>]*\bcy=[\"'](\d+)[\"']"
_VML_STYLE = rb"\sstyle=[\"']([^\"'>]*)[\"']"
_VML_LENGTH = rb"(?:^|[;\s])%b\s*:\s*([0-9.]+)(pt|in|mm|cm|px)?"
_TWIPS_PER_UNIT = {b"pt": 20.0, b"in": 1440.0, b"mm": 1440 / 25.4, b"cm": 1440 / 2.54, b"px": 15.0, b"": 15.0}
_BODY = rb"<(?:[^\s<>/:]+:)?bodyPr\b([^>]*)>([^\0]{0,400})"
# What stands before a text box and says how large it is, in bytes.
_BEFORE_BOX = 8192


def layout_warnings(document: Document, filled: Observation) -> "list[Issue]":
    """Return warnings about the paragraphs of the runs that ``filled`` observes, after filling."""
    paragraphs = list(dict.fromkeys(run.paragraph for run in filled.places))
    return [
        *_below_exact_lines(filled),
        *_broken_justified_lines(document, paragraphs, filled),
        *_cut_cells(document, paragraphs, filled.cascade),
        *_cut_text_boxes(document, paragraphs, filled.cascade),
    ]


def _warning(code: str, message: str, place: ParagraphPlace) -> "Issue":
    # A spawned renderer loads this anew for each job, and warnings are rare.
    from docops_flask.engine.checks.issue import Finding, Issue

    return Issue(Finding(code=code, severity="warn", message=message, reason=LAYOUT), place.path)


def _below_exact_lines(filled: Observation) -> "Iterator[Issue]":
    known: dict[tuple[RunValues, ParagraphValues], str | None] = {}
    told: set[ParagraphPlace] = set()
    for run in filled.places:
        key = filled.runs[run.run_id], filled.paragraphs[run.paragraph.path]
        if key not in known:
            known[key] = _below_exact_line(*key)
        message = known[key]
        if message is not None and run.paragraph not in told and run.paragraph.now.text.strip():
            told.add(run.paragraph)
            yield _warning("VALUE_NOT_VISIBLE", message, run.paragraph)


def _below_exact_line(run: RunValues, paragraph: ParagraphValues) -> str | None:
    line, half_points = paragraph.line.value, run.size_half_points.value
    if paragraph.line_rule.value != "exact" or line is None:
        return None
    half_points = half_points or _DEFAULT_HALF_POINTS
    if line >= half_points * 10 * (1 - _TOLERATED / 2):
        return None
    return (
        f"The line height is exactly {line / 20:g} pt and the text {half_points / 2:g} pt: its upper part "
        "is cut off. Set the line height to at least the size of the text."
    )


def _broken_justified_lines(
    document: Document, paragraphs: Sequence[ParagraphPlace], filled: Observation
) -> "Iterator[Issue]":
    broken = [
        place
        for place in paragraphs
        if filled.paragraphs[place.path].alignment.value == "both" and place.adds_breaks
    ]
    if not broken or _keeps_broken_lines(document.related.root("settings")):
        return
    for place in broken:
        message = (
            "The value has several lines in a justified paragraph: Word stretches each line that ends in a "
            "break across the page. Align the paragraph left, or set \"Don't expand character spaces on a "
            'line that ends with SHIFT+RETURN" in the layout options of the template.'
        )
        yield _warning("JUSTIFIED_LINE_BREAK", message, place)


def _keeps_broken_lines(settings: _Element | None) -> bool:
    """Say whether w:doNotExpandShiftReturn is on (17.15.3.20)."""
    if settings is None or not is_wordprocessingml(settings.tag):
        return False
    namespace = namespace_of(settings.tag)
    found = settings.find(f"{{{namespace}}}compat/{{{namespace}}}doNotExpandShiftReturn")
    return found is not None and found.get(vocabulary(namespace).val) not in ("0", "false", "off")


class _Room(NamedTuple):
    """Where text is cut off: lengths in twips, ``None`` where it grows or nothing says."""

    width: int | None
    height: int | None


def _cut_cells(
    document: Document, paragraphs: Sequence[ParagraphPlace], cascade: Cascade
) -> "Iterator[Issue]":
    suspicious: dict[TablePlace, bool] = {}
    cells: dict[CellPlace, ParagraphPlace] = {}
    for place in paragraphs:
        if place.cell is None or place.cell in cells:
            continue
        table = place.cell.table
        if table not in suspicious:
            content = table.part.text.content
            suspicious[table] = re.search(_SUSPICIOUS_TABLE, content[table.start : table.end]) is not None
        if suspicious[table]:
            cells[place.cell] = place
    if not cells:
        return
    rooms = {table: _rooms(table) for table in suspicious if suspicious[table]}
    texts: dict[CellPlace, list[ParagraphPlace]] = {}
    for each in _all_paragraphs(document):
        if each.cell in cells:
            texts.setdefault(each.cell, []).append(each)
    for cell, place in cells.items():
        room = rooms[cell.table].get((cell.row, cell.number))
        name = f"{cell.table.path}.r{cell.row}.c{cell.number}"
        if room is not None:
            yield from _too_small(room, texts.get(cell, [place]), place, f"cell {name}", cascade)


def _all_paragraphs(document: Document) -> Iterator[ParagraphPlace]:
    for place in document.walk.paragraphs:
        yield place
        yield from place.mirrors


def _rooms(table: TablePlace) -> Mapping[tuple[int, int], _Room]:
    """Return the room of the cells that are narrow or of exact height, by row and number in the row."""
    w = table.part.w
    element = table.element
    margins = _margins(element.find(f"{w.tblPr}/{{{w.namespace}}}tblCellMar"), w)
    rooms: dict[tuple[int, int], _Room] = {}
    for number, row in enumerate(_own(element, f"{{{w.namespace}}}tr", element.tag)):
        height = row.find(f"{{{w.namespace}}}trPr/{{{w.namespace}}}trHeight")
        exact = None
        if height is not None and height.get(f"{{{w.namespace}}}hRule") == "exact":
            exact = _number(height.get(w.val))
        for index, cell in enumerate(_own(row, f"{{{w.namespace}}}tc", element.tag)):
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


def _own(element: _Element, tag: str, barrier: str) -> Iterator[_Element]:
    """Yield the rows or cells of ``element``, also those in content controls; not those of tables in it."""
    for child in element:
        if child.tag == tag:
            yield child
        elif isinstance(child.tag, str) and child.tag != barrier:
            yield from _own(child, tag, barrier)


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


def _cut_text_boxes(
    document: Document, paragraphs: Sequence[ParagraphPlace], cascade: Cascade
) -> "Iterator[Issue]":
    if not any(place.story is StoryKind.TEXTBOX for place in paragraphs):
        return
    wanted = set(paragraphs)
    for owner in _all_paragraphs(document):
        for box in owner.boxes:
            place = next((each for each in box.paragraphs if each in wanted), None)
            if place is None:
                continue
            room = _room_of_box(box, owner)
            texts = [each for each in box.paragraphs if each.cell is None]
            yield from _too_small(room, texts, place, "text box", cascade)


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


def _too_small(
    room: _Room, texts: Iterable[ParagraphPlace], place: ParagraphPlace, what: str, cascade: Cascade
) -> "Iterator[Issue]":
    """Yield a warning where ``texts``, one of them ``place``, do not go into ``room``."""
    size = _size(place, cascade)
    if room.width is not None and place.now.text.strip() and room.width < size * _LETTER:
        message = (
            f"The {what} is {max(room.width, 0) / 20:g} pt wide inside, narrower than a character of "
            f"{size / 20:g} pt. Make it wider."
        )
        yield _warning("VALUE_NOT_VISIBLE", message, place)
    if room.height is None:
        return
    needed, lines, last = 0.0, 0, 0.0
    for each in texts:
        count, last = _lines(each, room.width, cascade)
        needed += count * last
        lines += count
    if needed > room.height + _TOLERATED * last:
        shown = max(0, int((room.height + _TOLERATED * last) // last)) if last else 0
        message = (
            f"The {what} is exactly {max(room.height, 0) / 20:g} pt high inside, and its text has at least "
            f'{lines} lines: about {shown} of them can be seen. Make it higher, or let it grow ("at least").'
        )
        yield _warning("VALUE_NOT_VISIBLE", message, place)


def _size(place: ParagraphPlace, cascade: Cascade) -> int:
    """Return the font size of the first text of a paragraph in twips."""
    run = place.first_run_with_text()
    half_points = None
    if run is not None:
        half_points = cascade.of_run(run, cascade.of_paragraph(place)).size_half_points.value
    return 10 * (half_points or cascade.default_size_half_points or _DEFAULT_HALF_POINTS)


def _lines(place: ParagraphPlace, width: int | None, cascade: Cascade) -> tuple[int, float]:
    """Return how many lines a paragraph has at the least, and the height of one in twips."""
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
    return lines, pitch
