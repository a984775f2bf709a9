"""Counts work instead of timing it: executed lines of some folders, children that lxml looks through."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from lxml import etree

import docops_flask

_PACKAGE = Path(docops_flask.__file__).parent
# Twice as much of something may cost twice the work, and a little for the logarithm.
MOST_GROWTH = 2.2


# A single function may be a search in log n steps.
MOST_GROWTH_OF_A_FUNCTION = 3


def executed_lines(work: Callable[[], object], places: Sequence[str]) -> Counter[str]:
    """Return how many lines ``work`` executes in ``places``, by function; places are parts of the package.

    Each turn of a loop counts, in a comprehension too; what one line has C code do does not.
    """
    beginnings = tuple(str(_PACKAGE / place) for place in places)
    lines: Counter[CodeType] = Counter()
    counted: dict[CodeType, bool] = {}

    def enter(frame: FrameType, _event: str, _argument: Any) -> Any:
        code = frame.f_code
        is_counted = counted.get(code)
        if is_counted is None:
            is_counted = counted[code] = code.co_filename.startswith(beginnings)
        return count if is_counted else None

    def count(frame: FrameType, event: str, _argument: Any) -> Any:
        lines[frame.f_code] += event == "line"
        return count

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        work()
    finally:
        sys.settrace(before)
    by_name: Counter[str] = Counter()
    for code, executed in lines.items():
        name = f"{Path(code.co_filename).relative_to(_PACKAGE)}: {code.co_name} ({code.co_firstlineno})"
        by_name[name] += executed
    return by_name


class Children:
    """How many children and attributes searches in elements had to look through, at most."""

    count = 0


@contextmanager
def searched_children() -> Iterator[Children]:
    """Count the searches in all elements that are parsed inside."""
    children = Children()

    class Counting(etree.ElementBase):
        def find(self, *given: Any, **named: Any) -> Any:
            children.count += len(self)
            return super().find(*given, **named)

        def iterchildren(self, *given: Any, **named: Any) -> Any:
            children.count += len(self)
            return super().iterchildren(*given, **named)

        def get(self, *given: Any, **named: Any) -> Any:
            children.count += len(self.attrib)
            return super().get(*given, **named)

        def __iter__(self) -> Any:
            children.count += len(self)
            return super().__iter__()

    etree.set_element_class_lookup(etree.ElementDefaultClassLookup(element=Counting))
    try:
        yield children
    finally:
        etree.set_element_class_lookup(None)
