"""Compares the arguments of a tool with their JSON Schema, and names every fault with its place.

It knows the keywords that the tools' schemas use (``schemas``): type, properties, required,
additionalProperties (false), enum, items, minItems, maxItems, minLength, maxLength, minimum, maximum.
JSON Schema 2020-12, validation vocabulary.
"""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from docops_flask.engine.errors import InvalidArgument, echo

FIELD = "arguments"
_MOST_FAULTS = 20
_TYPES: Mapping[str, type | tuple[type, ...]] = {
    "string": str,
    "object": dict,
    "array": list,
    "boolean": bool,
}


def check_arguments(arguments: Mapping[str, Any], schema: Mapping[str, Any]) -> None:
    """Raise ``InvalidArgument`` unless ``arguments`` fit ``schema``.

    ``detail.errors`` has each fault: ``path`` (a JSON path from the arguments on) and ``message``.
    """
    faults = list(islice(_faults(arguments, schema, "$"), _MOST_FAULTS))
    if not faults:
        return
    path, message = faults[0]
    more = f" ({len(faults) - 1} more in detail.errors)" if len(faults) > 1 else ""
    raise InvalidArgument(
        f"{FIELD}: {path}: {message}{more}",
        field=FIELD,
        errors=[{"path": path, "message": message} for path, message in faults],
    )


def _faults(value: Any, schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    types = schema.get("type", [])
    wanted = [types] if isinstance(types, str) else types
    if wanted and not any(_is(value, each) for each in wanted):
        yield path, f"must be {' or '.join(map(_with_article, wanted))}."
    elif "enum" in schema and value not in schema["enum"]:
        yield path, f"unknown value; use one of {', '.join(map(str, schema['enum']))}."
    elif isinstance(value, str):
        yield from _length_faults(value, schema, path)
    elif isinstance(value, dict):
        yield from _member_faults(value, schema, path)
    elif isinstance(value, list):
        yield from _item_faults(value, schema, path)
    elif isinstance(value, int) and not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield path, f"must be from {schema.get('minimum')} to {schema.get('maximum')}."


def _is(value: Any, name: str) -> bool:
    if name == "integer":
        return isinstance(value, int) and not isinstance(value, bool)
    if name == "null":
        return value is None
    return isinstance(value, _TYPES[name])


def _with_article(name: str) -> str:
    if name == "null":
        return name
    return f"{'an' if name[0] in 'aeio' else 'a'} {name}"


def _length_faults(value: str, schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if len(value) < schema.get("minLength", 0):
        yield path, "must not be empty."
    most = schema.get("maxLength")
    if most is not None and len(value) > most:
        yield path, f"must have at most {most} characters."


def _member_faults(value: dict[str, Any], schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    known = schema.get("properties", {})
    others = schema.get("additionalProperties", True)
    for name in schema.get("required", []):
        if name not in value:
            yield f"{path}.{name}", "missing."
    for name, each in value.items():
        place = f"{path}.{echo(name)}"
        if name in known:
            yield from _faults(each, known[name], place)
        elif others is False:
            yield place, f"unknown; use {', '.join(known) or 'no arguments'}."
        elif isinstance(others, Mapping):
            yield from _faults(each, others, place)


def _item_faults(value: list[Any], schema: Mapping[str, Any], path: str) -> Iterator[tuple[str, str]]:
    if len(value) < schema.get("minItems", 0):
        yield path, "must not be empty."
    most = schema.get("maxItems")
    if most is not None and len(value) > most:
        yield path, f"must have at most {most} items."
    for number, each in enumerate(value):
        yield from _faults(each, schema.get("items", {}), f"{path}[{number}]")
