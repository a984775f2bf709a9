"""Issues about a value that is not the one asked for: severity and message in one place."""

from typing import Any

from docops_flask.engine.checks.finding import Finding, Shown
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.formatting.effective import DIRECT, Effective
from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.policy.policy import Policy


def policy_mismatch(
    code: str,
    what: str,
    policy: Policy,
    *,
    expected: Shown,
    actual: Shown,
    found: Effective[Any],
    source: str | None,
    stated: bool,
    unit: str = "",
    tolerance: int | None = None,
    fixable: bool = False,
    slot: Slot | None = None,
    rule_key: str,
) -> Finding:
    """Return the finding that ``what`` is not as the policy says.

    ``found`` is the effective value with its origin, ``source`` the origin at length.
    ``stated`` is false where no value is known: nothing states it, or the theme does. That is a
    warning, unless the policy's ``treat_inherited_as_error``.
    """
    if stated:
        said = f"{what} is {actual}{unit} (from: {found.origin})"
        advice = "Change it there." if found.origin != DIRECT else "Change it or clear the direct formatting."
    elif actual is None:
        said, advice = f"{what} is stated nowhere in the document", "State it in the style."
    else:
        said, advice = f"{what} is given as {actual}, which has no known value", "State it in the style."
    return Finding(
        code=code,
        severity="error" if stated or policy.treat_inherited_as_error else "warn",
        message=f"{said}; the policy asks for {expected}{unit}. {advice}",
        expected=expected,
        actual=actual,
        tolerance=tolerance,
        fixable=fixable,
        slot=slot,
        rule_key=rule_key,
        origin=found.origin,
        source=source,
    )


def template_mismatch(
    code: str,
    what: str,
    paragraph_path: str,
    *,
    expected: Shown,
    actual: Shown,
    found: Effective[Any],
    source: str | None,
    run_id: str | None = None,
    tolerance: int | None = None,
    slot: Slot | None = None,
) -> Issue:
    """Return the issue that filling changed ``what``; ``None`` means that nothing stated or states it."""
    before = "not stated" if expected is None else expected
    after = "not stated any more" if actual is None else actual
    finding = Finding(
        code=code,
        severity="error",
        message=f"{what} was {before} in the template and is {after} after filling.",
        expected=expected,
        actual=actual,
        tolerance=tolerance,
        slot=slot,
        origin=found.origin,
        source=source,
    )
    return Issue(finding, paragraph_path, run_id)
