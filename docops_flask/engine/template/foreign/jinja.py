"""Reads the tags of docxtpl: Jinja, with the prefixes p, tr, tc and r for what goes with a tag."""

import re
from collections.abc import Callable, Mapping, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.template.foreign.expressions import (
    joins_conditions,
    read_path,
    read_string,
    read_tests,
)
from docops_flask.engine.template.foreign.jinja_names import of_copy
from docops_flask.engine.template.foreign.names import proposed_name
from docops_flask.engine.template.foreign.tag import (
    ForeignTag,
    Meant,
    left,
    plain_quotes,
    split_outside,
)

_TAG = re.compile(
    r"\{\{((?:[^{}\ufffc]|\}(?!\})|\{(?!\{))*)\}\}"
    r"|\{%((?:[^%{\ufffc]|%(?!\})|\{(?!%))*)%\}"
    r"|\{#((?:[^#{\ufffc]|#(?!\})|\{(?!#))*)#\}"
    r"|(\{_[{%]|[}%]_\})|(\{[{%]|[}%]\})"
)
_ESCAPED = {"{_{": "{{", "}_}": "}}", "{_%": "{%", "%_}": "%}"}
_PREFIX = re.compile(r"(tr|tc|p|r)\s")
_FOR = re.compile(r"for\s+([^\W\d]\w*)\s+in\s+(.+)\Z", re.DOTALL)
_WORD = re.compile(r"(\w*)\s*(.*)", re.DOTALL)
_BLANKS = " \u00a0\u3000"
_CELLS = re.compile(r"(?:colspan|cellbg|vm|hm)\b")
# What Jinja reads as values of its own.
_CONSTANTS = frozenset(("true", "false", "none", "True", "False", "None"))
# Formats of dates (Python's strftime) that a pattern of ours has.
_DATE_PARTS = {
    "%Y": "yyyy", "%y": "yy", "%m": "MM", "%-m": "M", "%d": "dd", "%-d": "d", "%H": "HH", "%-H": "H",
    "%M": "mm", "%-M": "m", "%S": "ss",
}  # fmt: skip
# Filters and the formats that do the same.
_FILTERS: Mapping[str, tuple[str, ...]] = {
    "e": (), "escape": (), "string": (), "upper": ("大写字母",), "lower": ("小写字母",),
    "length": ("计数",), "count": ("计数",),
}  # fmt: skip
_OF_TEXTS: Mapping[str, Callable[[str], str]] = {"upper": str.upper, "lower": str.lower}
_DATE = re.compile(r"(.+)\.strftime\((.+)\)\Z")


def read_jinja(text: str) -> list[ForeignTag]:
    """Return the tags of docxtpl in ``text``; takes time linear in its length."""
    found: list[ForeignTag] = []
    for match in _TAG.finditer(text):
        field, statement, remark, escape, _ = match.groups()
        start, end = match.span()
        behind = found[-1].end if found else 0
        if escape is not None:
            found.append(ForeignTag(start, end, Meant.TEXT, text=_ESCAPED[escape]))
        elif field is not None:
            found.append(_trimmed(text, match.span(), behind, _field))
        elif statement is not None:
            found.append(_trimmed(text, match.span(), behind, _statement))
        elif remark is not None:
            found.append(_remark(start, end, remark))
        else:
            found.append(left(start, end, "unclosed_tag"))
    return found


def _trimmed(
    text: str, span: tuple[int, int], behind: int, read: Callable[[int, int, str, str], ForeignTag]
) -> ForeignTag:
    """Read a tag whose signs of white space take blanks beside it along, those from ``behind`` on."""
    first, last = span
    inner = text[first + 2 : last - 2]
    if inner[:1] == "-":
        while first > behind and text[first - 1] in _BLANKS:
            first -= 1
    if inner[-1:] == "-" and len(inner) > 1:
        while text[last : last + 1] and text[last] in _BLANKS:
            last += 1
    inner = plain_quotes(inner.removeprefix("-").removeprefix("+").removesuffix("-").removesuffix("+"))
    prefix = _PREFIX.match(inner)
    kind = "" if prefix is None else prefix[1]
    return read(first, last, inner if prefix is None else inner[prefix.end() :], kind)


def joins_texts(place: ParagraphPlace, tag: ForeignTag) -> bool:
    """Say whether {%- or -%} takes more than blanks along.

    docxtpl takes all that stands between the sign and the next w:t element: text beside it in its own, tabs
    and breaks, or the border of the paragraph.
    """
    reading = place.reading
    text = reading.text
    start, end = text.find("{%", tag.start, tag.end), text.rfind("%}", tag.start, tag.end) + 2
    if start >= 0 and text[start + 2] == "-":
        piece = reading.piece_at(start)
        if piece.start < start or not _meets(reading, start - 1):
            return True
    if end > start + 4 and text[end - 3] == "-":
        piece = reading.piece_at(end - 1)
        is_plain = re.search(r"\{[{%]", text[end : piece.end]) is not None
        return not is_plain and (end < piece.end or not _meets(reading, end))
    return False


def _meets(reading: Paragraph, at: int) -> bool:
    """Say whether the character ``at`` is one of a w:t element."""
    return bool(0 <= at < len(reading.text) and reading.pieces_between(at, at + 1))


def _remark(start: int, end: int, inner: str) -> ForeignTag:
    prefix = re.match(r"(tr|tc|p)\s", inner)
    kind = "" if prefix is None else prefix[1]
    text = " ".join((inner if prefix is None else inner[prefix.end() :]).split())
    if kind in ("tr", "tc") or "【" in text or "】" in text:
        return left(start, end, "remark")
    return ForeignTag(start, end, Meant.REMARK, prefix=kind, text=text)


def _field(start: int, end: int, inner: str, prefix: str) -> ForeignTag:
    if prefix == "p":
        return left(start, end, "subdocument", proposed_name(inner))
    if prefix in ("tr", "tc"):
        return left(start, end, "made_by_program", proposed_name(inner))
    expression, *filters = split_outside(inner.strip(), ("|",))
    string = read_string(expression)
    if string is not None and not filters and not re.search("[【】]", string):
        return ForeignTag(start, end, Meant.TEXT, text=string)
    dated = _DATE.match(expression.strip())
    formats: list[str] = []
    if dated is not None:
        pattern = _date_pattern(read_string(dated[2]) or "")
        if pattern is None:
            return left(start, end, "function", proposed_name(expression))
        expression, formats = dated[1], [pattern]
    path = read_path(expression)
    if path is None or expression.strip() in _CONSTANTS:
        return left(start, end, "function", proposed_name(inner))
    for each in filters:
        chained = _chained(formats, each.strip())
        if chained is None:
            return left(start, end, "filter", proposed_name(inner))
        formats = chained
    if path[0] == "loop":
        if path != ("loop", "index") or formats:
            return left(start, end, "function", proposed_name(inner))
        return ForeignTag(start, end, Meant.NUMBER)
    doubt = "rich_text" if prefix == "r" else _doubt_of_default(filters)
    return ForeignTag(start, end, Meant.FIELD, path, formats=tuple(formats), doubt=doubt)


def _chained(formats: list[str], written: str) -> list[str] | None:
    """Return ``formats`` with those for one filter more; ``None`` where there are none.

    Our later formats do not change a default, which is changed here. The length of what went through another
    filter is left: it is that of a text.
    """
    ours = _format(written)
    change = _OF_TEXTS.get(written)
    if formats and ours == ["计数"]:
        return None
    if change is None or ours is None:
        return None if ours is None else [*formats, *ours]
    return [change(each) if each.startswith("缺省:") else each for each in formats] + ours


def _format(written: str) -> list[str] | None:
    """Return our formats for a filter, [] for one that changes no text, ``None`` where there is none."""
    if written in _FILTERS:
        return list(_FILTERS[written])
    match = re.match(r"(default|d|join)\s*\((.*)\)\Z", written, re.DOTALL)
    if match is None:
        return None
    arguments = [each.strip() for each in split_outside(match[2], (",",))]
    string = read_string(arguments[0])
    if string is None or re.search("[【】|｜\n\t]", string):
        return None
    if match[1] == "join":
        return [f"分隔:{string}"] if len(arguments) == 1 else None
    if len(arguments) > 1 and arguments[1] not in ("true", "True", "false", "False"):
        return None
    return [f"缺省:{string}"] if string.strip() else ["可空"]


def _doubt_of_default(filters: Sequence[str]) -> str:
    """Say if a default holds for what is not given alone: ours holds for blanks too."""
    texts = (re.match(r"\s*(?:default|d)\s*\(([^,]*)\)\s*\Z", each) for each in filters)
    return (
        "default_for_blanks" if any(each and (read_string(each[1]) or "").strip() for each in texts) else ""
    )


def _date_pattern(written: str) -> str | None:
    pieces = re.findall(r"%-?.|[^%]", written)
    if not all(each in _DATE_PARTS or re.fullmatch("[年月日时分秒:/. -]", each) for each in pieces):
        return None
    return "".join(_DATE_PARTS.get(each, each) for each in pieces)


def _statement(start: int, end: int, inner: str, prefix: str) -> ForeignTag:
    text = inner.strip()
    word, rest = _WORD.findall(text)[0]
    tag = _block_tag(start, end, word, rest, text)
    if tag is None:
        why = "cells" if _CELLS.match(text) else "statement"
        return left(start, end, why)
    return tag._replace(prefix="" if prefix == "r" else prefix)


def _block_tag(start: int, end: int, word: str, rest: str, text: str) -> ForeignTag | None:
    ends: Mapping[str, tuple[str, ...]] = {"endfor": ("for",), "endif": ("if",)}
    if word in ends:
        return ForeignTag(start, end, Meant.END, name=ends[word])
    if word == "else" and not rest:
        return ForeignTag(start, end, Meant.ELSE)
    if word in ("if", "elif"):
        meant = Meant.IF if word == "if" else Meant.ELSE_IF
        tests = read_tests(rest)
        told = None if tests is None else tuple(of_copy(each) for each in tests)
        if told is None or any(each is None for each in told):
            why = "joined" if joins_conditions(rest) else "condition"
            return ForeignTag(start, end, meant, name=("if",), why=why, proposed=proposed_name(rest))
        return ForeignTag(start, end, meant, tests=tuple(each for each in told if each), name=("if",))
    if word == "for":
        match = _FOR.match(text)
        path = None if match is None else read_path(match[2])
        if match is None or path is None:
            variables = tuple(re.findall(r"[^\W\d]\w*", rest.partition(" in ")[0]))
            return ForeignTag(
                start, end, Meant.EACH, variable=variables, name=("for",), why="loop", proposed="items"
            )
        return ForeignTag(start, end, Meant.EACH, path, variable=(match[1],), name=("for",))
    return None
