"""The pages of a document: each section's geometry, with what most of its body is like."""

from collections.abc import Callable, Hashable, Sequence
from typing import TypeVar

from docops_flask.engine.checks.subject import ParagraphSubject
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.paragraph_text import ParagraphText
from docops_flask.engine.document.places import ParagraphPlace, StoryKind
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.page_geometry import PageGeometry, PageText, page_geometry
from docops_flask.engine.formatting.sections import Sections
from docops_flask.engine.policy.house_style import PageRules

# So many paragraphs of a section tell what it is like; a long document need not be counted out.
_SAMPLE = 200
H = TypeVar("H", bound=Hashable)


def page_geometries(
    document: Document,
    paragraphs: Sequence[ParagraphSubject],
    sections: Sections,
    cascade: Cascade,
    rules: PageRules,
    *,
    text_of: Callable[[ParagraphPlace], ParagraphText],
) -> tuple[PageGeometry, ...]:
    """Return the geometry of every section; ``paragraphs`` are those with text, which ``text_of`` gives."""
    samples: list[list[ParagraphSubject]] = [[] for _ in sections.all]
    for paragraph in paragraphs if samples else ():
        if paragraph.place.story is StoryKind.BODY and not paragraph.place.table_depth:
            sample = samples[sections.number_of(paragraph.place)]
            if len(sample) < _SAMPLE:
                sample.append(paragraph)
    first = _first_paths(document, sections)
    return tuple(
        page_geometry(
            section, number, first.get(number, ""), _page_text(samples[number], cascade, rules, text_of)
        )
        for number, section in enumerate(sections.all)
    )


def _page_text(
    sample: Sequence[ParagraphSubject],
    cascade: Cascade,
    rules: PageRules,
    text_of: Callable[[ParagraphPlace], ParagraphText],
) -> PageText:
    """Return what most of a section's text is like, counted by characters."""
    values = _prevailing([(paragraph.values, len(paragraph.text)) for paragraph in sample])
    sizes = [(_size(paragraph, cascade, text_of), len(paragraph.text)) for paragraph in sample]
    return PageText(
        values=values,
        size_half_points=_prevailing(sizes),
        wanted_lines=None if rules.lines is None else rules.lines.value,
        wanted_characters=None if rules.characters is None else rules.characters.value,
    )


def _prevailing(weighted: Sequence[tuple[H, int]]) -> H | None:
    totals: dict[H, int] = {}
    for value, weight in weighted:
        totals[value] = totals.get(value, 0) + weight
    return max(totals, key=lambda value: totals[value]) if totals else None


def _size(
    paragraph: ParagraphSubject, cascade: Cascade, text_of: Callable[[ParagraphPlace], ParagraphText]
) -> int | None:
    if paragraph.look.sizes.first_run is not None:
        return paragraph.look.sizes.first_run
    w = paragraph.place.part.w
    pieces = text_of(paragraph.place).pieces
    run = next((piece.run for piece in pieces if piece.end > piece.start), None)
    return None if run is None else cascade.run(run, paragraph.values, w).size_half_points.value


def _first_paths(document: Document, sections: Sections) -> dict[int, str]:
    """Return the address of each section's first paragraph or table."""
    first: dict[int, str] = {}
    wanted = len(sections.all)
    for place in document.walk.paragraphs:
        if place.story is StoryKind.BODY:
            # A paragraph in a table stands for the table: t0.r0.c0.p0.
            first.setdefault(sections.number_of(place), place.path.partition(".")[0])
            if len(first) == wanted:
                break
    return first
