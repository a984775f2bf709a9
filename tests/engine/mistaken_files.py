"""Files that people send in place of a Word document, each with what it is (``detail.found``)."""

import base64
import io
import struct
import zipfile
from collections.abc import Sequence

from tests.factories import docx, p, package

DOCX = docx(p("【A】"))
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_END_OF_CHAIN, _FREE, _FAT = 0xFFFFFFFE, 0xFFFFFFFF, 0xFFFFFFFD
_SECTOR = 512
_CONTENT_TYPES = (
    '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Override PartName="/{part}" ContentType="{type}"/></Types>'
)
_RELS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship '
    'Id="rId1" Target="{part}" '
    'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/>'
    "</Relationships>"
)


def compound_file(streams: Sequence[str], *, padding: int = 0) -> bytes:
    """An OLE file ([MS-CFB]) with empty ``streams``; ``padding`` sectors lie before its directory."""
    names = ["Root Entry", *streams]
    entries = [
        _directory_entry(name, 5 if number == 0 else 2, child=1 if number == 0 else -1, number=number)
        for number, name in enumerate(names)
    ]
    while len(entries) % 4:
        entries.append(bytes(68) + struct.pack("<3L", *[_FREE] * 3) + bytes(48))
    directory = b"".join(entries)
    count = len(directory) // _SECTOR
    first = 1 + padding
    fat = [_FAT, *[_END_OF_CHAIN] * padding, *range(first + 1, first + count), _END_OF_CHAIN]
    fat += [_FREE] * (_SECTOR // 4 - len(fat))
    header = _OLE + bytes(16) + struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    header += struct.pack("<9L", 0, 1, first, 0, 4096, _END_OF_CHAIN, 0, _END_OF_CHAIN, 0)
    header += struct.pack("<109L", 0, *[_FREE] * 108)
    return header + struct.pack("<128L", *fat) + b"\xaa" * (_SECTOR * padding) + directory


def _directory_entry(name: str, kind: int, *, child: int, number: int) -> bytes:
    raw = name.encode("utf-16-le")
    right = number + 1 if number else -1
    head = raw.ljust(64, b"\0") + struct.pack("<HBB3l", len(raw) + 2, kind, 1, -1, right, child)
    return head.ljust(116, b"\0") + struct.pack("<LQ", _END_OF_CHAIN, 0)


def office(part: str, content_type: str) -> bytes:
    """A package whose main part has another content type than that of a .docx."""
    return package(
        {
            "[Content_Types].xml": _CONTENT_TYPES.format(part=part, type=content_type),
            "_rels/.rels": _RELS.format(part=part),
            part: "<x/>",
        }
    )


def zipped(members: dict[str, bytes]) -> bytes:
    """A ZIP of files, stored."""
    return package(members, compression=zipfile.ZIP_STORED)


def in_folder(folder: str) -> bytes:
    """The parts of a document, unpacked and zipped again with the folder around them."""
    with zipfile.ZipFile(io.BytesIO(DOCX)) as archive:
        members = {f"{folder}/{name}": archive.read(name) for name in archive.namelist()}
    return zipped({f"{folder}/": b"", **members})


_FORMAT = "application/vnd.openxmlformats-officedocument"
_TEXT = "application/vnd.oasis.opendocument.text"
_OWNER = bytes((2,)) + b"Li".ljust(53) + bytes((2, 0)) + "Li".encode("utf-16-le").ljust(106)

# Told by the first bytes, before a renderer is needed.
BY_BYTES: dict[str, tuple[bytes, str]] = {
    "protected with a password": (compound_file(["EncryptionInfo", "EncryptedPackage"]), "encrypted"),
    "protected, its directory far behind": (
        compound_file(["\x06DataSpaces", "EncryptionInfo", "EncryptedPackage"], padding=90),
        "encrypted",
    ),
    "a .doc": (compound_file(["1Table", "WordDocument"]), "doc"),
    "a .doc that holds a protected file": (compound_file(["WordDocument", "EncryptedPackage"]), "doc"),
    "a .wps of Works": (compound_file(["MatOST", "CONTENTS"]), "doc"),
    "a .xls": (compound_file(["Workbook"]), "doc"),
    "an old .xls": (compound_file(["Book"]), "doc"),
    "a .ppt": (compound_file(["PowerPoint Document", "Current User"]), "doc"),
    "a .doc that is cut off": (_OLE + b"x" * 10, "doc"),
    "an Outlook message": (compound_file(["__properties_version1.0"]), "unknown"),
    "RTF": (b"{\\rtf1\\ansi x}", "rtf"),
    "RTF behind blank lines": (b"\r\n\r\n{\\rtf1\\ansi x}", "rtf"),
    "RTF with a mark": (b"\xef\xbb\xbf{\\rtf1}", "rtf"),
    "HTML": (b"<!DOCTYPE html><html><body>x</body></html>", "html"),
    "HTML of Word": (b'\r\n<html xmlns:o="urn:schemas-microsoft-com:office:office">', "html"),
    "XHTML": (b'<?xml version="1.0"?><!-- x --><html xmlns="http://www.w3.org/1999/xhtml">', "html"),
    "HTML in UTF-16": ("<HTML><head>".encode("utf-16"), "html"),
    "a table alone": (b"<TABLE border=1><tr><td>x</td></tr></TABLE>", "html"),
    "MHT": (
        b"MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\tboundary=x\r\n\r\n--x\r\n<html>",
        "html",
    ),
    "MHT of a browser": (
        b"From: <Saved by Blink>\r\nContent-Type: multipart/related; type=x\r\n\r\n",
        "html",
    ),
    "an .odt": (zipped({"mimetype": _TEXT.encode(), "content.xml": b"<x/>"}), "odt"),
    "an .ods": (
        zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b""}),
        "odt",
    ),
    "an .fodt": (b'<?xml version="1.0"?>\n<office:document xmlns:office="x">', "odt"),
    "PDF": (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", "pdf"),
    "PDF behind printer commands": (b"\x1b%-12345X@PJL\r\n%PDF-1.4", "pdf"),
    "base64": (base64.b64encode(DOCX), "base64"),
    "base64 in lines": (base64.encodebytes(DOCX), "base64"),
    "base64 for URLs": (base64.urlsafe_b64encode(DOCX), "base64"),
    "base64 in quotes": (b'"' + base64.b64encode(DOCX) + b'"\n', "base64"),
    "base64 in UTF-16": (base64.b64encode(DOCX).decode().encode("utf-16"), "base64"),
    "a data URL": (b"data:application/octet-stream;base64," + base64.b64encode(DOCX), "base64"),
    "base64 of a .doc": (base64.b64encode(compound_file(["WordDocument"])), "base64"),
    "empty": (b"", "empty"),
    "the first two bytes": (b"PK", "truncated"),
    "an empty archive": (zipped({}), "zip_of_files"),
    "plain text": ("关于召开会议的通知\n".encode(), "unknown"),
    "plain text in GBK": ("关于召开会议的通知\r\n".encode("gbk"), "unknown"),
    "words that look like base64": (b"abcdefghijklmnopqrstuvwxyz", "unknown"),
    "JSON": (b'{"task_type": "meeting_notice", "payload": {}}', "unknown"),
    "a flat package": (
        b'<?xml version="1.0"?>\n<?mso-application progid="Word.Document"?><pkg:package xmlns:pkg="x">',
        "unknown",
    ),
    "XML": (b"<?xml version='1.0'?><notice/>", "unknown"),
    "PNG": (b"\x89PNG\r\n\x1a\n" + bytes(20), "unknown"),
    "JPEG": (b"\xff\xd8\xff\xe0\x00\x10JFIF", "unknown"),
    "a bitmap": (b"BM" + struct.pack("<LLL", 100, 0, 54) + bytes(90), "unknown"),
    "RAR": (b"Rar!\x1a\x07\x01\x00", "unknown"),
    "Word's lock file": (_OWNER, "unknown"),
    "zeros": (bytes(5000), "unknown"),
    "noise": (bytes(range(1, 256)) * 4, "unknown"),
}
# Told by a renderer, which opens the archive.
BY_ARCHIVE: dict[str, tuple[bytes, str]] = {
    "a .dotx": (office("word/document.xml", f"{_FORMAT}.wordprocessingml.template.main+xml"), "dotx"),
    "a .docm": (
        office("word/document.xml", "application/vnd.ms-word.document.macroEnabled.main+xml"),
        "docm",
    ),
    "a .dotm": (
        office("word/document.xml", "application/vnd.ms-word.template.macroEnabledTemplate.main+xml"),
        "docm",
    ),
    "a .docx with macros": (docx(p("x"), extra={"word/vbaProject.bin": b"x"}), "docm"),
    "an .xlsx": (office("xl/workbook.xml", f"{_FORMAT}.spreadsheetml.sheet.main+xml"), "xlsx"),
    "a .pptx": (office("ppt/presentation.xml", f"{_FORMAT}.presentationml.presentation.main+xml"), "xlsx"),
    "a document in a ZIP": (zipped({"notice.docx": DOCX}), "zip_of_files"),
    "a document in a folder in a ZIP": (zipped({"会议/": b"", "会议/通知.docx": DOCX}), "zip_of_files"),
    "a document beside what macOS adds": (
        zipped({"notice.docx": DOCX, "__MACOSX/._notice.docx": b"x"}),
        "zip_of_files",
    ),
    "its parts in a folder": (in_folder("notice"), "zip_of_files"),
    "its parts in a Chinese folder": (in_folder("通知"), "zip_of_files"),
    "pictures in a ZIP": (zipped({"a.png": b"x", "b.png": b"y"}), "zip_of_files"),
    "more files than allowed": (zipped({f"{n}.txt": b"" for n in range(1200)}), "zip_of_files"),
    "an EPUB": (zipped({"mimetype": b"application/epub+zip"}), "unknown"),
    "an OFD": (zipped({"OFD.xml": b"<x/>", "Doc_0/Document.xml": b"<x/>"}), "unknown"),
    "a .pages": (zipped({"Index/Document.iwa": b"x"}), "unknown"),
    "cut in half": (DOCX[: len(DOCX) // 2], "truncated"),
    "without its last bytes": (DOCX[:-5], "truncated"),
    "zeros in place of its second half": (DOCX[:600] + bytes(4000), "truncated"),
}
ALL = {**BY_BYTES, **BY_ARCHIVE}
