"""Which elements make up the texts inside a paragraph: field codes, ruby, equations."""

from enum import Enum
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.paragraph_text import runs_of
from docops_flask.engine.oxml.names import Vocabulary, namespace_of

_MATH = frozenset(
    (
        "{http://schemas.openxmlformats.org/officeDocument/2006/math}oMath",
        "{http://purl.oclc.org/ooxml/officeDocument/math}oMath",
    )
)


class FieldFlaw(Enum):
    """Why a field code cannot be understood by itself: it has a field in it or lies in one, or is cut."""

    NESTED = "nested"
    CUT = "cut"


# The elements of a text with the numbers of the runs around; ``None`` where something else stands between.
Flow = list[tuple[_Element, int] | None]


class Code:
    """A field code: the w:instrText of a complex field, a field between two as ``None``; or a w:fldSimple."""

    __slots__ = ("flaw", "flow", "is_open", "run", "simple")

    def __init__(self, run: int, simple: _Element | None = None) -> None:
        self.flow: Flow = []
        self.run = run
        self.simple = simple
        self.is_open = simple is None
        self.flaw: FieldFlaw | None = None


class Guide(NamedTuple):
    """A w:rt or w:rubyBase: its name in addresses, the run around."""

    name: str
    element: _Element
    run: int


class Equation(NamedTuple):
    """The m:t of an equation."""

    flow: Flow


class Finder:
    """Finds the texts inside a paragraph, in document order; deleted text is left out."""

    def __init__(self, paragraph: _Element, w: Vocabulary) -> None:
        self._w = w
        self._runs = {run: index for index, run in enumerate(runs_of(paragraph, w))}
        # Complex fields that have not ended, and those of them whose codes have not.
        self._open: list[Code] = []
        self._open_codes: list[Code] = []
        self._rubies = 0
        self.found: list[Code | Guide | Equation] = []
        self._read(paragraph, -1, in_math=False)
        for code in self._open_codes:
            code.flaw = code.flaw or FieldFlaw.CUT

    def _read(self, parent: _Element, run: int, *, in_math: bool) -> None:
        w = self._w
        for child in parent.iterchildren("*"):
            tag = child.tag
            if tag in (w.del_, w.moveFrom):
                continue
            inner_run = self._runs.get(child, run)
            is_equation = tag in _MATH and not in_math
            if tag == w.fldChar:
                self._take_mark(child.get(w.fldCharType), run)
            elif tag == w.instrText:
                self._take_code(child, run)
            elif tag == w.fldSimple:
                self._begin(Code(run, child))
            elif tag == w.ruby:
                self._take_ruby(child, run)
            elif is_equation:
                equation = Equation([])
                self.found.append(equation)
                _read_equation(child, equation.flow, run, w, f"{{{namespace_of(tag)}}}")
            self._read(child, inner_run, in_math=in_math or is_equation)

    def _begin(self, code: Code) -> None:
        if self._open_codes:
            around = self._open_codes[-1]
            _part(around.flow)
            around.flaw = code.flaw = FieldFlaw.NESTED
        self.found.append(code)

    def _take_mark(self, kind: str | None, run: int) -> None:
        if kind == "begin":
            code = Code(run)
            self._begin(code)
            self._open.append(code)
            self._open_codes.append(code)
        elif self._open and kind in ("separate", "end"):
            code = self._open[-1]
            if code.is_open:
                code.is_open = False
                self._open_codes.pop()
            if kind == "end":
                self._open.pop()

    def _take_code(self, node: _Element, run: int) -> None:
        if self._open and self._open[-1].is_open:
            self._open[-1].flow.append((node, run))
            return
        # Its field begins in another paragraph.
        code = Code(run)
        code.flow.append((node, run))
        code.flaw = FieldFlaw.CUT
        self.found.append(code)

    def _take_ruby(self, ruby: _Element, run: int) -> None:
        w = self._w
        name = f"ruby{self._rubies}"
        self._rubies += 1
        for tag, own in ((w.rt, "rt"), (w.rubyBase, "base")):
            element = ruby.find(tag)
            if element is not None:
                self.found.append(Guide(f"{name}.{own}", element, run))


def _part(flow: Flow) -> None:
    if flow and flow[-1] is not None:
        flow.append(None)


def _read_equation(parent: _Element, flow: Flow, run: int, w: Vocabulary, math: str) -> None:
    """Read a row of an equation: a name may lie across runs next to each other, and nothing else."""
    for child in parent.iterchildren("*"):
        tag = child.tag
        if tag in (f"{math}r", w.r):
            for each in child.iterchildren("*"):
                if each.tag in (f"{math}t", w.t):
                    flow.append((each, run))
                elif each.tag not in (f"{math}rPr", w.rPr):
                    _part(flow)
        elif tag not in (w.bookmarkStart, w.bookmarkEnd, w.proofErr, w.commentRangeStart, w.commentRangeEnd):
            _part(flow)
            if tag not in (w.del_, w.moveFrom):
                _read_equation(child, flow, run, w, math)
            _part(flow)
