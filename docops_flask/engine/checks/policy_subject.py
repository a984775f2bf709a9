"""Makes what is held against a policy: paragraphs with their roles, the runs that were filled, the pages."""

from collections.abc import Sequence

from lxml.etree import _Element

from docops_flask.engine.checks.fix_change import Changes
from docops_flask.engine.checks.looks import Looks
from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.checks.page_text import page_geometries
from docops_flask.engine.checks.role_subjects import RoleSubjects
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject, RunSubject, text_of_run
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.paragraph_text import OBJECT, ParagraphText
from docops_flask.engine.document.places import ParagraphPlace, RunPlace, StoryKind
from docops_flask.engine.formatting.indents import NO_SIZES, CharacterSizes
from docops_flask.engine.formatting.page_geometry import PageGeometry
from docops_flask.engine.formatting.sections import Sections
from docops_flask.engine.policy.policy import Policy


class ParagraphTexts:
    """The texts of paragraphs, each read once: repairs change how a paragraph looks, never its text."""

    def __init__(self) -> None:
        self._texts: dict[_Element, ParagraphText] = {}

    def of(self, place: ParagraphPlace) -> ParagraphText:
        """Return a paragraph's text as it was when it was first asked for."""
        text = self._texts.get(place.element)
        if text is None:
            text = self._texts[place.element] = ParagraphText(place.element, place.part.w)
        return text


def policy_subject(
    document: Document, runs: Sequence[RunPlace], now: Observation, policy: Policy
) -> PolicySubject:
    """Return what ``policy`` is to be held against; ``now`` is the observation of ``runs``."""
    return PolicySubjects(document, runs, now, policy).subject


class PolicySubjects:
    """What one document shows to a policy, before its repairs and after some of them.

    ``now`` observes the runs that were filled, ``subject`` is what the policy is to be held against now.
    """

    def __init__(
        self, document: Document, runs: Sequence[RunPlace], now: Observation, policy: Policy
    ) -> None:
        self.now = now
        self._document = document
        self._policy = policy
        self._texts = ParagraphTexts()
        self._sections = Sections(document)
        self._looks = Looks()
        self._measured = {place.element for place in now.measured_paragraphs()}
        self._roles = RoleSubjects(policy.house_style, self._sections, self._looks, self._texts.of)
        inside_tables = not policy.forbid_tables
        found = [
            self._paragraph(place)
            for place in document.walk.paragraphs
            if inside_tables or not place.table_depth
        ]
        self._paragraphs = [paragraph for paragraph in found if paragraph is not None]
        places = {place.run_id: place for place in runs if inside_tables or not place.paragraph.table_depth}
        self._runs = [RunSubject(place, now.runs[each], text_of_run(place)) for each, place in places.items()]
        self.subject = self._subject(self._roles.of(self._paragraphs, now))

    def look_again(self, changes: Changes) -> None:
        """Bring ``now`` and ``subject`` up to date after repairs; what these left alone is not read again."""
        self.now = now = self.now.again(changes)
        self._paragraphs = [
            (self._paragraph(each.place) or each) if _is_stale(each, changes) else each
            for each in self._paragraphs
        ]
        self._runs = [
            run._replace(values=now.runs[run.place.run_id]) if changes.made_on(run.place.element) else run
            for run in self._runs
        ]
        self.subject = self._subject(self._roles.of(self._paragraphs, now, changes))

    def _subject(self, paragraphs: Sequence[ParagraphSubject]) -> PolicySubject:
        return PolicySubject(
            policy=self._policy,
            tables=self._document.walk.tables,
            paragraphs=paragraphs,
            runs=self._runs,
            cascade=self.now.cascade,
            same_looks=self._looks,
            pages=lambda: self._pages(paragraphs),
        )

    def _pages(self, paragraphs: Sequence[ParagraphSubject]) -> tuple[PageGeometry, ...]:
        rules = self._policy.house_style.page
        cascade = self.now.cascade
        return page_geometries(
            self._document, paragraphs, self._sections, cascade, rules, text_of=self._texts.of
        )

    def _paragraph(self, place: ParagraphPlace) -> ParagraphSubject | None:
        """Return the subject, its role left open; ``None`` for a paragraph without text."""
        content = self._texts.of(place)
        if not content.text.replace(OBJECT, "").strip():
            return None
        now = self.now
        touched = place.path in now.paragraphs
        if place.element in self._measured:
            values = now.paragraphs[place.path]
        else:
            values = now.cascade.paragraph(place.element, place.part.w, place.cell)
        sizes = NO_SIZES
        if values.indent_hundredths.value:
            first = next((piece.run for piece in content.pieces if piece.end > piece.start), None)
            run_values = None if first is None else now.cascade.run(first, values, place.part.w)
            sizes = CharacterSizes(
                first_run=None if run_values is None else run_values.size_half_points.value,
                default=now.cascade.default_size_half_points,
                extra_twips=self._sections.of(place).grid.extra_twips,
            )
        in_body = place.story is StoryKind.BODY and not place.table_depth
        look = self._looks.of_paragraph(values, sizes, place.part, in_body, touched)
        return ParagraphSubject(place, look, content.text)


def _is_stale(paragraph: ParagraphSubject, changes: Changes) -> bool:
    # Its runs count where their size measures an indent in characters.
    in_characters = paragraph.look.sizes is not NO_SIZES
    return bool(changes.made_on(paragraph.place.element)) or (
        in_characters and changes.around_runs(paragraph.place.path)
    )
