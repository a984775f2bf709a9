"""What a client sent, as far as an answer may repeat it."""

import re

ECHO_CHARACTERS = 64
# Beyond XML 1.0's Char production (2.2): controls, lone surrogates, U+FFFE and U+FFFF.
NOT_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def echo(text: str) -> str:
    """Return at most 64 characters of ``text``; what a JSON or XML reader may choke on is escaped."""
    return NOT_XML.sub(lambda match: f"\\u{ord(match[0]):04x}", text[:ECHO_CHARACTERS])
