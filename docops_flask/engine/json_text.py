"""Artefacts as JSON text that people can read and lists stay fast to write: one entry a line."""

import json
from collections.abc import Iterable, Mapping
from json.encoder import encode_basestring
from typing import Any

# Returns a text as JSON in quotation marks, characters beyond ASCII as they are.
quoted = encode_basestring


class Written(str):
    """JSON text where a value is expected: who has it ready need not have it made of objects again."""

    __slots__ = ()


def json_text(document: Mapping[str, Any]) -> bytes:
    """Return ``document`` as UTF-8 JSON, each of its members, and each item of a list member, on a line.

    Members and their items may be ``Written``. The standard library's ``indent`` would take its slow encoder,
    which shows with thousands of entries.
    """
    members = ",\n".join(f"{quoted(key)}: {_member(value)}" for key, value in document.items())
    return f"{{\n{members}\n}}\n".encode()


def json_value(value: Any) -> str:
    """Return ``value`` as JSON on one line."""
    return value if type(value) is Written else _dumps(value)


def json_object(members: Mapping[str, Any]) -> Written:
    """Return an object as JSON on one line; its members may be ``Written``."""
    written = [f"{quoted(key)}: {json_value(value)}" for key, value in members.items()]
    return Written("{" + ", ".join(written) + "}")


def json_list(items: Iterable[str]) -> Written:
    """Return a list of what is JSON already, on one line."""
    return Written("[" + ", ".join(items) + "]")


def _member(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join([json_value(item) for item in value]) + "\n]"
    return json_value(value)


# ``json.dumps`` would make an encoder anew for every entry.
_dumps = json.JSONEncoder(ensure_ascii=False).encode
