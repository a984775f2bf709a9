"""The native marks that a log says were rewritten: its member ``native``."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from docops_flask.engine.integrity.json_members import LOG, member, value_as


class NativeClaim(NamedTuple):
    """A native mark: an item of ``native``, whose index there is ``place``."""

    place: int
    kind: str
    name: str
    part: str
    paragraph_path: str
    original_text: str
    tag: str


def read_native(log: dict[str, Any]) -> Iterator[NativeClaim]:
    """Yield the items of ``native``; raises ``InvalidArgument`` for a malformed one."""
    for index, each in enumerate(member(log, "native", list, LOG, "$")):
        path = f"$.native[{index}]"
        item = value_as(dict, each, LOG, path)
        yield NativeClaim(index, *(member(item, name, str, LOG, path) for name in NativeClaim._fields[1:]))
