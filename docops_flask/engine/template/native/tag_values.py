"""Values that read like the tag of a native mark: they could not be told from a mark without a value."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any

from docops_flask.engine.template.payload_check import PayloadError, step


def values_like_tags(payload: Mapping[str, Any], tags: Collection[str]) -> Iterator[PayloadError]:
    """Yield a fault for each text in ``payload`` a line of which is one of ``tags``."""
    pending: list[tuple[str, Any]] = [("$.payload", payload)]
    while pending:
        path, value = pending.pop()
        if isinstance(value, str):
            if "【" in value and not set(tags).isdisjoint(value.splitlines()):
                yield PayloadError(path, "Must not be the tag of a field that Word marks itself.")
        elif isinstance(value, Mapping):
            pending += [(path + step(key), each) for key, each in value.items()]
        elif isinstance(value, Sequence):
            pending += [(f"{path}[{number}]", each) for number, each in enumerate(value)]
