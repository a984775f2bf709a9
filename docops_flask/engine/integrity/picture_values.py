"""Whether check boxes and pictures of a log are what a payload gives (docs/templates.md, *Check boxes*)."""

import binascii
import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from docops_flask.engine.integrity.claims import AddedMedia, Picture
from docops_flask.engine.integrity.picture_tags import CheckTag

_TRUE, _FALSE = ("是", "true"), ("否", "false")


def box_of(tag: CheckTag, value: Any) -> str | None:
    """Return the box that a check shows for ``value``; ``None`` where it shows none."""
    if value is None:
        return "☐" if tag.is_optional else None
    if tag.operator is None:
        is_given = value.strip() != "" if isinstance(value, str) else value is True or _is_counted(value)
        return "☑" if is_given else "☐"
    if isinstance(value, Mapping) or (isinstance(value, Sequence) and not isinstance(value, str)):
        return "☐"
    outcomes = [_compares(value, tag.operator, literal) for literal in tag.literals]
    return "☑" if (all(outcomes) if tag.operator == "≠" else any(outcomes)) else "☐"


def _is_counted(value: Any) -> bool:
    return not isinstance(value, bool) and (not isinstance(value, Sequence) or len(value) > 0)


def _compares(value: Any, operator: str, literal: str) -> bool:
    if isinstance(value, bool):
        is_equal = literal in (_TRUE if value else _FALSE)
        return is_equal if operator == "=" else operator == "≠" and not is_equal
    written = value if isinstance(value, str) else format(value, "f") if isinstance(value, Decimal) else str(value)
    one: Any = written
    other: Any = literal
    for read in (_number, _date):
        if read is _date and not isinstance(value, str):
            continue
        pair = read(written), read(literal)
        if None not in pair:
            one, other = pair
            break
    else:
        return {"=": written == literal, "≠": written != literal}.get(operator, False)
    return bool(
        {"=": one == other, "≠": one != other, ">": one > other, "≥": one >= other, "<": one < other}.get(
            operator, one <= other
        )
    )


def _number(text: str) -> Decimal | None:
    try:
        is_plain = text.strip().lstrip("-").replace(".", "", 1).isdecimal() and text.isascii()
        return Decimal(text.strip()) if is_plain else None
    except InvalidOperation:
        return None


def _date(text: str) -> datetime | None:
    try:
        return datetime.fromisoformat(text.strip())
    except ValueError:
        return None


def is_picture_of(picture: Picture, media: Sequence[AddedMedia], value: Any) -> bool:
    """Say whether a logged picture is the one that ``value`` gives.

    Of a file that was sent beside the task the content cannot be told from the payload.
    """
    if not isinstance(value, Mapping) or picture.alt != (value.get("alt") or ""):
        return False
    encoded = value.get("png", value.get("jpeg"))
    if not isinstance(encoded, str):
        return isinstance(value.get("file"), str)
    try:
        content = binascii.a2b_base64("".join(encoded.split()))
    except (binascii.Error, ValueError):
        return False
    digest = hashlib.sha256(content).hexdigest()
    return any(each.part == picture.part and each.sha256 == digest for each in media)
