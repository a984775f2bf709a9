"""Entries about many copies of a block told together: what is the same in all, and what is not by columns.

The engine gives its log to the proof in this way; in the JSON each is an entry of its own.
"""

from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.integrity.json_members import LOG, malformed, member, value_as

Copies = tuple[tuple[int, int], ...]
_TEXTS = ("paragraph_path", "run_id", "field_name", "original_text", "suffix", "key")
_COLUMNS = ("new_text", "result", "payload")


class GroupedEntry(NamedTuple):
    """The entries about a placeholder in all copies of a group; members as those of ``Replacement``.

    ``texts`` are the values. Addresses in the result are ``heads`` with ``suffix`` behind them, paths of the
    payload ``items`` with ``key`` behind them.
    """

    paragraph_path: str
    run_id: str
    start: int
    end: int
    field_name: str
    original_text: str
    texts: Sequence[str]
    heads: Sequence[str]
    suffix: str
    items: Sequence[str]
    key: str


class CopyGroup(NamedTuple):
    """The entries about the same placeholders in ``copies``; each column has a value for each copy."""

    copies: Sequence[Copies]
    entries: Sequence[GroupedEntry]


def read_groups(replace_log: object) -> tuple[CopyGroup, ...]:
    """Return the groups of a log that was not read from a file.

    Raises ``InvalidArgument`` for the first that is malformed.
    """
    log: dict[str, Any] = value_as(dict, replace_log, LOG, "$")
    return tuple(_groups(log))


def _groups(log: dict[str, Any]) -> Iterator[CopyGroup]:
    for index, each in enumerate(log.get("groups", ())):
        path = f"$.groups[{index}]"
        group = value_as(dict, each, LOG, path)
        copies = member(group, "copies", list, LOG, path)
        entries = []
        for number, given in enumerate(member(group, "entries", list, LOG, path)):
            of_entry = f"{path}.entries[{number}]"
            entry = value_as(dict, given, LOG, of_entry)
            texts = {name: member(entry, name, str, LOG, of_entry) for name in _TEXTS}
            columns = [member(entry, name, list, LOG, of_entry) for name in _COLUMNS]
            for column in columns:
                if len(column) != len(copies) or set(map(type, column)) - {str}:
                    raise malformed(LOG, of_entry, list)
            entries.append(
                GroupedEntry(
                    texts["paragraph_path"],
                    texts["run_id"],
                    member(entry, "start", int, LOG, of_entry),
                    member(entry, "end", int, LOG, of_entry),
                    texts["field_name"],
                    texts["original_text"],
                    columns[0],
                    columns[1],
                    texts["suffix"],
                    columns[2],
                    texts["key"],
                )
            )
        yield CopyGroup(copies, entries)
