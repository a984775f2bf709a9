"""Members of the JSON that claims are read from, each checked for its type."""

from typing import Any, TypeVar

from docops_flask.engine.errors import InvalidArgument

T = TypeVar("T")

# The files that claims are read from, by the form fields of /v1/verify.
LOG, REPORT = "replace_log", "format_report"

_TYPE_NAMES = {
    int: "a whole number",
    str: "text",
    list: "a list",
    dict: "an object",
}


def member(holder: dict[str, Any], name: str, wanted: type[T], part: str, path: str) -> T:
    """Return the member ``name`` of an object at ``path`` of the file ``part``, of the type ``wanted``.

    Raises ``InvalidArgument`` (``detail.field``, ``detail.path``) where it is missing or of another type.
    """
    if name not in holder:
        raise malformed(part, f"{path}.{name}", wanted, missing=True)
    return value_as(wanted, holder[name], part, f"{path}.{name}")


def value_as(wanted: type[T], value: object, part: str, path: str) -> T:
    """Return ``value``, at ``path`` of the file ``part``; raise ``InvalidArgument`` if of another type."""
    if type(value) is not wanted:
        raise malformed(part, path, wanted)
    return value


def texts_in(holder: dict[str, Any], name: str, part: str, path: str) -> tuple[str, ...]:
    """Return the texts in the list ``name`` of an object."""
    texts = member(holder, name, list, part, path)
    return tuple(value_as(str, each, part, f"{path}.{name}[{number}]") for number, each in enumerate(texts))


def malformed(part: str, path: str, wanted: type, *, missing: bool = False) -> InvalidArgument:
    """Return the error about a value at ``path`` of the file ``part`` that is missing or not ``wanted``."""
    problem = "is missing" if missing else f"must be {_TYPE_NAMES[wanted]}"
    return InvalidArgument(
        f"{part}: {path} {problem}; send the file as it came out of the job.", field=part, path=path
    )
