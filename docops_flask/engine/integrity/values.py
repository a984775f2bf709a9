"""Whether the values that an open task's log claims are those of its payload.

Tags without formats are checked; what a format makes of a value is not computed again.
"""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from docops_flask.engine.integrity.claims import Claims, PlaceReplacement, Replacement
from docops_flask.engine.integrity.picture_tags import check_tag
from docops_flask.engine.integrity.plan import IGNORED
from docops_flask.engine.integrity.verdict import Unaccounted

# One of these is in every tag of a picture or of a check box.
_WORDS = ("@", "＠", "图片", "IMAGE", "□", "勾选", "CHECK")


def value_faults(claims: Claims, payload: Mapping[str, Any]) -> Iterator[Unaccounted]:
    """Yield each filled paragraph text that is not what ``payload`` has at its ``payload_path``."""
    inside = (each.replacement for each in claims.inline)
    entries: list[Replacement | PlaceReplacement] = [*claims.replacements, *inside, *claims.places]
    texts = {entry.original_text for entry in entries}
    if any(word in text for text in texts for word in _WORDS):
        # Few templates have such tags, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.picture_values import picture_value_faults

        yield from picture_value_faults(claims, payload)
    for entry in claims.replacements:
        expected = _expected(entry, payload)
        if expected is not None and expected != entry.new_text:
            yield Unaccounted(
                "",
                f"$.entries[{entry.place}]",
                "value",
                "its new_text is not the value that the task gives",
            )


def _expected(entry: Replacement, payload: Mapping[str, Any]) -> str | None:
    """Return the text that the payload gives; ``None`` where that cannot be told."""
    path = entry.payload_path
    if path is None or not path.startswith("$.") or set("|｜") & set(entry.original_text):
        return None
    if check_tag(entry.original_text[1:-1].translate(IGNORED)) is not None:
        return None
    value: Any = payload
    for name in path[2:].split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    if not isinstance(value, str):
        return None
    text = value.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    if not entry.copy:
        return text
    # A paragraph that stands once for each line.
    lines, copy = text.split("\n"), entry.copy[-1][1]
    return lines[copy] if 0 <= copy < len(lines) else ""
