"""Issues about a value that differs from the one asked for.

Severity, clause and message are made in one place; runs that are alike are checked once and reported
together.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.checks.check import ParagraphSubject, PolicySubject, RunSubject
from docops_flask.engine.checks.issue import Finding, Issue, Shown
from docops_flask.engine.checks.look import ParagraphLook, RunLook
from docops_flask.engine.formatting.effective import DIRECT, UNSTATED, Effective
from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.policy.policy import ROLE_LABELS
from docops_flask.engine.policy.rules import AppliedRule


class Mismatch(NamedTuple):
    """A rule that does not hold, and what there is instead.

    ``what`` names the property in a message. ``found`` is the value with its origin; it is not ``known``
    where nothing in the document states it, or a theme is named that has none. ``line_rule`` is the
    w:lineRule of a line spacing that is ``actual`` without one.
    """

    rule: AppliedRule[Any]
    what: str
    expected: Shown
    actual: Shown
    found: Effective[Any] = UNSTATED
    known: bool = True
    unit: str = ""
    tolerance: int | None = None
    slot: Slot | None = None
    line_rule: str | None = None


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


def paragraph_finding(
    mismatch: Mismatch, look: ParagraphLook, subject: PolicySubject, *, fixable: bool = False
) -> Finding:
    """Return the finding about a mismatch of paragraphs with that look."""
    return _finding(mismatch, subject.source_in_paragraph(mismatch.found, look), fixable=fixable)


def _run_finding(mismatch: Mismatch, look: RunLook, subject: PolicySubject, *, fixable: bool) -> Finding:
    source = subject.source_in_run(mismatch.found, look.values, look.part)
    return _finding(mismatch, source, fixable=fixable)


def _finding(mismatch: Mismatch, source: str | None, *, fixable: bool) -> Finding:
    """Return the finding about a mismatch; ``source`` is the origin of the actual value at length."""
    rule = mismatch.rule
    return Finding(
        code=rule.code,
        severity=rule.severity if mismatch.known else rule.unstated_severity,
        message=_message(mismatch),
        expected=mismatch.expected,
        actual=mismatch.actual,
        tolerance=mismatch.tolerance,
        fixable=fixable,
        slot=mismatch.slot,
        origin=mismatch.found.origin,
        source=source,
        role=rule.role,
        rule_key=rule.key,
        rule_source=rule.source,
        line_rule=mismatch.line_rule,
    )


def _message(mismatch: Mismatch) -> str:
    rule, origin = mismatch.rule, mismatch.found.origin
    what = mismatch.what if rule.role is None else f"{mismatch.what} of the {ROLE_LABELS[rule.role].en}"
    if mismatch.known:
        place = f" (from: {origin})" if origin else ""
        said = f"{what} is {mismatch.actual}{mismatch.unit}{place}"
    elif rule.is_for_role or mismatch.actual is None:
        said = f"{what} is stated nowhere in the document"
    else:
        said = f"{what} is given as {mismatch.actual}, which has no known value"
    clause = f" ({rule.source})" if rule.source else ""
    return f"{said}; the policy asks for {mismatch.expected}{mismatch.unit}{clause}. {_advice(mismatch)}"


def _advice(mismatch: Mismatch) -> str:
    is_for_role = mismatch.rule.is_for_role
    if not is_for_role and not mismatch.known:
        return "State it in the style."
    if mismatch.found.origin == DIRECT:
        return "Change it or clear the direct formatting."
    return "Change it in the style." if is_for_role else "Change it there."


def names_shown(names: Iterable[str]) -> str:
    """Return a font set as an issue shows it: its first name stands for all."""
    first, *others = names
    return f"{first} or the like" if others else first


_Mismatches = Mapping[RunLook, Sequence[Mismatch]]
_Alike = tuple[Mismatch, list[RunSubject]]


def run_issues(
    subject: PolicySubject,
    check: Callable[[RunLook], Iterable[Mismatch]],
    can_fix: Callable[[Mismatch, RunLook], bool],
) -> Iterator[Issue]:
    """Yield the issues about filled runs under rules for the whole document, then those under roles' rules.

    ``check`` says what is wrong with a run, once for all that look alike; ``can_fix`` whether a run that is
    safe to fix can be repaired.
    """
    if subject.rules.has_document_rules:
        yield from _filled_run_issues(subject, check, can_fix)
    yield from role_run_issues(subject, check, can_fix)


def _filled_run_issues(
    subject: PolicySubject,
    check: Callable[[RunLook], Iterable[Mismatch]],
    can_fix: Callable[[Mismatch, RunLook], bool],
) -> Iterator[Issue]:
    found: dict[RunLook, list[Finding]] = {}
    for look in dict.fromkeys(run.look for run in subject.filled_runs):
        for mismatch in check(look):
            fixable = look.is_safe_to_fix and can_fix(mismatch, look)
            finding = _run_finding(mismatch, look, subject, fixable=fixable)
            found.setdefault(look, []).append(finding)
    for run in subject.filled_runs if found else ():
        for finding in found.get(run.look, ()):
            yield Issue(finding, run.place.paragraph.path, run.place.run_id)


def role_run_issues(
    subject: PolicySubject,
    check: Callable[[RunLook], Iterable[Mismatch]],
    can_fix: Callable[[Mismatch, RunLook], bool] | None = None,
) -> Iterator[Issue]:
    """Yield the issues about runs under the rules of roles; ``check`` and ``can_fix`` as in ``run_issues``.

    Runs of a paragraph that are wrong in the same way for the same reason are one issue.
    """
    mismatches = _mismatches(subject, check)
    findings: dict[tuple[int, RunLook, bool], Finding] = {}
    for paragraph in subject.with_role_rules if mismatches else ():
        for mismatch, runs in _alike(paragraph, mismatches):
            first = runs[0].look
            fixable = (
                can_fix is not None
                and first.is_safe_to_fix
                and all(can_fix(mismatch, run.look) for run in runs)
            )
            key = id(mismatch), first, fixable
            finding = findings.get(key)
            if finding is None:
                finding = findings[key] = _run_finding(mismatch, first, subject, fixable=fixable)
            ids = tuple([run.place.run_id for run in runs])
            yield Issue(finding, paragraph.place.path, ids[0], ids)


def _mismatches(subject: PolicySubject, check: Callable[[RunLook], Iterable[Mismatch]]) -> _Mismatches:
    """Return what is wrong with each look; equal mismatches are one object."""
    same: dict[Mismatch, Mismatch] = {}
    found = {}
    for look in dict.fromkeys(run.look for paragraph in subject.with_role_rules for run in paragraph.runs):
        mismatches = [same.setdefault(each, each) for each in check(look)]
        if mismatches:
            found[look] = mismatches
    return found


def _alike(paragraph: ParagraphSubject, mismatches: _Mismatches) -> Iterable[_Alike]:
    """Return the mismatches of a paragraph's runs, those of touched runs apart: they alone are fixed."""
    groups: dict[tuple[int, bool], _Alike] = {}
    for run in paragraph.runs:
        for mismatch in mismatches.get(run.look, ()):
            groups.setdefault((id(mismatch), run.touched), (mismatch, []))[1].append(run)
    return groups.values()
