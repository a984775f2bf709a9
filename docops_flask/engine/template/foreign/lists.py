"""What tags mean beside others: lists marked by fields alone ([i] and [i+1], rows of [fields]), raw texts."""

import re
from collections.abc import Iterable, Mapping, Sequence

from docops_flask.engine.document.document import ParagraphPlace, TablePlace
from docops_flask.engine.template.foreign.pairs import Found, story_of
from docops_flask.engine.template.foreign.sections import read_poi_tl
from docops_flask.engine.template.foreign.table_cells import TableCells
from docops_flask.engine.template.foreign.tag import ForeignTag, Meant, left

_ROW_FIELD = re.compile(r"\[([^\[\]{}\n\t\ufffc]{1,64})\]")
_RAW = re.compile(r"\{%[-+]?\s*(raw|endraw)\b")
_Row = tuple[TablePlace, int]


def with_array_tags(paragraphs: Sequence[Found], places: Iterable[ParagraphPlace]) -> list[Found]:
    """Return tags of Carbone with a start before the first [i] of each array and an end at its [i+1]."""
    texts = _Texts(paragraphs, places)
    found: list[Found] = []
    open_in: dict[str, dict[tuple[str, ...], ParagraphPlace]] = {}
    closed_at: object = None
    for place, tags in paragraphs:
        own: list[ForeignTag] = []
        opened = open_in.setdefault(story_of(place.path), {})
        for tag in tags:
            if tag.meant is Meant.END and tag.name is not None and tag.name[-1].endswith("[i]"):
                if tag.name in opened:
                    closed_at = _line_of(place)
                    why = "" if texts.is_blank_but_for_tags(place, tags, tag) else "beside"
                    if (
                        why
                        and opened[tag.name] is not place
                        and _line_of(opened[tag.name]) == _line_of(place)
                    ):
                        why = "columns"
                    own += _ends(tag._replace(why=why), opened)
                elif closed_at is not None and closed_at == _line_of(place):
                    own.append(tag._replace(meant=Meant.NOTHING, name=None))
                else:
                    own.append(tag)
                continue
            for path in (tag.path, *(test.path for test in tag.tests)):
                for number, name in enumerate(path, 1):
                    array = path[:number]
                    if name.endswith("[i]") and array not in opened:
                        opened[array] = place
                        at = tag.start
                        own.append(ForeignTag(at, at, Meant.EACH, array, variable=array, name=array))
            own.append(tag)
        found.append(Found(place, own))
    return found


def _ends(tag: ForeignTag, opened: dict[tuple[str, ...], ParagraphPlace]) -> list[ForeignTag]:
    """Return the ends of the arrays inside the one that ``tag`` ends, and its own; these are open no more."""
    ended: list[tuple[str, ...]] = []
    while not ended or ended[-1] != tag.name:
        ended.append(opened.popitem()[0])
    at = tag.end
    if tag.name is not None and any(array[: len(tag.name)] != tag.name for array in ended):
        # Another array began in this one and goes on behind it.
        tag = tag._replace(why=tag.why or "apart")
    return [
        tag._replace(name=ended[0]),
        *(ForeignTag(at, at, Meant.END, name=array, why=tag.why) for array in ended[1:]),
    ]


def without_raw(paragraphs: Sequence[Found]) -> list[Found]:
    """Return tags of docxtpl; those between {% raw %} and {% endraw %}, which are text, are left."""
    found, is_raw = [], False
    for place, tags in paragraphs:
        own = []
        for tag in tags:
            statement = _RAW.match(place.reading.text[tag.start : tag.end].strip())
            is_end = statement is not None and statement[1] == "endraw"
            own.append(left(tag.start, tag.end, "of_block") if is_raw and not is_end else tag)
            is_raw = not is_end and (is_raw or statement is not None)
        found.append(Found(place, own))
    return found


def with_row_fields(paragraphs: Sequence[Found], places: Sequence[ParagraphPlace]) -> list[Found]:
    """Return tags of poi-tl with the fields in [ ] of rows, where a tag beside or above names their list."""
    rows = _rows_of(places)
    tags_of: dict[_Row, list[tuple[ParagraphPlace, ForeignTag]]] = {}
    for place, tags in paragraphs:
        if place.cell is not None:
            row = (place.cell.table, place.cell.row)
            tags_of.setdefault(row, []).extend((place, tag) for tag in tags)
    changed: dict[ParagraphPlace, list[ForeignTag]] = {place: list(tags) for place, tags in paragraphs}
    has_columns: set[TablePlace] = set()
    for (table, number), named in tags_of.items():
        if len(named) != 1 or not _names_list(named[0][1]):
            continue
        [(place, tag)] = named
        for row in ((table, number), (table, number + 1)):
            fields = [] if row in tags_of and row[1] != number else _row_fields(rows.get(row, ()))
            if not fields:
                continue
            below = row[1] + 1
            while (table, below) not in tags_of and (more := _row_fields(rows.get((table, below), ()))):
                fields += more
                below += 1
            extent = _extent(fields, has_columns)
            name = tag.path or (tag.proposed,)
            if extent is None or place.reading.text.startswith("$(", tag.end):
                # There are several rows or columns for an item.
                _replace(changed[place], tag, left(tag.start, tag.end, "columns", "_".join(name)))
                for each, field in fields:
                    changed.setdefault(each, []).append(left(field.start, field.end, "of_block"))
            else:
                named_list = ForeignTag(tag.start, tag.end, Meant.NOTHING, path=name, doubt="read_as_list")
                _replace(changed[place], tag, named_list)
                _add_list(changed, fields, name, extent)
            break
    return [Found(place, sorted(changed[place], key=_order)) for place in places if place in changed]


def _replace(tags: list[ForeignTag], tag: ForeignTag, other: ForeignTag) -> None:
    tags[tags.index(tag)] = other


def _names_list(tag: ForeignTag) -> bool:
    is_made = tag.meant is Meant.LEFT and tag.why == "made_by_program" and bool(tag.proposed)
    return is_made or (tag.meant is Meant.FIELD and bool(tag.path) and not tag.formats)


def _row_fields(places: Iterable[ParagraphPlace]) -> list[tuple[ParagraphPlace, ForeignTag]]:
    fields = []
    for place in places:
        for match in _ROW_FIELD.finditer(place.reading.text):
            tag = read_poi_tl(*match.span(), match[1].strip())
            if tag.meant is not Meant.FIELD or not tag.path or not tag.path[0][0].isdigit():
                fields.append((place, tag))
    return fields


def _add_list(
    changed: dict[ParagraphPlace, list[ForeignTag]],
    fields: Sequence[tuple[ParagraphPlace, ForeignTag]],
    name: tuple[str, ...],
    extent: str,
) -> None:
    first, last = fields[0][1].start, fields[-1][1].end
    start = ForeignTag(first, first, Meant.EACH, name, name=name, extent=extent)
    for place, tag in ((fields[0][0], start), *fields):
        changed.setdefault(place, []).append(tag)
    changed[fields[-1][0]].append(ForeignTag(last, last, Meant.END, name=name))


def _extent(fields: Sequence[tuple[ParagraphPlace, ForeignTag]], has_columns: set[TablePlace]) -> str | None:
    """Return what fields are: those of a row, or of a column, the first in its table; ``None`` for others."""
    cells = {place.cell for place, _ in fields if place.cell is not None}
    if len({cell.row for cell in cells}) == 1:
        return "ROW"
    place = next(iter(cells)).table
    if place in has_columns:
        return None
    has_columns.add(place)
    table = TableCells(place)
    covered = {table.columns(cell.row, cell.number) for cell in cells}
    return "COLUMN" if len(covered) == 1 and None not in covered else None


def _order(tag: ForeignTag) -> tuple[int, int]:
    # The sort is stable: what is added before and behind a tag stays there.
    return (tag.start, 0)


def _rows_of(places: Iterable[ParagraphPlace]) -> Mapping[_Row, list[ParagraphPlace]]:
    rows: dict[_Row, list[ParagraphPlace]] = {}
    for place in places:
        if place.cell is not None:
            rows.setdefault((place.cell.table, place.cell.row), []).append(place)
    return rows


def _line_of(place: ParagraphPlace) -> object:
    """Return the row that a paragraph stands in, or the paragraph."""
    return place if place.cell is None else (place.cell.table, place.cell.row)


class _Texts:
    """The texts of rows and paragraphs without their tags."""

    def __init__(self, paragraphs: Sequence[Found], places: Iterable[ParagraphPlace]) -> None:
        self._tags = dict(paragraphs)
        self._rows = _rows_of(places)

    def is_blank_but_for_tags(
        self, place: ParagraphPlace, tags: Sequence[ForeignTag], end: ForeignTag
    ) -> bool:
        """Say whether the line of an end holds nothing but tags of next items, or other tags stand before."""
        if any(tag.meant is not Meant.END for tag in tags if tag.start < end.start):
            # In the line of text in which the list began.
            return True
        line = [place] if place.cell is None else self._rows[place.cell.table, place.cell.row]
        return not any(_rest(each.reading.text, self._tags.get(each, ())) for each in line)


def _rest(text: str, tags: Iterable[ForeignTag]) -> str:
    at, pieces = 0, []
    for tag in tags:
        pieces.append(text[at : tag.start])
        at = tag.end if tag.meant is Meant.END else tag.start
    return "".join((*pieces, text[at:])).strip()
