"""The result of a proof: verdict, unaccounted differences, a hash of every part (out.integrity.json)."""

from collections.abc import Iterable
from json.encoder import encode_basestring
from typing import Any, Literal, NamedTuple

Verdict = Literal["intact", "violated"]
# What was compared: every byte, or the canonical form of changed parts (a document that was saved again).
Exactness = Literal["bytes", "canonical"]
# The most findings that are listed; the counts include all.
MAX_LISTED = 100
_SHOWN_CHARACTERS = 120


class Unaccounted(NamedTuple):
    """A difference that no entry accounts for, or an entry that does not fit the template.

    ``part`` is the part name. ``place`` is the address of the paragraph or the JSON path of the entry
    (``$.entries[3]``), or "". ``what`` is a stable code. ``expected`` and ``actual`` are truncated values,
    ``None`` if there is none.
    """

    part: str
    place: str
    what: str
    message: str
    expected: str | None = None
    actual: str | None = None


class Defect(NamedTuple):
    """A defect that Word would repair: ``code`` is a stable code, ``subject`` the id or place concerned."""

    part: str
    code: str
    subject: str
    message: str


class Findings:
    """Collects unaccounted differences: counts all and keeps the first ``MAX_LISTED``."""

    def __init__(self) -> None:
        self.count = 0
        self.listed: list[Unaccounted] = []

    @property
    def has_room(self) -> bool:
        """Whether the next finding would be listed, not only counted."""
        return len(self.listed) < MAX_LISTED

    def add(self, finding: Unaccounted) -> None:
        """Add a finding."""
        self.count += 1
        if self.has_room:
            self.listed.append(finding)

    def extend(self, findings: Iterable[Unaccounted]) -> None:
        """Add several findings."""
        for finding in findings:
            self.add(finding)


class PartRecord:
    """A member of the package: ``before`` and ``after`` are SHA-256 in hexadecimal, ``None`` if absent.

    ``hashed`` says what was hashed: the bytes as ``stored`` in the ZIP or the uncompressed ``content``.
    ``replacements`` and ``fixes`` are the numbers of entries that account for its differences.
    """

    __slots__ = ("after", "before", "changed", "fixes", "hashed", "name", "replacements")

    def __init__(
        self,
        name: str,
        changed: bool,
        hashed: Literal["stored", "content"],
        before: str | None,
        after: str | None,
    ) -> None:
        self.name = name
        self.changed = changed
        self.hashed = hashed
        self.before = before
        self.after = after
        self.replacements = 0
        self.fixes = 0

    def as_dict(self) -> dict[str, Any]:
        """Return the record as a JSON object for ``out.integrity.json``."""
        return {
            "name": self.name,
            "changed": self.changed,
            "hashed": self.hashed,
            "before": self.before,
            "after": self.after,
            "replacements": self.replacements,
            "fixes": self.fixes,
        }

    def as_json(self) -> str:
        """Return what ``as_dict`` returns as JSON on one line, in a fraction of the time."""
        before = "null" if self.before is None else f'"{self.before}"'
        after = "null" if self.after is None else f'"{self.after}"'
        changed = "true" if self.changed else "false"
        return (
            f'{{"name": {encode_basestring(self.name)}, "changed": {changed}, "hashed": "{self.hashed}", '
            f'"before": {before}, "after": {after}, '
            f'"replacements": {self.replacements}, "fixes": {self.fixes}}}'
        )


class Proof(NamedTuple):
    """The result of a proof; ``defects`` are those that the template does not have.

    ``template_sha256`` is that of the template's file.
    """

    parts: tuple[PartRecord, ...]
    findings: Findings
    exactness: Exactness
    defects: tuple[Defect, ...] = ()
    template_defects: tuple[Defect, ...] = ()
    template_sha256: str | None = None

    @property
    def verdict(self) -> Verdict:
        """``intact`` if every difference is accounted for and there are no new defects, else ``violated``."""
        return "violated" if self.findings.count or self.defects else "intact"

    @property
    def unaccounted_count(self) -> int:
        """The number of differences that no entry explains, new defects included."""
        return self.findings.count + len(self.defects)

    @property
    def unaccounted(self) -> list[Unaccounted]:
        """The first ``MAX_LISTED`` of them, new defects first."""
        return [*map(_as_finding, self.defects), *self.findings.listed][:MAX_LISTED]

    def as_dict(self) -> dict[str, Any]:
        """Return the content of ``out.integrity.json``."""
        return {**self.without_parts(), "parts": [part.as_dict() for part in self.parts]}

    def without_parts(self) -> dict[str, Any]:
        """Return the members of ``out.integrity.json`` before the last one, ``parts``."""
        return {
            "verdict": self.verdict,
            "exactness": self.exactness,
            "unaccounted_count": self.unaccounted_count,
            "unaccounted": [each._asdict() for each in self.unaccounted],
            "template_defect_count": len(self.template_defects),
            "template_defects": [defect._asdict() for defect in self.template_defects[:MAX_LISTED]],
            "algorithm": "SHA-256",
            "template_sha256": self.template_sha256,
        }

    def reason(self) -> str:
        """Return one line for the log: codes and number of the findings, without document content."""
        kinds = sorted({each.what for each in self.findings.listed} | {each.code for each in self.defects})
        if not kinds:
            return f"integrity {self.verdict}, but by canonical forms alone"
        return f"integrity {self.verdict}: {self.unaccounted_count} x {', '.join(kinds)}"


def shown(text: str | None) -> str | None:
    """Return ``text`` truncated for a report."""
    if text is None or len(text) <= _SHOWN_CHARACTERS:
        return text
    return text[: _SHOWN_CHARACTERS - 1] + "…"


def _as_finding(defect: Defect) -> Unaccounted:
    return Unaccounted(defect.part, defect.subject, defect.code, defect.message)
