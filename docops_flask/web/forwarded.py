"""What proxies in front say of a request: its client's address, scheme, host and port, and our own prefix."""

import re
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

_PREFIX = "HTTP_X_FORWARDED_PREFIX"
# Paths of plain segments: "//other.example" would make addresses of ours lead elsewhere.
_PLAIN_PREFIXES = re.compile(r"(?:(?:/[A-Za-z0-9._~-]+)*/?\s*(?:,\s*|\Z))*")


def trust_proxies(app: Flask, count: int) -> None:
    """Let ``app`` believe the last ``count`` values of each ``X-Forwarded-*`` header; 0 believes none.

    Each proxy adds one value, so the value ``count`` from the end was written by the outermost trusted one.
    ``X-Forwarded-Prefix`` is the path under which the proxy serves us, and takes off what it hands on; many
    proxies hand on what a client wrote there, so one that is no plain path is believed by nobody.
    """
    if count:
        fixed = ProxyFix(app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count, x_prefix=count)
        app.wsgi_app = _without_odd_prefix(fixed)  # type: ignore[assignment, method-assign]


def _without_odd_prefix(application: "WSGIApplication") -> "WSGIApplication":
    def call(environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        prefix: Any = environ.get(_PREFIX)
        if prefix is not None:
            if _PLAIN_PREFIXES.fullmatch(prefix):
                environ[_PREFIX] = ", ".join(each.strip().rstrip("/") for each in prefix.split(","))
            else:
                del environ[_PREFIX]
        return application(environ, start_response)

    return call
