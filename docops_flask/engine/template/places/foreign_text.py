"""Reads the text of files that Word takes in (w:altChunk) or that lie in the package, as people see it.

HTML, RTF, MHTML, plain text and XML, in UTF-8, UTF-16, the encoding that the file names, or GB 18030. It is
read for placeholders and for bracketed words that may be fields; nothing is filled there.
"""

import re
from binascii import a2b_qp
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from functools import partial
from html import unescape

_QUOTED_PRINTABLE = re.compile(rb"Content-Transfer-Encoding:[ \t]*quoted-printable", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")
# Encodings other than the three that a page or RTF names, by the names they have there.
_NAMED = re.compile(rb"charset=[\"']?([A-Za-z0-9_-]+)|\\ansi(cpg[0-9]+)")
_ENCODINGS = {
    b"big5": "big5", b"big5-hkscs": "big5hkscs", b"cpg950": "cp950", b"euc-kr": "cp949", b"cpg949": "cp949",
    b"shift_jis": "cp932", b"cpg932": "cp932", b"euc-jp": "euc_jp", b"iso-2022-jp": "iso2022_jp",
}  # fmt: skip
# A character by its number and what stands for it in older readers; bytes of GBK; other words and braces.
_RTF_NUMBER = re.compile(r"\\u(-?[0-9]{1,6}) ?(?:\?|\\'[0-9a-fA-F]{2})?")
_RTF_BYTES = re.compile(r"(?:\\'[0-9a-fA-F]{2})+")
_RTF_MARKUP = re.compile(r"\\[a-z]{1,32}-?[0-9]{0,10} ?|[{}]|\r?\n")
# What is no text: most of it would be taken for Chinese.
_HEAD_BYTES = 4096
_BINARY = re.compile(rb"[\0-\x08\x0e-\x1a]")


def text_of(content: bytes) -> str:
    """Return the text that the bytes of a file stand for, "" where they are none of text."""
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return _untagged(content.decode("utf-16", "replace"))
    if _BINARY.search(content):
        return ""
    if _QUOTED_PRINTABLE.search(content):
        content = a2b_qp(content)
    named = _NAMED.search(content[:_HEAD_BYTES])
    encoding = "gb18030"
    if named is not None:
        encoding = _ENCODINGS.get((named[1] or named[2]).lower(), encoding)
    try:
        text = content.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError:
        text = content.decode(encoding, "replace")
    if text.startswith("{\\rtf"):
        text = _RTF_NUMBER.sub(_character, text)
        text = _RTF_BYTES.sub(partial(_characters, encoding), text)
        return _RTF_MARKUP.sub("", text)
    return _untagged(text) if "<" in text or "&" in text else text


def _untagged(text: str) -> str:
    """Return the text of a page, without tags and comments."""
    pieces, at = [], 0
    while (begin := text.find("<!--", at)) >= 0 and (end := text.find("-->", begin)) >= 0:
        pieces.append(text[at:begin])
        at = end + 3
    return unescape(_TAG.sub("", "".join([*pieces, text[at:]])))


def _character(match: re.Match[str]) -> str:
    # Numbers above 32767 are written as negative ones.
    code = int(match[1]) & 0xFFFF
    return "" if 0xD800 <= code < 0xE000 else chr(code)


def _characters(encoding: str, match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("\\'", "")).decode(encoding, "replace")
