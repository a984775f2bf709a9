"""What has arrived of a request, and how much of it is still to come.

It only counts: gunicorn's parser reads the request. Where this and the parser disagree, the request has no
time left for what the parser still wants, so that no thread waits for a byte that was not reckoned with here.
"""

import re
from math import inf

_END = b"\r\n\r\n"
_LINE_BREAK = b"\r\n"
# gunicorn's limits: 100 headers of 8,190 bytes, and a first line of 4,094.
_HEAD_BYTES = 100 * 8192 + 4096
_FIRST_LINE_BYTES = 4096
# gunicorn refuses the others as soon as it sees them, and whatever has a bare line feed.
_FIRST_LINE = re.compile(rb"[^ \r\n]+ [^ \r\n]+ HTTP/1\.[0-9]")
_BARE_LINE_FEED = re.compile(rb"(?<!\r)\n")
_BODY_HEADER = re.compile(rb"\r\n(content-length|transfer-encoding)[ \t]*:[ \t]*([^\r\n]*)", re.IGNORECASE)
_LONGEST_LENGTH_DIGITS = 18


class IncomingRequest:
    """The bytes of one request, as they arrive."""

    def __init__(self) -> None:
        self._received = bytearray()
        self._body_start: int | None = None
        self._length: float = 0
        self._first_line_is_sound = False
        self._is_refused = False

    def __len__(self) -> int:
        """Return how many bytes have arrived."""
        return len(self._received)

    def add(self, block: bytes) -> None:
        """Take the next bytes."""
        seen = len(self._received)
        self._received += block
        if self._body_start is None:
            self._look_for_end(max(0, seen - len(_END) + 1))

    def received(self) -> bytes:
        """Return all that has arrived."""
        return bytes(self._received)

    @property
    def has_head(self) -> bool:
        """Return whether the head is whole, or so wrong already that the parser refuses it."""
        return self._body_start is not None or self._is_refused

    @property
    def missing(self) -> float:
        """Return how many bytes of the body have not arrived: ``inf`` where only its end tells."""
        if self._body_start is None:
            return 0
        return max(0, self._length - (len(self._received) - self._body_start))

    def _look_for_end(self, start: int) -> None:
        # One empty line may stand before the first.
        begin = len(_LINE_BREAK) if self._received.startswith(_LINE_BREAK) else 0
        end = self._received.find(_END, max(begin, start))
        if end >= 0:
            self._body_start = end + len(_END)
            self._length = _announced_length(bytes(self._received[begin:end]))
            return
        self._is_refused = (
            len(self._received) > _HEAD_BYTES
            or not self._may_have_first_line(begin)
            or _BARE_LINE_FEED.search(self._received, start) is not None
        )

    def _may_have_first_line(self, begin: int) -> bool:
        if not self._first_line_is_sound:
            end = self._received.find(_LINE_BREAK, begin)
            if end < 0:
                return len(self._received) - begin <= _FIRST_LINE_BYTES
            self._first_line_is_sound = _FIRST_LINE.fullmatch(self._received, begin, end) is not None
        return self._first_line_is_sound


def _announced_length(head: bytes) -> float:
    """Return how many bytes the body has by its headers, at least."""
    longest = 0.0
    for name, value in _BODY_HEADER.findall(head):
        is_number = name.lower() == b"content-length" and value.strip().isdigit()
        digits = value.strip() if is_number else b""
        longest = max(longest, int(digits) if 0 < len(digits) <= _LONGEST_LENGTH_DIGITS else inf)
    return longest
