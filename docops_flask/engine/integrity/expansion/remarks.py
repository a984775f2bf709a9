"""Remarks, declarations and 合并, which go wherever they stand, held against what the log says of them.

Each has an entry for each copy of the blocks around it; mirrors in other branches of mc:AlternateContent have
none of their own.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.integrity.block_claims import BlockEntry, TagClaim
from docops_flask.engine.integrity.expansion.log_blocks import Copies, LogBlocks
from docops_flask.engine.integrity.expansion.misfits import Misfit
from docops_flask.engine.integrity.expansion.notes import Notes
from docops_flask.engine.integrity.expansion.pairing import Block
from docops_flask.engine.integrity.expansion.paragraphs import Tag
from docops_flask.engine.integrity.expansion.structure import PartBlocks, tags_between


class _Remark(NamedTuple):
    """A remark or declaration: what stands around it, as block and byte there, and what goes with it."""

    tag: Tag
    around: Block | None
    at: int
    dropped: tuple[tuple[str, str], ...]


def check_remarks(
    parts: Mapping[str, PartBlocks], log: LogBlocks, entries: Sequence[BlockEntry], notes: Notes
) -> Iterator[tuple[BlockEntry, Misfit]]:
    """Yield the entries that are none of a remark or declaration, or not in their order."""
    claimed = [entry for entry in entries if not (entry.is_block or entry.is_faulty)]
    mirrored = {(path, entry.start.start) for entry in claimed for path in entry.mirrored_at}
    remarks = [
        remark
        for part in parts.values()
        for remark in _remarks_of(part, parts, notes)
        if (remark.tag.paragraph.path, remark.tag.start) not in mirrored
    ]
    expected = [(remark, inside) for remark in remarks for inside in _copies_of(remark, log)]
    # Those that are nowhere in the result have numbers too, and mirrors of them have none.
    number = sum(block.is_listed for part in parts.values() for block in part.blocks) - 1
    most = sum(len(part.starts) + part.remark_count for part in parts.values())
    before: _Remark | None = None
    for index, entry in enumerate(claimed):
        if index >= len(expected) or not _is_of(entry, *expected[index]):
            yield entry, Misfit("it is not about the remark or declaration that comes next in the result")
            return
        is_same = expected[index][0] is before
        if entry.number != number if is_same else not number < entry.number < most:
            yield entry, Misfit("its id is not the number of a remark of the template")
        number, before = entry.number, expected[index][0]
    if len(claimed) < len(expected):
        yield entries[-1], Misfit("the remarks and declarations behind it have no entries")


def _is_of(entry: BlockEntry, remark: _Remark, inside: Copies) -> bool:
    tag = remark.tag
    place = TagClaim(tag.paragraph.path, tag.start, tag.end, tag.text)
    return entry._replace(place=0, mirrored_at=()) == BlockEntry(
        place=0,
        number=entry.number,
        kind=tag.read.kind,
        name="",
        extent="inline",
        inside=inside,
        start=place,
        end=place,
        dividers=(),
        mirrored_at=(),
        status="expanded",
        first=place.path,
        last=place.path,
        copies=0,
        branch=None,
        dropped=remark.dropped,
        result_from=None,
        result_to=None,
    )


def _remarks_of(found: PartBlocks, parts: Mapping[str, PartBlocks], notes: Notes) -> Iterator[_Remark]:
    filled = sorted(
        (block for block in found.blocks if block.first < block.last),
        key=lambda block: (block.first, -block.last, block.start.first),
    )
    of_blocks = {id(tag) for block in found.blocks for tag in block.tags}
    opened: list[Block] = []
    number = 0
    for tag in found.tags:
        if tag.read.kind not in ("remark", "declare", "merge"):
            continue
        while number < len(filled) and filled[number].first <= tag.first:
            while opened and opened[-1].last <= filled[number].first:
                opened.pop()
            opened.append(filled[number])
            number += 1
        while opened and opened[-1].last <= tag.first:
            opened.pop()
        around, at = (opened[-1], tag.first) if opened else (None, -1)
        if around is None:
            story = found.part.story_of(tag.paragraph.path)
            around, at = found.hung.get(story) or _of_note(story, found, parts, notes)
        yield _Remark(tag, around, at, tuple(_gone_with(tag, found, of_blocks)))


def _of_note(
    story: str, found: PartBlocks, parts: Mapping[str, PartBlocks], notes: Notes
) -> tuple[Block | None, int]:
    """Return the innermost block that refers to a note, and where; ``None`` for no note."""
    if not story.startswith(f"{found.part.prefix}n") or found.part.kind not in ("footnotes", "endnotes"):
        return None, -1
    key = found.part.kind, story.removeprefix(f"{found.part.prefix}n").removesuffix(".")
    for name, references in notes.references.items():
        for at, of in references.items():
            if of == key:
                holding = [block for block in parts[name].blocks if block.first <= at < block.last]
                innermost = max(holding, key=lambda block: (block.first, -block.last, block.start.first))
                return innermost, at
    return None, -1


def _gone_with(tag: Tag, found: PartBlocks, of_blocks: Iterable[int]) -> Iterator[tuple[str, str]]:
    """Yield the paragraph that goes with a tag: one without tags of blocks, with its first."""
    element = tag.paragraph.element
    if element.start not in found.control.gone or element.start in found.control.emptied:
        return
    tags = tags_between(found.tags, element.start, element.end)
    own = [each for each in tags if each.paragraph is tag.paragraph]
    if own[0] is tag and not any(id(each) in of_blocks for each in own):
        yield tag.paragraph.path, "V1"


def _copies_of(remark: _Remark, log: LogBlocks) -> Iterator[Copies]:
    block = remark.around
    if block is None:
        yield ()
        return
    logged = log.by_number.get(block.number)
    part = block.part_at(remark.at)
    for inside, entry in logged.entries.items() if logged is not None else ():
        count = entry.copies
        if part is block.other:
            count = int(entry.branch == "other")
        elif part is block.gap:
            count = max(0, count - 1)
        yield from ((*inside, (block.number, copy)) for copy in range(count))
