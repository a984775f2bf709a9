"""The names that statements of Jinja give values of their own, and the state of its loops."""

import re
from collections.abc import Mapping

from docops_flask.engine.template.foreign.tag import Test

_BINDS = re.compile(r"\{%[-+]?\s*(?:(?:tr|tc|p|r)\s+)?(set|macro|call|with|import|from)\b([^%]*)")
_NAME = r"[^\W\d]\w*"
_GIVEN = re.compile(rf"({_NAME})\s*=(?!=)")
# What conditions of a loop's state ask for: whether it is the first or the last copy, and if it is negated.
_STATES: Mapping[tuple[str, str | None, tuple[str, ...]], tuple[str, bool]] = {
    ("first", None, ()): ("first", False),
    ("last", None, ()): ("last", False),
    ("index0", None, ()): ("first", True),
    **{
        (name, operator, (str(number),)): (copy, is_negated)
        for name, first, copy in (("index", 1, "first"), ("index0", 0, "first"), ("revindex", 1, "last"))
        for operator, number, is_negated in (
            ("=", first, False), ("≠", first, True), (">", first, True), ("≥", first + 1, True),
            ("<", first + 1, False), ("≤", first, False),
        )
    },
}  # fmt: skip


def names_set(text: str) -> set[str]:
    """Return the names that statements of ``text`` bind: those of set, with, macro, call and import."""
    names: set[str] = set()
    for word, rest in _BINDS.findall(text):
        if word == "with":
            names.update(_GIVEN.findall(rest))
            continue
        if word == "set":
            bound = rest.partition("=")[0]
        elif word in ("import", "from"):
            bound = re.split(r"\b(?:import|as)\b", rest, maxsplit=1)[-1]
        else:
            bound = rest
        names.update(re.findall(rf"(?<![\w.])({_NAME})", bound))
    return names


def of_copy(test: Test) -> Test | None:
    """Return a condition where one of a loop's state asks for the copy; ``None`` for other states."""
    if test.path[:1] != ("loop",):
        return test
    state = _STATES.get((".".join(test.path[1:]), test.operator, test.literals))
    if state is None:
        return None
    copy, is_negated = state
    return Test(copy=copy, is_negated=test.is_negated != is_negated)
