"""Reads the texts inside a paragraph for the proof: field codes, ruby, equations.

A second implementation of docs/analysis/texts-inside-paragraphs.md, apart from that of the code that fills.
"""

from collections.abc import Iterator
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names
from docops_flask.engine.integrity.paragraph_reading import (
    Reading,
    Span,
    characters_of,
    read_paragraph,
    runs_of,
)

_OBJECT = "\ufffc"
_EQUATIONS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath",
    "{http://purl.oclc.org/ooxml/officeDocument/math}oMath",
)
_NO_WIDTH = "bookmarkStart bookmarkEnd proofErr commentRangeStart commentRangeEnd"


class InlineReading(NamedTuple):
    """A text inside a paragraph: its address there, and its characters with the elements that they lie in.

    A field code (``is_code``) of a w:fldSimple is the attribute w:instr of the element of its only span.
    ``is_whole`` says that no other field lies in the code and that it lies in no other and in one paragraph.
    The runs of the spans are those of the paragraph, -1 where none is around; of ruby, those of its own text,
    and ``run`` is the one around.
    """

    name: str
    reading: Reading
    is_code: bool = False
    is_attribute: bool = False
    is_whole: bool = True
    has_lines: bool = False
    run: int = -1

    def run_at(self, start: int) -> int:
        """Return the run of the paragraph around the character ``start``."""
        if self.has_lines:
            return self.run
        spans = self.reading.spans_between(start, start + 1)
        return spans[0].run if spans else -1


class _Field:
    """A field: its code so far, and what is known of it."""

    def __init__(self, number: int) -> None:
        self.number = number
        self.text = _Text()
        self.is_whole = True


class _Text:
    """Characters as they are met, with their elements."""

    def __init__(self) -> None:
        self._characters: list[str] = []
        self._length = 0
        self._is_begun = False
        self._is_parted = False
        self.spans: list[Span] = []

    def add(self, node: _Element, run: int) -> None:
        characters = characters_of(node)
        self.spans.append(Span(node, self._length, self._length + len(characters), run))
        self._characters.append(characters)
        self._length += len(characters)
        self._is_begun, self._is_parted = True, False

    def part(self) -> None:
        """Put U+FFFC where something else stands between two characters; several count once."""
        if self._is_begun and not self._is_parted:
            self._characters.append(_OBJECT)
            self._length += 1
            self._is_parted = True

    def reading(self) -> Reading:
        return Reading("".join(self._characters), self.spans, 0)


def read_inline(paragraph: _Element, names: Names) -> list[InlineReading]:
    """Return the texts inside a w:p; those of deleted text and of text boxes are left out."""
    reader = _Reader(names, runs_of(paragraph, names))
    reader.read(paragraph)
    return [*reader.others, *reader.codes()]


class _Reader:
    def __init__(self, names: Names, runs: list[_Element]) -> None:
        self._names = names
        self._numbers = {run: number for number, run in enumerate(runs)}
        self._skipped = names.all("del moveFrom txbxContent")
        self._no_width = names.all(_NO_WIDTH)
        self.others: list[InlineReading] = []
        self._fields: list[_Field | InlineReading] = []
        # Complex fields that have not ended, and those of them whose codes have not.
        self._begun: list[_Field] = []
        self._coding: list[_Field] = []
        self._rubies = self._equations = 0

    def read(self, paragraph: _Element) -> None:
        # An explicit stack, as elements may be nested deeply: children, the run and the equation around.
        pending: list[tuple[Iterator[_Element], int, bool]] = [(paragraph.iterchildren("*"), -1, False)]
        while pending:
            children, run, in_equation = pending[-1]
            child = next(children, None)
            if child is None:
                pending.pop()
            elif child.tag not in self._skipped:
                self._take(child, run)
                if child.tag in _EQUATIONS and not in_equation:
                    self._take_equation(child, run)
                    in_equation = True
                pending.append((child.iterchildren("*"), self._numbers.get(child, run), in_equation))

    def codes(self) -> Iterator[InlineReading]:
        """Yield the field codes."""
        for field in self._coding:
            field.is_whole = False
        for each in self._fields:
            if isinstance(each, InlineReading):
                yield each
            else:
                reading = each.text.reading()
                yield InlineReading(f"field{each.number}", reading, is_code=True, is_whole=each.is_whole)

    def _take(self, child: _Element, run: int) -> None:
        names, tag = self._names, child.tag
        if tag == names("fldChar"):
            kind = child.get(names("fldCharType"))
            if kind == "begin":
                field = self._new_field()
                self._begun.append(field)
                self._coding.append(field)
            elif self._begun and kind in ("separate", "end"):
                if self._coding and self._coding[-1] is self._begun[-1]:
                    self._coding.pop()
                if kind == "end":
                    self._begun.pop()
        elif tag == names("instrText"):
            if self._coding and self._coding[-1] is self._begun[-1]:
                self._coding[-1].text.add(child, run)
            else:
                field = _Field(len(self._fields))
                field.is_whole = False
                field.text.add(child, run)
                self._fields.append(field)
        elif tag == names("fldSimple"):
            field = self._new_field()
            code = child.get(names("instr"), "")
            reading = Reading(code, [Span(child, 0, len(code), run)], 0)
            self._fields[-1] = InlineReading(
                f"field{field.number}", reading, is_code=True, is_attribute=True, is_whole=field.is_whole
            )
        elif tag == names("ruby"):
            self._take_ruby(child, run)

    def _new_field(self) -> _Field:
        field = _Field(len(self._fields))
        if self._coding:
            around = self._coding[-1]
            around.text.part()
            around.is_whole = field.is_whole = False
        self._fields.append(field)
        return field

    def _take_ruby(self, ruby: _Element, run: int) -> None:
        names = self._names
        for local, own in (("rt", "rt"), ("rubyBase", "base")):
            text = ruby.find(names(local))
            if text is not None:
                reading = read_paragraph(text, names)
                self.others.append(
                    InlineReading(f"ruby{self._rubies}.{own}", reading, has_lines=True, run=run)
                )
        self._rubies += 1

    def _take_equation(self, equation: _Element, run: int) -> None:
        text = _Text()
        self._read_row(equation, text, run, equation.tag.removesuffix("oMath"))
        self.others.append(InlineReading(f"math{self._equations}", text.reading()))
        self._equations += 1

    def _read_row(self, row: _Element, text: _Text, run: int, math: str) -> None:
        names = self._names
        for child in row.iterchildren("*"):
            if child.tag in {f"{math}r", names.r}:
                for each in child.iterchildren("*"):
                    if each.tag in {f"{math}t", names.t}:
                        text.add(each, run)
                    elif each.tag not in {f"{math}rPr", names("rPr")}:
                        text.part()
            elif child.tag not in self._no_width:
                text.part()
                if child.tag not in self._skipped:
                    self._read_row(child, text, run, math)
                text.part()
