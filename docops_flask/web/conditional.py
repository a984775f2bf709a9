"""Answers for clients that have a file already (RFC 9110, 13)."""

import hashlib

from flask import Response

from docops_flask.web.request import api_request

# A client may keep such an answer, and asks each time whether it still holds.
REVALIDATED = "private, no-cache"


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
