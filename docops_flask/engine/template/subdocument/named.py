"""The files that a payload names for documents, wherever their tags stand."""

from collections.abc import Iterator, Mapping, Sequence

from docops_flask.engine.template.conditions import Value, is_list
from docops_flask.engine.template.payload_schema import Entry, Scope, ValueKind


def files_named(payload: Mapping[str, Value], scope: Scope) -> set[str]:
    """Return the names of files in the values of ``payload`` that tags of documents ask for.

    ``scope`` are its names. A tag may stand where nothing is put in, or in a branch that is not taken.
    """
    return set(_in_object(payload, scope))


def _in_object(values: Mapping[str, Value], scope: Scope) -> Iterator[str]:
    for name, entry in scope.names.items():
        yield from _in_value(values.get(name), entry)


def _in_value(value: Value, entry: Entry) -> Iterator[str]:
    if any(use.kind is ValueKind.DOCUMENT for use in entry.uses):
        file = value.get("file") if isinstance(value, Mapping) else None
        if isinstance(file, str):
            yield file
    if entry.members is not None and isinstance(value, Mapping):
        yield from _in_object(value, entry.members)
    if entry.items is not None and is_list(value):
        yield from _in_items(value, entry.items)


def _in_items(items: Sequence[Value], scope: Scope) -> Iterator[str]:
    for item in items:
        if isinstance(item, Mapping):
            yield from _in_object(item, scope)
