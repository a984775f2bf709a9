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
from docops_flask.engine.checks.role_issue import Mismatch, role_issue, role_of_run, runs_alike
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject, RunSubject

_WORDS = {True: "bold", False: "not bold"}


class RoleBoldMismatch(Check):
    """Weight of every run of every paragraph with a role."""

    code = "ROLE_BOLD_MISMATCH"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph and origin of the wrong weight."""
        for paragraph in subject.paragraphs:
            for mismatch, runs in runs_alike(_wrong(paragraph, subject)):
                yield role_issue(self.code, mismatch, paragraph, subject, runs=runs)


def _wrong(paragraph: ParagraphSubject, subject: PolicySubject) -> Iterator[tuple[RunSubject, Mismatch]]:
    for run in paragraph.runs:
        role = role_of_run(run, paragraph, subject)
        rule = None if role is None else role.rules.bold
        is_bold = bool(run.values.bold.value)
        if role is not None and rule is not None and is_bold is not rule.value and run.text.strip():
            yield (
                run,
                Mismatch(
                    role.role,
                    "bold",
                    rule,
                    "Weight",
                    expected=_WORDS[rule.value],
                    actual=_WORDS[is_bold],
                    found=run.values.bold,
                ),
            )
