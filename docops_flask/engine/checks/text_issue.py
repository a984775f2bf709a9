"""Issues about how certain texts are written."""

import re
from collections.abc import Iterator

from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject
from docops_flask.engine.policy.house_style import Rule

_SHOWN = 80
_PLACEHOLDER = re.compile("【[A-Z0-9_]+】")


def written_paragraphs(subject: PolicySubject, role: str) -> Iterator[ParagraphSubject]:
    """Yield the paragraphs with ``role`` whose text is all there: no placeholder waits in it."""
    for paragraph in subject.paragraphs:
        if paragraph.role_name == role and not _PLACEHOLDER.search(paragraph.text):
            yield paragraph


def text_issue(
    code: str, key: str, rule: Rule[bool], paragraph: ParagraphSubject, *, message: str, expected: str
) -> Issue:
    """Return the issue that a paragraph's text is not as ``key`` of a policy's texts asks for."""
    clause = f" ({rule.source})" if rule.source else ""
    finding = Finding(
        code=code,
        severity=rule.severity,
        message=f"{message}{clause}. Change the text or the value that was filled in.",
        expected=expected,
        actual=paragraph.text.strip()[:_SHOWN],
        role=None if paragraph.role is None else paragraph.role.role,
        rule_key=f"text.{key}",
        rule_source=rule.source,
    )
    return Issue(finding, paragraph.place.path)
