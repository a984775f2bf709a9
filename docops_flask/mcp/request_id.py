"""The id of a request: what may be one, and that of a request which cannot be read.

Clients wait for the answer with the id of their request, so that an error has it wherever it can be found
(MCP 2026-07-28, "Overview", error responses).
"""

import json
import re
from typing import Any

MOST_CHARACTERS = 256
# A longer message is not searched: each of its tokens takes a while.
_MOST_BYTES = 1 << 20
# A string; punctuation; anything else that stands alone; the begin of a string without an end.
_TOKEN = re.compile(rb'"(?:[^"\\]++|\\.)*+"|[{}\[\],:]|[^\s"{}\[\],:]++|"', re.DOTALL)


def is_request_id(value: Any) -> bool:
    """Say whether ``value`` is an integer, or a string that is not too long."""
    if isinstance(value, str):
        return len(value) <= MOST_CHARACTERS
    return isinstance(value, int) and not isinstance(value, bool)


def found_request_id(content: bytes) -> str | int | None:
    """Return the one id of the request in ``content``, which is no JSON, cut, or not as it has to be.

    ``None`` where there is none or more than one, and where the content is no request: it has no method.
    """
    ids: list[bytes] = []
    has_method = False
    depth = 0
    # The last three tokens of the outermost object.
    before: tuple[bytes, bytes, bytes] = (b"", b"", b"")
    for match in _TOKEN.finditer(content if len(content) <= _MOST_BYTES else b""):
        token = match[0]
        if token == b'"':
            break
        if depth == 1 and before[0] in (b"{", b",") and before[2] == b":":
            has_method |= before[1] == b'"method"'
            ids += [token] if before[1] == b'"id"' else []
        if token in (b"}", b"]"):
            depth -= 1
            if not depth:
                break
        if depth <= 1:
            before = (*before[1:], token)
        if token in (b"{", b"["):
            depth += 1
    value = _value(ids[0]) if len(ids) == 1 and has_method else None
    return value if is_request_id(value) else None


def _value(token: bytes) -> Any:
    try:
        return json.loads(token)
    except ValueError:
        return None
