"""out.replace_log.json and out.missing_fields.json.

The log lists every placeholder of the template with its place and what became of it (contract section 2).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import Any, Literal, NamedTuple

from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Found, Kind, Suggestions
from docops_flask.engine.template.scan import BracketedParagraph, Scan

# Characters quoted from the paragraph on each side of a placeholder.
MAX_CONTEXT_CHARACTERS = 60

UNSUPPORTED_REASONS = {
    Kind.MALFORMED: "a field name is made of capital letters, digits and _",
    Kind.UNCLOSED: "the closing bracket 】 is missing",
    Kind.UNOPENED: "the opening bracket 【 is missing",
}
Status = Literal["replaced", "missing", "unsupported"]


class LogEntry(NamedTuple):
    """A placeholder of the template, or a text that looks like one, and what became of it.

    ``original_text`` is the text from ``start`` to ``end`` (characters) of the template's paragraph at the
    address ``paragraph_path``; ``before`` and ``after`` are the text on both sides of it. ``run_id`` is the
    run that holds its first character. ``mirrored_at`` are the paragraphs of other mc:AlternateContent
    branches that were filled alike.

    ``new_text`` is the value of a ``replaced`` entry, ``reason`` says why another was not replaced.
    ``kind`` (a ``Kind``'s value) and ``suggestion`` belong to ``unsupported`` entries.
    """

    status: Status
    run_id: str
    paragraph_path: str
    start: int
    end: int
    original_text: str
    before: str
    after: str
    mirrored_at: tuple[str, ...]
    field_name: str | None = None
    new_text: str | None = None
    reason: str | None = None
    kind: str | None = None
    suggestion: str | None = None

    def as_dict(self) -> dict[str, Any]:
        """Return the entry as the log's JSON has it."""
        members: dict[str, Any] = {
            "status": self.status,
            "field_name": self.field_name,
            "run_id": self.run_id,
            "paragraph_path": self.paragraph_path,
            "start": self.start,
            "end": self.end,
            "original_text": self.original_text,
            "new_text": self.new_text,
            "reason": self.reason,
            "context": {"before": self.before, "after": self.after},
        }
        if self.mirrored_at:
            members["mirrored_at"] = list(self.mirrored_at)
        if self.status == "unsupported":
            members["kind"] = self.kind
            members["suggestion"] = self.suggestion
        return members


class ReplaceLog(NamedTuple):
    """The log of a run: its entries in document order, how many have each status, the runs that changed."""

    entries: tuple[LogEntry, ...]
    replaced_count: int
    missing_count: int
    unsupported_count: int
    touched_runs: tuple[str, ...]

    @property
    def unsupported(self) -> list[LogEntry]:
        """The entries that cannot be filled, whatever the values."""
        return [entry for entry in self.entries if entry.status == "unsupported"]

    def summary(self) -> dict[str, int]:
        """Return the ``summary`` member of the log's JSON."""
        return {
            "total_placeholders": len(self.entries),
            "replaced_count": self.replaced_count,
            "missing_count": self.missing_count,
            "unsupported_count": self.unsupported_count,
            "had_unsupported": self.unsupported_count > 0,
        }

    def as_dict(self) -> dict[str, Any]:
        """Return the content of ``out.replace_log.json``."""
        return {
            "entries": [entry.as_dict() for entry in self.entries],
            "summary": self.summary(),
            "touched_runs": list(self.touched_runs),
        }


def replace_log(
    scan: Scan, values: Mapping[str, str], skill: Skill, suggestions: Suggestions, touched: Iterable[str]
) -> ReplaceLog:
    """Return the log of a run.

    ``values`` (placeholder name to text) were filled; ``touched`` are the addresses of the runs that changed.
    """
    entries = tuple(_entries(scan, values, skill, suggestions))
    statuses = [entry.status for entry in entries]
    return ReplaceLog(
        entries,
        replaced_count=statuses.count("replaced"),
        missing_count=statuses.count("missing"),
        unsupported_count=statuses.count("unsupported"),
        touched_runs=tuple(touched),
    )


def _entries(
    scan: Scan, values: Mapping[str, str], skill: Skill, suggestions: Suggestions
) -> Iterator[LogEntry]:
    fields = skill.placeholders()
    for paragraph in scan.paragraphs:
        for found in paragraph.found:
            if found.kind is not Kind.PLACEHOLDER:
                yield _entry(
                    paragraph,
                    found,
                    "unsupported",
                    reason=UNSUPPORTED_REASONS[found.kind],
                    kind=found.kind.value,
                    suggestion=suggestions.near(found.name),
                )
            elif found.name in values:
                yield _entry(paragraph, found, "replaced", field_name=found.name, new_text=values[found.name])
            else:
                field = fields.get(found.name)
                reason = _missing_reason(skill, field is not None, bool(field and field.required))
                yield _entry(paragraph, found, "missing", field_name=found.name, reason=reason)


def _entry(
    paragraph: BracketedParagraph,
    found: Found,
    status: Status,
    *,
    field_name: str | None = None,
    new_text: str | None = None,
    reason: str | None = None,
    kind: str | None = None,
    suggestion: str | None = None,
) -> LogEntry:
    text, start, end = paragraph.text.text, found.start, found.end
    return LogEntry(
        status=status,
        run_id=paragraph.run_id_of(found),
        paragraph_path=paragraph.place.path,
        start=start,
        end=end,
        original_text=text[start:end],
        before=text[max(0, start - MAX_CONTEXT_CHARACTERS) : start],
        after=text[end : end + MAX_CONTEXT_CHARACTERS],
        mirrored_at=tuple([mirror.path for mirror in paragraph.place.mirrors]),
        field_name=field_name,
        new_text=new_text,
        reason=reason,
        kind=kind,
        suggestion=suggestion,
    )


def _missing_reason(skill: Skill, known: bool, required: bool) -> str:
    if not known:
        return f"the skill {skill.name} has no field for it"
    return f"the task gives no value for this {'required' if required else 'optional'} field"


class MissingFields(NamedTuple):
    """The placeholder names of the template that got no value, sorted.

    ``optional`` are all that the skill does not require, names that it does not know among them.
    """

    required: tuple[str, ...]
    optional: tuple[str, ...]

    def as_dict(self) -> dict[str, list[str]]:
        """Return the content of ``out.missing_fields.json``."""
        return {"missing_required": list(self.required), "missing_optional": list(self.optional)}


def missing_fields(template_fields: Collection[str], values: Collection[str], skill: Skill) -> MissingFields:
    """Return which of ``template_fields`` are not in ``values``."""
    fields = skill.placeholders()
    missing = [name for name in template_fields if name not in values]
    required = sorted(name for name in missing if name in fields and fields[name].required)
    optional = sorted(set(missing) - set(required))
    return MissingFields(tuple(required), tuple(optional))
