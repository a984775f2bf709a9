"""Numbers of rows: those that a job takes (``row_numbers=3,7,12-15``), and in names of documents."""

import re

from docops_flask.engine.errors import InvalidArgument, echo

_RANGE = re.compile(r"\s*([0-9]{1,9})\s*(?:[-–]\s*([0-9]{1,9})\s*)?\Z")
_MAX_RANGES = 1000
_NUMBER = "【#】"


def parse_row_numbers(text: str) -> tuple[tuple[int, int], ...]:
    """Return the ranges that ``text`` names, each from its first to its last row.

    It has numbers and ranges with commas between. Raises ``InvalidArgument``.
    """
    parts = re.split("[,，、]", text)
    if len(parts) > _MAX_RANGES:
        raise InvalidArgument(
            f"row_numbers: at most {_MAX_RANGES} numbers and ranges.",
            field="row_numbers",
            maximum=_MAX_RANGES,
        )
    ranges = []
    for part in parts:
        match = _RANGE.match(part)
        first = int(match[1]) if match is not None else 0
        last = int(match[2] or first) if match is not None else 0
        if not 0 < first <= last:
            raise InvalidArgument(
                f"row_numbers: {echo(part.strip())} is no number of a row; write 3,7,12-15. "
                "Row 1 is the first below the header.",
                field="row_numbers",
                value=echo(part.strip()),
            )
        ranges.append((first, last))
    return tuple(ranges)


def numbered(pattern: str, number: int) -> str:
    """Return the pattern of a document's name with the number of its row in place of ``【#】``."""
    return pattern.replace(_NUMBER, str(number))
