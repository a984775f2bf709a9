"""Whether check boxes and pictures of a log are what a payload gives (docs/templates.md, *Check boxes*)."""

import binascii
import hashlib
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from docops_flask.engine.files import read_file
from docops_flask.engine.integrity.claims import Claims
from docops_flask.engine.integrity.picture_claims import Picture
from docops_flask.engine.integrity.picture_tags import CheckTag, check_tag
from docops_flask.engine.integrity.plan import without_ignored
from docops_flask.engine.integrity.verdict import Unaccounted

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
    written = (
        value if isinstance(value, str) else format(value, "f") if isinstance(value, Decimal) else str(value)
    )
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


def picture_value_faults(
    claims: Claims, payload: Mapping[str, Any], files: Mapping[str, str] | None = None
) -> Iterator[Unaccounted]:
    """Yield each check box and each picture of a log that is not what ``payload`` gives.

    ``files`` are the paths of the files sent beside the task, by their names; ``None`` where they are not at
    hand, as in ``/v1/verify``: then the content of such a picture is not compared.
    """
    digests = _Digests(files)
    media = {each.part: each.sha256 for each in claims.media}
    entries = [*claims.replacements, *(each.replacement for each in claims.inline)]
    for entry in entries:
        check = _check_of(entry.original_text[1:-1])
        value = _value_at(payload, entry.payload_path)
        if check is not None and box_of(check, value) != entry.new_text:
            yield _fault(entry.place)
        if entry.picture is not None and not _is_given(entry.picture, media, value, digests):
            yield _fault(entry.place)
    for place in claims.places:
        value = _value_at(payload, place.payload_path)
        check = _check_of(place.original_text[1:-1])
        if check is not None and box_of(check, value) != place.new_text:
            yield _fault(place.place)
        if place.picture is not None and not _is_given(place.picture, media, value, digests):
            yield _fault(place.place)


def _check_of(inner: str) -> CheckTag | None:
    """Return the tag of a check box; characters without width are ignored but in what it compares with."""
    tag = check_tag(inner)
    return (
        tag
        if tag is not None and without_ignored(tag.path) == tag.path
        else check_tag(without_ignored(inner))
    )


def _fault(place: int) -> Unaccounted:
    message = "its box or picture is not the one that the task gives"
    return Unaccounted("", f"$.entries[{place}]", "value", message)


def _value_at(payload: Mapping[str, Any], path: str | None) -> Any:
    """Return the value at a JSON path, ``None`` where there is none."""
    if path is None or not path.startswith("$"):
        return None
    value: Any = payload
    for name, number in re.findall(r"\.([^.\[]+)|\[([0-9]{1,9})\]", path[1:]):
        if name:
            value = value.get(name) if isinstance(value, Mapping) else None
        else:
            is_item = isinstance(value, list | tuple) and int(number) < len(value)
            value = value[int(number)] if is_item else None
    return value


class _Digests:
    """The digests of pictures that a payload gives; each is worked out once."""

    def __init__(self, files: Mapping[str, str] | None) -> None:
        self.files = files
        self._known: dict[tuple[str, bool], str | None] = {}

    def of_text(self, text: str) -> str | None:
        """Return the digest of a picture in base64; ``None`` for a text that is none."""
        if (text, False) not in self._known:
            try:
                content = binascii.a2b_base64("".join(text.split()))
                self._known[text, False] = hashlib.sha256(content).hexdigest()
            except ValueError:
                self._known[text, False] = None
        return self._known[text, False]

    def of_file(self, name: str) -> str | None:
        """Return the digest of a file that was sent; ``None`` where there is none of that name."""
        if (name, True) not in self._known:
            file = (self.files or {}).get(name)
            digest = None if file is None else hashlib.sha256(read_file(file)).hexdigest()
            self._known[name, True] = digest
        return self._known[name, True]


def _is_given(picture: Picture, media: Mapping[str, str], value: Any, digests: _Digests) -> bool:
    """Say whether a picture is the one that ``value`` gives."""
    if not isinstance(value, Mapping) or picture.alt != (value.get("alt") or ""):
        return False
    text, name = value.get("png", value.get("jpeg")), value.get("file")
    if isinstance(text, str):
        digest = digests.of_text(text)
    elif not isinstance(name, str) or digests.files is None:
        return isinstance(name, str)
    else:
        digest = digests.of_file(name)
    return digest is not None and media.get(picture.part) == digest
