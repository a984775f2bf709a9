"""What a document type for a template has to know: its fields, as the template uses them."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from docops_flask.engine.document.document import Document
from docops_flask.engine.template.field_labels import field_labels
from docops_flask.engine.template.json_schema import sample_payload
from docops_flask.engine.template.payload_schema import Entry, Scope, ValueKind
from docops_flask.engine.template.tag_meaning import TagMeanings


class TypeField(NamedTuple):
    """A name of a template's payload.

    ``label`` is what the template calls it, ``None`` where nothing tells. ``sample`` is a value that fits;
    ``members`` are the names in an object or in the items of a list, ``literals`` what it is compared with.
    ``is_undeclared`` says that it is text as long as no document type and no payload has the name.
    """

    name: str
    kind: ValueKind
    is_required: bool
    label: str | None
    sample: Any
    members: tuple[str, ...]
    literals: tuple[str, ...]
    is_undeclared: bool


def type_fields(document: Document, meanings: TagMeanings, undeclared: Collection[str]) -> list[TypeField]:
    """Return the fields of a template in the order of their first use.

    ``meanings`` are those with all names declared; ``undeclared`` are the names that only that makes fields.
    """
    scope = meanings.shape.root
    return list(_fields(scope, field_labels(document), sample_payload(scope), undeclared))


def _fields(
    scope: Scope, labels: Mapping[str, str], samples: Mapping[str, Any], undeclared: Collection[str]
) -> Iterator[TypeField]:
    for name, entry in scope.names.items():
        yield TypeField(
            name,
            entry.kind,
            entry.is_required,
            labels.get(name),
            samples[name],
            tuple(_members(entry)),
            tuple(dict.fromkeys(text for use in entry.uses for text in use.tag.tag.literals)),
            name in undeclared,
        )


def _members(entry: Entry) -> Iterable[str]:
    inner = entry.items if entry.kind is ValueKind.LIST else entry.members
    return () if inner is None else inner.names
