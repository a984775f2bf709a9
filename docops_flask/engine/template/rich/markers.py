"""What stands for a rich value while values are filled: its characters, and behind them how they look.

Filling writes it in place of the tag as any text; ``insertion`` replaces it by runs or paragraphs. Signs that
no text needs, noncharacters (Unicode 23.7), tell it from other text: U+FDD0 text U+FDD1 looks U+FDD2.
"""

import json
import re
from collections.abc import Sequence

from docops_flask.engine.template.rich.values import RichParagraph, RichRun

_START, _LOOKS, _END, _PARAGRAPH, _BREAK, _TAB = map(chr, range(0xFDD0, 0xFDD6))
_DIGITS = {format(number, "x"): chr(0xFDE0 + number) for number in range(16)}
_HEXADECIMAL = str.maketrans({sign: digit for digit, sign in _DIGITS.items()})
_TO_SIGNS = str.maketrans(_DIGITS)
_INSIDE = str.maketrans({"\n": _BREAK, "\t": _TAB})
_OUTSIDE = str.maketrans({_BREAK: "\n", _TAB: "\t"})
MARKER = re.compile(f"{_START}([^{_START}{_LOOKS}{_END}]*){_LOOKS}([\ufde0-\ufdef]*){_END}")
_SIGNS = re.compile(b"\xef\xb7[\x90-\xaf]")


def marker_of(paragraphs: Sequence[RichParagraph]) -> str:
    """Return what stands for ``paragraphs``."""
    text = _PARAGRAPH.join(each.text.translate(_INSIDE) for each in paragraphs)
    looks = [
        [each.kind, each.level, each.start, [[len(run.text), *run[1:]] for run in each.runs]]
        for each in paragraphs
    ]
    written = json.dumps(looks, separators=(",", ":")).encode().hex()
    return f"{_START}{text}{_LOOKS}{written.translate(_TO_SIGNS)}{_END}"


def is_marker(text: str | None) -> bool:
    """Say whether ``text`` stands for a rich value."""
    return text is not None and text.startswith(_START) and MARKER.fullmatch(text) is not None


def paragraphs_in(marker: str) -> list[RichParagraph]:
    """Return the paragraphs that ``marker`` stands for."""
    match = MARKER.fullmatch(marker)
    assert match is not None
    found = []
    looks = json.loads(bytes.fromhex(match[2].translate(_HEXADECIMAL)))
    for line, (kind, level, start, of_runs) in zip(match[1].split(_PARAGRAPH), looks, strict=True):
        text, at, runs = line.translate(_OUTSIDE), 0, []
        for count, *marks in of_runs:
            runs.append(RichRun(text[at : at + count], *marks))
            at += count
        found.append(RichParagraph(kind, tuple(runs), level, start))
    return found


def text_in(text: str) -> str:
    """Return the characters of the rich value that ``text`` stands for, or ``text`` if it stands for none."""
    match = MARKER.fullmatch(text)
    return text if match is None else match[1].replace(_PARAGRAPH, "\n").translate(_OUTSIDE)


def without_signs(content: bytes) -> bytes:
    """Return a report's text, as UTF-8, without the noncharacters of rich values; their characters stay."""
    return _SIGNS.sub(b"", content)
