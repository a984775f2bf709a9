"""What a check finds at a place, as the report shows it."""

from typing import Any, NamedTuple

from docops_flask.engine.checks.finding import Finding, Severity
from docops_flask.engine.json_text import Written, quoted


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
        """The check that found it."""
        return self.finding.code

    @property
    def severity(self) -> Severity:
        """How bad it is; a warning never fails a document."""
        return self.finding.severity

    @property
    def fixable(self) -> bool:
        """Whether fix mode ``safe`` would repair it."""
        return self.finding.fixable

    @property
    def rule_key(self) -> str | None:
        """The broken rule's way in the policy."""
        return self.finding.rule_key

    @property
    def rule_source(self) -> str | None:
        """The clause that asks for it."""
        return self.finding.rule_source

    def as_dict(self) -> dict[str, Any]:
        """Return the issue as the report's JSON has it."""
        members = self.finding.members.copy()
        members["paragraph_path"] = self.paragraph_path
        members["run_id"] = self.run_id
        members["fixed"] = self.fixed
        members["run_ids"] = list(self._all_run_ids())
        return members

    def as_json(self) -> Written:
        """Return what ``as_dict`` returns as JSON text."""
        start, before_run, before_fixed, before_runs, end = self.finding.written
        run_id = "null" if self.run_id is None else quoted(self.run_id)
        run_ids = ", ".join([quoted(each) for each in self._all_run_ids()])
        fixed = "true" if self.fixed else "false"
        return Written(
            f"{start}{quoted(self.paragraph_path)}{before_run}{run_id}{before_fixed}{fixed}"
            f"{before_runs}[{run_ids}]{end}"
        )

    def _all_run_ids(self) -> tuple[str, ...]:
        return self.run_ids if self.run_ids or self.run_id is None else (self.run_id,)
