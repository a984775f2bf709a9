"""Issues about a section's page: clause, place and message in one place."""

from typing import Any

from docops_flask.engine.checks.finding import Finding, Shown
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.formatting.page_geometry import PageGeometry
from docops_flask.engine.policy.house_style import Rule

TWIPS_PER_MM = 1440 / 25.4


def page_issue(
    code: str,
    key: str,
    rule: Rule[Any],
    page: PageGeometry,
    message: str,
    *,
    expected: Shown,
    actual: Shown,
    tolerance: int | None = None,
) -> Issue:
    """Return the issue that a rule of the page (``key``: its name in a policy) does not hold in a section.

    What the document leaves to Word (``actual`` is ``None``) is a warning.
    """
    clause = f" ({rule.source})" if rule.source else ""
    finding = Finding(
        code=code,
        severity=rule.severity if actual is not None else "warn",
        message=f"Section {page.section + 1}: {message}{clause}.",
        expected=expected,
        actual=actual,
        tolerance=tolerance,
        rule_key=f"page.{key}",
        rule_source=rule.source,
        section=page.section,
    )
    return Issue(finding, page.paragraph_path)


def in_mm(twips: int) -> str:
    """Return a length as people read it."""
    return f"{round(twips / TWIPS_PER_MM, 1):g} mm"
