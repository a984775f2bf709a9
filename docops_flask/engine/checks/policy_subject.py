"""Makes what is held against a policy: paragraphs with their roles, the runs that were filled, the pages."""

from collections.abc import Sequence

from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.checks.page_text import page_geometries
from docops_flask.engine.checks.role_subjects import with_roles
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject, RunSubject, text_of_run
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.paragraph_text import OBJECT, ParagraphText
from docops_flask.engine.document.places import ParagraphPlace, RunPlace
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.sections import Sections
from docops_flask.engine.policy.policy import Policy


class ParagraphTexts:
    """The texts of paragraphs, each read once: repairs change how a paragraph looks, never its text."""

    def __init__(self) -> None:
        self._texts: dict[ParagraphPlace, ParagraphText] = {}

    def of(self, place: ParagraphPlace) -> ParagraphText:
        """Return a paragraph's text as it was when it was first asked for."""
        text = self._texts.get(place)
        if text is None:
            text = self._texts[place] = ParagraphText(place.element, place.part.w)
        return text


def policy_subject(
    document: Document,
    runs: Sequence[RunPlace],
    now: Observation,
    policy: Policy,
    texts: ParagraphTexts | None = None,
) -> PolicySubject:
    """Return what ``policy`` is to be held against; ``now`` is the observation of ``runs``.

    ``texts`` keeps what was read of the paragraphs for the next subject of the same document.
    """
    texts = texts or ParagraphTexts()
    inside_tables = not policy.forbid_tables
    paragraphs = []
    sections = Sections(document)
    for place in document.walk.paragraphs:
        if inside_tables or not place.table_depth:
            subject = _paragraph_subject(place, texts.of(place), now, sections)
            if subject is not None:
                paragraphs.append(subject)
    house = policy.house_style
    if house.needs_roles:
        paragraphs = with_roles(paragraphs, house, now.cascade, sections, now.runs.keys(), text_of=texts.of)
    places = {place.run_id: place for place in runs if inside_tables or not place.paragraph.table_depth}
    return PolicySubject(
        policy=policy,
        tables=document.walk.tables,
        paragraphs=paragraphs,
        runs=[RunSubject(place, now.runs[run_id], text_of_run(place)) for run_id, place in places.items()],
        cascade=now.cascade,
        sections=sections,
        geometry=page_geometries(document, paragraphs, sections, now.cascade, house.page, text_of=texts.of),
        by_path={paragraph.place.path: paragraph for paragraph in paragraphs},
    )


def _paragraph_subject(
    place: ParagraphPlace, content: ParagraphText, now: Observation, sections: Sections
) -> ParagraphSubject | None:
    """Return the subject, ``None`` for a paragraph without text."""
    w = place.part.w
    if not content.text.replace(OBJECT, "").strip():
        return None
    values = now.cascade.paragraph(place.element, w, place.cell)
    sizes = CharacterSizes()
    indent = values.first_line_indent.value
    if indent is not None and indent.in_characters:
        first = next((piece.run for piece in content.pieces if piece.end > piece.start), None)
        sizes = CharacterSizes(
            first_run=None if first is None else now.cascade.run(first, values, w).size_half_points.value,
            default=now.cascade.default_size_half_points,
            extra_twips=sections.of(place).grid.extra_twips,
        )
    return ParagraphSubject(
        place=place,
        values=values,
        text=content.text,
        sizes=sizes,
        touched=place.path in now.paragraphs,
    )
