"""How much the engine does, counted in executed lines instead of timed: the same on any machine."""

import difflib
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any, SupportsIndex

import docops_flask.engine

_ENGINE = Path(docops_flask.engine.__file__).parent
# What reads, fills and proves text, and what of the standard library it hands lists of that length to.
TEXT_PACKAGES = (
    *(f"{_ENGINE}/{name}/" for name in ("opc", "oxml", "document", "template", "integrity", "run")),
    *(f"{_ENGINE}/{name}.py" for name in ("pipeline", "render", "run_result")),
    f"{_ENGINE}/json_text.py",
    difflib.__file__,
)


def steps_of(operation: Callable[..., Any], places: tuple[str, ...] = TEXT_PACKAGES) -> int:
    """How many lines of the files in ``places`` run while ``operation`` does; loops in C are not seen."""
    count = 0
    counted = {}

    def local(_frame: FrameType, event: str, _argument: object) -> Any:
        nonlocal count
        count += event == "line"
        return local

    def trace(frame: FrameType, _event: str, _argument: object) -> Any:
        name = frame.f_code.co_filename
        if name not in counted:
            counted[name] = name.startswith(places)
        return local if counted[name] else None

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        operation()
    finally:
        sys.settrace(before)
    return count


class CountingText(str):
    """A text that counts the characters copied out of it by slices and added in front of it."""

    copied = 0

    def __getitem__(self, key: SupportsIndex | slice) -> str:
        found = super().__getitem__(key)
        CountingText.copied += len(found)
        return found

    def __radd__(self, other: str) -> str:
        CountingText.copied += len(other)
        return other + str(self)
