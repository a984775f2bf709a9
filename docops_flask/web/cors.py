"""Cross-origin answers (contract section 11).

Written here because flask-cors compares origins without their case and answers preflights with 200,
on every path, where the contract wants exact origins and 204 on our paths alone.
"""

from flask import Response
from werkzeug.exceptions import MethodNotAllowed

from docops_flask.settings import Settings
from docops_flask.web.headers import is_console
from docops_flask.web.request import ApiRequest

_EXPOSED = "X-Docops-Request-Id, X-Docops-Exit-Code, Content-Disposition, Retry-After"
_METHODS = "GET, POST"
_REQUEST_HEADERS = "Authorization, Content-Type"


def preflight_answer(request: ApiRequest, settings: Settings) -> Response | None:
    """Return the 204 for a preflight of a path of ours; ``None`` for every other request.

    It comes before authentication, because browsers send preflights without credentials.
    """
    is_preflight = (
        settings.enable_cors
        and request.method == "OPTIONS"
        and "Origin" in request.headers
        and "Access-Control-Request-Method" in request.headers
    )
    # A known path that knows no OPTIONS; an unknown one stays a 404.
    is_ours = isinstance(request.routing_exception, MethodNotAllowed) and not is_console(request)
    if not is_preflight or not is_ours:
        return None
    response = Response(status=204)
    del response.headers["Content-Type"]
    if _is_allowed(request, settings):
        response.headers["Access-Control-Allow-Methods"] = _METHODS
        response.headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS
        response.headers["Access-Control-Max-Age"] = str(settings.cors_max_age)
    return response


def add_headers(request: ApiRequest, response: Response, settings: Settings) -> None:
    """Let the script of an allowed origin read ``response``, whatever its status."""
    if not settings.enable_cors or is_console(request):
        return
    response.vary.add("Origin")
    if not _is_allowed(request, settings):
        return
    is_any = "*" in settings.cors_allow_origins
    response.headers["Access-Control-Allow-Origin"] = "*" if is_any else request.headers["Origin"]
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    if settings.cors_allow_credentials:
        response.headers["Access-Control-Allow-Credentials"] = "true"


def _is_allowed(request: ApiRequest, settings: Settings) -> bool:
    origin = request.headers.get("Origin")
    allowed = settings.cors_allow_origins
    return origin is not None and ("*" in allowed or origin in allowed)
