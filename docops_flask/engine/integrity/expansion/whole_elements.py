"""Chunks of whole paragraphs or rows, their addresses, and values of one line, for copies told in groups."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.integrity.byte_replay import as_data

# What has an address of another kind, or may be counted across copies.
_NOT_ALIKE = re.compile(
    rb"</?(?:[^\s<>/:]+:)?(?:tbl|sdt|sdtContent|customXml|txbxContent|AlternateContent"
    rb"|(?:foot|end)note(?:Reference)?)[\s/>]|<!|<\?"
)
# Of lines: empty, with a blank at an end, or with a mark or what XML cannot hold (XML 1.0, 2.2).
_XML = "\\n\\u0020-\\ud7ff\\ue000-\\ufffd\\U00010000-\\U0010ffff"
_UNUSUAL = re.compile(f"^$|^[^\\S\\n]|[^\\S\\n]$|[^{_XML}]", re.MULTILINE)


class NotAlike(Exception):
    """The groups of a log cannot be compared by columns; entry by entry tells whether they are right."""


class Whole(NamedTuple):
    """A chunk of whole elements: paragraphs, or rows; how many."""

    is_rows: bool
    elements: int


def whole_of(content: bytes) -> Whole | None:
    """Say what a chunk is that holds nothing but whole paragraphs or rows, with what stands between them."""
    match = re.match(rb"\s*<((?:[^\s<>/:!?]+:)?)(p|tr)[\s>]", content)
    if match is None or _NOT_ALIKE.search(content):
        return None
    prefix, local = match.groups()
    is_rows = local == b"tr"
    tags = re.findall(rb"<(/?)%b(?:%b)(?=[\s/>])[^<>]*?(/?)>" % (re.escape(prefix), local), content)
    depth = 0
    for closes, is_empty in tags:
        depth += -1 if closes else 1
        if is_empty or not 0 <= depth <= 1:
            return None
    if depth or not content.rstrip().endswith(b"</%b%b>" % (prefix, local)):
        return None
    if not is_rows and re.search(rb"</%bt[rc]\s*>" % re.escape(prefix), content):
        return None
    return Whole(is_rows, len(tags) // 2)


def lines_as_data(texts: Sequence[str]) -> list[bytes]:
    """Return values of one line each as character data; raise ``NotAlike`` where one is unusual."""
    lines = "\n".join(texts)
    if lines.count("\n") != len(texts) - 1:
        raise NotAlike
    # What is printable is no mark and no blank but a space.
    are_usual = "" not in texts and lines.replace("\n", "").isprintable()
    around = f"\n{lines}\n" if are_usual else ""
    if "\n " in around or " \n" in around or not (are_usual or _UNUSUAL.search(lines) is None):
        raise NotAlike
    return as_data(lines).split(b"\n")


def parted(path: str, *, is_rows: bool) -> tuple[str, int, str]:
    """Return an address up to the number of its paragraph or row, that number, and what follows.

    Raises ``NotAlike`` for one of another form.
    """
    steps = path.split(".")
    own = len(steps) - (3 if is_rows else 1)
    if own < 0:
        raise NotAlike
    head, number = numbered(".".join(steps[: own + 1]))
    return head, number, "".join([f".{step}" for step in steps[own + 1 :]])


def numbered(path: str) -> tuple[str, int]:
    """Return the address of a paragraph or row as what stands before its number, and the number."""
    head = path.rstrip("0123456789")
    if head == path or head[-1:] not in ("p", "r"):
        raise NotAlike
    return head, int(path[len(head) :])


def is_unusual(text: str) -> bool:
    """Say whether a value is empty, has a blank at an end or is not one line of characters."""
    return "\n" in text or _UNUSUAL.search(text) is not None
