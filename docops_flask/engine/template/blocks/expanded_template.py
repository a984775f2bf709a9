"""The expanded template of language 2: opened again, with where each paragraph comes from.

All that follows works on it as on any template. Its addresses are those of the result; the origins lead back.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from docops_flask.engine.document.document import Document, ParagraphPlace, StoryPart
from docops_flask.engine.document.edits import AddLists, Edit, EditedPart, written_parts
from docops_flask.engine.document.open import reopen_document
from docops_flask.engine.document.walk import separate_mirrors
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.xml_part import encoding_of, recoded
from docops_flask.engine.template.blocks.block_addresses import covered_by, vanished_of
from docops_flask.engine.template.blocks.chunks import Chunk
from docops_flask.engine.template.blocks.expansion import BlockLayouts, BlockOutcome, ExpandedPart, Span
from docops_flask.engine.template.blocks.folds import PartFolds
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.layout_items import CellTexts
from docops_flask.engine.template.blocks.pieces import piece_path, result_path
from docops_flask.engine.template.blocks.scopes import Scope
from docops_flask.engine.template.blocks.tag_sites import TagSite
from docops_flask.engine.template.blocks.template_structure import PartStructure
from docops_flask.engine.template.conditions import Value
from docops_flask.engine.template.places.found import OtherPart

# Returns which copies are left out of a part with these spans, ``None`` for none.
Fold = Callable[[StoryPart, Sequence[Span]], PartFolds | None]


class CopyOrigin(NamedTuple):
    """Where a paragraph of the expanded template comes from: its paragraph in the template and its copy."""

    place: ParagraphPlace
    frame: Frame


class BlockEntry(NamedTuple):
    """What the replace log says of a block in one copy of those around it.

    Paths are those of the template, ``result_first`` and ``result_last`` those of the result, ``None`` where
    nothing stands there. Blocks that mirror another have no entries. ``missing`` is the path of a value that
    is not given, without the payload's ``$.``.
    """

    found: FoundBlock
    inside: list[list[int]]
    status: str
    first: str | None
    last: str | None
    copies: int
    branch: str | None
    dropped: list[tuple[str, str]]
    result_first: str | None
    result_last: str | None
    missing: str | None

    def as_dict(self, members: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Return the entry as the log has it; ``members`` are those of another entry of the same block."""
        return {
            **(members or self._members_of_block()),
            "inside": self.inside,
            "status": self.status,
            "copies": self.copies,
            "branch": self.branch,
            "dropped": [{"path": path, "reason": reason} for path, reason in self.dropped],
            "result_from": self.result_first,
            "result_to": self.result_last,
        }

    def _members_of_block(self) -> dict[str, Any]:
        """Return what all entries of a block have, in the order of the log, with room for the rest."""
        found = self.found
        return {
            "id": found.number,
            "kind": found.kind,
            "name": found.name,
            "extent": found.extent,
            "inside": None,
            "start": place_of_tag(found.start),
            "end": place_of_tag(found.end),
            "dividers": [place_of_tag(each) for each in found.dividers],
            **({"mirrored_at": [each.start.place.path for each in found.mirrors]} if found.mirrors else {}),
            "status": None,
            "from": self.first,
            "to": self.last,
        }


class ExpandedTemplate:
    """A template with its blocks expanded for one payload."""

    def __init__(  # noqa: PLR0917, called once
        self,
        document: Document,
        layouts: BlockLayouts,
        payload: Mapping[str, Value],
        limits: Limits,
        fold: Fold | None = None,
        cells: CellTexts | None = None,
    ) -> None:
        """Raise ``TemplateLimitExceeded`` where the result would be too large.

        What ``fold`` says is left out of ``document``; ``cells`` tells the texts of cells that are merged.
        """
        expanded = layouts.expanded(payload, limits, cells)
        # By the name of the part, what is left out of it.
        self.folds: dict[str, PartFolds] = {}
        for each in expanded.parts:
            folds = None if fold is None else fold(each.part, each.spans)
            if folds is not None:
                self.folds[each.part.name] = folds
        limits = limits._replace(
            table_cells=limits.table_cells - sum(each.cells for each in self.folds.values())
        )
        parts = {each.part: each for each in expanded.parts}
        structures = {each.part: each for each, _ in layouts.layouts}
        contents = {part: _contents(each, self.folds.get(part.name)) for part, each in parts.items()}
        texts: dict[EditedPart, bytes] = {part: b"".join(each) for part, each in contents.items()}
        self.document = reopen_document(document, texts, limits) if texts else document
        # The names of the parts that are not the template's.
        self.changed = {part.name for part, text in texts.items() if text != part.content}
        self.added_lists = expanded.lists.added
        self.added_notes = expanded.notes.added
        # What is written into other parts, as edits of the template's bytes.
        self.other_edits: list[Edit] = []
        numbering = document.related.name("numbering")
        if self.added_lists and numbering is not None:
            written = document.related.content("numbering")
            encoding = encoding_of(written, numbering)
            part = OtherPart(numbering, recoded(written, encoding), encoding)
            self.other_edits.append(Edit(part, *expanded.lists.splice(part.content), AddLists(numbering)))
            content = written_parts(self.other_edits)[numbering]
            related = document.related.with_content("numbering", content)
            self.document = self.document._replace(related=related)
        self.origins: dict[ParagraphPlace, CopyOrigin] = {}
        self.root = Frame(Scope(payload))
        self._maps: dict[str, _PartMap] = {}
        self.blocks: list[BlockEntry] = []
        for before, after in zip(document.parts, self.document.parts, strict=True):
            if before not in parts:
                pairs = zip(after.paragraphs, before.paragraphs, strict=True)
                self.origins.update((new, CopyOrigin(old, self.root)) for new, old in pairs)
                continue
            part_map = self._maps[before.name] = _PartMap(parts[before], contents[before])
            self.origins.update(part_map.origins(before, after))
            folds = self.folds.get(before.name)
            if folds is not None:
                folds.place(after, part_map.starts)
            self.blocks += _entries(parts[before], structures[before], part_map, after, folds)
        separate_mirrors(self.document.walk, self._are_mirrors)

    def _are_mirrors(self, place: ParagraphPlace, mirror: ParagraphPlace) -> bool:
        """Say whether paragraphs that read the same come from mirrors, in the same copy."""
        one, other = self.origins[place], self.origins[mirror]
        return other.place in one.place.mirrors and (
            (one.frame.copies, one.frame.is_kept) == (other.frame.copies, other.frame.is_kept)
        )

    def frame_at(self, place: ParagraphPlace, at: int) -> Frame:
        """Return the copy that the byte ``at`` of a part belongs to, which lies in ``place``."""
        part_map = self._maps.get(place.part.name)
        return self.root if part_map is None else part_map.frame_at(at)

    def span_at(self, part: StoryPart, at: int) -> tuple[Chunk, int, Frame] | None:
        """Return the chunk that holds the byte ``at`` of a part, where it begins, and its copy.

        ``None`` stands for a part without blocks.
        """
        part_map = self._maps.get(part.name)
        return None if part_map is None else part_map.span_at(at)

    def source_at(self, part: StoryPart, at: int) -> tuple[Frame, int]:
        """Return copy and byte of the template that the byte ``at`` of a part is; -1 for a new one."""
        part_map = self._maps.get(part.name)
        return (self.root, at) if part_map is None else part_map.source_at(at)

    def missing(self) -> Iterator[BlockEntry]:
        """Yield the entries of blocks whose value is not given and has to be."""
        return (each for each in self.blocks if each.missing is not None)


def _contents(expanded: ExpandedPart, folds: PartFolds | None) -> list[bytes]:
    """Return the bytes of the spans of a part, nothing for those that are left out."""
    if folds is None:
        return [span.chunk.content for span in expanded.spans]
    left_out = folds.left_out
    return [b"" if number in left_out else span.chunk.content for number, span in enumerate(expanded.spans)]


class _PartMap:
    """Leads from the bytes of an expanded part to the copies and the bytes of the template."""

    def __init__(self, expanded: ExpandedPart, contents: Sequence[bytes]) -> None:
        """``contents`` are the bytes of its spans."""
        self._spans = expanded.spans
        self.starts = list(accumulate(map(len, contents), initial=0))

    def frame_at(self, at: int) -> Frame:
        """Return the copy that a byte of the result belongs to."""
        return self._spans[bisect_right(self.starts, at) - 1].frame

    def span_at(self, at: int) -> tuple[Chunk, int, Frame]:
        """Return the chunk that holds a byte of the result, where it begins, and its copy."""
        number = bisect_right(self.starts, at) - 1
        chunk, frame = self._spans[number]
        return chunk, self.starts[number], frame

    def source_at(self, at: int) -> tuple[Frame, int]:
        """Return the copy that a byte of the result belongs to, and the byte of the template."""
        number = bisect_right(self.starts, at) - 1
        chunk, frame = self._spans[number]
        return frame, chunk.in_template(at - self.starts[number])

    def in_template(self, at: int) -> int:
        """Return the byte of the template that a byte of the result is; -1 for one that is new."""
        number = bisect_right(self.starts, at) - 1
        return self._spans[number].chunk.in_template(at - self.starts[number])

    def origins(self, before: StoryPart, after: StoryPart) -> Iterator[tuple[ParagraphPlace, CopyOrigin]]:
        """Yield the paragraphs of the result with their origins."""
        places = {place.start: place for place in before.paragraphs}
        for place in after.paragraphs:
            source = places.get(self.in_template(place.start), before.paragraphs[0])
            yield place, CopyOrigin(source, self.frame_at(place.start))


def _entries(
    expanded: ExpandedPart,
    structure: PartStructure,
    part_map: _PartMap,
    after: StoryPart,
    folds: PartFolds | None,
) -> Iterator[BlockEntry]:
    places = {place.start: place for place in structure.part.paragraphs}
    starts = [place.start for place in after.paragraphs]
    vanished = vanished_of(structure, places)
    covered: dict[int, tuple[str, str]] = {}
    for outcome in expanded.outcomes:
        found = outcome.found
        if found.is_mirror:
            continue
        paths = covered.get(found.number)
        if paths is None:
            paths = covered[found.number] = covered_by(found, places)
        first, last = paths
        dropped = [] if outcome.status == "missing" else [*vanished.get(found.number, ())]
        for drop in outcome.dropped:
            path = piece_path(drop.piece, places)
            if path is not None:
                dropped.append((path, drop.reason))
        stands = _standing(outcome, part_map, starts, after, paths, folds)
        decision = outcome.decision
        missing = None
        if decision.is_missing and decision.resolved is not None:
            missing = decision.resolved.path.removeprefix("$.")
        yield BlockEntry(
            found, outcome.frame.copies, outcome.status, first, last, outcome.copies, outcome.branch, dropped,
            *stands, missing,
        )  # fmt: skip


def _standing(  # noqa: PLR0917, as ``_standing_folded``
    outcome: BlockOutcome,
    part_map: _PartMap,
    starts: Sequence[int],
    after: StoryPart,
    paths: tuple[str, str],
    folds: PartFolds | None,
) -> tuple[str | None, str | None]:
    """Return the addresses in the result of the first and the last piece of a block."""
    if folds is not None and not outcome.found.is_inline:
        return _standing_folded(outcome, part_map, starts, after, paths, folds)
    first, last = part_map.starts[outcome.first], part_map.starts[outcome.last]
    if first == last:
        return None, None
    if outcome.found.is_inline:
        path = after.paragraphs[bisect_right(starts, first) - 1].path
        path = path if folds is None else folds.shifted(path)
        return path, path
    low, high = bisect_left(starts, first), bisect_left(starts, last)
    if low == high:
        return None, None
    story = after.paragraphs[low].path.rpartition("/")[0]
    while after.paragraphs[high - 1].path.rpartition("/")[0] != story:
        high -= 1
    return result_path(after.paragraphs[low].path, paths[0]), result_path(
        after.paragraphs[high - 1].path, paths[1]
    )


def _standing_folded(  # noqa: PLR0917, as ``_standing``
    outcome: BlockOutcome,
    part_map: _PartMap,
    starts: Sequence[int],
    after: StoryPart,
    paths: tuple[str, str],
    folds: PartFolds,
) -> tuple[str | None, str | None]:
    """Do as ``_standing`` for a block, not an inline one, in a part with folds."""

    def paths_in(number: int) -> Sequence[str]:
        if number in folds.left_out:
            return folds.first_path(number), folds.last_path(number)
        low, high = (bisect_left(starts, at) for at in part_map.starts[number : number + 2])
        return [folds.shifted(each.path) for each in after.paragraphs[low:high]]

    for number in range(outcome.first, outcome.last):
        if found := paths_in(number):
            break
    else:
        return None, None
    first = last = found[0]
    story = first.rpartition("/")[0]
    for number in range(outcome.last - 1, outcome.first - 1, -1):
        own = [path for path in paths_in(number) if path.rpartition("/")[0] == story]
        if own:
            last = own[-1]
            break
    return result_path(first, paths[0]), result_path(last, paths[1])


def place_of_tag(site: TagSite) -> dict[str, Any]:
    """Return the place of a tag as the log has it."""
    return {
        "paragraph_path": site.address or site.place.path,
        "start": site.start,
        "end": site.end,
        "text": site.placed.text,
    }
