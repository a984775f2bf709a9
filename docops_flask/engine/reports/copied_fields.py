"""What is missing in a template with blocks: paths with the copies in them, blocks without a list."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, islice

from docops_flask.engine.reports.log_entry import LogEntry
from docops_flask.engine.reports.missing_fields import (
    MAX_LISTED,
    MAX_SHOWN_CHARACTERS,
    LeftPlace,
    MissingFields,
    MissingPlace,
    left_places,
)
from docops_flask.engine.reports.open_fields import candidate_texts, unused_keys
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.template.block_run import BlockRun
from docops_flask.engine.template.blocks.expanded_template import BlockEntry
from docops_flask.engine.template.open_task import OpenTask, with_key
from docops_flask.engine.template.payload_check import near_name


def missing_in_copies(task: OpenTask, run: BlockRun, log: ReplaceLog) -> MissingFields:
    """Return which fields and blocks got no value, and what task and template say beside.

    Names are paths with the copies in them (``采购项[2].金额``); of more than ``MAX_LISTED`` the others are
    listed without the numbers (``采购项[…].金额``).
    """
    left = log.left
    blocks = [*run.expanded.missing()]
    names_of_keys = {key: name for name, key in task.keys.items()}
    names = [name for entry in left if (name := _name(entry, names_of_keys)) is not None]
    names += [each.missing for each in blocks if each.missing is not None]
    listed = _listed(names)
    fields = {field.placeholder: field for field in task.known_fields}
    required = {name for name in listed if (field := fields.get(_root(name))) is None or field.required}
    return MissingFields(
        tuple(sorted(required)),
        tuple(sorted(listed - required)),
        tuple(islice(_missing_places(left, blocks, names_of_keys, task), MAX_LISTED)),
        unused_keys(task, run.pictures),
        candidate_texts(task),
        tuple(
            islice(
                chain(left_places(left[:MAX_LISTED], run.scan, run.result_path), _left_blocks(blocks, log)),
                MAX_LISTED,
            )
        ),
        log.left_count,
    )


def _name(entry: LogEntry, names_of_keys: Mapping[str, str]) -> str | None:
    """Return the path of a missing value, in names of fields."""
    if entry.status != "missing" or entry.payload_path is None:
        return None
    return with_key(entry.payload_path, names_of_keys, "$.").removeprefix("$.")


def _root(path: str) -> str:
    match = re.match(r"[^.\[]*", path)
    return "" if match is None else match[0]


def _listed(names: Sequence[str]) -> set[str]:
    distinct = list(dict.fromkeys(names))
    more = (re.sub(r"\[\d+\]", "[…]", name) for name in distinct[MAX_LISTED:])
    return {*distinct[:MAX_LISTED], *more}


def _missing_places(
    left: Sequence[LogEntry],
    blocks: Sequence[BlockEntry],
    names_of_keys: Mapping[str, str],
    task: OpenTask,
) -> Iterator[MissingPlace]:
    unused = [each.key for each in task.unused[:MAX_LISTED]]
    near: dict[str, str | None] = {}

    def meant(name: str) -> str | None:
        if name not in near:
            near[name] = near_name(name, unused) if unused else None
        return near[name]

    for entry in left:
        name = _name(entry, names_of_keys)
        if name is not None:
            yield MissingPlace(
                name, entry.paragraph_path, entry.suggestion or meant(entry.field_name or name)
            )
    for each in blocks:
        if each.missing is not None:
            yield MissingPlace(each.missing, each.found.start.place.path, meant(each.found.name))


def _left_blocks(blocks: Sequence[BlockEntry], log: ReplaceLog) -> Iterator[LeftPlace]:
    """Yield where the blocks are that stay as they are."""
    for block, missing in zip(blocks, log.missing_blocks, strict=True):
        if missing.is_kept:
            part = block.found.start.place.part.name
            yield LeftPlace(missing.text[:MAX_SHOWN_CHARACTERS], part, missing.place, "missing")
