"""Tells by its bytes what a file is that is no ZIP archive, as they arrive; nothing in it is opened.

Sources: [MS-CFB] 2.6.1 (directory entries of OLE files), [MS-OFFCRYPTO] 2.3.4 (EncryptedPackage), RFC 2397
(data URLs), RFC 4648 (base64).
"""

import re
from binascii import Error, a2b_base64
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE

ZIP_MAGIC = b"PK\x03\x04"
_OTHER_ZIP_MAGICS = (b"PK\x05\x06", b"PK\x07\x08")
# What an archive of OpenDocument begins with: the member mimetype, stored (OpenDocument 1.3 part 2, 3.3).
_OPEN_DOCUMENT = b"mimetypeapplication/vnd.oasis.opendocument."
_FIRST_MEMBER_BYTES = 100
_PACKAGE_MEMBERS = (b"[Content_Types].xml", b"_rels/", b"word/", b"docProps/", b"customXml/")
_LOCAL_HEADER_BYTES = 30
OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# How much of the beginning is looked at.
HEAD_BYTES = 4096
_BY_MAGIC = (
    (b"\x89PNG\r\n\x1a\n", "picture"),
    (b"\xff\xd8\xff", "picture"),
    (b"GIF8", "picture"),
    (b"II*\0", "picture"),
    (b"MM\0*", "picture"),
    (b"Rar!\x1a\x07", "archive"),
    (b"7z\xbc\xaf\x27\x1c", "archive"),
    (b"\x1f\x8b\x08", "archive"),
    (b"\xfd7zXZ\0", "archive"),
    (b"\0\x05\x16\x07", "side_file"),
    (b"L\0\0\0\x01\x14\x02\0", "shortcut"),
)
# A bitmap has zeros where the size of a text file has none; a RIFF file may be a sound.
_BY_PATTERN = ((rb"BM.{4}\0{4}", "picture"), (rb"RIFF.{4}WEBP", "picture"), (rb"BZh[1-9]1AY", "archive"))
_DIRECTORY_ENTRY_BYTES = 128
_NAME_BYTES = 64
# The streams that tell what an OLE file is, by the names of their directory entries.
_STREAMS = {
    "EncryptedPackage": "encrypted",
    "WordDocument": "doc",
    "Workbook": "xls",
    "Book": "xls",
    "PowerPoint Document": "ppt",
    "__properties_version1.0": "message",
}
# Without a stream of these, such as a .wps of Microsoft Works.
_OTHER_OLE = "doc"
# A message may hold documents, and a document workbooks; what is in an encrypted file cannot be seen.
_PRECEDENCE = ("message", "doc", "ppt", "xls", "encrypted")
_HTML = re.compile(
    r"(?:<\?xml[^>]*>|<!--.*?-->|\s)*+"
    r"<(?:!doctype\s+html|html|head|body|meta|title|script|style|table|div|p|span|h[1-6]|center|font|br)\b",
    re.IGNORECASE | re.DOTALL,
)
_HEADERS = re.compile(r"(?:[A-Za-z-]+:.*\n(?:[ \t].*\n)*+)*+", re.IGNORECASE)
_OF_WEB_PAGE = re.compile(r"^Content-Type:\s*(?:multipart/related|text/html)", re.IGNORECASE | re.MULTILINE)
_WORD_XML = re.compile(
    r"<\?mso-application\s+progid=\"Word\.Document\"|<(?:\w+:)?package\b|<w:wordDocument\b"
)
_OPEN_DOCUMENT_XML = re.compile(r"<office:document\b")
_DATA_URL = re.compile(r"data:[\w.+/;=\"-]*;base64,", re.IGNORECASE)
_BASE64 = re.compile(r"[A-Za-z0-9+/_\s-]{16,}=*\s*\Z")
_URL_SAFE = str.maketrans("-_", "+/")
_LOCK_FILE_BYTES = (162, 165)
_LOCK_NAME_BYTES = 54


class FirstBytes:
    """Takes a file's blocks in order and tells what it is; it keeps no more of them than its beginning."""

    def __init__(self) -> None:
        self._head = b""
        self._size = 0
        self._before = b""
        self._seen: set[str] = set()

    def feed(self, block: bytes) -> None:
        """Take the next bytes of the file."""
        at = self._size
        self._size += len(block)
        if len(self._head) < HEAD_BYTES:
            self._head += block[: HEAD_BYTES - len(self._head)]
        if self.wants_more:
            joined = self._before + block
            self._look_for_streams(joined, at - len(self._before))
            self._before = joined[1 - _NAME_BYTES - 2 :]

    @property
    def wants_more(self) -> bool:
        """Whether the bytes that follow can tell more: behind the beginning those of OLE files alone."""
        return len(self._head) < HEAD_BYTES or self._head.startswith(OLE_MAGIC)

    @property
    def begins_as_package(self) -> bool:
        """Whether it is a ZIP archive whose first member is one that packages of documents have."""
        return self._head.startswith(ZIP_MAGIC) and self._head.startswith(
            _PACKAGE_MEMBERS, _LOCAL_HEADER_BYTES
        )

    def kind(self) -> str | None:
        """Return what the file is, by its name in ``OTHER_KINDS``; ``None`` where it begins as a ZIP does."""
        head = self._head
        if head.startswith(ZIP_MAGIC):
            return "odt" if _OPEN_DOCUMENT in head[:_FIRST_MEMBER_BYTES] else None
        if head.startswith(OLE_MAGIC):
            return next((kind for kind in _PRECEDENCE if kind in self._seen), _OTHER_OLE)
        if not head:
            return "empty"
        if ZIP_MAGIC.startswith(head):
            return "truncated"
        if head.startswith(_OTHER_ZIP_MAGICS):
            return "zip_of_files"
        for magic, kind in _BY_MAGIC:
            if head.startswith(magic):
                return kind
        for pattern, kind in _BY_PATTERN:
            if re.match(pattern, head, re.DOTALL):
                return kind
        if not head.strip(b"\0"):
            return "zeros"
        if self._is_lock_file():
            return "lock_file"
        kind = _kind_of_text(head) or "unknown"
        # Readers of PDF look for its beginning in the first 1,024 bytes; printer commands may come before it.
        return "pdf" if kind in ("text", "unknown") and re.search(rb"%PDF-\d", head[:1024]) else kind

    def _look_for_streams(self, data: bytes, offset: int) -> None:
        for name, needle in _NEEDLE_OF.items():
            at = data.find(needle)
            while at >= 0:
                # Entries lie at whole multiples; what lies elsewhere belongs to a file inside this one.
                if (offset + at) % _DIRECTORY_ENTRY_BYTES == 0:
                    self._seen.add(_STREAMS[name])
                    break
                at = data.find(needle, at + 1)

    def _is_lock_file(self) -> bool:
        """Say whether it is Word's owner file: a name's length, the name, and both again in UTF-16."""
        head = self._head
        length = head[0]
        return (
            self._size in _LOCK_FILE_BYTES
            and 0 < length <= _LOCK_NAME_BYTES
            and head[_LOCK_NAME_BYTES : _LOCK_NAME_BYTES + 2] in (bytes((length, 0)), bytes((0, length)))
        )


def _needle(name: str) -> bytes:
    """Return how the directory entry of the stream ``name`` begins: its name, and the length of that."""
    raw = name.encode("utf-16-le")
    return raw.ljust(_NAME_BYTES, b"\0") + (len(raw) + 2).to_bytes(2, "little")


_NEEDLE_OF = {name: _needle(name) for name in _STREAMS}


def _kind_of_text(head: bytes) -> str | None:
    """Return what a file is that begins with readable text, ``None`` where it does not."""
    if head.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        text = head.decode("utf-16", "ignore")
    else:
        # Whatever the encoding of the text: what tells the kinds apart is ASCII.
        text = head.removeprefix(BOM_UTF8).decode("latin-1")
    text = text.lstrip()
    if text.startswith("{\\rtf"):
        return "rtf"
    if text.startswith("%PDF-"):
        return "pdf"
    if _is_base64(text):
        return "base64"
    if _HTML.match(text) or _is_mht(text):
        return "html"
    if text.startswith("<"):
        if _WORD_XML.search(text):
            return "word_xml"
        return "odt" if _OPEN_DOCUMENT_XML.search(text) else "text"
    if not _is_readable(text):
        return None
    if text.startswith("[InternetShortcut]"):
        return "shortcut"
    return "json" if text[:1] in ("{", "[") else "text"


def _is_mht(text: str) -> bool:
    """Say whether it is a web page in one file: the headers of a message whose content is a web page."""
    headers = _HEADERS.match(text)
    return headers is not None and _OF_WEB_PAGE.search(headers[0]) is not None


def _is_base64(text: str) -> bool:
    text = text.lstrip("\"'")
    if _DATA_URL.match(text):
        return True
    begin = "".join(text[:64].split()).translate(_URL_SAFE)[:24]
    if not _BASE64.match(text.rstrip("\"', \r\n;}")) or len(begin) < 16:
        return False
    try:
        decoded = a2b_base64(begin[: len(begin) // 4 * 4])
    except Error:
        return False
    # Any other text of letters and digits may be words.
    return decoded.startswith((ZIP_MAGIC, OLE_MAGIC, b"%PDF-", b"{\\rtf"))


def _is_readable(text: str) -> bool:
    """Say whether there are no control characters but those of lines, tabs and pages."""
    return not re.search("[\0-\x08\x0e-\x1a\x1c-\x1f]", text)
