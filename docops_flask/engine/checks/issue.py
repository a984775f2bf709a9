"""What a check finds and what a fix changes, as the report shows them.

A finding is what is wrong without the place, since many paragraphs and runs are wrong in the same way; an
issue is a finding at its place.
"""

from collections.abc import Mapping, Sequence
from copy import copy
from typing import Any, Literal, NamedTuple

from docops_flask.engine.artefacts import json_value, quoted
from docops_flask.engine.checks.reasons import Reason, reason_of_kind
from docops_flask.engine.document.document import ParagraphPlace, RunPlace
from docops_flask.engine.formatting.script_slots import Slot

Severity = Literal["error", "warn"]
# The members of an issue that are not the same wherever a rule is broken in the same way.
_OF_THE_PLACE = tuple(f'"{name}": ' for name in ("paragraph_path", "run_id", "fixed", "run_ids"))
_OPEN = "null"
Shown = str | int | float | None


class Finding:
    """A rule that does not hold, one object for all places where it is broken in the same way.

    ``actual`` is ``None`` when nothing states the value, ``origin`` the place that states it, ``source`` the
    same at length, with the styles between and the part of the file. ``tolerance`` is in twips. ``fixable``
    says that fix mode ``safe`` would repair it, ``reason`` why not; ``slot`` which of the fonts is meant.
    ``role`` is that of the paragraph, where the rule is one for its role, ``rule_key`` the rule's path in the
    policy, ``rule_source`` the clause; ``section`` is the section's number (from 0) where it is about a page,
    ``line_rule`` the w:lineRule of ``actual`` where it is a line spacing without one.
    """

    def __init__(
        self,
        *,
        code: str,
        severity: Severity,
        message: str,
        expected: Shown = None,
        actual: Shown = None,
        tolerance: int | None = None,
        fixable: bool = False,
        reason: Reason | None = None,
        slot: Slot | None = None,
        origin: str | None = None,
        source: str | None = None,
        role: str | None = None,
        rule_key: str | None = None,
        rule_source: str | None = None,
        section: int | None = None,
        line_rule: str | None = None,
    ) -> None:
        self.code = code
        self.severity = severity
        self.message = message
        self.expected = expected
        self.actual = actual
        self.tolerance = tolerance
        self.fixable = fixable
        self.reason = reason or reason_of_kind(code, rule_key)
        self.slot = slot
        self.origin = origin
        self.source = source
        self.role = role
        self.rule_key = rule_key
        self.rule_source = rule_source
        self.section = section
        self.line_rule = line_rule
        self._left: dict[Reason, Finding] = {}
        self._written: tuple[str, ...] | None = None

    def left(self, reason: Reason) -> "Finding":
        """Return this finding where it is not repaired for ``reason``; one object for each reason."""
        found = self._left.get(reason)
        if found is None:
            found = self._left[reason] = copy(self)
            found.fixable, found.reason, found._left, found._written = False, reason, {}, None
        return found

    def members(self) -> dict[str, Any]:
        """Return the members of an issue's JSON in their order; those that name the place are ``None``."""
        return {
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "paragraph_path": None,
            "run_id": None,
            "expected": self.expected,
            "actual": self.actual,
            "tolerance": self.tolerance,
            "fixable": self.fixable,
            "fixed": None,
            "slot": self.slot,
            "origin": self.origin,
            "source": self.source,
            "role": self.role,
            "rule_key": self.rule_key,
            "rule_source": self.rule_source,
            "run_ids": None,
            "section": self.section,
            "line_rule": self.line_rule,
            "reason": None if self.reason is None else self.reason.code,
            "reason_text": None if self.reason is None else self.reason.text._asdict(),
        }

    def written(self) -> tuple[str, ...]:
        """Return an issue's JSON without what names the place: the text before, between, after that."""
        if self._written is None:
            self._written = self._write()
        return self._written

    def _write(self) -> tuple[str, ...]:
        pieces, rest = [], json_value(self.members())
        for member in _OF_THE_PLACE:
            # No text inside the JSON can match: quotation marks in texts are escaped.
            before, _, rest = rest.partition(member + _OPEN)
            pieces.append(before + member)
        return *pieces, rest


class Issue(NamedTuple):
    """A rule that does not hold at a place: ``finding`` says which, and why.

    ``paragraph_path`` is the paragraph's address; a table's where the issue is about a table, that of the
    section's first paragraph or table where it is about a page. ``run_id`` is the run's where it is about a
    run, ``run_ids`` are all where it is about several. ``fixed`` says that fix mode ``safe`` repaired it.
    """

    finding: Finding
    paragraph_path: str
    run_id: str | None = None
    run_ids: tuple[str, ...] = ()
    fixed: bool = False

    @property
    def code(self) -> str:
        """The code of the rule that does not hold."""
        return self.finding.code

    @property
    def severity(self) -> Severity:
        """Error or warning; a warning never fails a document."""
        return self.finding.severity

    @property
    def fixable(self) -> bool:
        """Whether fix mode ``safe`` would repair it."""
        return self.finding.fixable

    @property
    def is_for_role(self) -> bool:
        """Whether the broken rule is one for the paragraph's role."""
        return self.finding.role is not None

    @property
    def rule_key(self) -> str | None:
        """The path of the broken rule in the policy."""
        return self.finding.rule_key

    @property
    def rule_source(self) -> str | None:
        """The clause that asks for it."""
        return self.finding.rule_source

    def as_dict(self) -> dict[str, Any]:
        """Return the issue as the report's JSON has it."""
        members = self.finding.members()
        members["paragraph_path"] = self.paragraph_path
        members["run_id"] = self.run_id
        members["fixed"] = self.fixed
        members["run_ids"] = list(self._all_run_ids())
        return members

    def as_json(self) -> str:
        """Return what ``as_dict`` returns as JSON text."""
        finding, path, run_id, run_ids, fixed = self
        start, before_run, before_fixed, before_runs, end = finding.written()
        own = "null" if run_id is None else quoted(run_id)
        shown = ", ".join(map(quoted, run_ids)) if run_ids or run_id is None else own
        return (
            f"{start}{quoted(path)}{before_run}{own}{before_fixed}{'true' if fixed else 'false'}"
            f"{before_runs}[{shown}]{end}"
        )

    def _all_run_ids(self) -> tuple[str, ...]:
        return self.run_ids if self.run_ids or self.run_id is None else (self.run_id,)


# A repair of a property: its name, and the attributes that were changed as they are now.
Repair = tuple[str, tuple[tuple[str, str], ...]]


class FixChange(NamedTuple):
    """A repair: the attributes of one property of one paragraph, or of one of its runs, before and after.

    ``element`` is the local name of the element in w:pPr, or with ``run_id`` in w:rPr, that holds them; it is
    made where it is missing, and so is the w:pPr or w:rPr. ``owner`` is the paragraph or run. ``field`` of
    the JSON is ``property`` again, for programs of the earlier system.
    """

    paragraph_path: str
    property: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    element: str
    owner: ParagraphPlace | RunPlace
    run_id: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the change as the report's JSON has it."""
        return {
            "paragraph_path": self.paragraph_path,
            "property": self.property,
            "field": self.property,
            "before": dict(self.before),
            "after": dict(self.after),
            "element": self.element,
            "run_id": self.run_id,
        }

    def claim(self) -> dict[str, Any]:
        """Return the members of ``as_dict`` that the proof reads, themselves to be read only."""
        path, name, before, after, element, _, run_id = self
        return {
            "paragraph_path": path,
            "property": name,
            "before": before,
            "after": after,
            "element": element,
            "run_id": run_id,
        }

    def as_json(self, written: dict[tuple[int, int, str, str], str]) -> str:
        """Return what ``as_dict`` returns as JSON text.

        ``written`` keeps what changes with the same attributes have in common, as long as these are kept.
        """
        path, name, before, after, element, _, run_id = self
        key = id(before), id(after), name, element
        between = written.get(key)
        if between is None:
            between = written[key] = (
                f'"property": {quoted(name)}, "field": {quoted(name)}, "before": {json_value(dict(before))}, '
                f'"after": {json_value(dict(after))}, "element": {quoted(element)}'
            )
        own = "null" if run_id is None else quoted(run_id)
        return f'{{"paragraph_path": {quoted(path)}, {between}, "run_id": {own}}}'


class Changes:
    """What repairs changed: paragraphs in their w:pPr, runs in their w:rPr, paragraphs around runs."""

    def __init__(self, repairs: Sequence[FixChange] = ()) -> None:
        made: dict[ParagraphPlace | RunPlace, list[Repair]] = {}
        self._around_runs: set[str] = set()
        for repair in repairs:
            made.setdefault(repair.owner, []).append((repair.element, tuple(repair.after.items())))
            if repair.run_id is not None:
                self._around_runs.add(repair.paragraph_path)
        self._made = {owner: tuple(repairs_of_it) for owner, repairs_of_it in made.items()}
        self.of_runs = bool(self._around_runs)
        self.of_paragraphs = any(repair.run_id is None for repair in repairs)

    def made_on(self, owner: ParagraphPlace | RunPlace) -> tuple[Repair, ...]:
        """Return what was done to a paragraph or run, in order."""
        return self._made.get(owner, ())

    def around_runs(self, paragraph_path: str) -> bool:
        """Say whether runs of a paragraph were changed."""
        return paragraph_path in self._around_runs


NO_CHANGES = Changes()
