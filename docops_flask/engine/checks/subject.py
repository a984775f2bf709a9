"""What a check looks at: under a policy the whole document, against the template what changed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.paragraph_text import OBJECT, ParagraphText
from docops_flask.engine.document.places import ParagraphPlace, RunPlace, StoryKind, TablePlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import Effective
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.sections import Sections
from docops_flask.engine.policy.policy import Policy

# Both spellings of the end side: Transitional and Strict (ST_Jc, 17.18.44).
_ALIGNED_AWAY = ("center", "right", "end")


@dataclass(frozen=True, slots=True, eq=False)
class ParagraphSubject:
    """A paragraph with text, its effective values and whether filling touched it.

    ``sizes`` measures indents in characters; it is only looked up where the first line's counts so.
    """

    place: ParagraphPlace
    values: ParagraphValues
    text: str
    sizes: CharacterSizes
    touched: bool

    @property
    def is_safe_to_fix(self) -> bool:
        """Whether fix mode ``safe`` may set its indent and line spacing: touched running text of the body."""
        return (
            self.touched
            and self.place.story is StoryKind.BODY
            and self.place.table_depth == 0
            and not self.values.is_heading
            and self.values.alignment.value not in _ALIGNED_AWAY
        )


@dataclass(frozen=True, slots=True, eq=False)
class RunSubject:
    """A run that filling touched: its text as it is now and its effective values."""

    place: RunPlace
    values: RunValues
    text: str


@dataclass(frozen=True, slots=True, eq=False)
class PolicySubject:
    """What is held against a policy; with forbidden tables present their cells are left out."""

    policy: Policy
    tables: Sequence[TablePlace]
    paragraphs: Sequence[ParagraphSubject]
    runs: Sequence[RunSubject]
    cascade: Cascade

    def source(self, value: Effective[Any], of: ParagraphSubject | RunSubject) -> str | None:
        """Return in words where a value of a paragraph or run comes from."""
        if isinstance(of, RunSubject):
            return source_in_run(self.cascade, value, of.values, of.place)
        return source_in_paragraph(self.cascade, value, of.values, of.place)


@dataclass(frozen=True, slots=True, eq=False)
class TemplateSubject:
    """The touched paragraphs and runs whose values are not those of the template: before, after."""

    policy: Policy
    paragraphs: Mapping[str, tuple[ParagraphValues, ParagraphValues]]
    runs: Mapping[str, tuple[RunPlace, RunValues, RunValues]]
    places: Mapping[str, ParagraphPlace]
    cascade: Cascade

    def source_of_paragraph(self, value: Effective[Any], path: str) -> str | None:
        """Return in words where a value of a paragraph comes from now."""
        return source_in_paragraph(self.cascade, value, self.paragraphs[path][1], self.places[path])

    def source_of_run(self, value: Effective[Any], run_id: str) -> str | None:
        """Return in words where a value of a run comes from now."""
        place, _, now = self.runs[run_id]
        return source_in_run(self.cascade, value, now, place)


def source_in_paragraph(
    cascade: Cascade, value: Effective[Any], values: ParagraphValues, place: ParagraphPlace
) -> str | None:
    """Return in words where ``value``, one of a paragraph's ``values``, comes from."""
    style = cascade.styles.applied_id(values.style_id, "paragraph")
    return cascade.sources.describe(value, (style,), place.part.name)


def source_in_run(cascade: Cascade, value: Effective[Any], values: RunValues, place: RunPlace) -> str | None:
    """Return in words where ``value``, one of a run's ``values``, comes from."""
    asked = (
        cascade.styles.applied_id(values.character_style_id, "character"),
        cascade.styles.applied_id(values.paragraph_style_id, "paragraph"),
    )
    return cascade.sources.describe(value, asked, place.paragraph.part.name)


def policy_subject(
    document: Document, runs: Sequence[RunPlace], now: Observation, policy: Policy
) -> PolicySubject:
    """Return what ``policy`` is to be held against; ``now`` is the observation of ``runs``."""
    inside_tables = not policy.forbid_tables
    paragraphs = []
    sections = Sections(document)
    for place in document.walk.paragraphs:
        if inside_tables or not place.table_depth:
            subject = _paragraph_subject(place, now, sections)
            if subject is not None:
                paragraphs.append(subject)
    places = {place.run_id: place for place in runs if inside_tables or not place.paragraph.table_depth}
    return PolicySubject(
        policy=policy,
        tables=document.walk.tables,
        paragraphs=paragraphs,
        runs=[RunSubject(place, now.runs[run_id], text_of_run(place)) for run_id, place in places.items()],
        cascade=now.cascade,
    )


def template_subject(
    runs: Sequence[RunPlace], before: Observation, now: Observation, policy: Policy
) -> TemplateSubject:
    """Return what differs between two observations of ``runs``."""
    # Equal statements resolve to one object, so identity settles nearly every pair at once.
    return TemplateSubject(
        policy=policy,
        paragraphs={
            path: (before.paragraphs[path], values)
            for path, values in now.paragraphs.items()
            if values is not before.paragraphs[path]
        },
        runs={
            place.run_id: (place, before.runs[place.run_id], now.runs[place.run_id])
            for place in runs
            if now.runs[place.run_id] is not before.runs[place.run_id]
        },
        places={place.paragraph.path: place.paragraph for place in runs},
        cascade=now.cascade,
    )


def text_of_run(place: RunPlace) -> str:
    """Return the characters of a run's w:t elements."""
    return "".join(node.text or "" for node in place.element.iterchildren(place.paragraph.part.w.t))


def _paragraph_subject(
    place: ParagraphPlace, now: Observation, sections: Sections
) -> ParagraphSubject | None:
    """Return the subject, ``None`` for a paragraph without text."""
    w = place.part.w
    content = ParagraphText(place.element, w)
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
