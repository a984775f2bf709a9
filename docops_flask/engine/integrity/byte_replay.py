"""Replays the entries of the replace log on the bytes of a paragraph.

The rules are those of docs/analysis/integrity.md, the same as those of ``replay``, which replays on trees.
"""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from docops_flask.engine.integrity.byte_text import ByteParagraph, Text, bytes_at
from docops_flask.engine.integrity.claims import Replacement

# Stands for the prefix of WordprocessingML in the markup of a drawing.
_PREFIX = b"\0w"
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
    """Characters ``start``:``end`` of a paragraph, all in one text, give way to ``value`` or ``drawing``."""

    text: Text
    start: int
    end: int
    value: str
    drawing: bytes | None = None


def replay_entries(paragraph: ByteParagraph, entries: Sequence[Replacement]) -> list[ByteEdit]:
    """Return the edits that ``entries``, which fit and are in text order, come to.

    Raises ``ValueError`` for a value with characters that XML cannot hold.
    """
    by_node: dict[int, list[_Change]] = {}
    for entry in entries:
        value, drawing = checked(entry.new_text), entry.drawing
        for text in paragraph.spans_between(entry.start, entry.end):
            change = _Change(text, max(entry.start, text.start), min(entry.end, text.end), value, drawing)
            by_node.setdefault(text.node, []).append(change)
            # The first text takes the value, the others lose their characters.
            value, drawing = "", None
    edits: list[ByteEdit] = []
    # Asked for once: a paragraph that was parted puts its content together anew each time.
    content = paragraph.content
    for changes in by_node.values():
        texts = paragraph.node_texts(changes[0].text)
        if len(texts) == 1 and texts[0].kept and not texts[0].is_cdata and not any(map(_has_mark, changes)):
            places = _places(content, texts[0], [change[1:3] for change in changes])
            edits += [
                ByteEdit(first, last, as_data(change.value))
                for change, (first, last) in zip(changes, places, strict=True)
            ]
        else:
            edits += _node_edits(paragraph, content, texts, changes)
    return edits


@lru_cache(maxsize=64)
def checked(value: str) -> str:
    """Return ``value``; raise ``ValueError`` where XML cannot hold its characters."""
    if re.search(_NOT_XML, value):
        raise ValueError(value)
    return value


@lru_cache(maxsize=64)
def one_line(value: str) -> bytes | None:
    """Return ``value`` as character data; ``None`` where it takes more than one line, or a tab.

    Raises ``ValueError`` as ``checked`` does.
    """
    return None if has_mark(value) else as_data(checked(value))


def _has_mark(change: _Change) -> bool:
    return has_mark(change.value) or change.drawing is not None


def has_mark(value: str) -> bool:
    """Say whether ``value`` takes more than one line, or a tab."""
    return "\n" in value or "\t" in value


class _Line:
    """A line of a w:t once it is written: its characters, piece by piece, and the mark before it."""

    __slots__ = ("mark", "pieces")

    def __init__(self, mark: str, text: str) -> None:
        self.mark = mark
        self.pieces = [text]

    def shows_edges(self) -> bool:
        """Say whether it begins or ends with white space, which Word drops where it is not to be kept."""
        pieces = [piece for piece in self.pieces if piece]
        return bool(pieces) and (pieces[0][0].isspace() or pieces[-1][-1].isspace())


def _lines_of(paragraph: ByteParagraph, texts: Sequence[Text], changes: Sequence[_Change]) -> list[_Line]:
    lines = [_Line("", "")]
    done = texts[0].start
    for _, start, end, value, drawing in changes:
        head, *others = re.split("([\n\t])", value) if drawing is None else ("", "drawing", "")
        lines[-1].pieces += (paragraph.text[done:start], head)
        lines += map(_Line, others[::2], others[1::2])
        done = end
    lines[-1].pieces.append(paragraph.text[done : texts[-1].end])
    return lines


def _node_edits(
    paragraph: ByteParagraph, content: bytes, texts: Sequence[Text], changes: Sequence[_Change]
) -> list[ByteEdit]:
    first = texts[0]
    lines = _lines_of(paragraph, texts, changes)
    edits: list[ByteEdit] = []
    lead = trail = 0
    if not first.kept:
        before = "".join([text.characters for text in texts])
        if lines[0].shows_edges():
            edits.append(_keeping_space(content, first.tag_end))
            lead = len(before) - len(before.lstrip(_DROPPED_BY_WORD))
        if lines[-1].shows_edges():
            trail = len(before) - len(before.rstrip(_DROPPED_BY_WORD))
    name = content[content.rindex(b"<", 0, first.tag_end) + 1 : first.tag_end - 1].split(None, 1)[0]
    following = iter(lines[1:])
    by_text: dict[int, list[_Change]] = {}
    for change in changes:
        by_text.setdefault(change.text.first, []).append(change)
    end_of_lead, start_of_trail = first.start + lead, texts[-1].end - trail
    for text in texts:
        # White space that nothing keeps goes, then come the values, then white space again.
        cuts: list[tuple[int, int]] = []
        news: list[bytes] = []
        if text.start < end_of_lead:
            cuts.append((text.start, min(text.end, end_of_lead)))
            news.append(b"")
        for _, start, end, value, drawing in by_text.get(text.first, ()):
            new = (
                _written(value, name, following)
                if drawing is None
                else _drawn(drawing, name, next(following))
            )
            cuts.append((start, end))
            news.append(b"]]>" + new + b"<![CDATA[" if new and text.is_cdata else new)
        if text.end > start_of_trail:
            cuts.append((max(text.start, start_of_trail), text.end))
            news.append(b"")
        places = _places(content, text, cuts) if cuts else ()
        edits += [ByteEdit(*place, new) for place, new in zip(places, news, strict=True)]
    return edits


def _places(content: bytes, text: Text, cuts: Sequence[tuple[int, ...]]) -> list[tuple[int, int]]:
    """Return where ``cuts``, characters of the paragraph that all lie in ``text``, lie in its bytes."""
    raw = content[text.first : text.last]
    places = [each - text.start for cut in cuts for each in cut]
    found = [text.first + at for at in bytes_at(raw, text.characters, places, is_cdata=text.is_cdata)]
    return list(zip(found[::2], found[1::2], strict=True))


def _written(value: str, name: bytes, following: Iterator[_Line]) -> bytes:
    """Return the markup of ``value`` in a w:t called ``name``; it takes the lines that it begins."""
    if not has_mark(value):
        return as_data(value)
    head, *others = re.split("[\n\t]", value)
    prefix = name[: name.find(b":") + 1]
    pieces = [as_data(head)]
    for text, line in zip(others, following, strict=False):
        pieces.append(b"</%b><%b%b/><%b%b>" % (
            name, prefix, b"br" if line.mark == "\n" else b"tab", name,
            b' xml:space="preserve"' if line.shows_edges() else b"",
        ))  # fmt: skip
        pieces.append(as_data(text))
    return b"".join(pieces)


def _drawn(drawing: bytes, name: bytes, line: _Line) -> bytes:
    """Return the markup of a drawing between two w:t called ``name``, the second of which holds ``line``."""
    kept = b' xml:space="preserve"' if line.shows_edges() else b""
    prefix = name[: name.find(b":") + 1]
    if _PREFIX in drawing:
        # It has a w:drawing of its own.
        return b"</%b>%b<%b%b>" % (name, drawing.replace(_PREFIX, prefix), name, kept)
    return b"</%b><%bdrawing>%b</%bdrawing><%b%b>" % (name, prefix, drawing, prefix, name, kept)


def as_data(text: str) -> bytes:
    """Return ``text`` as character data."""
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
