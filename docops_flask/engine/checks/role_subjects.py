"""Gives paragraphs their roles: what each is, the policy's rules for it, its runs to check against them."""

from collections.abc import Iterator, Sequence
from typing import TypeAlias

from docops_flask.engine.checks.check import ParagraphSubject
from docops_flask.engine.checks.issue import NO_CHANGES, Changes, Repair
from docops_flask.engine.checks.look import Looks, ParagraphLook, RunLook, TextKind, TextKinds
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

# The runs of a paragraph that have text, in their order: the number of each and the kind of its text.
RunKinds: TypeAlias = tuple[tuple[int, TextKind], ...]
_RunLooks: TypeAlias = tuple[RunLook, ...]


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
        # Of paragraphs that hold nothing filled, those that are alike together.
        self._untouched: dict[
            tuple[Shape, ParagraphValues, AppliedRules, StoryPart, RunKinds], _RunLooks
        ] = {}
        self._observed: dict[RunPlace, RunValues] = {}
        self._found: dict[str, FoundRole] | None = None
        self._looks_with_role: dict[tuple[ParagraphLook, str, int | None, int], ParagraphLook] = {}
        self._repaired: dict[tuple[RunLook, tuple[Repair, ...]], RunLook] = {}
        self._runs: dict[ParagraphPlace, tuple[FoundRole, _RunLooks]] = {}

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
        place, values, look, text = paragraph.place, paragraph.values, paragraph.look, paragraph.text
        rules = self._rules.of(role.role)
        if rules is None:
            return ParagraphSubject(place, values, look, text, (), role)
        runs = self._runs_of(paragraph, role, now, changes)
        look = self._looks.of_checked(look, now.cascade)
        size = runs[0].values.size_half_points.value if runs else None
        key = look, role.role, size, self._sections.number_of(place)
        with_role = self._looks_with_role.get(key)
        if with_role is None:
            grid = self._sections.of(place).grid
            sizes = CharacterSizes(size, now.cascade.default_size_half_points, grid.extra_twips)
            with_role = self._looks_with_role[key] = look.with_role(rules, sizes, grid)
        return ParagraphSubject(place, values, with_role, text, runs, role)

    def _runs_of(
        self, paragraph: ParagraphSubject, role: FoundRole, now: Observation, changes: Changes
    ) -> _RunLooks:
        """Return the looks of the runs with text, in their order."""
        place = paragraph.place
        known = self._runs.get(place)
        if known is None or known[0] != role:
            if paragraph.look.touched or role.extent is not None:
                looks = tuple(self._read_runs(paragraph, role, now))
            else:
                looks = self._read_untouched(paragraph, role, now)
        elif changes.around_runs(place.path):
            pairs = zip(known[1], self._texts.of(place), strict=True)
            looks = tuple(
                [self._again(look, place.run(index), paragraph, now, changes) for look, (index, _) in pairs]
            )
        else:
            return known[1]
        self._runs[place] = role, looks
        return looks

    def _read_runs(self, paragraph: ParagraphSubject, role: FoundRole, now: Observation) -> Iterator[RunLook]:
        place = paragraph.place
        own, rest = self._run_rules(role.role), self._run_rules(role.rest)
        in_body = paragraph.look.is_touched_in_body
        may_be_touched = paragraph.look.touched
        of_shape = self._values.setdefault((place.shape, paragraph.values), {})
        for start, index, text in place.now.texts_by_run():
            run = place.run(index)
            values = self._observed.get(run) if may_be_touched else None
            if values is None:
                values = of_shape.get(index)
            if values is None:
                values = of_shape[index] = now.cascade.of_run(run, paragraph.values)
            yield self._looks.of_run(
                values,
                self._looks.kinds[text],
                place.part,
                own if role.extent is None or start < role.extent else rest,
                touched=(touched := may_be_touched and run.run_id in now.runs),
                is_safe_to_fix=touched and in_body,
            )

    def _read_untouched(self, paragraph: ParagraphSubject, role: FoundRole, now: Observation) -> _RunLooks:
        """Return the looks in a paragraph that holds nothing filled; of those alike they are read once."""
        place, values = paragraph.place, paragraph.values
        kinds = self._texts.of(place)
        rules = self._run_rules(role.role)
        key = place.shape, values, rules, place.part, kinds
        looks = self._untouched.get(key)
        if looks is None:
            of_runs = now.cascade.of_runs(place, values, [index for index, _ in kinds])
            looks = self._untouched[key] = tuple(
                [
                    self._looks.of_run(of_run, kind, place.part, rules, touched=False, is_safe_to_fix=False)
                    for of_run, (_, kind) in zip(of_runs, kinds, strict=True)
                ]
            )
        return looks

    def _run_rules(self, role: str) -> AppliedRules:
        rules = self._rules.of(role)
        return NO_RULES if rules is None else rules.of_runs

    def _again(
        self, before: RunLook, run: RunPlace, paragraph: ParagraphSubject, now: Observation, changes: Changes
    ) -> RunLook:
        repairs = changes.made_on(run)
        if not repairs:
            return before
        # Runs with the same look and the same repairs have the same look again.
        key = before, repairs
        look = self._repaired.get(key)
        if look is None:
            look = self._repaired[key] = self._looks.of_run(
                now.cascade.of_run(run, paragraph.values),
                before.kind,
                before.part,
                before.rules,
                touched=before.touched,
                is_safe_to_fix=before.is_safe_to_fix,
            )
        return look


class TextRuns:
    """The runs with text of paragraphs in one rendering, the same for all policies it is checked against."""

    def __init__(self) -> None:
        self.kinds = TextKinds()
        self._known: dict[ParagraphPlace, RunKinds] = {}

    def of(self, place: ParagraphPlace) -> RunKinds:
        """Return them in their order."""
        found = self._known.get(place)
        if found is None:
            kinds = self.kinds
            found = self._known[place] = tuple(
                [(index, kinds[text]) for index, text in place.now.run_texts()]
            )
        return found
