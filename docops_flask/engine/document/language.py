"""The language of a document's body, by its letters."""

import re

from docops_flask.engine.bilingual import Language
from docops_flask.engine.document.document import Document

# Names of placeholders are in capitals whatever the language; entities are no letters.
_NO_LETTERS = re.compile("【[A-Z0-9_]*】|&[^;]*;".encode())
_LATIN = re.compile(rb"[A-Za-z]+")
# CJK Unified Ideographs (Unicode 15.1, U+4E00 to U+9FFF) and Extension A (U+3400 to U+4DBF), in UTF-8.
_IDEOGRAPHS = re.compile(rb"(?:\xe3[\x90-\xb6][\x80-\xbf]|[\xe4-\xe9][\x80-\xbf]{2})+")
_BYTES_OF_AN_IDEOGRAPH = 3
_FIRST_BYTES = bytes(range(0xE3, 0xEA))
# Of the part; more of a long document tells no more and takes time.
_MOST_BYTES = 512 * 1024


def language_of(document: Document) -> Language:
    """Return "zh" where the body has more Chinese characters than Latin letters, else "en".

    What counts is the text of w:t (ECMA-376 part 1, 17.3.3.31) in the template, of a long document that of
    the beginning; names of placeholders do not count.
    """
    content = document.parts[0].text.content[:_MOST_BYTES]
    if len(content.translate(None, _FIRST_BYTES)) == len(content):
        return "en"
    # Every w:t, whatever the prefix; what stands in a w:t is text alone.
    texts = b"".join(re.findall(rb"<(?:[^\s<>/:]+:)?t(?:\s[^<>]*)?>([^<]+)", content))
    texts = _NO_LETTERS.sub(b"", texts)
    latin = sum(map(len, _LATIN.findall(texts)))
    ideographs = sum(map(len, _IDEOGRAPHS.findall(texts))) // _BYTES_OF_AN_IDEOGRAPH
    return "zh" if ideographs > latin else "en"
