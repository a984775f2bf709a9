"""Values that read like the tag of a native mark: they could not be told from a mark without a value.

A format may change the letters of a value, so capitals and small letters count as the same.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from docops_flask.engine.template.payload_check import PayloadError, step

_MESSAGE = (
    "Has a line that is, in brackets, the name of a merge field, form field or content control of the "
    "template: such a text cannot be told from a field without a value."
)


def values_like_tags(payload: Mapping[str, Any], tags: Collection[str]) -> Iterator[PayloadError]:
    """Yield a fault for each text in ``payload`` a line of which is one of ``tags``."""
    folded = {each.casefold() for each in tags if each}
    pending: list[tuple[str, Any]] = [("$.payload", payload)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, str):
            if "【" in value and not folded.isdisjoint(value.casefold().splitlines()):
                yield PayloadError(path, _MESSAGE)
        elif isinstance(value, Mapping):
            pending += [(path + step(key), each) for key, each in value.items()]
        elif isinstance(value, Sequence):
            pending += [(f"{path}[{number}]", each) for number, each in enumerate(value)]
