"""Reads a multipart/form-data body (RFC 7578) part by part, as it arrives, with werkzeug's decoder.

werkzeug's form parser is not used: docs/decisions/removals.md says why, private-parts.md what is relied on.
"""

from typing import Protocol

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import Data, Epilogue, Field, File, MultipartDecoder, NeedData, Preamble

from docops_flask.engine.errors import InvalidMediaType
from docops_flask.web.errors import BodyUnreadable
from docops_flask.web.request import RequestBody

# More than any job has: a hundred pictures, the files and the fields.
_MAX_PARTS = 164
# In smaller blocks the decoder, and gunicorn's reading, take more CPU time: a tenth of a refusal with 64 KiB.
_BLOCK_BYTES = 256 * 1024
# The headers of one part. They take a hundred times as long to parse as content of the same size.
_HEADER_BYTES = 32 * 1024


class PartReceiver(Protocol):
    """Takes the parts of a body in their order."""

    def begin(self, name: str | None, filename: str | None) -> None:
        """Begin a part; ``filename`` is ``None`` for a form field."""

    def write(self, block: bytes) -> None:
        """Take the next bytes of the part."""


def read_parts(body: RequestBody, content_type: str | None, receiver: PartReceiver) -> None:
    """Read ``body`` to its end and hand its parts to ``receiver``.

    Raises ``InvalidMediaType`` when ``content_type`` is not multipart/form-data, ``BodyUnreadable`` for
    a body that is malformed or has too many parts or headers, and what ``body.read`` raises.
    """
    # The limit is that of the decoder's buffer: headers that are not complete yet, and a block.
    decoder = MultipartDecoder(
        _boundary(content_type), max_form_memory_size=_HEADER_BYTES + _BLOCK_BYTES, max_parts=_MAX_PARTS
    )
    while True:
        block = body.read(_BLOCK_BYTES)
        try:
            decoder.receive_data(block or None)
            _hand_over(decoder, receiver)
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


def _hand_over(decoder: MultipartDecoder, receiver: PartReceiver) -> None:
    """Hand what ``decoder`` has found in its buffer to ``receiver``."""
    while True:
        match decoder.next_event():
            case NeedData() | Epilogue():
                return
            case Field(name=name, headers=headers):
                _refuse_huge(headers)
                receiver.begin(name, None)
            case File(name=name, filename=filename, headers=headers):
                _refuse_huge(headers)
                receiver.begin(name, filename)
            case Data(data=data):
                receiver.write(data)
            case Preamble():
                pass


def _refuse_huge(headers: Headers) -> None:
    if sum(len(name) + len(value) for name, value in headers) > _HEADER_BYTES:
        raise RequestEntityTooLarge
