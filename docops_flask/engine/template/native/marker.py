"""The attribute that ties a tag in a rewritten story to the native mark it came from.

It has no namespace and no meaning to Word, and it stands in no finished document.
"""

import re

# What its name begins with.
MARKER = "docops-mark"


def marker_in(content: bytes) -> bytes:
    """Return the name of the attribute for a story: one that its bytes do not hold."""
    name = MARKER.encode()
    while name in content:
        name += b"-"
    return name


def marker_pattern(name: bytes) -> "re.Pattern[bytes]":
    """Return what finds start tags with the attribute ``name``; groups: its bytes, the number in it."""
    return re.compile(rb'<[^\s<>/]+( %b="([0-9]+)")' % re.escape(name))
