"""``POST /mcp``: the Model Context Protocol over HTTP, one message in, one answer out, without a session."""

from flask import Blueprint, Response

from docops_flask.engine.errors import DocopsError, InvalidMediaType
from docops_flask.intake.assets import UploadTooLarge
from docops_flask.mcp.dispatcher import Dispatcher
from docops_flask.mcp.json_text import answer_text
from docops_flask.mcp.protocol import HEADERS
from docops_flask.mcp.tools import tools_for
from docops_flask.web.auth import protect
from docops_flask.web.errors import OriginRefused
from docops_flask.web.headers import MCP_PATH, is_allowed_origin
from docops_flask.web.hooks import as_docops_error
from docops_flask.web.mcp.tools import HttpTools
from docops_flask.web.request import ApiRequest, api_request
from docops_flask.web.services import services

# A message is in memory while it is read, unlike the files of a form; base64 takes a third more than a file.
MOST_BODY_BYTES = 16 * 1024 * 1024
# What a message has beside its task.
_ENVELOPE_BYTES = 64 * 1024
_JSON = "application/json"
_TOOLS = tools_for("http")

bp = Blueprint("mcp", __name__)


@bp.before_request
def _refuse_other_origins() -> None:
    """Refuse requests of web pages of other origins, also where a name was made to mean this host.

    A page that was loaded from a name that now leads here (DNS rebinding) sends its origin: that name. It may
    be the same as Host, so the two are not compared: only the origins that CORS allows are answered.
    """
    request = api_request()
    if "Origin" in request.headers and not is_allowed_origin(request, services().settings):
        raise OriginRefused


protect(bp)


@bp.post(MCP_PATH)
def answer() -> Response:
    """Answer a message of JSON-RPC; failures of tools are in results, with status 200."""
    request, service = api_request(), services()
    request.enter("receive")
    dispatcher = Dispatcher(_TOOLS, HttpTools(request, service).call, _noted)
    sent = {name: request.headers[name] for name in HEADERS if name in request.headers}
    # Values that are no texts take memory many times their size, so there may be as many as in a task.
    most_structure = service.settings.max_task_file_bytes + _ENVELOPE_BYTES
    reply = dispatcher.answer(_body(request), most_structure, sent)
    if reply.document is None:
        response = Response(status=reply.status)
        del response.headers["Content-Type"]
        return response
    return Response(answer_text(reply.document) + b"\n", reply.status, mimetype=_JSON)


def _noted(error: Exception) -> DocopsError:
    """Return ``error`` as one that a tool answers with, and note it for the log and the metrics."""
    request = api_request()
    request.failure = known = as_docops_error(error)
    known.detail["request_id"] = request.request_id
    return known


def _body(request: ApiRequest) -> bytes:
    """Return the content; raises ``InvalidMediaType`` and what ``RequestBody.read`` raises."""
    if request.mimetype != _JSON:
        raise InvalidMediaType(f"body: must be {_JSON}.", field="body", allowed=[_JSON])
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise InvalidMediaType("body: must not be compressed (Content-Encoding).", field="body")
    blocks: list[bytes] = []
    size = 0
    while block := request.body.read():
        size += len(block)
        if size > MOST_BODY_BYTES:
            raise _too_large()
        blocks.append(block)
    return b"".join(blocks)


def _too_large() -> UploadTooLarge:
    error = UploadTooLarge(field="body", maximum=MOST_BODY_BYTES, setting="")
    error.message = (
        f"body: larger than {MOST_BODY_BYTES} bytes; name a template of the library with template_name, or "
        "send large files to the addresses of the HTTP API, such as /v1/run."
    )
    return error
