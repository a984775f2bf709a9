"""Decides which copies of blocks are folded: those that differ from one that is read in values alone."""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from itertools import compress, groupby

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.folds import FoldedChunk, PartFolds
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.folded_values import folded_values
from docops_flask.engine.template.formats.table import code_format
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.tag_kinds import TagKind
from docops_flask.engine.template.template_tags import TemplateTag

# A chunk that stands less often is not worth while.
LEAST_COPIES = 4
# What has an address, a number or a look of its own in each copy, or is no text of the paragraph.
_ODD = re.compile(
    rb"txbxContent|AlternateContent"
    rb"|<[^\s<>/:]+:(?:tbl|sdt|customXml|instrText|fldSimple|ruby|oMath|framePr)[\s/>]"
    rb"|footnoteReference|endnoteReference|&#|<!|<\?|%[eE]3|trHeight\b[^<>]*exact"
)
_OPEN, _CLOSE = "【".encode(), "】".encode()
_LEAST_FOLDED = 2


class Folding:
    """Decides what is folded of the parts of one expanded template."""

    def __init__(
        self,
        tags: Mapping[str, Mapping[int, TemplateTag]],
        may_repeat: Callable[[TemplateTag], bool],
        counted: Collection[str] = (),
    ) -> None:
        """``tags`` are those of the template by part and byte.

        ``may_repeat`` says whether what stands around a tag looks the same in all copies, and is all seen;
        ``counted`` are names of elements that addresses count.
        """
        self.tags = tags
        self._may_repeat = may_repeat
        self._counted = [f":{name}".encode() for name in counted]
        self._tags_of: dict[int, Sequence[TemplateTag]] = {}
        # By part, where its tags begin.
        self._bytes: dict[str, list[int]] = {}
        # How many bytes the texts of what is folded take.
        self.size = 0

    def fold(self, part: StoryPart, spans: Sequence[tuple[Chunk, Frame]]) -> PartFolds | None:
        """Return what is folded of the ``spans`` of a part, ``None`` for nothing."""
        keys = [id(chunk) for chunk, _ in spans]
        times = Counter(keys)
        often = {each for each, count in times.items() if count >= LEAST_COPIES}
        if not often or not part.text.prefix:
            return None
        known: dict[int, FoldedChunk | None] = {}
        # What stands before tells the address: whole paragraphs or whole rows as well.
        before: FoldedChunk | None = None
        end = 0
        for key, together in groupby(keys):
            first, end = end, end + len([*together])
            if key not in often:
                before = None
                continue
            if key not in known:
                known[key] = self._of_chunk(part, spans[first][0])
            of_chunk = known[key]
            if of_chunk is not None:
                follows = before is not None and before.is_rows == of_chunk.is_rows
                # Others of its own stand before all but the first.
                first += not follows and bool(of_chunk.numbers)
                frames = [frame for _, frame in spans[first:end]]
                are_copies = [not each.is_kept and each.scope.outer is not None for each in frames]
                of_chunk.numbers += compress(range(first, end), are_copies)
                of_chunk.frames += compress(frames, are_copies)
            before = of_chunk
        chunks = [each for each in known.values() if each is not None and self._take(each)]
        return PartFolds(part, chunks) if chunks else None

    def _of_chunk(self, part: StoryPart, chunk: Chunk) -> FoldedChunk | None:
        """Return a chunk that may be folded; it is whole paragraphs or rows with nothing but fields."""
        content, w = chunk.content.strip(), part.text.prefix
        is_rows = content.startswith((b"<%b:tr>" % w, b"<%b:tr " % w))
        name = b"%b:%b" % (w, b"tr" if is_rows else b"p")
        begins = content.count(b"<%b>" % name) + content.count(b"<%b " % name)
        ends = b"</%b>" % name
        if (
            _ODD.search(content)
            or not content.startswith((b"<%b>" % name, b"<%b " % name))
            or not content.endswith(ends)
            or content.count(ends) != begins
            or b"<%b/" % name in content
            or any(each in content for each in self._counted)
            or (not is_rows and (b"</%b:tr>" % w in content or b"</%b:tc>" % w in content))
        ):
            return None
        tags = self._tags_in(part, chunk)
        if not tags or not all(map(_is_field, tags)) or not all(map(self._may_repeat, tags)):
            return None
        if content.count(_OPEN) != len(tags) or content.count(_CLOSE) != len(tags):
            return None
        found = FoldedChunk(chunk, tags, begins, is_rows=is_rows)
        self._tags_of[id(found)] = tags
        return found

    def _tags_in(self, part: StoryPart, chunk: Chunk) -> list[TemplateTag]:
        tags = self.tags.get(part.name, {})
        if part.name not in self._bytes:
            self._bytes[part.name] = sorted(tags)
        places = self._bytes[part.name]
        ends = [*(start for start, _ in chunk.segments[1:]), len(chunk.content)]
        found: list[TemplateTag] = []
        for (start, first), end in zip(chunk.segments, ends, strict=True):
            if first >= 0:
                low, high = bisect_left(places, first), bisect_left(places, first + end - start)
                found += (tags[at] for at in places[low:high])
        return found

    def _take(self, chunk: FoldedChunk) -> bool:
        """Look the values of a chunk up; say whether any copy is folded."""
        columns, are_all = folded_values(self._tags_of[id(chunk)], chunk.frames)
        if not are_all:
            good = [None not in texts for texts in zip(*columns, strict=True)]
            columns = [[*compress(column, good)] for column in columns]
            chunk.frames, chunk.numbers = [*compress(chunk.frames, good)], [*compress(chunk.numbers, good)]
        if len(chunk.numbers) < _LEAST_FOLDED:
            return False
        # The first is read.
        chunk.first = chunk.numbers[0]
        chunk.numbers, chunk.frames = chunk.numbers[1:], chunk.frames[1:]
        chunk.columns = [column[1:] for column in columns]
        self.size += sum(len("".join(column).encode()) for column in chunk.columns)
        return True


def _is_field(tag: TemplateTag) -> bool:
    """Say whether a tag of a paragraph's own text gets a text."""
    return (
        tag.found.kind is Kind.PLACEHOLDER
        and tag.tag is not None
        and tag.tag.kind in (TagKind.FIELD, TagKind.ITEM, TagKind.NUMBER)
        and code_format(tag.tag.formats) is None
        and tag.detail is None
        and tag.path == tag.place.path
        and not tag.mirrored_at
        and not tag.place.boxes
    )
