"""Replays the entries of the replace log on the bytes of a paragraph.

The rules are those of docs/analysis/integrity.md, the same as those of ``replay``, which replays on trees.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.integrity.byte_text import ByteParagraph, Text, byte_at
from docops_flask.engine.integrity.claims import Replacement

_DROPPED_BY_WORD = " \t\r\n"
_SPACE = rb"\sxml:space\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
# What XML cannot hold (XML 1.0, 2.2).
_NOT_XML = "[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]"


class ByteEdit(NamedTuple):
    """The bytes ``start``:``end`` give way to ``new``."""

    start: int
    end: int
    new: bytes


class _Change(NamedTuple):
    """Characters ``start``:``end`` of a paragraph, all in one text, give way to ``value``."""

    text: Text
    start: int
    end: int
    value: str


def replay_entries(paragraph: ByteParagraph, entries: Sequence[Replacement]) -> list[ByteEdit]:
    """Return the edits that ``entries``, which fit and are in text order, come to.

    Raises ``ValueError`` for a value with characters that XML cannot hold.
    """
    by_node: dict[int, list[_Change]] = {}
    for entry in entries:
        if re.search(_NOT_XML, entry.new_text):
            raise ValueError(entry.new_text)
        value = entry.new_text
        for text in paragraph.spans_between(entry.start, entry.end):
            change = _Change(text, max(entry.start, text.start), min(entry.end, text.end), value)
            by_node.setdefault(text.node, []).append(change)
            # The first text takes the value, the others lose their characters.
            value = ""
    edits: list[ByteEdit] = []
    for changes in by_node.values():
        texts = paragraph.node_texts(changes[0].text)
        if len(texts) == len(changes) == 1 and texts[0].kept and not texts[0].is_cdata:
            [(text, start, end, value)] = changes
            if "\n" not in value and "\t" not in value:
                edits.append(_edit(paragraph.content, text, start, end, _as_data(value)))
                continue
        edits += _node_edits(paragraph, texts, changes)
    return edits


def _node_edits(
    paragraph: ByteParagraph, texts: Sequence[Text], changes: Sequence[_Change]
) -> list[ByteEdit]:
    content, first = paragraph.content, texts[0]
    before = "".join([text.characters for text in texts])
    # The lines of the w:t once it is written, and the marks between them.
    lines, marks = [""], []
    done = first.start
    for _, start, end, value in changes:
        head, *others = re.split("([\n\t])", value)
        lines[-1] += paragraph.text[done:start] + head
        marks += others[::2]
        lines += others[1::2]
        done = end
    lines[-1] += paragraph.text[done : texts[-1].end]
    shows_edges = [line != line.strip() for line in lines]
    edits: list[ByteEdit] = []
    lead = trail = 0
    if not first.kept:
        if shows_edges[0]:
            edits.append(_keeping_space(content, first.tag_end))
            lead = len(before) - len(before.lstrip(_DROPPED_BY_WORD))
        if shows_edges[-1]:
            trail = len(before) - len(before.rstrip(_DROPPED_BY_WORD))
    name = content[content.rindex(b"<", 0, first.tag_end) + 1 : first.tag_end - 1].split(None, 1)[0]
    number = 0
    end_of_all = texts[-1].end
    for text in texts:
        if text.start < first.start + lead:
            edits.append(_edit(content, text, text.start, min(text.end, first.start + lead), b""))
        for _, start, end, value in (change for change in changes if change.text.first == text.first):
            count = value.count("\n") + value.count("\t")
            new = _written(value, name, marks[number : number + count], shows_edges[number + 1 :])
            number += count
            if new and text.is_cdata:
                new = b"]]>" + new + b"<![CDATA["
            edits.append(_edit(content, text, start, end, new))
        if text.end > end_of_all - trail:
            edits.append(_edit(content, text, max(text.start, end_of_all - trail), text.end, b""))
    return edits


def _edit(content: bytes, text: Text, start: int, end: int, new: bytes) -> ByteEdit:
    if start == text.start and end == text.end:
        return ByteEdit(text.first, text.last, new)
    raw = content[text.first : text.last]
    from_byte = text.first + byte_at(raw, start - text.start, is_cdata=text.is_cdata)
    to_byte = text.first + byte_at(raw, end - text.start, is_cdata=text.is_cdata)
    return ByteEdit(from_byte, to_byte, new)


def _written(value: str, name: bytes, marks: Sequence[str], shows_edges: Sequence[bool]) -> bytes:
    if not marks:
        return _as_data(value)
    head, *others = re.split("[\n\t]", value)
    prefix = name[: name.find(b":") + 1]
    pieces = [_as_data(head)]
    for mark, line, keeps in zip(marks, others, shows_edges, strict=False):
        pieces.append(b"</%b><%b%b/><%b%b>" % (
            name, prefix, b"br" if mark == "\n" else b"tab", name, b' xml:space="preserve"' if keeps else b"",
        ))  # fmt: skip
        pieces.append(_as_data(line))
    return b"".join(pieces)


def _as_data(text: str) -> bytes:
    for character, reference in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ("\r", "&#13;")):
        if character in text:
            text = text.replace(character, reference)
    return text.encode()


def _keeping_space(content: bytes, tag_end: int) -> ByteEdit:
    """Return the edit that has the start tag that ends at ``tag_end`` state xml:space="preserve"."""
    tag_start = content.rindex(b"<", 0, tag_end)
    stated = re.search(_SPACE, content[tag_start:tag_end])
    if stated is None:
        return ByteEdit(tag_end - 1, tag_end - 1, b' xml:space="preserve"')
    first, last = stated.span(1) if stated[1] is not None else stated.span(2)
    return ByteEdit(tag_start + first, tag_start + last, b"preserve")
