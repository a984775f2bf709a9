"""What filling changes in the bytes of one paragraph: the characters of placeholders give way to values.

The value takes the look of the run that holds the placeholder's first character. Runs, marks and properties
stay where they are; the characters of a placeholder leave the w:t elements they lie in. A newline in a value
becomes a w:br and a tab a w:tab, each between two w:t.
"""

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from docops_flask.engine.document.shape import CDATA_TAG, Paragraph, TextPiece
from docops_flask.engine.document.shapes import Shapes
from docops_flask.engine.oxml.markup import Scope, Splice, byte_offsets, escaped, spliced
from docops_flask.engine.template.grammar import Found

_XML_WHITESPACE = " \t\r\n"
_MARKS = r"([\n\t])"
# Stands for a drawing among the marks of a value; no text of a document can hold it.
_DRAWING = "\0"
# What ``_markup`` puts between two lines: the end of a w:t with the mark, the start of the next.
_LINE_MARKUP = rb"(</[^<>]*><[^<>]*/>)(<[^<>]*>)"
_SPACE_ATTRIBUTE = rb"\sxml:space\s*=\s*(?:\"([^\"]*)\"|'([^']*)')"
_PRESERVE = b' xml:space="preserve"'


class Value(NamedTuple):
    """A value: its text, its lines with the newlines and tabs between them, its first line as markup.

    ``drawing`` returns the markup of a drawing that stands there instead; it is given the prefix of
    WordprocessingML with its colon.
    """

    text: str
    lines: Sequence[str]
    first: bytes
    drawing: Callable[[bytes], bytes] | None = None

    @property
    def is_one_line(self) -> bool:
        """Whether it is characters of one line, and not empty."""
        return len(self.lines) == 1 and bool(self.first)


def value_of(text: str) -> Value:
    """Return ``text`` as it is written into a document."""
    lines = re.split(_MARKS, text) if "\n" in text or "\t" in text else [text]
    return Value(text, lines, escaped(lines[0]))


def drawn_value(drawing: Callable[[bytes], bytes]) -> Value:
    """Return a drawing as a value; ``drawing`` is as in ``Value``."""
    return Value("", ("", _DRAWING, ""), b"", drawing)


_new = attrgetter("new")
_NOTHING = Value("", ("",), b"")


class _Edit(NamedTuple):
    """Characters ``start``:``end`` of a piece give way to ``value``.

    They belong to the placeholder that begins at the character ``placeholder``.
    """

    piece: TextPiece
    start: int
    end: int
    value: Value
    placeholder: int


class Filled:
    """What filling makes of one paragraph.

    ``splices`` are in the order of the bytes, ``runs`` are the numbers of the runs that change, as they are
    met. ``by_placeholder`` are the splices with the character of the text at which the placeholder begins
    that they are for. ``keeps_look`` says that nothing changed but texts, and newlines and tabs between them:
    then the shape of the paragraph still tells how it looks.
    """

    __slots__ = (
        "_emptied", "_now", "_paragraph", "_texts", "by_placeholder", "keeps_look", "runs", "splices",
    )  # fmt: skip

    def __init__(
        self,
        paragraph: Paragraph,
        by_placeholder: Sequence[tuple[int, Sequence[Splice]]],
        runs: Sequence[int],
        texts: Sequence[int] | None,
    ) -> None:
        """``texts`` are the numbers of those that change, ``None`` where that does not tell all."""
        self._paragraph = paragraph
        self.by_placeholder = by_placeholder
        self.splices: Sequence[Splice] = (
            by_placeholder[0][1]
            if len(by_placeholder) == 1
            else [splice for _, splices in by_placeholder for splice in splices]
        )
        self.runs = runs
        self._texts = texts
        self.keeps_look = texts is not None
        self._now: Paragraph | None = None
        # Most have one splice, and it leaves no text empty.
        is_kept = len(self.splices) == 1 and self.splices[0].new
        self._emptied: Sequence[tuple[int, Sequence[Splice]]] | None = () if is_kept else None

    @property
    def adds_breaks(self) -> bool:
        """Whether line breaks are put in; in a value a ">" is written otherwise."""
        splices = self.splices
        if len(splices) == 1:
            return b"br/>" in splices[0].new
        return any(b"br/>" in splice.new for splice in splices)

    def now(self, shapes: Shapes, scope: Scope | None) -> Paragraph:
        """Return the filled paragraph; few jobs ask for it. ``shapes`` and ``scope`` are those around it."""
        if self._now is None:
            self._now = self._with_one_text() or self._read(shapes, scope)
        return self._now

    def _read(self, shapes: Shapes, scope: Scope | None) -> Paragraph:
        if self._texts is not None:
            return self._paragraph.with_texts(dict(self._lines(self._texts)))
        content = spliced(b"".join(self._paragraph.parts), self.splices)
        return shapes.apart().paragraph(content, scope)

    def _with_one_text(self) -> Paragraph | None:
        """Return the filled paragraph where characters of one text alone change; ``None`` for others."""
        if self._texts is None or len(self._texts) != 1 or len(self.splices) != 1:
            return None
        number = self._texts[0]
        start, end, new = self.splices[0]
        at = _offset_of(self._paragraph, 3 * number + 2)
        if start < at or b"<" in new:
            # The tag changes as well, or there are several lines.
            return None
        raw = self._paragraph.raw(number)
        return self._paragraph.with_text(number, raw[: start - at] + new + raw[end - at :])

    def emptied_runs(self) -> Sequence[tuple[int, Sequence[Splice]]]:
        """Return the numbers of the runs that hold nothing any more, each with what takes away its rest."""
        if self._emptied is None:
            self._emptied = ()
            if not all(map(_new, self.splices)):
                # In most paragraphs no text is emptied, and a renderer starts faster without it.
                from docops_flask.engine.template.emptied_runs import emptied_runs

                self._emptied = emptied_runs(self._paragraph, self.splices, self.runs)
        return self._emptied

    def _lines(self, texts: Sequence[int]) -> Iterator[tuple[int, Sequence[bytes]]]:
        """Yield the texts that change, by number, as ``Paragraph.with_texts`` takes them."""
        paragraph = self._paragraph
        splices = sorted(self.splices, key=_start) if len(texts) > 1 else self.splices
        for number in texts:
            at, first, last = paragraph.offsets[3 * number + 1 : 3 * number + 4]
            behind = bisect_right(splices, last, key=_start)
            own = [
                (start - at, end - at, new)
                for start, end, new in splices[bisect_right(splices, at, key=_start) : behind]
                if end <= last
            ]
            tag, raw = paragraph.parts[3 * number + 1 : 3 * number + 3]
            written = spliced(tag + raw, own)
            # A tag gets nothing but xml:space, so it ends with its own last byte.
            end = first - at + sum(len(new) - (end - start) for start, end, new in own if start < first - at)
            yield number, (written[:end], *re.split(_LINE_MARKUP, written[end:]))


def fill_paragraph(
    paragraph: Paragraph, wanted: Sequence[tuple[Found, TextPiece]], values: Mapping[str, Value]
) -> Filled:
    """Fill the placeholders ``wanted``, which are in text order and all in ``values``.

    With each comes the piece that holds its first character.
    """
    if len(wanted) == 1:
        [(found, piece)] = wanted
        spot = spot_of(paragraph, found, piece)
        only = None if spot is None else fill_spot(paragraph, spot, values[found.name])
        if only is not None:
            return only
    edits: dict[int, list[_Edit]] = {}
    runs: list[int] = []
    for found, first in wanted:
        value = values[found.name]
        pieces = (first,) if found.end <= first.end else paragraph.pieces_between(found.start, found.end)
        for piece in pieces:
            start, end = max(found.start, piece.start), min(found.end, piece.end)
            edits.setdefault(piece.shown.node, []).append(_Edit(piece, start, end, value, found.start))
            runs.append(piece.shown.run_index)
            # The first piece takes the whole value, the others only lose their characters.
            value = _NOTHING
    splices: list[tuple[int, Sequence[Splice]]] = []
    texts: list[int] = []
    for node, of_node in edits.items():
        if _is_simple(paragraph, of_node):
            news = [edit.value.first for edit in of_node]
            found_there = _spliced_text(paragraph, of_node[0].piece, [edit[1:3] for edit in of_node], news)
            splices += [
                (edit.placeholder, (splice,)) for edit, splice in zip(of_node, found_there, strict=True)
            ]
        else:
            splices += _of_node(paragraph, node, of_node)
        texts += [edit.piece.shown.number for edit in of_node]
    is_usual = (
        paragraph.shape.is_parted_by_node
        and not any(map(paragraph.is_cdata, texts))
        and not any(values[found.name].drawing for found, _ in wanted)
    )
    return Filled(paragraph, splices, runs, tuple(dict.fromkeys(texts)) if is_usual else None)


# A placeholder in one w:t that keeps white space: its first character, its bytes, its run, its text.
Spot = tuple[int, int, int, Sequence[int], Sequence[int]]


def spot_of(paragraph: Paragraph, found: Found, piece: TextPiece) -> Spot | None:
    """Return where the only placeholder of a paragraph stands, if all of it is in one usual w:t.

    ``piece`` holds its first character. Most placeholders are such.
    """
    _, start, end, _ = found
    text_start, text_end, (text_number, run_index, _, preserves, _) = piece
    if end > text_end or not preserves or not paragraph.shape.is_parted_by_node:
        return None
    number = 3 * text_number + 2
    parts = paragraph.parts
    raw = parts[number]
    if b"&" in raw or b"\r" in raw or parts[number - 1] == CDATA_TAG:
        return None
    at = _offset_of(paragraph, number)
    text = paragraph.text
    at += len(text[text_start:start].encode())
    return start, at, at + len(text[start:end].encode()), (run_index,), (text_number,)


def fill_spot(paragraph: Paragraph, spot: Spot, value: Value) -> Filled | None:
    """Fill a placeholder at ``spot`` with a value of one line; ``None`` for a value of several."""
    placeholder, start, end, runs, texts = spot
    if len(value.lines) > 1:
        return None
    return Filled(paragraph, ((placeholder, (Splice(start, end, value.first),)),), runs, texts)


def _offset_of(paragraph: Paragraph, part: int) -> int:
    """Return where a part begins in a paragraph's bytes."""
    return sum(map(len, paragraph.parts[:part])) if part < _FEW_PARTS else paragraph.offsets[part]


# Up to so many it is not worth while to work out where each begins.
_FEW_PARTS = 24


def _is_simple(paragraph: Paragraph, edits: Sequence[_Edit]) -> bool:
    """Say whether lines alone change in a w:t that keeps white space at its ends."""
    shown = edits[0].piece.shown
    return (
        shown.preserves
        and paragraph.shape.is_parted_by_node
        and not any(len(edit.value.lines) > 1 for edit in edits)
        and not paragraph.is_cdata(shown.number)
    )


def _spliced_text(
    paragraph: Paragraph, piece: TextPiece, cuts: Sequence[tuple[int, ...]], news: Sequence[bytes]
) -> list[Splice]:
    """Return the splices of ``piece``: its characters at ``cuts`` (of the paragraph) give way to ``news``."""
    number = piece.shown.number
    raw = paragraph.raw(number)
    at = paragraph.offsets[3 * number + 2]
    if len(cuts) == 1 and cuts[0] == (piece.start, piece.end):
        return [Splice(at, at + len(raw), news[0])]
    text = paragraph.text[piece.start : piece.end]
    places = [each - piece.start for cut in cuts for each in cut]
    offsets = byte_offsets(raw, text, places, is_cdata=paragraph.is_cdata(number))
    return [
        Splice(at + first, at + last, new)
        for first, last, new in zip(offsets[::2], offsets[1::2], news, strict=True)
    ]


_start = attrgetter("start")


class _Line:
    """A line of a w:t once it is filled: its characters, piece by piece, and the mark before it."""

    __slots__ = ("mark", "pieces")

    def __init__(self, mark: str, text: str) -> None:
        self.mark = mark
        self.pieces = [text]

    def has_blank_end(self) -> bool:
        """Say whether it begins or ends with white space, which has to be preserved then."""
        pieces = [piece for piece in self.pieces if piece]
        return bool(pieces) and (pieces[0][0].isspace() or pieces[-1][-1].isspace())


def _of_node(
    paragraph: Paragraph, node: int, edits: Sequence[_Edit]
) -> Iterator[tuple[int, Sequence[Splice]]]:
    """Yield the splices of one w:t in the order of its bytes, as ``Filled.by_placeholder``."""
    first_placeholder, last_placeholder = edits[0].placeholder, edits[-1].placeholder
    pieces = paragraph.node_pieces(node)
    start, end = pieces[0].start, pieces[-1].end
    lines = _lines(paragraph.text, start, end, edits)
    tag_number = pieces[0].shown.number
    tag = paragraph.parts[3 * tag_number + 1]
    lead = trail = 0
    if not pieces[0].shown.preserves:
        # Word drops white space at both ends; a value's xml:space must not bring it back.
        content = paragraph.text[start:end]
        if lines[0].has_blank_end():
            yield first_placeholder, (_preserving(tag, paragraph.offsets[3 * tag_number + 1]),)
            lead = len(content) - len(content.lstrip(_XML_WHITESPACE))
        if lines[-1].has_blank_end():
            trail = len(content) - len(content.rstrip(_XML_WHITESPACE))
    name = re.match(rb"<([^\s/>]+)", tag)
    assert name is not None
    by_piece: dict[TextPiece, list[_Edit]] = {}
    for edit in edits:
        by_piece.setdefault(edit.piece, []).append(edit)
    following = iter(lines[1:])
    for piece in pieces:
        # White space that is dropped goes, then come the values, then white space again.
        cuts: list[tuple[int, ...]] = []
        news: list[bytes] = []
        placeholders: list[int] = []
        if piece.start < start + lead:
            cuts.append((piece.start, min(piece.end, start + lead)))
            news.append(b"")
            placeholders.append(first_placeholder)
        for edit in by_piece.get(piece, ()):
            new = _markup(edit.value, following, name[1])
            cuts.append(edit[1:3])
            placeholders.append(edit.placeholder)
            news.append(
                b"]]>" + new + b"<![CDATA[" if new and paragraph.is_cdata(piece.shown.number) else new
            )
        if piece.end > end - trail:
            cuts.append((max(piece.start, end - trail), piece.end))
            news.append(b"")
            placeholders.append(last_placeholder)
        if cuts:
            splices = _spliced_text(paragraph, piece, cuts, news)
            yield from ((start, (each,)) for start, each in zip(placeholders, splices, strict=True))


def _lines(text: str, start: int, end: int, edits: Sequence[_Edit]) -> list[_Line]:
    """Return the lines that ``text[start:end]`` becomes, parted at the newlines and tabs of the values."""
    lines = [_Line("", "")]
    at = start
    for edit in edits:
        first, *rest = edit.value.lines
        lines[-1].pieces += (text[at : edit.start], first)
        lines += map(_Line, rest[::2], rest[1::2])
        at = edit.end
    lines[-1].pieces.append(text[at:end])
    return lines


def _markup(value: Value, following: Iterator[_Line], name: bytes) -> bytes:
    """Return the markup of a value in a w:t called ``name``; it takes the lines that it begins."""
    if len(value.lines) == 1:
        return value.first
    prefix = name[: name.rindex(b":") + 1] if b":" in name else b""
    pieces = [value.first]
    for own, line in zip(value.lines[2::2], following, strict=False):
        if value.drawing is not None:
            mark = value.drawing(prefix)
        else:
            mark = b"<%b%b/>" % (prefix, b"br" if line.mark == "\n" else b"tab")
        space = _PRESERVE if line.has_blank_end() else b""
        pieces += (b"</", name, b">", mark, b"<", name, space, b">", escaped(own))
    return b"".join(pieces)


def _preserving(tag: bytes, at: int) -> Splice:
    """Return the splice that makes a start tag, whose first byte is ``at``, state xml:space="preserve"."""
    stated = re.search(_SPACE_ATTRIBUTE, tag)
    if stated is None:
        end = at + len(tag) - 1
        return Splice(end, end, _PRESERVE)
    group = 1 if stated[1] is not None else 2
    return Splice(at + stated.start(group), at + stated.end(group), b"preserve")
