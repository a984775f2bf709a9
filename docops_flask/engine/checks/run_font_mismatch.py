"""RUN_FONT_MISMATCH: a filled value is set in another font than asked for.

*Fails* under baseline ``policy``: a touched run shows Latin letters or digits in another font than
``run_font_latin``, ideographs, kana, hangul or full-width forms in another one than ``run_font_east_asia``,
or quotation marks, dashes and the like in a font that is neither of the two. Which of the four fonts of
w:rFonts (ECMA-376 part 1, 17.3.2.26) a character takes is decided as Word does ([MS-OI29500] 2.1.88).
A warning where nothing states the font, or the theme has none. Under baseline ``template``: after filling a
touched run has another w:ascii or w:eastAsia font than in the template.

*Passes*: the same name, upper and lower case alike; a script of which the text has no character; a rule that
is null.
"""

from collections.abc import Iterator, Mapping

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.issue import Issue, Shown
from docops_flask.engine.checks.mismatch import policy_mismatch, template_mismatch
from docops_flask.engine.checks.subject import PolicySubject, RunSubject, TemplateSubject
from docops_flask.engine.formatting.effective import Effective, FontFace
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import Slot, fonts_of

Wanted = Mapping[Slot, str | None]

_WHAT: dict[Slot, str] = {"latin": "Latin font", "east_asia": "East Asian font"}


class RunFontMismatch(Check):
    """Fonts of every touched run, slot by slot."""

    code = "RUN_FONT_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a run and slot whose font is not the policy's."""
        policy = subject.policy
        wanted: Wanted = {"latin": policy.run_font_latin, "east_asia": policy.run_font_east_asia}
        if not any(wanted.values()):
            return
        for run in subject.runs:
            for slot, face in wrong_fonts(run.text, run.values, wanted):
                yield self._issue(run, slot, face, wanted[slot], subject)

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

    def _issue(
        self,
        run: RunSubject,
        slot: Slot,
        face: Effective[FontFace],
        expected: str | None,
        subject: PolicySubject,
    ) -> Issue:
        return policy_mismatch(
            self.code,
            _WHAT[slot],
            run.place,
            subject.policy,
            expected=expected,
            actual=_shown(face),
            found=face,
            source=subject.source(face, run),
            stated=face.value is not None and face.value.name is not None,
            slot=slot,
        )


def font_in(values: RunValues, slot: Slot) -> Effective[FontFace]:
    """Return the run's font for ASCII or for East Asian characters, whatever it holds now."""
    return values.ascii if slot == "latin" else values.east_asia


def wrong_fonts(text: str, values: RunValues, wanted: Wanted) -> list[tuple[Slot, Effective[FontFace]]]:
    """Return the fonts that characters of ``text`` really take and that are not the ones ``wanted``.

    Each comes once, under the script of its characters. Quotation marks, dashes and the like may have
    either script's font; what has neither counts as of the script whose font slot it takes.
    """
    wrong: dict[tuple[Slot, FontFace | None], Effective[FontFace]] = {}
    for slot, expected in wanted.items():
        for face in fonts_of(text, values, slot).values() if expected else ():
            if not _is_named(face.value, expected):
                wrong.setdefault((slot, face.value), face)
    if all(wanted.values()):
        for taken, face in fonts_of(text, values, "either").items():
            if face.value is None or face.value.name is None:
                continue
            if not any(_is_named(face.value, expected) for expected in wanted.values()):
                wrong.setdefault(("east_asia" if taken == "east_asia" else "latin", face.value), face)
    return [(slot, face) for (slot, _), face in wrong.items()]


def _is_named(face: FontFace | None, expected: str | None) -> bool:
    if face is None or face.name is None or expected is None:
        return False
    return face.name.casefold() == expected.casefold()


def _shown(face: Effective[FontFace]) -> Shown:
    return None if face.value is None else str(face.value)
