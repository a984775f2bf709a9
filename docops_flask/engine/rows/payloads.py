"""Makes payloads of rows: objects by paths, lists of several lines or of further sheets (docs/batch.md)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.errors import echo
from docops_flask.engine.rows.cell_values import value_of
from docops_flask.engine.rows.columns import Column
from docops_flask.engine.rows.errors import RowFault
from docops_flask.engine.rows.table import Cell, Table, TableRow
from docops_flask.engine.template.payload_schema import ValueKind

_Path = tuple[str, ...]
_Key = tuple[str, ...]


class RowPayload(NamedTuple):
    """The payload of one document: ``number`` is that of its first line, ``lines`` how many lines it has.

    With ``faults`` its payload is not complete, and no document is to be made of it.
    """

    number: int
    payload: Mapping[str, Any]
    faults: Sequence[RowFault] = ()
    lines: int = 1


class ListSheet(NamedTuple):
    """A further sheet: the items of the list ``path``, found by the values of its link columns.

    ``links`` are the headers of these columns; ``by_key`` has the lines by their texts there.
    """

    name: str
    path: _Path
    columns: Sequence[Column]
    links: Sequence[str]
    by_key: Mapping[_Key, Sequence[TableRow]]


def list_sheet(table: Table, path: _Path, columns: Sequence[Column]) -> ListSheet:
    """Return a further sheet, read whole."""
    at = [index for index, each in enumerate(columns) if each.is_link]
    by_key: dict[_Key, list[TableRow]] = {}
    for row in table.rows:
        by_key.setdefault(_key(row, at), []).append(row)
    return ListSheet(table.name or "", path, columns, [columns[index].header for index in at], by_key)


class PayloadMaker:
    """Makes the payloads of a sheet, with the items of further sheets."""

    def __init__(self, columns: Sequence[Column], sheets: Sequence[ListSheet] = ()) -> None:
        self._columns = columns
        self._sheets = sheets
        self._places = {each.header: index for index, each in enumerate(columns)}
        # The columns of values of the payload itself, and those of items of lists by their depth.
        self._own = [
            index for index, each in enumerate(columns) if each.field is None or not each.field.lists
        ]
        self._of_lists = [
            index for index, each in enumerate(columns) if each.field is not None and each.field.lists
        ]
        self._used: dict[str, set[_Key]] = {each.name: set() for each in sheets}

    def payloads(self, rows: Iterable[TableRow]) -> Iterator[RowPayload]:
        """Yield the payload of each document; lines that go on with the one before belong to it."""
        group: list[TableRow] = []
        for row in rows:
            if group and self._goes_on(group[0], row):
                group.append(row)
                continue
            if group:
                yield self._payload(group)
            group = [row]
        if group:
            yield self._payload(group)

    def lines_without_row(self) -> Iterator[RowFault]:
        """Yield a fault for each line of a further sheet that no line of the sheet above has taken.

        Asked after all payloads were made.
        """
        for sheet in self._sheets:
            for key, rows in sheet.by_key.items():
                if key not in self._used[sheet.name]:
                    told = ", ".join(
                        f"{name} {echo(text)}" for name, text in zip(sheet.links, key, strict=True)
                    )
                    yield RowFault(
                        rows[0].number, None, f"No row has {told}; correct one of them.", sheet.name
                    )

    def _inside(self, path: _Path) -> Iterator[ListSheet]:
        """Yield the sheets whose items lie in those of the list ``path``, and in no list between."""
        for sheet in self._sheets:
            around = [each.path for each in self._sheets if each.path == sheet.path[: len(each.path)]]
            nearest = max((each for each in around if len(each) < len(sheet.path)), key=len, default=())
            if nearest == path:
                yield sheet

    def _goes_on(self, first: TableRow, row: TableRow) -> bool:
        """Say whether a line continues the document of ``first``: its other values are blank or the same."""
        if not self._of_lists or not any(_at(row, index) for index in self._of_lists):
            return False
        own = [index for index in self._own if self._columns[index].field is not None]
        return all(_at(row, index) is None or _shown(row, index) == _shown(first, index) for index in own)

    def _payload(self, group: Sequence[TableRow]) -> RowPayload:
        first = group[0]
        faults = [fault for row in group for fault in _faults(row, self._columns, None)]
        payload: dict[str, Any] = {}
        _put_values(payload, first, self._columns, self._own)
        _add_lines(payload, group, self._columns, self._of_lists)
        texts = {name: _shown(first, at) for name, at in self._places.items()}
        for sheet in self._inside(()):
            faults += self._add_sheet(payload, sheet, texts, ())
        return RowPayload(first.number, payload, faults, len(group))

    def _add_sheet(
        self, owner: dict[str, Any], sheet: ListSheet, texts: Mapping[str, str], inside: _Path
    ) -> list[RowFault]:
        """Put the items of ``sheet`` into ``owner``, the payload or an item.

        Links are compared with ``texts``.
        """
        key = tuple(_text_of(texts, name) for name in sheet.links)
        rows = sheet.by_key.get(key, ())
        self._used[sheet.name].add(key)
        faults: list[RowFault] = []
        items: list[dict[str, Any]] = []
        fields = [index for index, each in enumerate(sheet.columns) if each.field is not None]
        for row in rows:
            faults += _faults(row, sheet.columns, sheet.name)
            item: dict[str, Any] = {}
            for index in fields:
                field = sheet.columns[index].field
                if field is not None:
                    _put(item, field.path[len(sheet.path) :], _value(_at(row, index), field.kind))
            own = {each.header: _shown(row, index) for index, each in enumerate(sheet.columns)}
            for other in self._inside(sheet.path):
                faults += self._add_sheet(item, other, {**texts, **own}, sheet.path)
            items.append(item)
        _put(owner, sheet.path[len(inside) :], items)
        return faults


def _text_of(texts: Mapping[str, str], name: str) -> str:
    return texts.get(name, "")


def _add_lines(
    payload: dict[str, Any], group: Sequence[TableRow], columns: Sequence[Column], indexes: Sequence[int]
) -> None:
    """Add the items that the lines of one document have, each list at its own depth."""
    # The innermost item of each list so far, by the list's path.
    current: dict[_Path, dict[str, Any]] = {}
    lists = sorted({columns[index].field.list_path for index in indexes}, key=len)  # type: ignore[union-attr]
    texts: dict[_Path, list[str]] = {}
    for path in lists:
        if not any(len(other) < len(path) and path[: len(other)] == other for other in lists):
            # A list without an item is absent; its columns declare its name.
            _put(payload, path, None)
    for row in group:
        for path in lists:
            own = [index for index in indexes if columns[index].field.list_path == path]  # type: ignore[union-attr]
            deeper = [
                index
                for index in indexes
                if len(columns[index].field.list_path) > len(path)  # type: ignore[union-attr]
                and columns[index].field.list_path[: len(path)] == path  # type: ignore[union-attr]
            ]
            shown = [_shown(row, index) for index in own]
            has_more = any(_at(row, index) for index in deeper)
            if not any(shown) and not has_more:
                continue
            same = path in current and has_more and (not any(shown) or shown == texts[path])
            if same or (not any(shown) and path in current):
                continue
            item: dict[str, Any] = {}
            for index in own:
                field = columns[index].field
                if field is not None:
                    _put(item, field.path[len(path) :], _value(_at(row, index), field.kind))
            outer = next(
                (each for each in reversed(lists) if len(each) < len(path) and path[: len(each)] == each), ()
            )
            owner = current.get(outer, payload)
            _items(owner, path[len(outer) :]).append(item)
            current[path], texts[path] = item, shown
            for inner in [each for each in current if len(each) > len(path) and each[: len(path)] == path]:
                del current[inner]


def _items(owner: dict[str, Any], path: _Path) -> list[Any]:
    for name in path[:-1]:
        owner = owner.setdefault(name, {})
    items: list[Any] | None = owner.get(path[-1])
    if items is None:
        items = owner[path[-1]] = []
    return items


def _put_values(
    payload: dict[str, Any], row: TableRow, columns: Sequence[Column], indexes: Sequence[int]
) -> None:
    for index in indexes:
        field = columns[index].field
        if field is not None:
            _put(payload, field.path, _value(_at(row, index), field.kind))


def _value(cell: Cell | None, kind: ValueKind) -> Any:
    """Return the value of a cell; ``None`` for an empty one, whose column declares the name all the same."""
    return None if cell is None or cell.fault is not None else value_of(cell, kind)


def _put(owner: dict[str, Any], path: _Path, value: Any) -> None:
    for name in path[:-1]:
        owner = owner.setdefault(name, {})
    owner[path[-1]] = value


def _faults(row: TableRow, columns: Sequence[Column], sheet: str | None) -> Iterator[RowFault]:
    for index, cell in enumerate(row.cells):
        if cell is None:
            continue
        column = columns[index] if index < len(columns) else None
        if column is not None and column.field is None and column.header and not column.is_link:
            # A column that is left out may hold anything.
            continue
        if cell.fault is not None:
            yield RowFault(row.number, echo(column.header) if column is not None else None, cell.fault, sheet)
        elif column is not None and not column.header:
            fault = f"Column {index + 1} has no header; write one, or clear the column."
            yield RowFault(row.number, None, fault, sheet)


def _key(row: TableRow, indexes: Sequence[int]) -> _Key:
    return tuple(_shown(row, index) for index in indexes)


def _at(row: TableRow, index: int) -> Cell | None:
    return row.cells[index] if index < len(row.cells) else None


def _shown(row: TableRow, index: int) -> str:
    cell = _at(row, index)
    return "" if cell is None else cell.shown
