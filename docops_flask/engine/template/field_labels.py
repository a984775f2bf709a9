"""What a template calls its fields: the text before a field, or the cell beside or above it."""

import re
from collections.abc import Iterator, Mapping

from docops_flask.engine.document.document import Document, ParagraphPlace, TablePlace, read_together
from docops_flask.engine.template.scan import may_hold_bracket
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tag_scan import find_tags
from docops_flask.engine.template.tags import read_tag

MAX_LABEL = 40
# What parts the words before a field from the sentence before.
_PARTS = re.compile("[，。；、！？,;!?\t\n]|  +|　+|[【】]")
_VALUES = (TagKind.FIELD, TagKind.CHECK, TagKind.PICTURE)
_COLONS = ":：﹕"
_COLUMN = re.compile(r"\.c([0-9]+)\.p[0-9]+\Z")
_BRACKETED = re.compile("【[^【】]*】")


def field_labels(document: Document) -> dict[str, str]:
    """Return a label for the names that the tags of ``document`` begin with, where there is one.

    It is the text before the first tag with that name, up to a colon (``甲方：【甲方】``), else the text of
    the cell to the left, else that of the nearest cell above with text alone. At most ``MAX_LABEL``
    characters.
    """
    wanted = [place for place in document.walk.paragraphs if may_hold_bracket(place)]
    read_together(wanted)
    labels: dict[str, str] = {}
    cells: Mapping[tuple[TablePlace, int], dict[int, str]] | None = None
    for place in wanted:
        text, end = place.reading.text, 0
        for found in find_tags(text):
            before, end = text[end : found.start], found.end
            tag = read_tag(found.name)
            if not isinstance(tag, Tag) or tag.path is None or not tag.path.names:
                continue
            name = tag.path.names[0]
            if name in labels:
                continue
            label = _before_colon(before)
            # A cell beside the start of a block tells of what is in it.
            if label is None and place.cell is not None and tag.kind in _VALUES:
                if cells is None:
                    cells = _cells(document)
                label = _beside(place, cells)
            if label is not None:
                labels[name] = label
    return labels


def _before_colon(text: str) -> str | None:
    """Return the words before the colon that ``text`` ends with."""
    words = text.rstrip()
    if not words or words[-1] not in _COLONS:
        return None
    return _label(_PARTS.split(words.rstrip(_COLONS + " \u3000"))[-1])


def _label(text: str) -> str | None:
    """Return ``text`` as a label: one line with a letter in it and no tag, not too long."""
    label = " ".join(text.split()).strip(_COLONS + " \u3000")
    is_label = any(map(str.isalpha, label)) and not _BRACKETED.search(label)
    return label if is_label and len(label) <= MAX_LABEL else None


def _cells(document: Document) -> dict[tuple[TablePlace, int], dict[int, str]]:
    """Return the texts of all cells by table and row, there by grid column."""
    cells: dict[tuple[TablePlace, int], dict[int, str]] = {}
    for place in document.walk.paragraphs:
        column = _COLUMN.search(place.path)
        if place.cell is not None and column is not None:
            row = cells.setdefault((place.cell.table, place.cell.row), {})
            text = place.reading.text.strip()
            row[int(column[1])] = " ".join(filter(None, (row.get(int(column[1])), text)))
    return cells


def _beside(place: ParagraphPlace, cells: Mapping[tuple[TablePlace, int], Mapping[int, str]]) -> str | None:
    """Return the label in the cell to the left of a paragraph's, or in a cell above."""
    column = _COLUMN.search(place.path)
    if place.cell is None or column is None:
        return None
    return next(filter(None, map(_label, _candidates(place, int(column[1]), cells))), None)


def _candidates(
    place: ParagraphPlace, column: int, cells: Mapping[tuple[TablePlace, int], Mapping[int, str]]
) -> Iterator[str]:
    """Yield the text of the nearest cell to the left, then those of the cells above, the nearest first."""
    assert place.cell is not None
    table, number = place.cell.table, place.cell.row
    left = [each for each in cells[table, number] if each < column]
    if left:
        yield cells[table, number][max(left)]
    for row in range(number - 1, -1, -1):
        yield cells.get((table, row), {}).get(column, "")
