"""What proxies in front say of a request: its client's address, scheme, host and port."""

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix


def trust_proxies(app: Flask, count: int) -> None:
    """Let ``app`` believe the last ``count`` values of each ``X-Forwarded-*`` header; 0 believes none.

    Each proxy adds one value, so the value ``count`` from the end was written by the outermost trusted one.
    """
    if count:
        app.wsgi_app = ProxyFix(  # type: ignore[method-assign]
            app.wsgi_app, x_for=count, x_proto=count, x_host=count, x_port=count
        )
