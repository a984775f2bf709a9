"""The written document as rich values make it: what stands for them gives way to runs or paragraphs.

Works on the bytes that entries and fixes come to, and on trees of them. Raises ``Misfit`` where a value
cannot stand as the log says.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from itertools import takewhile
from typing import NamedTuple

from lxml import etree
from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names, names_in
from docops_flask.engine.integrity.byte_stories import Misfit
from docops_flask.engine.integrity.byte_tags import forms_parser
from docops_flask.engine.integrity.copies import Repeated, Span, spans_in
from docops_flask.engine.integrity.rich.markup import Writer
from docops_flask.engine.integrity.rich.package import Item, Lists, Relations, Styles
from docops_flask.engine.integrity.rich.piece import STAND_IN, Edit, Piece, Runs
from docops_flask.engine.integrity.rich.reading import together
from docops_flask.engine.integrity.rich_claims import CLOSE, OPEN, Line, RichClaim, Run
from docops_flask.engine.opc.relationships import REL_STRICT, REL_TRANSITIONAL

_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_SINGLE = ("text", "date", "dropDownList", "comboBox", "picture", "dataBinding")


class Parts(NamedTuple):
    """What rich values take from the package and add to it."""

    styles: Styles
    lists: Lists
    relations: Mapping[str, Relations]


class PartPlaces:
    """The paragraphs of a part in which rich values stand; ``content`` are its bytes as UTF-8.

    ``limit`` is the size of the part in the result, in bytes: what grows beyond it cannot be that part.
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
        stand_ins = len(STAND_IN.findall(content.decode()))
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
            int(number) for text in Runs(part.names, element).texts() for number in STAND_IN.findall(text)
        ]
        self.links: dict[str, str] = {}

    @cached_property
    def _repeated(self) -> Repeated:
        return Repeated(self.part, self.element, self.span.start, self.part.names)  # type: ignore[arg-type]

    @property
    def is_alone(self) -> bool:
        """Whether nothing but white space stands beside its only value."""
        text = "".join(Runs(self.part.names, self.element).texts())
        return len(self.numbers) == 1 and not STAND_IN.sub("", text).strip()

    @property
    def may_be_repeated(self) -> bool:
        """Whether others may be put behind it, as far as its own bytes and what is around it tell."""
        return self._repeated.holds_text_alone() and not any(map(_is_single, self.element.iterancestors("*")))

    def relate(
        self, values: Mapping[int, RichClaim], parts: Parts, known: dict[tuple[str, str], str]
    ) -> None:
        """Add the relationships that the links of its values need.

        Raises ``Misfit`` for a link that may not be put in here; ``known`` are ids by part and address.
        """
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
        runs = Runs(names, self.element)
        holding = [run for run in runs.own if any(map(STAND_IN.search, runs.texts_of(run)))]
        refused = names.all("hyperlink ins moveTo")
        # Not those around the paragraph: it may stand in a text box.
        inside = (takewhile(lambda each: each is not self.element, run.iterancestors()) for run in holding)
        return any(around.tag in refused for of_run in inside for around in of_run)

    def edits(
        self, values: Mapping[int, RichClaim], parts: Parts, items: dict[int, list[Item | None]]
    ) -> Iterator[Edit]:
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
            piece = Piece(self.part.content[start:end], self.element, self.part.names)
            for first, last, new in piece.with_runs([_joined(value.lines) for value in own], writer):
                yield start + first, start + last, new
            return
        if len(own) != 1:
            raise Misfit
        [number], [value] = self.numbers, own
        if number not in items:
            items[number] = parts.lists.items(value.lines)
        written = []
        pieces: dict[tuple[bool, bool], Piece] = {}
        size = 0
        for index, (line, item) in enumerate(zip(value.lines, items[number], strict=True)):
            place = index == 0, index == len(value.lines) - 1
            if place not in pieces:
                content = self._repeated.copy(is_first=place[0], is_last=place[1])
                pieces[place] = Piece(content, self.element, self.part.names)
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
