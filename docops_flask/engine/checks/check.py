"""What a check is (a rule, for some with its repair), and the document as the checks see it."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, ClassVar, NamedTuple

from docops_flask.engine.checks.issue import Finding, FixChange, Issue
from docops_flask.engine.checks.look import Looks, ParagraphLook, RunLook
from docops_flask.engine.checks.observation import TemplateSubject, source_in_paragraph, source_in_run
from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart, TablePlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.effective import Effective
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.repair import Repairs
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.sections import PageGeometry, Sections
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.policy.rules import PolicyRules
from docops_flask.engine.roles.found_role import FoundRole


class FilledRun(NamedTuple):
    """A run that filling changed: its effective values and the text of its w:t elements now."""

    place: RunPlace
    values: RunValues
    text: str


class RunSubject(NamedTuple):
    """A run to check, and its look, which says against which rules."""

    place: RunPlace
    look: RunLook


class ParagraphSubject:
    """A paragraph with text. ``values`` are its own, those of ``look`` are stated alike.

    Where its role has rules of its own, ``run_looks`` are the looks of its runs with text, in their order;
    paragraphs that are alike share them.
    """

    __slots__ = ("_runs", "look", "place", "role", "run_looks", "text", "values")

    def __init__(  # noqa: PLR0917, thousands are made, and names take time
        self,
        place: ParagraphPlace,
        values: ParagraphValues,
        look: ParagraphLook,
        text: str,
        run_looks: tuple[RunLook, ...] = (),
        role: FoundRole | None = None,
    ) -> None:
        self.place = place
        self.values = values
        self.look = look
        self.text = text
        self.run_looks = run_looks
        self.role = role
        self._runs: Sequence[RunSubject] | None = None

    @property
    def runs(self) -> Sequence[RunSubject]:
        """The runs that ``run_looks`` are of, found when they are first asked for: most break no rule."""
        if self._runs is None:
            texts = self.place.now.run_texts() if self.run_looks else ()
            self._runs = [
                RunSubject(self.place.run(index), look)
                for (index, _), look in zip(texts, self.run_looks, strict=True)
            ]
        return self._runs


class PolicySubject:
    """What is checked against a policy; where it forbids tables, their cells are left out.

    ``filled`` are the runs that filling changed; ``same_looks`` makes looks that are alike one object,
    ``pages`` computes the pages of ``sections``, ``repairs`` makes repairs.
    """

    def __init__(
        self,
        *,
        policy: Policy,
        rules: PolicyRules,
        tables: Sequence[TablePlace],
        paragraphs: Sequence[ParagraphSubject],
        filled: Sequence[FilledRun],
        cascade: Cascade,
        same_looks: Looks,
        pages: Callable[[], Sequence[PageGeometry]],
        sections: Sections,
        repairs: Repairs,
    ) -> None:
        self.policy = policy
        self.rules = rules
        self.tables = tables
        self.paragraphs = paragraphs
        self.filled = filled
        self.cascade = cascade
        self.same_looks = same_looks
        self.pages = pages
        self.sections = sections
        self.repairs = repairs

    @cached_property
    def geometry(self) -> Sequence[PageGeometry]:
        """The page of each section, computed when it is first asked for."""
        return self.pages()

    @cached_property
    def filled_ids(self) -> Collection[str]:
        """The addresses of the runs that filling changed."""
        return {run.place.run_id for run in self.filled}

    def look_at(self, path: str) -> ParagraphLook | None:
        """Return the look of the paragraph with that address; ``None`` where none with text is checked."""
        paragraph = self._by_path.get(path)
        return None if paragraph is None else paragraph.look

    def style_of(self, values: ParagraphValues) -> str | None:
        """Return the id of the style that a paragraph with these values has."""
        return self.cascade.styles.applied_id(values.style_id, "paragraph")

    @cached_property
    def untouched_runs(self) -> Collection[RunLook]:
        """The looks of the runs of the body that filling left alone, under the rules for filled runs."""
        rules = self.rules.of_document.of_filled_runs
        found: dict[RunLook, None] = {}
        for paragraph in self.paragraphs:
            if not paragraph.look.in_body:
                continue
            for index, text in texts_by_run(paragraph.place):
                place = paragraph.place.run(index)
                if place.run_id not in self.filled_ids:
                    values = self.cascade.of_run(place, paragraph.values)
                    kind, part = self.same_looks.kinds[text], paragraph.place.part
                    look = self.same_looks.of_run(
                        values, kind, part, rules, touched=False, is_safe_to_fix=False
                    )
                    found[look] = None
        return found

    @cached_property
    def looks(self) -> Collection[ParagraphLook]:
        """The looks that paragraphs have, each once."""
        return dict.fromkeys(paragraph.look for paragraph in self.paragraphs)

    @cached_property
    def with_role_rules(self) -> Sequence[ParagraphSubject]:
        """The paragraphs whose role has rules of its own."""
        if not self.policy.house_style.roles:
            return ()
        return [each for each in self.paragraphs if each.look.rules is not self.rules.of_document]

    @cached_property
    def run_looks_of_roles(self) -> Collection[RunLook]:
        """The looks of the runs of these paragraphs, each once."""
        together = dict.fromkeys(paragraph.run_looks for paragraph in self.with_role_rules)
        return dict.fromkeys(look for looks in together for look in looks)

    @cached_property
    def by_role(self) -> Mapping[str, Sequence[ParagraphSubject]]:
        """The paragraphs of each role."""
        found: dict[str, list[ParagraphSubject]] = {}
        for paragraph in self.paragraphs:
            if paragraph.role is not None:
                found.setdefault(paragraph.role.role, []).append(paragraph)
        return found

    @cached_property
    def filled_runs(self) -> Sequence[RunSubject]:
        """The runs that filling changed, to check against the rules for the whole document."""
        found = []
        for place, values, text in self.filled:
            paragraph = self._by_path.get(place.paragraph.path)
            look = None if paragraph is None else paragraph.look
            rules = self.rules.of_document if look is None else look.rules
            run = self.same_looks.of_run(
                values,
                self.same_looks.kinds[text],
                place.paragraph.part,
                rules.of_filled_runs,
                touched=True,
                is_safe_to_fix=look is not None and look.is_touched_running_text,
            )
            found.append(RunSubject(place, run))
        return found

    @cached_property
    def _by_path(self) -> Mapping[str, ParagraphSubject]:
        return {paragraph.place.path: paragraph for paragraph in self.paragraphs}

    def paragraph(self, path: str) -> ParagraphSubject:
        """Return the paragraph with that address."""
        return self._by_path[path]

    def issues_of_paragraphs(self, check: Callable[[ParagraphLook], Iterable[Finding]]) -> Iterator[Issue]:
        """Yield what ``check`` finds wrong with paragraphs; it is called once for all that look alike."""
        found = {look: findings for look in self.looks if (findings := tuple(check(look)))}
        for paragraph in self.paragraphs if found else ():
            for finding in found.get(paragraph.look, ()):
                yield Issue(finding, paragraph.place.path)

    def runs_of(self, issues: Sequence[Issue]) -> Iterator[RunSubject]:
        """Yield the runs that ``issues`` are about, each once for rules of each kind.

        First come those under rules for the whole document, then those under rules for roles.
        """
        filled = {issue.run_id for issue in issues if issue.finding.role is None}
        for run in self.filled_runs if filled else ():
            if run.place.run_id in filled:
                yield run
        for_roles = [issue for issue in issues if issue.finding.role is not None]
        wanted = {run_id for issue in for_roles for run_id in issue.run_ids}
        for path in dict.fromkeys(issue.paragraph_path for issue in for_roles):
            for run in self.paragraph(path).runs:
                if run.place.run_id in wanted:
                    yield run

    def source_in_paragraph(self, value: Effective[Any], look: ParagraphLook) -> str | None:
        """Return in words where a value of a paragraph comes from."""
        return source_in_paragraph(self.cascade, value, look.values, look.part.name)

    def source_in_run(self, value: Effective[Any], values: RunValues, part: StoryPart) -> str | None:
        """Return in words where a value of a run comes from."""
        return source_in_run(self.cascade, value, values, part.name)


def texts_by_run(place: ParagraphPlace) -> Iterator[tuple[int, str]]:
    """Yield the number and the text of each run of a paragraph that has text."""
    texts: dict[int, str] = {}
    for start, end, shown in place.now.pieces:
        texts[shown.run_index] = texts.get(shown.run_index, "") + place.now.text[start:end]
    yield from ((index, text) for index, text in texts.items() if text)


def text_of_run(place: RunPlace) -> str:
    """Return the characters of a run's w:t elements."""
    paragraph = place.paragraph
    return paragraph.now.text_of_run(place.index)


class Check(ABC):
    """A rule about formatting. Its docstring says what fails and what passes.

    ``codes`` are those its issues can have; issues under baseline ``template`` have the first.
    """

    codes: ClassVar[tuple[str, ...]]

    @abstractmethod
    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield an issue for each place where the document breaks the policy's rule."""

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield an issue for each place where filling changed the formatting.

        Nothing for a rule that only policies have.
        """
        return iter(())


class FixableCheck(Check):
    """A check that can repair what it finds in touched paragraphs or runs that are safe to fix.

    ``edits_runs`` says which: runs come first, because indents in characters are measured by their sizes.
    """

    edits_runs: ClassVar[bool] = False

    @abstractmethod
    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Make the document keep the rule at ``issues``, all of them fixable; yield what is changed."""
