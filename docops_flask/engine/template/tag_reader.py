"""Reads the tags of an expanded template: which tag of the template each is, and in which copy."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.shape import TextPiece
from docops_flask.engine.template.blocks.expanded_template import ExpandedTemplate
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.copied_values import CopiedValues
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.inline_scan import BracketedInline
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.tag_bytes import byte_of
from docops_flask.engine.template.tag_meaning import TagMeanings
from docops_flask.engine.template.template_tags import TemplateTag, faulty_tags, offsets_of, tags_by_byte

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER


class CopiedTags(NamedTuple):
    """The tags of a paragraph of the result: those of its own text, then those of the texts inside it.

    ``of`` are the tags of the template, ``frames`` their copies, ``names`` what their texts go by there.
    """

    of: Sequence[TemplateTag]
    frames: Sequence[Frame]
    names: Sequence[str]


class TagReader:
    """Reads the tags of an expanded template; ``tags`` are those of each paragraph that has some.

    ``left`` are part and text of tags inside paragraphs that stay as text, in blocks that stay as they are.
    ``faults`` are the tags of the template that are not filled.
    """

    def __init__(
        self,
        meanings: TagMeanings,
        expanded: ExpandedTemplate,
        values: CopiedValues,
        by_byte: Mapping[str, Mapping[int, TemplateTag]] | None = None,
    ) -> None:
        """``values`` collects the texts; ``by_byte`` are the tags of the template where they are known."""
        self.tags: dict[ParagraphPlace, CopiedTags] = {}
        self.left: list[tuple[str, str]] = []
        self._expanded = expanded
        self._values = values
        self._by_byte = tags_by_byte(meanings) if by_byte is None else by_byte
        self.faults = faulty_tags(meanings, self._by_byte)
        # By the list of what was found, which paragraphs alike share: where each begins.
        self._offsets: dict[int, Sequence[int]] = {}
        self._known: dict[tuple[int, tuple[TemplateTag | None, ...]], _Decided] = {}
        # What was decided of a paragraph's own text by the chunk that holds all of it and where there.
        self._in_chunks: dict[tuple[int, int], _Decided | None] = {}

    def read(self, raw: Scan) -> Scan:
        """Return what was found in the expanded template with what becomes of it; text is left out."""
        read = [self._read(each) for each in raw.paragraphs]
        return raw._replace(paragraphs=[each for each in read if each is not None], undeclared=())

    def _read(self, paragraph: BracketedParagraph) -> BracketedParagraph | None:
        """Return a paragraph of the expanded template with what becomes of its tags; ``None`` without any."""
        place = paragraph.place
        span = self._expanded.span_at(place.part, place.content)
        if span is None or paragraph.inline or place.end >= span[1] + len(span[0].content):
            return self._read_slowly(paragraph)
        # Most paragraphs lie in one chunk, which stands many times.
        chunk, start, frame = span
        key = id(chunk), place.content - start
        if key in self._in_chunks:
            decided = self._in_chunks[key]
        else:
            own, _ = self._own(paragraph)
            decided = self._in_chunks[key] = own if own.tags else None
        if decided is None:
            return None
        found, pieces, tags, names = decided
        if frame.is_kept and any(tag.found.kind is _PLACEHOLDER for tag in tags):
            return self._read_slowly(paragraph)
        self._values.take_alike(place, tags, names, frame.scope)
        self.tags[place] = CopiedTags(tags, [frame] * len(tags), names)
        return BracketedParagraph(place, found, pieces)

    def _own(self, paragraph: BracketedParagraph) -> tuple["_Decided", list[Frame]]:
        """Return what becomes of the tags of a paragraph's own text, and their copies."""
        place, found = paragraph.place, paragraph.found
        key = id(found)
        offsets = self._offsets.get(key)
        if offsets is None:
            offsets = self._offsets[key] = offsets_of(paragraph)
        frames: list[Frame] = []
        of: list[TemplateTag | None] = []
        for offset, each in zip(offsets, found, strict=True):
            frame, tag = self._source(place, place.position(offset), each)
            of.append(tag)
            if tag is not None:
                frames.append(frame)
        decided = self._known.get((key, tuple(of)))
        if decided is None:
            decided = self._known[key, tuple(of)] = _decided(paragraph, of)
        return decided, frames

    def _read_slowly(self, paragraph: BracketedParagraph) -> BracketedParagraph | None:
        """Do as ``_read`` for a paragraph whose tags may be in several copies."""
        place = paragraph.place
        (own, pieces, tags, _), frames = self._own(paragraph)
        inline: Sequence[BracketedInline] = ()
        if paragraph.inline:
            inline, inner_tags, inner_frames = self._inside(place, paragraph.inline)
            tags, frames = [*tags, *inner_tags], [*frames, *inner_frames]
        if not tags:
            return None
        names = self._values.take(place, tags, frames)
        self.tags[place] = CopiedTags(tags, frames, names)
        if any(tag.found.name != name for tag, name in zip(tags, names, strict=True)):
            own = [each._replace(name=name) for each, name in zip(own, names, strict=False)]
            inline = _renamed(inline, names[len(own) :])
        return BracketedParagraph(place, own, pieces, inline)

    def _source(self, place: ParagraphPlace, at: int, found: Found) -> tuple[Frame, TemplateTag | None]:
        """Return copy and tag of the template of what was found at a byte; ``None`` for what is text."""
        frame, before = self._expanded.source_at(place.part, at)
        tags = self._by_byte.get(place.part.name)
        tag = None if tags is None else tags.get(before)
        is_filled = tag is not None and tag.found.kind is _PLACEHOLDER
        # A block that stays as it is tells of itself.
        is_text = is_filled and (frame.is_kept or (tag is not None and found.name != tag.found.name))
        return frame, None if is_text else tag

    def _inside(
        self, place: ParagraphPlace, inline: Sequence[BracketedInline]
    ) -> tuple[list[BracketedInline], list[TemplateTag], list[Frame]]:
        """Return the texts inside a paragraph with what becomes of their tags, these, and their copies."""
        texts: list[BracketedInline] = []
        tags: list[TemplateTag] = []
        frames: list[Frame] = []
        for text in inline:
            kept = []
            for each in text.found:
                frame, tag = self._source(place, byte_of(text.text, each.found.start), each.found)
                if tag is None:
                    around = (text.text, *text.mirrors)
                    self.left += (
                        (each_text.place.part.name, text.written(each.found)) for each_text in around
                    )
                else:
                    kept.append(each._replace(found=each.found._replace(kind=tag.found.kind)))
                    tags.append(tag)
                    frames.append(frame)
            if kept:
                texts.append(text._replace(found=kept))
        return texts, tags, frames


class _Decided(NamedTuple):
    """What was found in a paragraph's own text and is no text, where each begins, the template's tags.

    ``names`` are what stands in the brackets.
    """

    found: Sequence[Found]
    pieces: Sequence[TextPiece]
    tags: Sequence[TemplateTag]
    names: Sequence[str]


def _decided(paragraph: BracketedParagraph, of: Sequence[TemplateTag | None]) -> _Decided:
    found, pieces, tags = [], [], []
    for each, piece, tag in zip(paragraph.found, paragraph.pieces, of, strict=True):
        if tag is not None:
            found.append(each._replace(kind=tag.found.kind))
            pieces.append(piece)
            tags.append(tag)
    return _Decided(found, pieces, tags, [each.name for each in found])


def _renamed(inline: Sequence[BracketedInline], names: Sequence[str]) -> list[BracketedInline]:
    left = iter(names)
    return [
        text._replace(
            found=[each._replace(found=each.found._replace(name=next(left))) for each in text.found]
        )
        for text in inline
    ]
