"""The formats for people, in English and Chinese, each with an example: ``formats.toml``."""

import tomllib
from functools import lru_cache
from pathlib import Path
from typing import Any

from docops_flask.engine.template.formats.table import Format, rule_of

_FILE = Path(__file__).with_name("formats.toml")


@lru_cache(maxsize=1)
def describe_formats() -> list[dict[str, Any]]:
    """Return the formats as ``/v1/meta`` lists them.

    ``name`` is what stands behind the bar, of a pattern (``is_pattern``) one of many; with ``has_argument``
    a colon and a text follow. ``takes`` is ``date``, ``number``, ``integer``, ``texts``, ``list``,
    ``text``, ``rich`` or ``any``; ``example`` has ``tag``, ``value`` (``None``: no value is given) and
    ``text``, which it becomes.
    """
    return [_described(each) for each in tomllib.loads(_FILE.read_text("utf-8"))["formats"]]


def _described(entry: dict[str, Any]) -> dict[str, Any]:
    has_argument = entry.get("has_argument", False)
    rule = rule_of(Format(entry["name"], "." if has_argument else None))
    assert rule is not None, entry["name"]
    return {
        "name": entry["name"],
        "is_pattern": entry.get("is_pattern", False),
        "has_argument": has_argument,
        "takes": rule.takes,
        "description": entry["description"],
        "example": {"tag": entry["tag"], "value": entry.get("value"), "text": entry["text"]},
    }
