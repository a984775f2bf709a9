"""Gives paragraphs their roles: what each is, the policy's rules for it, its runs to hold against them."""

from collections.abc import Callable, Container, Iterator, Sequence

from docops_flask.engine.checks.subject import ParagraphSubject, RunSubject
from docops_flask.engine.document.paragraph_text import ParagraphText
from docops_flask.engine.document.places import ParagraphPlace, RunPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.sections import Sections
from docops_flask.engine.policy.house_style import HouseStyle
from docops_flask.engine.roles.detect import detect_roles


def with_roles(
    paragraphs: Sequence[ParagraphSubject],
    house: HouseStyle,
    cascade: Cascade,
    sections: Sections,
    touched_runs: Container[str],
    *,
    text_of: Callable[[ParagraphPlace], ParagraphText],
) -> list[ParagraphSubject]:
    """Return ``paragraphs``, those that have a role with it; ``touched_runs`` are the ids of filled runs.

    ``text_of`` gives a paragraph's text.
    """
    found = detect_roles(paragraphs, cascade, house.styles)
    given = []
    for paragraph in paragraphs:
        role = found.get(paragraph.place.path)
        rules = None if role is None else house.roles.get(role.role)
        if rules is None:
            given.append(paragraph if role is None else paragraph._replace(role=role))
            continue
        runs = tuple(_runs(paragraph, text_of(paragraph.place), cascade, touched_runs))
        first = runs[0] if runs else None
        sizes = CharacterSizes(
            first_run=None if first is None else first.values.size_half_points.value,
            default=cascade.default_size_half_points,
            extra_twips=sections.of(paragraph.place).grid.extra_twips,
        )
        given.append(paragraph._replace(role=role, rules=rules, runs=runs, sizes=sizes))
    return given


def _runs(
    paragraph: ParagraphSubject, content: ParagraphText, cascade: Cascade, touched_runs: Container[str]
) -> Iterator[RunSubject]:
    """Yield the runs with text, in their order."""
    place = paragraph.place
    w = place.part.w
    texts: dict[int, list[str]] = {}
    first: dict[int, tuple[RunPlace, int]] = {}
    for piece in content.pieces:
        if piece.end > piece.start:
            texts.setdefault(piece.run_index, []).append(piece.node.text or "")
            run_id = f"{place.path}:r{piece.run_index}"
            first.setdefault(piece.run_index, (RunPlace(piece.run, run_id, place), piece.start))
    for index, (run, start) in first.items():
        yield RunSubject(
            place=run,
            values=cascade.run(run.element, paragraph.values, w),
            text="".join(texts[index]),
            start=start,
            touched=run.run_id in touched_runs,
        )
