"""What the reports say of a task in template language 2: paths of the payload in place of field names."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import TYPE_CHECKING, cast

from docops_flask.engine.reports.log_entry import LogEntry
from docops_flask.engine.reports.missing_fields import (
    MAX_LISTED,
    MAX_SHOWN_CHARACTERS,
    MissingFields,
    MissingPlace,
    UnusedKey,
    left_places,
)
from docops_flask.engine.reports.replace_log import ReplaceLog
from docops_flask.engine.reports.tag_faults import fault_of
from docops_flask.engine.template.grammar import OPEN, Kind
from docops_flask.engine.template.open_task import OpenTask
from docops_flask.engine.template.payload_check import near_name
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.tag_meaning import name_in_log, path_of

if TYPE_CHECKING:
    from docops_flask.engine.reports.block_entry import BlockEntry
    from docops_flask.engine.template.pictures.given import GivenPictures


def with_paths(log: ReplaceLog, task: OpenTask) -> ReplaceLog:
    """Return ``log`` with the path of each field's value in place of what stands in its brackets."""
    keys = {field.placeholder: field.key for field in task.skill.fields}
    entries = tuple([_with_path(each, keys) for each in log.entries])
    blocks = [cast("BlockEntry", each) for each in log.blocks]
    return log._replace(
        entries=entries, blocks=tuple([each._replace(name=name_in_log(each.name)) for each in blocks])
    )


def _with_path(entry: LogEntry, keys: Mapping[str, str]) -> LogEntry:
    name = entry.field_name
    if name is not None:
        path = f"$.{keys.get(name, path_of(name))}"
        return entry._replace(field_name=name_in_log(name), payload_path=path)
    return explained(entry)


def explained(entry: LogEntry) -> LogEntry:
    """Return ``entry`` with what is wrong with its tag: what is accepted, which format is not known."""
    if entry.status != "unsupported" or entry.kind not in _EXPLAINED:
        return entry
    if not entry.original_text.startswith(OPEN):
        # A mark of Word itself, which tells its reason.
        return entry
    reason, suggestion = fault_of(Kind(entry.kind), entry.original_text, entry.suggestion)
    return entry._replace(reason=reason, suggestion=suggestion)


_EXPLAINED = (Kind.BAD_TAG.value, Kind.UNKNOWN_FORMAT.value, Kind.BAD_FORMATS.value)


def missing_values(task: OpenTask, log: ReplaceLog, scan: Scan) -> MissingFields:
    """Return which fields got no value, and what task and template say beside.

    ``log`` has the paths of fields (``with_paths``), ``scan`` is that of the result.
    """
    left = log.left
    names = {name for entry in left if (name := _missing(entry)) is not None}
    required = names & {path_of(field.placeholder) for field in task.skill.fields if field.required}
    return MissingFields(
        tuple(sorted(required)),
        tuple(sorted(names - required)),
        tuple(islice(_missing_places(left, task), MAX_LISTED)),
        unused_keys(task, task.pictures),
        candidate_texts(task),
        tuple(left_places(left[:MAX_LISTED], scan)),
        len(left),
    )


def unused_keys(task: OpenTask, pictures: "GivenPictures | None") -> tuple[UnusedKey, ...]:
    """Return the keys of the payload that no tag takes, and the assets that no value refers to."""
    keys = [
        UnusedKey(_key(each.path)[:MAX_SHOWN_CHARACTERS], each.suggestion)
        for each in task.unused[:MAX_LISTED]
    ]
    assets = () if pictures is None else pictures.unused
    return (*keys, *(UnusedKey(f"asset {name}"[:MAX_SHOWN_CHARACTERS], None) for name in assets))


def candidate_texts(task: OpenTask) -> tuple[str, ...]:
    """Return the texts that nobody declared, as the report has them."""
    return tuple(each.text[:MAX_SHOWN_CHARACTERS] for each in task.meanings.candidates[:MAX_LISTED])


def _missing(entry: LogEntry) -> str | None:
    """Return the path of the value that an entry lacks."""
    if entry.status != "missing" or entry.field_name is None:
        return None
    return entry.field_name.removeprefix("全文.")


def _key(path: str) -> str:
    """Return the JSON path of a key without that of the payload."""
    return path.removeprefix("$.payload").removeprefix(".")


def _missing_places(left: Sequence[LogEntry], task: OpenTask) -> Iterator[MissingPlace]:
    unused = [each.key for each in task.unused[:MAX_LISTED]]
    near: dict[str, str | None] = {}
    for entry in left:
        name = _missing(entry)
        if name is not None:
            if name not in near:
                near[name] = near_name(name, unused) if unused else None
            yield MissingPlace(name, entry.paragraph_path, near[name])
