"""What cannot stand twice in a document: objects with a part of their own that one place alone may use."""

import re

_OBJECTS = {
    b"chart": "a chart",
    b"relIds": "a SmartArt drawing",
    b"OLEObject": "an embedded object",
    b"control": "an ActiveX control",
    b"altChunk": "an imported document",
    b"subDoc": "a subdocument",
}
_OBJECT = re.compile(
    rb"<(?:[^\s<>/:!?]+:)?(" + b"|".join(_OBJECTS) + rb")(?=[\s/>])[^<>]*?:(?:id|dm)\s*=|"
    rb"<(?:[^\s<>/:!?]+:)?(OLEObject)[\s/>]"
)


def unrepeatable_object(content: bytes, start: int, end: int) -> str | None:
    """Return what in the bytes ``start``:``end`` of a part cannot be repeated; ``None`` for nothing."""
    found = _OBJECT.search(content, start, end)
    return None if found is None else _OBJECTS[found[1] or found[2]]
