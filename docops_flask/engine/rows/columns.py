"""Which field each column of a sheet fills, by its header."""

import json
from collections.abc import Mapping, Sequence
from difflib import get_close_matches
from typing import Any, NamedTuple
from unicodedata import normalize

from docops_flask.engine.errors import InvalidArgument, echo
from docops_flask.engine.rows.errors import RowFault
from docops_flask.engine.rows.row_fields import RowField

_BRACKETS = "【】〖〗{}[]「」«» \t\u3000"
_ENDS = "*＊:：﹕"
_ALIKE = 0.7


class Column(NamedTuple):
    """A column: its header, and the field that it fills; ``None`` where it is left out.

    ``suggestion`` is a name that may be meant. ``is_link`` says that it tells to which line of another sheet
    a line belongs.
    """

    header: str
    field: RowField | None
    suggestion: str | None = None
    is_link: bool = False


class ColumnPlan(NamedTuple):
    """The columns of a sheet, and what is wrong with its header."""

    columns: Sequence[Column]
    faults: Sequence[RowFault]


def parse_columns(text: str) -> dict[str, str | None]:
    """Return the form field ``columns``: a JSON object of headers and the names of fields, or null.

    Raises ``InvalidArgument``.
    """
    try:
        value: Any = json.loads(text)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict) or not all(
        each is None or isinstance(each, str) for each in value.values()
    ):
        raise InvalidArgument(
            'columns: must be a JSON object of headers and fields, {"Name": "recipient", "Remark": null}; '
            "null leaves a column out.",
            field="columns",
        )
    return value


def plan_columns(
    header: Sequence[str],
    fields: Sequence[RowField],
    given: Mapping[str, str | None],
    *,
    sheet: str | None = None,
    inside: tuple[str, ...] = (),
    links: Sequence[str] = (),
) -> ColumnPlan:
    """Return which field each column fills.

    ``given`` is what the sender says (``parse_columns``). ``inside`` is the path of the list whose items a
    sheet has: its headers may leave that path out. ``links`` are headers of the sheet above that tell
    which of
    its lines a line belongs to.
    """
    by_name = _by_name(fields, inside)
    faults: list[RowFault] = []
    columns: list[Column] = []
    taken: dict[tuple[str, ...], str] = {}
    wanted = {folded(each) for each in links}
    said = {folded(name): (name, target) for name, target in given.items()}
    for text in header:
        column, fault = _column(text, by_name, said, wanted)
        if fault is None and column.field is not None:
            other = taken.setdefault(column.field.path, text)
            if other is not text:
                fault = f"The column {echo(other)} fills {column.field.name} already; leave one of them out."
        if fault is not None:
            faults.append(RowFault(0, echo(text), fault, sheet))
        columns.append(column)
    if inside == () and header and not any(each.field for each in columns) and not said:
        taken_names = ", ".join(each.name for each in fields[:20]) or "nothing"
        faults = [
            RowFault(
                0,
                None,
                f"None of the headers is the name of a field; the template takes {taken_names}.",
                sheet,
            )
        ]
    return ColumnPlan(columns, faults)


def unknown_headers(given: Mapping[str, str | None], headers: Sequence[str]) -> list[RowFault]:
    """Return a fault for each header that ``columns`` names and no sheet has."""
    known = {folded(each) for each in headers}
    return [
        RowFault(0, echo(name), "columns names this header, but no sheet has it.")
        for name in given
        if folded(name) not in known
    ]


def _column(
    text: str,
    by_name: Mapping[str, Sequence[RowField]],
    said: Mapping[str, tuple[str, str | None]],
    links: set[str],
) -> tuple[Column, str | None]:
    key = folded(text)
    if key in said:
        target = said[key][1]
        if target is None:
            return Column(text, None), None
        found = by_name.get(folded(target), ())
        if len(found) == 1:
            return Column(text, found[0]), None
        near = _near(target, by_name)
        meant = "" if near is None else f" Did you mean {near}?"
        return Column(text, None, near), f"columns says {echo(target)}, but there is no such field.{meant}"
    found = by_name.get(key, ())
    if len(found) == 1:
        return Column(text, found[0]), None
    if key in links:
        return Column(text, None, is_link=True), None
    if not text:
        # Told where it holds something.
        return Column(text, None), None
    if found:
        names = ", ".join(each.name for each in found)
        return Column(text, None), f"Several fields are called so: {names}; write the whole name."
    near = _near(text, by_name)
    meant = "" if near is None else f" Did you mean {near}?"
    fault = f'No field is called so.{meant} To leave the column out, send columns={{"{echo(text)}": null}}.'
    return Column(text, None, near), fault


def _by_name(fields: Sequence[RowField], inside: tuple[str, ...]) -> dict[str, list[RowField]]:
    """Return the fields by every name that a header may have; whole names go before parts of names."""
    found: dict[str, list[RowField]] = {}
    of_sheet = [each for each in fields if each.path[: len(inside)] == inside]
    for names_of in (_whole_names, _labels, _last_names):
        more: dict[str, list[RowField]] = {}
        for field in of_sheet:
            for name in names_of(field, inside):
                if field not in more.setdefault(folded(name), []):
                    more[folded(name)].append(field)
        for name, those in more.items():
            found.setdefault(name, those)
    return found


def _whole_names(field: RowField, inside: tuple[str, ...]) -> Sequence[str]:
    return (field.name, ".".join(field.path[len(inside) :]))


def _labels(field: RowField, _inside: tuple[str, ...]) -> Sequence[str]:
    return field.names


def _last_names(field: RowField, _inside: tuple[str, ...]) -> Sequence[str]:
    return (field.path[-1],)


def folded(name: str) -> str:
    """Return a header without brackets, ends and differences of case and width."""
    text = normalize("NFKC", "".join(name.split())).strip(_BRACKETS).rstrip(_ENDS).strip(_BRACKETS)
    return text.casefold()


def _near(text: str, by_name: Mapping[str, Sequence[RowField]]) -> str | None:
    close = get_close_matches(folded(text)[:80], by_name, n=1, cutoff=_ALIKE)
    return by_name[close[0]][0].name if close else None
