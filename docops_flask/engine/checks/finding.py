"""What is wrong, without the place: many paragraphs and runs are wrong in the same way."""

from functools import cached_property
from typing import Any, Literal

from docops_flask.engine.formatting.script_slots import Slot
from docops_flask.engine.json_text import json_value

Severity = Literal["error", "warn"]
# The members of an issue that are not the same wherever a rule is broken in the same way.
_OF_THE_PLACE = tuple(f'"{name}": ' for name in ("paragraph_path", "run_id", "fixed", "run_ids"))
_OPEN = "null"
Shown = str | int | float | None


class Finding:
    """A rule that does not hold, one object for all places where it is broken in the same way.

    ``actual`` is ``None`` when nothing states the value, ``origin`` the place that states it, ``source`` the
    way there in words (the styles between, the part of the file). ``tolerance`` is in twips. ``fixable`` says
    that fix mode ``safe`` would repair it; ``slot`` which of the fonts is meant. ``role`` is what the
    paragraph is, where the rule is one for its role, ``rule_key`` the rule's way in the policy,
    ``rule_source`` the clause; ``section`` is the section's number (from 0) where it is about a page.
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
        slot: Slot | None = None,
        origin: str | None = None,
        source: str | None = None,
        role: str | None = None,
        rule_key: str | None = None,
        rule_source: str | None = None,
        section: int | None = None,
    ) -> None:
        self.code = code
        self.severity = severity
        self.message = message
        self.expected = expected
        self.actual = actual
        self.tolerance = tolerance
        self.fixable = fixable
        self.slot = slot
        self.origin = origin
        self.source = source
        self.role = role
        self.rule_key = rule_key
        self.rule_source = rule_source
        self.section = section

    @cached_property
    def members(self) -> dict[str, Any]:
        """The members of an issue's JSON in their order; those that tell the place are still open."""
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
        }

    @cached_property
    def written(self) -> tuple[str, ...]:
        """An issue's JSON but for the members that tell the place: what stands before, between, behind."""
        pieces, rest = [], json_value(self.members)
        for member in _OF_THE_PLACE:
            # No text can be taken for it: inside of one quotation marks are escaped.
            before, _, rest = rest.partition(member + _OPEN)
            pieces.append(before + member)
        return *pieces, rest
