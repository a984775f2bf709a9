"""Finds placeholders in files inside the package that are not filled: embedded documents, imported content.

Such a file may be a ZIP (.docx, .xlsx …), an OLE file, HTML, RTF, MHTML or text, in several encodings. Its
markup is not understood; markup inside a name is skipped.
"""

import re
from binascii import Error, a2b_base64
from collections.abc import Iterator
from typing import NamedTuple

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.zip_reader import ZipReader

# The brackets as a file may write them: UTF-8, GB 18030, character references, RTF, quoted-printable.
_FORMS = (
    (rb"\xe3\x80\x90", rb"\xe3\x80\x91"),
    (rb"\xa1\xbe", rb"\xa1\xbf"),
    (rb"&#12304;", rb"&#12305;"),
    (rb"&#[xX]3010;", rb"&#[xX]3011;"),
    (rb"\\u12304 ?(?:\?|\\'[0-9a-fA-F]{2})?", rb"\\u12305"),
    (rb"\\'[aA]1\\'[bB][eE]", rb"\\'[aA]1\\'[bB][fF]"),
    (rb"=E3=80=90", rb"=E3=80=91"),
    (rb"=A1=BE", rb"=A1=BF"),
)
# Tags, words and braces of RTF, soft line breaks. Bounded, and without backtracking.
_MARKUP = rb"<[^<>]{0,400}+>|\\(?!u1230[45])[a-z]{1,20}+-?+[0-9]{0,6}+ ?+|[{}]|=?+\r?+\n"
_BETWEEN = rb"((?:[A-Z0-9_]|" + _MARKUP + rb"){1,300}+)"
_WIDE = (
    rb"\x10\x30((?:[A-Z0-9_]\0){1,100}+)\x11\x30",
    rb"\x30\x10((?:\0[A-Z0-9_]){1,100}+)\x30\x11",
)
# A part of a message in base64: the rest of its headers, of which few lines are looked at, and its content.
_BASE64_PART = (
    rb"(?i:Content-Transfer-Encoding:[ \t]*+base64)[^\n]*+\n"
    rb"(?:[^\r\n][^\n]*+\n){0,50}+\r?\n([A-Za-z0-9+/=\s]*+)"
)
# Below so many files in files nothing is looked for.
_MAX_DEPTH = 3
_MEDIA = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".emf", ".wmf", ".ico", ".wdp", ".mp3", ".mp4",
    ".wav", ".avi", ".wmv", ".ttf", ".otf", ".odttf", ".fntdata",
)  # fmt: skip


class Embedded(NamedTuple):
    """A placeholder in an embedded file: the file inside that ("" for itself), its first byte, its text."""

    member: str
    start: int
    text: str


class Budget:
    """How many bytes may still be unpacked from files inside the package, all together."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._left = limits.unpacked_bytes

    def takes(self, size: int) -> bool:
        """Count ``size`` more bytes; say whether that many are left."""
        if size > self._left:
            return False
        self._left -= size
        return True


def find_embedded(content: bytes, budget: Budget, member: str = "", depth: int = 0) -> Iterator[Embedded]:
    """Yield the placeholders in ``content``, the bytes of a file called ``member``."""
    archive = _archive(content, budget.limits) if depth < _MAX_DEPTH else None
    if archive is not None:
        for entry in archive.entries:
            if entry.name.lower().endswith(_MEDIA) or not budget.takes(entry.size):
                continue
            try:
                inner = archive.read(entry)
            except DocopsError:
                continue
            yield from find_embedded(inner, budget, f"{member}/{entry.name}".lstrip("/"), depth + 1)
        archive.close()
        return
    for piece in _decoded_pieces(content):
        for start, name in _names_in(piece):
            yield Embedded(member, start, f"【{name}】")


def _archive(content: bytes, limits: Limits) -> ZipReader | None:
    """Return the ZIP that ``content`` is, or that an OLE file holds in one piece."""
    at = 0 if content.startswith(b"PK\x03\x04") else -1
    if content.startswith(b"\xd0\xcf\x11\xe0"):
        at = content.find(b"PK\x03\x04")
    if at < 0:
        return None
    end = content.rfind(b"PK\x05\x06") + 22
    try:
        return ZipReader(content[at : max(at, end)] if at else content, limits)
    except DocopsError:
        return None


def _decoded_pieces(content: bytes) -> list[bytes]:
    """Return the content, and what the parts of a MIME message in base64 stand for (RFC 2045, 6.8)."""
    if b"MIME-Version" not in content[:2000]:
        return [content]
    pieces = [content]
    for match in re.finditer(_BASE64_PART, content):
        plain = b"".join(match[1].split())
        try:
            # Padding that is too much is ignored.
            pieces.append(a2b_base64(plain + b"=="))
        except Error:
            continue
    return pieces


def _names_in(content: bytes) -> Iterator[tuple[int, str]]:
    found: dict[int, str] = {}
    for opening, closing in _FORMS:
        if re.search(opening, content) is None:
            continue
        for match in re.finditer(opening + _BETWEEN + closing, content):
            found[match.start()] = re.sub(_MARKUP, b"", match[1]).decode("ascii", "replace")
    for pattern in _WIDE:
        for match in re.finditer(pattern, content):
            found[match.start()] = match[1].replace(b"\0", b"").decode()
    for start, name in sorted(found.items()):
        if re.search("[A-Z]", name):
            yield start, name
