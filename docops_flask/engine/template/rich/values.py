"""What a rich value is made of: paragraphs of runs (docs/analysis/rich-values.md)."""

import re
from collections.abc import Iterable
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

# Word has nine levels in a list (ECMA-376 part 1, 17.9.6), counted from 0.
MAX_LEVEL = 8
_MAX_URL = 2048
_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"\\^`{|}\x00-\x20\x7f]+", re.IGNORECASE)
# Noncharacters (Unicode 23.7): they mark rich values until these are put in, so no value may hold one.
NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")


class RichRun(NamedTuple):
    r"""Characters that look alike; ``\n`` is a line break, ``\t`` a tab. ``color`` is RRGGBB in capitals."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    color: str | None = None
    link: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the members that are told of it in the log: the text, and the marks that it has."""
        return {name: value for name, value in self._asdict().items() if value or name == "text"}


class RichParagraph(NamedTuple):
    """A paragraph: ``kind`` is text, heading, bullet or number.

    ``level`` is 1 to 6 of a heading, 0 to 8 of an item; ``start`` the number that an item is written with.
    """

    kind: str
    runs: tuple[RichRun, ...]
    level: int = 0
    start: int = 0

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join([run.text for run in self.runs])

    def as_dict(self) -> dict[str, Any]:
        """Return it as the log has it."""
        level = {} if self.kind == "text" else {"level": self.level}
        start = {"start": self.start} if self.kind == "number" else {}
        return {"kind": self.kind, **level, **start, "runs": [run.as_dict() for run in self.runs]}


def is_link(text: str) -> bool:
    """Say whether a link may lead there: to the web, or to a mailbox."""
    return len(text) <= _MAX_URL and _LINK.fullmatch(text) is not None


_look = itemgetter(slice(1, None))


def merged(runs: Iterable[RichRun]) -> tuple[RichRun, ...]:
    """Return ``runs`` without empty ones, those of equal looks side by side as one."""
    alike = groupby((run for run in runs if run.text), key=_look)
    return tuple([RichRun("".join([run.text for run in group]), *look) for look, group in alike])
