"""Paragraphs as their bytes have them: the text of each, and its shape, which all share that look alike."""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.paragraph_text import runs_of, text_of
from docops_flask.engine.oxml.markup import decoded
from docops_flask.engine.oxml.names import Vocabulary

# While a shape is read characters of private use (plane 15) stand for its texts: one of the lower half for
# each, from the number _HALF on with one of the upper half before it.
_FIRST_STAND_IN = 0xF0000
_HALF = 0x8000
STAND_IN = "[\U000f8000-\U000ffffd]?[\U000f0000-\U000f7fff]"
CDATA_TAG = b"<![CDATA["
# The elements that texts inside a paragraph lie in (``inline_texts``), by the ends of their names.
INLINE_ELEMENTS = (b"instrText", b"fldSimple", b"ruby", b"oMath")


class ShownText(NamedTuple):
    """A text that counts: its number among the texts of the paragraph, its run's number, its w:t's number.

    ``preserves`` says that the w:t states xml:space="preserve": Word keeps white space at its ends then.
    """

    number: int
    run_index: int
    node: int
    preserves: bool
    in_field_result: bool


class Shape:
    """How paragraphs look that differ in their texts alone, and how their text is put together.

    ``element`` is a w:p of this shape and ``runs`` are its runs by their numbers. ``between`` are the
    characters before, between and after the texts of ``shown``; ``is_plain`` says that there are none and
    that all texts count, in their order; ``is_parted_by_node`` that each text is all of its w:t.
    """

    __slots__ = (
        "_texts_of_runs", "between", "element", "is_parted_by_node", "is_plain", "runs", "shown", "texts",
    )  # fmt: skip

    def __init__(
        self,
        element: _Element,
        runs: Sequence[_Element],
        shown: Sequence[ShownText],
        between: Sequence[str],
        texts: int,
    ) -> None:
        self.element = element
        self.runs = runs
        self.shown = shown
        self.between = between
        self.texts = texts
        self.is_parted_by_node = len({each.node for each in shown}) == len(shown)
        self.is_plain = not any(between) and [each.number for each in shown] == list(range(texts))
        self._texts_of_runs: dict[int, Sequence[int]] = {}

    def texts_of_run(self, index: int, w: Vocabulary) -> Sequence[int]:
        """Return the numbers of the texts in the w:t that are children of run number ``index``."""
        found = self._texts_of_runs.get(index)
        if found is None:
            found = self._texts_of_runs[index] = [
                number for node in self.runs[index].iterchildren(w.t) for number in texts_in(node)
            ]
        return found

    def with_element(self, element: _Element, w: Vocabulary) -> "Shape":
        """Return this shape with other properties; ``element`` is a changed copy of its w:p."""
        return Shape(element, list(runs_of(element, w)), self.shown, self.between, self.texts)


def texts_in(node: _Element) -> list[int]:
    """Return the numbers of the texts in ``node``, a w:t of a shape's w:p."""
    return list(numbers_in(text_of(node)))


@lru_cache(maxsize=1024)
def stand_in(number: int) -> bytes:
    """Return what stands for the text number ``number`` while a shape is read."""
    upper, lower = divmod(number, _HALF)
    before = chr(_FIRST_STAND_IN + _HALF + upper - 1) if upper else ""
    return (before + chr(_FIRST_STAND_IN + lower)).encode()


def numbers_in(text: str) -> Iterator[int]:
    """Yield the numbers of the texts for which stand-ins are in ``text``."""
    upper = 0
    for character in text:
        number = ord(character) - _FIRST_STAND_IN
        if number >= _HALF:
            upper = (number - _HALF + 1) * _HALF
        else:
            yield upper + number
            upper = 0


class TextPiece(NamedTuple):
    """Characters that stand together in a w:t, at ``start``:``end`` of the paragraph's text."""

    start: int
    end: int
    shown: ShownText


_start = attrgetter("start")


class Paragraph:
    """A paragraph as its bytes have it.

    ``parts`` are the bytes parted at the texts: markup, the tag before the text, the text, markup, and so on.
    The tag is that of the w:t, of a CDATA section, or empty behind a comment. ``form`` is all of it but the
    texts, parted by NUL bytes.
    """

    __slots__ = ("_by_node", "_is_direct", "_offsets", "_pieces", "form", "parts", "shape", "text")

    def __init__(self, parts: Sequence[bytes], shape: Shape, form: bytes) -> None:
        self.parts = parts
        self.shape = shape
        self.form = form
        self._pieces: list[TextPiece] | None = None
        self._by_node: dict[int, list[TextPiece]] | None = None
        self._offsets: list[int] | None = None
        # Whether all of it is text and each text is its bytes decoded.
        self._is_direct = False
        if shape.is_plain:
            raw = b"".join(parts[2::3])
            if b"&" not in raw and b"\r" not in raw:
                self.text = raw.decode()
                self._is_direct = True
                return
        shown = [shape.between[0]]
        for each, behind in zip(shape.shown, shape.between[1:], strict=True):
            shown += (self.text_of(each.number), behind)
        self.text = "".join(shown)

    def raw(self, number: int) -> bytes:
        """Return the bytes of a text."""
        return self.parts[3 * number + 2]

    def is_cdata(self, number: int) -> bool:
        """Say whether a text lies in a CDATA section (XML 1.0, 2.7): its bytes are its characters."""
        return self.parts[3 * number + 1] == CDATA_TAG

    def text_of(self, number: int) -> str:
        """Return the characters of a text."""
        raw = self.raw(number)
        if self.is_cdata(number):
            return raw.replace(b"\r\n", b"\n").replace(b"\r", b"\n").decode()
        return decoded(raw)

    @property
    def offsets(self) -> Sequence[int]:
        """Where each part begins in the paragraph's bytes."""
        if self._offsets is None:
            self._offsets = list(accumulate(map(len, self.parts), initial=0))
        return self._offsets

    @property
    def pieces(self) -> Sequence[TextPiece]:
        """The texts that count, in order."""
        if self._pieces is None:
            self._pieces = self._read_pieces()
        return self._pieces

    def node_pieces(self, node: int) -> Sequence[TextPiece]:
        """Return the texts of the w:t number ``node``."""
        if self._by_node is None:
            self._by_node = {}
            for piece in self.pieces:
                self._by_node.setdefault(piece.shown.node, []).append(piece)
        return self._by_node[node]

    def joined(self, numbers: Iterable[int]) -> str:
        """Return the characters of the texts ``numbers``."""
        return "".join([self.text_of(number) for number in numbers])

    def with_text(self, part: int, raw: bytes) -> "Paragraph":
        """Return a paragraph that differs in one text, the part number ``part``."""
        parts = list(self.parts)
        parts[part] = raw
        return Paragraph(parts, self.shape, self.form)

    def piece_at(self, start: int) -> TextPiece:
        """Return the piece that holds the character ``start`` of the text, which lies in a w:t."""
        return self.pieces_between(start, start + 1)[0]

    def pieces_between(self, start: int, end: int) -> Sequence[TextPiece]:
        """Return the pieces that hold characters of ``text[start:end]``, in order."""
        if self._pieces is None and len(self.shape.shown) <= _FEW_TEXTS:
            return self._few_between(start, end)
        pieces = self.pieces
        index = max(0, bisect_right(pieces, start, key=_start) - 1)
        found = []
        while index < len(pieces) and pieces[index].start < end:
            if pieces[index].end > start:
                found.append(pieces[index])
            index += 1
        return found

    def _few_between(self, start: int, end: int) -> list[TextPiece]:
        """Return the same where there are few pieces: not all of them are made."""
        found: list[TextPiece] = []
        at = 0
        for each, before in zip(self.shape.shown, self.shape.between, strict=False):
            first = at + len(before)
            if first >= end:
                break
            at = first + self._length(each.number)
            if at > start:
                found.append(TextPiece(first, at, each))
        return found

    def _length(self, number: int) -> int:
        """Return how many characters a text has."""
        raw = self.parts[3 * number + 2]
        return len(raw.decode()) if self._is_direct else len(self.text_of(number))

    def _read_pieces(self) -> list[TextPiece]:
        pieces: list[TextPiece] = []
        at = 0
        for each, before in zip(self.shape.shown, self.shape.between, strict=False):
            start = at + len(before)
            at = start + self._length(each.number)
            pieces.append(TextPiece(start, at, each))
        return pieces


# In a paragraph with more texts it is worth while to make all pieces once.
_FEW_TEXTS = 8
