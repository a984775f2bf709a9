"""What the Model Context Protocol (MCP) fixes: revisions, error codes, members and headers with their names.

Sources: JSON-RPC 2.0; MCP 2026-07-28, "Versioning" and "Streamable HTTP"; MCP 2025-11-25, "Lifecycle".
"""

from http import HTTPStatus
from typing import Any

from docops_flask.engine.errors import echo

# Each request says its revision itself; there is no handshake and no session.
MODERN = "2026-07-28"
# Revisions with the handshake ``initialize``, the latest last. Earlier ones know no structured results.
LEGACY = ("2025-06-18", "2025-11-25")

PARSE_ERROR = -32700
INVALID_REQUEST = -32600
METHOD_NOT_FOUND = -32601
INVALID_PARAMS = -32602
HEADER_MISMATCH = -32020
UNSUPPORTED_VERSION = -32022

META = "_meta"
VERSION_KEY = "io.modelcontextprotocol/protocolVersion"
CAPABILITIES_KEY = "io.modelcontextprotocol/clientCapabilities"
SERVER_KEY = "io.modelcontextprotocol/serverInfo"

VERSION_HEADER = "MCP-Protocol-Version"
METHOD_HEADER = "Mcp-Method"
NAME_HEADER = "Mcp-Name"
HEADERS = (VERSION_HEADER, METHOD_HEADER, NAME_HEADER)

# The HTTP status of each error in the modern revision.
_STATUS = {METHOD_NOT_FOUND: HTTPStatus.NOT_FOUND}
# Clients of the legacy revisions take another status than 200 for a failure of the transport.
_OF_TRANSPORT = (PARSE_ERROR, INVALID_REQUEST, HEADER_MISMATCH, UNSUPPORTED_VERSION)


class RpcError(Exception):
    """An error of JSON-RPC: a message that is not understood. Failures of tools are results.

    ``data`` is its member of that name, ``request_id`` the id of the message, where it could be read.
    """

    def __init__(
        self, code: int, message: str, data: Any = None, request_id: "str | int | None" = None
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.data = data
        self.request_id = request_id

    def status(self, *, is_modern: bool) -> int:
        """Return the HTTP status that it is answered with."""
        if is_modern or self.code in _OF_TRANSPORT:
            return _STATUS.get(self.code, HTTPStatus.BAD_REQUEST)
        return HTTPStatus.OK

    def as_dict(self) -> dict[str, Any]:
        """Return the member ``error`` of the answer."""
        told = {"code": self.code, "message": self.message}
        return told if self.data is None else {**told, "data": self.data}


def unsupported_version(version: str) -> RpcError:
    """Return the error for a message of the revision ``version``, which names those that are spoken."""
    return RpcError(
        UNSUPPORTED_VERSION,
        f"This server speaks {MODERN} without a handshake, and {' and '.join(LEGACY)} with initialize.",
        {"supported": [MODERN, *LEGACY], "requested": echo(version)},
    )
