"""Pictures that may be absent and whose paragraph goes with them, as the proof finds them in the template.

In a paragraph of such pictures, inline blocks, remarks and white space alone each is a block of the log, of
kind picture (docs/templates.md, *What vanishes*, V3). Which value it has is in its entries.
"""

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from lxml import etree

from docops_flask.engine.integrity.block_claims import BlockEntry, TagClaim
from docops_flask.engine.integrity.control_tags import optional_picture
from docops_flask.engine.integrity.expansion.log_blocks import LogBlocks, LoggedBlock
from docops_flask.engine.integrity.expansion.misfits import Misfit
from docops_flask.engine.integrity.expansion.pairing import Block, Part
from docops_flask.engine.integrity.expansion.paragraphs import SOLID, Paragraph, PartText, Tag
from docops_flask.engine.integrity.expansion.run_ends import RunEnds, Runs
from docops_flask.engine.integrity.picture_boxes import BoxReader

_BRACKETED = re.compile("【([^【】]*)】")
_MARKUP = re.compile(rb"<[^<>]*>")
_DESCRIBED = re.compile(rb"<(?:[^\s<>/:!?]+:)?(docPr|cNvPr)(?=[\s/>])((?:[^<>\"']|\"[^\"]*\"|'[^']*')*)>")
_ATTRIBUTE = re.compile(rb"\s(descr|title)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


class OptionalPicture(NamedTuple):
    """A picture that may be absent: its tag, the address that the log has for it, what goes with it.

    ``before`` and ``behind`` are the cuts there.
    """

    tag: Tag
    path: str
    before: RunEnds
    behind: RunEnds

    @property
    def gone(self) -> tuple[int, int]:
        """The bytes that stand for it in its paragraph."""
        is_text = self.path == self.tag.paragraph.path
        return (self.tag.first, self.tag.last) if is_text else (self.before.at, self.behind.at)

    def is_told(self, entry: BlockEntry) -> bool:
        """Say whether the definition of an entry is that of this block."""
        tag, path = self.tag, self.tag.paragraph.path
        claim = TagClaim(self.path, tag.start, tag.end, tag.text)
        own = (entry.kind, entry.name, entry.extent, entry.start, entry.end, entry.dividers)
        return own == (tag.read.kind, tag.read.name, "inline", claim, claim, ()) and (
            (entry.first, entry.last) == (path, path)
        )


class FoundPictures(NamedTuple):
    """The pictures of a part that the log tells of as ``blocks``, and the paragraphs made of such.

    ``starts`` are where the tags of all that may be blocks begin.
    """

    blocks: Sequence[Block]
    paragraphs: Sequence[Paragraph]
    starts: Sequence[int]
    misfits: Sequence[tuple[LoggedBlock, Misfit]]


def pictures_of(
    part: PartText, log: LogBlocks, blocks: Sequence[Block], tags: Sequence[Tag]
) -> FoundPictures:
    """Return the optional pictures of a part; ``blocks`` are the others, ``tags`` those that go."""
    found: list[Block] = []
    misfits: list[tuple[LoggedBlock, Misfit]] = []
    starts: list[int] = []
    told_of: dict[int, list[tuple[OptionalPicture, LoggedBlock]]] = {}
    all_of: dict[int, list[OptionalPicture]] = {}
    for picture in _pictures_in(part):
        all_of.setdefault(picture.tag.paragraph.start, []).append(picture)
        told = log.picture_at(picture.path, picture.tag.start)
        if told is None:
            continue
        logged, is_mirror = told
        if not is_mirror and not picture.is_told(logged.first):
            misfits.append((logged, Misfit("it is not that picture of the template")))
            continue
        found.append(_block(picture, part, logged, is_mirror=is_mirror))
        told_of.setdefault(picture.tag.paragraph.start, []).append((picture, logged))
    others: dict[int, list[tuple[int, int]]] = {}
    for block in blocks:
        if block.is_inline:
            others.setdefault(block.start.paragraph.start, []).append((block.start.first, block.end.last))
    for tag in tags:
        others.setdefault(tag.paragraph.start, []).extend(tag.ranges)
    paragraphs = []
    for start, pictures in all_of.items():
        paragraph, around = part.paragraphs[start], others.get(start, [])
        if _is_made_of(paragraph, part.content, [*(each.gone for each in pictures), *around]):
            starts += (each.tag.first for each in pictures)
        told_here = told_of.get(start, [])
        if not told_here:
            continue
        if _is_made_of(paragraph, part.content, [*(each.gone for each, _ in told_here), *around]):
            paragraphs.append(paragraph)
        else:
            misfit = Misfit("its paragraph holds more than pictures and blocks", "extent_mismatch")
            misfits.append((told_here[0][1], misfit))
    return FoundPictures(found, paragraphs, starts, misfits)


def _block(picture: OptionalPicture, part: PartText, logged: LoggedBlock, *, is_mirror: bool) -> Block:
    block = Block(picture.tag, part.story_of(picture.tag.paragraph.path))
    block.extent = "inline"
    block.is_listed, block.number, block.is_mirror = True, logged.first.number, is_mirror
    block.before, block.behind = picture.before, picture.behind
    block.first, block.last = picture.before.at, picture.behind.at
    block.main = Part(block.first, block.last, picture.before.open, picture.behind.close)
    return block


def _pictures_in(part: PartText) -> Iterator[OptionalPicture]:
    """Yield all tags of optional pictures in a part that may be blocks."""
    yield from _texts(part)
    if b"docPr" in part.content:
        yield from _boxes(part)


def _texts(part: PartText) -> Iterator[OptionalPicture]:
    known: dict[int, Runs] = {}
    for paragraph, start, end in part.optional:
        text = paragraph.text[start:end]
        read = optional_picture(text[1:-1])
        if read is None:
            continue
        tag = Tag(paragraph, start, end, text, read, paragraph.reading.bytes_of(start, end))
        runs = known.get(paragraph.start)
        if runs is None:
            runs = known[paragraph.start] = Runs(part.content, paragraph)
        before, behind = runs.before(tag), runs.behind(tag)
        if before is not None and behind is not None and before.parent == behind.parent:
            yield OptionalPicture(tag, paragraph.path, before, behind)


def _boxes(part: PartText) -> Iterator[OptionalPicture]:
    """Yield the pictures of a part whose whole alternative text is such a tag."""
    numbers = {b"docPr": 0, b"cNvPr": 0}
    reader: BoxReader | None = None
    starts = [*part.paragraphs]
    for match in _DESCRIBED.finditer(part.content):
        local, number = match[1], numbers[match[1]]
        numbers[local] += 1
        for attribute in _ATTRIBUTE.finditer(match[2]):
            group = 2 if attribute[2] is not None else 3
            text = _unescaped(attribute[group])
            read = optional_picture(text[1:-1]) if _BRACKETED.fullmatch(text) else None
            if read is None:
                continue
            reader = reader or BoxReader(_root(part.content), part.content)
            address = f"{local.decode()}[{number}]@{attribute[1].decode()}"
            box = reader.box(address)
            if box is None:
                continue
            start, end, _ = reader.removal(box)
            paragraph = _paragraph_around(part, starts, start, end)
            if paragraph is not None:
                at = match.start(2)
                span = at + attribute.start(group), at + attribute.end(group)
                tag = Tag(paragraph, 0, len(text), text, read, (span,))
                cuts = RunEnds(start, b"", b"", -1), RunEnds(end, b"", b"", -1)
                yield OptionalPicture(tag, f"{part.name}#{address}", *cuts)


def _root(content: bytes) -> etree._Element:
    """Return the tree of a part that is UTF-8, whatever it declares; the template was parsed before."""
    return etree.fromstring(content, etree.XMLParser(encoding="utf-8", resolve_entities=False))


def _unescaped(value: bytes) -> str:
    """Return the text of an attribute (XML 1.0, 3.3.3)."""
    return etree.fromstring(b'<a b="%b"/>' % value.replace(b'"', b"&quot;")).get("b", "")


def _paragraph_around(part: PartText, starts: Sequence[int], start: int, end: int) -> Paragraph | None:
    """Return the innermost paragraph that holds the bytes ``start``:``end``; they begin at ``starts``."""
    for number in range(bisect_right(starts, start) - 1, -1, -1):
        paragraph = part.paragraphs[starts[number]]
        if end <= paragraph.element.last:
            return paragraph
    return None


def _is_made_of(paragraph: Paragraph, content: bytes, gone: Sequence[tuple[int, int]]) -> bool:
    """Say whether nothing that counts is left of a paragraph without the bytes ``gone``."""
    if paragraph.boxes:
        return False
    at, left = paragraph.properties_end(content), []
    for start, end in sorted(gone):
        left.append(content[at : max(at, start)])
        at = max(at, end)
    rest = b"".join((*left, content[at : paragraph.element.last]))
    return not _MARKUP.sub(b"", rest).decode().strip() and SOLID.search(rest) is None
