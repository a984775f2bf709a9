"""RUN_FONT_MISMATCH, ROLE_FONT_MISMATCH: text is set in another font than asked for."""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck, PolicySubject, RoleRun
from docops_flask.engine.checks.issue import Finding, FixChange, Issue, Shown
from docops_flask.engine.checks.look import RoleRunLook, RunLook
from docops_flask.engine.checks.mismatch import (
    Mismatch,
    names_shown,
    policy_mismatch,
    role_run_issues,
    template_mismatch,
)
from docops_flask.engine.checks.observation import TemplateSubject
from docops_flask.engine.checks.run.fonts_wanted import (
    WantedFonts,
    fix_fonts,
    font_repair,
    wanted_fonts,
    wrong_fonts,
)
from docops_flask.engine.formatting.edit import FontSettings
from docops_flask.engine.formatting.effective import Effective, FontFace
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.policy.policy import RoleRules

_WHAT: dict[Slot, str] = {"latin": "Latin font", "east_asia": "East Asian font"}


class RunFontMismatch(FixableCheck):
    """A filled value is set in another font than asked for.

    *Fails* under baseline ``policy``: a touched run shows Latin letters or digits in another font than
    ``run_font_latin``, ideographs, kana, hangul or full-width forms in another one than
    ``run_font_east_asia``, or quotation marks, dashes and the like in a font that is neither of the two.
    Which of the four fonts of w:rFonts (ECMA-376 part 1, 17.3.2.26) a character takes is decided as Word does
    ([MS-OI29500] 2.1.88). A warning where nothing states the font, or the theme has none. Under baseline
    ``template``: after filling a touched run has another w:ascii or w:eastAsia font than in the template.

    *Passes*: the same name, upper and lower case alike; a script of which the text has no character; a rule
    that is null, or that the rules for the paragraph's role have in its place.

    *Fix*: the fonts of a touched run are set directly in the slots its characters take, in body paragraphs
    outside tables that are no heading, neither centred nor right-aligned.

    *Looks at*: fonts of every touched run, slot by slot.
    """

    code = "RUN_FONT_MISMATCH"
    edits_runs = True

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a run and slot whose font is not the policy's."""
        return subject.faults_of_runs(lambda look: self._findings(look, subject))

    def _findings(self, look: RunLook, subject: PolicySubject) -> Iterator[Finding]:
        wanted = _wanted(look, subject)
        wrong = wrong_fonts(look.sample, look.values, wanted) if wanted else ()
        fixable = (
            bool(wrong) and look.is_safe_to_fix and font_repair(look.sample, look.values, wanted) is not None
        )
        for slot, face in wrong:
            yield self._finding(look, slot, face, subject, fixable=fixable)

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield one issue a run and slot whose font filling changed."""
        for run_id, (place, before, after) in subject.runs.items():
            for slot, what in _WHAT.items():
                was, now = font_in(before, slot), font_in(after, slot)
                if was.value == now.value:
                    continue
                yield template_mismatch(
                    self.code,
                    what,
                    place.paragraph.path,
                    expected=_shown(was),
                    actual=_shown(now),
                    found=now,
                    source=subject.source_of_run(now, run_id),
                    run_id=run_id,
                    slot=slot,
                )

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the policy's fonts on the runs themselves, in all the slots their characters take."""
        repairs: dict[RunLook, FontSettings | None] = {}
        for run, look in subject.touched_runs(issues):
            if look not in repairs:
                repairs[look] = font_repair(look.sample, look.values, _wanted(look, subject))
            settings = repairs[look]
            if settings is not None:
                yield fix_fonts(run.place, settings)

    def _finding(
        self,
        look: RunLook,
        slot: Slot,
        face: Effective[FontFace],
        subject: PolicySubject,
        *,
        fixable: bool,
    ) -> Finding:
        policy = subject.policy
        return policy_mismatch(
            self.code,
            _WHAT[slot],
            policy,
            expected=policy.run_font_latin if slot == "latin" else policy.run_font_east_asia,
            actual=_shown(face),
            found=face,
            source=subject.source_in_run(face, look.values, look.part),
            stated=face.value is not None and face.value.name is not None,
            slot=slot,
            rule_key="run_font_latin" if slot == "latin" else "run_font_east_asia",
            fixable=fixable,
        )


def font_in(values: RunValues, slot: Slot) -> Effective[FontFace]:
    """Return the run's font for ASCII or for East Asian characters, whatever it holds now."""
    return values.ascii if slot == "latin" else values.east_asia


def _wanted(run: RunLook, subject: PolicySubject) -> WantedFonts:
    """Return the policy's fonts for a run, without those that a rule for its paragraph's role has."""
    policy = subject.policy
    rules = None if run.paragraph is None else run.paragraph.rules
    latin = None if rules is not None and rules.font_latin is not None else policy.run_font_latin
    east_asia = None if rules is not None and rules.font_east_asia is not None else policy.run_font_east_asia
    return wanted_fonts((latin,) if latin else (), (east_asia,) if east_asia else ())


def _shown(face: Effective[FontFace]) -> Shown:
    return None if face.value is None else str(face.value)


_KEY: dict[Slot, str] = {
    "latin": "font_latin",
    "east_asia": "font_east_asia",
}


class RoleFontMismatch(FixableCheck):
    """A part of the document is set in another font than its role asks for.

    *Fails*: letters and digits in none of the fonts of ``font_latin``, or ideographs, kana and full-width
    forms in none of ``font_east_asia``, in a paragraph whose role has such a rule; with both rules, quotation
    marks, dashes and the like in a font of neither. The font of each character is found as in
    RUN_FONT_MISMATCH. Runs of a paragraph that are wrong in the same way for the same reason are one issue.
    Running text that follows a heading in its paragraph is held against the body's rules. A warning where
    nothing states the font.

    *Passes*: any font of the set, upper and lower case alike; a script of which the text has no character.
    Baseline ``template`` never asks.

    *Fix*: the set's first font is set on touched runs of the body outside tables, in the slots that the
    characters take; theme fonts that would win are taken away, w:hint is set where a mark needs it.

    *Looks at*: fonts of every run of every paragraph with a role.
    """

    code = "ROLE_FONT_MISMATCH"
    edits_runs = True

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph, script and wrong font."""
        return role_run_issues(self.code, subject, _wrong, _is_fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's fonts on the runs themselves."""
        wanted_runs = {run_id for issue in issues for run_id in issue.run_ids}
        repairs: dict[RoleRunLook, FontSettings | None] = {}
        for path in dict.fromkeys(issue.paragraph_path for issue in issues):
            for run in subject.paragraph(path).runs:
                if run.place.run_id not in wanted_runs:
                    continue
                if run.look not in repairs:
                    repairs[run.look] = _repair(run.look)
                settings = repairs[run.look]
                if settings is not None:
                    yield fix_fonts(run.place, settings)


def role_fonts(rules: RoleRules) -> WantedFonts:
    """Return the fonts that a role asks for."""
    latin, east_asia = rules.font_latin, rules.font_east_asia
    return wanted_fonts(
        () if latin is None else latin.value,
        () if east_asia is None else east_asia.value,
    )


def _wrong(run: RoleRunLook) -> Iterator[Mismatch]:
    if run.rules is None:
        return
    wanted = role_fonts(run.rules)
    for slot, face in wrong_fonts(run.sample, run.values, wanted) if wanted else ():
        rule = getattr(run.rules, _KEY[slot])
        if rule is not None:
            yield Mismatch(
                run.role,
                _KEY[slot],
                rule,
                _WHAT[slot],
                expected=names_shown(rule.value),
                actual=None if face.value is None else str(face.value),
                found=face,
                known=face.value is not None and face.value.name is not None,
                slot=slot,
            )


def _repair(run: RoleRunLook) -> FontSettings | None:
    return None if run.rules is None else font_repair(run.sample, run.values, role_fonts(run.rules))


def _is_fixable(_: Mismatch, runs: Sequence[RoleRun]) -> bool:
    return all(_repair(run.look) is not None for run in runs)
