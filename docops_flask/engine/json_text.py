"""Artefacts as JSON text that people can read and lists stay fast to write: one entry a line."""

import json
from collections.abc import Mapping
from typing import Any


def json_text(document: Mapping[str, Any]) -> bytes:
    """Return ``document`` as UTF-8 JSON, each of its members, and each item of a list member, on a line.

    The standard library's ``indent`` would take its slow encoder, which shows with thousands of entries.
    """
    members = ",\n".join(f"{_dumps(key)}: {_member(value)}" for key, value in document.items())
    return f"{{\n{members}\n}}\n".encode()


def _member(value: Any) -> str:
    if isinstance(value, list) and value:
        return "[\n" + ",\n".join(_dumps(item) for item in value) + "\n]"
    return _dumps(value)


# ``json.dumps`` would make an encoder anew for every entry.
_dumps = json.JSONEncoder(ensure_ascii=False).encode
