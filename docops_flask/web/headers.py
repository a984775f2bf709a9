"""The headers of every answer under ``/web`` (contract section 10), whatever its status."""

from flask import Response

from docops_flask.settings import Settings
from docops_flask.web.request import ApiRequest

_CONSOLE = "/web"
_HEADERS = {
    "Cache-Control": "no-store, max-age=0",
    "Pragma": "no-cache",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Permissions-Policy": "geolocation=(), microphone=(), camera=()",
    "X-Robots-Tag": "noindex, nofollow",
}
_SELF, _NONE = "'self'", "'none'"


def is_console(request: ApiRequest) -> bool:
    """Say whether ``request`` asks for the console or anything under it, there or not."""
    return request.path == _CONSOLE or request.path.startswith(f"{_CONSOLE}/")


def add_console_headers(request: ApiRequest, response: Response, settings: Settings) -> None:
    """Give ``response`` the console's headers when ``request`` is for the console."""
    if not is_console(request):
        return
    response.headers.update(_HEADERS)
    policy = response.content_security_policy
    policy.default_src = policy.script_src = policy.style_src = policy.img_src = _SELF
    policy.connect_src = " ".join((_SELF, *settings.web_connect_src))
    policy.object_src = policy.base_uri = policy.form_action = policy.frame_ancestors = _NONE
    # Trusted Types (https://w3c.github.io/trusted-types/): no string ever becomes markup or script.
    policy["require-trusted-types-for"] = "'script'"
    policy["trusted-types"] = _NONE
