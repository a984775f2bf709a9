"""Rows on their way from the file of a batch to its chunks: a JSON object a line.

The renderer that plans a batch writes them, the server hands a hundred of them to the renderer of a chunk and
does not look inside. Numbers stay as they were written, which JSON alone does not keep.
"""

import json
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.rows.errors import RowFault
from docops_flask.engine.rows.payloads import RowPayload

# The only member of an object that stands for a number; no field has such a name.
_DECIMAL = "\0decimal"


class ShardRow(NamedTuple):
    """A row and the name that its document gets, without extension (of a row with faults ``None``)."""

    row: RowPayload
    name: str | None


def shard_line(shard_row: ShardRow) -> bytes:
    """Return the line of a row, with its line feed."""
    row = shard_row.row
    members = {
        "row": row.number,
        "name": shard_row.name,
        "payload": row.payload,
        "faults": [each._asdict() for each in row.faults],
    }
    text = json.dumps(members, ensure_ascii=False, default=_number, separators=(",", ":"))
    # Half characters of JSON lines cannot be encoded; the row's own check refuses them.
    return text.encode("utf-8", "surrogatepass") + b"\n"


def shard_rows(lines: Iterator[bytes]) -> Iterator[ShardRow]:
    """Yield the rows of ``lines``; raises ``ValueError`` for what ``shard_line`` does not write."""
    for line in lines:
        members = json.loads(line.decode("utf-8", "surrogatepass"), object_hook=_value)
        faults = [RowFault(**each) for each in members["faults"]]
        yield ShardRow(RowPayload(members["row"], members["payload"], faults), members["name"])


def _number(value: object) -> Mapping[str, str]:
    if isinstance(value, Decimal):
        return {_DECIMAL: str(value)}
    raise InvalidArgument("rows: a value of a row is of no kind that a payload has.", field="rows")


def _value(members: dict[str, Any]) -> Any:
    text = members.get(_DECIMAL)
    if len(members) != 1 or not isinstance(text, str):
        return members
    try:
        return Decimal(text)
    except InvalidOperation:
        return members
