"""RUN_FONT_MISMATCH: a filled value is set in another font than asked for.

*Fails* under baseline ``policy``: a touched run shows Latin letters or digits in another font than
``run_font_latin``, ideographs, kana, hangul or full-width forms in another one than ``run_font_east_asia``,
or quotation marks, dashes and the like in a font that is neither of the two. Which of the four fonts of
w:rFonts (ECMA-376 part 1, 17.3.2.26) a character takes is decided as Word does ([MS-OI29500] 2.1.88).
A warning where nothing states the font, or the theme has none. Under baseline ``template``: after filling a
touched run has another w:ascii or w:eastAsia font than in the template.

*Passes*: the same name, upper and lower case alike; a script of which the text has no character; a rule that
is null, or that the rules for the paragraph's role have in its place.

*Fix*: the fonts of a touched run are set directly in the slots its characters take, in body paragraphs
outside tables that are no heading, neither centred nor right-aligned.
"""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.finding import Finding, Shown
from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.fonts_wanted import WantedFonts, font_repair, wanted_fonts, wrong_fonts
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import RunLook
from docops_flask.engine.checks.mismatch import policy_mismatch, template_mismatch
from docops_flask.engine.checks.run_fixes import fix_fonts
from docops_flask.engine.checks.subject import PolicySubject, TemplateSubject
from docops_flask.engine.formatting.effective import Effective, FontFace
from docops_flask.engine.formatting.run_edit import FontSettings
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import Slot

_WHAT: dict[Slot, str] = {"latin": "Latin font", "east_asia": "East Asian font"}


class RunFontMismatch(FixableCheck):
    """Fonts of every touched run, slot by slot."""

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
