"""Reads the tags of docxtemplater and of poi-tl: fields, pictures, and sections that data decides about."""

import re
from collections.abc import Callable

from docops_flask.engine.template.foreign.expressions import (
    joins_conditions,
    read_literal,
    read_path,
    read_string,
    read_tests,
)
from docops_flask.engine.template.foreign.names import proposed_name
from docops_flask.engine.template.foreign.tag import ForeignTag, Meant, Reader, Test, left, plain_quotes

BRACES, DOUBLE_BRACES = ("{", "}"), ("{{", "}}")
# What makes a text more than a name with blanks, hyphens or points in it.
_EXPRESSION = re.compile(r"[()*+/?:&|<>=\"'\[\],;!%@#$^~\\{}\ufffc\n\t]|\s[-.]|[-.]\s")
_EXTENTS = {"w:p": "P", "w:tr": "ROW", "w:tbl": "TABLE"}
_WITH_ELEMENT = re.compile(r"-\s*([\w:]+)\s+(.+)\Z")
# What the signs of poi-tl ask for that is left, by reason.
_LEFT_OF_POI_TL = {"#": "made_by_program", "+": "subdocument", **dict.fromkeys("-%~$!^>", "statement")}
_COPIES = {"_is_first": ("first", False), "_is_last": ("last", False), "_has_next": ("last", True)}
# What poi-tl knows of a copy beside, as conditions or values.
_OF_COPY = frozenset((*_COPIES, "_is_even_item", "_is_odd_item", "_index"))


Names = Callable[[str], tuple[str, ...] | None]


def reader_of(read: Callable[[int, int, str], ForeignTag], delimiters: tuple[str, str]) -> Reader:
    """Return what reads the tags between ``delimiters``; ``read`` reads what stands between two."""
    opening, closing = map(re.escape, delimiters)
    inner = rf"(?:(?!{opening}|{closing}).)*"
    tag = re.compile(rf"{opening}({inner}){closing}|{opening}|{closing}", re.DOTALL)

    def read_all(text: str) -> list[ForeignTag]:
        return [
            left(*match.span(), "unclosed_tag")
            if match[1] is None
            else read(*match.span(), plain_quotes(match[1].strip()))
            for match in tag.finditer(text)
        ]

    return read_all


def names_of(text: str) -> tuple[str, ...] | None:
    """Return the names that a tag's text is, which may hold blanks and hyphens; ``None`` for more."""
    text = text.strip()
    path = read_path(text)
    if path is not None:
        return path
    if not text or _EXPRESSION.search(text) or not re.search(r"\w", text):
        return None
    return tuple(each for each in text.split(".") if each) or None


def read_docxtemplater(start: int, end: int, inner: str) -> ForeignTag:
    """Read a tag of docxtemplater; ``inner`` is what stands between its delimiters."""
    sign, rest = inner[:1], inner[1:].strip()
    if inner == ".":
        return ForeignTag(start, end, Meant.FIELD)
    if sign == "/":
        return ForeignTag(start, end, Meant.END, name=names_of(rest))
    if sign in ("#", "^"):
        return _section(start, end, rest, is_negated=sign == "^")
    if sign == "-" and (match := _WITH_ELEMENT.match(inner)):
        extent = _EXTENTS.get(match[1])
        if extent is None:
            return ForeignTag(start, end, Meant.SECTION, name=names_of(match[2]), why="columns")
        return _section(start, end, match[2], is_negated=False)._replace(extent=extent)
    if sign == "%":
        path = names_of(rest.removeprefix("%"))
        if path is None:
            return left(start, end, "function", proposed_name(rest))
        return ForeignTag(start, end, Meant.PICTURE, path, doubt="centred" if rest[:1] == "%" else "")
    if sign == "@":
        return left(start, end, "raw", proposed_name(rest))
    if sign == "=" and inner.endswith("="):
        return left(start, end, "delimiters", inner.strip("= "))
    if sign in ":$!~*>+":
        return left(start, end, "made_by_program", proposed_name(rest))
    return _value(start, end, inner)


def _names_of_poi_tl(text: str) -> tuple[str, ...] | None:
    """Return the names that a tag's text is; blanks part words of an expression there."""
    return None if re.search(r"\s", text.strip()) else names_of(text)


def _value(start: int, end: int, inner: str, names: Names = names_of) -> ForeignTag:
    path = names(inner)
    if path is None:
        why = "filter" if "|" in inner and "||" not in inner else "function"
        return left(start, end, why, proposed_name(inner))
    return ForeignTag(start, end, Meant.FIELD, path)


def _section(start: int, end: int, text: str, *, is_negated: bool, names: Names = names_of) -> ForeignTag:
    path = names(text)
    if path is not None:
        if is_negated:
            return ForeignTag(start, end, Meant.IF, tests=(Test(path, is_negated=True),), name=path)
        return ForeignTag(start, end, Meant.SECTION, path, name=path)
    if text == ".":
        return ForeignTag(start, end, Meant.SECTION, why="nested_list", proposed="items")
    tests = read_tests(text)
    if tests is None or is_negated:
        return ForeignTag(
            start,
            end,
            Meant.IF,
            why="joined" if joins_conditions(text) else "condition",
            proposed=proposed_name(text),
        )
    return ForeignTag(start, end, Meant.IF, tests=tests)


def read_poi_tl(start: int, end: int, inner: str) -> ForeignTag:
    """Read a tag of poi-tl; ``inner`` is what stands between its delimiters."""
    sign, rest = inner[:1], inner[1:].strip()
    if inner in ("#this", "=#this"):
        return ForeignTag(start, end, Meant.FIELD)
    if re.fullmatch(r"=?\s*_index\s*\+\s*1", inner):
        return ForeignTag(start, end, Meant.NUMBER)
    if inner.lstrip("= ") == "_index":
        return left(start, end, "counts_from_0")
    if sign == "/":
        return ForeignTag(start, end, Meant.END, name=names_of(rest))
    if sign == "?":
        if rest in _COPIES:
            copy, is_negated = _COPIES[rest]
            test = Test(copy=copy, is_negated=is_negated)
            return ForeignTag(start, end, Meant.IF, tests=(test,), name=(rest,))
        if rest in _OF_COPY:
            return ForeignTag(start, end, Meant.IF, why="of_copy", name=(rest,), proposed=proposed_name(rest))
        text = rest.removeprefix("#this.").strip()
        return _with_copies(_section(start, end, text, is_negated=False, names=_names_of_poi_tl))
    if sign in "@*":
        return _picture_or_lines(start, end, sign, rest)
    if sign in _LEFT_OF_POI_TL:
        return left(start, end, _LEFT_OF_POI_TL[sign], proposed_name(rest))
    value = inner.removeprefix("=").removeprefix("#this.").strip()
    if value in _OF_COPY:
        return left(start, end, "of_copy", proposed_name(value))
    return _poi_value(start, end, value)


def _with_copies(tag: ForeignTag) -> ForeignTag:
    """Return a condition of poi-tl; what it knows of a copy (``!_has_next``) is none of the data."""
    asked = [test.path[0] for test in tag.tests if test.path and test.path[0] in _OF_COPY]
    if not asked:
        return tag
    [*tests] = map(_of_copy, tag.tests)
    if all(tests):
        return tag._replace(tests=tuple(test for test in tests if test))
    return ForeignTag(tag.start, tag.end, Meant.IF, why="of_copy", name=tag.name, proposed=asked[0])


def _of_copy(test: Test) -> Test | None:
    if not test.path or test.path[0] not in _OF_COPY:
        return test
    state = _COPIES.get(test.path[0])
    if state is None or test.operator is not None or len(test.path) > 1:
        return None
    return Test(copy=state[0], is_negated=state[1] != test.is_negated)


def _picture_or_lines(start: int, end: int, sign: str, rest: str) -> ForeignTag:
    path = _names_of_poi_tl(rest)
    if path is None:
        return left(start, end, "function", proposed_name(rest))
    if sign == "@":
        return ForeignTag(start, end, Meant.PICTURE, path)
    return ForeignTag(start, end, Meant.FIELD, path, formats=("分隔:\\n",), doubt="numbering")


def _poi_value(start: int, end: int, text: str) -> ForeignTag:
    name, elvis, default = text.partition("?:")
    path, string = _names_of_poi_tl(name), read_string(default)
    if elvis and path is not None and string is not None and read_literal(default) is not None:
        return ForeignTag(start, end, Meant.FIELD, path, formats=(f"缺省:{string}",))
    return _value(start, end, text, _names_of_poi_tl)
