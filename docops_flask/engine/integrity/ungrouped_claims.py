"""Entries that a log tells together as those of their own that they stand for."""

from docops_flask.engine.integrity.claims import Claims, Replacement
from docops_flask.engine.integrity.copy_groups import Copies, GroupedEntry


def ungrouped(claims: Claims) -> Claims:
    """Return ``claims`` with an entry of its own for each copy; their places are behind the others."""
    replacements = [*claims.replacements]
    place = max((each.place for each in replacements), default=-1)
    for copies, entries in claims.groups:
        for number, copy in enumerate(copies):
            for entry in entries:
                place += 1
                replacements.append(entry_of(entry, copy, number, place))
    return claims._replace(replacements=tuple(replacements), groups=())


def entry_of(entry: GroupedEntry, copy: Copies, number: int, place: int) -> Replacement:
    """Return the entry about copy number ``number`` of a group."""
    return Replacement(
        place,
        entry.paragraph_path,
        entry.run_id,
        entry.start,
        entry.end,
        entry.field_name,
        entry.original_text,
        entry.texts[number],
        copy=copy,
        result_path=entry.heads[number] + entry.suffix,
        payload_path=entry.items[number] + entry.key,
    )
