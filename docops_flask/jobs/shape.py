"""Whether JSON from a process not trusted has the shape that was agreed."""

# Greater numbers are no whole ones in other languages' JSON, and nothing here is counted that far.
_MOST = 2**53

# ``str``, ``bool``, ``dict``, ``int`` (not negative), ``None``; a frozenset of the numbers or texts allowed;
# ``[x]``: a list of any length; ``{str: x}``: an object with any names; ``{"a": x, "b": y}``: an object with
# exactly these names; a tuple of shapes: any of them.
Shape = object


def fits(value: object, shape: Shape) -> bool:
    """Return whether ``value``, parsed from JSON, is of ``shape``."""
    if isinstance(shape, dict):
        return isinstance(value, dict) and _members_fit(value, shape)
    if isinstance(shape, list):
        (each,) = shape
        return isinstance(value, list) and all(fits(item, each) for item in value)
    if isinstance(shape, tuple):
        return any(fits(value, each) for each in shape)
    if isinstance(shape, frozenset):
        return type(value) in (int, str) and value in shape
    if shape is int:
        return type(value) is int and 0 <= value < _MOST
    return value is None if shape is None else type(value) is shape


def _members_fit(value: dict[str, object], shape: dict[object, Shape]) -> bool:
    if str in shape:
        return all(fits(member, shape[str]) for member in value.values())
    return value.keys() == shape.keys() and all(fits(value[str(name)], shape[name]) for name in shape)
