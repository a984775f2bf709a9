"""Reads rich values of a payload: a text in Markdown, or a list of runs (docs/analysis/rich-values.md)."""

import re
from collections.abc import Mapping, Sequence
from decimal import Decimal

from docops_flask.engine.template.conditions import Value, is_list, number_as_written
from docops_flask.engine.template.rich.markdown import paragraphs_of
from docops_flask.engine.template.rich.values import (
    MAX_LEVEL,
    NONCHARACTERS,
    RichParagraph,
    RichRun,
    is_link,
    merged,
)

MAX_RUNS = 10_000
_COLOR = re.compile("[0-9A-Fa-f]{6}")
_MARKS = ("bold", "italic", "underline")
MEMBERS = ("text", *_MARKS, "color", "link")


class RichError(Exception):
    """A rich value that is none: where in it, what it has to be."""

    def __init__(self, step: str, message: str) -> None:
        super().__init__(message)
        self.step, self.message = step, message


def rich_paragraphs(value: Value) -> Sequence[RichParagraph]:
    """Return the paragraphs of a value: of a text in Markdown, a number, or a list of runs.

    There is none of a value without characters. Raises ``RichError``.
    """
    if is_list(value):
        paragraphs = _of_runs(value)
    elif isinstance(value, str):
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
