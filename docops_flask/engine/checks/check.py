"""What every check is: a rule, for some of them its repair, and the whole document as what it looks at."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from docops_flask.engine.checks.issue import Finding, FixChange, Issue
from docops_flask.engine.checks.look import Looks, ParagraphLook, RoleRunLook, RunLook
from docops_flask.engine.checks.observation import TemplateSubject, source_in_paragraph, source_in_run
from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart, TablePlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import Effective
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.sections import PageGeometry
from docops_flask.engine.policy.policy import Policy, Rule
from docops_flask.engine.roles.evidence import FoundRole


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
    def by_role(self) -> Mapping[str, Sequence[ParagraphSubject]]:
        """The paragraphs of each role."""
        found: dict[str, list[ParagraphSubject]] = {}
        for paragraph in self.paragraphs:
            if paragraph.role is not None:
                found.setdefault(paragraph.role.role, []).append(paragraph)
        return found

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


def text_of_run(place: RunPlace) -> str:
    """Return the characters of a run's w:t elements."""
    return "".join([node.text or "" for node in place.element.iterchildren(place.paragraph.part.w.t)])


class Check(ABC):
    """A rule of format. Its module's docstring tells what fails and what passes."""

    code: ClassVar[str]

    @abstractmethod
    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield where the document breaks the policy's rule."""

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield where filling changed what the template had; nothing for a rule of policies alone."""
        return iter(())


class FixableCheck(Check):
    """A check that can repair what it finds in touched paragraphs or runs that are safe to fix.

    ``edits_runs`` says which: runs come first, because indents in characters are measured by their sizes.
    """

    edits_runs: ClassVar[bool] = False

    @abstractmethod
    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Make the document keep the rule at ``issues``, all of them fixable; yield what is changed."""
