"""Paragraphs as their bytes have them: the text of each, and its shape, which all share that look alike."""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import copy
from functools import lru_cache
from itertools import accumulate
from operator import attrgetter
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.form_reading import FormReading, ShownText
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


class Shape:
    """How paragraphs look that differ in their texts alone, and how their text is put together.

    ``element`` is a w:p of this shape and ``runs`` are its runs by their numbers; after repairs these show
    the properties that were repaired, and ``content`` all that is in the paragraph. They are parsed when they
    are first asked for. ``between`` are the characters before, between and after the texts of ``shown``;
    ``is_plain`` says that there are none and that all texts count, in their order. ``is_parted_by_node`` and
    ``runs_shown`` are as in ``FormReading``. ``markup`` is that of a paragraph with NUL bytes for the texts,
    where it was read without a tree.
    """

    __slots__ = (
        "_content", "_element", "_numbers", "_parse", "_parted", "_runs", "_texts_of_runs", "between",
        "is_parted_by_node", "is_plain", "markup", "run_count", "runs_shown", "shown", "texts", "w",
    )  # fmt: skip

    def __init__(self, reading: FormReading, texts: int, w: Vocabulary, parse: Callable[[], None]) -> None:
        """``parse`` has ``element`` set; it is called when that is first asked for."""
        self.shown = reading.shown
        self.between = reading.between
        self.run_count = reading.run_count
        self.texts = texts
        self.w = w
        self.markup: bytes | None = None
        self._parse = parse
        self._element: _Element | None = None
        self._content: _Element | None = None
        self._runs: list[_Element] | None = None
        self.runs_shown = reading.runs_shown
        self.is_parted_by_node = reading.is_parted_by_node
        self.is_plain = reading.is_in_order and len(self.shown) == texts
        self._texts_of_runs: dict[int, Sequence[int]] = {}
        # Of a shape whose texts were parted: by the number of a text in ``content`` those it became.
        self._numbers: Sequence[Sequence[int]] | None = None
        self._parted: dict[tuple[tuple[int, str], ...], Shape] = {}

    @property
    def element(self) -> _Element:
        """A w:p with the properties of this shape."""
        if self._element is None:
            self._parse()
            assert self._element is not None
        return self._element

    @element.setter
    def element(self, element: _Element) -> None:
        self._element = element

    @property
    def content(self) -> _Element:
        """A w:p with all that is in this shape, the texts as stand-ins."""
        return self.element if self._content is None else self._content

    @property
    def runs(self) -> list[_Element]:
        """The runs by their numbers."""
        if self._runs is None:
            self._runs = list(runs_of(self.element, self.w))
        return self._runs

    def texts_of_run(self, index: int) -> Sequence[int]:
        """Return the numbers of the texts in the w:t that are children of run number ``index``."""
        found = self._texts_of_runs.get(index)
        if found is None:
            found = self._texts_of_runs[index] = [
                number for node in self.runs[index].iterchildren(self.w.t) for number in self.texts_in(node)
            ]
        return found

    def texts_in(self, node: _Element) -> Sequence[int]:
        """Return the numbers of the texts in ``node``, a w:t of ``content``."""
        own = texts_in(node)
        return own if self._numbers is None else [each for number in own for each in self._numbers[number]]

    def parted(self, marks: tuple[tuple[int, str], ...]) -> "Shape":
        r"""Return this shape with some of its texts parted into lines, each in a w:t of its own.

        ``marks`` are their numbers, in order, each with the newlines and tabs between its lines. ``element``
        and ``runs`` stay: they tell how all of it looks, and no longer all that is in it.
        """
        found = self._parted.get(marks)
        if found is None:
            if len(self._parted) >= _MOST_PARTED:
                self._parted.clear()
            found = self._parted[marks] = self._with_lines(dict(marks))
        return found

    def _with_lines(self, marks: Mapping[int, str]) -> "Shape":
        numbers: list[range] = []
        count = 0
        for number in range(self.texts):
            lines = 1 + len(marks.get(number, ""))
            numbers.append(range(count, count + lines))
            count += lines
        shown: list[ShownText] = []
        between = [self.between[0]]
        for node, (each, behind) in enumerate(zip(self.shown, self.between[1:], strict=True)):
            shown += [each._replace(number=number, node=node) for number in numbers[each.number]]
            between += (*marks.get(each.number, ""), behind)
        parted = Shape(FormReading(shown, between, self.run_count), count, self.w, self._parse)
        # It tells no looks; the texts of its runs come from those of this shape.
        parted._element = self.element
        parted._numbers = numbers
        return parted

    def repaired(self, element: _Element | None, runs: Mapping[int, _Element]) -> "Shape":
        """Return this shape with other properties: those of the w:p ``element`` and of ``runs``."""
        shape = copy(self)
        shape._content = self.content
        shape._runs = [*self.runs]
        shape.markup = None
        if element is not None:
            shape._element = element
        for index, run in runs.items():
            shape._runs[index] = run
        return shape


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
_PARTS_OF_ONE_TEXT = 4


class Paragraph:
    """A paragraph as its bytes have it.

    ``parts`` are the bytes parted at the texts: markup, the tag before the text, the text, markup, and so on.
    The tag is that of the w:t, of a CDATA section, or empty behind a comment. ``form`` is all of it but the
    texts, parted by NUL bytes. ``is_direct`` says that all of it is text and each text is its bytes decoded.
    """

    __slots__ = (
        "_asked", "_by_node", "_offsets", "_pieces", "form", "is_direct", "marks", "parts", "shape", "text",
    )  # fmt: skip

    def __init__(self, parts: Sequence[bytes], shape: Shape, form: bytes) -> None:
        self.parts = parts
        self.shape = shape
        self.form = form
        self._pieces: list[TextPiece] | None = None
        # How often pieces were asked for before all of them were made.
        self._asked = 0
        self._by_node: dict[int, list[TextPiece]] | None = None
        self._offsets: list[int] | None = None
        # Of long texts, by number: where some of their characters begin (``tag_bytes``).
        self.marks: dict[int, list[int]] | None = None
        self.is_direct = False
        if shape.is_plain:
            # Most have one text.
            raw = parts[2] if len(parts) == _PARTS_OF_ONE_TEXT else b"".join(parts[2::3])
            if raw.find(b"&") < 0 and raw.find(b"\r") < 0:
                self.text = raw.decode()
                self.is_direct = True
                return
        shown = [""] * (2 * len(shape.shown) + 1)
        shown[::2] = shape.between
        shown[1::2] = self._shown_texts()
        self.text = "".join(shown)

    def _shown_texts(self) -> Sequence[str]:
        """Return the characters of the texts that count, decoded together: a NUL is in no XML."""
        shown, parts = self.shape.shown, self.parts
        if not shown:
            return ()
        raw = b"\0".join([parts[3 * each.number + 2] for each in shown])
        if raw.find(b"&") >= 0 or raw.find(b"\r") >= 0 or CDATA_TAG in parts:
            return [self.text_of(each.number) for each in shown]
        return raw.decode().split("\0")

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

    def first_run_with_text(self) -> int | None:
        """Return the number of the run of the first character that stands in a w:t, if there is any."""
        parts = self.parts
        return next((each.run_index for each in self.shape.shown if parts[3 * each.number + 2]), None)

    def text_of_run(self, index: int) -> str:
        """Return the characters of the w:t that are children of run number ``index``."""
        return self.joined(self.shape.texts_of_run(index))

    def texts_by_run(self) -> list[tuple[int, int, str]]:
        """Return the runs with text in order: where the text of each begins, its number, and that text.

        A run in which other runs with text stand comes once for each stretch of its text.
        """
        found: list[tuple[int, int, str]] = []
        texts: list[str] = []
        at = first = number = 0
        shape = self.shape
        for each, before, text in zip(shape.shown, shape.between, self._shown_texts(), strict=False):
            start = at + len(before)
            at = start + len(text)
            if not text:
                continue
            if texts and each.run_index == number:
                texts.append(text)
                continue
            if texts:
                found.append((first, number, "".join(texts)))
            first, number, texts = start, each.run_index, [text]
        if texts:
            found.append((first, number, "".join(texts)))
        return found

    def run_texts(self) -> list[tuple[int, str]]:
        """Return the number and the text of each run with text, in the order of ``texts_by_run``."""
        numbers = self.shape.runs_shown
        if not numbers:
            return [(number, text) for _, number, text in self.texts_by_run()]
        texts = self._shown_texts()
        # Mostly there is no run without text.
        pairs = list(zip(numbers, texts, strict=True))
        return [pair for pair in pairs if pair[1]] if "" in texts else pairs

    def with_text(self, number: int, raw: bytes) -> "Paragraph":
        """Return a paragraph with the bytes ``raw`` for the text ``number``."""
        parts = list(self.parts)
        parts[3 * number + 2] = raw
        return Paragraph(parts, self.shape, self.form)

    def with_texts(self, texts: Mapping[int, Sequence[bytes]]) -> "Paragraph":
        """Return a paragraph with other texts: those in ``texts``, by number, with their tags.

        With each come a tag and a text, and for each further line what ends a w:t and makes a newline or a
        tab, a tag and a text.
        """
        parts = list(self.parts)
        marks: list[tuple[int, str]] = []
        # From the last on, so that the numbers before stay.
        for number in sorted(texts, reverse=True):
            written = texts[number]
            parts[3 * number + 1 : 3 * number + 3] = written
            if len(written) > 2:
                of_text = ["\n" if markup.endswith(b"br/>") else "\t" for markup in written[2::3]]
                marks.insert(0, (number, "".join(of_text)))
        return Paragraph(parts, self.shape.parted(tuple(marks)) if marks else self.shape, self.form)

    def piece_at(self, start: int) -> TextPiece:
        """Return the piece that holds the character ``start`` of the text, which lies in a w:t."""
        shown = self.shape.shown
        if self.is_direct and len(shown) == 1:
            # As ``TextPiece()``, without a call of a function in Python: thousands are made.
            return tuple.__new__(TextPiece, (0, len(self.text), shown[0]))
        if self.is_direct and len(shown) <= _FEW_TEXTS and self._asked < _FEW_TEXTS:
            self._asked += 1
            at, parts = 0, self.parts
            for each in shown:
                # Nothing is between the texts.
                first, at = at, at + len(parts[3 * each.number + 2].decode())
                if at > start:
                    return tuple.__new__(TextPiece, (first, at, each))
        return self.pieces_between(start, start + 1)[0]

    def pieces_between(self, start: int, end: int) -> Sequence[TextPiece]:
        """Return the pieces that hold characters of ``text[start:end]``, in order."""
        if self._pieces is None and len(self.shape.shown) <= _FEW_TEXTS and self._asked < _FEW_TEXTS:
            self._asked += 1
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
        if self.is_direct:
            parts = self.parts
            # Nothing is between the texts.
            for each in self.shape.shown:
                if at >= end:
                    break
                first, at = at, at + len(parts[3 * each.number + 2].decode())
                if at > start:
                    found.append(TextPiece(first, at, each))
            return found
        for each, before in zip(self.shape.shown, self.shape.between, strict=False):
            first = at + len(before)
            if first >= end:
                break
            at = first + len(self.text_of(each.number))
            if at > start:
                found.append(TextPiece(first, at, each))
        return found

    def _read_pieces(self) -> list[TextPiece]:
        pieces: list[TextPiece] = []
        at = 0
        for each, before, text in zip(
            self.shape.shown, self.shape.between, self._shown_texts(), strict=False
        ):
            start = at + len(before)
            at = start + len(text)
            pieces.append(TextPiece(start, at, each))
        return pieces


# A template may be rendered thousands of times, with other lines each time.
_MOST_PARTED = 64
# In a paragraph with more texts, or asked for more often, it is worth while to make all pieces once.
_FEW_TEXTS = 8
