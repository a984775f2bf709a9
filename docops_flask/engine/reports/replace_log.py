"""out.replace_log.json and out.missing_fields.json.

The log lists every placeholder of the template with its place and what became of it (contract section 2).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from docops_flask.engine.artefacts import WrittenItems, json_list, json_text, quoted
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Kind, Suggestions
from docops_flask.engine.template.scan import Scan

if TYPE_CHECKING:
    from docops_flask.engine.run_warnings import RunWarning
    from docops_flask.engine.template.removal import Removed

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

    def as_json(self) -> str:
        """Return the entry as the log has it."""
        (
            status,
            run_id,
            path,
            start,
            end,
            original,
            before,
            after,
            mirrors,
            name,
            value,
            reason,
            *more_of_it,
        ) = self
        more = f', "mirrored_at": {json_list(map(quoted, mirrors))}' if mirrors else ""
        if status == "unsupported":
            kind, suggestion = map(_text, more_of_it)
            more += f', "kind": {kind}, "suggestion": {suggestion}'
        return (
            f'{{"status": "{status}", "field_name": {"null" if name is None else quoted(name)}, '
            f'"run_id": {quoted(run_id)}, "paragraph_path": {quoted(path)}, '
            f'"start": {start}, "end": {end}, "original_text": {quoted(original)}, '
            f'"new_text": {"null" if value is None else quoted(value)}, '
            f'"reason": {"null" if reason is None else quoted(reason)}, '
            f'"context": {{"before": {quoted(before)}, "after": {quoted(after)}}}{more}}}'
        )

    def claim(self) -> dict[str, Any]:
        """Return the members of the entry's JSON that say what was changed in the document."""
        if self.status != "replaced":
            return {"status": self.status}
        members = {
            "status": self.status,
            "field_name": self.field_name,
            "run_id": self.run_id,
            "paragraph_path": self.paragraph_path,
            "start": self.start,
            "end": self.end,
            "original_text": self.original_text,
            "new_text": self.new_text,
        }
        return {**members, "mirrored_at": list(self.mirrored_at)} if self.mirrored_at else members


def _text(text: str | None) -> str:
    return "null" if text is None else quoted(text)


class ReplaceLog(NamedTuple):
    """The log of a run: its entries in document order, how many have each status, the runs that changed.

    ``removed`` is what the job left out of the result beside the text. Addresses are the template's.
    """

    entries: tuple[LogEntry, ...]
    replaced_count: int
    missing_count: int
    unsupported_count: int
    touched_runs: tuple[str, ...]
    removed: "tuple[Removed, ...]" = ()
    warnings: "tuple[RunWarning, ...]" = ()

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

    def as_json(self) -> bytes:
        """Return the content of ``out.replace_log.json``."""
        return json_text(
            {
                "entries": WrittenItems([entry.as_json() for entry in self.entries]),
                "summary": self.summary(),
                "touched_runs": WrittenItems(map(quoted, self.touched_runs)),
                **({"removed": self._removed()} if self.removed else {}),
                **({"warnings": [each.as_dict() for each in self.warnings]} if self.warnings else {}),
            }
        )

    def claims(self) -> dict[str, Any]:
        """Return the part of the log's JSON that says what was changed in the document.

        The proof gets it before the log is written: values repeated in thousands of entries are one object
        here and text for each entry there.
        """
        claims: dict[str, Any] = {"entries": [entry.claim() for entry in self.entries]}
        return {**claims, "removed": self._removed()} if self.removed else claims

    def _removed(self) -> list[dict[str, str]]:
        return [each._asdict() for each in self.removed]


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
        place = paragraph.place
        text, path = place.reading.text, place.path
        mirrors = tuple([mirror.path for mirror in place.mirrors]) if place.mirrors else ()
        for (kind, start, end, name), piece in zip(paragraph.found, paragraph.pieces, strict=True):
            run_id = f"{path}:r{piece.shown.run_index}"
            original, before = text[start:end], text[max(0, start - MAX_CONTEXT_CHARACTERS) : start]
            after = text[end : end + MAX_CONTEXT_CHARACTERS]
            at = run_id, path, start, end, original, before, after, mirrors
            if kind is not _PLACEHOLDER:
                reason, suggestion = UNSUPPORTED_REASONS[kind], suggestions.near(name)
                yield LogEntry("unsupported", *at, None, None, reason, kind.value, suggestion)
            elif name in values:
                yield LogEntry("replaced", *at, name, values[name])
            else:
                field = fields.get(name)
                reason = _missing_reason(skill, field is not None, bool(field and field.required))
                yield LogEntry("missing", *at, name, reason=reason)


# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER


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
