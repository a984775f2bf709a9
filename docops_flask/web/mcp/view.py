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

# Base64 takes a third more than the files, and they are in memory while the message is read.
MOST_BODY_BYTES = 32 * 1024 * 1024
# Beside its texts a message has a task, rows and a replace log, whose values take memory many times their size.
_MOST_STRUCTURE_BYTES = 4 * 1024 * 1024
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
    request = api_request()
    request.enter("receive")
    dispatcher = Dispatcher(_TOOLS, HttpTools(request, services()).call, _noted)
    sent = {name: request.headers[name] for name in HEADERS if name in request.headers}
    reply = dispatcher.answer(_body(request), _MOST_STRUCTURE_BYTES, sent)
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
    content = bytearray()
    while block := request.body.read():
        content += block
        if len(content) > MOST_BODY_BYTES:
            raise UploadTooLarge(field="body", maximum=MOST_BODY_BYTES, setting="DOCOPS_MAX_UPLOAD_BYTES")
    return bytes(content)
