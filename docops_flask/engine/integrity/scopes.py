"""Where names are looked up in a payload, as the proof does it: in the item of a list, and nowhere else.

Of conditions and lists it tells what a block has to be (docs/templates.md, *Scopes and values*).
"""

import operator
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any, NamedTuple

from docops_flask.engine.integrity.block_claims import BlockEntry
from docops_flask.engine.integrity.control_tags import ControlTag, Path, control_tag, optional_picture
from docops_flask.engine.integrity.formats import read_date, read_number

Copies = tuple[tuple[int, int], ...]
_ORDERS: Mapping[str, Callable[[Any, Any], bool]] = {
    ">": operator.gt, "≥": operator.ge, "<": operator.lt, "≤": operator.le,
}  # fmt: skip


class Scope(NamedTuple):
    """The payload, or the ``number``-th (from 1) ``of`` so many items of a list, and its path."""

    value: Any
    path: str = "$"
    outer: "Scope | None" = None
    number: int = 0
    of: int = 0

    def up(self, count: int) -> "Scope | None":
        """Return the scope ``count`` lists further out."""
        scope: Scope | None = self
        for _ in range(count):
            scope = None if scope is None else scope.outer
        return scope

    def at(self, path: Path) -> tuple[Any, str]:
        """Return the value that a path leads to, ``None`` for none, and its path in the payload."""
        scope: Scope | None = self.up(path.up) if path.up else self
        while path.is_root and scope is not None and scope.outer is not None:
            scope = scope.outer
        if scope is None:
            return None, ""
        value = scope.value
        for name in path.names:
            is_object = type(value) is dict or isinstance(value, Mapping)
            value = value.get(name) if is_object else None
        return value, ".".join((scope.path, *path.names))


class Decided(NamedTuple):
    """What a payload makes of a block: the members of its entry."""

    status: str
    copies: int
    branch: str | None


class Scopes:
    """The scopes of the copies that a log tells of, for one payload."""

    def __init__(self, payload: Mapping[str, Any], entries: Sequence[BlockEntry]) -> None:
        self._entries = {(entry.number, entry.inside): entry for entry in entries}
        # Columns are repeated in rows that other blocks repeat, too: there they have no entries of their own.
        self._columns = {entry.number for entry in entries if entry.extent == "columns"}
        self._known: dict[Copies, Scope | None] = {(): Scope(payload)}
        self._lists: dict[tuple[Copies, int], tuple[Any, str] | None] = {}

    def of(self, copies: Copies) -> Scope | None:
        """Return the scope of a copy with those around; ``None`` where the payload has no such item."""
        if copies not in self._known:
            self._known[copies] = self._find(copies)
        return self._known[copies]

    def items_of(self, copies: Sequence[Copies]) -> tuple[list[Any], list[str]] | None:
        """Return the items that many copies stand for and their paths; ``None`` where one stands for none."""
        depths = set(map(len, copies))
        if len(depths) != 1 or 0 in depths:
            # They are not copies of one block.
            return None
        *around, last = zip(*copies, strict=True)
        blocks, numbers = zip(*last, strict=True)
        values: list[Any] = []
        paths: list[str] = []
        for (*outer, block), together in groupby(zip(*around, blocks, strict=True)):
            found = self._list_of(tuple(outer), block)
            own = numbers[len(paths) : len(paths) + len([*together])]
            if found is None or min(own) < 0 or max(own) >= len(found[0]):
                return None
            items, path = found
            values += map(items.__getitem__, own)
            paths += [f"{path}[{number}]" for number in own]
        return values, paths

    def _list_of(self, around: Copies, number: int) -> tuple[Any, str] | None:
        """Return the items of the list that a block stands for, and their path.

        ``None`` where it does not stand for the items of a list.
        """
        key = around, number
        if key not in self._lists:
            self._lists[key] = self._find_list(around, number)
        return self._lists[key]

    def _entry(self, number: int, around: Copies) -> BlockEntry | None:
        """Return the entry of a block for a copy; that of columns may be one for a copy further out."""
        entry = self._entries.get((number, around))
        while entry is None and around and number in self._columns:
            around = around[:-1]
            entry = self._entries.get((number, around))
        return entry

    def _find_list(self, around: Copies, number: int) -> tuple[Any, str] | None:
        outer, entry = self.of(around), self._entry(number, around)
        tag = None if entry is None else control_tag(entry.start.text[1:-1])
        if outer is None or entry is None or tag is None or tag.path is None:
            return None
        items, path = outer.at(tag.path)
        if entry.inside != around:
            begins_in = self.of(entry.inside)
            if begins_in is None:
                return None
            if tag.path.up or tag.path.is_root:
                items, path = begins_in.at(tag.path)
            elif items is None:
                # A row without a list has as many items that give nothing.
                items = [None] * entry.copies
            elif not _is_list(items) or len(items) != entry.copies:
                return None
        if tag.kind != "each" or entry.branch == "other" or not _is_list(items):
            return None
        return items, path

    def _find(self, copies: Copies) -> Scope | None:
        around, (number, copy) = copies[:-1], copies[-1]
        outer = self.of(around)
        entry = self._entry(number, around)
        if outer is None or entry is None:
            return None
        tag = control_tag(entry.start.text[1:-1])
        if tag is None or tag.kind != "each" or tag.path is None or entry.branch == "other":
            return outer
        found = self._list_of(around, number)
        if found is None or not 0 <= copy < len(found[0]):
            return None
        items, path = found
        return Scope(items[copy], f"{path}[{copy}]", outer, copy + 1, len(items))

    def decided(self, entry: BlockEntry) -> Decided | None:
        """Return what the payload makes of a block; ``None`` where it cannot be told."""
        scope = self.of(entry.inside)
        if entry.kind in ("picture", "document"):
            picture = optional_picture(entry.start.text[1:-1])
            if scope is None or picture is None or picture.path is None:
                return None
            is_given = scope.at(picture.path)[0] is not None
            return Decided("expanded", int(is_given), "main" if is_given else None)
        tag = control_tag(entry.start.text[1:-1])
        if scope is None or tag is None or not tag.begins:
            return None
        others = entry.dividers and [each for each in entry.dividers if _kind_of(each.text) == "else"]
        if tag.kind == "each" and tag.path is not None:
            value, _ = scope.at(tag.path)
            if value is None and not tag.is_optional and not others:
                return Decided("missing", 0, None)
            count = len(value) if _is_list(value) else 0
        else:
            count = int(_is_met(tag, scope) == (tag.kind == "if"))
        return Decided("expanded", count, "main" if count else "other" if others else None)


def _kind_of(text: str) -> str:
    tag = control_tag(text[1:-1])
    return "" if tag is None else tag.kind


def _is_met(tag: ControlTag, scope: Scope) -> bool:
    if tag.path is None:
        return scope.number == (1 if tag.copy == "首项" else scope.of)
    value, _ = scope.at(tag.path)
    return compares(value, tag.operator, tag.literals)


def compares(value: Any, compared: str | None, literals: Sequence[str]) -> bool:
    """Say whether a value is given, or compares as an author wrote."""
    if compared is None:
        if isinstance(value, str):
            return bool(value.strip())
        return value is not None and value is not False and not (_is_list(value) and not value)
    if value is None or _is_list(value) or isinstance(value, Mapping):
        return False
    if compared in ("=", "≠"):
        is_any = any(_equals(value, literal) for literal in literals)
        return is_any == (compared == "=")
    if isinstance(value, bool):
        return False
    pairs = (_pair(value, literal) for literal in literals)
    return any(pair is not None and _ORDERS[compared](*pair) for pair in pairs)


def _equals(value: str | int | Decimal | bool, literal: str) -> bool:
    if isinstance(value, bool):
        return literal.lower() in (("是", "true") if value else ("否", "false"))
    pair = _pair(value, literal)
    return str(value) == literal if pair is None else pair[0] == pair[1]


def _pair(value: str | int | Decimal, literal: str) -> tuple[Any, Any] | None:
    """Return two numbers, or two dates, that are to be compared."""
    one, other = read_number(value), read_number(literal) if literal == literal.strip() else None
    if one is not None and other is not None:
        return one, other
    dates = read_date(value), read_date(literal)
    return None if None in dates else dates


def _is_list(value: Any) -> bool:
    return type(value) is list or (isinstance(value, Sequence) and not isinstance(value, str))
