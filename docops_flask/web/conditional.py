"""Digests of what is answered (RFC 9530), and answers for clients that have a file already (RFC 9110, 13)."""

import base64
import hashlib
import os

from flask import Response

from docops_flask.web.request import ApiRequest, api_request

DIGEST_HEADER = "Content-Digest"
# A client may keep such an answer, and asks each time whether it still holds.
REVALIDATED = "private, no-cache"
_API = "/v1/"
_BLOCK_BYTES = 64 * 1024


def content_digest(sha256: bytes) -> str:
    """Return the value of ``Content-Digest`` (RFC 9530, 2) for content of the digest ``sha256``."""
    return f"sha-256=:{base64.b64encode(sha256).decode()}:"


def digest_of_file(descriptor: int) -> str:
    """Return the value of ``Content-Digest`` for an open file; its position stays where it is.

    Raises ``OSError``.
    """
    # A ZIP's headers are written after its members and a renderer is not trusted, so the bytes are read once
    # before they are sent: from the system's cache, since they were just written.
    digest, position = hashlib.sha256(), 0
    while block := os.pread(descriptor, _BLOCK_BYTES, position):
        digest.update(block)
        position += len(block)
    return content_digest(digest.digest())


def add_digest(request: ApiRequest, response: Response) -> None:
    """Add ``Content-Digest`` to an answer of the API with status 200 whose content is in memory."""
    # What is streamed is not in memory.
    if (
        response.status_code != 200
        or response.is_streamed
        or not request.path.startswith(_API)
        or DIGEST_HEADER in response.headers
    ):
        return
    response.headers[DIGEST_HEADER] = content_digest(hashlib.sha256(response.get_data()).digest())


def conditional_file(content: bytes, mimetype: str, disposition: str) -> Response:
    """Return the answer with a file that seldom changes, or 304 where the client says that it has it.

    ``disposition`` is the value of ``Content-Disposition``. The entity tag is the file's SHA-256: all workers
    and servers that have the same file send the same.
    """
    tag = hashlib.sha256(content).hexdigest()
    if api_request().if_none_match.contains_weak(tag):
        response = Response(status=304)
        del response.headers["Content-Type"]
    else:
        response = Response(content, mimetype=mimetype)
        response.headers["Content-Disposition"] = disposition
    response.set_etag(tag)
    return response
