"""Where the entries of a log stand in the expanded template: told by their copy and bytes of the template."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping, Sequence

from docops_flask.engine.integrity.block_claims import Block
from docops_flask.engine.integrity.byte_stories import Stories, StoryBytes, TemplateEvidence
from docops_flask.engine.integrity.claims import Claims, InlineReplacement, Replacement
from docops_flask.engine.integrity.expansion.addresses import ReadText, StoryAddresses
from docops_flask.engine.integrity.expansion.emission import WrittenPart
from docops_flask.engine.integrity.expansion.log_blocks import Copies
from docops_flask.engine.integrity.expansion.misfits import Misfit, unaccounted
from docops_flask.engine.integrity.expansion.paragraphs import Paragraph, PartText, Tag
from docops_flask.engine.integrity.expansion.placed_places import PlacedPlaces
from docops_flask.engine.integrity.expansion.structure import PartBlocks
from docops_flask.engine.integrity.verdict import Unaccounted

_RUN = re.compile(rb"<(/?)(?:[^\s<>/:!?]+:)?r(?=[\s/>])[^<>]*>")
_MOST_DIGITS = 9


class PlacedPart:
    """A part before and after its blocks were expanded; ``written`` is ``None`` where none lie in it."""

    def __init__(
        self, before: PartText, written: WrittenPart | None, story: StoryBytes, addresses: StoryAddresses
    ) -> None:
        """``story`` is the expanded part."""
        self.before = before
        self.written = written
        self._story = story
        self.content = story.content
        # Paragraphs may have others in them.
        self.has_boxes = b"txbxContent" in self.content
        self._addresses = addresses
        self._paragraphs = addresses.of(story)
        self.starts = [each.start for each in self._paragraphs]
        self.paths = [each.path for each in self._paragraphs]
        self._read: dict[int, ReadText] = {}
        self._runs: dict[int, list[int]] = {}
        # By copy, the bytes of the template that stand there: first and last, span, offset in its chunk.
        self._ranges: dict[Copies, list[tuple[int, int, int, int]]] = {}
        folds = None if written is None else written.folds
        left_out = () if folds is None else folds.left_out
        self._shown = None if folds is None else folds.shown
        spans = () if written is None else written.spans
        for number in sorted({*range(len(spans))}.difference(left_out)):
            chunk, frame = spans[number]
            if not frame.is_kept:
                ranges = self._ranges.setdefault(frame.copies, [])
                ranges += [(first, last, number, offset) for first, last, offset in chunk.ranges]
        for ranges in self._ranges.values():
            if len(ranges) > 1:
                ranges.sort()

    def shown(self, path: str) -> str:
        """Return the address in the result of a paragraph that the part as it is read has at ``path``."""
        return path if self._shown is None else self._shown(path)

    def position(self, at: int, copies: Copies) -> int | None:
        """Return where a byte of the template stands in a copy; ``None`` where it does not."""
        written = self.written
        if written is None:
            return at if not copies else None
        ranges = self._ranges.get(copies, ())
        found = bisect_right(ranges, at, key=_first) - 1 if len(ranges) > 1 else len(ranges) - 1
        if found < 0:
            return None
        first, last, number, offset = ranges[found]
        return written.position(number, offset + at - first) if first <= at < last else None

    def read(self, number: int) -> ReadText:
        """Return the text of a paragraph of the expanded part."""
        if number not in self._read:
            self._read[number] = self._addresses.read(self._story, self._paragraphs[number])
        return self._read[number]

    def runs(self, number: int) -> list[int]:
        """Return where the runs of a paragraph of the expanded part begin."""
        if number not in self._runs:
            start = self.starts[number]
            end = self.starts[number + 1] if number + 1 < len(self.starts) else len(self._story.content)
            self._runs[number] = _runs_in(self._story.content, start, end)
        return self._runs[number]

    def first_from(self, at: int) -> int:
        """Return the number of the first paragraph that begins at a byte of the expanded part or later."""
        return bisect_left(self.starts, at)

    def paragraph_around(self, at: int) -> int:
        """Return the number of the last paragraph that begins at a byte of the expanded part or before."""
        return bisect_right(self.starts, at) - 1


def _first(found: tuple[int, int, int, int]) -> int:
    return found[0]


class Place:
    """A character of the template's paragraph ``of``: its byte, and the number of its run.

    ``before`` are the characters of tags before it that stand in no copy; -1 where that depends on the copy.
    """

    __slots__ = ("at", "before", "of", "part", "run")

    def __init__(self, part: PlacedPart, of: Paragraph, start: int, cuts: "Cuts") -> None:
        """Raise ``Misfit`` where the paragraph has no such character."""
        bytes_of = of.reading.bytes_of(start, start + 1) if start >= 0 else ()
        if not bytes_of:
            raise Misfit("the template has no such placeholder there", "log_entry")
        self.part = part
        self.of = of
        self.at = bytes_of[0][0]
        self.run = of.reading.run_at(start)
        self.before = cuts.before(part.before.name, of, start)


class Cuts:
    """The tags that are cut out of the paragraphs of the template."""

    def __init__(self, blocks: Mapping[str, PartBlocks]) -> None:
        self._tags: dict[tuple[str, int], list[Tag]] = {}
        self._unsteady: set[tuple[str, int]] = set()
        for name, found in blocks.items():
            for tag in found.tags:
                self._tags.setdefault((name, tag.paragraph.start), []).append(tag)
            for block in found.blocks:
                for tag in block.tags or (block.start,):
                    # Runs are parted around it, or it is seen where its block stays as it is.
                    if block.is_inline or not block.first <= tag.first < block.last:
                        self._unsteady.add((name, tag.paragraph.start))

    def parts_runs(self, name: str, of: Paragraph) -> bool:
        """Say whether the runs of a paragraph may have other numbers in a copy."""
        return (name, of.start) in self._unsteady

    def before(self, name: str, of: Paragraph, start: int) -> int:
        """Return how many characters before ``start`` go; -1 where that depends on the copy."""
        key = name, of.start
        if key in self._unsteady:
            return -1
        return sum(tag.end - tag.start for tag in self._tags.get(key, ()) if tag.start < start)


class Placing:
    """Places entries in the expanded template."""

    def __init__(
        self,
        parts: Sequence[PartText],
        written: Mapping[str, WrittenPart],
        blocks: Mapping[str, PartBlocks],
        evidence: TemplateEvidence,
    ) -> None:
        """``blocks`` are by part; ``evidence`` is of the expanded template."""
        stories = Stories(evidence)
        addresses = StoryAddresses(stories)
        by_name = {story.story.part: story for story in stories.all()}
        self.parts: dict[str, PlacedPart] = {}
        self._by_path: dict[str, tuple[PlacedPart, Paragraph]] = {}
        self._cuts = Cuts(blocks)
        self.places = PlacedPlaces({part.name: part.content for part in parts}, written)
        for part in parts:
            if part.name in written or b"txbxContent" in part.content:
                placed = PlacedPart(part, written.get(part.name), by_name[part.name], addresses)
                self.parts[part.name] = placed
                for paragraph in part.paragraphs.values():
                    self._by_path.setdefault(paragraph.path, (placed, paragraph))
        self._places: dict[tuple[str, int], Place] = {}

    def knows(self, path: str) -> bool:
        """Say whether a paragraph of the template lies in a part that may differ in the expanded one."""
        return path in self._by_path

    def shown(self, of: str, path: str) -> str:
        """Return the address in the result of what has ``path`` in the expanded template as it is read.

        It comes from the paragraph ``of`` of the template.
        """
        return self._by_path[of][0].shown(path) if of in self._by_path else path

    def _place(self, path: str, start: int) -> Place:
        known = self._places.get((path, start))
        if known is None:
            known = Place(*self._by_path[path], start, self._cuts)
            self._places[path, start] = known
        return known

    def placed(self, path: str, start: int, copies: Copies) -> tuple[str, int, int | None, int | None]:
        """Return where a character of the template's paragraph ``path`` stands in a copy.

        That is: address, character, run there, run in the template. Raises ``Misfit`` where it does not.
        """
        if path not in self._by_path:
            if copies:
                raise Misfit("its copy is not one of a block at its place", "log_entry")
            return path, start, None, None
        place = self._place(path, start)
        part = place.part
        at = part.position(place.at, copies)
        number = -1 if at is None else self._number(part, place.of, copies, at)
        if at is None or number < 0:
            raise Misfit("it does not stand in such a copy", "log_entry")
        if place.before >= 0:
            return part.paths[number], start - place.before, place.run, place.run
        found = part.read(number).character_at(at)
        if found is None:
            raise Misfit("it does not stand in such a copy", "log_entry")
        return part.paths[number], *found, place.run

    def run_in(self, path: str, run: str, copies: Copies) -> str:
        """Return the number in a copy of a run (``:r1``) of the template's paragraph ``path``."""
        known = self._by_path.get(path)
        if known is None or not self._cuts.parts_runs(known[0].before.name, known[1]):
            return run
        part, of = known
        runs = _runs_in(part.before.content, of.start, of.element.end)
        number = run.removeprefix(":r")
        at = None
        if number.isdecimal() and len(number) < _MOST_DIGITS and int(number) < len(runs):
            at = part.position(runs[int(number)], copies)
        if at is None:
            raise Misfit("its run does not stand in such a copy", "log_entry")
        paragraph = self._number(part, of, copies, at)
        if part.has_boxes:
            return f":r{len(_runs_in(part.content, part.starts[paragraph], at))}"
        return f":r{bisect_left(part.runs(paragraph), at)}"

    @staticmethod
    def _number(part: PlacedPart, of: Paragraph, copies: Copies, at: int) -> int:
        """Return the number of the paragraph of the expanded part that holds the byte ``at``.

        It is a copy of the template's paragraph ``of``, in which a text box may have paragraphs of its own.
        """
        if part.has_boxes:
            for count in range(len(copies), -1, -1):
                start = part.position(of.start, copies[:count])
                if start is not None:
                    return part.paragraph_around(start)
        return part.paragraph_around(at)

    def paragraph_in(self, path: str, copies: Copies) -> str:
        """Return the address of a paragraph in a copy, which may be one of a block inside the paragraph."""
        if path not in self._by_path:
            return path
        part, of = self._by_path[path]
        for count in range(len(copies), -1, -1):
            at = part.position(of.start, copies[:count])
            if at is not None:
                return part.paths[part.paragraph_around(at)]
        raise Misfit("its paragraph does not stand in such a copy", "log_entry")


def _runs_in(content: bytes, start: int, end: int) -> list[int]:
    """Return where the runs of a paragraph begin, those inside others left out."""
    found: list[int] = []
    depth = 0
    for match in _RUN.finditer(content, start, end):
        if match[1]:
            depth -= 1
            continue
        if not depth:
            found.append(match.start())
        depth += not match[0].endswith(b"/>")
    return found


class PlacedClaims:
    """The claims with places in the expanded template; ``misfits`` are those that have none."""

    def __init__(self, claims: Claims, placing: Placing) -> None:
        self._placing = placing
        self.misfits: list[Unaccounted] = []
        self._lines = {block.number for block in claims.blocks}
        self._has_lines = bool(claims.blocks)
        lines = [*self._placed_lines(claims.blocks)]
        replacements = []
        for entry in claims.replacements:
            try:
                replacements.append(self._replacement(entry))
            except Misfit as misfit:
                self.misfits.append(unaccounted(f"$.entries[{entry.place}]", misfit))
        inline = []
        for inside in claims.inline:
            try:
                inline.append(self._inline(inside))
            except Misfit as misfit:
                self.misfits.append(unaccounted(f"$.entries[{inside.replacement.place}]", misfit))
        places = []
        for place in claims.places:
            try:
                places.append(placing.places.placed(place))
            except Misfit as misfit:
                self.misfits.append(unaccounted(f"$.entries[{place.place}]", misfit))
        self.claims = claims._replace(
            replacements=tuple(replacements),
            places=tuple(places),
            inline=tuple(inline),
            blocks=tuple(lines),
            entries_of_blocks=(),
        )

    def _placed_lines(self, blocks: Sequence[Block]) -> Iterator[Block]:
        starts: dict[int, tuple[str, int]] = {}
        for block in blocks:
            try:
                if starts.setdefault(block.number, (block.path, block.start)) != (block.path, block.start):
                    raise Misfit("another block has its id")
                path, start, _, _ = self._placing.placed(block.path, block.start, block.inside)
                mirrors = [
                    self._placing.placed(each, block.start, block.inside)[0] for each in block.mirrored_at
                ]
            except Misfit as misfit:
                self.misfits.append(unaccounted(f"$.blocks[{block.place}]", misfit, "block_entry"))
                continue
            yield block._replace(
                path=path, start=start, end=start + block.end - block.start, mirrored_at=tuple(mirrors)
            )

    def _copies(self, entry: Replacement) -> tuple[Copies, Copies]:
        """Return the copies of blocks of an entry, and that of lines."""
        if entry.copy and entry.copy[-1][0] in self._lines:
            return entry.copy[:-1], entry.copy[-1:]
        return entry.copy, ()

    def _replacement(self, entry: Replacement) -> Replacement:
        copies, line = self._copies(entry) if self._has_lines else (entry.copy, ())
        path, start, run, own_run = self._placing.placed(entry.paragraph_path, entry.start, copies)
        if run is None:
            run_id = entry.run_id
        else:
            if entry.run_id != f"{entry.paragraph_path}:r{own_run}":
                raise Misfit("its run_id is not the run of its placeholder", "log_entry")
            run_id = f"{path}:r{run}"
        mirrors = entry.mirrored_at
        if mirrors:
            mirrors = tuple([self._placing.placed(each, entry.start, copies)[0] for each in mirrors])
        if not self._has_lines and entry.result_path != self._placing.shown(entry.paragraph_path, path):
            raise Misfit("its result_path is not where its paragraph stands in the result", "log_entry")
        end = start + entry.end - entry.start
        return Replacement(
            entry.place, path, run_id, start, end, entry.field_name, entry.original_text, entry.new_text,
            mirrors, line, entry.result_path, entry.payload_path, entry.picture, entry.drawing,
            entry.code,
        )  # fmt: skip

    def _inline(self, entry: InlineReplacement) -> InlineReplacement:
        (path, _), mirrors, replacement = entry
        placing = self._placing
        found = placing.paragraph_in(path, replacement.copy)
        # A block in the paragraph may stand several times, each with such a text: the result tells which.
        shown = (replacement.result_path or "").rpartition(":")[2]
        others = tuple((placing.paragraph_in(each, replacement.copy), shown) for each, _ in mirrors)
        if not self._has_lines and replacement.result_path != f"{placing.shown(path, found)}:{shown}":
            raise Misfit("its result_path is not where it stands in the result", "log_entry")
        run_id = replacement.run_id
        if run_id and not run_id.startswith(path):
            raise Misfit("its run_id is no run of its paragraph", "log_entry")
        run = run_id and placing.run_in(path, run_id[len(path) :], replacement.copy)
        placed = replacement._replace(
            paragraph_path=f"{found}:{shown}",
            run_id=run and found + run,
            mirrored_at=tuple(f"{mirror}:{text}" for mirror, text in others),
            copy=(),
        )
        return InlineReplacement((found, shown), others, placed)
