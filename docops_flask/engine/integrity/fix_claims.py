"""What a format report says of repairs: ``fix_changes`` of its summary."""

from collections.abc import Iterator, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

from docops_flask.engine.errors import echo
from docops_flask.engine.integrity.json_members import REPORT, member, value_as

_FIX_MEMBERS = itemgetter("paragraph_path", "element", "before", "after")
_TEXTS = frozenset((str,))


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


def read_fixes(changes: list[Any]) -> Iterator[Fix]:
    """Yield the fixes in ``changes``, the member ``fix_changes`` of a format report's summary.

    Raises ``InvalidArgument`` for the first member that is missing or has the wrong type.
    """
    for index, given in enumerate(changes):
        change = value_as(dict, given, REPORT, f"$.summary.fix_changes[{index}]")
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
    paragraph_path = member(change, "paragraph_path", str, REPORT, path)
    run_id = change.get("run_id")
    return Fix(
        place=index,
        paragraph_path=paragraph_path,
        run_id=None if run_id is None else value_as(str, run_id, REPORT, f"{path}.run_id"),
        element=member(change, "element", str, REPORT, path),
        before=_attributes(change, "before", path),
        after=_attributes(change, "after", path),
    )


def _attributes(change: dict[str, Any], name: str, path: str) -> dict[str, str]:
    given = member(change, name, dict, REPORT, path)
    return {key: value_as(str, value, REPORT, f"{path}.{name}.{echo(key)}") for key, value in given.items()}
