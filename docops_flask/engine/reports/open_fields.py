"""What the reports say of a task in template language 2: paths of the payload in place of field names."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

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
from docops_flask.engine.template.formats.table import FORMATS, as_written, rule_of
from docops_flask.engine.template.open_task import OpenTask
from docops_flask.engine.template.payload_check import near_name
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.tag_meaning import path_of
from docops_flask.engine.template.tags import BadTag, Tag, read_tag


def with_paths(log: ReplaceLog, task: OpenTask) -> ReplaceLog:
    """Return ``log`` with the path of each field's value in place of what stands in its brackets."""
    keys = {field.placeholder: field.key for field in task.skill.fields}
    return log._replace(
        entries=tuple([_with_path(each, keys) for each in log.entries]),
        blocks=tuple([each._replace(name=path_of(each.name)) for each in log.blocks]),
    )


def _with_path(entry: LogEntry, keys: Mapping[str, str]) -> LogEntry:
    name = entry.field_name
    if name is not None:
        path = path_of(name)
        return entry._replace(field_name=path, payload_path=f"$.{keys.get(name, path)}")
    tag = read_tag(entry.original_text[1:-1]) if entry.status == "unsupported" else None
    if isinstance(tag, BadTag):
        return entry._replace(reason=f"{entry.reason}: {tag.accepted}")
    if entry.kind == "UNKNOWN_FORMAT" and isinstance(tag, Tag):
        unknown = next(each for each in tag.formats if rule_of(each) is None)
        reason = f"{entry.reason}: {as_written(unknown)}"
        return entry._replace(reason=reason, suggestion=near_name(unknown.name, list(FORMATS)))
    return entry


def missing_values(task: OpenTask, log: ReplaceLog, scan: Scan) -> MissingFields:
    """Return which fields got no value, and what task and template say beside.

    ``log`` has the paths of fields (``with_paths``), ``scan`` is that of the result.
    """
    left = [entry for entry in log.entries if entry.status != "replaced"]
    names = {entry.field_name for entry in left if entry.status == "missing" and entry.field_name}
    required = names & {path_of(field.placeholder) for field in task.skill.fields if field.required}
    return MissingFields(
        tuple(sorted(required)),
        tuple(sorted(names - required)),
        tuple(islice(_missing_places(left, task), MAX_LISTED)),
        (
            *(
                UnusedKey(_key(each.path)[:MAX_SHOWN_CHARACTERS], each.suggestion)
                for each in task.unused[:MAX_LISTED]
            ),
            *(UnusedKey(f"asset {name}"[:MAX_SHOWN_CHARACTERS], None) for name in task.unused_assets),
        ),
        tuple(each.text[:MAX_SHOWN_CHARACTERS] for each in task.meanings.candidates[:MAX_LISTED]),
        tuple(left_places(left[:MAX_LISTED], scan)),
        len(left),
    )


def _key(path: str) -> str:
    """Return the JSON path of a key without that of the payload."""
    return path.removeprefix("$.payload").removeprefix(".")


def _missing_places(left: Sequence[LogEntry], task: OpenTask) -> Iterator[MissingPlace]:
    unused = [each.key for each in task.unused[:MAX_LISTED]]
    near: dict[str, str | None] = {}
    for entry in left:
        name = entry.field_name
        if entry.status == "missing" and name is not None:
            if name not in near:
                near[name] = near_name(name, unused) if unused else None
            yield MissingPlace(name, entry.paragraph_path, near[name])
