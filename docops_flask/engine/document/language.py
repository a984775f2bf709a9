"""The language of a document's body, by its letters."""

import re

from docops_flask.engine.bilingual import Language
from docops_flask.engine.document.document import Document

# Names of placeholders are in capitals whatever the language; entities are no letters.
_NO_LETTERS = re.compile("【[A-Z0-9_]*】|&[^;]*;".encode())
_LATIN = bytes((*range(ord("A"), ord("Z") + 1), *range(ord("a"), ord("z") + 1)))
# CJK Unified Ideographs (Unicode 15.1, U+4E00 to U+9FFF) and Extension A (U+3400 to U+4DBF), in UTF-8: each
# begins with one of these bytes, or with E3 and one from 90 to B6.
_IDEOGRAPH_BEGINS = bytes(range(0xE4, 0xEA))
_EXTENSION_BEGINS = rb"\xe3[\x90-\xb6]"
_FIRST_BYTES = bytes(range(0xE3, 0xEA))
# Of the part; more of a long document tells no more and takes time.
_MOST_BYTES = 512 * 1024


def language_of(document: Document) -> Language:
    """Return "zh" where the body has more Chinese characters than Latin letters, else "en".

    What counts is the text of w:t (ECMA-376 part 1, 17.3.3.31) in the template, of a long document that of
    the beginning; names of placeholders do not count.
    """
    text = document.parts[0].text
    content = text.content[:_MOST_BYTES]
    if len(content.translate(None, _FIRST_BYTES)) == len(content):
        return "en"
    # Every w:t, whatever the prefix; what stands in a w:t is text alone. Names with a prefix are looked for
    # by their ends, which is several times faster; between an end tag and the next tag there is no text.
    name = b":t" if text.prefix else rb"<(?:[^\s<>/:]+:)?t"
    texts = b"".join(re.findall(name + rb"(?:\s[^<>]*)?>([^<]+)", content))
    texts = re.sub(_NO_LETTERS, b"", texts)
    ideographs = _count(texts, _IDEOGRAPH_BEGINS) + len(re.findall(_EXTENSION_BEGINS, texts))
    return "zh" if ideographs > _count(texts, _LATIN) else "en"


def _count(texts: bytes, wanted: bytes) -> int:
    return len(texts) - len(texts.translate(None, wanted))
