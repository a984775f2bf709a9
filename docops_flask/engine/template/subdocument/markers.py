"""What stands for a sub-document while the other values are filled: the name of its file, in noncharacters.

It is put where its tag stands as any text is, and gives way to the document in ``insertion``. Noncharacters
have no meaning in any document (Unicode 23.7), and XML can hold these.
"""

import re

_START, _END = "\U0001fffe", "\U0001ffff"
# The signs for hexadecimal digits: the two noncharacters of each plane from U+2FFFE on.
_DIGITS = {format(number, "x"): chr(0x2FFFE + number // 2 * 0x10000 + number % 2) for number in range(16)}
_TO_SIGNS = str.maketrans(_DIGITS)
_TO_DIGITS = str.maketrans({sign: digit for digit, sign in _DIGITS.items()})
# The signs in UTF-8.
_SIGNS = re.compile(rb"(?:\xf0[\x9f\xaf\xbf]|\xf1[\x8f\x9f\xaf\xbf]|\xf2[\x8f\x9f])\xbf[\xbe\xbf]")
MARKER = re.compile(f"{_START}([{''.join(_DIGITS.values())}]*){_END}")


def marker_of(file: str) -> str:
    """Return what stands for the document with the file name ``file``."""
    return f"{_START}{file.encode('utf-8', 'surrogatepass').hex().translate(_TO_SIGNS)}{_END}"


def is_marker(text: str | None) -> bool:
    """Say whether ``text`` stands for a sub-document."""
    return text is not None and text.startswith(_START) and MARKER.fullmatch(text) is not None


def file_of(marker: str) -> str:
    """Return the file name of the document that ``marker`` stands for."""
    match = MARKER.fullmatch(marker)
    assert match is not None
    return bytes.fromhex(match[1].translate(_TO_DIGITS)).decode("utf-8", "surrogatepass")


def holds_marker(markup: bytes) -> bool:
    """Say whether ``markup``, in UTF-8, may hold a marker; its signs may be references."""
    return _START.encode() in markup or f"&#{ord(_START)};".encode() in markup


def count_in(markup: str) -> int:
    """Return how many markers begin in ``markup``; encodings that lack their signs have references."""
    return markup.count(_START) + markup.count(f"&#{ord(_START)};")


def without_signs(content: bytes) -> bytes:
    """Return a report's text, as UTF-8, without what stands for documents."""
    return _SIGNS.sub(b"", content)
