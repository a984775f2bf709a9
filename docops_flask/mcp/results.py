"""What tools answer: data, and the files and pictures that go with it; failures that a model can act on."""

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.errors import DocopsError, TemplateLimitExceeded
from docops_flask.jobs.errors import TooManyRequests
from docops_flask.mcp.argument_names import in_arguments

# Documents that an answer holds, together; and its data.
MOST_BYTES = 5 * 1024 * 1024
_URI = "docops://result/"
# Media types of reports, which are UTF-8.
_TEXTS = ("application/json", "application/sarif+json", "application/xml", "text/html")


class ToolResult(NamedTuple):
    """What a tool answers: ``data`` fits its output schema, ``blocks`` are content that goes with it."""

    data: Mapping[str, Any]
    blocks: Sequence[dict[str, Any]] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the result of ``tools/call``.

        The data stand in it twice, as the protocol asks for: clients that know no structured results show
        the text. Raises ``TemplateLimitExceeded``.
        """
        text = json.dumps(self.data, ensure_ascii=False)
        if len(text) > MOST_BYTES:
            raise too_large("the answer", len(text), "use the HTTP API or the command docops")
        content = [_text(text), *self.blocks]
        return {"content": content, "structuredContent": dict(self.data), "isError": False}


def failure(error: DocopsError) -> dict[str, Any]:
    """Return the result of a call that failed: the members of an error of the HTTP API.

    The text begins with the message, which says what is wrong, where, and what to do. Form fields have the
    names of the arguments that stand for them.
    """
    message, detail = in_arguments(error.message, error.detail)
    told: dict[str, Any] = {"error_code": error.code, "message": message, "detail": detail}
    if isinstance(error, TooManyRequests):
        told["message"] = "All renderers are busy: call the tool again after the seconds of retry_after."
    if error.retry_after_seconds is not None:
        told["retry_after"] = error.retry_after_seconds
    content = [_text(told["message"]), _text(json.dumps(told, ensure_ascii=False))]
    return {"content": content, "structuredContent": told, "isError": True}


def too_large(what: str, size: int, instead: str) -> TemplateLimitExceeded:
    """Return the error for more than an answer may hold; ``instead`` says what to do."""
    return TemplateLimitExceeded(
        f"{what} has {size} bytes and an answer holds {MOST_BYTES}: {instead}.",
        limit="mcp_answer_bytes",
        maximum=MOST_BYTES,
    )


def resource(name: str, media_type: str, content: bytes) -> dict[str, Any]:
    """Return the file ``name`` as an embedded resource: reports as text, everything else in base64."""
    about = {"uri": f"{_URI}{name}", "mimeType": media_type}
    if media_type in _TEXTS:
        return {"type": "resource", "resource": {**about, "text": content.decode("utf-8", "replace")}}
    return {"type": "resource", "resource": {**about, "blob": base64.b64encode(content).decode()}}


def picture(png: str) -> dict[str, Any]:
    """Return a PNG, which is given in base64, as content."""
    return {"type": "image", "data": png, "mimeType": "image/png"}


def _text(text: str) -> dict[str, Any]:
    return {"type": "text", "text": text}
