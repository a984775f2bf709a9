"""ROLE_BOLD_MISMATCH: a part of the document is bold where its role asks for regular type, or not bold.

*Fails*: the effective weight (w:b, ECMA-376 part 1, 17.3.2.1, toggled as 17.7.3 says) of a run with visible
text is not what ``bold`` of its paragraph's role says. What nothing states is not bold. Running text that
follows a heading in its paragraph is held against the body's rules.

*Passes*: the weight asked for, or a run of blanks alone. Baseline ``template`` never asks.

*Fix*: none: what is bold in a part may be meant so.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.look import RoleRunLook
from docops_flask.engine.checks.role_issue import Mismatch
from docops_flask.engine.checks.role_run_issues import role_run_issues
from docops_flask.engine.checks.subject import PolicySubject

_WORDS = {True: "bold", False: "not bold"}


class RoleBoldMismatch(Check):
    """Weight of every run of every paragraph with a role."""

    code = "ROLE_BOLD_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph and origin of the wrong weight."""
        return role_run_issues(self.code, subject, _wrong)


def _wrong(run: RoleRunLook) -> Iterator[Mismatch]:
    rule = None if run.rules is None else run.rules.bold
    is_bold = bool(run.values.bold.value)
    if rule is not None and is_bold is not rule.value and not run.blank:
        yield Mismatch(
            run.role,
            "bold",
            rule,
            "Weight",
            expected=_WORDS[rule.value],
            actual=_WORDS[is_bold],
            found=run.values.bold,
        )
