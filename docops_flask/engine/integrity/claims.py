"""The changes that the replace log and the fix list claim, as validated data.

For ``/v1/verify`` they come from a client and are untrusted, so every member is checked.
"""

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple, TypeVar

from docops_flask.engine.errors import InvalidArgument, echo

T = TypeVar("T")

LOG, REPORT = "replace_log", "format_report"
_TYPE_NAMES = {
    int: "a whole number",
    str: "text",
    list: "a list",
    dict: "an object",
}


class Replacement(NamedTuple):
    """A filled placeholder: an entry of the replace log.

    ``place`` is its index in ``entries``. ``mirrored_at`` are the addresses of the paragraphs in other
    branches of mc:AlternateContent that were filled as well.
    """

    place: int
    paragraph_path: str
    run_id: str
    start: int
    end: int
    field_name: str
    original_text: str
    new_text: str
    mirrored_at: tuple[str, ...] = ()


class Fix(NamedTuple):
    """A fix: changed attributes of one property element of a paragraph, or of its run ``run_id``.

    ``place`` is its index in ``fix_changes``. ``element`` is the local name of an element in w:pPr, or in
    w:rPr for a run. ``before`` and ``after`` map local attribute names to values.
    """

    place: int
    paragraph_path: str
    run_id: str | None
    element: str
    before: Mapping[str, str]
    after: Mapping[str, str]


class Removed(NamedTuple):
    """Something left out: an entry of ``removed`` in the replace log.

    ``kind`` is what it belonged to (``comments``, ``signature``); ``what`` is ``part``, ``relationship``,
    ``content_type`` or the local name of a mark of a comment. ``part`` is the part left out or the one in
    which something was; ``id`` tells which of several.
    """

    kind: str
    what: str
    part: str
    id: str


class Claims(NamedTuple):
    """All claimed changes."""

    replacements: tuple[Replacement, ...]
    fixes: tuple[Fix, ...]
    removed: tuple[Removed, ...] = ()


def read_claims(replace_log: object, format_report: object) -> Claims:
    """Return the claims in a replace log and a format report, both parsed JSON.

    Only members that describe changes are read. Raises ``InvalidArgument`` (``detail.field``,
    ``detail.path``) for the first of these that is missing or has the wrong type.
    """
    replacements = tuple(_replacements(replace_log))
    return Claims(replacements, tuple(_fixes(format_report)), tuple(_removed(replace_log)))


_MEMBERS = Replacement._fields[1:8]
_TYPES = (str, str, int, int, str, str, str)
_values = itemgetter(*_MEMBERS)


def _replacements(log: object) -> Iterator[Replacement]:
    for index, entry in enumerate(_member(_as(dict, log, LOG, "$"), "entries", list, LOG, "$")):
        if type(entry) is not dict:
            raise _malformed(LOG, f"$.entries[{index}]", dict)
        if entry.get("status") != "replaced":
            continue
        try:
            values = _values(entry)
        except KeyError as error:
            raise _malformed(LOG, f"$.entries[{index}].{error.args[0]}", str, missing=True) from None
        if tuple(map(type, values)) != _TYPES:
            raise _wrong_type(index, values)
        mirrors = _mirrors(index, entry) if "mirrored_at" in entry else ()
        yield Replacement._make((index, *values, mirrors))


def _wrong_type(index: int, values: tuple[Any, ...]) -> InvalidArgument:
    name, wanted = next(
        (name, wanted)
        for name, value, wanted in zip(_MEMBERS, values, _TYPES, strict=True)
        if type(value) is not wanted
    )
    return _malformed(LOG, f"$.entries[{index}].{name}", wanted)


def _mirrors(index: int, entry: dict[str, Any]) -> tuple[str, ...]:
    path = f"$.entries[{index}]"
    paths = _member(entry, "mirrored_at", list, LOG, path)
    return tuple(_as(str, each, LOG, f"{path}.mirrored_at[{number}]") for number, each in enumerate(paths))


def _removed(log: object) -> Iterator[Removed]:
    # Only jobs that leave something out have the member.
    entries = _as(dict, log, LOG, "$").get("removed", [])
    for index, given in enumerate(_as(list, entries, LOG, "$.removed")):
        path = f"$.removed[{index}]"
        entry = _as(dict, given, LOG, path)
        yield Removed(*[_member(entry, name, str, LOG, path) for name in Removed._fields])


_FIX_MEMBERS = itemgetter("paragraph_path", "element", "before", "after")
_TEXTS = frozenset((str,))


def _fixes(report: object) -> Iterator[Fix]:
    summary = _member(_as(dict, report, REPORT, "$"), "summary", dict, REPORT, "$")
    for index, given in enumerate(_member(summary, "fix_changes", list, REPORT, "$.summary")):
        change = _as(dict, given, REPORT, f"$.summary.fix_changes[{index}]")
        run_id = change.get("run_id")
        try:
            values = _FIX_MEMBERS(change)
        except KeyError:
            values = ()
        if (
            tuple(map(type, values)) == (str, str, dict, dict)
            and (run_id is None or type(run_id) is str)
            and _TEXTS.issuperset(map(type, (*values[2].values(), *values[3].values())))
        ):
            yield Fix(index, values[0], run_id, *values[1:])
        else:
            yield _checked_fix(index, change)


def _checked_fix(index: int, change: dict[str, Any]) -> Fix:
    """Return a fix member by member, to tell the first that is missing or has the wrong type."""
    path = f"$.summary.fix_changes[{index}]"
    paragraph_path = _member(change, "paragraph_path", str, REPORT, path)
    run_id = change.get("run_id")
    return Fix(
        place=index,
        paragraph_path=paragraph_path,
        run_id=None if run_id is None else _as(str, run_id, REPORT, f"{path}.run_id"),
        element=_member(change, "element", str, REPORT, path),
        before=_attributes(change, "before", path),
        after=_attributes(change, "after", path),
    )


def _attributes(change: dict[str, Any], name: str, path: str) -> dict[str, str]:
    given = _member(change, name, dict, REPORT, path)
    return {key: _as(str, value, REPORT, f"{path}.{name}.{echo(key)}") for key, value in given.items()}


def _member(holder: dict[str, Any], name: str, wanted: type[T], part: str, path: str) -> T:
    if name not in holder:
        raise _malformed(part, f"{path}.{name}", wanted, missing=True)
    return _as(wanted, holder[name], part, f"{path}.{name}")


def _as(wanted: type[T], value: object, part: str, path: str) -> T:
    if type(value) is not wanted:
        raise _malformed(part, path, wanted)
    return value


def _malformed(part: str, path: str, wanted: type, *, missing: bool = False) -> InvalidArgument:
    problem = "is missing" if missing else f"must be {_TYPE_NAMES[wanted]}"
    return InvalidArgument(
        f"{part}: {path} {problem}; send the file as it came out of the job.", field=part, path=path
    )
