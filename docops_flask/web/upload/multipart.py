"""Reads a multipart/form-data body (RFC 7578) part by part, as it arrives.

werkzeug's own form parser asks for a file's stream without saying which part it is for, so that no
part can have a limit of its own; its decoder, which does the parsing proper, is used here instead.
"""

from typing import Protocol

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import (
    Data,
    Epilogue,
    Field,
    File,
    MultipartDecoder,
    NeedData,
    Preamble,
    State,
)

from docops_flask.engine.errors import InvalidMediaType
from docops_flask.web.errors import BodyUnreadable
from docops_flask.web.request import RequestBody

# More than any job has; what a request with more parts means is no longer worth finding out.
_MAX_PARTS = 64
# The decoder is fed so many at a time, and keeps what it is given until a part's headers are whole. They take
# a hundred times as long to read as a content of their size, so their size has to have a limit: 16 KiB are
# read always, 32 KiB never.
_BITE_BYTES = 16 * 1024
_BUFFER_BYTES = 2 * _BITE_BYTES
# What stands before a boundary belongs to it.
_LINE_BREAK_BYTES = 2


class PartReceiver(Protocol):
    """Takes the parts of a body in their order."""

    def begin(self, name: str | None, filename: str | None) -> None:
        """Begin a part; ``filename`` is ``None`` for a form field."""

    def write(self, block: bytes) -> None:
        """Take the next bytes of the part."""


def read_parts(body: RequestBody, content_type: str | None, receiver: PartReceiver) -> None:
    """Read ``body`` to its end and hand its parts to ``receiver``.

    Raises ``InvalidMediaType`` when ``content_type`` is not multipart/form-data, ``BodyUnreadable`` for
    a body that is none, and what ``body.read`` raises.
    """
    decoder = MultipartDecoder(
        _boundary(content_type), max_form_memory_size=_BUFFER_BYTES, max_parts=_MAX_PARTS
    )
    while True:
        block = body.read()
        try:
            _decode(decoder, block, receiver)
        except RequestEntityTooLarge as error:
            raise BodyUnreadable(f"more than {_MAX_PARTS} parts, or a part with huge headers.") from error
        except ValueError as error:
            raise BodyUnreadable("malformed multipart/form-data, or cut short.") from error
        if not block:
            return


def _boundary(content_type: str | None) -> bytes:
    media_type, parameters = parse_options_header(content_type)
    if media_type.lower() != "multipart/form-data":
        raise InvalidMediaType("body: must be multipart/form-data.", field="body")
    boundary = parameters.get("boundary", "")
    if not boundary or not boundary.isascii():
        raise BodyUnreadable("the Content-Type names no usable boundary.")
    return boundary.encode("ascii")


def _decode(decoder: MultipartDecoder, block: bytes, receiver: PartReceiver) -> None:
    """Give ``block`` to ``decoder`` bite by bite, what is nothing but content to ``receiver`` at once."""
    if not block:
        decoder.receive_data(None)
        _hand_over(decoder, receiver)
    position = 0
    while position < len(block):
        content_end = _content_end(decoder, block, position)
        if content_end > position:
            receiver.write(block[position:content_end])
        position = content_end + _BITE_BYTES
        decoder.receive_data(block[content_end:position])
        _hand_over(decoder, receiver)


def _content_end(decoder: MultipartDecoder, block: bytes, start: int) -> int:
    """Return up to where ``block`` is content from ``start`` on, whatever follows; ``start`` if unknown.

    The decoder would look at it in small bites and copy it thrice. Where the boundary's text begins is for
    the decoder: whether that ends the content depends on what stands around it.
    """
    if decoder.state is not State.DATA or decoder.buffer:
        return start
    dashed = b"--" + decoder.boundary
    found = block.find(dashed, start)
    end = found if found >= 0 else len(block) - len(dashed)
    return max(start, end - _LINE_BREAK_BYTES)


def _hand_over(decoder: MultipartDecoder, receiver: PartReceiver) -> None:
    while True:
        match decoder.next_event():
            case NeedData() | Epilogue():
                return
            case Field(name=name):
                receiver.begin(name, None)
            case File(name=name, filename=filename):
                receiver.begin(name, filename)
            case Data(data=data):
                receiver.write(data)
            case Preamble():
                pass
