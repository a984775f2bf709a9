"""LEADING_WHITESPACE: a paragraph is moved in with spaces instead of an indent.

*Fails*: ``trim_leading_spaces`` is true and the text of a paragraph begins with one of ``trim_chars``
(a w:tab counts as the tab character).

*Passes*: any other first character, a paragraph without text, or ``trim_leading_spaces`` is false.
Baseline ``template`` never asks.

Text is never changed, so there is no fix.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.subject import PolicySubject

_NAMES = {" ": "space", "\t": "tab", "\u3000": "ideographic space", "\u00a0": "no-break space"}


class LeadingWhitespace(Check):
    """Every paragraph whose text begins with a character the policy wants trimmed."""

    code = "LEADING_WHITESPACE"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a paragraph that begins with whitespace."""
        if not subject.policy.trim_leading_spaces:
            return
        unwanted = subject.policy.trim_chars
        findings: dict[str, Finding] = {}
        for paragraph in subject.paragraphs:
            if paragraph.text.startswith(unwanted):
                first = paragraph.text[0]
                finding = findings.get(first) or findings.setdefault(first, self._finding(first))
                yield Issue(finding, paragraph.place.path)

    def _finding(self, first: str) -> Finding:
        name = _NAMES.get(first, f"U+{ord(first):04X}")
        return Finding(
            code=self.code,
            severity="error",
            message=f"The paragraph begins with a character the policy wants away ({name}). "
            "Delete it and use the paragraph's first-line indent instead.",
            expected="no leading whitespace",
            actual=name,
            rule_key="trim_leading_spaces",
        )
