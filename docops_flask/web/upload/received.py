"""One file or field of a form as it arrives, held to its limits, whatever the form."""

import hashlib
from dataclasses import dataclass

from docops_flask.engine.errors import InvalidArgument, InvalidMediaType
from docops_flask.engine.opc.first_bytes import FirstBytes
from docops_flask.intake.assets import UploadTooLarge
from docops_flask.intake.files import FilePart
from docops_flask.web.request import ApiRequest
from docops_flask.web.upload.contents import Content, Contents

# The part that is filled, whose hash is told.
TEMPLATE = "template"
_NAME_CHARACTERS = 255
# A form field is kept up to this size: more than a policy may have (64 KiB), and no other field is as large.
FIELD_BYTES = 64 * 1024 + 1


@dataclass(frozen=True, slots=True)
class ReceivedFile:
    """A file of a job; ``filename`` is the client's, for reports only.

    ``sha256`` is that of a template, in hexadecimal.
    """

    content: Content
    filename: str
    size: int
    sha256: str = ""


class FileSink:
    """Takes the content of one file part, up to its limit."""

    def __init__(self, part: FilePart, filename: str, contents: Contents, content: Content) -> None:
        """``content``, one of ``contents``, is what takes it; ``filename`` is the client's."""
        self.part = part
        self._filename = filename
        self._contents = contents
        self._content = content
        self._size = 0
        self._first = FirstBytes()
        self._digest = hashlib.sha256() if part.name == TEMPLATE else None

    @property
    def is_too_large(self) -> bool:
        """Whether it has more bytes than the part may have."""
        return self._size > self.part.max_bytes

    def too_large(self) -> UploadTooLarge:
        """Return the error for more bytes."""
        return UploadTooLarge(field=self.part.name, maximum=self.part.max_bytes, setting=self.part.setting)

    def write(self, block: bytes) -> None:
        """Take the next bytes; those beyond the limit are counted and dropped."""
        self._size += len(block)
        if self.is_too_large:
            return
        if self.part.is_document and self._first.wants_more:
            self._first.feed(block)
        if self._digest is not None:
            self._digest.update(block)
        self._contents.write(self._content, block)

    def received(self) -> ReceivedFile:
        """Return the file; raises ``InvalidMediaType`` when its bytes or its name are of another type."""
        self.part.refuse_other_media(self._filename, self._first)
        sha256 = "" if self._digest is None else self._digest.hexdigest()
        return ReceivedFile(self._content, self._filename[:_NAME_CHARACTERS], self._size, sha256)


def received(part: FilePart, filename: str, whole: bytes, contents: Contents) -> ReceivedFile:
    """Return the file ``part`` that is given as ``whole``, checked as one of a form.

    Raises ``UploadTooLarge`` and ``InvalidMediaType``.
    """
    sink = FileSink(part, filename, contents, contents.add(part.file_name))
    sink.write(whole)
    if sink.is_too_large:
        raise sink.too_large()
    return sink.received()


def field_text(name: str, value: bytearray) -> str:
    """Return the text of the form field ``name``; raises ``InvalidArgument`` for other bytes than UTF-8."""
    try:
        # A value that was cut off may end within a character.
        return value.decode("utf-8", "replace" if len(value) == FIELD_BYTES else "strict")
    except UnicodeDecodeError:
        raise InvalidArgument(f"{name}: not UTF-8 text.", field=name) from None


def refuse_compressed(request: ApiRequest) -> None:
    """Raise ``InvalidMediaType`` for a body with a content coding."""
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise InvalidMediaType("body: must not be compressed (Content-Encoding).", field="body")
