"""Compares the HTTP headers of a message with its body: proxies see the former, the server does the latter.

MCP 2026-07-28, "Streamable HTTP": headers that differ from the body, or that lack, are refused with 400.
"""

import base64
import binascii
import re
from collections.abc import Mapping, Sequence
from typing import Any

from docops_flask.engine.errors import echo
from docops_flask.mcp.protocol import (
    HEADER_MISMATCH,
    INVALID_REQUEST,
    LEGACY,
    META,
    METHOD_HEADER,
    MODERN,
    NAME_HEADER,
    VERSION_HEADER,
    VERSION_KEY,
    RpcError,
    unsupported_version,
)

# What is no plain ASCII text stands in a header like this.
_ENCODED = re.compile(r"=\?base64\?(.*)\?=")
_METHODS_WITH_NAME = ("tools/call",)


def refuse_other_headers(method: str, params: Mapping[str, Any], headers: Mapping[str, str]) -> None:
    """Raise ``RpcError`` where ``headers`` are not those of a message of the modern revision."""
    version, meta = headers.get(VERSION_HEADER), params.get(META)
    if version is None or not isinstance(meta, Mapping) or version != meta.get(VERSION_KEY):
        raise _mismatch(VERSION_HEADER, f"params._meta.{VERSION_KEY}")
    if headers.get(METHOD_HEADER) != method:
        raise _mismatch(METHOD_HEADER, "method")
    name = params.get("name")
    if method in _METHODS_WITH_NAME and name is not None and _decoded(headers.get(NAME_HEADER)) != name:
        raise _mismatch(NAME_HEADER, "params.name")


def refuse_other_version(method: str, headers: Mapping[str, str], known: Sequence[str]) -> None:
    """Raise ``RpcError`` for a message of a legacy revision, or a notification, that names another one.

    Clients of these revisions need not send the headers; ``known`` are the revisions that one may name.
    """
    version = headers.get(VERSION_HEADER)
    if version is not None and version not in (MODERN, *LEGACY):
        raise unsupported_version(version)
    if version is not None and version not in known:
        raise RpcError(
            INVALID_REQUEST,
            f"{VERSION_HEADER}: {echo(version)} has no message like this; use {' or '.join(known)}.",
        )
    if headers.get(METHOD_HEADER, method) != method:
        raise _mismatch(METHOD_HEADER, "method")


def _mismatch(header: str, member: str) -> RpcError:
    return RpcError(HEADER_MISMATCH, f"The header {header} must have the value of the message's {member}.")


def _decoded(value: str | None) -> str | None:
    encoded = None if value is None else _ENCODED.fullmatch(value)
    if encoded is None:
        return value
    try:
        return base64.b64decode(encoded[1], validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        return None
