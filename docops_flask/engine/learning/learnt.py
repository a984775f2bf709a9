"""What is learnt from several documents, as the answer has it."""

from typing import Any, NamedTuple

from docops_flask.engine.bilingual import Language
from docops_flask.engine.policy.policy import Severity


class OtherValue(NamedTuple):
    """What some of the documents have in place of a rule's value.

    ``value`` is ``None`` for documents that have several values, or state none.
    """

    value: Any
    documents: int


class RuleFound(NamedTuple):
    """A rule that at least one of the documents keeps throughout.

    ``key`` is its path in a policy file (``roles.title.size_pt``), ``rule`` the last step of it, ``role`` the
    role whose text it is about. ``value`` is as policy files have it. It is ``written`` into the policy where
    every document keeps it. ``agree`` documents of the ``of`` that it says something about keep it;
    ``others`` are the values of the rest, the most frequent first.
    """

    key: str
    role: str | None
    rule: str
    value: Any
    written: bool
    agree: int
    of: int
    others: tuple[OtherValue, ...] = ()

    def as_dict(self) -> dict[str, Any]:
        """Return the rule as the answer's JSON has it."""
        return {**self._asdict(), "others": [each._asdict() for each in self.others]}


class Differing(NamedTuple):
    """A rule that is not written, and what a document has in its place: ``None`` for no one value."""

    key: str
    value: Any


class DocumentFound(NamedTuple):
    """One of the documents: the rules that it alone, or with others, kept out of the policy.

    ``deviations`` are the rules of the named policy that it breaks, by their keys.
    """

    name: str
    differs: tuple[Differing, ...]
    deviations: tuple[str, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the document as the answer's JSON has it."""
        differs = [each._asdict() for each in self.differs]
        return {"name": self.name, "differs": differs, "deviations": list(self.deviations)}


class LearntDeviation(NamedTuple):
    """A rule of the named policy that ``documents`` of the documents break.

    ``found`` is what these have in its place, ``None`` where they differ or state nothing.
    """

    key: str
    expected: Any
    found: Any
    severity: Severity
    rule_source: str | None
    documents: int


class Learnt(NamedTuple):
    """The policy, as the text of a policy file, and what it comes from.

    ``language`` is that of the remarks in the text; ``against`` is the policy whose rules ``deviations`` are
    about, ``None`` without one.
    """

    policy: str
    language: Language
    rules: tuple[RuleFound, ...]
    documents: tuple[DocumentFound, ...]
    against: str | None
    deviations: tuple[LearntDeviation, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return the JSON of the answer."""
        return {
            "policy": self.policy,
            "language": self.language,
            "rules": [each.as_dict() for each in self.rules],
            "documents": [each.as_dict() for each in self.documents],
            "against": self.against,
            "deviations": [each._asdict() for each in self.deviations],
        }
