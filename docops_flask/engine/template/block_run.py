"""A template with blocks, expanded for one payload: its tags with their copies and their values.

Two expansions follow each other: that of blocks, then that of values whose lines become paragraphs. All that
comes later works on the second document; what is kept here leads back to the template.
"""

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.artefacts import OutputBudget
from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.edits import Edit, written_parts
from docops_flask.engine.document.walk import separate_mirrors
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.xml_part import encoded
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.blocks.expanded_template import ExpandedTemplate
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.remarks import remarks_in
from docops_flask.engine.template.copied_values import CopiedValues
from docops_flask.engine.template.expansion import Expansion, expand
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.lines import find_lines
from docops_flask.engine.template.places.found import NO_PLACES, PlaceScan
from docops_flask.engine.template.scan import BracketedParagraph, scan_document
from docops_flask.engine.template.tag_bytes import byte_of
from docops_flask.engine.template.tag_meaning import TagMeanings
from docops_flask.engine.template.tag_reader import CopiedTags, TagReader
from docops_flask.engine.template.tag_scan import find_tags
from docops_flask.engine.template.template_tags import TemplateTag

if TYPE_CHECKING:
    from docops_flask.engine.template.pictures.given import GivenPictures
    from docops_flask.engine.template.places.reading import Place

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER


class LinesPlace(NamedTuple):
    """A paragraph of the template that stands once for each line, in one copy of the blocks around.

    ``first`` and ``last`` are its addresses in the result.
    """

    tag: TemplateTag
    frame: Frame
    number: int
    copies: int
    first: str
    last: str


class BlockRun:
    """A template expanded for one payload.

    ``document`` and ``scan`` are of the result before it is filled, ``values`` what its tags get. ``tags``
    are, by paragraph, those of its own text and, behind them, those of the texts inside it;
    ``template_faults`` are those of the template that cannot be filled. ``expanded`` is
    the expansion of blocks; ``lines`` are the paragraphs that stand once for each line of a value; ``places``
    are the tags outside paragraphs.
    """

    def __init__(  # noqa: PLR0917, called once
        self,
        meanings: TagMeanings,
        expanded: ExpandedTemplate,
        values: CopiedValues,
        skill: Skill,
        limits: Limits,
        by_byte: Mapping[str, Mapping[int, TemplateTag]] | None = None,
    ) -> None:
        """Raise ``TemplateLimitExceeded`` where the result would be too large.

        ``by_byte`` are the tags of the template by part and byte where they are known.
        """
        assert meanings.structure is not None
        self.meanings = meanings
        self.expanded = expanded
        self.lines: list[LinesPlace] = []
        self.places = NO_PLACES
        # By the address of a place outside paragraphs: its address in the template, its copy.
        self.place_copies: dict[str, tuple[str, Frame]] = {}
        # The pictures of its tags, once they are read.
        self.pictures: GivenPictures | None = None
        self._collected = values
        reader = TagReader(meanings, expanded, values, by_byte)
        self.scan = reader.read(scan_document(expanded.document, find_tags))
        self.tags: dict[ParagraphPlace, CopiedTags] = reader.tags
        self.template_faults = reader.faults
        # Part and text of tags outside the paragraphs' own texts that stay in blocks that stay as they are.
        self.left = reader.left
        self.document = expanded.document
        for _, found in meanings.places.all_found():
            if found.kind is _PLACEHOLDER:
                values.take_root(found.name)
        self.values = values.finished()
        OutputBudget(limits.output_bytes).spend(values.size)
        self._expansion: Expansion | None = None
        if values.has_lines and not values.errors:
            self._expand_lines(skill, limits)

    def _expand_lines(self, skill: Skill, limits: Limits) -> None:
        """Have paragraphs for the lines of values that stand alone in theirs."""
        structure = self.meanings.structure
        assert structure is not None
        cut = {site.place for block in structure.blocks if block.is_inline for site in block.sites}
        copies = sum(each.copies for each in self.expanded.blocks)
        alone = [
            each
            for each in self.scan.paragraphs
            if self.expanded.origins[each.place].place not in cut and not each.inline
        ]
        scan = self.scan._replace(paragraphs=alone)
        blocks = find_lines(self.document.walk, scan, skill, self.values, limits, copies)
        if not blocks:
            return
        expansion = self._expansion = expand(self.document, blocks, limits)
        origins = expansion.origins
        separate_mirrors(
            expansion.document.walk,
            lambda place, mirror: origins[mirror].place in origins[place].place.mirrors,
        )
        first = len(structure.blocks) + len(remarks_in(structure))
        numbers: dict[TemplateTag, int] = {}
        for each, result_from, result_to in expansion.blocks:
            [tag], [frame], _ = self.tags[each.place]
            number = numbers.setdefault(tag, first + len(numbers))
            self.lines.append(LinesPlace(tag, frame, number, len(each.lines), result_from, result_to))
        self._take_places(expansion)

    def _take_places(self, expansion: Expansion) -> None:
        """Have the places of the document with the lines of values as paragraphs."""
        known = {paragraph.place: paragraph for paragraph in self.scan.paragraphs}
        raw = scan_document(expansion.document, find_tags)
        values, tags = self.values, self.tags
        of_copies: dict[ParagraphPlace, Mapping[str, str]] = {}
        paragraphs = []
        self.tags = {}
        lines = expansion.texts_of_copies()
        for each in raw.paragraphs:
            origin = expansion.origins[each.place]
            paragraph = known.get(origin.place)
            if paragraph is None:
                continue
            texts = lines.get(each.place) or values.of_copies.get(origin.place)
            if texts is not None:
                of_copies[each.place] = texts
            self.tags[each.place] = tags[origin.place]
            paragraphs.append(_at(each, paragraph))
        self.document = expansion.document
        self.scan = raw._replace(paragraphs=paragraphs, undeclared=())
        self.values = values.with_copies(of_copies)

    def take_places(self, places: PlaceScan) -> None:
        """Take what was found outside the paragraphs of ``document``; blocks that stay keep theirs."""
        bracketed = []
        by_byte = {
            (each.place.part.name, each.place.segments[0].first): each.place.path
            for each in self.meanings.places.places
        }
        decided = self.meanings.decided(places, lambda place: self._source_of_place(place)[1])
        for each in decided.places:
            frame, source = self._source_of_place(each.place)
            if frame is not None:
                if frame.is_kept:
                    text = each.place.text
                    self.left += ((source[0], text[found.start : found.end]) for found in each.found)
                    continue
                self.place_copies[each.place.path] = by_byte.get(source, each.place.path), frame
            bracketed.append(each)
        self.places = decided._replace(places=bracketed)

    def _source_of_place(self, place: "Place") -> tuple[Frame | None, tuple[str, int]]:
        """Return the copy of a place outside paragraphs, and part and first byte of it in the template.

        ``None`` stands for no copy: the place is in no story.
        """
        first = place.segments[0].first
        part = next((part for part in self.document.parts if part is place.part), None)
        if part is None:
            return None, (place.part.name, first)
        frame, before = self._source_at(part, first)
        return frame, (part.name, before)

    def _source_at(self, part: StoryPart, at: int) -> tuple[Frame, int]:
        """Return copy and byte of the template that a byte of ``document`` is."""
        if self._expansion is not None:
            number = bisect_right(part.paragraphs, at, key=_start) - 1
            if number >= 0:
                place = part.paragraphs[number]
                source = self._expansion.origins[place].place
                return self.expanded.source_at(source.part, source.start + at - place.start)
        return self.expanded.source_at(part, at)

    def written_parts(self, edits: Sequence[Edit]) -> dict[str, bytes]:
        """Return the parts of the result that are not the template's, with ``edits`` of ``document`` in."""
        parts = {edit.part.name: edit.part for edit in edits}
        own = [edit._replace(part=parts.get(edit.part.name, edit.part)) for edit in self.expanded.other_edits]
        written = written_parts([*edits, *own])
        for part in self.document.parts:
            if part.name not in written and part.name in self.expanded.changed:
                written[part.name] = encoded(part.content, part.encoding)
        return written

    def origin(self, place: ParagraphPlace) -> tuple[ParagraphPlace, int | None, int]:
        """Return the template's paragraph that ``place`` comes from, the number of its lines block and line.

        ``None`` and 0 stand for no line.
        """
        if self._expansion is None:
            return self.expanded.origins[place].place, None, 0
        origin = self._expansion.origins[place]
        source = self.expanded.origins[origin.place].place
        if origin.block is None or origin.copy is None:
            return source, None, 0
        return source, self.lines[origin.block].number, origin.copy

    def found_in(self, place: ParagraphPlace) -> Sequence[Found]:
        """Return the tags of a paragraph's own text, as they stand in it."""
        return self._found[place]

    @cached_property
    def _found(self) -> Mapping[ParagraphPlace, Sequence[Found]]:
        return {each.place: each.found for each in self.scan.paragraphs}

    def result_path(self, place: ParagraphPlace, path: str) -> str:
        """Return the address in the result of ``place`` or a text in it; ``path`` is that in ``document``.

        The two differ where copies are left out of ``document``.
        """
        folds = self.expanded.folds.get(place.part.name)
        return path if folds is None else folds.shifted(path)

    def path_in_result(self, place: ParagraphPlace) -> str:
        """Return the address in the result of a paragraph of ``document``."""
        return self.result_path(place, place.path)

    @property
    def has_shortened(self) -> bool:
        """Whether a newline was dropped at the end of any value."""
        return bool(self._collected.shortened or self.values.shortened)

    def was_shortened(self, place: ParagraphPlace, name: str) -> bool:
        """Say whether a newline was dropped at the end of the value of a tag; of its lines, for the last."""
        if self._expansion is not None:
            origin = self._expansion.origins[place]
            if origin.block is not None and origin.copy != self.lines[origin.block].copies - 1:
                return False
            place = origin.place
        if place in self._collected.of_copies:
            return (place, name) in self._collected.shortened
        return name in self.values.shortened

    def template_paths(self) -> dict[str, str]:
        """Return the address in the template by the address in the result, of all paragraphs."""
        parts = self.document.parts
        return {place.path: self.origin(place)[0].path for part in parts for place in part.paragraphs}

    def result_paths(self) -> Mapping[str, tuple[str, str]]:
        """Return the addresses of the first and last line in the result by those between both expansions."""
        found: dict[str, tuple[str, str]] = {}
        if self._expansion is not None:
            for place, origin in self._expansion.origins.items():
                path = origin.place.path
                found[path] = found.get(path, (place.path, ""))[0], place.path
        return found

    def source_of(self, run: RunPlace) -> RunPlace:
        """Return the run of the template that ``run``, in which a tag begins, comes from."""
        return self._sources[run]

    @cached_property
    def _sources(self) -> dict[RunPlace, RunPlace]:
        found: dict[RunPlace, RunPlace] = {}
        of_tags: dict[TemplateTag, RunPlace] = {}
        for paragraph in self.scan.paragraphs:
            tags = self.tags[paragraph.place]
            for tag, piece in zip(tags.of, paragraph.pieces, strict=False):
                source = of_tags.get(tag)
                if source is None:
                    source = of_tags[tag] = tag.place.run(tag.run_index)
                found.setdefault(paragraph.place.run(piece.shown.run_index), source)
        return found

    def run_ids_in_template(self, run_ids: Iterable[str]) -> list[str]:
        """Return the addresses that runs of the result have in the template, each once."""
        places = {paragraph.place.path: paragraph.place for paragraph in self.scan.paragraphs}
        found: dict[str, None] = {}
        for run_id in run_ids:
            path, _, number = run_id.rpartition(":r")
            found[self._run_id(places[path], int(number))] = None
        return list(found)

    def _run_id(self, place: ParagraphPlace, index: int) -> str:
        source = self.origin(place)[0]
        if source.reading.form != place.reading.form:
            index = self._run_in_template(place, index, source)
        return f"{source.path}:r{index}"

    def _run_in_template(self, place: ParagraphPlace, index: int, source: ParagraphPlace) -> int:
        """Return the number in the template of run ``index`` of a paragraph whose runs are not all there."""
        if self._expansion is not None:
            # Lines are copies of paragraphs with the same runs.
            place = self._expansion.origins[place].place
        for piece in place.reading.pieces:
            if piece.shown.run_index == index and piece.end > piece.start:
                at = byte_of(place, piece.start)
                _, before = self.expanded.source_at(place.part, at)
                for other in source.reading.pieces:
                    first = source.position(source.reading.offsets[3 * other.shown.number + 2])
                    if first <= before < first + len(source.reading.raw(other.shown.number)):
                        return other.shown.run_index
        return index


def _start(place: ParagraphPlace) -> int:
    return place.start


def _at(raw: BracketedParagraph, decided: BracketedParagraph) -> BracketedParagraph:
    """Return what was decided of a paragraph for its copy, in which ``raw`` was found."""
    reading = raw.place.reading
    texts = {text.text.name: text for text in raw.inline}
    inline = [texts[each.text.name]._replace(found=each.found) for each in decided.inline]
    pieces = [reading.piece_at(each.start) for each in decided.found]
    return BracketedParagraph(raw.place, decided.found, pieces, inline)
