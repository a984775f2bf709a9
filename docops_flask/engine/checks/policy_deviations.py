"""Where a document's own style departs from a policy, rule by rule."""

from collections.abc import Mapping, Sequence
from typing import Any

from docops_flask.engine.checks.finding import Shown
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.observation import take_observation
from docops_flask.engine.checks.report_notes import Deviation
from docops_flask.engine.checks.suggested_policy import issues_under
from docops_flask.engine.document.document import Document
from docops_flask.engine.document.places import RunPlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.policy.house_style_writer import house_style_as_dict
from docops_flask.engine.policy.policy import Policy


def policy_deviations(
    document: Document, runs: Sequence[RunPlace], policy: Policy, own: Policy
) -> tuple[Deviation, ...]:
    """Return the rules of ``policy`` that the document breaks, in the order in which it first does.

    ``own`` is the policy suggested from it, ``runs`` are those that were filled.
    """
    now = take_observation(runs, Cascade(document.styles, document.related))
    by_key: dict[str, list[Issue]] = {}
    for issue in issues_under(document, runs, now, policy):
        if issue.rule_key is not None:
            by_key.setdefault(issue.rule_key, []).append(issue)
    content = {**own.as_dict(), **house_style_as_dict(own.house_style)}
    return tuple(
        Deviation(
            key=key,
            expected=issues[0].finding.expected,
            found=_found(content, key, issues),
            severity="error" if any(issue.severity == "error" for issue in issues) else "warn",
            rule_source=issues[0].rule_source,
        )
        for key, issues in by_key.items()
    )


def _found(content: Mapping[str, Any], key: str, issues: Sequence[Issue]) -> Shown:
    """Return what the document has throughout, else what is wrong everywhere alike, else ``None``."""
    value: Any = content
    for step in key.split("."):
        value = value.get(step) if isinstance(value, Mapping) else None
    if isinstance(value, list):
        return ", ".join(map(str, value))
    if value is not None and not isinstance(value, bool):
        return value  # type: ignore[no-any-return]
    actual = {issue.finding.actual for issue in issues}
    return actual.pop() if len(actual) == 1 else None
