"""The pictures that a payload gives: base64 in the task, or files sent beside it."""

import binascii
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.errors import TemplateLimitExceeded, echo
from docops_flask.engine.files import read_file
from docops_flask.engine.job import Asset
from docops_flask.engine.opc.picture_header import BadPicture, PictureHeader, read_picture_header
from docops_flask.engine.template.conditions import Value
from docops_flask.engine.template.field_values import value_at
from docops_flask.engine.template.payload_check import PayloadError, near_name
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tags import read_tag

MAX_PIXELS = 50_000_000
_KINDS = ("png", "jpeg")


class Media(NamedTuple):
    """The content of a picture, what its header says, and its SHA-256 digest in hexadecimal."""

    content: bytes
    header: PictureHeader
    sha256: str


class GivenPicture(NamedTuple):
    """A picture that a payload gives to a tag, with its alternative text."""

    media: Media
    alt: str = ""


# The paragraph, or the address of another place, and the name that the tag goes by there.
CopyKey = tuple[ParagraphPlace | str, str]


class GivenPictures(NamedTuple):
    """The pictures of a payload by what stands in their tags, what is wrong, the assets nothing refers to.

    In a template with blocks ``of_copies`` are those of all tags, each with the JSON path of its value, and
    ``boxes`` what check boxes of content controls show, by the names that their tags go by.
    """

    given: Mapping[str, GivenPicture]
    errors: Sequence[PayloadError]
    unused: Sequence[str]
    of_copies: Mapping[CopyKey, tuple[GivenPicture, str]] = MappingProxyType({})
    boxes: Mapping[str, str] = MappingProxyType({})


class PictureFault(Exception):
    """A value that is no picture; ``error`` says where and why."""

    def __init__(self, error: PayloadError) -> None:
        super().__init__(error.message)
        self.error = error


class PictureReader:
    """Reads the pictures of a payload; ``assets`` are the files sent beside the task.

    ``unused`` are the names of those that nothing has referred to so far.
    """

    def __init__(self, assets: Sequence[Asset] = ()) -> None:
        self._assets = {asset.name: asset.file for asset in assets}
        self._known: dict[str, Media] = {}
        # By digest, so that equal pictures are one.
        self._media: dict[str, Media] = {}
        self.unused = list(self._assets)

    def read(self, value: Mapping[str, Value], path: str) -> GivenPicture:
        """Return the picture that ``value``, a picture object at the JSON path ``path``, stands for.

        Raises ``PictureFault``, and ``TemplateLimitExceeded`` (``image_pixels``) for more than
        ``MAX_PIXELS``.
        """
        alt = value.get("alt")
        kind = next((name for name in (*_KINDS, "file") if name in value), None)
        if kind is None:
            # Where the name stands for values of other kinds too, the payload was not checked for a picture.
            raise PictureFault(PayloadError(path, "Must have png, jpeg or file, as a picture has."))
        given = str(value[kind])
        at = f"{path}.{kind}"
        media = self._of_asset(given, at) if kind == "file" else self._of_text(given, kind, at)
        return GivenPicture(media, alt if isinstance(alt, str) else "")

    def _of_asset(self, name: str, path: str) -> Media:
        if name not in self._assets:
            near = near_name(name, list(self._assets))
            sent = ", ".join(echo(each) for each in list(self._assets)[:10]) or "none"
            message = f"No part asset with the file name {echo(name)} was sent; sent were: {sent}."
            raise PictureFault(
                PayloadError(path, message, None if near is None else f"Did you mean {echo(near)}?")
            )
        if name in self.unused:
            self.unused.remove(name)
        if name not in self._known:
            self._known[name] = self._media_of(read_file(self._assets[name]), path)
        return self._known[name]

    def _of_text(self, text: str, kind: str, path: str) -> Media:
        try:
            # Line ends and blanks are left by programs that wrap base64.
            content = binascii.a2b_base64("".join(text.split()).encode("ascii"), strict_mode=True)
        except (binascii.Error, UnicodeEncodeError):
            suggestion = "Take out what stands before the comma." if text.startswith("data:") else None
            raise PictureFault(
                PayloadError(path, "Is not base64 (RFC 4648, section 4).", suggestion)
            ) from None
        media = self._media_of(content, path)
        if media.header.kind != kind:
            other = media.header.kind
            raise PictureFault(
                PayloadError(path, f"Must be a {kind.upper()}; it is a {other.upper()}.", f'Write "{other}".')
            )
        return media

    def _media_of(self, content: bytes, path: str) -> Media:
        try:
            header = read_picture_header(content)
        except BadPicture as error:
            raise PictureFault(PayloadError(path, f"Must be a PNG or JPEG picture; {error}.")) from None
        if header.width * header.height > MAX_PIXELS:
            raise TemplateLimitExceeded(
                f"task: {path}: the picture has {header.width} x {header.height} pixels by its header; "
                f"{MAX_PIXELS} pixels are allowed. Send a smaller one.",
                limit="image_pixels",
                maximum=MAX_PIXELS,
            )
        media = Media(content, header, hashlib.sha256(content).hexdigest())
        return self._media.setdefault(media.sha256, media)


def given_pictures(
    names: Iterable[str], payload: Mapping[str, Value], assets: Sequence[Asset] = ()
) -> GivenPictures:
    """Return what ``payload`` gives to the pictures' tags among ``names``.

    Raises ``TemplateLimitExceeded`` for a picture of too many pixels.
    """
    reader = PictureReader(assets)
    given: dict[str, GivenPicture] = {}
    errors: dict[str, PayloadError] = {}
    for name in names:
        tag = read_tag(name)
        if not isinstance(tag, Tag) or tag.kind is not TagKind.PICTURE or tag.path is None:
            continue
        value = value_at(payload, tag.path)
        if not isinstance(value, Mapping):
            continue
        try:
            given[name] = reader.read(value, f"$.payload.{'.'.join(tag.path.names)}")
        except PictureFault as fault:
            errors.setdefault(fault.error.path, fault.error)
    return GivenPictures(given, list(errors.values()), reader.unused)
