"""Makes two PDFs of one document equal: what LibreOffice takes from clock and chance gets fixed values.

That are the times of the document information and of the XMP metadata (ISO 32000-1, 14.3), the file
identifier (14.4) and LibreOffice's own checksum. Each keeps its length, so that no offset changes.
"""

import re

_FIXED = re.compile(
    rb"(?P<date>/(?:CreationDate|ModDate) ?\()(?P<when>D:[0-9]{14}(?:Z'?|[+-][0-9]{2}'[0-9]{2}'?)?)(?=\))"
    rb"|(?P<identifier>/ID\s*\[\s*<)(?P<first>[0-9A-F]+)(?P<between>>\s*<)(?P<second>[0-9A-F]+)(?=>)"
    rb"|(?P<checksum>/DocChecksum ?/)(?P<sum>[0-9A-F]{32})"
    rb"|(?P<stamp><xmp:(?:CreateDate|ModifyDate|MetadataDate)>)(?P<time>[0-9T:+-]{19,25}Z?)(?=<)"
)
_DATE = b"D:20000101000000"
_TIME = b"2000-01-01T00:00:00"


def with_fixed_values(content: bytes) -> bytes:
    """Return the PDF ``content`` with fixed values of the same length for what differs by chance."""
    return _FIXED.sub(_fixed, content)


def _fixed(found: re.Match[bytes]) -> bytes:
    if found["date"]:
        return found["date"] + _DATE + _zone(found["when"][len(_DATE) :])
    if found["identifier"]:
        first, second = (b"0" * len(found[name]) for name in ("first", "second"))
        return found["identifier"] + first + found["between"] + second
    if found["checksum"]:
        return found["checksum"] + b"0" * len(found["sum"])
    return found["stamp"] + _TIME + _zone(found["time"][len(_TIME) :])


def _zone(zone: bytes) -> bytes:
    """Return a zone of the same form with no offset from UTC."""
    return re.sub(rb"[0-9]", b"0", zone)
