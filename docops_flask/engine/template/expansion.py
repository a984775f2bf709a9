"""The expanded template: the template with its blocks as often as the data asks, opened again.

All that follows works on it as on any template: filling, checks, repairs, writing. Its addresses are those of
the result. ``Origins`` lead back to the template.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.artefacts import OutputBudget
from docops_flask.engine.document.document import Document, ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.edits import Edit, edited_texts
from docops_flask.engine.document.open import reopen_document
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.copies import Repeated
from docops_flask.engine.template.lines import LinesBlock, find_lines
from docops_flask.engine.template.scan import Scan
from docops_flask.engine.template.values import Values


class Origin(NamedTuple):
    """Where a paragraph of the expanded template comes from.

    ``place`` is the paragraph of the template; ``block`` and ``copy`` are the number of its block and of the
    copy in it (from 0), ``None`` where it lies in no block.
    """

    place: ParagraphPlace
    block: int | None = None
    copy: int | None = None


class BlockPlaces(NamedTuple):
    """A block and the addresses that its first and its last copy have in the result."""

    block: LinesBlock
    result_from: str
    result_to: str


class Expansion(NamedTuple):
    """The expanded template, the origin of each of its paragraphs, its blocks in document order."""

    document: Document
    origins: Mapping[ParagraphPlace, Origin]
    blocks: Sequence[BlockPlaces]

    def texts_of_copies(self) -> dict[ParagraphPlace, Mapping[str, str]]:
        """Return what each copy gets: placeholder name to line."""
        # Copies with equal lines share the mapping, so that they are filled once.
        made: dict[tuple[str, str], Mapping[str, str]] = {}
        texts: dict[ParagraphPlace, Mapping[str, str]] = {}
        for place, (_, number, copy) in self.origins.items():
            if number is not None and copy is not None:
                block = self.blocks[number].block
                key = block.found.name, block.lines[copy]
                texts[place] = made.setdefault(key, dict([key]))
        return texts

    def source_of(self, run: RunPlace) -> RunPlace:
        """Return the run of the template that ``run`` is, or is a copy of."""
        return self.origins[run.paragraph].place.run(run.index)

    def run_ids_in_template(self, run_ids: Iterable[str]) -> list[str]:
        """Return the addresses that runs of the result have in the template, each once."""
        paths = self.template_paths()
        found: dict[str, None] = {}
        for run_id in run_ids:
            path, mark, number = run_id.rpartition(":r")
            found[paths[path] + mark + number] = None
        return list(found)

    def template_paths(self) -> dict[str, str]:
        """Return the address in the template by the address in the result, of all paragraphs."""
        return {place.path: origin.place.path for place, origin in self.origins.items()}


def expand_lines(
    document: Document, scan: Scan, skill: Skill, values: Values, limits: Limits
) -> Expansion | None:
    """Return ``document`` with a paragraph for each line of values that stand alone; ``None`` without any.

    Raises as ``find_lines`` and ``expand`` do.
    """
    blocks = find_lines(document.walk, scan, skill, values, limits)
    return expand(document, blocks, limits) if blocks else None


def expand(document: Document, blocks: Sequence[LinesBlock], limits: Limits) -> Expansion:
    """Return ``document`` with its ``blocks`` repeated.

    Raises ``TemplateLimitExceeded`` (``output_bytes``) where that takes more bytes than a job may write;
    nothing is copied before that is known.
    """
    repeated = [(place, Repeated(place), len(block.lines)) for block in blocks for place in block.places]
    budget = OutputBudget(limits.output_bytes)
    budget.spend(sum((each.end - each.start) * count for _, each, count in repeated))
    texts = edited_texts(
        Edit(place.part, each.start, each.end, each.copies(count)) for place, each, count in repeated
    )
    expanded = reopen_document(document, texts, limits)
    origins = _origins(document, expanded, blocks)
    ends: dict[int, list[str]] = {}
    for place in expanded.walk.paragraphs:
        number = origins[place].block
        if number is not None:
            ends.setdefault(number, []).append(place.path)
    return Expansion(
        expanded,
        origins,
        [BlockPlaces(block, ends[number][0], ends[number][-1]) for number, block in enumerate(blocks)],
    )


def _origins(
    document: Document, expanded: Document, blocks: Sequence[LinesBlock]
) -> dict[ParagraphPlace, Origin]:
    number_of = {place: number for number, block in enumerate(blocks) for place in block.places}
    origins: dict[ParagraphPlace, Origin] = {}
    for before, after in zip(document.parts, expanded.parts, strict=True):
        origins.update(zip(after.paragraphs, _repeated_origins(before, blocks, number_of), strict=True))
    return origins


def _repeated_origins(
    part: StoryPart, blocks: Sequence[LinesBlock], number_of: Mapping[ParagraphPlace, int]
) -> list[Origin]:
    """Return the origins of a part's paragraphs in the order of their bytes in the expanded template."""
    found: list[Origin] = []
    for place in part.paragraphs:
        number = number_of.get(place)
        if number is None:
            found.append(Origin(place))
        else:
            found += [Origin(place, number, copy) for copy in range(len(blocks[number].lines))]
    return found
