"""RUN_FONT_MISMATCH, ROLE_FONT_MISMATCH: text is set in another font than asked for."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence

from docops_flask.engine.checks.check import FixableCheck, PolicySubject
from docops_flask.engine.checks.issue import FixChange, Issue, Shown
from docops_flask.engine.checks.look import RunLook
from docops_flask.engine.checks.mismatch import Mismatch, names_shown, template_mismatch
from docops_flask.engine.checks.observation import TemplateSubject
from docops_flask.engine.checks.run.fonts_wanted import (
    WantedFonts,
    fix_fonts,
    font_repair,
    wanted_fonts,
    wrong_fonts,
)
from docops_flask.engine.checks.run.run_issues import run_issues
from docops_flask.engine.formatting.edit import FontSettings
from docops_flask.engine.formatting.effective import Effective, FontFace
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import Slot, fonts_of
from docops_flask.engine.policy.rules import AppliedRule, AppliedRules

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

    *Fix* (``safe_fix``), under a policy with rules for roles: where the wrong font is direct formatting the
    one asked for (of a set the one that most of the role's text has, else the first) is set on touched runs
    of the body outside tables, in the slots that the characters take; under a rule for the whole document
    headings, centred and right-aligned paragraphs are left alone. Theme fonts that would win are taken away,
    w:hint is set where a mark needs it.

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
        """Set the fonts asked for on the runs themselves, in the slots that ``issues`` are about."""
        scripts = _scripts_by_run(issues)
        used = _fonts_used(subject) if issues else {}
        for run in subject.runs_of(issues):
            of_run = frozenset(scripts[run.place.run_id, run.look.rules.role is not None])
            settings = _repair(run.look, of_run, used)
            if settings is not None:
                yield fix_fonts(run.place, settings, subject.repairs)


_Used = Mapping[str, str]
_NONE_USED: _Used = {}


def _fonts_used(subject: PolicySubject) -> _Used:
    """Return by rule the font of its set that most text of the role has, where filling left it alone.

    A repair writes that one: the text around has to look the same.
    """
    counts: dict[str, Counter[str]] = {}
    for paragraph in subject.with_role_rules:
        for look in paragraph.run_looks:
            rules = look.rules
            of_slots: tuple[tuple[Slot, AppliedRule[tuple[str, ...]] | None], ...] = (
                ("latin", rules.font_latin),
                ("east_asia", rules.font_east_asia),
            )
            for slot, rule in of_slots if not look.touched else ():
                if rule is None:
                    continue
                names = {name.casefold(): name for name in rule.value}
                for face in fonts_of(look.sample, look.values, slot).values():
                    name = None if face.value is None else names.get((face.value.name or "").casefold())
                    if name is not None:
                        counts.setdefault(rule.key, Counter())[name] += 1
    return {key: names.most_common(1)[0][0] for key, names in counts.items()}


def _scripts_by_run(issues: Sequence[Issue]) -> Mapping[tuple[str, bool], set[Slot]]:
    """Return the scripts of each run whose fonts are wrong, apart for rules of roles and of the document."""
    found: dict[tuple[str, bool], set[Slot]] = {}
    for issue in issues:
        for run_id in issue.run_ids or ((issue.run_id,) if issue.run_id else ()):
            if issue.finding.slot is not None:
                found.setdefault((run_id, issue.is_for_role), set()).add(issue.finding.slot)
    return found


def font_in(values: RunValues, slot: Slot) -> Effective[FontFace]:
    """Return the run's font for ASCII or for East Asian characters, whatever it holds now."""
    return values.ascii if slot == "latin" else values.east_asia


def _shown(face: Effective[FontFace]) -> Shown:
    return None if face.value is None else str(face.value)


def _wanted(rules: AppliedRules, used: _Used = _NONE_USED) -> WantedFonts:
    latin, east_asia = rules.font_latin, rules.font_east_asia
    return wanted_fonts(
        () if latin is None else _led_by(used.get(latin.key), latin.value),
        () if east_asia is None else _led_by(used.get(east_asia.key), east_asia.value),
    )


def _led_by(first: str | None, names: tuple[str, ...]) -> tuple[str, ...]:
    return names if first is None else (first, *(name for name in names if name != first))


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


def _repair(run: RunLook, scripts: frozenset[Slot], used: _Used = _NONE_USED) -> FontSettings | None:
    return font_repair(run.sample, run.values, _wanted(run.rules, used), scripts)


_BOTH: frozenset[Slot] = frozenset(("latin", "east_asia"))


def _can_fix(mismatch: Mismatch, run: RunLook) -> bool:
    """Say whether the font can be set, alone and together with that of the other script."""
    alone = mismatch.slot is not None and _repair(run, frozenset((mismatch.slot,))) is not None
    return alone and _repair(run, _BOTH) is not None
