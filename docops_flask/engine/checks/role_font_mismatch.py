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
from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.fonts_wanted import WantedFonts, font_repair, wanted_fonts, wrong_fonts
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import RoleRunLook
from docops_flask.engine.checks.role_issue import Mismatch, names_shown
from docops_flask.engine.checks.role_run_issues import role_run_issues
from docops_flask.engine.checks.run_fixes import fix_fonts
from docops_flask.engine.checks.subject import PolicySubject, RoleRun
from docops_flask.engine.formatting.run_edit import FontSettings
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
