"""Whether the values that a log claims are those of the task that was sent with it (``/v1/verify``)."""

from collections.abc import Iterator, Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from docops_flask.engine.integrity.claims import Claims
from docops_flask.engine.integrity.values import value_faults
from docops_flask.engine.integrity.verdict import Unaccounted


class TypedValue(NamedTuple):
    """What a task gives to a field of a document type.

    ``separator`` joins the items of a list; ``None``: "、" or ", ", as the text around it asks.
    """

    value: str | Sequence[str] | None
    separator: str | None = None


class TaskValues(NamedTuple):
    """The values of a task: the ``payload`` of one in template language 2.

    Of language 1 what it gives to each name of a placeholder (``typed``). ``keys`` are the payload's keys by
    the names of fields where a document type of language 2 has others.
    """

    payload: Mapping[str, Any]
    typed: Mapping[str, TypedValue] | None = None
    keys: Mapping[str, str] = MappingProxyType({})


def task_faults(
    claims: Claims, task: TaskValues, choices: Mapping[str, Mapping[str, str]] = MappingProxyType({})
) -> Iterator[Unaccounted]:
    """Yield each filled placeholder whose value is not that of ``task``; ``choices`` as for ``value_faults``.

    A log whose entries do not say where a value is in the payload is not one of a task in language 2.
    """
    if task.typed is None:
        yield from value_faults(claims, task.payload, task.keys, None, choices)
        for entry in claims.replacements:
            if entry.payload_path is None:
                yield _fault(entry.place, "it does not tell its payload_path, as logs of such tasks do")
        return
    for name, place, new_text, copy in _filled(claims):
        if new_text not in _texts(task.typed.get(name, TypedValue(None)), copy):
            yield _fault(place, "its new_text is not the value that the task gives")


def _filled(claims: Claims) -> Iterator[tuple[str, int, str, Sequence[tuple[int, int]]]]:
    """Yield name, place in the log, value and copy of all that was filled."""
    for entry in (*claims.replacements, *(each.replacement for each in claims.inline)):
        yield entry.field_name, entry.place, entry.new_text, entry.copy
    for place in claims.places:
        yield place.field_name, place.place, place.new_text, ()


def _texts(given: TypedValue, copy: Sequence[tuple[int, int]]) -> Sequence[str]:
    """Return the texts that a value may have become, in the ``copy`` of a paragraph one line of it."""
    value, separator = given
    if value is None:
        return ()
    separators = ("、", ", ") if separator is None else (separator,)
    texts = (value,) if isinstance(value, str) else [each.join(value) for each in separators]
    normal = [each.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n") for each in texts]
    if not copy:
        return normal
    number = copy[-1][1]
    lines = [each.split("\n") for each in normal]
    return [each[number] for each in lines if 0 <= number < len(each)]


def _fault(place: int, message: str) -> Unaccounted:
    return Unaccounted("", f"$.entries[{place}]", "value", message)
