"""RUN_FONT_MISMATCH, ROLE_FONT_MISMATCH: text is set in another font than asked for."""

from collections.abc import Iterator, Sequence

from docops_flask.engine.checks.check import FixableCheck, PolicySubject
from docops_flask.engine.checks.issue import FixChange, Issue, Shown
from docops_flask.engine.checks.look import RunLook
from docops_flask.engine.checks.mismatch import Mismatch, names_shown, run_issues, template_mismatch
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
from docops_flask.engine.policy.rules import AppliedRules

_WHAT: dict[Slot, str] = {"latin": "Latin font", "east_asia": "East Asian font"}


class FontMismatch(FixableCheck):
    """Text is set in another font than asked for.

    *Fails* under ``run_font_latin`` and ``run_font_east_asia``, for filled runs, and under ``font_latin`` and
    ``font_east_asia`` of a role, for all runs of its text: Latin letters or digits in another font than the
    first, ideographs, kana, hangul or full-width forms in another one than the second, or, where there are
    both rules, quotation marks, dashes and the like in a font of neither. Which of the four fonts of
    w:rFonts (ECMA-376 part 1, 17.3.2.26) a character takes is decided as Word does ([MS-OI29500] 2.1.88). A
    warning where nothing states the font, or the theme has none. Under baseline ``template``: filling gave a
    touched run another w:ascii or w:eastAsia font.

    *Passes*: "calibri" under ``run_font_latin: Calibri``, any font of a role's set; a script of which the
    text has no character.

    *Fix*: the font, of a set the first, is set on touched runs of the body outside tables, in the slots that
    the characters take; under a rule for the whole document headings, centred and right-aligned paragraphs
    are left alone. Theme fonts that would win are taken away, w:hint is set where a mark needs it.

    *Looks at*: fonts of the runs, slot by slot. Under a role's rules the running text after a heading in its
    paragraph counts as body, and runs of a paragraph that are wrong alike are one issue.
    """

    codes = ("RUN_FONT_MISMATCH", "ROLE_FONT_MISMATCH")
    edits_runs = True

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each run (under a role's rules: paragraph), script and wrong font."""
        return run_issues(subject, _mismatches, _can_fix)

    def under_template(self, subject: TemplateSubject) -> Iterator[Issue]:
        """Yield one issue for each run and slot whose font filling changed."""
        for run_id, (place, before, after) in subject.runs.items():
            for slot, what in _WHAT.items():
                was, now = font_in(before, slot), font_in(after, slot)
                if was.value == now.value:
                    continue
                yield template_mismatch(
                    self.codes[0],
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
        """Set the fonts asked for on the runs themselves, in all the slots their characters take."""
        repairs: dict[RunLook, FontSettings | None] = {}
        for run in subject.runs_of(issues):
            if run.look not in repairs:
                repairs[run.look] = _repair(run.look)
            settings = repairs[run.look]
            if settings is not None:
                yield fix_fonts(run.place, settings, subject.repairs)


def font_in(values: RunValues, slot: Slot) -> Effective[FontFace]:
    """Return the run's font for ASCII or for East Asian characters, whatever it holds now."""
    return values.ascii if slot == "latin" else values.east_asia


def _shown(face: Effective[FontFace]) -> Shown:
    return None if face.value is None else str(face.value)


def _wanted(rules: AppliedRules) -> WantedFonts:
    latin, east_asia = rules.font_latin, rules.font_east_asia
    return wanted_fonts(
        () if latin is None else latin.value,
        () if east_asia is None else east_asia.value,
    )


def _mismatches(run: RunLook) -> Iterator[Mismatch]:
    wanted = _wanted(run.rules)
    for slot, face in wrong_fonts(run.sample, run.values, wanted) if wanted else ():
        rule = run.rules.font_latin if slot == "latin" else run.rules.font_east_asia
        if rule is not None:
            yield Mismatch(
                rule,
                _WHAT[slot],
                expected=names_shown(rule.value),
                actual=_shown(face),
                found=face,
                known=face.value is not None and face.value.name is not None,
                slot=slot,
            )


def _repair(run: RunLook) -> FontSettings | None:
    return font_repair(run.sample, run.values, _wanted(run.rules))


def _can_fix(_: Mismatch, run: RunLook) -> bool:
    return _repair(run) is not None
