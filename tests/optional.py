"""Values that may be ``None`` by their type and are not in the case of a test."""

from typing import TypeVar

_Value = TypeVar("_Value")


def not_none(value: _Value | None) -> _Value:
    """Return ``value``; the test fails where it is ``None``."""
    assert value is not None
    return value
