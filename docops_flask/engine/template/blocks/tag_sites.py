"""Where the tags of a document stand: in which paragraph, at which characters and which bytes.

A tag may lie across runs. One with a tab, a break or an object in it is text.
"""

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import Document, ParagraphPlace, StoryKind, StoryPart
from docops_flask.engine.oxml.markup import byte_offsets
from docops_flask.engine.template.blocks.pairing import PlacedTag
from docops_flask.engine.template.scan import may_hold_bracket
from docops_flask.engine.template.tag_kinds import BadTag, Tag, TagKind
from docops_flask.engine.template.tag_scan import read_written

# Tags that are no part of a block, and go.
SINGLE_KINDS = frozenset((TagKind.REMARK, TagKind.DECLARE, TagKind.MERGE))
CONTROL_KINDS = SINGLE_KINDS | {
    TagKind.EACH, TagKind.IF, TagKind.UNLESS, TagKind.END, TagKind.ELSE, TagKind.BETWEEN,
}  # fmt: skip
_BRACKETED = re.compile("【([^【】]*)】")
# What counts in a paragraph and is no character of its text: floating drawings, page breaks, deletions.
SOLID = re.compile(
    rb"<(?:[^\s<>/:!?]+:)?(?:drawing|pict|object|footnoteReference|endnoteReference|sym|del|moveFrom"
    rb"|AlternateContent|fldChar|fldSimple|oMath|oMathPara|ruby|br(?=[^<>]*type\s*=\s*[\"'](?:page|column)))(?=[\s/>])"
)
PROPERTIES_END = re.compile(rb"</(?:[^\s<>/:]+:)?pPr\s*>")


def is_optional_picture(tag: Tag) -> bool:
    """Say whether a tag is that of a picture, or of a document, that may be absent."""
    return tag.kind in (TagKind.PICTURE, TagKind.DOCUMENT) and tag.is_optional


class TagSite(NamedTuple):
    """A tag at the characters ``start``:``end`` of the text of ``place``.

    ``ranges`` are the bytes of the part that hold these characters, one range for each text that has some.
    Of a tag that is the alternative text of a picture in ``place`` it is these characters; ``address`` is
    that of the text.
    """

    placed: PlacedTag
    place: ParagraphPlace
    start: int
    end: int
    ranges: tuple[tuple[int, int], ...]
    address: str | None = None

    @property
    def tag(self) -> Tag:
        """The tag."""
        return self.placed.tag

    @property
    def first(self) -> int:
        """The byte of the part where it begins."""
        return self.ranges[0][0]

    @property
    def last(self) -> int:
        """The byte of the part behind it."""
        return self.ranges[-1][1]


class BadSite(NamedTuple):
    """A text that begins as a tag does and is none, with what would be accepted."""

    place: ParagraphPlace
    start: int
    end: int
    text: str
    accepted: str


class Story:
    """The tags of a story in their order: of the body, a header, a note, or one branch of a text box."""

    __slots__ = ("bad", "key", "part", "sites")

    def __init__(self, key: str, part: StoryPart) -> None:
        self.key = key
        self.part = part
        self.sites: list[TagSite] = []
        self.bad: list[BadSite] = []


def find_stories(document: Document) -> list[Story]:
    """Return the stories that hold tags, in the order of parts and, in a part, of their first tags."""
    stories: dict[tuple[str, str], Story] = {}
    for part in document.parts:
        if part.kind is StoryKind.COMMENTS:
            continue
        for place in part.paragraphs:
            if may_hold_bracket(place) and "【" in place.reading.text:
                key = story_of(place)
                story = stories.get((part.name, key)) or Story(key, part)
                _take(place, story)
                if story.sites or story.bad:
                    stories[part.name, key] = story
    return list(stories.values())


def story_of(place: ParagraphPlace) -> str:
    """Return the beginning of the addresses in the story of a paragraph."""
    before, slash, within = place.path.rpartition("/")
    is_note = place.story in (StoryKind.FOOTNOTES, StoryKind.ENDNOTES)
    return before + slash + (within.partition(".")[0] + "." if is_note else "")


def _take(place: ParagraphPlace, story: Story) -> None:
    text = place.reading.text
    found = [(match, _tag_in(match[1])) for match in _BRACKETED.finditer(text)]
    found = [each for each in found if each[1] is not None]
    if not found:
        return
    ranges = iter(_ranges(place, [match.span() for match, _ in found]))
    for match, tag in found:
        own = next(ranges)
        if isinstance(tag, BadTag):
            story.bad.append(BadSite(place, *match.span(), match[0], tag.accepted))
        elif isinstance(tag, Tag):
            placed = PlacedTag(tag, match[0], len(story.sites))
            story.sites.append(TagSite(placed, place, *match.span(), own))


def _tag_in(inner: str) -> Tag | BadTag | None:
    _, tag, fault = read_written(inner)
    return tag if fault is None else None


def _ranges(place: ParagraphPlace, spans: Sequence[tuple[int, int]]) -> Iterator[tuple[tuple[int, int], ...]]:
    """Yield for each of ``spans``, which ascend, the bytes of the part that hold its characters."""
    reading = place.reading
    found: list[list[tuple[int, int]]] = [[] for _ in spans]
    following = 0
    for piece in reading.pieces:
        # The spans that share characters with this piece.
        cuts: list[tuple[int, int, int]] = []
        number = following
        while number < len(spans) and spans[number][0] < piece.end:
            start, end = max(spans[number][0], piece.start), min(spans[number][1], piece.end)
            if start < end:
                cuts.append((number, start, end))
            if spans[number][1] <= piece.end:
                following = number + 1
            number += 1
        if not cuts:
            continue
        text_number = piece.shown.number
        at = reading.offsets[3 * text_number + 2]
        places = [each - piece.start for _, start, end in cuts for each in (start, end)]
        text = reading.text[piece.start : piece.end]
        is_cdata = reading.is_cdata(text_number)
        offsets = byte_offsets(reading.raw(text_number), text, places, is_cdata=is_cdata)
        for (number, _, _), first, last in zip(cuts, offsets[::2], offsets[1::2], strict=True):
            found[number].append((place.position(at + first), place.position(at + last)))
    yield from map(tuple, found)


class Solid:
    """What counts in a paragraph beside its control tags: characters, drawings, page breaks, deletions."""

    __slots__ = ("_offsets", "_places")

    def __init__(self, place: ParagraphPlace, control: Sequence[TagSite]) -> None:
        """``control`` are its control tags in their order."""
        text = place.reading.text
        offsets: list[int] = []
        at = 0
        for site in control:
            offsets += (at + match.start() for match in re.finditer(r"\S", text[at : site.start]))
            at = site.end
        offsets += (at + match.start() for match in re.finditer(r"\S", text[at:]))
        self._offsets = offsets
        own = place.own_bytes
        properties = PROPERTIES_END.search(own)
        begin = 0 if properties is None else properties.end()
        self._places = [place.position(match.start()) for match in SOLID.finditer(own, begin)]

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing."""
        return not self._offsets and not self._places

    def is_before(self, site: TagSite) -> bool:
        """Say whether something stands before a tag."""
        return self.is_between(None, site)

    def is_behind(self, site: TagSite) -> bool:
        """Say whether something stands behind a tag."""
        return self.is_between(site, None)

    def is_between(self, first: TagSite | None, last: TagSite | None) -> bool:
        """Say whether something stands behind ``first`` and before ``last``; ``None`` sets no bound."""
        for values, low, high in (
            (self._offsets, first and first.end, last and last.start),
            (self._places, first and first.last, last and last.first),
        ):
            index = 0 if low is None else bisect_left(values, low)
            if index < len(values) and (high is None or values[index] < high):
                return True
        return False
