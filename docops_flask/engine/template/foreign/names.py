"""Names of other tools as names of ours: those that ours cannot be get another, which is told."""

import re
from collections.abc import Iterable

from docops_flask.engine.template.names import MAX_NAME, is_name
from docops_flask.engine.template.tag_kinds import RESERVED

_NOTHING = "value"


class Renaming:
    """Gives each foreign name one of ours, the same for the same; ``renamed`` are those that differ."""

    __slots__ = ("_taken", "renamed")

    def __init__(self, names: Iterable[str]) -> None:
        """``names`` are all that the template has: a name that is made up is none of these."""
        self._taken = {name for name in names if _is_usable(name)}
        self.renamed: dict[str, str] = {}

    def name(self, written: str) -> str:
        """Return the name of ours for ``written``."""
        if _is_usable(written):
            return written
        known = self.renamed.get(written)
        if known is None:
            known = self.renamed[written] = self._free(proposed_name(written))
            self._taken.add(known)
        return known

    def _free(self, name: str) -> str:
        number, free = 2, name
        while free in self._taken:
            free = f"{name[: MAX_NAME - 6]}_{number}"
            number += 1
        return free


def proposed_name(written: str) -> str:
    """Return a name that ours can be for ``written``: other characters become _."""
    name = re.sub(r"\W+", "_", written).strip("_")[:MAX_NAME] or _NOTHING
    if not re.match(r"[^\W\d]", name):
        name = f"_{name}"[:MAX_NAME]
    if name in RESERVED:
        name += "_"
    # Some letters that Python knows are none of a name's (full-width ones).
    return name if _is_usable(name) else _NOTHING


def _is_usable(name: str) -> bool:
    return (
        is_name(name) and name not in RESERVED and (not name.isascii() or bool(re.search("[A-Za-z]", name)))
    )
