"""A paragraph in which rich values stand, and what becomes of it (docs/analysis/rich-values.md)."""

import re
from collections.abc import Iterator, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.oxml.markup import Scope, decoded, escaped, spliced
from docops_flask.engine.template.copies import Repeated
from docops_flask.engine.template.elements import Element, elements_in
from docops_flask.engine.template.rich.lists import ListItem
from docops_flask.engine.template.rich.look import (
    PARAGRAPH_ORDER,
    Property,
    RunMarkup,
    with_properties,
)
from docops_flask.engine.template.rich.markers import MARKER
from docops_flask.engine.template.rich.values import RichParagraph, RichRun

_NO_TEXT = re.compile(rb"<!\[CDATA\[(.*?)\]\]>|<!--.*?-->|<\?.*?\?>", re.DOTALL)
_BLANK = " \t\r\n"
_SHOWN = frozenset((b"t", b"tab", b"ptab", b"br", b"cr"))


class RichPlace:
    """A paragraph with rich values: its bytes, its own runs, what stands for the values (``markers``)."""

    def __init__(self, place: ParagraphPlace) -> None:
        part = place.part
        self.place = place
        self._read(part.text.content, place.scope or part.text.root_scope, place.start, part.text.namespace)

    def _read(self, content: bytes, scope: Scope, start: int, namespace: bytes) -> None:
        self._content, self._scope, self._namespace = content, scope, namespace
        self._elements = elements_in(content, scope, start)
        self.start, self.end = self._elements[0].start, self._elements[0].end
        self._inside: dict[int, list[int]] = {}
        for number, each in enumerate(self._elements):
            self._inside.setdefault(each.parent, []).append(number)
        self._runs = [number for number, each in enumerate(self._elements) if self._is_own_run(each)]
        # The texts of runs, parted around what stands for values: a value may be long.
        self._parts: dict[int, list[str]] = {}
        self._holding: set[int] = set()
        self.markers: list[str] = []
        for run in self._runs:
            for child in self._children_of(run):
                if self._is_word(self._elements[child], b"t"):
                    self._part(run, child)

    @property
    def size(self) -> int:
        """How many bytes it has beside what stands for values."""
        return self.end - self.start - sum(len(marker.encode()) for marker in self.markers)

    @property
    def look_size(self) -> int:
        """How many bytes the properties of its runs with values have at most."""
        found = [self._elements[each] for run in self._holding for each in self._children_of(run)]
        return max((each.end - each.start for each in found if self._is_word(each, b"rPr")), default=0)

    def _part(self, run: int, child: int) -> None:
        text, at = self._text(self._elements[child]), 0
        parts = self._parts[child] = []
        for match in MARKER.finditer(text):
            self._holding.add(run)
            self.markers.append(match[0])
            parts.append(text[at : match.start()])
            at = match.end()
        parts.append(text[at:])

    @property
    def prefix(self) -> bytes:
        """The prefix of WordprocessingML with its colon."""
        name = self._content[self.start + 1 : self.start + 256]
        prefix, colon, _ = re.split(rb"[\s/>]", name)[0].rpartition(b":")
        if not colon:
            raise InvalidArgument(
                "template: its markup has no prefix, and no rich value can be put in. Open it in Word, save "
                "it again as .docx and retry.",
                field="template",
            )
        return prefix + b":"

    @property
    def is_alone(self) -> bool:
        """Whether nothing but white space stands beside its only value."""
        beside = "".join(part for parts in self._parts.values() for part in parts)
        return len(self.markers) == 1 and not beside.strip()

    @property
    def takes_no_link(self) -> str | None:
        """What a value stands in that holds no link: a link, w:ins or w:moveTo (17.13.5.18)."""
        for run in self._holding:
            for around in map(self._elements.__getitem__, self._around(run)):
                if self._is_word(around, b"hyperlink"):
                    return "link of the template"
                if self._is_word(around, b"ins") or self._is_word(around, b"moveTo"):
                    return "tracked insertion"
        return None

    def copy(self, *, is_first: bool, is_last: bool) -> "RichPlace":
        """Return one of several copies; what one copy alone may have stays in the first or the last."""
        other = RichPlace.__new__(RichPlace)
        other.place = self.place
        content = Repeated(self.place).copy(is_first=is_first, is_last=is_last)
        other._read(content, self._scope, 0, self._namespace)
        return other

    def with_runs(
        self, values: Sequence[Sequence[RichRun]], writer: RunMarkup
    ) -> Iterator[tuple[int, int, bytes]]:
        """Yield the edits that put ``values`` in place of what stands for them."""
        left = iter(values)
        for run in self._runs:
            if run in self._holding:
                element = self._elements[run]
                yield element.start, element.end, self._parted(run, left, writer, None)

    def run_counts(self, values: Sequence[Sequence[RichRun]]) -> list[int]:
        """Return how many runs each of its own runs becomes with ``values`` in."""
        left = iter(values)
        counts = []
        for run in self._runs:
            parts = [self._parts.get(child) for child in self._children_of(run)]
            count, is_open = 0, False
            for number, part in zip(self._children_of(run), parts, strict=True):
                if part is None:
                    is_open = is_open or not self._is_word(self._elements[number], b"rPr")
                    continue
                for place, text in enumerate(part):
                    if place:
                        count, is_open = count + is_open + len(next(left)), False
                    is_open = is_open or bool(text)
            counts.append(count + is_open if run in self._holding else 1)
        return counts

    def as_line(
        self, line: RichParagraph, item: ListItem | None, heading: str | None, writer: RunMarkup
    ) -> bytes:
        """Return it with ``line`` in place of what stands for the value.

        ``item`` is what an item of a list is written with, ``heading`` the style of a heading.
        """
        edits: list[tuple[int, int, bytes]] = []
        if line.kind != "text":
            edits.append(self._properties(line, item, heading, writer))
        look = () if heading is not None else None
        for run in self._runs:
            element = self._elements[run]
            if run in self._holding:
                edits.append(
                    (element.start, element.end, self._parted(run, iter([line.runs]), writer, look, line))
                )
            elif line.kind != "text":
                # White space beside the tag is kept for plain text alone.
                edits += [(each.start, each.end, b"") for each in self._children(run) if self._is_shown(each)]
        return spliced(self._content, sorted(edits))

    def _properties(
        self, line: RichParagraph, item: ListItem | None, heading: str | None, writer: RunMarkup
    ) -> tuple[int, int, bytes]:
        """Return the edit that gives a paragraph the properties of an item or a heading."""
        number = next((n for n in self._children_of(0) if self._is_word(self._elements[n], b"pPr")), None)
        known = [] if number is None else [self._property(each) for each in self._children_of(number)]
        new: dict[str, bytes] = {}
        if heading is not None:
            # The style of headings determines all other properties.
            known = [each for each in known if each.local in ("sectPr", "pageBreakBefore")]
            new["pStyle"] = writer.style(heading)
        else:
            known = [each for each in known if each.local not in ("ind", "numPr")]
        if item is not None:
            new["numPr"] = writer.list_item(item.level, item.number)
            if item.style is not None:
                new["pStyle"] = writer.style(item.style)
        written = writer.properties("pPr", with_properties(known, new, PARAGRAPH_ORDER))
        if number is None:
            at = self._elements[0].tag_end
            return at, at, written
        return self._elements[number].start, self._elements[number].end, written

    def _parted(
        self,
        run: int,
        values: Iterator[Sequence[RichRun]],
        writer: RunMarkup,
        look: Sequence[Property] | None,
        line: RichParagraph | None = None,
    ) -> bytes:
        """Return a run parted around what stands for values, with ``values`` there.

        ``look`` is what they look like, ``None`` for as the run does.
        """
        element = self._elements[run]
        start_tag = self._content[element.start : element.tag_end]
        end_tag = self._content[self._content.rindex(b"</", element.start, element.end) : element.end]
        properties = b""
        own: list[Property] = []
        pieces: list[bytes] = []
        kept: list[bytes] = []

        def flush() -> None:
            if kept:
                pieces.append(start_tag + properties + b"".join(kept) + end_tag)
                kept.clear()

        keeps_text = line is None or line.kind == "text"
        for number in self._children_of(run):
            child = self._elements[number]
            written = self._content[child.start : child.end]
            if self._is_word(child, b"rPr"):
                properties = written
                own = [self._property(each) for each in self._children_of(number)]
            elif self._is_word(child, b"t"):
                for place, text in enumerate(self._parts[number]):
                    if place:
                        flush()
                        pieces.append(writer.runs(next(values), own if look is None else look))
                    if keeps_text:
                        kept += filter(None, [writer.text(text)])
            elif keeps_text or not self._is_shown(child):
                kept.append(written)
        flush()
        return b"".join(pieces)

    def _property(self, number: int) -> Property:
        element = self._elements[number]
        local = element.local.decode() if element.namespace == self._namespace else ""
        return Property(local, self._content[element.start : element.end])

    def _children_of(self, parent: int) -> list[int]:
        return self._inside.get(parent, [])

    def _children(self, parent: int) -> list[Element]:
        return [self._elements[number] for number in self._children_of(parent)]

    def _is_own_run(self, element: Element) -> bool:
        """Say whether an element is a run of the paragraph itself, not of a text box in it."""
        if not self._is_word(element, b"r"):
            return False
        around = element.parent
        while around > 0:
            if self._is_word(self._elements[around], b"p") or self._is_word(self._elements[around], b"r"):
                return False
            around = self._elements[around].parent
        return around == 0

    def _around(self, number: int) -> Iterator[int]:
        while number > 0:
            number = self._elements[number].parent
            yield number

    def _is_word(self, element: Element, local: bytes) -> bool:
        return element.local == local and element.namespace == self._namespace

    def _is_shown(self, element: Element) -> bool:
        return element.namespace == self._namespace and element.local in _SHOWN

    def _text(self, element: Element) -> str:
        """Return what a w:t shows: without xml:space its white space at both ends is dropped."""
        if element.attributes.endswith(b"/"):
            return ""
        end = self._content.rindex(b"</", element.tag_end, element.end)
        raw = self._content[element.tag_end : end]
        if b"<" in raw:
            # Comments and instructions show nothing.
            raw = _NO_TEXT.sub(lambda match: escaped((match[1] or b"").decode()), raw)
        text = decoded(raw)
        return text if b"preserve" in element.attributes else text.strip(_BLANK)
