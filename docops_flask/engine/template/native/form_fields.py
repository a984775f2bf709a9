"""Form fields: FORMTEXT, FORMCHECKBOX and FORMDROPDOWN (ECMA-376 part 1, 17.16.5 and 17.16.6 to 17.16.33).

A text field keeps its field, its result becomes the value. The state of a check box and the entry of a list
stand in the data of the field's first run (w:ffData); their tag stands before that run until it is filled.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.errors import echo
from docops_flask.engine.oxml.markup import decoded
from docops_flask.engine.template.field_values import CHECKED
from docops_flask.engine.template.formats.table import Format, rule_of
from docops_flask.engine.template.native.byte_tree import Node, elements_of
from docops_flask.engine.template.native.instruction import NO_NAME, field_name, number_formats
from docops_flask.engine.template.native.marks import Mark, TextLimit, Unfit
from docops_flask.engine.template.native.runs import tagged_run
from docops_flask.engine.template.open_task import refused
from docops_flask.engine.template.payload_check import PayloadError, near_name

FORM_FIELD = "form_field"
FORM_TYPES = frozenset(("FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN"))
# What Word writes for the letters of a text field (w:format, 17.16.17), in English.
_LETTERS = {
    "UPPERCASE": "大写字母",
    "LOWERCASE": "小写字母",
    "FIRST CAPITAL": "句首大写",
    "TITLE CASE": "词首大写",
}
_COMPUTED = frozenset(("calculated", "currentDate", "currentTime"))


class FormParts(NamedTuple):
    """A form field's own elements: its data, the first run, the runs of the result, ranges, its last run."""

    data: Node
    first: Node
    results: Sequence[Node]
    ranges: Sequence[Node]


def form_mark(content: bytes, kind: str, parts: FormParts, path: str) -> Mark | Unfit | None:
    """Return the mark that a form field of a type in ``FORM_TYPES`` is; ``None`` where it has no name.

    One without a name is for people to fill in.
    """
    given = name_of_form_field(parts.data, parts.ranges)
    if not given:
        return None
    name = field_name(given)
    if name is None:
        return Unfit(FORM_FIELD, given, path, kind, "UNSUPPORTED_FIELD", NO_NAME)
    sign = "" if name.isascii() else "="
    if kind == "FORMTEXT":
        formats = _formats(parts.data.child("textInput"))
        if isinstance(formats, str):
            return Unfit(FORM_FIELD, given, path, kind, "UNKNOWN_FORMAT", formats)
        if not parts.results:
            return Unfit(FORM_FIELD, given, path, kind, "UNSUPPORTED_FIELD", "it has no result to fill")
        start, end = parts.results[0].start, parts.results[-1].end
        if any(start <= each.start < end for each in parts.ranges):
            reason = "a bookmark or a comment begins or ends in its result"
            return Unfit(FORM_FIELD, given, path, kind, "UNSUPPORTED_FIELD", reason)
        tag = f"【{sign}{'|'.join([name, *formats, '换行'])}】"
        new = tagged_run(content, parts.results[0], tag)
        limit = _limit(parts.data.child("textInput"))
        return Mark(FORM_FIELD, given, start, end, path, kind, tag, new, more=TextLimit(limit))
    run = content[parts.first.start : parts.first.end]
    tag = f"【□{name}】" if kind == "FORMCHECKBOX" else f"【{sign}{name}】"
    new = tagged_run(content, parts.first, tag) + run
    finish = _with_state if kind == "FORMCHECKBOX" else _with_entry
    listed = [each.attribute("val") or "" for each in parts.data.inside() if each.local == "listEntry"]
    data = FormData(parts.data.attribute_prefix(), listed)
    start, end = parts.first.start, parts.first.end
    return Mark(FORM_FIELD, given, start, end, path, kind, tag, new, finish, data, is_wide=True)


class FormData(NamedTuple):
    """What a form field's data is changed with: the prefix of its attributes, the entries of its list."""

    prefix: bytes
    entries: Sequence[str]


def _limit(given: Node | None) -> int | None:
    """Return the limit of a text field (w:maxLength, 17.16.26); Word takes 0 for none."""
    stated = None if given is None else given.child("maxLength")
    written = "" if stated is None else (stated.attribute("val") or "").strip()
    return int(written) if re.fullmatch("0*[1-9][0-9]{0,5}", written) else None


def name_of_form_field(data: Node | None, ranges: Sequence[Node]) -> str:
    """Return the name in a form field's data, else that of a bookmark that begins in it; "" without any."""
    named = None if data is None else data.child("name")
    name = None if named is None else named.attribute("val")
    if name:
        return name
    bookmarks = (each.attribute("name") for each in ranges if each.local == "bookmarkStart")
    return next(filter(None, bookmarks), "")


def _formats(given: Node | None) -> list[str] | str:
    """Return the formats of a text field, or why it has none that is known."""
    kind = None if given is None else given.child("type")
    of_kind = "regular" if kind is None else kind.attribute("val") or "regular"
    if of_kind in _COMPUTED:
        return "Word computes its value"
    written = None if given is None else given.child("format")
    text = "" if written is None else (written.attribute("val") or "").strip()
    if not text:
        return []
    patterns = [_LETTERS.get(text.upper(), text)] if of_kind == "regular" else number_formats(text)
    for each in patterns:
        if rule_of(Format(*each.split(":", 1))) is None or any(sign in each for sign in "|｜【】"):
            return f"it asks for a format that is not known: {text[:60]}"
    return patterns


def _with_state(mark: Mark, filled: bytes) -> bytes:
    """Return the first run of a check box with the state that its tag was filled with (17.16.8)."""
    shown, run, prefix = _parted(filled)
    box = _inside(run, "checkBox")
    state = b'<%bchecked %bval="%d"/>' % (prefix, mark.more.prefix, shown == CHECKED)
    known = box.child("checked")
    if known is not None:
        return run[: known.start] + state + run[known.end :]
    if box.inner == box.end:
        return run[: box.inner - 2] + b">" + state + b"</%b>" % box.name + run[box.end :]
    return run[: box.close] + state + run[box.close :]


def _with_entry(mark: Mark, filled: bytes) -> bytes:
    """Return the first run of a list with the entry that its tag was filled with (17.16.28).

    Raises ``InvalidArgument`` where the list has no such entry.
    """
    shown, run, prefix = _parted(filled)
    entries_of = _inside(run, "ddList")
    entries = mark.more.entries
    if shown not in entries:
        message = f"Must be one of {', '.join(map(echo, entries)) or 'no entries'}, for {mark.tag}."
        error = PayloadError(f"$.payload.{mark.tag[1:-1].lstrip('=')}", message, near_name(shown, entries))
        raise refused([error])
    result = b'<%bresult %bval="%d"/>' % (prefix, mark.more.prefix, entries.index(shown))
    known = entries_of.child("result")
    if known is not None:
        return run[: known.start] + result + run[known.end :]
    return run[: entries_of.inner] + result + run[entries_of.inner :]


def _parted(filled: bytes) -> tuple[str, bytes, bytes]:
    """Return the text of the run with a value, ``""`` where it is gone, the field's first run, its prefix."""
    elements = elements_of(filled)
    run = filled[elements[-1].start :]
    texts = [each for first in elements[:-1] for each in first.inside() if each.local == "t"]
    shown = "".join(decoded(filled[each.inner : each.close]) for each in texts)
    name, colon, _ = elements[-1].name.rpartition(b":")
    return shown, run, name + colon


def _inside(run: bytes, local: str) -> Node:
    return next(each for element in elements_of(run) for each in element.inside() if each.local == local)
