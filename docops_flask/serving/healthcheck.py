"""The container's health check: asks the server of this environment for ``/healthz``."""

import os
import socket
import sys
from http.client import HTTPConnection, HTTPException

from docops_flask.settings.settings import SettingsError, from_env

_PATH = "/healthz"
_TIMEOUT_SECONDS = 4.0
_UNIX = "unix:"


def check(bind: str) -> None:
    """Return when the server at ``bind`` answers 200; raises ``OSError`` or ``HTTPException`` otherwise."""
    # Not urllib, which would go through a proxy that http_proxy names.
    connection = HTTPConnection("localhost", timeout=_TIMEOUT_SECONDS)
    connection.sock = _connect(bind)
    try:
        connection.request("GET", _PATH)
        status = connection.getresponse().status
    finally:
        connection.close()
    if status != 200:
        raise HTTPException(f"it answered {status}")


def main() -> None:
    """End this process with 0 when the server answers 200, otherwise with 1 and one line on stderr."""
    try:
        bind = from_env(os.environ).bind
    except SettingsError as error:
        sys.exit(str(error))
    try:
        check(bind)
    except (OSError, HTTPException) as error:
        sys.exit(f"{_PATH} at {bind}: {error or type(error).__name__}")


def _connect(bind: str) -> socket.socket:
    if bind.startswith(_UNIX):
        return _connect_unix(bind.removeprefix(_UNIX))
    # On Linux a connection to the wildcard address 0.0.0.0 or :: goes to the loopback one.
    host, _, port = bind.rpartition(":")
    return socket.create_connection((host.strip("[]"), int(port)), _TIMEOUT_SECONDS)


def _connect_unix(path: str) -> socket.socket:
    connection = socket.socket(socket.AF_UNIX)
    try:
        connection.settimeout(_TIMEOUT_SECONDS)
        connection.connect(path)
    except OSError:
        connection.close()
        raise
    return connection


if __name__ == "__main__":
    main()
