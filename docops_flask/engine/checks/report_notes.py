"""What the report tells beside issues and repairs: which policy, what each paragraph is, what deviates."""

from typing import Any, NamedTuple

from docops_flask.engine.checks.finding import Shown
from docops_flask.engine.policy.house_style import Severity, Words
from docops_flask.engine.policy.policy import Policy
from docops_flask.engine.roles.found_role import FoundRole, Sign


class PolicyNote(NamedTuple):
    """The policy of a check: its name (``None``: it was sent), its title, whether it had a say at all."""

    name: str | None
    version: int
    title: Words | None
    applied: bool

    def as_dict(self) -> dict[str, Any]:
        """Return the note as the report's JSON has it."""
        title = None if self.title is None else self.title._asdict()
        return {"name": self.name, "version": self.version, "title": title, "applied": self.applied}


class RoleNote(NamedTuple):
    """What a paragraph was taken for (``engine.policy.roles``), by what kind of sign, and the sign itself."""

    paragraph_path: str
    role: str
    kind: Sign
    reason: str

    def as_dict(self) -> dict[str, Any]:
        """Return the note as the report's JSON has it."""
        return self._asdict()


class Deviation(NamedTuple):
    """A rule of the policy that the document's own style, as suggested, does not keep.

    ``key`` is the rule's way in a policy file (``roles.title.size_pt``); ``found`` is ``None`` where the
    document is mixed or says nothing.
    """

    key: str
    expected: Shown
    found: Shown
    severity: Severity
    rule_source: str | None

    def as_dict(self) -> dict[str, Any]:
        """Return the deviation as the report's JSON has it."""
        return self._asdict()


def note_policy(policy: Policy, baseline: str, *, skipped: bool = False) -> PolicyNote:
    """Return the note about ``policy`` in a check with that baseline."""
    applied = baseline == "policy" and not skipped
    return PolicyNote(policy.name, policy.version, policy.house_style.title, applied)


def note_role(paragraph_path: str, found: FoundRole) -> RoleNote:
    """Return the note about a paragraph's role."""
    return RoleNote(paragraph_path, found.role, found.sign, found.reason)
