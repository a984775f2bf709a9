"""What browsers are told of every answer, whatever its status: the console's set, and that of all others."""

from collections.abc import Mapping

from flask import Response

from docops_flask.settings import Settings
from docops_flask.web.health import HEALTH_ENDPOINTS
from docops_flask.web.request import ApiRequest

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
# An answer is data for the one who asked: not to be kept, guessed at, shown as a page or drawn into another
# site's. Fetches of allowed origins (CORS) are not subject to Cross-Origin-Resource-Policy (Fetch, 3.7).
DATA_HEADERS: Mapping[str, str] = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
}
_SELF, _NONE = "'self'", "'none'"


def is_console(request: ApiRequest) -> bool:
    """Say whether ``request`` asks for the console or anything under it, there or not."""
    return request.path == _CONSOLE or request.path.startswith(f"{_CONSOLE}/")


# The console asks other servers for it without CORS: one that allows no origin is not one that is not there.
_OPEN_TO_ALL = {"Cross-Origin-Resource-Policy": "cross-origin"}


def add_security_headers(request: ApiRequest, response: Response, settings: Settings) -> None:
    """Give ``response`` the console's headers (contract section 10) or those of data, as ``request`` asks."""
    if is_console(request):
        _add_console_headers(response, settings)
    else:
        response.headers.update(DATA_HEADERS)
        if request.endpoint in HEALTH_ENDPOINTS:
            response.headers.update(_OPEN_TO_ALL)


def _add_console_headers(response: Response, settings: Settings) -> None:
    response.headers.update(_CONSOLE_HEADERS)
    policy = response.content_security_policy
    policy.default_src = policy.script_src = policy.style_src = policy.img_src = _SELF
    policy.connect_src = " ".join((_SELF, *settings.web_connect_src))
    policy.object_src = policy.base_uri = policy.form_action = policy.frame_ancestors = _NONE
    # Trusted Types (https://w3c.github.io/trusted-types/): no string ever becomes markup or script.
    policy["require-trusted-types-for"] = "'script'"
    policy["trusted-types"] = _NONE
