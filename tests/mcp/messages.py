"""Messages of both kinds of revisions, for tests."""

import json
from typing import Any

from docops_flask.mcp.protocol import (
    CAPABILITIES_KEY,
    METHOD_HEADER,
    MODERN,
    NAME_HEADER,
    VERSION_HEADER,
    VERSION_KEY,
)


def legacy(method: str, request_id: int | str | None = 1, **params: Any) -> dict[str, Any]:
    """A message of a revision with a handshake; ``request_id=None`` makes it a notification."""
    message: dict[str, Any] = {"jsonrpc": "2.0", "method": method, "params": params}
    return message if request_id is None else {**message, "id": request_id}


def modern(
    method: str, request_id: int | str | None = 1, version: str = MODERN, **params: Any
) -> dict[str, Any]:
    """A message of the revision without a handshake."""
    return legacy(method, request_id, _meta={VERSION_KEY: version, CAPABILITIES_KEY: {}}, **params)


def headers_of(message: dict[str, Any]) -> dict[str, str]:
    """The headers that a client sends with a ``modern`` message."""
    params = message["params"]
    headers = {VERSION_HEADER: params["_meta"][VERSION_KEY], METHOD_HEADER: message["method"]}
    return {**headers, NAME_HEADER: params["name"]} if "name" in params else headers


def as_bytes(message: Any) -> bytes:
    """A message as it is sent."""
    return json.dumps(message, ensure_ascii=False).encode()
