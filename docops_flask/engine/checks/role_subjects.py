"""Gives paragraphs their roles: what each is, the policy's rules for it, its runs to hold against them."""

from collections.abc import Callable, Iterator, Sequence

from lxml.etree import _Element

from docops_flask.engine.checks.fix_change import NO_CHANGES, Changes, Repair
from docops_flask.engine.checks.look import RoleRunLook
from docops_flask.engine.checks.looks import Looks
from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.checks.subject import ParagraphSubject, RoleRun
from docops_flask.engine.document.paragraph_text import ParagraphText
from docops_flask.engine.document.places import ParagraphPlace, RunPlace
from docops_flask.engine.formatting.indents import CharacterSizes
from docops_flask.engine.formatting.sections import Sections
from docops_flask.engine.policy.house_style import HouseStyle
from docops_flask.engine.roles.detect import detect_roles
from docops_flask.engine.roles.found_role import FoundRole


class RoleSubjects:
    """The paragraphs of one document with their roles, before its repairs and after some of them.

    ``looks`` makes what is alike one object, ``text_of`` gives a paragraph's text.
    """

    def __init__(
        self,
        house: HouseStyle,
        sections: Sections,
        looks: Looks,
        text_of: Callable[[ParagraphPlace], ParagraphText],
    ) -> None:
        self._house = house
        self._sections = sections
        self._looks = looks
        self._text_of = text_of
        self._found: dict[str, FoundRole] | None = None
        self._repaired: dict[tuple[RoleRunLook, tuple[Repair, ...]], RoleRunLook] = {}
        self._runs: dict[_Element, tuple[FoundRole, tuple[RoleRun, ...]]] = {}

    def of(
        self, paragraphs: Sequence[ParagraphSubject], now: Observation, changes: Changes = NO_CHANGES
    ) -> Sequence[ParagraphSubject]:
        """Return ``paragraphs``, those that have a role with it; all as they are where none is asked for.

        ``now`` observes the runs that were filled, ``changes`` are those since the last time.
        """
        if not self._house.needs_roles:
            return paragraphs
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
        rules = self._house.roles.get(role.role)
        if rules is None:
            return ParagraphSubject(place, look, text, (), role)
        runs = self._runs_of(paragraph, role, now, changes)
        grid = self._sections.of(place).grid
        sizes = CharacterSizes(
            first_run=runs[0].look.values.size_half_points.value if runs else None,
            default=now.cascade.default_size_half_points,
            extra_twips=grid.extra_twips,
        )
        return ParagraphSubject(
            place, self._looks.with_role(look, sizes, role.role, rules, grid), text, runs, role
        )

    def _runs_of(
        self, paragraph: ParagraphSubject, role: FoundRole, now: Observation, changes: Changes
    ) -> tuple[RoleRun, ...]:
        place = paragraph.place
        known = self._runs.get(place.element)
        if known is None or known[0] != role:
            runs = tuple(self._read_runs(paragraph, role, now))
        elif changes.around_runs(place.path):
            runs = tuple([self._again(run, paragraph, now, changes) for run in known[1]])
        else:
            return known[1]
        self._runs[place.element] = role, runs
        return runs

    def _read_runs(self, paragraph: ParagraphSubject, role: FoundRole, now: Observation) -> Iterator[RoleRun]:
        """Yield the runs with text, in their order."""
        place = paragraph.place
        texts: dict[int, list[str]] = {}
        first: dict[int, tuple[RunPlace, int]] = {}
        for piece in self._text_of(place).pieces:
            if piece.end > piece.start:
                texts.setdefault(piece.run_index, []).append(piece.node.text or "")
                if piece.run_index not in first:
                    run_id = f"{place.path}:r{piece.run_index}"
                    first[piece.run_index] = RunPlace(piece.run, run_id, place), piece.start
        own, body = self._house.roles.get(role.role), self._house.roles.get("body")
        for index, (run, start) in first.items():
            text = "".join(texts[index])
            values = now.cascade.run(run.element, paragraph.values, place.part.w)
            heads = role.extent is None or start < role.extent
            held = (role.role, own) if heads else ("body", body)
            look = self._looks.of_role_run(values, text, place.part, *held)
            yield RoleRun(run, look, text, start, run.run_id in now.runs)

    def _again(
        self, run: RoleRun, paragraph: ParagraphSubject, now: Observation, changes: Changes
    ) -> RoleRun:
        repairs = changes.made_on(run.place.element)
        if not repairs:
            return run
        # What looked alike and was repaired alike looks alike again.
        key = run.look, repairs
        look = self._repaired.get(key)
        if look is None:
            part, before = paragraph.place.part, run.look
            values = now.cascade.run(run.place.element, paragraph.values, part.w)
            look = self._looks.of_role_run(values, run.text, part, before.role, before.rules)
            self._repaired[key] = look
        return RoleRun(run.place, look, run.text, run.start, run.touched)
