"""The format report: what was checked, found and repaired (``out.format_report.json``).

Besides issues and repairs it has the policy, the role of each paragraph, and deviations from the policy.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.artefacts import (
    WrittenItems,
    json_list,
    json_object,
    json_text,
    json_value,
    quoted,
)
from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.document.document import Document, ParagraphPlace, RunPlace
from docops_flask.engine.oxml.names import to_integer
from docops_flask.engine.policy.policy import NotChecked, Policy, Severity

if TYPE_CHECKING:
    from docops_flask.engine.checks.issue import FixChange, Issue, Shown
    from docops_flask.engine.document.edits import Edit
    from docops_flask.engine.formatting.sections import PageGeometry
    from docops_flask.engine.roles.found_role import FoundRole, Sign
    from docops_flask.engine.run_warnings import RunWarning


class PolicyNote(NamedTuple):
    """The policy of a check: its name (``None``: it was sent), its title, whether it was applied."""

    name: str | None
    version: int
    title: Bilingual | None
    applied: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the note as the report's JSON has it."""
        title = None if self.title is None else self.title._asdict()
        return {"name": self.name, "version": self.version, "title": title, "applied": self.applied}


class RoleNote(NamedTuple):
    """The role that was found for a paragraph, the kind of evidence, and the evidence in words."""

    paragraph_path: str
    role: str
    kind: "Sign"
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the note as the report's JSON has it."""
        return self._asdict()

    def as_json(self) -> str:
        """Return what ``as_dict`` returns as JSON text."""
        return f'{{"paragraph_path": {quoted(self.paragraph_path)}, {_written(*self[1:])}'


@lru_cache(maxsize=256)
def _written(role: str, kind: "Sign", reason: str) -> str:
    # Many paragraphs have the same role for the same reason.
    return json_value({"role": role, "kind": kind, "reason": reason})[1:]


class Deviation(NamedTuple):
    """A rule of the policy that the document's own style, as suggested, does not keep.

    ``key`` is the rule's path in a policy file (``roles.title.size_pt``); ``found`` is ``None`` where the
    document is mixed or says nothing.
    """

    key: str
    expected: "Shown"
    found: "Shown"
    severity: Severity
    rule_source: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the deviation as the report's JSON has it."""
        return self._asdict()


def note_policy(policy: Policy, baseline: str, *, skipped: bool = False) -> PolicyNote:
    """Return the note about ``policy`` in a check with that baseline."""
    applied = baseline == "policy" and not skipped
    return PolicyNote(policy.name, policy.version, policy.house_style.title, applied)


def note_role(paragraph_path: str, found: "FoundRole") -> RoleNote:
    """Return the note about a paragraph's role."""
    return RoleNote(paragraph_path, found.role, found.sign, found.reason)


Counts = Mapping[str, Mapping[str, int]]
_NO_COUNTS: Counts = {}


class Structure(NamedTuple):
    """What a document holds beside text: tables, in any story, and paragraphs with a w:numPr of their own."""

    has_tables: bool
    has_numpr: bool


def structure_of(document: Document) -> Structure:
    """Return what ``document`` holds; w:numId 0 takes numbering away (ECMA-376 part 1, 17.9.18)."""
    # Most documents have none.
    may_have = any(b"numPr" in part.distinct for part in document.parts)
    has_numpr = may_have and any(map(_has_numpr, document.walk.paragraphs))
    return Structure(bool(document.walk.tables), has_numpr)


def _has_numpr(place: ParagraphPlace) -> bool:
    # Most paragraphs have none, and looking into their bytes reads none of them.
    if place.part.text.content.find(b"numPr", place.content, place.end) < 0:
        return False
    w = place.part.w
    number = place.element.find(f"{w.pPr}/{w.numPr}/{w.numId}")
    return number is not None and bool(to_integer(number.get(w.val)))


class FormatReport(NamedTuple):
    """The outcome of a format check.

    ``template_observed`` and ``rendered_observed`` count the effective values of what filling touched,
    before filling and at the end: property, then value as text, then how often. ``overrides`` are the
    policy's keys that differ from the default policy's; ``diagnostics`` say how much was checked.
    ``structure`` says what the document holds beside text, the same before and after filling.
    ``page_geometry`` and ``roles`` are only filled under baseline ``policy``, the roles where the policy asks
    for any; ``policy_deviations`` where a policy was suggested; ``not_checked`` where the policy says it.
    ``template_paths`` leads from addresses in the result to those in the template, where blocks make them
    differ.
    """

    mode: str
    baseline: str
    skipped: bool = False
    issues: "tuple[Issue, ...]" = ()
    fix_changes: "tuple[FixChange, ...]" = ()
    template_observed: Counts = _NO_COUNTS
    rendered_observed: Counts = _NO_COUNTS
    overrides: Mapping[str, Any] = {}
    diagnostics: Mapping[str, int] = {}
    policy: PolicyNote | None = None
    page_geometry: "tuple[PageGeometry, ...]" = ()
    roles: tuple[RoleNote, ...] = ()
    policy_deviations: tuple[Deviation, ...] = ()
    template_paths: Mapping[str, str] | None = None
    not_checked: tuple[NotChecked, ...] = ()
    structure: Structure | None = None
    warnings: "tuple[RunWarning, ...]" = ()

    @property
    def error_count(self) -> int:
        """The number of errors that were not fixed."""
        left = [issue.finding.severity for issue in self.issues if not issue.fixed]
        return left.count("error")

    @property
    def fixed_count(self) -> int:
        """The number of issues that were repaired."""
        return [issue.fixed for issue in self.issues].count(True)

    @property
    def passed(self) -> bool:
        """Whether no error is left; warnings never fail a document."""
        return self.error_count == 0

    def issue_codes(self) -> dict[str, int]:
        """Return how many issues there are of each code, sorted by code."""
        if not self.issues:
            return {}
        return dict(sorted(Counter([issue.finding.code for issue in self.issues]).items()))

    def as_dict(self) -> dict[str, Any]:
        """Return the report's JSON (contract section 2)."""
        issues = [issue.as_dict() for issue in self.issues]
        if self.template_paths is not None:
            for issue in issues:
                path = issue["paragraph_path"]
                issue["template_path"] = self.template_paths.get(path, path)
        changes = [change.as_dict() for change in self.fix_changes]
        return self._members(issues, changes, [note.as_dict() for note in self.roles])

    def as_json(self) -> bytes:
        """Return what ``as_dict`` returns as JSON text, made without building the objects."""
        issues = WrittenItems(map(self._issue_as_json, self.issues))
        # Places that are repaired alike have the same attributes, which are the same objects.
        written: dict[tuple[int, int, str, str], str] = {}
        changes = json_list([change.as_json(written) for change in self.fix_changes])
        members = self._members(issues, changes, json_list([note.as_json() for note in self.roles]))
        return json_text(members | {"summary": json_object(members["summary"])})

    def _issue_as_json(self, issue: "Issue") -> str:
        written = issue.as_json()
        if self.template_paths is None:
            return written
        path = self.template_paths.get(issue.paragraph_path, issue.paragraph_path)
        return f'{written[:-1]}, "template_path": {quoted(path)}}}'

    def repair_edits(self) -> "list[Edit]":
        """Return the edits that the fixes make."""
        if not self.fix_changes:
            return []
        # Imported here to keep the renderer's start fast: most jobs repair nothing.
        from docops_flask.engine.formatting.repair import repair_edits

        return repair_edits(
            [(change.owner, change.element, change.before, change.after) for change in self.fix_changes]
        )

    def repaired_runs(self) -> "set[tuple[ParagraphPlace, int]]":
        """Return the runs that were repaired, each as its paragraph and its number."""
        return {
            (change.owner.paragraph, change.owner.index)
            for change in self.fix_changes
            if isinstance(change.owner, RunPlace)
        }

    def moved(
        self, path: Callable[[str], str], run: Callable[[str], str], paths: Iterable[str]
    ) -> "FormatReport":
        """Return the report where ``path`` and ``run`` lead to the addresses in the result.

        ``paths`` are the addresses of all paragraphs before. Fixes keep theirs: the proof replays them there.
        """
        issues = [
            each._replace(
                paragraph_path=path(each.paragraph_path),
                run_id=None if each.run_id is None else run(each.run_id),
                run_ids=tuple(map(run, each.run_ids)),
            )
            for each in self.issues
        ]
        roles = [each._replace(paragraph_path=path(each.paragraph_path)) for each in self.roles]
        known = self.template_paths or {}
        template_paths = {path(each): known.get(each, each) for each in paths}
        return self._replace(issues=tuple(issues), roles=tuple(roles), template_paths=template_paths)

    def claims(self) -> dict[str, Any]:
        """Return the part of ``as_dict`` that says what was changed in the document."""
        return {"summary": {"fix_changes": [change.claim() for change in self.fix_changes]}}

    def _observed(self, counts: Counts) -> dict[str, Any]:
        held = {} if self.structure is None else self.structure._asdict()
        return {name: dict(values) for name, values in counts.items()} | held

    def _members(self, issues: Any, fix_changes: Any, roles: Any) -> dict[str, Any]:
        template, rendered = self._observed(self.template_observed), self._observed(self.rendered_observed)
        codes = self.issue_codes()
        error_count = self.error_count
        return {
            "passed": error_count == 0,
            "error_count": error_count,
            "fixed_count": self.fixed_count,
            "issues": issues,
            "summary": {
                "mode": self.mode,
                "baseline": self.baseline,
                "skipped": self.skipped,
                "template_observed": template,
                "rendered_observed": rendered,
                "diff": [name for name in template if template[name] != rendered.get(name)],
                "effective_policy_overrides": dict(self.overrides),
                "diagnostics": {
                    **self.diagnostics,
                    "issue_count": len(self.issues),
                    "codes": list(codes),
                    "by_code": codes,
                },
                "fix_applied": bool(self.fix_changes),
                "fix_changes": fix_changes,
                "policy": None if self.policy is None else self.policy.as_dict(),
                "page_geometry": [geometry.as_dict() for geometry in self.page_geometry],
                "roles": roles,
                "policy_deviations": [each.as_dict() for each in self.policy_deviations],
                "not_checked": [each.as_dict() for each in self.not_checked],
            },
            **({"warnings": [each.as_dict() for each in self.warnings]} if self.warnings else {}),
        }


def in_document_order(issues: "Sequence[Issue]", document: Document) -> "tuple[Issue, ...]":
    """Return the issues by place, tables first; at one place they keep the registry's order."""
    if not issues:
        return ()
    paths = [table.path for table in document.walk.tables]
    paths.extend(paragraph.path for paragraph in document.walk.paragraphs)
    position = {path: index for index, path in enumerate(paths)}
    after_all = len(position)
    return tuple(sorted(issues, key=lambda issue: position.get(issue.paragraph_path, after_all)))
