"""The engine's values of the same files, paragraph by paragraph."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from lxml.etree import _Element

from docops_flask.engine.document.document import Document, ParagraphPlace, StoryKind
from docops_flask.engine.document.open import open_document
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.sections import Section, Sections
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package


@dataclass(frozen=True, slots=True, eq=False)
class EngineRun:
    """A run's text inside its paragraph: where it begins, what it is, how it looks."""

    element: _Element
    start: int
    text: str
    values: RunValues


@dataclass(frozen=True, slots=True, eq=False)
class EngineParagraph:
    """A paragraph with text as the engine sees it; ``style_ids`` is its style with all it is based on."""

    place: ParagraphPlace
    text: str
    values: ParagraphValues
    runs: tuple[EngineRun, ...]
    section: Section
    sizes: CharacterSizes
    style_ids: tuple[str, ...]
    default_style: ParagraphValues


def read_document(path: Path) -> list[EngineParagraph]:
    """Return the engine's values of the body and the text boxes; raises what opening raises."""
    package = Package(path, Limits())
    try:
        document = open_document(package, Limits())
        cascade = Cascade(document.styles, document.related)
        return list(_paragraphs(document, cascade))
    finally:
        package.close()


def _paragraphs(document: Document, cascade: Cascade) -> Iterator[EngineParagraph]:
    sections = Sections(document)
    for place in document.walk.paragraphs:
        if place.story not in (StoryKind.BODY, StoryKind.TEXTBOX):
            continue
        w = place.part.w
        content = place.reading
        if not content.text.strip():
            continue
        values = cascade.paragraph(place.element, w, place.cell)
        runs = tuple(
            EngineRun(
                element=place.run(piece.shown.run_index).element,
                start=piece.start,
                text=content.text[piece.start : piece.end],
                values=cascade.run(place.run(piece.shown.run_index).element, values, w),
            )
            for piece in content.pieces
            if piece.end > piece.start
        )
        section = sections.of(place)
        sizes = CharacterSizes(
            first_run=runs[0].values.size_half_points.value if runs else None,
            default=cascade.default_size_half_points,
            extra_twips=section.grid.extra_twips,
        )
        yield EngineParagraph(
            place=place,
            text=content.text,
            values=values,
            runs=runs,
            section=section,
            sizes=sizes,
            style_ids=tuple(_style_ids(cascade, values)),
            default_style=ParagraphValues(cascade.styles.paragraph_style(None).paragraph),
        )


def _style_ids(cascade: Cascade, values: ParagraphValues) -> list[str]:
    """Return the ids of the paragraph's style and of those it is based on, nearest first."""
    found: list[str] = []
    style_id = cascade.styles.applied_id(values.style_id, "paragraph")
    while style_id is not None and style_id not in found:
        found.append(style_id)
        style_id = cascade.styles.base(style_id)
    return found
