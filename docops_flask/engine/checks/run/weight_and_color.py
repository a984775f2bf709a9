"""ROLE_BOLD_MISMATCH, ROLE_COLOR_MISMATCH: text has another weight or colour than asked for."""

import re
from collections.abc import Iterator

from docops_flask.engine.checks.check import Check, PolicySubject
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import RunLook
from docops_flask.engine.checks.mismatch import Mismatch
from docops_flask.engine.checks.run.run_issues import role_run_issues

_WORDS = {True: "bold", False: "not bold"}


class RoleBoldMismatch(Check):
    """Text is bold where its role asks for regular weight, or the other way round.

    *Fails*: the effective weight (w:b, ECMA-376 part 1, 17.3.2.1, toggled as 17.7.3 says) of a run with
    visible text is not what ``bold`` of its paragraph's role says. What nothing states is not bold. Running
    text that follows a heading in its paragraph is checked against the body's rules.

    *Passes*: the weight asked for, or a run of blanks alone. Not checked under baseline ``template``.

    *Fix*: none: bold text may be intended.

    *Looks at*: weight of every run of every paragraph with a role.
    """

    codes = ("ROLE_BOLD_MISMATCH",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph and origin of the wrong weight."""
        return role_run_issues(subject, _wrong_weight)


def _wrong_weight(run: RunLook) -> Iterator[Mismatch]:
    rule = run.rules.bold
    is_bold = bool(run.values.bold.value)
    if rule is not None and is_bold is not rule.value and not run.blank:
        yield Mismatch(
            rule,
            "Weight",
            expected=_WORDS[rule.value],
            actual=_WORDS[is_bold],
            found=run.values.bold,
        )


_AUTOMATIC = "auto"
_BLACK = frozenset((_AUTOMATIC, "000000", "theme:text1", "theme:dark1"))
_HEX = "[0-9A-F]{6}"
_LEAST_RED, _MOST_OTHER = 0xC0, 0x40


class RoleColorMismatch(Check):
    """Text has another colour than its role asks for.

    *Fails*: the effective colour (w:color, ECMA-376 part 1, 17.3.2.6) of a run with visible text is not
    ``color`` of its paragraph's role. What nothing states is automatic, which is black. Running text that
    follows a heading in its paragraph is checked against the body's rules. A warning where only the name of a
    theme colour is known.

    *Passes*: the six digits asked for; for ``black`` automatic and 000000; for ``red`` any clear red (red at
    least C0, green and blue at most 40, hexadecimal); a run of blanks alone. Not checked under
    baseline ``template``.

    *Fix*: none: a colour may be intended.

    *Looks at*: colour of every run of every paragraph with a role.
    """

    codes = ("ROLE_COLOR_MISMATCH",)

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue for each paragraph and wrong colour."""
        return role_run_issues(subject, _wrong_color)


def is_color(color: str, wanted: str) -> bool:
    """Say whether ``color``, a value of w:color, fits ``wanted``, a colour in a policy."""
    if wanted == "black":
        return color in _BLACK
    if wanted == "red":
        if not re.fullmatch(_HEX, color):
            return False
        red, green, blue = (int(color[index : index + 2], 16) for index in (0, 2, 4))
        return red >= _LEAST_RED and max(green, blue) <= _MOST_OTHER
    return color == wanted


def _wrong_color(run: RunLook) -> Iterator[Mismatch]:
    rule = run.rules.color
    if rule is None or run.blank:
        return
    color = run.values.color.value or _AUTOMATIC
    if not is_color(color, rule.value):
        yield Mismatch(
            rule,
            "Colour",
            expected=rule.value,
            actual=color,
            found=run.values.color,
            known=not color.startswith("theme:"),
        )
