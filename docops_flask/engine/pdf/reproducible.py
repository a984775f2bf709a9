"""Makes two PDFs of one document equal: what LibreOffice takes from clock and chance gets fixed values.

That are the times of the document information and of the XMP metadata (ISO 32000-1, 14.3), the file
identifier (14.4), LibreOffice's own checksum, and the colour profile of a PDF/A.
"""

import re
import zlib

_FIXED = re.compile(
    rb"(?P<date>/(?:CreationDate|ModDate) ?\()(?P<when>D:[0-9]{14}(?:Z'?|[+-][0-9]{2}'[0-9]{2}'?)?)(?=\))"
    rb"|(?P<identifier>/ID\s*\[\s*<)(?P<first>[0-9A-F]+)(?P<between>>\s*<)(?P<second>[0-9A-F]+)(?=>)"
    rb"|(?P<checksum>/DocChecksum ?/)(?P<sum>[0-9A-F]{32})"
    rb"|(?P<stamp><xmp:(?:CreateDate|ModifyDate|MetadataDate)>)(?P<time>[0-9T:+-]{19,25}Z?)(?=<)"
)
_DATE = b"D:20000101000000"
_TIME = b"2000-01-01T00:00:00"


def with_fixed_values(content: bytes) -> bytes:
    """Return the PDF ``content`` of LibreOffice with fixed values for what differs by chance."""
    return with_fixed_profile(_FIXED.sub(_fixed, content))


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


# The colour profile of a PDF/A, which LibreOffice makes anew, with the time in it, for each.
_PROFILE = re.compile(rb"<</N [134]/Length ([0-9]+) 0 R/Filter/FlateDecode>>\s*stream\r?\n")
_XREF = re.compile(rb"xref\s+0 ([0-9]+)\s*?\n")
_ENTRY_BYTES, _OFFSET_DIGITS = 20, 10
# In the header of an ICC profile (ICC.1:2010, 7.2): when it was made, six numbers, and its digest.
_MADE_AT, _DIGEST = slice(24, 36), slice(84, 100)
_MADE = b"".join(number.to_bytes(2, "big") for number in (2000, 1, 1, 0, 0, 0))
_Splice = tuple[int, int, bytes]


def with_fixed_profile(content: bytes) -> bytes:
    """Return the PDF ``content`` with a fixed time in its colour profile; without one, unchanged.

    The profile is compressed, so its length changes with the time: the table of offsets (ISO 32000-1, 7.5.4)
    is written anew. A PDF whose table has another form is returned unchanged.
    """
    found = _PROFILE.search(content)
    if found is None:
        return content
    length = re.search(rb"\n%b 0 obj\s+([0-9]+)\s+endobj" % found[1], content)
    begun_at = content.rfind(b"startxref")
    start = re.match(rb"startxref\s+([0-9]+)", content[begun_at:])
    table = None if start is None else _XREF.match(content, int(start[1]))
    if length is None or start is None or table is None:
        return content
    try:
        profile = bytearray(zlib.decompress(content[found.end() : found.end() + int(length[1])]))
    except zlib.error:
        return content
    profile[_MADE_AT], profile[_DIGEST] = _MADE, bytes(_DIGEST.stop - _DIGEST.start)
    packed = zlib.compress(bytes(profile))
    splices: list[_Splice] = [
        (found.end(), found.end() + int(length[1]), packed),
        (length.start(1), length.end(1), str(len(packed)).encode()),
    ]
    entries = [table.end() + number * _ENTRY_BYTES for number in range(int(table[1]))]
    for entry in entries:
        if content[entry + _OFFSET_DIGITS + 7 : entry + _OFFSET_DIGITS + 8] == b"n":
            offset = int(content[entry : entry + _OFFSET_DIGITS])
            splices.append((entry, entry + _OFFSET_DIGITS, b"%010d" % _moved(offset, splices[:2])))
    number = begun_at + start.start(1)
    splices.append((number, number + len(start[1]), str(_moved(int(start[1]), splices[:2])).encode()))
    return _spliced(content, sorted(splices))


def _moved(offset: int, splices: list[_Splice]) -> int:
    """Return where the byte at ``offset`` lies after ``splices``."""
    return offset + sum(len(new) - (end - start) for start, end, new in splices if end <= offset)


def _spliced(content: bytes, splices: list[_Splice]) -> bytes:
    pieces, at = [], 0
    for start, end, new in splices:
        pieces += [content[at:start], new]
        at = end
    return b"".join([*pieces, content[at:]])
