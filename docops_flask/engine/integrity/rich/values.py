"""Whether a rich value that a log claims is the one that the task gives."""

from typing import Any

from docops_flask.engine.integrity.rich.reading import lines_of
from docops_flask.engine.integrity.rich_claims import RichClaim


def is_of_value(claim: RichClaim | None, new_text: str, value: Any, default: str | None) -> bool:
    """Say whether an entry says what ``value`` makes.

    ``claim`` is what its member ``rich`` says, ``None`` where it has none: then nothing but blanks is there.
    ``default`` stands for a value that is absent or blank.
    """
    is_blank = value is None or (not value.strip() if isinstance(value, str) else value in ([], ()))
    if is_blank and default is not None:
        value = default
    try:
        lines = [] if value is None else lines_of(value)
    except (ValueError, KeyError, TypeError):
        return False
    if claim is None:
        return not lines and not new_text
    return bool(lines) and list(claim.lines) == lines
