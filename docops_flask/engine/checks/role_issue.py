"""Issues about rules for a paragraph's role: severity, clause and message in one place."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from docops_flask.engine.checks.issue import Issue, Shown
from docops_flask.engine.checks.subject import ParagraphSubject, PolicySubject, RunSubject
from docops_flask.engine.formatting.effective import DIRECT, UNSTATED, Effective
from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.policy.house_style import RoleRules, Rule
from docops_flask.engine.policy.roles import ROLE_LABELS


class Mismatch(NamedTuple):
    """A rule of a role (``key``: its name in a policy) that does not hold, and what there is instead.

    ``found`` is the value with its origin; it is not ``known`` where nothing in the document tells it.
    """

    role: str
    key: str
    rule: Rule[Any]
    what: str
    expected: Shown
    actual: Shown
    found: Effective[Any] = UNSTATED
    known: bool = True
    unit: str = ""
    tolerance: int | None = None
    slot: Slot | None = None


class RoleOfRun(NamedTuple):
    """What a run is held against: the role, of a heading's running text the body's, and its rules."""

    role: str
    rules: RoleRules


def role_of_run(run: RunSubject, paragraph: ParagraphSubject, subject: PolicySubject) -> RoleOfRun | None:
    """Return what a run of ``paragraph`` is held against, ``None`` for nothing."""
    role = paragraph.role
    if role is None or paragraph.rules is None:
        return None
    if role.extent is None or run.start < role.extent:
        return RoleOfRun(role.role, paragraph.rules)
    body = subject.policy.house_style.roles.get("body")
    return None if body is None else RoleOfRun("body", body)


def role_issue(
    code: str,
    mismatch: Mismatch,
    paragraph: ParagraphSubject,
    subject: PolicySubject,
    *,
    runs: Sequence[RunSubject] = (),
    fixable: bool = False,
) -> Issue:
    """Return the issue about a mismatch in a paragraph, or in ``runs`` of it.

    Where nothing in the document tells the value it is a warning, unless ``treat_inherited_as_error``.
    """
    rule = mismatch.rule
    counts = mismatch.known or subject.policy.treat_inherited_as_error
    return Issue(
        code=code,
        severity=rule.severity if counts else "warn",
        message=_message(mismatch),
        paragraph_path=paragraph.place.path,
        run_id=runs[0].place.run_id if runs else None,
        expected=mismatch.expected,
        actual=mismatch.actual,
        tolerance=mismatch.tolerance,
        fixable=fixable,
        slot=mismatch.slot,
        origin=mismatch.found.origin,
        source=subject.source(mismatch.found, runs[0] if runs else paragraph),
        role=mismatch.role,
        rule_key=f"roles.{mismatch.role}.{mismatch.key}",
        rule_source=rule.source,
        run_ids=tuple(run.place.run_id for run in runs),
    )


def _message(mismatch: Mismatch) -> str:
    label = ROLE_LABELS[mismatch.role][0]
    what, origin = mismatch.what, mismatch.found.origin
    if mismatch.known:
        place = f" (from: {origin})" if origin else ""
        said = f"{what} of the {label} is {mismatch.actual}{mismatch.unit}{place}"
    else:
        said = f"{what} of the {label} is stated nowhere in the document"
    clause = f" ({mismatch.rule.source})" if mismatch.rule.source else ""
    advice = "Change it or clear the direct formatting." if origin == DIRECT else "Change it in the style."
    return f"{said}; the policy asks for {mismatch.expected}{mismatch.unit}{clause}. {advice}"


def runs_alike(
    wrong: Iterable[tuple[RunSubject, Mismatch]],
) -> Iterator[tuple[Mismatch, list[RunSubject]]]:
    """Yield the mismatches of a paragraph's runs, each with the runs that have it for the same reason.

    Runs that filling touched are kept apart, because they alone are repaired.
    """
    groups: dict[Hashable, tuple[Mismatch, list[RunSubject]]] = {}
    for run, mismatch in wrong:
        key = mismatch, run.touched
        groups.setdefault(key, (mismatch, []))[1].append(run)
    yield from groups.values()


def names_shown(names: Iterable[str]) -> str:
    """Return a font set as an issue shows it: its first name stands for all."""
    first, *others = names
    return f"{first} or the like" if others else first
