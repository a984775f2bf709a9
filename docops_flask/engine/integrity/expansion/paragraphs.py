"""The paragraphs of a part with their addresses, and the tags of blocks in them, as the proof reads them."""

import re
from collections.abc import Callable, Iterator
from functools import cached_property, partial
from typing import NamedTuple

from docops_flask.engine.integrity.byte_stories import StoryBytes
from docops_flask.engine.integrity.control_tags import ControlTag, control_tag
from docops_flask.engine.integrity.expansion.addresses import ReadText, StoryAddresses
from docops_flask.engine.integrity.expansion.elements import Element, Elements

_BRACKETED = re.compile("【([^【】]*)】")
_NO_TEXT = re.compile("[\t\n\ufffc]")
_PROPERTIES = re.compile(rb"<(?:[^\s<>/:!?]+:)?pPr[\s/>]")
_PROPERTIES_END = re.compile(rb"</(?:[^\s<>/:]+:)?pPr\s*>")
# What counts in a paragraph though it is no character: drawings, objects, breaks of pages and columns, ...
SOLID = re.compile(
    rb"<(?:[^\s<>/:!?]+:)?(?:drawing|pict|object|footnoteReference|endnoteReference|sym|del|moveFrom"
    rb"|AlternateContent|fldChar|fldSimple|oMath|oMathPara|ruby|br(?=[^<>]*type\s*=\s*[\"'](?:page|column)))(?=[\s/>])"
)


class Tag(NamedTuple):
    """A tag of a block at the characters ``start``:``end`` of a paragraph; ``ranges`` are its bytes."""

    paragraph: "Paragraph"
    start: int
    end: int
    text: str
    read: ControlTag
    ranges: tuple[tuple[int, int], ...]

    @property
    def first(self) -> int:
        """The byte where it begins."""
        return self.ranges[0][0]

    @property
    def last(self) -> int:
        """The byte behind it."""
        return self.ranges[-1][1]


class Paragraph:
    """A paragraph: its element and address; ``read`` reads its text, when that is first asked for."""

    def __init__(self, element: Element, path: str, read: Callable[[], ReadText]) -> None:
        self.element = element
        self.path = path
        self._read = read

    @property
    def start(self) -> int:
        """The byte where its start tag begins."""
        return self.element.start

    @cached_property
    def reading(self) -> ReadText:
        """Its text, with the way back to the bytes."""
        return self._read()

    @property
    def text(self) -> str:
        """Its characters."""
        return self.reading.text

    @cached_property
    def boxes(self) -> list[Element]:
        """The text boxes in it, those in others left out."""
        found: list[Element] = []
        for each in self.element.inside():
            if each.kind == "txbxContent" and (not found or each.start >= found[-1].end):
                found.append(each)
        return found

    @property
    def own_ranges(self) -> list[tuple[int, int]]:
        """The bytes between its tags, what is in text boxes left out."""
        at, found = self.element.tag_end, []
        for box in self.boxes:
            found.append((at, box.tag_end))
            at = box.last
        return [*found, (at, self.element.last)]

    def has(self, pattern: "re.Pattern[bytes]", content: bytes) -> bool:
        """Say whether a pattern is found in its own bytes."""
        return any(pattern.search(content, start, end) for start, end in self.own_ranges)

    def solids(self, content: bytes) -> list[int]:
        """Return the bytes where something begins that counts and is no character; text boxes left out."""
        own = self.own_ranges
        found: list[int] = []
        behind_properties = -1
        for first, last in own:
            end = _PROPERTIES_END.search(content, first, last) if behind_properties < 0 else None
            if end is not None:
                behind_properties = end.end()
        for first, last in own:
            begin = max(first, behind_properties)
            found += (match.start() for match in SOLID.finditer(content, begin, max(begin, last)))
        return found

    def properties_end(self, content: bytes) -> int:
        """Return where its properties end, or its start tag where it has none."""
        at = self.element.tag_end
        found = _PROPERTIES.match(content, at, self.element.last)
        return at if found is None else element_end_at(content, at)


def element_end_at(content: bytes, start: int) -> int:
    """Return where the element that begins at ``start`` ends."""
    from docops_flask.engine.integrity.copies import spans_in

    return spans_in(content, start)[0].end


class PartText:
    """A part of the template: its bytes, elements and paragraphs with addresses.

    ``kind`` is that of its story, ``tags`` are the tags of blocks in it by story, in their order.
    ``optional`` are the texts in brackets that may be tags of optional pictures, once the tags are read.
    """

    def __init__(self, story: StoryBytes, addresses: StoryAddresses) -> None:
        self.name = story.story.part
        self.kind = story.story.kind
        self.prefix = story.story.prefix
        self.content = story.content
        self._story = story
        self._addresses = addresses
        self.optional: list[tuple[Paragraph, int, int]] = []

    @property
    def may_have_pictures(self) -> bool:
        """Whether there may be pictures in it that may be absent."""
        content = self.content
        is_written = "可".encode() in content or b"&#" in content
        return bool(self.optional) or (is_written and b"docPr" in content)

    @cached_property
    def elements(self) -> Elements:
        """Its elements."""
        return Elements(self.content)

    @cached_property
    def paragraphs(self) -> dict[int, Paragraph]:
        """The paragraphs that have an address, by the byte where they begin, in their order."""
        elements = self.elements.paragraphs
        return {
            each.start: Paragraph(
                elements[each.start], each.path, partial(self._addresses.read, self._story, each)
            )
            for each in self._addresses.of(self._story)
        }

    def tags(self) -> Iterator[tuple[str, list[Tag]]]:
        """Yield the tags of each story in the part that has some, with what its addresses begin with."""
        by_story: dict[str, list[Tag]] = {}
        if not _may_hold_tag(self.content, 0, len(self.content)):
            return
        for paragraph in self.paragraphs.values():
            element = paragraph.element
            if not _may_hold_tag(self.content, element.tag_end, element.last):
                continue
            found = [*_tags_in(paragraph, self.optional)]
            if found:
                by_story.setdefault(self.story_of(paragraph.path), []).extend(found)
        yield from by_story.items()

    def story_of(self, path: str) -> str:
        """Return what the addresses in the story of a paragraph begin with: a note is a story of its own."""
        before, slash, within = path.rpartition("/")
        is_note = self.kind in ("footnotes", "endnotes") and before + slash == self.prefix
        return before + slash + (within.partition(".")[0] + "." if is_note else "")

    def address(self, element: Element) -> str | None:
        """Return the address of a paragraph, row or table, of others that of the first paragraph in them."""
        for each in element.inside():
            known = self.paragraphs.get(each.start) if each.kind == "p" else None
            if known is None:
                continue
            if element.kind not in ("tr", "tbl"):
                return known.path
            steps = int(element.kind == "tbl") - 1
            cell = each.nearest("tc")
            while cell is not None and cell.start > element.start:
                steps += 3
                cell = cell.nearest("tc")
            return ".".join(known.path.split(".")[:-steps])
        return None


def _may_hold_tag(content: bytes, start: int, end: int) -> bool:
    return content.find("【".encode(), start, end) >= 0 or content.find(b"&#", start, end) >= 0


def _tags_in(paragraph: Paragraph, optional: list[tuple[Paragraph, int, int]]) -> Iterator[Tag]:
    for match in _BRACKETED.finditer(paragraph.text):
        read = control_tag(match[1])
        if read is not None and not _NO_TEXT.search(match[0]):
            yield Tag(paragraph, *match.span(), match[0], read, paragraph.reading.bytes_of(*match.span()))
        elif read is None and "可" in match[1]:
            optional.append((paragraph, *match.span()))
