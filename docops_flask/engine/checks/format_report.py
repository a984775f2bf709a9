"""The format report: what was checked, found and repaired (``out.format_report.json``)."""

from collections import Counter
from collections.abc import Mapping
from typing import Any, NamedTuple

from docops_flask.engine.checks.fix_change import FixChange
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.report_notes import Deviation, PolicyNote, RoleNote
from docops_flask.engine.formatting.page_geometry import PageGeometry
from docops_flask.engine.json_text import json_list, json_object, json_text

Counts = Mapping[str, Mapping[str, int]]
_NO_COUNTS: Counts = {}


class FormatReport(NamedTuple):
    """The outcome of a format check.

    ``template_observed`` and ``rendered_observed`` count the effective values of what filling touched,
    before filling and at the end: property, then value as text, then how often. ``overrides`` are the
    policy's keys that differ from the default policy's; ``diagnostics`` say how much was looked at.
    ``page_geometry`` and ``roles`` are there under baseline ``policy`` alone, the roles where the policy asks
    for any; ``policy_deviations`` where a policy was suggested.
    """

    mode: str
    baseline: str
    skipped: bool = False
    issues: tuple[Issue, ...] = ()
    fix_changes: tuple[FixChange, ...] = ()
    template_observed: Counts = _NO_COUNTS
    rendered_observed: Counts = _NO_COUNTS
    overrides: Mapping[str, Any] = {}
    diagnostics: Mapping[str, int] = {}
    policy: PolicyNote | None = None
    page_geometry: tuple[PageGeometry, ...] = ()
    roles: tuple[RoleNote, ...] = ()
    policy_deviations: tuple[Deviation, ...] = ()

    @property
    def error_count(self) -> int:
        """The number of errors that were not fixed."""
        left = [issue.finding.severity for issue in self.issues if not issue.fixed]
        return left.count("error")

    @property
    def passed(self) -> bool:
        """Whether no error is left; warnings never fail a document."""
        return self.error_count == 0

    def issue_codes(self) -> dict[str, int]:
        """Return how many issues are listed of each code, in the alphabet's order."""
        return dict(sorted(Counter([issue.finding.code for issue in self.issues]).items()))

    def as_dict(self) -> dict[str, Any]:
        """Return the report's JSON (contract section 2)."""
        issues = [issue.as_dict() for issue in self.issues]
        return self._members(issues, [change.as_dict() for change in self.fix_changes])

    def as_json(self) -> bytes:
        """Return what ``as_dict`` returns as JSON text, made without the objects in between."""
        issues = [issue.as_json() for issue in self.issues]
        members = self._members(issues, json_list([change.as_json() for change in self.fix_changes]))
        return json_text(members | {"summary": json_object(members["summary"])})

    def claims(self) -> dict[str, Any]:
        """Return the part of ``as_dict`` that says what was changed in the document."""
        return {"summary": {"fix_changes": [change.as_dict() for change in self.fix_changes]}}

    def _members(self, issues: list[Any], fix_changes: Any) -> dict[str, Any]:
        template = {name: dict(counts) for name, counts in self.template_observed.items()}
        rendered = {name: dict(counts) for name, counts in self.rendered_observed.items()}
        error_count = self.error_count
        return {
            "passed": error_count == 0,
            "error_count": error_count,
            "fixed_count": [issue.fixed for issue in self.issues].count(True),
            "issues": issues,
            "summary": {
                "mode": self.mode,
                "baseline": self.baseline,
                "skipped": self.skipped,
                "template_observed": template,
                "rendered_observed": rendered,
                "diff": [name for name in template if template[name] != rendered.get(name)],
                "effective_policy_overrides": dict(self.overrides),
                "diagnostics": dict(self.diagnostics),
                "fix_applied": bool(self.fix_changes),
                "fix_changes": fix_changes,
                "policy": None if self.policy is None else self.policy.as_dict(),
                "page_geometry": [geometry.as_dict() for geometry in self.page_geometry],
                "roles": [note.as_dict() for note in self.roles],
                "policy_deviations": [each.as_dict() for each in self.policy_deviations],
            },
        }
