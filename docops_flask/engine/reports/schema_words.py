"""What a template says around its fields, as annotations of the schema of an open task."""

from collections.abc import Mapping
from typing import Any

from docops_flask.engine.template.field_labels import FieldWords

_Words = Mapping[tuple[str, ...], FieldWords]


def add_words(schema: dict[str, Any], words: _Words) -> None:
    """Add ``title``, ``x-docops-format`` and ``x-docops-context`` to the properties of ``schema``.

    ``words`` are by the path of names that a tag has, which in the items of a list begins at the item.
    """
    _add(schema, words, ())


def _add(schema: dict[str, Any], words: _Words, path: tuple[str, ...]) -> None:
    for name, inner in schema.get("properties", {}).items():
        own = (*path, name)
        found = words.get(own)
        if found is not None:
            if found.label and found.label != name:
                inner["title"] = found.label
            if found.format:
                inner["x-docops-format"] = found.format
            if found.before or found.after:
                inner["x-docops-context"] = [found.before, found.after]
        if "items" in inner:
            _add(inner["items"], words, ())
        else:
            _add(inner, words, own)
