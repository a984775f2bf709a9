"""The written document as rich values make it: what stands for them gives way to runs or paragraphs.

Works on the bytes that entries and fixes come to, and on trees of them. Raises ``Misfit`` where a value
cannot stand as the log says.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, takewhile
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import SPACE, Names, names_in
from docops_flask.engine.integrity.byte_stories import Misfit
from docops_flask.engine.integrity.byte_tags import forms_parser
from docops_flask.engine.integrity.copies import Repeated, Span, spans_in
from docops_flask.engine.integrity.rich.markup import Property, Writer, put_among
from docops_flask.engine.integrity.rich.package import Item, Lists, Relations, Styles
from docops_flask.engine.integrity.rich.reading import together
from docops_flask.engine.integrity.rich_claims import CLOSE, OPEN, Line, RichClaim, Run
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL

_STAND_IN = re.compile(f"{OPEN}([0-9]{{1,9}}){CLOSE}")
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_PROPERTIES_OF_PARAGRAPHS = (
    "pStyle", "keepNext", "keepLines", "pageBreakBefore", "framePr", "widowControl", "numPr",
)  # fmt: skip
_SINGLE = ("text", "date", "dropDownList", "comboBox", "picture", "dataBinding")
_Edit = tuple[int, int, bytes]


class Parts(NamedTuple):
    """What rich values take from the package and add to it."""

    styles: Styles
    lists: Lists
    relations: Mapping[str, Relations]


class PartPlaces:
    """The paragraphs of a part in which rich values stand; ``content`` are its bytes as UTF-8.

    ``limit`` is how many bytes the part has in the result: what would be more cannot be it.
    """

    def __init__(self, name: str, content: bytes, limit: int) -> None:
        self.name = name
        self.content = content
        self.limit = limit
        start = re.search(rb"<(?![?!])", content)
        assert start is not None
        # The declaration may name the encoding that the package has it in.
        root = etree.fromstring(content[start.start() :], forms_parser())
        names = names_in(root.tag)
        if names is None:
            raise Misfit
        self.names: Names = names
        spans = spans_in(content, start.start())
        self.places: list[Place] = []
        for element, span in zip(root.iter("*"), spans, strict=True):
            if element.tag == names.p:
                place = Place(self, element, span)
                if place.numbers:
                    self.places.append(place)
        # Each stands in the text of a run; elsewhere there is none.
        stand_ins = len(_STAND_IN.findall(content.decode()))
        signs = content.count(OPEN.encode()) + content.count(CLOSE.encode())
        if not stand_ins * 2 == signs == 2 * sum(len(each.numbers) for each in self.places):
            raise Misfit


class Place:
    """A paragraph in which rich values stand: those of the entries with the ``numbers``."""

    def __init__(self, part: PartPlaces, element: _Element, span: Span) -> None:
        self.part = part
        self.element = element
        self.span = span
        self.numbers = [
            int(number) for text in _Runs(part.names, element).texts() for number in _STAND_IN.findall(text)
        ]
        self.links: dict[str, str] = {}
        self._repeated = Repeated(part, element, span.start, part.names)  # type: ignore[arg-type]

    @property
    def is_alone(self) -> bool:
        """Whether nothing but white space stands beside its only value."""
        text = "".join(_Runs(self.part.names, self.element).texts())
        return len(self.numbers) == 1 and not _STAND_IN.sub("", text).strip()

    @property
    def may_be_repeated(self) -> bool:
        """Whether others may be put behind it, as far as its own bytes and what is around it tell."""
        return self._repeated.holds_text_alone() and not any(map(_is_single, self.element.iterancestors("*")))

    def relate(
        self, values: Mapping[int, RichClaim], parts: Parts, known: dict[tuple[str, str], str]
    ) -> None:
        """Have relationships for the links of its values."""
        wanted = {run.link for number in self.numbers for line in values[number].lines for run in line.runs}
        for link in sorted(each for each in wanted if each is not None):
            if not re.match("(?i:https?://|mailto:)", link) or self._takes_no_link():
                raise Misfit
            key = self.part.name, link
            if key not in known:
                kind = f"{self._base()}/hyperlink"
                members = {"Type": kind, "Target": link, "TargetMode": "External"}
                known[key] = parts.relations[self.part.name].add(members)
            self.links[link] = known[key]

    def _base(self) -> str:
        return REL_STRICT if self.part.names.namespace == _STRICT else REL_TRANSITIONAL

    def _takes_no_link(self) -> bool:
        """Say whether a value stands in a link or a tracked insertion, which hold no link."""
        names = self.part.names
        runs = _Runs(names, self.element)
        holding = [run for run in runs.own if any(map(_STAND_IN.search, runs.texts_of(run)))]
        refused = names.all("hyperlink ins moveTo")
        # Not those around the paragraph: it may stand in a text box.
        inside = (takewhile(lambda each: each is not self.element, run.iterancestors()) for run in holding)
        return any(around.tag in refused for of_run in inside for around in of_run)

    def edits(
        self, values: Mapping[int, RichClaim], parts: Parts, items: dict[int, list[Item | None]]
    ) -> Iterator[_Edit]:
        """Yield what gives way to the values, and these.

        Beside a run may stand a text box with values of its own.
        """
        start, end = self.span.start, self.span.end
        own = [values[number] for number in self.numbers]
        forms = {each.form for each in own}
        writer = Writer(self.element, parts.styles.link(), self.links, self._base())
        if forms == {"runs"}:
            if any(line.kind != "text" for value in own for line in value.lines):
                raise Misfit
            piece = _Piece(self.part.content[start:end], self.element, self.part.names)
            for first, last, new in piece.with_runs([_joined(value.lines) for value in own], writer):
                yield start + first, start + last, new
            return
        if len(own) != 1:
            raise Misfit
        [number], [value] = self.numbers, own
        if number not in items:
            items[number] = parts.lists.items(value.lines)
        written = []
        pieces: dict[tuple[bool, bool], _Piece] = {}
        size = 0
        for index, (line, item) in enumerate(zip(value.lines, items[number], strict=True)):
            place = index == 0, index == len(value.lines) - 1
            if place not in pieces:
                content = self._repeated.copy(is_first=place[0], is_last=place[1])
                pieces[place] = _Piece(content, self.element, self.part.names)
            piece = pieces[place]
            heading = parts.styles.heading(line.level) if line.kind == "heading" else None
            written.append(piece.as_line(line, item, heading, writer))
            size += len(written[-1])
            if size > self.part.limit:
                raise Misfit
        yield start, end, b"".join(written)


def _is_single(element: _Element) -> bool:
    """Say whether an element is a content control that is not for several paragraphs (17.5.2)."""
    if _local(element) != "sdt":
        return False
    own = (each for child in element.iterchildren("*") if _local(child) == "sdtPr" for each in child)
    return any(_local(each) in _SINGLE for each in own)


def _local(element: _Element) -> str:
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def _joined(lines: Sequence[Line]) -> list[Run]:
    runs = [run for line in lines for run in (Run("\n"), *line.runs)][1:]
    return list(together(runs))


class _Runs:
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


class _Piece:
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
        self._runs = _Runs(names, self._paragraph)

    def with_runs(self, values: Sequence[Sequence[Run]], writer: Writer) -> Iterator[_Edit]:
        """Yield what puts runs in place of what stands for values."""
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
        return [run for run in self._runs.own if any(map(_STAND_IN.search, self._runs.texts_of(run)))]

    def _properties(self, item: Item | None, heading: str | None, writer: Writer) -> _Edit:
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
    ) -> _Edit:
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
                for number, text in enumerate(_STAND_IN.split(text_of(child))):
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

    def _edited(self, edits: "Iterator[_Edit] | list[_Edit]") -> bytes:
        return edited(self._content, edits)


def edited(content: bytes, edits: "Iterator[_Edit] | list[_Edit]") -> bytes:
    """Return bytes with others in place of some."""
    pieces: list[bytes] = []
    at = 0
    for start, end, new in sorted(edits):
        pieces += (content[at:start], new)
        at = end
    return b"".join([*pieces, content[at:]])


def _quoted(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&quot;")
