"""Reads the text of files that Word takes in (w:altChunk) or that lie in the package, as people see it.

HTML, RTF, MHTML, plain text and XML, in UTF-8, UTF-16 or GB 18030. It is read for bracketed words that may be
fields and are none of a document type; the markup is not understood, and nothing is filled there.
"""

import re
from binascii import a2b_qp
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterator
from html import unescape

from docops_flask.engine.template.grammar import CLOSE, OPEN, undeclared_names
from docops_flask.engine.template.nested_files import NestedFile

_QUOTED_PRINTABLE = re.compile(rb"Content-Transfer-Encoding:[ \t]*quoted-printable", re.IGNORECASE)
_TAG = re.compile(r"<[^<>]*+>")
# A character by its number and what stands for it in older readers; bytes of GBK; other words and braces.
_RTF_NUMBER = re.compile(r"\\u(-?[0-9]{1,6}) ?(?:\?|\\'[0-9a-fA-F]{2})?")
_RTF_BYTES = re.compile(r"(?:\\'[0-9a-fA-F]{2})+")
_RTF_MARKUP = re.compile(r"\\[a-z]{1,32}-?[0-9]{0,10} ?|[{}]|\r?\n")
# What is no text: most of it would be taken for Chinese.
_BINARY = re.compile(rb"[\0-\x08\x0e-\x1a]")


def undeclared_in(file: NestedFile) -> Iterator[str]:
    """Yield the bracketed words, brackets included, in a file that have the form of names (``grammar``)."""
    text = _text(file.content)
    if OPEN in text and CLOSE in text:
        yield from undeclared_names(text)


def _text(content: bytes) -> str:
    if content.startswith((BOM_UTF16_LE, BOM_UTF16_BE)):
        return unescape(_TAG.sub("", content.decode("utf-16", "replace")))
    if _BINARY.search(content):
        return ""
    if _QUOTED_PRINTABLE.search(content):
        content = a2b_qp(content)
    try:
        text = content.removeprefix(BOM_UTF8).decode()
    except UnicodeDecodeError:
        text = content.decode("gb18030", "replace")
    if text.startswith("{\\rtf"):
        text = _RTF_NUMBER.sub(_character, text)
        text = _RTF_BYTES.sub(_characters, text)
        return _RTF_MARKUP.sub("", text)
    return unescape(_TAG.sub("", text)) if "<" in text or "&" in text else text


def _character(match: re.Match[str]) -> str:
    # Numbers above 32767 are written as negative ones.
    code = int(match[1]) & 0xFFFF
    return "" if 0xD800 <= code < 0xE000 else chr(code)


def _characters(match: re.Match[str]) -> str:
    return bytes.fromhex(match[0].replace("\\'", "")).decode("gb18030", "replace")
