"""Whether bytes of a part hold an opening bracket, without which no place is looked for there."""

import re

from docops_flask.engine.opc.xml_part import holds
from docops_flask.engine.template.grammar import OPEN

# The bracket in UTF-8, as a character reference, percent-encoded in a URL.
_BRACKET = OPEN.encode()
_FIRST_BYTE = _BRACKET[:1]
_REFERENCE = rb"&#(?:0*12304|[xX]0*3010);"
_ENCODED = (b"%E3%80%90", b"%e3%80%90")
# Elements of runs whose texts are read with their paragraphs.
_TEXTS_OF_RUNS = (b"t", b"delText", b"instrText")


def may_hold_bracket(content: bytes) -> bool:
    """Say whether bytes of a part in UTF-8 hold an opening bracket, in whatever way it may be written."""
    # A single byte is looked for many times faster than two.
    if content.find(_FIRST_BYTE) >= 0 and content.find(_BRACKET) >= 0:
        return True
    if content.find(b"&") >= 0 and holds(content, b"&#") and re.search(_REFERENCE, content):
        return True
    return content.find(b"%") >= 0 and any(each in content for each in _ENCODED)


def holds_bracket_outside_texts(content: bytes, prefix: bytes) -> bool:
    """Say whether a story holds a bracket elsewhere than as character data of w:t, w:delText or w:instrText.

    ``prefix`` is that of WordprocessingML throughout the part, or empty: then the answer is that of
    ``may_hold_bracket``.
    """
    if not may_hold_bracket(content):
        return False
    if not prefix:
        return True
    texts = tuple(b"<%b:%b%b" % (prefix, name, end) for name in _TEXTS_OF_RUNS for end in (b">", b" "))
    forms = re.compile(b"|".join((re.escape(_BRACKET), _REFERENCE, *_ENCODED)))
    found = forms.search(content)
    while found is not None:
        at = found.start()
        opening = content.rfind(b"<", 0, at)
        if content.find(b">", opening, at) < 0 or not content.startswith(texts, opening):
            return True
        # The brackets of one text are looked at once.
        found = forms.search(content, content.find(b"<", at))
    return False
