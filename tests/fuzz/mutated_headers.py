"""Archives with mutated ZIP headers: one header, or the name in both headers of a member."""

import re
import struct

from hypothesis import strategies as st

from tests.hostile.odd_zips import ODD_BUT_SOUND

_BASES = list(ODD_BUT_SOUND.values())
_CENTRAL_NAME, _LOCAL_NAME = 46, 30
# The upper byte of the flags in either header, and the bit in it that says UTF-8.
_CENTRAL_FLAGS, _LOCAL_FLAGS, _UTF8 = 9, 7, 8
_IN_NAMES = [*b"./ \\:%A~\x85", 0xC3, 0xA9]
_IN_FIELDS = [0, 1, 8, 0x7F, 0xFF]


@st.composite
def mutated_headers(draw: st.DrawFn) -> bytes:
    """One of the odd archives after one to three changes."""
    content = bytearray(draw(st.sampled_from(_BASES)))
    for _ in range(draw(st.integers(1, 3))):
        if draw(st.booleans()):
            _change_a_name(draw, content)
        else:
            _change_a_header(draw, content)
    return bytes(content)


def _change_a_name(draw: st.DrawFn, content: bytearray) -> None:
    """Change a byte of a member's name in both headers, and perhaps set their UTF-8 flag."""
    starts = [match.start() for match in re.finditer(rb"PK\x01\x02", content[:-_CENTRAL_NAME])]
    if not starts:
        return
    central = draw(st.sampled_from(starts))
    length, offset = struct.unpack_from("<28xH12xL", content, central)
    at = draw(st.integers(0, max(0, length - 1)))
    if central + _CENTRAL_NAME + at >= len(content) or offset + _LOCAL_NAME + at >= len(content):
        return
    value = draw(st.one_of(st.sampled_from(_IN_NAMES), st.integers(0, 255)))
    content[central + _CENTRAL_NAME + at] = content[offset + _LOCAL_NAME + at] = value
    if draw(st.booleans()):
        content[central + _CENTRAL_FLAGS] |= _UTF8
        content[offset + _LOCAL_FLAGS] |= _UTF8


def _change_a_header(draw: st.DrawFn, content: bytearray) -> None:
    start = draw(st.sampled_from([match.start() for match in re.finditer(rb"PK[\x01\x03\x05]", content)]))
    at = start + draw(st.integers(4, 79))
    if at < len(content):
        content[at] = draw(st.one_of(st.sampled_from(_IN_FIELDS), st.integers(0, 255)))
