"""The bytes of a paragraph in which rich values stand, and what becomes of its runs and properties."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import SPACE, Names
from docops_flask.engine.integrity.byte_tags import forms_parser
from docops_flask.engine.integrity.copies import spans_in
from docops_flask.engine.integrity.rich.markup import Property, Writer, put_among
from docops_flask.engine.integrity.rich.package import Item
from docops_flask.engine.integrity.rich_claims import CLOSE, OPEN, Line, Run

STAND_IN = re.compile(f"{OPEN}([0-9]{{1,9}}){CLOSE}")
_PROPERTIES_OF_PARAGRAPHS = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr",
)  # fmt: skip
# The bytes from the first number to the second, and what stands in place of them.
Edit = tuple[int, int, bytes]


class Runs:
    """The runs of a paragraph itself, none of a text box in it."""

    def __init__(self, names: Names, paragraph: _Element) -> None:
        self._names = names
        self.own = [
            run
            for run in paragraph.iter(names.r)
            if next(each for each in run.iterancestors() if each.tag in (names.p, names.r)) is paragraph
        ]

    def texts(self) -> list[str]:
        """Return the texts of the runs."""
        return [text for run in self.own for text in self.texts_of(run)]

    def texts_of(self, run: _Element) -> list[str]:
        """Return the texts of a run."""
        return [text_of(each) for each in run.iterchildren(self._names.t)]


def text_of(element: _Element) -> str:
    """Return what a w:t shows."""
    # Comments and instructions show nothing.
    text = "".join([element.text or "", *(each.tail or "" for each in element)])
    return text if element.get(SPACE) == "preserve" else text.strip(" \t\r\n")


class Piece:
    """The bytes of a paragraph, or of a copy of it, and its elements."""

    def __init__(self, content: bytes, original: _Element, names: Names) -> None:
        self._content = content
        self._names = names
        parent = original.getparent()
        declared = {} if parent is None else parent.nsmap
        wrapper = "".join(
            f' xmlns{f":{prefix}" if prefix else ""}="{_quoted(uri)}"' for prefix, uri in declared.items()
        )
        whole = f"<_{wrapper}>".encode() + content + b"</_>"
        self._paragraph = etree.fromstring(whole, forms_parser())[0]
        self._spans = dict(zip(self._paragraph.iter("*"), spans_in(content, 0), strict=True))
        self._runs = Runs(names, self._paragraph)

    def with_runs(self, values: Sequence[Sequence[Run]], writer: Writer) -> Iterator[Edit]:
        """Yield the edits that put runs in place of the signs that stand for ``values``."""
        left = iter(values)
        for run in self._holding():
            yield self._parted(run, left, writer, None, keeps_text=True)

    def as_line(self, line: Line, item: Item | None, heading: str | None, writer: Writer) -> bytes:
        """Return it as a paragraph of a value."""
        runs, is_text = line.runs, line.kind == "text"
        if line.kind == "heading" and heading is None:
            runs = tuple(run._replace(bold=True) for run in runs)
        look: list[Property] | None = [] if heading is not None else None
        holding = self._holding()
        edits = [self._parted(run, iter([runs]), writer, look, keeps_text=is_text) for run in holding]
        if not is_text:
            shown = self._names.all("t tab ptab br cr")
            others = [
                each for run in self._runs.own if run not in holding for each in run if each.tag in shown
            ]
            edits += [(*self._bounds(each), b"") for each in others]
            edits.append(self._properties(item, heading, writer))
        return self._edited(edits)

    def _holding(self) -> list[_Element]:
        return [run for run in self._runs.own if any(map(STAND_IN.search, self._runs.texts_of(run)))]

    def _properties(self, item: Item | None, heading: str | None, writer: Writer) -> Edit:
        element = next(self._paragraph.iterchildren(self._names("pPr")), None)
        known = [] if element is None else [self._property(each) for each in element.iterchildren("*")]
        new: dict[str, bytes] = {}
        if heading is None:
            known = [each for each in known if each[0] not in ("ind", "numPr")]
        else:
            known = [each for each in known if each[0] in ("sectPr", "pageBreakBefore")]
            new["pStyle"] = writer.value("pStyle", heading)
        if item is not None:
            if item.style is not None:
                new["pStyle"] = writer.value("pStyle", item.style)
            level, of = writer.value("ilvl", item.level), writer.value("numId", item.list)
            new["numPr"] = writer.around("numPr", [("ilvl", level), ("numId", of)])
        written = writer.around("pPr", put_among(known, new, _PROPERTIES_OF_PARAGRAPHS))
        if element is not None:
            return (*self._bounds(element), written)
        at = self._spans[self._paragraph].tag_end
        return at, at, written

    def _property(self, element: _Element) -> Property:
        name = etree.QName(element)
        local = name.localname if name.namespace == self._names.namespace else ""
        return local, self._bytes(element)

    def _parted(
        self,
        run: _Element,
        values: Iterator[Sequence[Run]],
        writer: Writer,
        look: Sequence[Property] | None,
        *,
        keeps_text: bool,
    ) -> Edit:
        names = self._names
        span = self._spans[run]
        start_tag = self._content[span.start : span.tag_end]
        end_tag = self._content[self._content.rindex(b"</", span.start, span.end) : span.end]
        properties = b""
        # What comes of the run: bytes of one that keeps its content, or new runs.
        groups: list[tuple[bool, bytes]] = []
        for child in run.iterchildren("*"):
            if child.tag == names("rPr"):
                properties = self._bytes(child)
                if look is None:
                    look = [self._property(each) for each in child.iterchildren("*")]
            elif child.tag == names.t:
                for number, text in enumerate(STAND_IN.split(text_of(child))):
                    if number % 2:
                        groups.append((False, writer.runs(next(values), look or [])))
                    elif keeps_text:
                        groups.append((True, writer.text(text)))
            elif keeps_text or child.tag not in names.all("tab ptab br cr"):
                groups.append((True, self._bytes(child)))
        written = b""
        for is_kept, of_kind in groupby(groups, key=lambda each: each[0]):
            inner = b"".join(each for _, each in of_kind)
            written += start_tag + properties + inner + end_tag if is_kept and inner else inner
        return span.start, span.end, written

    def _bounds(self, element: _Element) -> tuple[int, int]:
        return self._spans[element].start, self._spans[element].end

    def _bytes(self, element: _Element) -> bytes:
        start, end = self._bounds(element)
        return self._content[start:end]

    def _edited(self, edits: Iterable[Edit]) -> bytes:
        return edited(self._content, edits)


def edited(content: bytes, edits: Iterable[Edit]) -> bytes:
    """Return bytes with others in place of some."""
    pieces: list[bytes] = []
    at = 0
    for start, end, new in sorted(edits):
        pieces += (content[at:start], new)
        at = end
    return b"".join([*pieces, content[at:]])


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
