"""What a template calls its fields: the text before a field, or the cell beside or above it."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from docops_flask.engine.document.document import Document, ParagraphPlace, TablePlace, read_together
from docops_flask.engine.template.scan import may_hold_bracket
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tag_scan import find_tags
from docops_flask.engine.template.tags import read_tag

MAX_LABEL = 40
MAX_CONTEXT = 60
# A heading is looked for in so many rows above a field, and a cell in so many columns to its left: the time
# stays linear.
_ROWS_ABOVE = 100
_COLUMNS_LEFT = 100
# What parts the words before a field from the sentence before.
_PARTS = re.compile("[，。；、！？,;!?\t\n]|  +|　+|[【】]")
_VALUES = (TagKind.FIELD, TagKind.CHECK, TagKind.PICTURE, TagKind.DOCUMENT)
_COLONS = ":：﹕"
_COLUMN = re.compile(r"\.c([0-9]+)\.p[0-9]+\Z")
_BRACKETED = re.compile("【[^【】]*】")


def field_labels(document: Document) -> dict[str, str]:
    """Return a label for the names that the tags of ``document`` begin with, where there is one.

    It is the text before the first tag with that name, up to a colon (``甲方：【甲方】``), else the text of
    the cell to the left, else that of the nearest cell above with text alone. At most ``MAX_LABEL``
    characters.
    """
    labels: dict[str, str] = {}
    cells = _Cells(document)
    for names, use in _uses(document):
        if names[0] not in labels and (label := _label_of(use, cells)) is not None:
            labels[names[0]] = label
    return labels


class FieldWords(NamedTuple):
    """What a template says around a field.

    ``label`` is as in ``field_labels``; ``before`` and ``after`` are the text on its sides in its paragraph,
    at most ``MAX_CONTEXT`` characters each, for tags that a value fills; ``format`` is the first format of
    its tag. Each is "" where there is none.
    """

    label: str
    before: str
    after: str
    format: str


def field_words(document: Document) -> dict[tuple[str, ...], FieldWords]:
    """Return what ``document`` says around the first tag of each path of names that is filled with a value.

    The label and the format are those of the first tag that has one.
    """
    words: dict[tuple[str, ...], FieldWords] = {}
    cells = _Cells(document)
    for names, use in _uses(document):
        known = words.get(names)
        if known is not None and known.label and known.format:
            continue
        form = use.tag.formats[0].name if use.tag.formats else ""
        if known is None:
            before, after = "", ""
            if use.tag.kind in _VALUES:
                before = use.text[max(use.first, use.start - MAX_CONTEXT) : use.start]
                after = use.text[use.end : min(use.last, use.end + MAX_CONTEXT)]
            label = _label_of(use, cells) or ""
            known = FieldWords(label, before, after, form)
        else:
            label = known.label or _label_of(use, cells) or ""
            known = known._replace(label=label, format=known.format or form)
        words[names] = known
    return words


class _Use(NamedTuple):
    """A tag in the text of its paragraph; ``before`` is what stands between it and the tag before.

    The text is white space up to ``first`` and from ``last`` on.
    """

    tag: Tag
    place: ParagraphPlace
    text: str
    start: int
    end: int
    before: str
    first: int
    last: int


class _Cells:
    """The texts of all cells of a document, read when they are first wanted."""

    __slots__ = ("_document", "_texts")

    def __init__(self, document: Document) -> None:
        self._document = document
        self._texts: Mapping[tuple[TablePlace, int], dict[int, str]] | None = None

    def texts(self) -> Mapping[tuple[TablePlace, int], dict[int, str]]:
        """Return them by table and row, there by grid column."""
        if self._texts is None:
            self._texts = _cells(self._document)
        return self._texts


def _uses(document: Document) -> Iterator[tuple[tuple[str, ...], _Use]]:
    """Yield the names of each tag with a path, and the tag, in document order."""
    wanted = [place for place in document.walk.paragraphs if may_hold_bracket(place)]
    read_together(wanted)
    for place in wanted:
        text, end = place.reading.text, 0
        first, last = len(text) - len(text.lstrip()), len(text.rstrip())
        for found in find_tags(text):
            before, end = text[end : found.start], found.end
            tag = read_tag(found.name)
            if isinstance(tag, Tag) and tag.path is not None and tag.path.names:
                yield tag.path.names, _Use(tag, place, text, found.start, found.end, before, first, last)


def _label_of(use: _Use, cells: _Cells) -> str | None:
    label = _before_colon(use.before)
    # A cell beside the start of a block tells of what is in it.
    if label is None and use.place.cell is not None and use.tag.kind in _VALUES:
        label = _beside(use.place, cells.texts())
    return label


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
    own = cells[table, number]
    left = range(column - 1, max(-1, column - 1 - _COLUMNS_LEFT), -1)
    nearest = next((each for each in left if each in own), None)
    if nearest is not None:
        yield own[nearest]
    for row in range(number - 1, max(-1, number - 1 - _ROWS_ABOVE), -1):
        yield cells.get((table, row), {}).get(column, "")
