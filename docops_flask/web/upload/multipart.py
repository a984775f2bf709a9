"""Reads a multipart/form-data body (RFC 7578) with werkzeug's parser, file parts as they arrive.

The stream factory of ``Request`` is not told which part a stream is for, so no part could have a limit of its
own. ``MultiPartParser.start_file_streaming`` is called for each file part and is given its name.
docs/decisions/private-parts.md lists what is relied on.
"""

from typing import IO, Protocol, cast

from werkzeug.datastructures import Headers
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import MultiPartParser
from werkzeug.http import parse_options_header
from werkzeug.sansio.multipart import File

from docops_flask.engine.errors import InvalidMediaType
from docops_flask.web.errors import BodyUnreadable
from docops_flask.web.request import RequestBody

# More than any job has (12). The form fields of a refused request are in memory until its end.
_MAX_PARTS = 32
# What the parser reads at a time. With 64 KiB a request with 1 MB takes a tenth more CPU time, most of it in
# gunicorn's reading.
_BLOCK_BYTES = 256 * 1024
# All part headers of a request together: they take a hundred times as long to parse as content of their size,
# and werkzeug keeps those of file parts to the end.
_HEADER_BYTES = 32 * 1024
# One form field, and what the parser holds while a part's headers are incomplete: those so far and a block.
# A field over its own limit (64 KiB for a policy) and below this one is refused by its name.
_KEPT_BYTES = _BLOCK_BYTES + _HEADER_BYTES
# One character for each byte. With UTF-8 werkzeug would replace bytes that are not; such a field is refused.
_BYTES_AS_TEXT = "iso-8859-1"


class PartReceiver(Protocol):
    """Takes the parts of a body: file parts in their order, then form fields in theirs.

    A part without a name has the name ``""``.
    """

    def begin_file(self, name: str, filename: str) -> None:
        """Begin a file part."""

    def write(self, block: bytes) -> None:
        """Take the next bytes of the file part begun last."""

    def add_field(self, name: str, value: bytes) -> None:
        """Take a form field."""


def read_parts(body: RequestBody, content_type: str | None, receiver: PartReceiver) -> None:
    """Read ``body`` to its end and hand its parts to ``receiver``.

    Raises ``InvalidMediaType`` when ``content_type`` is not multipart/form-data, ``BodyUnreadable`` for
    a body that is malformed or goes past a limit named above, and what ``body.read`` raises.
    """
    parser = _Parser(receiver)
    try:
        fields, _ = parser.parse(cast(IO[bytes], body), _boundary(content_type), None)
    except RequestEntityTooLarge as error:
        raise BodyUnreadable(
            f"more than {_MAX_PARTS} parts, a form field of more than {_KEPT_BYTES // 1024} KiB, "
            "or a part with huge headers."
        ) from error
    except ValueError as error:
        raise BodyUnreadable("malformed multipart/form-data, or cut short.") from error
    for name, value in fields.items(multi=True):
        receiver.add_field(name or "", value.encode(_BYTES_AS_TEXT))


def _boundary(content_type: str | None) -> bytes:
    media_type, parameters = parse_options_header(content_type)
    if media_type.lower() != "multipart/form-data":
        raise InvalidMediaType("body: must be multipart/form-data.", field="body")
    boundary = parameters.get("boundary", "")
    if not boundary or not boundary.isascii():
        raise BodyUnreadable("the Content-Type names no usable boundary.")
    return boundary.encode("ascii")


class _Parser(MultiPartParser):
    """Hands the content of each file part to ``receiver``; form fields are what ``parse`` returns first."""

    def __init__(self, receiver: PartReceiver) -> None:
        super().__init__(
            max_form_memory_size=_KEPT_BYTES, buffer_size=_BLOCK_BYTES, max_form_parts=_MAX_PARTS
        )
        self._receiver = receiver
        self._header_bytes = 0

    def start_file_streaming(self, event: File, total_content_length: int | None) -> IO[bytes]:
        """Return what the content of a file part is written to."""
        self._count(event.headers)
        self._receiver.begin_file(event.name or "", event.filename)
        return cast(IO[bytes], _PartStream(self._receiver))

    def get_part_charset(self, headers: Headers) -> str:
        """Return how a form field with these headers is decoded; called once for each field."""
        self._count(headers)
        return _BYTES_AS_TEXT

    def _count(self, headers: Headers) -> None:
        self._header_bytes += sum(len(name) + len(value) for name, value in headers)
        if self._header_bytes > _HEADER_BYTES:
            raise RequestEntityTooLarge


class _PartStream:
    """The content of a file part, as much of a file as ``MultiPartParser.parse`` uses."""

    def __init__(self, receiver: PartReceiver) -> None:
        self.write = receiver.write

    def seek(self, _offset: int) -> None:
        """Do nothing: what was written is not read through this object."""
