"""What a log says of rich values: the members ``rich`` of entries and of ``added``, as validated data."""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, NamedTuple

from docops_flask.engine.integrity.json_members import LOG, malformed, member, value_as

# What stands for the value of an entry while entries are replayed; no text of a document holds these signs.
OPEN, CLOSE = "\ufdd0", "\ufdd1"
_KINDS = ("text", "heading", "bullet", "number")
_TRUTHS = ("bold", "italic", "underline")


class Run(NamedTuple):
    """Characters with one look."""

    text: str
    bold: bool = False
    italic: bool = False
    underline: bool = False
    color: str | None = None
    link: str | None = None


class Line(NamedTuple):
    """A paragraph of a rich value; ``level`` and ``start`` as in the log, 0 where it has none."""

    kind: str
    runs: tuple[Run, ...]
    level: int = 0
    start: int = 0


class RichClaim(NamedTuple):
    """A rich value put in: ``form`` is ``runs`` or ``paragraphs``; ``text`` is what the entry says of it."""

    form: str
    lines: Sequence[Line]
    text: str

    @property
    def is_told_alike(self) -> bool:
        """Whether the entry's text is that of its runs."""
        return self.text == "\n".join("".join(run.text for run in line.runs) for line in self.lines)


class RichClaims(NamedTuple):
    """The rich values of a log by the number of their entry, and what it says they add to other parts."""

    values: Mapping[int, RichClaim] = MappingProxyType({})
    added: Mapping[str, Any] = MappingProxyType({})


def stand_in(number: int) -> str:
    """Return what stands for the value of entry ``number``."""
    return f"{OPEN}{number}{CLOSE}"


def read_rich(log: dict[str, Any]) -> RichClaims:
    """Return the rich values of a replace log; raises ``InvalidArgument`` as ``read_claims`` does."""
    values = {}
    for number, entry in enumerate(log["entries"]):
        if "rich" in entry and entry.get("status") == "replaced":
            values[number] = _claim(entry, f"$.entries[{number}]")
    added = value_as(dict, log.get("added", {}), LOG, "$.added")
    return RichClaims(values, value_as(dict, added.get("rich", {}), LOG, "$.added.rich"))


def _claim(entry: dict[str, Any], path: str) -> RichClaim:
    given = member(entry, "rich", dict, LOG, path)
    at = f"{path}.rich"
    lines = [
        _line(value_as(dict, each, LOG, f"{at}.paragraphs[{number}]"), f"{at}.paragraphs[{number}]")
        for number, each in enumerate(member(given, "paragraphs", list, LOG, at))
    ]
    form = member(given, "form", str, LOG, at)
    if form not in ("runs", "paragraphs"):
        raise malformed(LOG, f"{at}.form", str)
    return RichClaim(form, lines, member(entry, "new_text", str, LOG, path))


def _line(given: dict[str, Any], path: str) -> Line:
    kind = member(given, "kind", str, LOG, path)
    if kind not in _KINDS:
        raise malformed(LOG, f"{path}.kind", str)
    runs = [
        _run(value_as(dict, each, LOG, f"{path}.runs[{number}]"), f"{path}.runs[{number}]")
        for number, each in enumerate(member(given, "runs", list, LOG, path))
    ]
    level = member(given, "level", int, LOG, path) if kind != "text" else 0
    start = member(given, "start", int, LOG, path) if kind == "number" else 0
    return Line(kind, tuple(runs), level, start)


def _run(given: dict[str, Any], path: str) -> Run:
    for name in _TRUTHS:
        if given.get(name, False) not in (False, True):
            raise malformed(LOG, f"{path}.{name}", str)
    bold, italic, underline = (given.get(name) is True for name in _TRUTHS)
    color = member(given, "color", str, LOG, path) if "color" in given else None
    link = member(given, "link", str, LOG, path) if "link" in given else None
    return Run(member(given, "text", str, LOG, path), bold, italic, underline, color, link)
