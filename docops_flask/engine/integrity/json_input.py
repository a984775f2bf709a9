"""A report of a job as it comes back to be verified: JSON that nobody vouches for."""

import json
from typing import Any, NoReturn

from docops_flask.engine.errors import InvalidJson
from docops_flask.engine.files import FilePath, read_file


def read_json(part: str, file: FilePath) -> Any:
    """Return the JSON value (RFC 8259) in ``file``; ``part`` names it in messages.

    Raises ``InvalidJson`` for what is not UTF-8, not JSON, nested deeper than Python reads, or has a key
    twice or a number that JSON does not know. The error says where, never what.
    """

    def members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise InvalidJson(f"{part}: an object in it has the same key twice.", field=part)
        return found

    def refuse_constant(_name: str) -> NoReturn:
        raise InvalidJson(f"{part}: NaN and Infinity are not JSON.", field=part)

    try:
        text = read_file(file).decode("utf-8-sig")
        return json.loads(text, object_pairs_hook=members, parse_constant=refuse_constant)
    except UnicodeDecodeError as error:
        raise InvalidJson(f"{part}: not UTF-8 text (byte {error.start}).", field=part) from None
    except json.JSONDecodeError as error:
        problem = error.msg.partition(":")[0]
        raise InvalidJson(
            f"{part}: not JSON: {problem} at line {error.lineno}, column {error.colno}.",
            field=part,
            line=error.lineno,
            column=error.colno,
        ) from None
    except RecursionError:
        raise InvalidJson(f"{part}: nested too deeply.", field=part) from None
    except ValueError:
        # Python refuses to read an integer of thousands of digits.
        raise InvalidJson(f"{part}: holds a number that is too long.", field=part) from None
