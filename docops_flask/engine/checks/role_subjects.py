"""Gives paragraphs their roles: what each is, the policy's rules for it, its runs to check against them."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.checks.check import ParagraphSubject, RunSubject
from docops_flask.engine.checks.issue import NO_CHANGES, Changes, Repair
from docops_flask.engine.checks.look import Looks, ParagraphLook, RunLook, TextKind, kind_of_text
from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.shape import Shape
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.sections import Sections
from docops_flask.engine.policy.policy import HouseStyle
from docops_flask.engine.policy.rules import NO_RULES, AppliedRules, PolicyRules
from docops_flask.engine.roles.detect import detect_roles
from docops_flask.engine.roles.found_role import FoundRole


class RoleSubjects:
    """The paragraphs of one document with their roles, before its repairs and after some of them.

    ``looks`` makes what is alike one object, ``texts`` has the runs with text.
    """

    def __init__(
        self,
        house: HouseStyle,
        rules: PolicyRules,
        sections: Sections,
        looks: Looks,
        texts: "TextRuns",
    ) -> None:
        self._house = house
        self._rules = rules
        self._sections = sections
        self._looks = looks
        self._texts = texts
        # The values of runs by their number, where they were not filled.
        self._values: dict[tuple[Shape, ParagraphValues], dict[int, RunValues]] = {}
        # The looks of runs by number and kind of text, in paragraphs that hold nothing filled.
        self._looks_of_shape: dict[
            tuple[Shape, ParagraphValues, AppliedRules, StoryPart], dict[tuple[int, TextKind], RunLook]
        ] = {}
        self._observed: dict[RunPlace, RunValues] = {}
        self._found: dict[str, FoundRole] | None = None
        self._looks_with_role: dict[tuple[ParagraphLook, str, int | None, int], ParagraphLook] = {}
        self._repaired: dict[tuple[RunLook, tuple[Repair, ...]], RunLook] = {}
        self._runs: dict[ParagraphPlace, tuple[FoundRole, tuple[RunSubject, ...]]] = {}

    def of(
        self, paragraphs: Sequence[ParagraphSubject], now: Observation, changes: Changes = NO_CHANGES
    ) -> Sequence[ParagraphSubject]:
        """Return ``paragraphs`` with their roles; unchanged where the policy asks for no roles.

        ``now`` observes the runs that were filled, ``changes`` are those since the last time.
        """
        if not self._house.needs_roles:
            return paragraphs
        if self._found is None:
            self._observed = now.values_by_run()
        if self._found is None or changes.of_paragraphs:
            self._found = detect_roles(paragraphs, now.cascade, self._house.styles)
        given = []
        for paragraph in paragraphs:
            role = self._found.get(paragraph.place.path)
            given.append(paragraph if role is None else self._with_role(paragraph, role, now, changes))
        return given

    def _with_role(
        self, paragraph: ParagraphSubject, role: FoundRole, now: Observation, changes: Changes
    ) -> ParagraphSubject:
        place, look, text, *_ = paragraph
        rules = self._rules.of(role.role)
        if rules is None:
            return ParagraphSubject(place, look, text, (), role)
        runs = self._runs_of(paragraph, role, now, changes)
        size = runs[0].look.values.size_half_points.value if runs else None
        key = look, role.role, size, self._sections.number_of(place)
        with_role = self._looks_with_role.get(key)
        if with_role is None:
            grid = self._sections.of(place).grid
            sizes = CharacterSizes(size, now.cascade.default_size_half_points, grid.extra_twips)
            with_role = self._looks_with_role[key] = look.with_role(rules, sizes, grid)
        return ParagraphSubject(place, with_role, text, runs, role)

    def _runs_of(
        self, paragraph: ParagraphSubject, role: FoundRole, now: Observation, changes: Changes
    ) -> tuple[RunSubject, ...]:
        place = paragraph.place
        known = self._runs.get(place)
        if known is None or known[0] != role:
            runs = tuple(self._read_runs(paragraph, role, now))
        elif changes.around_runs(place.path):
            runs = tuple([self._again(run, paragraph, now, changes) for run in known[1]])
        else:
            return known[1]
        self._runs[place] = role, runs
        return runs

    def _read_runs(
        self, paragraph: ParagraphSubject, role: FoundRole, now: Observation
    ) -> Iterator[RunSubject]:
        """Yield the runs with text, in their order."""
        if not paragraph.look.touched and role.extent is None:
            yield from self._read_untouched(paragraph, self._run_rules(role.role), now)
            return
        place = paragraph.place
        own, rest = self._run_rules(role.role), self._run_rules(role.rest)
        in_body = paragraph.look.is_touched_in_body
        may_be_touched = paragraph.look.touched
        of_shape = self._values.setdefault((place.shape, paragraph.values), {})
        for start, run, text, kind in self._texts.of(place):
            values = self._observed.get(run) if may_be_touched else None
            if values is None:
                values = of_shape.get(run.index)
            if values is None:
                values = of_shape[run.index] = now.cascade.of_run(run, paragraph.values)
            rules = own if role.extent is None or start < role.extent else rest
            touched = may_be_touched and run.run_id in now.runs
            look = self._looks.of_kind(values, kind, place.part, rules, is_safe_to_fix=touched and in_body)
            yield RunSubject(run, look, text, touched)

    def _read_untouched(
        self, paragraph: ParagraphSubject, rules: AppliedRules, now: Observation
    ) -> Iterator[RunSubject]:
        """Yield the runs of a paragraph that holds nothing filled; of those alike, each look is read once."""
        place, values = paragraph.place, paragraph.values
        looks = self._looks_of_shape.setdefault((place.shape, values, rules, place.part), {})
        for _, run, text, kind in self._texts.of(place):
            key = run.index, kind
            look = looks.get(key)
            if look is None:
                of_run = now.cascade.of_run(run, values)
                look = self._looks.of_kind(of_run, kind, place.part, rules, is_safe_to_fix=False)
                looks[key] = look
            yield RunSubject(run, look, text, False)

    def _run_rules(self, role: str) -> AppliedRules:
        rules = self._rules.of(role)
        return NO_RULES if rules is None else rules.of_runs

    def _again(
        self, run: RunSubject, paragraph: ParagraphSubject, now: Observation, changes: Changes
    ) -> RunSubject:
        repairs = changes.made_on(run.place)
        if not repairs:
            return run
        # Runs with the same look and the same repairs have the same look again.
        key = run.look, repairs
        look = self._repaired.get(key)
        if look is None:
            part, before = paragraph.place.part, run.look
            values = now.cascade.of_run(run.place, paragraph.values)
            look = self._looks.of_run(
                values, run.text, part, before.rules, is_safe_to_fix=before.is_safe_to_fix
            )
            self._repaired[key] = look
        return run._replace(look=look)


class TextRun(NamedTuple):
    """A run with text: the character of its paragraph at which its text begins, and that text."""

    start: int
    place: RunPlace
    text: str
    kind: TextKind


class TextRuns:
    """The runs with text of paragraphs in one rendering, the same for all policies it is checked against."""

    def __init__(self) -> None:
        self._known: dict[ParagraphPlace, Sequence[TextRun]] = {}
        self._kinds: dict[str, TextKind] = {}

    def of(self, place: ParagraphPlace) -> Sequence[TextRun]:
        """Return them in their order."""
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = [
                TextRun(start, place.run(index), text, self._kind(text))
                for start, index, text in place.now.texts_by_run()
            ]
        return found

    def _kind(self, text: str) -> TextKind:
        kind = self._kinds.get(text)
        if kind is None:
            kind = self._kinds[text] = kind_of_text(text)
        return kind
