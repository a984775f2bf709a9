"""Reads the tags of Carbone: values of d and c, lists as pairs of [i] and [i+1], formatters."""

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from docops_flask.engine.template.foreign.expressions import read_literal, read_string
from docops_flask.engine.template.foreign.names import proposed_name
from docops_flask.engine.template.foreign.tag import (
    ForeignTag,
    Meant,
    Test,
    left,
    plain_quotes,
    split_outside,
)
from docops_flask.engine.template.formats.dates import is_date_pattern
from docops_flask.engine.template.formats.table import Format, rule_of

_TAG = re.compile(r"\{(\s*(?:[dco]\s*[.\[]|t\s*\(|[#$*]\s*\w|bindColor)[^{}\ufffc]*)\}")
# Blanks do not count but in quotes. Groups: what stands outside of quotes.
_BLANKS = re.compile(r"([^\"']+)|[\"'](?:[^\"'\\]|\\.)+[\"']")
_STEP = re.compile(r"\.?([^\W\d][\w-]*)|\[\s*(i(?:\s*\+\s*1)?)\s*\]")
_CONDITIONS = {
    "ifEQ": "=", "ifNE": "≠", "ifGT": ">", "ifGTE": "≥", "ifLT": "<", "ifLTE": "≤",
}  # fmt: skip
# Formatters that decide about something, and have no counterpart by themselves.
_OF_CONDITIONS = frozenset((
    *_CONDITIONS, "ifIN", "ifNIN", "ifEM", "ifNEM", "ifTE", "drop", "keep", "show", "elseShow", "and",
    "or", "showBegin", "hideBegin",
))  # fmt: skip
_FORMATTER = re.compile(r"(\w+)\s*(?:\((.*)\))?\Z", re.DOTALL)
# An argument that is the path of another value.
_TAKEN = re.compile(r"\s*(?:\.|\$|[dc][.\[])")
_NOTHING = ("", "null", "undefined", "''", '""')
_DATE_PARTS = {
    "YYYY": "yyyy", "YY": "yy", "MM": "MM", "M": "M", "DD": "dd", "D": "d", "HH": "HH", "H": "H",
    "mm": "mm", "m": "m", "ss": "ss",
}  # fmt: skip
# Formatters of texts and the formats that do the same.
_OF_TEXTS = {
    "upperCase": "大写字母", "lowerCase": "小写字母", "ucFirst": "句首大写", "ucWords": "词首大写",
}  # fmt: skip
_MOST_DECIMALS = 6
# Lists in one another that ours takes.
_MOST_ARRAYS = 8


class _Path(NamedTuple):
    """A path: its names, an array's as ``name[i]``; which of them, counted from 0, is asked for its next."""

    names: tuple[str, ...]
    following: int | None = None


def read_carbone(text: str) -> list[ForeignTag]:
    """Return the tags of Carbone in ``text``.

    Arrays are marked in the names: ``list[i]``. A tag of the next item (``[i+1]``) comes as an end. Takes
    time linear in the length of ``text``.
    """
    return [_tag(*match.span(), _without_blanks(plain_quotes(match[1]))) for match in _TAG.finditer(text)]


def _without_blanks(text: str) -> str:
    return _BLANKS.sub(lambda match: match[0] if match[1] is None else "".join(match[1].split()), text)


def _tag(start: int, end: int, inner: str) -> ForeignTag:
    written, *formatters = split_outside(inner.strip(), (":",))
    path = _path(written.strip())
    if path is None:
        return left(start, end, "function", proposed_name(inner))
    if path.following is not None:
        return ForeignTag(start, end, Meant.END, name=path.names[: path.following + 1])
    own = path.names
    return _formatted(start, end, own, [each.strip() for each in formatters])


def _path(written: str) -> _Path | None:
    root, rest = written[:1], written[1:]
    if root not in "dc" or not rest:
        return None
    names: list[str] = ["c"] if root == "c" else []
    following, at = None, 0
    while at < len(rest):
        match = _STEP.match(rest, at)
        if match is None:
            return None
        if match[1] is not None:
            names.append(match[1])
        elif (
            not names
            or names[-1].endswith("[i]")
            or sum(name.endswith("[i]") for name in names) == _MOST_ARRAYS
        ):
            return None
        else:
            names[-1] += "[i]"
            if "+" in match[2] and following is None:
                following = len(names) - 1
        at = match.end()
    return _Path(tuple(names), following) if names else None


def _formatted(start: int, end: int, path: tuple[str, ...], formatters: list[str]) -> ForeignTag:
    named = [
        (each, None) if match is None else (match[1], match[2])
        for each, match in ((each, _FORMATTER.match(each)) for each in formatters)
    ]
    names = [name for name, _ in named]
    if names[:1] in (["showEnd"], ["hideEnd"]):
        return ForeignTag(start, end, Meant.END, name=("show",))
    if any(name in _OF_CONDITIONS for name in names):
        return _conditional(start, end, path, named)
    formats: list[str] = []
    for name, argument in named:
        ours = _format(name, argument)
        if ours is None:
            return left(start, end, "filter", proposed_name("_".join((*path, name))))
        write = _writer(ours[0]) if name in _OF_TEXTS else None
        if write is not None:
            # A default passes through no other format of ours.
            formats = [f"缺省:{write(each[3:])}" if each.startswith("缺省:") else each for each in formats]
        formats += ours
    return ForeignTag(start, end, Meant.FIELD, path, formats=tuple(formats))


def _conditional(
    start: int, end: int, path: tuple[str, ...], named: Sequence[tuple[str, str | None]]
) -> ForeignTag:
    """Read a tag with conditions: the start of a block, or texts of which one is shown."""
    begins = any(name in ("showBegin", "hideBegin") for name, _ in named)
    left_tag = left(start, end, "condition", proposed_name("_".join(path)))
    if begins:
        left_tag = left_tag._replace(meant=Meant.IF, name=("show",))
    tests: list[Test] = []
    shown: list[str] = []
    otherwise: str | None = None
    for name, argument in named:
        is_open = len(tests) > len(shown)
        test = None if is_open else _condition(path, name, argument)
        text = _argument(argument) if name in ("show", "elseShow") else None
        if test is not None:
            tests.append(test)
        elif is_open and not shown and name in ("showBegin", "hideBegin"):
            of_block = tests[0]._replace(is_negated=tests[0].is_negated != (name == "hideBegin"))
            return ForeignTag(start, end, Meant.IF, tests=(of_block,), name=("show",))
        elif is_open and name == "show" and text is not None:
            shown.append(text)
        elif shown and not is_open and name == "elseShow" and text is not None and otherwise is None:
            otherwise = text
        else:
            return left_tag
    if len(tests) > len(shown):
        return left_tag
    # Where no condition holds the value itself is shown.
    return ForeignTag(start, end, Meant.FIELD, path, tests=tuple(tests), choice=(tuple(shown), otherwise))


def _condition(path: tuple[str, ...], name: str, argument: str | None) -> Test | None:
    if name in ("ifEM", "ifNEM") and not argument:
        return Test(path, is_negated=name == "ifEM")
    literal = _literal(argument)
    operator = _CONDITIONS.get(name)
    # Carbone takes the number that a text begins with.
    if operator is None or literal is None or (operator not in "=≠" and not _is_number(literal)):
        return None
    return Test(path, operator, (literal,))


def _is_number(text: str) -> bool:
    return re.fullmatch(r"-?\d+(?:\.\d+)?", text) is not None


def _literal(argument: str | None) -> str | None:
    if argument is None or argument.strip() in _NOTHING or _TAKEN.match(argument):
        return None
    return read_literal(argument) or read_literal(f"'{argument.strip()}'")


def _argument(argument: str | None) -> str | None:
    if argument is None or re.search("[【】{}]", argument) or _TAKEN.match(argument):
        return None
    string = read_string(argument)
    return argument.strip() if string is None else string


def _writer(ours: str) -> Callable[[str], str] | None:
    rule = rule_of(Format(ours))
    return None if rule is None else rule.write


def _format(name: str, argument: str | None) -> list[str] | None:
    """Return our formats for a formatter, ``None`` where there is none."""
    text = _argument(argument)
    if name == "formatN" and text is not None and text.isdecimal() and int(text) <= _MOST_DECIMALS:
        return ["#,##0." + "0" * int(text) if int(text) else "#,##0"]
    if name == "formatD" and text is not None:
        pieces = [each[0] for each in re.finditer(r"([A-Za-z])\1*|[^A-Za-z]+", text.strip("'\""))]
        if "," in text or any(each[0].isalpha() and each not in _DATE_PARTS for each in pieces):
            return None
        ours = "".join(_DATE_PARTS.get(each, each) for each in pieces)
        return [ours] if is_date_pattern(ours) else None
    if name in _OF_TEXTS and not argument:
        return [_OF_TEXTS[name]]
    if name == "ifEmpty" and text is not None and text.strip() and not re.search("[|｜\n\t]", text):
        return [f"缺省:{text}"]
    if name == "arrayJoin" and text is not None and not re.search("[|｜\n\t]", text):
        return [f"分隔:{text}"]
    return None
