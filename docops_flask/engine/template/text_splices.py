"""What filling changes in the bytes of one paragraph: the characters of placeholders give way to values.

The value takes the look of the run that holds the placeholder's first character. Runs, marks and properties
stay where they are; the characters of a placeholder leave the w:t elements they lie in. A newline in a value
becomes a w:br and a tab a w:tab, each between two w:t.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.shapes import Paragraph, TextPiece
from docops_flask.engine.oxml.markup import Splice, byte_offset, escaped, spliced
from docops_flask.engine.template.grammar import Found

_XML_WHITESPACE = " \t\r\n"
_MARKS = r"([\n\t])"
_SPACE_ATTRIBUTE = rb"\sxml:space\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
_PRESERVE = b' xml:space="preserve"'


class Value(NamedTuple):
    """The text of a value, its lines with the newlines and tabs between them, and its first line as markup."""

    text: str
    lines: Sequence[str]
    first: bytes


def value_of(text: str) -> Value:
    """Return ``text`` as it is written into a document."""
    lines = re.split(_MARKS, text) if "\n" in text or "\t" in text else [text]
    return Value(text, lines, escaped(lines[0]))


_NOTHING = Value("", ("",), b"")


class _Edit(NamedTuple):
    """Characters ``start``:``end`` of a piece give way to ``value``."""

    piece: TextPiece
    start: int
    end: int
    value: Value


class Filled(NamedTuple):
    """What filling makes of one paragraph.

    ``splices`` are in the order of the bytes, ``runs`` are the numbers of the runs that change, as they are
    met; ``content`` are the bytes with the splices in. ``keeps_shape`` says that texts alone changed.
    """

    splices: list[Splice]
    runs: list[int]
    content: bytes
    keeps_shape: bool


def fill_paragraph(paragraph: Paragraph, wanted: Sequence[Found], values: Mapping[str, Value]) -> Filled:
    """Fill the placeholders ``wanted``, which are in text order and all in ``values``."""
    edits: dict[int, list[_Edit]] = {}
    runs: list[int] = []
    keeps_shape = True
    for found in wanted:
        value = values[found.name]
        for piece in paragraph.pieces_between(found.start, found.end):
            start, end = max(found.start, piece.start), min(found.end, piece.end)
            edits.setdefault(piece.shown.node, []).append(_Edit(piece, start, end, value))
            runs.append(piece.shown.run_index)
            # The first piece takes the whole value, the others only lose their characters.
            value = _NOTHING
    splices: list[Splice] = []
    for node, of_node in edits.items():
        if _is_simple(paragraph, of_node):
            splices += _in_text(paragraph, of_node)
        else:
            of_markup = len(splices)
            splices += _of_node(paragraph, node, of_node)
            keeps_shape = keeps_shape and not any(
                b"<" in each.new or each.new.startswith(b" xml") for each in splices[of_markup:]
            )
    return Filled(splices, runs, spliced(b"".join(paragraph.parts), splices), keeps_shape)


def _is_simple(paragraph: Paragraph, edits: Sequence[_Edit]) -> bool:
    """Say whether lines alone change in a w:t that keeps white space at its ends."""
    shown = edits[0].piece.shown
    return (
        shown.preserves
        and paragraph.shape.is_parted_by_node
        and not any(len(edit.value.lines) > 1 for edit in edits)
        and not paragraph.is_cdata(shown.number)
    )


def _in_text(paragraph: Paragraph, edits: Sequence[_Edit]) -> Iterator[Splice]:
    piece = edits[0].piece
    at = paragraph.offset(3 * piece.shown.number + 2)
    for edit in edits:
        first, last = _bytes(paragraph, piece, edit.start, edit.end)
        yield Splice(at + first, at + last, edit.value.first)


class _Line:
    """A line of a w:t once it is filled: its characters and the mark before it."""

    __slots__ = ("mark", "text")

    def __init__(self, mark: str, text: str) -> None:
        self.mark = mark
        self.text = text

    @property
    def is_preserved(self) -> bool:
        return self.text[:1].isspace() or self.text[-1:].isspace()


def _of_node(paragraph: Paragraph, node: int, edits: Sequence[_Edit]) -> Iterator[Splice]:
    """Yield the splices of one w:t in the order of its bytes."""
    pieces = [piece for piece in paragraph.pieces if piece.shown.node == node]
    start, end = pieces[0].start, pieces[-1].end
    lines = _lines(paragraph.text, start, end, edits)
    tag_number = pieces[0].shown.number
    tag = paragraph.parts[3 * tag_number + 1]
    preserves = pieces[0].shown.preserves
    if not preserves and lines[0].is_preserved:
        yield _preserving(tag, paragraph.offset(3 * tag_number + 1))
    lead = trail = 0
    if not preserves:
        # Word drops white space at both ends; a value's xml:space must not bring it back.
        content = paragraph.text[start:end]
        if lines[0].is_preserved:
            lead = len(content) - len(content.lstrip(_XML_WHITESPACE))
        if lines[-1].is_preserved:
            trail = len(content) - len(content.rstrip(_XML_WHITESPACE))
    name = re.match(rb"<([^\s/>]+)", tag)
    assert name is not None
    line_number = 0
    for piece in pieces:
        of_piece = [edit for edit in edits if edit.piece is piece]
        if piece.start < start + lead:
            yield _cut(paragraph, piece, piece.start, min(piece.end, start + lead))
        for edit in of_piece:
            count = len(edit.value.lines) // 2
            new = _markup(edit.value, lines[line_number : line_number + count + 1], name[1])
            line_number += count
            if new and paragraph.is_cdata(piece.shown.number):
                new = b"]]>" + new + b"<![CDATA["
            at = paragraph.offset(3 * piece.shown.number + 2)
            first, last = _bytes(paragraph, piece, edit.start, edit.end)
            yield Splice(at + first, at + last, new)
        if piece.end > end - trail:
            yield _cut(paragraph, piece, max(piece.start, end - trail), piece.end)


def _cut(paragraph: Paragraph, piece: TextPiece, start: int, end: int) -> Splice:
    at = paragraph.offset(3 * piece.shown.number + 2)
    first, last = _bytes(paragraph, piece, start, end)
    return Splice(at + first, at + last, b"")


def _bytes(paragraph: Paragraph, piece: TextPiece, start: int, end: int) -> tuple[int, int]:
    """Return where the paragraph's characters ``start``:``end`` lie in the bytes of ``piece``."""
    number = piece.shown.number
    raw, text = paragraph.raw(number), paragraph.text[piece.start : piece.end]
    is_cdata = paragraph.is_cdata(number)
    return (
        byte_offset(raw, text, start - piece.start, is_cdata=is_cdata),
        byte_offset(raw, text, end - piece.start, is_cdata=is_cdata),
    )


def _lines(text: str, start: int, end: int, edits: Sequence[_Edit]) -> list[_Line]:
    """Return the lines that ``text[start:end]`` becomes, parted at the newlines and tabs of the values."""
    lines = [_Line("", "")]
    at = start
    for edit in edits:
        first, *rest = edit.value.lines
        lines[-1].text += text[at : edit.start] + first
        lines += map(_Line, rest[::2], rest[1::2])
        at = edit.end
    lines[-1].text += text[at:end]
    return lines


def _markup(value: Value, lines: Sequence[_Line], name: bytes) -> bytes:
    """Return the markup of a value in a w:t called ``name``; ``lines`` are those it begins or ends in."""
    if len(value.lines) == 1:
        return value.first
    prefix = name[: name.rindex(b":") + 1] if b":" in name else b""
    pieces = [value.first]
    for line, own in zip(lines[1:], value.lines[2::2], strict=True):
        mark = b"br" if line.mark == "\n" else b"tab"
        space = _PRESERVE if line.is_preserved else b""
        pieces += (b"</", name, b"><", prefix, mark, b"/><", name, space, b">", escaped(own))
    return b"".join(pieces)


def _preserving(tag: bytes, at: int) -> Splice:
    """Return the splice that makes a start tag, whose first byte is ``at``, state xml:space="preserve"."""
    stated = re.search(_SPACE_ATTRIBUTE, tag)
    if stated is None:
        end = at + len(tag) - 1
        return Splice(end, end, _PRESERVE)
    group = 1 if stated[1] is not None else 2
    return Splice(at + stated.start(group), at + stated.end(group), b"preserve")
