"""Tags whose value is drawn as a code, as the proof reads them (docs/templates.md, *Codes*)."""

import re
from typing import NamedTuple

_BLANK = " \t\n\u00a0\u3000"
_NAMES = {"二维码": "qr", "QRCODE": "qr", "条码": "code128", "CODE128": "code128"}
_SIZED = re.compile(
    r"(?:[@＠]\s*|(?:图片|IMAGE)(?:\s|[:：])\s*)([^\s:：|｜=＝≠!！<＜>＞≥≤]+)[\s:：]*"
    r"(?:([0-9]+(?:\.[0-9]+)?)\s*(?:[xX×]\s*([0-9]+(?:\.[0-9]+)?)\s*)?mm)?"
)


class CodeTag(NamedTuple):
    """A tag with the format of a code: qr or code128, the level of a QR code, its size as written.

    ``path`` is what it names where it is written as a picture's, ``None`` where as a field.
    """

    kind: str
    level: str
    width: str | None = None
    height: str | None = None
    path: str | None = None


def code_tag(inner: str) -> CodeTag | None:
    """Return the tag of a code that stands between brackets; ``None`` where that is another text."""
    if not any(name in inner for name in _NAMES):
        return None
    before, *formats = re.split("[|｜]", inner.strip(_BLANK))
    for written in formats:
        name, *argument = re.split("[:：]", written.lstrip(_BLANK), maxsplit=1)
        kind = _NAMES.get(name.rstrip(_BLANK))
        if kind is not None:
            tag = CodeTag(kind, argument[0] if argument else "M")
            sized = _SIZED.fullmatch(before.strip(_BLANK))
            return tag if sized is None else tag._replace(width=sized[2], height=sized[3], path=sized[1])
    return None
