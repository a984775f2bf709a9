"""Answers messages of JSON-RPC 2.0 in both kinds of revisions of the protocol, without a session.

A message of the modern revision names it in ``params._meta``, and over HTTP in a header too. All others are
of the legacy revisions: what their handshake agreed on is not needed to answer them, so none is kept.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask import __version__
from docops_flask.engine.errors import DocopsError, echo
from docops_flask.mcp.arguments import check_arguments
from docops_flask.mcp.header_check import refuse_other_headers, refuse_other_version
from docops_flask.mcp.json_text import read_json
from docops_flask.mcp.protocol import (
    CAPABILITIES_KEY,
    INVALID_PARAMS,
    INVALID_REQUEST,
    LEGACY,
    META,
    METHOD_NOT_FOUND,
    MODERN,
    PARSE_ERROR,
    SERVER_KEY,
    VERSION_HEADER,
    VERSION_KEY,
    RpcError,
    unsupported_version,
)
from docops_flask.mcp.request_id import MOST_CHARACTERS, found_request_id, is_request_id
from docops_flask.mcp.results import ToolResult, failure
from docops_flask.mcp.tools import INSTRUCTIONS, Tool

# How long clients may keep the list of tools, which changes with a release, in milliseconds.
_TTL_MS = 300_000
_OK, _ACCEPTED = 200, 202
_SERVER = {"name": "docops", "title": "DocOps", "version": __version__}
_CAPABILITIES: dict[str, Any] = {"tools": {}}

Call = Callable[[str, Mapping[str, Any]], ToolResult]


class Message(NamedTuple):
    """A request, or (``request_id`` is ``None``) a notification or an answer, which nobody answers."""

    request_id: str | int | None
    method: str
    params: Mapping[str, Any]

    @property
    def is_request(self) -> bool:
        """Whether an answer is owed."""
        return self.request_id is not None

    @property
    def meta(self) -> Any:
        """What the message says of itself; anything, as clients send it."""
        return self.params.get(META)


class Reply(NamedTuple):
    """The answer to a message, ``None`` where none is owed, and its HTTP status."""

    status: int
    document: dict[str, Any] | None


def read_message(content: bytes, most_structure: int) -> Message:
    """Return the message in ``content``; raises ``RpcError``. ``most_structure`` is as for ``read_json``."""
    try:
        document = read_json(content, most_structure)
    except ValueError as error:
        raise RpcError(
            PARSE_ERROR, f"The message cannot be read: {error}.", request_id=found_request_id(content)
        ) from None
    if not isinstance(document, dict):
        batch = " Send each message by itself." if isinstance(document, list) else ""
        raise RpcError(INVALID_REQUEST, f"The message must be one JSON object.{batch}")
    request_id = document.get("id")
    if not is_request_id(request_id):
        request_id = None
    if document.get("jsonrpc") != "2.0":
        raise RpcError(INVALID_REQUEST, 'The member jsonrpc must be "2.0".', request_id=request_id)
    if "method" not in document and ("result" in document or "error" in document):
        # The answer to a request that was never sent.
        return Message(None, "", {})
    if "id" in document and request_id is None:
        raise RpcError(
            INVALID_REQUEST,
            f"The member id must be an integer, or a string of at most {MOST_CHARACTERS} characters.",
        )
    method, params = document.get("method"), document.get("params", {})
    if not isinstance(method, str):
        raise RpcError(INVALID_REQUEST, "The member method must be a string.", request_id=request_id)
    if not isinstance(params, dict):
        raise RpcError(INVALID_PARAMS, "The member params must be an object.", request_id=request_id)
    return Message(request_id, method, params)


def refusal(error: RpcError, *, is_modern: bool = False) -> Reply:
    """Return the answer with ``error``."""
    document = {"jsonrpc": "2.0", "id": error.request_id, "error": error.as_dict()}
    return Reply(error.status(is_modern=is_modern), document)


class Dispatcher:
    """Answers messages with ``tools``, which ``call`` does."""

    def __init__(
        self, tools: Sequence[Tool], call: Call, known_error: Callable[[Exception], DocopsError]
    ) -> None:
        """Take the tools, what does them, and what turns any exception of theirs into one to answer with."""
        self._tools = {tool.name: tool for tool in tools}
        self._call = call
        self._known_error = known_error

    def answer(self, content: bytes, most_structure: int, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the answer to the message in ``content``, which came with the HTTP ``headers`` if any did.

        ``headers`` are those of ``protocol.HEADERS`` that were sent. Never raises an ``Exception``.
        """
        try:
            message = read_message(content, most_structure)
        except RpcError as error:
            return refusal(error)
        return self.reply(message, headers)

    def reply(self, message: Message, headers: Mapping[str, str] | None = None) -> Reply:
        """Return the answer to ``message``; everything else is as for ``answer``."""
        is_modern = _is_modern(message, headers)
        try:
            if is_modern and message.is_request:
                _check_modern(message, headers)
            elif headers is not None:
                known = LEGACY if message.is_request else (MODERN, *LEGACY)
                refuse_other_version(message.method, headers, known)
            if not message.is_request:
                return Reply(_ACCEPTED, None)
            result = self._modern_result(message) if is_modern else self._legacy_result(message)
        except RpcError as error:
            error.request_id = message.request_id
            return refusal(error, is_modern=is_modern)
        return Reply(_OK, {"jsonrpc": "2.0", "id": message.request_id, "result": result})

    def _modern_result(self, message: Message) -> dict[str, Any]:
        match message.method:
            case "server/discover":
                result = {
                    "supportedVersions": [MODERN],
                    "capabilities": _CAPABILITIES,
                    "instructions": INSTRUCTIONS,
                    **_CACHED,
                }
            case "tools/list":
                result = {**self._list(message), **_CACHED}
            case "tools/call":
                result = self._result_of_call(message)
            case _:
                raise _unknown(message.method)
        return {"resultType": "complete", **result, META: {SERVER_KEY: _SERVER}}

    def _legacy_result(self, message: Message) -> dict[str, Any]:
        match message.method:
            case "initialize":
                asked = message.params.get("protocolVersion")
                return {
                    # The client leaves if it does not know the one that is offered instead.
                    "protocolVersion": asked if asked in LEGACY else LEGACY[-1],
                    "capabilities": _CAPABILITIES,
                    "serverInfo": _SERVER,
                    "instructions": INSTRUCTIONS,
                }
            case "ping":
                return {}
            case "tools/list":
                return self._list(message)
            case "tools/call":
                return self._result_of_call(message)
            case _:
                raise _unknown(message.method)

    def _list(self, message: Message) -> dict[str, Any]:
        if message.params.get("cursor") is not None:
            raise RpcError(INVALID_PARAMS, "cursor: there is one page only; leave it out.")
        return {"tools": [tool.as_dict() for tool in self._tools.values()]}

    def _result_of_call(self, message: Message) -> dict[str, Any]:
        name, arguments = message.params.get("name"), message.params.get("arguments")
        tool = self._tools.get(name) if isinstance(name, str) else None
        if tool is None:
            shown = f"Unknown tool: {echo(name)}" if isinstance(name, str) else "name: must be a string"
            raise RpcError(INVALID_PARAMS, f"{shown}; tools/list has the names.")
        if arguments is None:
            arguments = {}
        if not isinstance(arguments, dict):
            raise RpcError(INVALID_PARAMS, "arguments: must be an object.")
        try:
            # A model can correct its arguments, so their faults are results and no errors of the protocol.
            check_arguments(arguments, tool.input_schema)
            return self._call(tool.name, arguments).as_dict()
        except Exception as error:
            return failure(self._known_error(error))


_CACHED = {"ttlMs": _TTL_MS, "cacheScope": "private"}


def _is_modern(message: Message, headers: Mapping[str, str] | None) -> bool:
    if message.method == "initialize":
        return False
    if isinstance(message.meta, dict) and VERSION_KEY in message.meta:
        return True
    version = None if headers is None else headers.get(VERSION_HEADER)
    return version is not None and version not in LEGACY


def _check_modern(message: Message, headers: Mapping[str, str] | None) -> None:
    """Raise ``RpcError`` unless a request of the modern revision says what it has to say of itself."""
    meta = message.meta if isinstance(message.meta, dict) else {}
    named = None if headers is None else headers.get(VERSION_HEADER)
    if VERSION_KEY not in meta and named not in (None, MODERN):
        # A client of a revision that has a header alone, or of one that nobody knows.
        raise unsupported_version(named)
    missing = [key for key in (VERSION_KEY, CAPABILITIES_KEY) if key not in meta]
    if missing:
        raise RpcError(INVALID_PARAMS, f"params._meta lacks {' and '.join(missing)}.")
    version = meta[VERSION_KEY]
    if headers is not None:
        refuse_other_headers(message.method, message.params, headers)
    if not isinstance(version, str):
        raise RpcError(INVALID_PARAMS, f"params._meta: {VERSION_KEY} must be a string.")
    if version != MODERN:
        raise unsupported_version(version)


def _unknown(method: str) -> RpcError:
    return RpcError(METHOD_NOT_FOUND, f"Unknown method: {echo(method)}.")
