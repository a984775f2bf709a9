"""What a check looks at: under a policy the whole document, against the template what changed."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, NamedTuple

from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import ParagraphLook, RoleRunLook, RunLook
from docops_flask.engine.checks.looks import Looks
from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.document.places import ParagraphPlace, RunPlace, TablePlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import Effective
from docops_flask.engine.formatting.page_geometry import PageGeometry
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.policy.house_style import Rule
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.roles.found_role import FoundRole


class RunSubject(NamedTuple):
    """A run that filling touched: its text as it is now and its effective values."""

    place: RunPlace
    values: RunValues
    text: str


class RoleRun(NamedTuple):
    """A run with text of a paragraph with a role.

    ``start`` is where its text begins in the paragraph, ``touched`` whether filling changed it.
    """

    place: RunPlace
    look: RoleRunLook
    text: str
    start: int
    touched: bool


class ParagraphSubject(NamedTuple):
    """A paragraph with text; where the policy has rules for its role, ``runs`` are those with text."""

    place: ParagraphPlace
    look: ParagraphLook
    text: str
    runs: tuple[RoleRun, ...] = ()
    role: FoundRole | None = None

    @property
    def values(self) -> ParagraphValues:
        """Its effective values."""
        return self.look.values

    @property
    def role_name(self) -> str:
        """The name of its role, "" without one."""
        return "" if self.role is None else self.role.role


class PolicySubject:
    """What is held against a policy; with forbidden tables present their cells are left out.

    ``runs`` are those that filling touched; ``same_looks`` makes looks
    that are alike one object, ``pages`` works out the pages of the sections.
    """

    def __init__(
        self,
        *,
        policy: Policy,
        tables: Sequence[TablePlace],
        paragraphs: Sequence[ParagraphSubject],
        runs: Sequence[RunSubject],
        cascade: Cascade,
        same_looks: Looks,
        pages: Callable[[], Sequence[PageGeometry]],
    ) -> None:
        self.policy = policy
        self.tables = tables
        self.paragraphs = paragraphs
        self.runs = runs
        self.cascade = cascade
        self.same_looks = same_looks
        self.pages = pages

    @cached_property
    def geometry(self) -> Sequence[PageGeometry]:
        """The page of each section, worked out when it is first asked for."""
        return self.pages()

    @cached_property
    def looks(self) -> Collection[ParagraphLook]:
        """The looks that paragraphs have, each once."""
        return dict.fromkeys(paragraph.look for paragraph in self.paragraphs)

    @cached_property
    def ruled(self) -> Sequence[ParagraphSubject]:
        """The paragraphs with a role that the policy has rules for."""
        if all(look.rules is None for look in self.looks):
            return ()
        return [paragraph for paragraph in self.paragraphs if paragraph.look.rules is not None]

    @cached_property
    def run_looks(self) -> Sequence[RunLook]:
        """The looks of ``runs``, in their order; runs that are alike share one."""
        found = []
        for run in self.runs:
            paragraph = run.place.paragraph
            around = self._by_path.get(paragraph.path)
            look = None if around is None else around.look
            found.append(self.same_looks.of_run(run.values, run.text, paragraph.part, look))
        return found

    @cached_property
    def _by_path(self) -> Mapping[str, ParagraphSubject]:
        return {paragraph.place.path: paragraph for paragraph in self.paragraphs}

    def paragraph(self, path: str) -> ParagraphSubject:
        """Return the paragraph with that address."""
        return self._by_path[path]

    def faults_of_paragraphs(self, judge: Callable[[ParagraphLook], Iterable[Finding]]) -> Iterator[Issue]:
        """Yield what ``judge`` finds wrong with paragraphs; it is asked once for all that look alike."""
        faults = {look: findings for look in self.looks if (findings := tuple(judge(look)))}
        for paragraph in self.paragraphs if faults else ():
            for finding in faults.get(paragraph.look, ()):
                yield Issue(finding, paragraph.place.path)

    def faults_of_runs(self, judge: Callable[[RunLook], Iterable[Finding]]) -> Iterator[Issue]:
        """Yield what ``judge`` finds wrong with touched runs; it is asked once for all that look alike."""
        faults = {look: tuple(judge(look)) for look in dict.fromkeys(self.run_looks)}
        for run, look in zip(self.runs, self.run_looks, strict=True) if any(faults.values()) else ():
            for finding in faults[look]:
                yield Issue(finding, run.place.paragraph.path, run.place.run_id)

    def tolerance(self, rule: Rule[Any]) -> int:
        """Return by how many twips a length may be off."""
        twips = None if rule.tolerance is None else rule.tolerance.in_twips()
        return self.policy.twips_tolerance if twips is None else twips

    def touched_runs(self, issues: Iterable[Issue]) -> Iterator[tuple[RunSubject, RunLook]]:
        """Yield the touched runs that ``issues`` are about, each once, with their looks."""
        wanted = {issue.run_id for issue in issues}
        for run, look in zip(self.runs, self.run_looks, strict=True):
            if run.place.run_id in wanted:
                yield run, look

    def source_in_paragraph(self, value: Effective[Any], look: ParagraphLook) -> str | None:
        """Return in words where a value of a paragraph comes from."""
        return source_in_paragraph(self.cascade, value, look.values, look.part.name)

    def source_in_run(self, value: Effective[Any], values: RunValues, part: StoryPart) -> str | None:
        """Return in words where a value of a run comes from."""
        return source_in_run(self.cascade, value, values, part.name)


class TemplateSubject(NamedTuple):
    """The touched paragraphs and runs whose values are not those of the template: before, after."""

    policy: Policy
    paragraphs: Mapping[str, tuple[ParagraphValues, ParagraphValues]]
    runs: Mapping[str, tuple[RunPlace, RunValues, RunValues]]
    places: Mapping[str, ParagraphPlace]
    cascade: Cascade

    def source_of_paragraph(self, value: Effective[Any], path: str) -> str | None:
        """Return in words where a value of a paragraph comes from now."""
        return source_in_paragraph(self.cascade, value, self.paragraphs[path][1], self.places[path].part.name)

    def source_of_run(self, value: Effective[Any], run_id: str) -> str | None:
        """Return in words where a value of a run comes from now."""
        place, _, now = self.runs[run_id]
        return source_in_run(self.cascade, value, now, place.paragraph.part.name)


def source_in_paragraph(
    cascade: Cascade, value: Effective[Any], values: ParagraphValues, part_name: str
) -> str | None:
    """Return in words where ``value``, one of a paragraph's ``values``, comes from."""
    style = cascade.styles.applied_id(values.style_id, "paragraph")
    return cascade.sources.describe(value, (style,), part_name)


def source_in_run(cascade: Cascade, value: Effective[Any], values: RunValues, part_name: str) -> str | None:
    """Return in words where ``value``, one of a run's ``values``, comes from."""
    asked = (
        cascade.styles.applied_id(values.character_style_id, "character"),
        cascade.styles.applied_id(values.paragraph_style_id, "paragraph"),
    )
    return cascade.sources.describe(value, asked, part_name)


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
    return "".join([node.text or "" for node in place.element.iterchildren(place.paragraph.part.w.t)])
