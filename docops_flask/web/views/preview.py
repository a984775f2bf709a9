"""The answer of a preview: JSON with the pictures in it, streamed from the files that the renderer made."""

import hashlib
import json
import os
import struct
from base64 import b64encode
from collections.abc import Iterator, Sequence
from typing import Any, BinaryIO, NamedTuple

from docops_flask.engine.picture_order import MOST_PAGES, MOST_WIDTH
from docops_flask.engine.preview_result import Image, Preview, picture_file
from docops_flask.jobs.answer import open_made
from docops_flask.jobs.errors import RendererCrashed, storage_errors
from docops_flask.jobs.workspace import Workspace
from docops_flask.web.conditional import content_digest

# Base64 takes three bytes at a time.
_BLOCK_BYTES = 48 * 1024
# The beginning of a PNG: its signature and the header's length, name, width and height (ISO/IEC 15948, 5.2).
_PNG_BEGIN = struct.Struct(">8sL4sLL")
_BOX_EDGES = 4


class _Picture(NamedTuple):
    """What comes before a picture in the JSON, and its file, of ``size`` bytes, open at its beginning."""

    before: bytes
    file: BinaryIO
    size: int


class PreviewBody:
    """A response body: a JSON object in which pictures stand in Base64, which are read as they are sent.

    ``digest`` is the value of its ``Content-Digest``.
    """

    def __init__(self, pictures: Sequence[_Picture], after: bytes) -> None:
        """Take over the files, which are read once for the digest; ``after`` follows the last picture."""
        self._pictures = pictures
        self._after = after
        encoded = sum(len(each.before) + (each.size + 2) // 3 * 4 for each in pictures)
        self.size = encoded + len(after)
        digest = hashlib.sha256()
        for block in self:
            digest.update(block)
        for picture in pictures:
            picture.file.seek(0)
        self.digest = content_digest(digest.digest())

    def __iter__(self) -> Iterator[bytes]:
        for picture in self._pictures:
            yield picture.before
            while block := picture.file.read(_BLOCK_BYTES):
                yield b64encode(block)
        yield self._after

    def close(self) -> None:
        """Close the files, which frees their space on the disk."""
        for picture in self._pictures:
            picture.file.close()


def preview_body(workspace: Workspace, preview: Preview, request_id: str, most_bytes: int) -> PreviewBody:
    """Return the body of the answer to ``preview`` and remove ``workspace``; the pictures stay open.

    Raises ``RendererCrashed`` when they are not those that ``preview`` tells of or have more than
    ``most_bytes`` together, ``InsufficientStorage`` when the folder is gone.
    """
    if not _is_sound(preview):
        raise RendererCrashed(inner="its result is not one of such a job")
    told = preview.as_dict()
    del told["counts"]
    images = told.pop("images")
    findings = {name: told.pop(name) for name in ("findings", "issue_count", "exit_code")}
    # Without the brace that ends it: the pictures follow.
    before = f'{_written(told)[:-1]}, "images": ['
    pictures: list[_Picture] = []
    body = PreviewBody(pictures, b"")
    try:
        with storage_errors():
            for image, facts in zip(preview.images, images, strict=True):
                file, size = open_picture(workspace, image)
                pictures.append(_Picture(f'{before}{_written(facts)[:-1]}, "png": "'.encode(), file, size))
                before = '"}, '
        if sum(picture.size for picture in pictures) > most_bytes:
            raise RendererCrashed(inner=f"its pictures have more than {most_bytes} bytes")
        rest = _written({**findings, "request_id": request_id})[1:]
        with storage_errors():
            whole = PreviewBody(pictures, f'"}}], {rest}\n'.encode())
    except BaseException:
        body.close()
        raise
    workspace.remove()
    return whole


def _written(members: dict[str, Any]) -> str:
    return json.dumps(members, ensure_ascii=False)


def _is_sound(preview: Preview) -> bool:
    numbers = [image.page for image in preview.images]
    return (
        0 < len(numbers) <= MOST_PAGES
        and numbers == list(range(numbers[0], numbers[0] + len(numbers)))
        and all(0 < image.width <= MOST_WIDTH for image in preview.images)
        and all(len(finding.box) == _BOX_EDGES for finding in preview.findings)
    )


def open_picture(workspace: Workspace, image: Image) -> tuple[BinaryIO, int]:
    """Open the picture that a renderer told of; return it at its beginning, and its size in bytes.

    Raises ``RendererCrashed`` where the file is another one, ``InsufficientStorage`` when its folder is gone.
    """
    path = workspace.file(picture_file(image.page))
    file = open(open_made(path, os.O_RDONLY), "rb")  # noqa: SIM115, it is handed on
    expected = _PNG_BEGIN.pack(b"\x89PNG\r\n\x1a\n", 13, b"IHDR", image.width, image.height)
    if file.read(len(expected)) != expected:
        file.close()
        raise RendererCrashed(inner=f"{path.name} is not the picture that its result tells of")
    file.seek(0)
    return file, os.fstat(file.fileno()).st_size
