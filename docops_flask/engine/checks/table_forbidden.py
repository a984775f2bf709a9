"""TABLE_FORBIDDEN: the policy wants a document without tables.

*Fails*: ``forbid_tables`` is true and the document has a table, in any story; each table, nested ones
too, is one issue. The cells of tables are then not checked any further.

*Passes*: no table, or ``forbid_tables`` is false. Baseline ``template`` never asks.

A table is never removed: what to do with its contents is for a person to decide.
"""

from collections.abc import Iterator

from docops_flask.engine.checks.check import Check
from docops_flask.engine.checks.finding import Finding
from docops_flask.engine.checks.issue import Issue
from docops_flask.engine.checks.subject import PolicySubject


class TableForbidden(Check):
    """Every table where the policy forbids them."""

    code = "TABLE_FORBIDDEN"

    def under_policy(self, subject: PolicySubject) -> Iterator[Issue]:
        """Yield one issue a table; its ``paragraph_path`` is the table's address."""
        if not subject.policy.forbid_tables:
            return
        finding = Finding(
            code=self.code,
            severity="error",
            message="The policy forbids tables, and here is one; its cells were not checked. "
            "Write its contents as paragraphs, or set forbid_tables to false.",
            expected="no table",
            actual="table",
            rule_key="forbid_tables",
        )
        for table in subject.tables:
            yield Issue(finding, table.path)
