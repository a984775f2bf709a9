"""ROLE_FONT_MISMATCH: a part of the document is set in another font than its role asks for.

*Fails*: letters and digits in none of the fonts of ``font_latin``, or ideographs, kana and full-width forms
in none of ``font_east_asia``, in a paragraph whose role has such a rule; with both rules, quotation marks,
dashes and the like in a font of neither. The font of each character is found as in RUN_FONT_MISMATCH. Runs
of a paragraph that are wrong in the same way for the same reason are one issue. Running text that follows a
heading in its paragraph is held against the body's rules. A warning where nothing states the font.

*Passes*: any font of the set, upper and lower case alike; a script of which the text has no character.
Baseline ``template`` never asks.

*Fix*: the set's first font is set on touched runs of the body outside tables, in the slots that the
characters take; theme fonts that would win are taken away, w:hint is set where a mark needs it.
"""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck
from docops_flask.engine.checks.fonts_wanted import WantedFonts, font_repair, wanted_fonts, wrong_fonts
from docops_flask.engine.checks.issue import FixChange, Issue
from docops_flask.engine.checks.role_issue import Mismatch, names_shown, role_issue, role_of_run, runs_alike
from docops_flask.engine.checks.run_fixes import fix_fonts
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject, RunSubject
from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.policy.house_style import RoleRules

_WHAT: dict[Slot, str] = {"latin": "Latin font", "east_asia": "East Asian font"}
_KEY: dict[Slot, str] = {
    "latin": "font_latin",
    "east_asia": "font_east_asia",
}


class RoleFontMismatch(FixableCheck):
    """Fonts of every run of every paragraph with a role."""

    code = "ROLE_FONT_MISMATCH"
    edits_runs = True

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph, script and wrong font."""
        for paragraph in subject.paragraphs:
            for mismatch, runs in runs_alike(_wrong(paragraph, subject)):
                fixable = _is_fixable(runs, paragraph, subject)
                yield role_issue(self.code, mismatch, paragraph, subject, runs=runs, fixable=fixable)

    def fix(self, issues: Sequence[Issue], subject: PolicySubject) -> Iterator[FixChange]:
        """Set the role's fonts on the runs themselves."""
        wanted_runs = {run_id for issue in issues for run_id in issue.run_ids}
        for path in dict.fromkeys(issue.paragraph_path for issue in issues):
            paragraph = subject.paragraph(path)
            for run in paragraph.runs:
                role = role_of_run(run, paragraph, subject)
                if run.place.run_id in wanted_runs and role is not None:
                    yield from fix_fonts(run, role_fonts(role.rules))


def role_fonts(rules: RoleRules) -> WantedFonts:
    """Return the fonts that a role asks for."""
    latin, east_asia = rules.font_latin, rules.font_east_asia
    return wanted_fonts(
        () if latin is None else latin.value,
        () if east_asia is None else east_asia.value,
    )


def _wrong(paragraph: ParagraphSubject, subject: PolicySubject) -> Iterator[tuple[RunSubject, Mismatch]]:
    for run in paragraph.runs:
        role = role_of_run(run, paragraph, subject)
        wanted = wanted_fonts() if role is None else role_fonts(role.rules)
        for slot, face in wrong_fonts(run.text, run.values, wanted) if wanted else ():
            rule = None if role is None else getattr(role.rules, _KEY[slot])
            if role is not None and rule is not None:
                yield (
                    run,
                    Mismatch(
                        role.role,
                        _KEY[slot],
                        rule,
                        _WHAT[slot],
                        expected=names_shown(rule.value),
                        actual=None if face.value is None else str(face.value),
                        found=face,
                        known=face.value is not None and face.value.name is not None,
                        slot=slot,
                    ),
                )


def _is_fixable(runs: Sequence[RunSubject], paragraph: ParagraphSubject, subject: PolicySubject) -> bool:
    role = role_of_run(runs[0], paragraph, subject)
    if role is None or not (paragraph.is_safe_to_fix_by_role and runs[0].touched):
        return False
    wanted = role_fonts(role.rules)
    return all(font_repair(run.text, run.values, wanted) is not None for run in runs)
