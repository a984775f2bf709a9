"""The format check against a policy: the whole document, and what fix mode ``safe`` repairs of it.

What is checked: paragraphs with their roles, the runs that were filled, the pages.
"""

from collections.abc import Sequence
from operator import attrgetter

from docops_flask.engine.checks.check import (
    Check,
    FilledRun,
    FixableCheck,
    ParagraphSubject,
    PolicySubject,
    text_of_run,
)
from docops_flask.engine.checks.issue import Changes, FixChange, Issue
from docops_flask.engine.checks.layout_warnings import layout_warnings
from docops_flask.engine.checks.look import Looks, ParagraphLook
from docops_flask.engine.checks.observation import Observation, take_observation
from docops_flask.engine.checks.page.geometry import page_geometries
from docops_flask.engine.checks.registry import REGISTRY
from docops_flask.engine.checks.report import (
    FormatReport,
    in_document_order,
    note_policy,
    note_role,
    structure_of,
)
from docops_flask.engine.checks.role_subjects import RoleSubjects, TextRuns
from docops_flask.engine.checks.safe_fix import settled
from docops_flask.engine.document.document import (
    Document,
    ParagraphPlace,
    RunPlace,
    StoryKind,
    read_together,
)
from docops_flask.engine.document.paragraph_text import OBJECT
from docops_flask.engine.formatting.indents import NO_SIZES, CharacterSizes
from docops_flask.engine.formatting.repair import Repairs
from docops_flask.engine.formatting.sections import PageGeometry, Sections
from docops_flask.engine.options import Options
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.policy.rules import PolicyRules


def policy_subject(
    document: Document,
    runs: Sequence[RunPlace],
    now: Observation,
    policy: Policy,
    texts: TextRuns | None = None,
) -> PolicySubject:
    """Return what is to be checked against ``policy``; the others are as in ``PolicySubjects``."""
    return PolicySubjects(document, runs, now, policy, texts).subject


class PolicySubjects:
    """One document as it is checked against a policy, before its repairs and after some of them.

    ``now`` observes the runs that were filled, ``subject`` is what is to be checked now, ``paragraphs`` are
    those with text, their roles left open. ``texts`` are known where the rendering was checked before.
    """

    def __init__(
        self,
        document: Document,
        runs: Sequence[RunPlace],
        now: Observation,
        policy: Policy,
        texts: TextRuns | None = None,
    ) -> None:
        self.now = now
        self._document = document
        self._policy = policy
        self._rules = PolicyRules(policy)
        self._sections = Sections(document)
        texts = texts or TextRuns()
        self._looks = Looks(texts.kinds)
        self._measured = set(now.measured_paragraphs())
        self._repairs = Repairs()
        self._roles = RoleSubjects(policy.house_style, self._rules, self._sections, self._looks, texts)
        read_together(document.walk.paragraphs)
        inside_tables = not policy.forbid_tables
        found = [
            self._paragraph(place)
            for place in document.walk.paragraphs
            if inside_tables or not place.table_depth
        ]
        self.paragraphs: Sequence[ParagraphSubject] = [each for each in found if each is not None]
        places = {place.run_id: place for place in runs if inside_tables or not place.paragraph.table_depth}
        self._filled = [
            FilledRun(place, now.runs[each], text_of_run(place)) for each, place in places.items()
        ]
        self.subject = self._subject(self._roles.of(self.paragraphs, now), policy, self._rules)

    def look_again(self, changes: Changes) -> None:
        """Update ``now`` and ``subject`` after repairs; what was not repaired is not read again."""
        self._repairs.apply()
        self.now = now = self.now.again(changes)
        self.paragraphs = [
            self._with_look(each.place, each.text) if _is_stale(each, changes) else each
            for each in self.paragraphs
        ]
        self._filled = [
            run._replace(values=now.runs[run.place.run_id]) if changes.made_on(run.place) else run
            for run in self._filled
        ]
        with_roles = self._roles.of(self.paragraphs, now, changes)
        self.subject = self._subject(with_roles, self._policy, self._rules)

    def under(self, policy: Policy) -> PolicySubject:
        """Return what is to be checked now against another policy, which finds the same roles.

        That is one that forbids tables as this one does, and has no roles by style; this one has rules for
        all roles that the other has rules for.
        """
        # Only suggested policies need this, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.checks.other_rules import under_rules

        rules = PolicyRules(policy)
        paragraphs = under_rules(rules, self.paragraphs, self.subject.paragraphs)
        return self._subject(paragraphs, policy, rules)

    def _subject(
        self, paragraphs: Sequence[ParagraphSubject], policy: Policy, rules: PolicyRules
    ) -> PolicySubject:
        return PolicySubject(
            policy=policy,
            rules=rules,
            tables=self._document.walk.tables,
            paragraphs=paragraphs,
            filled=self._filled,
            cascade=self.now.cascade,
            same_looks=self._looks,
            pages=lambda: self._pages(paragraphs, policy),
            sections=self._sections,
            repairs=self._repairs,
        )

    def _pages(self, paragraphs: Sequence[ParagraphSubject], policy: Policy) -> tuple[PageGeometry, ...]:
        rules = policy.house_style.page
        cascade = self.now.cascade
        return page_geometries(self._document, paragraphs, self._sections, cascade, rules)

    def _paragraph(self, place: ParagraphPlace) -> ParagraphSubject | None:
        """Return the subject, its role left open; ``None`` for a paragraph without text."""
        text = place.now.text
        if not (text.replace(OBJECT, "") if OBJECT in text else text).strip():
            return None
        return self._with_look(place, text)

    def _with_look(self, place: ParagraphPlace, text: str) -> ParagraphSubject:
        look = self._look(place)
        return ParagraphSubject(place, look.values, look, text)

    def _look(self, place: ParagraphPlace) -> ParagraphLook:
        now = self.now
        touched = place.path in now.paragraphs
        is_measured = place in self._measured
        values = now.paragraphs[place.path] if is_measured else now.cascade.of_paragraph(place)
        sizes = NO_SIZES
        if values.indent_hundredths.value:
            first = place.first_run_with_text()
            run_values = None if first is None else now.cascade.of_run(first, values)
            sizes = CharacterSizes(
                first_run=None if run_values is None else run_values.size_half_points.value,
                default=now.cascade.default_size_half_points,
                extra_twips=self._sections.of(place).grid.extra_twips,
            )
        in_body = place.story is StoryKind.BODY and not place.table_depth
        rules = self._rules.of_document
        return self._looks.of_paragraph(values, sizes, place.part, rules, in_body=in_body, touched=touched)


def _is_stale(paragraph: ParagraphSubject, changes: Changes) -> bool:
    # Its runs count where their size measures an indent in characters.
    in_characters = paragraph.look.sizes is not NO_SIZES
    return bool(changes.made_on(paragraph.place)) or (
        in_characters and changes.around_runs(paragraph.place.path)
    )


def issues_of(check: Check, subject: PolicySubject) -> tuple[Issue, ...]:
    """Return what ``check`` finds: first under rules for the whole document, then under those for roles."""
    found = list(check.under_policy(subject))
    if subject.rules.are_mixed and len(check.codes) > 1:
        found.sort(key=attrgetter("is_for_role"))
    return settled(found, subject)


def _numbers(edits_runs: bool | None) -> tuple[int, ...]:
    """Return the places in the registry of the checks that edit runs, edit paragraphs, or edit nothing."""
    kinds = [check.edits_runs if isinstance(check, FixableCheck) else None for check in REGISTRY]
    return tuple(index for index, kind in enumerate(kinds) if kind is edits_runs)


_FIXES_RUNS, _FIXES_PARAGRAPHS, _FIXES_NOTHING = _numbers(True), _numbers(False), _numbers(None)
# The checks of the registry that repair something, ``None`` for the others: to ask a check takes longer.
_FIXABLE = tuple(check if isinstance(check, FixableCheck) else None for check in REGISTRY)


def check_against_policy(
    document: Document, runs: Sequence[RunPlace], template: Observation, options: Options, policy: Policy
) -> FormatReport:
    """Check the filled document, fix what may be fixed, and return the report; see ``check_format``."""
    # Filling changes texts only (else the proof refuses the result), so what was observed still holds.
    is_same = template.places is runs and not template.is_of_sources
    filled = template if is_same else take_observation(runs, template.cascade, template.weights)
    subjects = PolicySubjects(document, runs, filled, policy)
    found: list[tuple[Issue, ...]] = [()] * len(REGISTRY)
    changes: list[FixChange] = []
    for phase in (_FIXES_RUNS, _FIXES_PARAGRAPHS, _FIXES_NOTHING):
        changed_before = len(changes)
        for index in phase:
            found[index] = issues_of(REGISTRY[index], subjects.subject)
            fixable = _FIXABLE[index]
            if options.format_fix_mode == "safe" and fixable is not None:
                found[index] = _fix(fixable, found[index], subjects.subject, changes)
        if len(changes) > changed_before:
            # Later checks depend on it: an indent in characters on sizes, the lines of a page on both.
            subjects.look_again(Changes(changes[changed_before:]))
    subject = subjects.subject
    before = template.counts()
    return FormatReport(
        mode=options.format_mode,
        baseline=options.format_baseline,
        issues=in_document_order(
            [issue for each in (*found, layout_warnings(document, subjects.now)) for issue in each], document
        ),
        fix_changes=tuple(changes),
        template_observed=before,
        rendered_observed=before if subjects.now is template else subjects.now.counts(),
        overrides=policy.overrides(),
        policy=note_policy(policy, options.format_baseline),
        diagnostics={
            "paragraphs_checked": len(subject.paragraphs),
            "runs_checked": len(subject.filled),
            "tables_skipped": len(subject.tables) if policy.forbid_tables else 0,
        },
        page_geometry=tuple(subject.geometry),
        roles=tuple(note_role(each.place.path, each.role) for each in subject.paragraphs if each.role),
        not_checked=policy.house_style.not_checked,
        structure=structure_of(document),
    )


def _fix(
    check: FixableCheck, found: tuple[Issue, ...], subject: PolicySubject, changes: list[FixChange]
) -> tuple[Issue, ...]:
    """Fix the fixable issues of ``found``; append to ``changes``; return the issues, those fixed marked."""
    fixable = [issue for issue in found if issue.finding.fixable]
    if not fixable:
        return found
    changes.extend(check.fix(fixable, subject))
    return tuple(
        [
            Issue(issue.finding, issue.paragraph_path, issue.run_id, issue.run_ids, issue.finding.fixable)
            for issue in found
        ]
    )
