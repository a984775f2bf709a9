"""The headers of requests and answers: security headers, CORS (contract section 11), X-Forwarded-*.

CORS is written here because flask-cors compares origins without their case and answers preflights with 200,
on every path, where the contract wants exact origins and 204 on our paths alone.
"""

import re
from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from flask import Flask, Response
from werkzeug.exceptions import MethodNotAllowed
from werkzeug.middleware.proxy_fix import ProxyFix

from docops_flask.settings.settings import Settings
from docops_flask.web.conditional import REVALIDATED
from docops_flask.web.request import ApiRequest
from docops_flask.web.views.health import HEALTH_ENDPOINTS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_CONSOLE = "/web"
_CONSOLE_HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
    "X-Robots-Tag": "noindex, nofollow",
}
# Answers are data: not to be cached, interpreted as another media type, shown as a page or embedded by
# another site. Fetches of allowed origins (CORS) are not subject to Cross-Origin-Resource-Policy (Fetch,
# 3.7).
DATA_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_SELF, _NONE = "'self'", "'none'"


def is_console(request: ApiRequest) -> bool:
    """Return whether the path of ``request`` is the console's or below it, existing or not."""
    return request.path == _CONSOLE or request.path.startswith(f"{_CONSOLE}/")


# The console fetches it from other servers without CORS, so that a server that allows no origin is not taken
# for one that does not answer.
_OPEN_TO_ALL = {"Cross-Origin-Resource-Policy": "cross-origin"}


def add_security_headers(request: ApiRequest, response: Response, settings: Settings) -> None:
    """Add the console's headers (contract section 10) to ``response``, for other paths ``DATA_HEADERS``."""
    if is_console(request):
        _add_console_headers(response, settings)
    else:
        response.headers.update(DATA_HEADERS)
        if "ETag" in response.headers:
            response.headers["Cache-Control"] = REVALIDATED
        if request.endpoint in HEALTH_ENDPOINTS:
            response.headers.update(_OPEN_TO_ALL)


def _add_console_headers(response: Response, settings: Settings) -> None:
    response.headers.update(_CONSOLE_HEADERS)
    policy = response.content_security_policy
    policy.default_src = policy.script_src = policy.style_src = _SELF
    # Pictures that the page makes: chosen ones and pages of the result.
    policy.img_src = f"{_SELF} blob:"
    policy.connect_src = " ".join((_SELF, *settings.web_connect_src))
    policy.object_src = policy.base_uri = policy.form_action = policy.frame_ancestors = _NONE
    # Trusted Types (https://w3c.github.io/trusted-types/): no string ever becomes markup or script.
    policy["require-trusted-types-for"] = "'script'"
    policy["trusted-types"] = _NONE


_EXPOSED = (
    "X-Docops-Request-Id, X-Docops-Exit-Code, X-Docops-Left, X-Docops-Missing, X-Docops-Format, "
    "Content-Digest, Content-Disposition, Content-Range, ETag, Location, Retry-After"
)
_METHODS = "GET, POST, DELETE"
_REQUEST_HEADERS = "Authorization, Content-Type, Idempotency-Key, If-None-Match, Range"
MCP_PATH = "/mcp"
_MCP_HEADERS = ", MCP-Protocol-Version, Mcp-Method, Mcp-Name"


def preflight_answer(request: ApiRequest, settings: Settings) -> Response | None:
    """Return the 204 for a CORS preflight of a path of the API; ``None`` for every other request.

    It comes before authentication, because browsers send preflights without credentials.
    """
    is_preflight = (
        settings.enable_cors
        and request.method == "OPTIONS"
        and "Origin" in request.headers
        and "Access-Control-Request-Method" in request.headers
    )
    # A known path, which has no OPTIONS method; an unknown one stays a 404.
    is_ours = isinstance(request.routing_exception, MethodNotAllowed) and not is_console(request)
    if not is_preflight or not is_ours:
        return None
    response = Response(status=204)
    del response.headers["Content-Type"]
    if is_allowed_origin(request, settings):
        response.headers["Access-Control-Allow-Methods"] = _METHODS
        of_messages = _MCP_HEADERS if request.path == MCP_PATH else ""
        response.headers["Access-Control-Allow-Headers"] = _REQUEST_HEADERS + of_messages
        response.headers["Access-Control-Max-Age"] = str(settings.cors_max_age)
    return response


def add_headers(request: ApiRequest, response: Response, settings: Settings) -> None:
    """Add the CORS headers that let scripts of an allowed origin read ``response``, whatever its status."""
    if not settings.enable_cors or is_console(request):
        return
    response.vary.add("Origin")
    if not is_allowed_origin(request, settings):
        return
    is_any = "*" in settings.cors_allow_origins
    response.headers["Access-Control-Allow-Origin"] = "*" if is_any else request.headers["Origin"]
    response.headers["Access-Control-Expose-Headers"] = _EXPOSED
    if settings.cors_allow_credentials:
        response.headers["Access-Control-Allow-Credentials"] = "true"


def is_allowed_origin(request: ApiRequest, settings: Settings) -> bool:
    """Return whether ``request`` names an origin (RFC 6454), and one that CORS allows."""
    origin = request.headers.get("Origin")
    allowed = settings.cors_allow_origins if settings.enable_cors else ()
    return origin is not None and ("*" in allowed or origin in allowed)


_PREFIX = "HTTP_X_FORWARDED_PREFIX"
# Paths of plain segments: "//other.example" would make our links lead to another host.
_PLAIN_PREFIXES = re.compile(r"(?:(?:/[A-Za-z0-9._~-]+)*/?\s*(?:,\s*|\Z))*")


def trust_proxies(app: Flask, count: int) -> None:
    """Let ``app`` believe the last ``count`` values of each ``X-Forwarded-*`` header; 0 believes none.

    Each proxy adds one value, so the value ``count`` from the end was written by the outermost trusted one.
    ``X-Forwarded-Prefix`` is the path under which the proxy serves this service; it removes the path from the
    requests it forwards. Many proxies forward a client's header unchanged, so a value that is not a plain
    path is dropped.
    """
    if count:
        fixed = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count, x_prefix=count)
        app.wsgi_app = _without_invalid_prefix(fixed)  # type: ignore[assignment, method-assign]


def _without_invalid_prefix(application: "WSGIApplication") -> "WSGIApplication":
    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        prefix: Any = environ.get(_PREFIX)
        if prefix is not None:
            if _PLAIN_PREFIXES.fullmatch(prefix):
                environ[_PREFIX] = ", ".join(each.strip().rstrip("/") for each in prefix.split(","))
            else:
                del environ[_PREFIX]
        return application(environ, start_response)

    return call
