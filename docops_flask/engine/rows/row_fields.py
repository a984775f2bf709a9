"""The values that rows can give to a template: their paths and kinds, and what a column may be called."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.skills.skill import Field, Skill
from docops_flask.engine.template.payload_schema import Entry, Scope, ValueKind

# A path through objects within objects is cut off here; tags have few names.
_MAX_NAMES = 20


class RowField(NamedTuple):
    """A value: ``path`` is its names from the payload inwards, ``kind`` what it is.

    ``lists`` are the lengths of the beginnings of ``path`` that are lists: (1,) for 采购项.品名. ``names``
    are what a header may be besides the path: the key, the placeholder, labels.
    """

    path: tuple[str, ...]
    kind: ValueKind
    lists: tuple[int, ...] = ()
    names: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The path as a template has it: 采购项.品名."""
        return ".".join(self.path)

    @property
    def list_path(self) -> tuple[str, ...]:
        """The path of the innermost list that it lies in; empty for a value of the payload itself."""
        return self.path[: self.lists[-1]] if self.lists else ()


def fields_of_scope(scope: Scope) -> list[RowField]:
    """Return the values that a template's tags ask for."""
    return list(_of_scope(scope, (), ()))


def _of_scope(scope: Scope, path: tuple[str, ...], lists: tuple[int, ...]) -> Iterator[RowField]:
    if len(path) > _MAX_NAMES:
        return
    for name, entry in scope.names.items():
        yield from _of_entry(entry, (*path, name), lists)


def _of_entry(entry: Entry, path: tuple[str, ...], lists: tuple[int, ...]) -> Iterator[RowField]:
    kind = entry.kind
    if kind is ValueKind.LIST and entry.items is not None:
        if entry.items.names:
            yield from _of_scope(entry.items, path, (*lists, len(path)))
        else:
            # Its items are texts.
            yield RowField(path, ValueKind.TEXTS, lists)
    elif kind is ValueKind.OBJECT and entry.members is not None:
        yield from _of_scope(entry.members, path, lists)
    else:
        yield RowField(path, kind, lists)


def fields_of_type(skill: Skill) -> list[RowField]:
    """Return the fields of a document type in template language 1."""
    return [_of_field(each) for each in skill.fields]


def _of_field(field: Field) -> RowField:
    kind = ValueKind.TEXTS if field.type == "list" else ValueKind.TEXT
    return RowField((field.key,), kind, (), (field.placeholder, field.label.zh, field.label.en))


def with_labels(fields: Sequence[RowField], labels: Mapping[str, Sequence[str]]) -> list[RowField]:
    """Return ``fields`` with what people call them, by the names that the template has in its brackets."""
    return [
        field._replace(names=(*field.names, *(label for name in own for label in labels[name])))
        for field in fields
        for own in [labels.keys() & {field.name, *field.names}]
    ]


def with_type(fields: Sequence[RowField], skill: Skill) -> list[RowField]:
    """Return a template's ``fields`` with the keys and labels of a document type in template language 2."""
    known = skill.placeholders()
    found = []
    for each in fields:
        field = known.get(each.path[0])
        if field is None:
            found.append(each)
            continue
        names = each.names
        if len(each.path) == 1:
            names = (*names, each.path[0], field.label.zh, field.label.en)
        found.append(each._replace(path=(field.key, *each.path[1:]), names=names))
    return found
