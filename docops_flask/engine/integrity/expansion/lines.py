"""The template with the paragraphs of blocks of kind ``lines`` once for each line, as a log says.

Code of the proof's own: ``copies`` works on trees, ``engine.template.copies`` on tags. docs/analysis/lines.md
has the rules. A block or an entry that breaks them is a misfit.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from itertools import accumulate

from docops_flask.engine.errors import TemplateLimitExceeded
from docops_flask.engine.integrity.block_claims import Block
from docops_flask.engine.integrity.blocks import names_of
from docops_flask.engine.integrity.byte_stories import Stories, StoryBytes, TemplateEvidence
from docops_flask.engine.integrity.byte_text import ByteParagraph
from docops_flask.engine.integrity.claims import Claims, InlineReplacement, Replacement
from docops_flask.engine.integrity.copies import Repeated, parsed_paragraph, spans_in
from docops_flask.engine.integrity.expansion.expanded import Expanded, ExpandedTemplate
from docops_flask.engine.integrity.expansion.misfits import Misfit, unaccounted
from docops_flask.engine.integrity.plan import is_placeholder
from docops_flask.engine.integrity.verdict import Unaccounted
from docops_flask.engine.opc.limits import Limits


def expand_lines(evidence: TemplateEvidence, claims: Claims, limits: Limits) -> Expanded:
    """Return the template of ``evidence`` with the paragraphs of ``claims.blocks`` once for each line.

    Raises ``TemplateLimitExceeded`` where the copies are more than ``limits`` allow (``block_copies``) or
    more bytes than a job may write (``output_bytes``), before anything is copied.
    """
    copies = sum(max(0, block.copies) for block in claims.blocks)
    if copies > limits.block_copies:
        raise _too_large("block_copies", limits.block_copies)
    misfits: list[Unaccounted] = []
    paragraphs = _Paragraphs(evidence, claims.blocks)
    repeated: dict[int, list[Repeated]] = {}
    for block in claims.blocks:
        try:
            repeated[block.place] = list(paragraphs.of(block))
        except Misfit as misfit:
            misfits.append(unaccounted(f"$.blocks[{block.place}]", misfit))
    if misfits:
        return Expanded(evidence.package, claims._replace(blocks=()), misfits, evidence)
    size = sum(each.size * block.copies for block in claims.blocks for each in repeated[block.place])
    if size > limits.output_bytes:
        raise _too_large("output_bytes", limits.output_bytes)
    shifts = Shifts(claims.blocks)
    for block in claims.blocks:
        if (block.result_from, block.result_to) != shifts.ends(block):
            wrong = Misfit("its result_from and result_to are not where its copies stand")
            misfits.append(unaccounted(f"$.blocks[{block.place}]", wrong))
    placed = _placed(claims, _Entries(claims.blocks, shifts), misfits)
    for block in claims.blocks:
        for each in repeated[block.place]:
            each.part.edits.append((each.start, each.end, each.copies(block.copies)))
    written = {each.part.story.part: each.part for of_block in repeated.values() for each in of_block}
    parts = {name: part.written() for name, part in written.items()}
    template = ExpandedTemplate(evidence.package, parts)
    expanded = TemplateEvidence(template)
    expanded.settle = evidence.settle
    return Expanded(template, placed, misfits, expanded, tuple(parts))


def _placed(claims: Claims, entries: "_Entries", misfits: list[Unaccounted]) -> Claims:
    """Return ``claims`` with places in the expanded template; add to ``misfits`` what does not fit."""
    placed: list[Replacement] = []
    for entry in claims.replacements:
        try:
            placed.append(entries.placed(entry))
        except Misfit as misfit:
            misfits.append(unaccounted(f"$.entries[{entry.place}]", misfit, "log_entry"))
    inline: list[InlineReplacement] = []
    for inside in claims.inline:
        try:
            inline.append(entries.placed_inside(inside))
        except Misfit as misfit:
            misfits.append(unaccounted(f"$.entries[{inside.replacement.place}]", misfit, "log_entry"))
    for number in entries.blocks_not_filled():
        wrong = Misfit("not each of its copies is filled by one entry")
        misfits.append(unaccounted(f"$.blocks[{number}]", wrong, "copy_count"))
    return claims._replace(replacements=tuple(placed), blocks=(), inline=tuple(inline))


def _too_large(limit: str, maximum: int) -> TemplateLimitExceeded:
    return TemplateLimitExceeded(
        f"replace_log: its blocks come to more copies than the limit {limit} ({maximum}) allows.",
        limit=limit,
        maximum=maximum,
    )


class _Paragraphs:
    """Finds the paragraphs of blocks in the template."""

    def __init__(self, evidence: TemplateEvidence, blocks: Sequence[Block]) -> None:
        self._stories = Stories(evidence)
        self._used: set[str] = set()
        by_story: dict[StoryBytes, set[str]] = {}
        for path in (path for block in blocks for path in block.paths):
            story = self._stories.of(path)
            if story is not None:
                by_story.setdefault(story, set()).add(path)
        for story, paths in by_story.items():
            story.find(paths)

    def of(self, block: Block) -> "Iterator[Repeated]":
        """Yield the paragraphs that ``block`` repeats; raises ``Misfit`` where it cannot."""
        if not block.is_lines:
            raise Misfit("its id, kind, extent or places are none of a block of lines")
        if block.copies < 2:
            raise Misfit("it has no copies")
        if block.end - block.start != len(block.text) or not is_placeholder(block.text, block.name):
            raise Misfit("its text is not the placeholder of its name")
        for path in block.paths:
            if path in self._used:
                raise Misfit("another block repeats the same paragraph")
            self._used.add(path)
            repeated, text = self._at(path)
            if not block.start >= 0 or not text.startswith(block.text, block.start):
                raise Misfit("the template has no such placeholder there")
            if (text[: block.start] + text[block.end :]).strip() or not repeated.holds_text_alone():
                raise Misfit("its placeholder does not stand alone in its paragraph")
            yield repeated

    def _at(self, path: str) -> "tuple[Repeated, str]":
        """Return the only paragraph at ``path`` and its text."""
        story = self._stories.of(path)
        found = self._stories.on_trees(path) if story is None else story.paragraphs(path)
        if len(found) != 1:
            raise Misfit("its place leads to no paragraph, or to several")
        reading: ByteParagraph = found[0].reading
        if story is not None and story.plain is not None:
            start = story.content.rindex(b"<", 0, found[0].where.offset)
            element = parsed_paragraph(
                story.content[start : spans_in(story.content, start)[0].end], story.plain
            )
            return Repeated(story, element, start, names_of(story.plain.namespace)), reading.text
        [(element, flow)] = self._stories.addresses.paragraphs(path)
        part = self._stories.holding(flow)
        start = self._stories.map_of(part)[element].start
        return Repeated(part, element, start, flow.names), reading.text


class Shifts:
    """Where paragraphs of the template stand once blocks before them in their container are repeated."""

    def __init__(self, blocks: Iterable[Block]) -> None:
        by_container: dict[str, dict[int, int]] = {}
        for block in blocks:
            for path in block.paths:
                container, number = _parted(path)
                by_container.setdefault(container, {})[number] = block.copies - 1
        self._numbers = {container: sorted(extra) for container, extra in by_container.items()}
        self._extra = {
            container: list(accumulate((by_container[container][each] for each in numbers), initial=0))
            for container, numbers in self._numbers.items()
        }

    def result(self, path: str, copy: int = 0) -> str:
        """Return the address in the result of a paragraph of the template, or of its copy."""
        if not self._numbers:
            return path
        container, number = _parted(path)
        numbers = self._numbers.get(container)
        if numbers is None:
            return path
        return f"{container}p{number + self._extra[container][bisect_left(numbers, number)] + copy}"

    def ends(self, block: Block) -> tuple[str, str]:
        """Return the addresses of the first and the last copy of a block."""
        return self.result(block.path), self.result(block.path, block.copies - 1)


_MOST_DIGITS = 9


def _parted(path: str) -> tuple[str, int]:
    """Return what the address of a paragraph begins with, and its number; -1 for what is no address."""
    container, _, digits = path.rpartition("p")
    number = int(digits) if digits.isdecimal() and len(digits) <= _MOST_DIGITS else -1
    # A place has one address: no zeros before a number, no digits of other scripts.
    return (container, number) if digits == str(number) else (path, -1)


class _Entries:
    """Places entries in the expanded template; each copy of a block is to be filled by one entry."""

    def __init__(self, blocks: Sequence[Block], shifts: Shifts) -> None:
        self._blocks = {block.path: block for block in blocks}
        self._repeated = {path for block in blocks for path in block.paths}
        self._left = {block.place: set(range(block.copies)) for block in blocks}
        self._shifts = shifts

    def placed(self, entry: Replacement) -> Replacement:
        """Return ``entry`` with its place in the expanded template, or raise ``Misfit``."""
        if not self._blocks:
            return self._without_blocks(entry)
        path, copy = entry.paragraph_path, 0
        block = self._blocks.get(path)
        if block is not None:
            copy = self._copy_of(entry, block)
        elif entry.copy or not self._repeated.isdisjoint((path, *entry.mirrored_at)):
            raise Misfit("its copy is not one of a block at its place")
        result = self._shifts.result(path, copy)
        if entry.result_path != result:
            raise Misfit("its result_path is not where its paragraph stands in the result")
        if not entry.run_id.startswith(path):
            raise Misfit("its run_id is no run of its paragraph_path")
        return entry._replace(
            paragraph_path=result,
            run_id=result + entry.run_id[len(path) :],
            mirrored_at=tuple([self._shifts.result(mirror, copy) for mirror in entry.mirrored_at]),
        )

    def placed_inside(self, entry: InlineReplacement) -> InlineReplacement:
        """Return ``entry`` with its place in the expanded template, or raise ``Misfit``.

        The paragraphs that blocks repeat hold no texts inside them.
        """
        (path, inside), mirrors, replacement = entry
        if not self._blocks:
            self._without_blocks(replacement)
            return entry
        if replacement.copy or not self._repeated.isdisjoint((path, *(mirror for mirror, _ in mirrors))):
            raise Misfit("its paragraph is repeated by a block")
        result = self._shifts.result(path)
        if replacement.result_path != f"{result}:{inside}":
            raise Misfit("its result_path is not where it stands in the result")
        run_id = replacement.run_id
        # Such a text need not lie in a run.
        if run_id and not run_id.startswith(path):
            raise Misfit("its run_id is no run of its paragraph")
        others = tuple((self._shifts.result(mirror), text) for mirror, text in mirrors)
        return InlineReplacement(
            (result, inside),
            others,
            replacement._replace(
                paragraph_path=f"{result}:{inside}",
                run_id=run_id and result + run_id[len(path) :],
                mirrored_at=tuple(f"{mirror}:{text}" for mirror, text in others),
            ),
        )

    @staticmethod
    def _without_blocks(entry: Replacement) -> Replacement:
        if entry.copy or entry.result_path is not None:
            raise Misfit("it names a copy or a place in the result, but the log has no blocks")
        return entry

    def _copy_of(self, entry: Replacement, block: Block) -> int:
        if len(entry.copy) != 1 or entry.copy[0][0] != block.number:
            raise Misfit("its copy is not one of the block at its place")
        copy = entry.copy[0][1]
        if copy not in self._left[block.place]:
            raise Misfit("the block has no such copy, or another entry fills it")
        own = entry.start, entry.end, entry.field_name, entry.mirrored_at
        if own != (block.start, block.end, block.name, block.mirrored_at):
            raise Misfit("it is not about the placeholder of its block")
        self._left[block.place].remove(copy)
        return copy

    def blocks_not_filled(self) -> list[int]:
        """Return the numbers of the blocks that have copies without an entry."""
        return [number for number, left in self._left.items() if left]
