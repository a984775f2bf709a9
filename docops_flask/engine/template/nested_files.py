"""Unpacks the files inside a file of a package, and says which of them cannot be read.

A file may hold others: a ZIP archive (.docx, .xlsx …), an OLE compound file (embedded objects, Office files
before 2007), a MIME message (.mht), a file packed with gzip (.emz). Sources: [MS-CFB], [MS-OFFCRYPTO] 2.3.4
(EncryptedPackage), [MS-DOC] 2.5.2 (FibBase), [MS-XLS] 2.4.117 (FilePass), RFC 1952, RFC 2045.
"""

import re
import zlib
from binascii import Error, a2b_base64, a2b_hex
from collections.abc import Iterator
from typing import NamedTuple

from docops_flask.engine.errors import DocopsError
from docops_flask.engine.opc.compound_file import CompoundFile, DamagedFile
from docops_flask.engine.opc.first_bytes import OLE_MAGIC, ZIP_MAGIC
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.run_warnings import DEEP, ENCRYPTED, LARGE, UNREADABLE

# Below so many files in files nothing is unpacked: a workbook in an object in a document is four deep.
MAX_DEPTH = 8
_GZIP = b"\x1f\x8b\x08"
# Archives that are not unpacked.
_PACKED = (b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\xfd7zXZ\0", b"BZh9")
_ZIP_END = b"PK\x05\x06"
_ZIP_END_BYTES = 22
# Files without text, by their names.
_MEDIA = (
    ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff", ".ico", ".wdp", ".mp3", ".mp4", ".wav", ".avi",
    ".wmv", ".ttf", ".otf", ".odttf", ".fntdata",
)  # fmt: skip
# The object of a file of any kind: a header, then the file ([MS-OLEDS] 2.3.6).
_NATIVE = "Ole10Native"
# Code of Visual Basic, packed in a way of its own ([MS-OVBA] 2.4.1).
_MACROS = ("vbaproject.bin", "_VBA_PROJECT")
# A part of a message in base64: the rest of its headers, of which few lines are looked at, and its content.
_BASE64_PART = (
    rb"(?i:Content-Transfer-Encoding:[ \t]*+base64)[^\n]*+\n"
    rb"(?:[^\r\n][^\n]*+\n){0,50}+\r?\n([A-Za-z0-9+/=\s]*+)"
)
_MIME, _MIME_HEAD = b"MIME-Version", 2000
# Files written as text: in base64 in URLs of pages (RFC 2397) and in a package in one file (pkg:binaryData),
# in digits in RTF.
_DATA_URL = rb"data:[\w.+/;=-]*;base64,([A-Za-z0-9+/=\s]++)"
_BINARY_DATA = rb"binaryData>([A-Za-z0-9+/=\s]++)<"
_OBJECT_DATA = rb"\\objdata\b[^0-9a-fA-F]{0,20}+((?:[0-9a-fA-F]{2}\s*+)++)"
_PDF, _PDF_HEAD = b"%PDF-", 1024


class NestedFile(NamedTuple):
    """A file inside another that holds no further ones: its name there ("" for the other itself).

    Where it cannot be read, ``unread`` says why (a code of ``run_warnings``); ``content`` is then what there
    is to search all the same, if anything.
    """

    name: str
    content: bytes
    unread: str = ""


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


def may_hold_files(head: bytes) -> bool:
    """Say whether a file that begins with ``head``, about 2,000 bytes, is one to be unpacked or told of."""
    return head.startswith((ZIP_MAGIC, OLE_MAGIC, _GZIP, *_PACKED)) or _MIME in head or _PDF in head


def files_in(content: bytes, budget: Budget, name: str = "", depth: int = 0) -> Iterator[NestedFile]:
    """Yield the files in ``content``, the bytes of a file called ``name``, or this file itself."""
    if not may_hold_files(content[:_MIME_HEAD]):
        yield from _in_text(content, budget, name, depth)
    elif depth >= MAX_DEPTH:
        yield NestedFile(name, b"", DEEP)
    elif content.startswith(ZIP_MAGIC):
        yield from _in_archive(content, budget, name, depth)
    elif content.startswith(OLE_MAGIC):
        yield from _in_compound_file(content, budget, name, depth)
    elif content.startswith(_GZIP):
        yield from _in_gzip(content, budget, name, depth)
    elif content.startswith(_PACKED) or _PDF in content[:_PDF_HEAD]:
        # The text of a PDF is packed as a rule.
        yield NestedFile(name, content, UNREADABLE)
    else:
        yield from _in_text(content, budget, name, depth)


def _inside(name: str, inner: str) -> str:
    return f"{name}/{inner}" if name else inner


def _in_archive(content: bytes, budget: Budget, name: str, depth: int) -> Iterator[NestedFile]:
    try:
        archive = ZipReader(content, budget.limits)
    except DocopsError as error:
        if "limit" in error.detail:
            yield NestedFile(name, b"", LARGE)
        else:
            is_encrypted = error.detail.get("reason") == "encrypted"
            yield NestedFile(name, content, ENCRYPTED if is_encrypted else UNREADABLE)
        return
    for entry in archive.entries:
        inner = _inside(name, entry.name)
        if entry.name.lower().endswith(_MEDIA) or entry.name.endswith("/"):
            continue
        if entry.name.lower().endswith(_MACROS[0]):
            yield NestedFile(inner, b"", UNREADABLE)
        elif not budget.takes(entry.size):
            yield NestedFile(inner, b"", LARGE)
        else:
            try:
                unpacked = archive.read(entry)
            except DocopsError:
                yield NestedFile(inner, b"", UNREADABLE)
                continue
            yield from files_in(unpacked, budget, inner, depth + 1)
    archive.close()


def _in_compound_file(content: bytes, budget: Budget, name: str, depth: int) -> Iterator[NestedFile]:
    try:
        file = CompoundFile(content)
    except DamagedFile:
        yield NestedFile(name, content, UNREADABLE)
        if ZIP_MAGIC in content:
            yield from files_in(_from_archive(content), budget, name, depth + 1)
        return
    for stream in file.streams:
        inner = _inside(name, stream.name)
        if stream.name == "EncryptedPackage":
            yield NestedFile(name, b"", ENCRYPTED)
        elif stream.name == _MACROS[1]:
            yield NestedFile(name, b"", UNREADABLE)
        elif not budget.takes(stream.size):
            yield NestedFile(inner, b"", LARGE)
        else:
            try:
                unpacked = file.read(stream)
            except DamagedFile:
                yield NestedFile(inner, b"", UNREADABLE)
                continue
            if _is_encrypted(stream.name, unpacked):
                yield NestedFile(name, b"", ENCRYPTED)
            else:
                yield from files_in(_native(stream.name, unpacked), budget, inner, depth + 1)


def _native(name: str, content: bytes) -> bytes:
    """Return the file in the object of any file, where it is one to unpack; else the stream as it is."""
    if name != _NATIVE:
        return content
    begins = [at for magic in (ZIP_MAGIC, OLE_MAGIC, _PDF, *_PACKED) if (at := content.find(magic)) >= 0]
    if not begins:
        return content
    begin = min(begins)
    return _from_archive(content) if content.startswith(ZIP_MAGIC, begin) else content[begin:]


def _from_archive(content: bytes) -> bytes:
    """Return the ZIP archive in ``content``; what lies behind it is no part of it."""
    begin = content.find(ZIP_MAGIC)
    return content[begin : max(begin, content.rfind(_ZIP_END) + _ZIP_END_BYTES)]


def _is_encrypted(stream: str, content: bytes) -> bool:
    """Say whether a stream is that of a Word document or an Excel workbook with a password."""
    if stream == "WordDocument":
        return len(content) > 11 and bool(content[11] & 1)
    at, number = 0, 0
    while stream in ("Workbook", "Book") and number < 4 and at + 4 <= len(content):
        record = int.from_bytes(content[at : at + 2], "little")
        if record == 0x2F:
            return True
        at += 4 + int.from_bytes(content[at + 2 : at + 4], "little")
        number += 1
    return False


def _in_gzip(content: bytes, budget: Budget, name: str, depth: int) -> Iterator[NestedFile]:
    unpacker = zlib.decompressobj(zlib.MAX_WBITS | 16)
    pieces: list[bytes] = []
    pending = content
    try:
        while not unpacker.eof and (piece := unpacker.decompress(pending, 1 << 20)):
            if not budget.takes(len(piece)):
                yield NestedFile(name, b"", LARGE)
                return
            pieces.append(piece)
            pending = unpacker.unconsumed_tail
    except zlib.error:
        yield NestedFile(name, content, UNREADABLE)
        return
    yield from files_in(b"".join(pieces), budget, name, depth + 1)


def _in_text(content: bytes, budget: Budget, name: str, depth: int) -> Iterator[NestedFile]:
    """Yield a file of text, and the files that are written in it."""
    yield NestedFile(name, content)
    patterns = [
        pattern
        for mark, pattern in (
            (b";base64,", _DATA_URL),
            (b"binaryData>", _BINARY_DATA),
            (b"\\objdata", _OBJECT_DATA),
        )
        if mark in content
    ]
    if _MIME in content[:_MIME_HEAD]:
        patterns.append(_BASE64_PART)
    for pattern in patterns:
        for match in re.finditer(pattern, content):
            if depth >= MAX_DEPTH or not budget.takes(len(match[1])):
                yield NestedFile(name, b"", DEEP if depth >= MAX_DEPTH else LARGE)
                return
            yield from files_in(_written(pattern, match[1]), budget, name, depth + 1)


def _written(pattern: bytes, text: bytes) -> bytes:
    """Return the file that is written as ``text``; of an object in RTF the compound file in it."""
    plain = b"".join(text.split())
    if pattern == _OBJECT_DATA:
        written = a2b_hex(plain)
        return written[max(0, written.find(OLE_MAGIC)) :]
    try:
        # Padding that is too much is ignored (RFC 2045, 6.8).
        return a2b_base64(plain + b"==")
    except Error:
        return b""
