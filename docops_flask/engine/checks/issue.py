"""What a check finds and what a fix changes, as the report shows them."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

if TYPE_CHECKING:
    from docops_flask.engine.formatting.script_slots import Slot

Severity = Literal["error", "warn"]
Shown = str | int | float | None


class Issue(NamedTuple):
    """A rule that does not hold at a place.

    ``paragraph_path`` is the paragraph's address, a table's where the issue is about a table; ``run_id``
    the run's where it is about a run. ``actual`` is ``None`` when nothing states the value, ``origin``
    the place that states it, ``source`` the way there in words (the styles between, the part of the file).
    ``tolerance`` is in twips. ``fixable`` says that fix mode ``safe`` would
    repair it, ``fixed`` that it did; ``slot`` which of the fonts is meant. ``role`` is what the paragraph is,
    where the rule is one for its role, ``rule_key`` the rule's way in the policy, ``rule_source`` the clause;
    ``run_ids`` are all the runs of the paragraph that it is about; ``section`` is the section's number (from
    0) where it is about a page, and ``paragraph_path`` then the section's first paragraph or table.
    """

    code: str
    severity: Severity
    message: str
    paragraph_path: str
    run_id: str | None = None
    expected: Shown = None
    actual: Shown = None
    tolerance: int | None = None
    fixable: bool = False
    fixed: bool = False
    slot: "Slot | None" = None
    origin: str | None = None
    source: str | None = None
    role: str | None = None
    rule_key: str | None = None
    rule_source: str | None = None
    run_ids: tuple[str, ...] = ()
    section: int | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the issue as the report's JSON has it."""
        members = {name: getattr(self, name) for name in _MEMBERS}
        one = (self.run_id,) if self.run_id is not None else ()
        members["run_ids"] = list(self.run_ids or one)
        return members


_MEMBERS = Issue._fields


class FixChange(NamedTuple):
    """A repair: the attributes of one property of one paragraph, or of one of its runs, before and after.

    ``element`` is the local name of the element in w:pPr, or with ``run_id`` in w:rPr, that holds them; it is
    made where it is missing, and so is the w:pPr or w:rPr.
    """

    paragraph_path: str
    property: str
    before: Mapping[str, str]
    after: Mapping[str, str]
    element: str
    run_id: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the change as the report's JSON has it."""
        return {
            "paragraph_path": self.paragraph_path,
            "property": self.property,
            "before": dict(self.before),
            "after": dict(self.after),
            "element": self.element,
            "run_id": self.run_id,
        }
