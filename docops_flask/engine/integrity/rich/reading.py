"""Rich values of a payload as the proof reads them: a small Markdown, or a list of runs.

Written apart from ``engine.template.rich``; docs/analysis/rich-values.md has the rules for both.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Any

from docops_flask.engine.integrity.rich_claims import Line, Run

_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
# Stands where an escaped sign is.
_PLAIN = "\0"
_TITLE = re.compile(r" {0,3}(#+)[ \t]+(?=\S)")
# The end of a title, backwards: so it takes linear time to find.
_TITLE_END = re.compile(r"[ \t]*#+[ \t]+")
_POINT = re.compile(r"([ \t]*)([-*+]|[0-9]{1,9}[.)])[ \t]+(?=\S)")
_TARGET = re.compile(r"\(([^()\s]*)\)")
_ADDRESS = re.compile(r"(?i:https?://|mailto:)[^\s<>\"\\^`{|}\x00-\x20\x7f]+")
_LONGEST_ADDRESS = 2048
_MOST_HASHES = 6


def lines_of(value: Any) -> list[Line]:
    """Return the paragraphs of a value; raises ``ValueError`` for what is no rich value."""
    if isinstance(value, bool) or value is None:
        raise ValueError("no rich value")
    if isinstance(value, Decimal):
        found = [Line("text", (Run(format(value, "f")),))]
    elif isinstance(value, int):
        found = [Line("text", (Run(str(value)),))]
    elif isinstance(value, str):
        found = _of_markdown(_with_newlines(value))
    else:
        found = _of_runs(value)
    return found if any(run.text.strip() for line in found for run in line.runs) else []


def _with_newlines(text: str) -> str:
    return re.sub("\r\n?", "\n", text)


def _of_runs(given: Iterable[Any]) -> list[Line]:
    found: list[list[Run]] = [[]]
    for each in given:
        if not isinstance(each, Mapping):
            raise ValueError("no run")
        color = each.get("color")
        look = (
            each.get("bold") is True,
            each.get("italic") is True,
            each.get("underline") is True,
            None if color is None else str(color).upper(),
            each.get("link"),
        )
        for number, text in enumerate(_with_newlines(str(each["text"])).split("\n")):
            if number:
                found.append([])
            found[-1].append(Run(text, *look))
    if len(found) > 1 and not "".join(run.text for run in found[-1]):
        found.pop()
    return [Line("text", together(line)) for line in found]


def together(runs: Iterable[Run]) -> tuple[Run, ...]:
    """Return runs without empty ones, those of one look side by side as one."""
    by_look = groupby((run for run in runs if run.text), key=lambda run: run._replace(text=""))
    return tuple(look._replace(text="".join(run.text for run in same)) for look, same in by_look)


def _of_markdown(text: str) -> list[Line]:
    found: list[Line] = []
    around: list[int] = []
    for line in _logical_lines(text):
        title = _TITLE.match(line)
        if title is not None and len(title[1]) <= _MOST_HASHES:
            end = _TITLE_END.match(line[: title.end() - 1 : -1])
            rest = line[title.end() : len(line) - (0 if end is None else end.end())]
            found.append(Line("heading", _inline(rest), len(title[1])))
            around = []
            continue
        point = _POINT.match(line)
        if point is None:
            found.append(Line("text", _inline(line)))
            around = []
            continue
        indent = len(point[1].expandtabs(4))
        around = _placed(around, indent)
        is_counted = point[2][0].isdigit()
        kind, start = ("number", int(point[2][:-1])) if is_counted else ("bullet", 0)
        found.append(Line(kind, _inline(line[point.end() :]), len(around) - 1, start))
    return found


def _logical_lines(text: str) -> Iterable[str]:
    """Return the lines, those that an odd number of backslashes ends put together with the next."""
    pending: list[str] = []
    for line in (*text.split("\n"), None):
        if line is None:
            if pending:
                yield "\n".join(pending) + "\\"
        elif re.search(r"(?<!\\)(?:\\\\)*\\\Z", line):
            pending.append(line[:-1])
        else:
            if pending or line.strip():
                yield "\n".join([*pending, line])
            pending = []


def _placed(around: Sequence[int], indent: int) -> list[int]:
    """Return the indents of the items around one that is ``indent`` far in, its own last."""
    kept = [each for each in around if each <= indent]
    # What is further in has ended; the outermost stays as long as the list does.
    if not kept:
        return [indent]
    return [*kept, indent] if indent - kept[-1] > 1 else kept


def _inline(line: str) -> tuple[Run, ...]:
    signs = _ESCAPE.sub(_PLAIN, line)
    characters = list(_ESCAPE.sub(lambda match: match[1], line))
    links: dict[int, str] = {}
    left_out: set[int] = set()
    brackets: list[int] = []
    resume = 0
    for match in re.finditer(r"[\[\]]", signs):
        at = match.start()
        if at < resume:
            continue
        if match[0] == "[":
            brackets.append(at)
        elif brackets:
            first = brackets.pop()
            target = _TARGET.match(signs, at + 1)
            if target is None or at == first + 1 or signs[first - 1 : first] == "!":
                continue
            address = "".join(characters[target.start(1) : target.end(1)])
            if len(address) <= _LONGEST_ADDRESS and _ADDRESS.fullmatch(address):
                links.update(dict.fromkeys(range(first + 1, at), address))
                left_out.update((first, *range(at, target.end())))
                brackets, resume = [], target.end()
    kept = [number for number in range(len(signs)) if number not in left_out]
    return _marked(
        [characters[each] for each in kept],
        [signs[each] for each in kept],
        [links.get(each) for each in kept],
    )


def _marked(characters: Sequence[str], signs: Sequence[str], links: Sequence[str | None]) -> tuple[Run, ...]:
    pairs: list[tuple[int, int, int]] = []
    # The signs that may begin a mark: where, how many are left.
    waiting: dict[str, list[tuple[int, int]]] = {"*": [], "_": []}
    numbers = range(len(signs))
    for (sign, _), group in groupby(numbers, key=lambda number: (signs[number], links[number])):
        if sign not in waiting:
            continue
        own = list(group)
        at, behind = own[0], own[-1] + 1
        begins, ends = _sides(characters, sign, at, behind)
        while ends and at < behind and waiting[sign]:
            start, count = waiting[sign].pop()
            size = min(2, count, behind - at)
            pairs.append((start + count - size, at, size))
            at += size
            if count > size:
                waiting[sign].append((start, count - size))
            others = waiting["*_"[sign == "*"]]
            while others and others[-1][0] > start:
                del others[-1]
        if begins and at < behind:
            waiting[sign].append((at, behind - at))
    changes: list[list[int]] = [[0, 0] for _ in range(len(signs) + 1)]
    used: set[int] = set()
    for first, last, size in pairs:
        used.update((*range(first, first + size), *range(last, last + size)))
        changes[first][size - 1] += 1
        changes[last][size - 1] -= 1
    runs, slanted, bold = [], 0, 0
    for number, character in enumerate(characters):
        slanted, bold = slanted + changes[number][0], bold + changes[number][1]
        if number not in used:
            runs.append(Run(character, bold > 0, slanted > 0, link=links[number]))
    return together(runs)


def _sides(characters: Sequence[str], sign: str, first: int, behind: int) -> tuple[bool, bool]:
    """Say whether signs may begin a mark, and whether they may end one."""
    left = characters[first - 1] if first > 0 else ""
    right = characters[behind] if behind < len(characters) else ""
    begins, ends = bool(right.strip()), bool(left.strip())
    if sign == "_":
        return begins and not left.isalnum(), ends and not right.isalnum()
    between = left + right
    if behind - first == 1 and left and right and between.isascii() and between.isalnum():
        return False, False
    return begins, ends
