"""Whether the entries of groups say what the payload makes of the copies, compared by columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from docops_flask.engine.integrity.claims import Replacement
from docops_flask.engine.integrity.copy_groups import CopyGroup
from docops_flask.engine.integrity.scopes import Scope, Scopes
from docops_flask.engine.integrity.ungrouped_claims import entry_of

# Says whether an entry is what a scope makes it.
Check = Callable[[Replacement, Scope], bool]
# Returns the name that a placeholder asks an item for, ``None`` where it asks for something else.
NameOf = Callable[[str], str | None]


def wrong_entries(
    group: CopyGroup, scopes: Scopes, name_of: NameOf, check: Check, keys: Mapping[str, str]
) -> Iterator[int]:
    """Yield the number of the copy of each entry of a group that is not what the payload makes it.

    ``keys`` are the payload's keys for names of fields where a document type has others.
    """
    known = None if keys else scopes.items_of(group.copies)
    for entry in group.entries:
        name = name_of(entry.original_text)
        if name is not None and known is not None and entry.key == f".{name}":
            items, paths = known
            # Two lists of equal texts: no text equals a value of another kind.
            if (
                _members(items, name) == entry.texts
                and entry.items == paths
                and "\r" not in "".join(entry.texts)
            ):
                continue
        for number, copies in enumerate(group.copies):
            scope = scopes.of(copies)
            if scope is None or not check(entry_of(entry, copies, number, -1), scope):
                yield number


def _members(items: Sequence[Any], name: str) -> Sequence[Any]:
    """Return the members ``name`` of items that are objects; ``None`` stands for those without."""
    if set(map(type, items)) == {dict}:
        try:
            return [*map(itemgetter(name), items)]
        except KeyError:
            return [item.get(name) for item in items]
    return [item.get(name) if type(item) is dict else None for item in items]
