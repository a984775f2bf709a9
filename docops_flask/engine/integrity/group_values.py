"""Whether the entries of groups say what the payload makes of the copies, compared by columns."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter, itemgetter
from typing import Any

from docops_flask.engine.integrity.claims import Replacement
from docops_flask.engine.integrity.copy_groups import CopyGroup
from docops_flask.engine.integrity.scopes import Copies, Scope
from docops_flask.engine.integrity.ungrouped_claims import entry_of

# Says whether an entry is what a scope makes it.
Check = Callable[[Replacement, Scope], bool]
# Returns the name that a placeholder asks an item for, ``None`` where it asks for something else.
NameOf = Callable[[str], str | None]


def wrong_entries(
    group: CopyGroup,
    scopes_of: Callable[[Sequence[Copies]], list[Scope | None]],
    name_of: NameOf,
    check: Check,
    keys: Mapping[str, str],
) -> Iterator[int]:
    """Yield the number of the copy of each entry of a group that is not what the payload makes it.

    ``keys`` are the payload's keys for names of fields where a document type has others.
    """
    scopes = scopes_of(group.copies)
    known = [scope for scope in scopes if scope is not None]
    paths = [*map(_path, known)] if len(known) == len(scopes) and not keys else None
    for entry in group.entries:
        name = name_of(entry.original_text)
        if name is not None and paths is not None and entry.key == f".{name}":
            values = _members(known, name)
            # Two lists of equal texts: no text equals a value of another kind.
            if values == entry.texts and entry.items == paths and "\r" not in "".join(entry.texts):
                continue
        for number, (copies, scope) in enumerate(zip(group.copies, scopes, strict=True)):
            if scope is None or not check(entry_of(entry, copies, number, -1), scope):
                yield number


_value, _path = attrgetter("value"), attrgetter("path")


def _members(scopes: Sequence[Scope], name: str) -> Sequence[Any]:
    """Return the members ``name`` of items that are objects; ``None`` stands for those without."""
    items = [*map(_value, scopes)]
    if set(map(type, items)) == {dict}:
        try:
            return [*map(itemgetter(name), items)]
        except KeyError:
            return [item.get(name) for item in items]
    return [item.get(name) if type(item) is dict else None for item in items]
