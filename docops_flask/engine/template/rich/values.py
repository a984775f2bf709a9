"""Rich values: a small Markdown, or a list of runs, as paragraphs of runs (docs/analysis/rich-values.md)."""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from docops_flask.engine.template.conditions import Value, is_list, number_as_written

MAX_RUNS = 10_000
# Word has nine levels in a list (ECMA-376 part 1, 17.9.6), counted from 0.
MAX_LEVEL = 8
_MAX_URL = 2048
_LINK = re.compile(r"(?:https?://|mailto:)[^\s<>\"\\^`{|}\x00-\x20\x7f]+", re.IGNORECASE)
_COLOR = re.compile("[0-9A-Fa-f]{6}")
_MARKS = ("bold", "italic", "underline")
MEMBERS = ("text", *_MARKS, "color", "link")
# Code points that stand for nothing in interchange (Unicode 23.7); they mark rich values on the way.
NONCHARACTERS = re.compile("[\ufdd0-\ufdef]")


class RichError(Exception):
    """A rich value that is none: where in it, what it has to be."""

    def __init__(self, step: str, message: str) -> None:
        super().__init__(message)
        self.step, self.message = step, message


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


def rich_paragraphs(value: Value) -> Sequence[RichParagraph]:
    """Return the paragraphs of a value: of a text in Markdown, a number, or a list of runs.

    There is none of a value without characters. Raises ``RichError``.
    """
    if is_list(value):
        paragraphs = _of_runs(value)
    elif isinstance(value, str):
        # Few values are rich, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.template.rich.markdown import paragraphs_of

        paragraphs = paragraphs_of(value)
    elif isinstance(value, int | Decimal) and not isinstance(value, bool):
        paragraphs = [RichParagraph("text", (RichRun(number_as_written(value)),))]
    else:
        raise RichError("", "a text in Markdown or a list of runs")
    if sum(len(each.runs) + 1 for each in paragraphs) > MAX_RUNS:
        raise RichError("", f"a value of at most {MAX_RUNS} runs and paragraphs together")
    deepest = max((each.level for each in paragraphs), default=0)
    if deepest > MAX_LEVEL:
        raise RichError("", f"a value whose lists are nested at most {MAX_LEVEL + 1} deep")
    if any(NONCHARACTERS.search(run.text + (run.link or "")) for each in paragraphs for run in each.runs):
        raise RichError("", "a value without the noncharacters U+FDD0 to U+FDEF")
    return paragraphs if any(each.text.strip() for each in paragraphs) else []


def is_link(text: str) -> bool:
    """Say whether a link may lead there: to the web, or to a mailbox."""
    return len(text) <= _MAX_URL and _LINK.fullmatch(text) is not None


def merged(runs: Iterable[RichRun]) -> tuple[RichRun, ...]:
    """Return ``runs`` without empty ones, those of equal looks side by side as one."""
    alike = groupby((run for run in runs if run.text), key=_look)
    return tuple([RichRun("".join([run.text for run in group]), *look) for look, group in alike])


_look = itemgetter(slice(1, None))


def _of_runs(items: Sequence[Value]) -> list[RichParagraph]:
    """Return the paragraphs of a list of runs: a newline in a text begins the next."""
    lines: list[list[RichRun]] = [[]]
    for number, item in enumerate(items[: MAX_RUNS + 1]):
        run = _run(item, f"[{number}]")
        first, *others = run.text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
        lines[-1].append(run._replace(text=first))
        lines += ([run._replace(text=line)] for line in others)
    if len(lines) > 1 and not any(run.text for run in lines[-1]):
        # One newline at the end is dropped, as of any value.
        del lines[-1]
    return [RichParagraph("text", merged(line)) for line in lines]


def _run(item: Value, step: str) -> RichRun:
    if not isinstance(item, Mapping):
        raise RichError(step, 'a run such as {"text": "words", "bold": true}')
    unknown = [name for name in item if name not in MEMBERS]
    if unknown:
        raise RichError(step, f"a run with the members {', '.join(MEMBERS)} and no others")
    text, color, link = item.get("text"), item.get("color"), item.get("link")
    if not isinstance(text, str):
        raise RichError(f"{step}.text", "a text")
    for name in _MARKS:
        if not isinstance(item.get(name), bool | None):
            raise RichError(f"{step}.{name}", "true or false")
    if color is not None and not (isinstance(color, str) and _COLOR.fullmatch(color)):
        raise RichError(f"{step}.color", "a color of six hexadecimal digits such as C00000")
    if link is not None and not (isinstance(link, str) and is_link(link)):
        raise RichError(f"{step}.link", "an address that begins with http://, https:// or mailto:")
    bold, italic, underline = (item.get(name) is True for name in _MARKS)
    return RichRun(text, bold, italic, underline, color.upper() if isinstance(color, str) else None, link)
