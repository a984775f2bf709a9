"""RUN_FONT_MISMATCH: a filled value is set in another font than asked for.

*Fails* under baseline ``policy``: a touched run has Latin letters or digits and its effective w:ascii font is
not ``run_font_latin``, or has ideographs, kana, hangul or full-width forms and its w:eastAsia font is not
``run_font_east_asia`` (w:rFonts, ECMA-376 part 1, 17.3.2.26); a warning where nothing, or only the theme,
states the font. Under baseline ``template``: after filling a touched run has another font in either slot
than in the template.

*Passes*: the same name, upper and lower case alike; a slot of which the text has no character; a rule that
is null.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.issue import Issue, Shown
from docops_flask.engine.checks.mismatch import policy_mismatch, template_mismatch
from docops_flask.engine.checks.subject import PolicySubject, RunSubject, TemplateSubject
from docops_flask.engine.formatting.effective import Effective, FontFace, RunValues
from docops_flask.engine.formatting.script_slots import Slot, slots_of
from docops_flask.engine.policy.policy import Policy

_WHAT: dict[Slot, str] = {"latin": "Latin font", "east_asia": "East Asian font"}


class RunFontMismatch(Check):
    """Fonts of every touched run, slot by slot."""

    code = "RUN_FONT_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a run and slot whose font is not the policy's."""
        policy = subject.policy
        wanted: dict[Slot, str | None] = {
            "latin": policy.run_font_latin,
            "east_asia": policy.run_font_east_asia,
        }
        if not any(wanted.values()):
            return
        for run in subject.runs:
            for slot in slots_of(run.text):
                expected = wanted[slot]
                face = font_in(run.values, slot)
                if expected is not None and not _is_named(face.value, expected):
                    yield self._issue(run, slot, face, expected, policy)

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
                    origin=now.origin,
                    run_id=run_id,
                    slot=slot,
                )

    def _issue(
        self, run: RunSubject, slot: Slot, face: Effective[FontFace], expected: str, policy: Policy
    ) -> Issue:
        return policy_mismatch(
            self.code,
            _WHAT[slot],
            run.place,
            policy,
            expected=expected,
            actual=_shown(face),
            origin=face.origin,
            stated=face.value is not None and face.value.name is not None,
            slot=slot,
        )


def font_in(values: RunValues, slot: Slot) -> Effective[FontFace]:
    """Return the run's font for characters of ``slot``."""
    return values.latin if slot == "latin" else values.east_asia


def _is_named(face: FontFace | None, expected: str) -> bool:
    return face is not None and face.name is not None and face.name.casefold() == expected.casefold()


def _shown(face: Effective[FontFace]) -> Shown:
    return None if face.value is None else str(face.value)
