"""out.replace_log.json: what became of every placeholder of the template.

The log lists every placeholder of the template with its place and what became of it (contract section 2).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from docops_flask.engine.artefacts import WrittenItems, json_list, json_text, quoted
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Kind, Suggestions, ignored_characters
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.unaccounted import UnaccountedName
from docops_flask.engine.template.values import DROPPED_NEWLINE, Values

if TYPE_CHECKING:
    from docops_flask.engine.reports.block_entry import BlockEntry
    from docops_flask.engine.template.expansion import Expansion
    from docops_flask.engine.template.inline_fill import InlineFilling

if TYPE_CHECKING:
    from docops_flask.engine.run_warnings import RunWarning
    from docops_flask.engine.template.removal import Removed

# Characters quoted from the paragraph on each side of a placeholder.
MAX_CONTEXT_CHARACTERS = 60

UNSUPPORTED_REASONS = {
    Kind.MALFORMED: "a field name is made of capital letters, digits and _",
    Kind.UNCLOSED: "the closing bracket 】 is missing",
    Kind.UNOPENED: "the opening bracket 【 is missing",
    Kind.BIDIRECTIONAL: "marks of direction, which cannot be seen, cut the name: delete it and type it again",
}
# The kind of a placeholder at a place that nothing fills or knows (``template.unaccounted``).
UNACCOUNTED = "unaccounted"
UNACCOUNTED_REASON = (
    "it stands at a place that is not filled; put it into the text of the document or replace it by hand"
)
Status = Literal["replaced", "missing", "unsupported"]


class LogEntry(NamedTuple):
    """A placeholder of the template, or a text that looks like one, and what became of it.

    ``original_text`` is the text from ``start`` to ``end`` (characters) of the template's paragraph at the
    address ``paragraph_path``; ``before`` and ``after`` are the text on both sides of it. ``run_id`` is the
    run that holds its first character. ``mirrored_at`` are the paragraphs of other mc:AlternateContent
    branches that were filled alike.

    ``new_text`` is the value of a ``replaced`` entry, ``reason`` says why another was not replaced.
    ``kind`` and ``suggestion`` belong to ``unsupported`` entries; ``kind`` is a ``Kind``'s value, that of a
    refusal (``template.field_code``), ``UNFILLABLE`` or ``UNACCOUNTED``.

    Of a text inside a paragraph (a field code, ruby, an equation) ``paragraph_path`` is its own address
    (``p3:field0``), ``start`` and ``end`` count its characters, and ``run_id`` is ``None`` where no run is
    around it. A placeholder outside the paragraphs of stories has no run; ``part`` is the part it stands in
    and ``place`` says where there, ``paragraph_path`` is its address with the part before "#";
    ``bound_control`` is the address of a content control whose data got the control's whole text. ``note``
    says what a reader of the entry has to know.

    Where the template has blocks, ``result_path`` is the address in the result and ``copy`` the number of the
    block that it lies in, if any, and of its copy there.
    """

    status: Status
    run_id: str | None
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
    part: str | None = None
    place: str | None = None
    note: str | None = None
    bound_control: str | None = None
    copy: tuple[int, int] | None = None
    result_path: str | None = None

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
            kind,
            suggestion,
            part,
            place,
            note,
            control,
            copy,
            result_path,
        ) = self
        more = f', "mirrored_at": {json_list(map(quoted, mirrors))}' if mirrors else ""
        if status == "unsupported":
            more += f', "kind": {_text(kind)}, "suggestion": {_text(suggestion)}'
        if part is not None:
            more += f', "part": {quoted(part)}'
        if place is not None:
            more += f', "place": {quoted(place)}'
        if control is not None:
            more += f', "bound_control": {quoted(control)}'
        if note is not None:
            more += f', "note": {quoted(note)}'
        if copy is not None:
            more += f', "copy": [[{copy[0]}, {copy[1]}]]'
        if result_path is not None:
            more += f', "result_path": {quoted(result_path)}'
        return (
            f'{{"status": "{status}", "field_name": {"null" if name is None else quoted(name)}, '
            f'"run_id": {_text(run_id)}, "paragraph_path": {quoted(path)}, '
            f'"start": {start}, "end": {end}, "original_text": {quoted(original)}, '
            f'"new_text": {"null" if value is None else quoted(value)}, '
            f'"reason": {"null" if reason is None else quoted(reason)}, '
            f'"context": {{"before": {quoted(before)}, "after": {quoted(after)}}}{more}}}'
        )

    def claim(self) -> dict[str, Any]:
        """Return the members of the entry's JSON that say what was changed in the document."""
        if self.status != "replaced":
            return {"status": self.status}
        members: dict[str, Any] = {
            "status": self.status,
            "field_name": self.field_name,
            "run_id": self.run_id,
            "paragraph_path": self.paragraph_path,
            "start": self.start,
            "end": self.end,
            "original_text": self.original_text,
            "new_text": self.new_text,
        }
        if self.mirrored_at:
            members["mirrored_at"] = list(self.mirrored_at)
        if self.part is not None:
            members["part"] = self.part
        if self.bound_control is not None:
            members["bound_control"] = self.bound_control
        if self.copy is not None:
            members["copy"] = [list(self.copy)]
        if self.result_path is not None:
            members["result_path"] = self.result_path
        return members


def _text(text: str | None) -> str:
    return "null" if text is None else quoted(text)


class ReplaceLog(NamedTuple):
    """The log of a run: its entries in document order, how many have each status, the runs that changed.

    ``blocks`` are those of the template that were repeated, in document order;
    ``removed`` is what the job left out of the result beside the text.
    """

    entries: tuple[LogEntry, ...]
    replaced_count: int
    missing_count: int
    unsupported_count: int
    touched_runs: tuple[str, ...]
    blocks: "tuple[BlockEntry, ...]" = ()
    removed: "tuple[Removed, ...]" = ()
    warnings: "tuple[RunWarning, ...]" = ()

    @property
    def left_count(self) -> int:
        """How many placeholders are still in the document."""
        return len(self.entries) - self.replaced_count

    @property
    def unsupported(self) -> list[LogEntry]:
        """The entries that cannot be filled, whatever the values."""
        return [entry for entry in self.entries if entry.status == "unsupported"]

    def elsewhere(self) -> Iterator[tuple[str, str]]:
        """Yield part and text of each placeholder outside the paragraphs that have addresses.

        One that several mc:AlternateContent branches hold is yielded for each.
        """
        for entry in self.entries:
            if "#" in entry.paragraph_path:
                for path in (entry.paragraph_path, *entry.mirrored_at):
                    yield path.partition("#")[0], entry.original_text

    def with_unaccounted(self, names: Sequence[UnaccountedName], suggestions: Suggestions) -> "ReplaceLog":
        """Return the log with an entry for each of ``names``, behind the others."""
        if not names:
            return self
        return self._replace(
            entries=(*self.entries, *(_unaccounted_entry(each, suggestions) for each in names)),
            unsupported_count=self.unsupported_count + len(names),
        )

    def summary(self) -> dict[str, int]:
        """Return the ``summary`` member of the log's JSON."""
        counts = {
            "total_placeholders": len(self.entries),
            "replaced_count": self.replaced_count,
            "missing_count": self.missing_count,
            "unsupported_count": self.unsupported_count,
            "had_unsupported": self.unsupported_count > 0,
        }
        if self.blocks:
            counts["block_count"] = len(self.blocks)
            counts["copy_count"] = sum(block.copies for block in self.blocks)
        return counts

    def as_json(self) -> bytes:
        """Return the content of ``out.replace_log.json``."""
        return json_text(
            {
                "entries": WrittenItems([entry.as_json() for entry in self.entries]),
                **self._blocks(),
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
        removed = {"removed": self._removed()} if self.removed else {}
        return {"entries": [entry.claim() for entry in self.entries], **self._blocks(), **removed}

    def _blocks(self) -> dict[str, Any]:
        """Return the member ``blocks``; nothing where there are none."""
        if not self.blocks:
            return {}
        return {"blocks": [block.as_dict(number) for number, block in enumerate(self.blocks)]}

    def _removed(self) -> list[dict[str, str]]:
        return [each._asdict() for each in self.removed]


def replace_log(  # noqa: PLR0917, the steps of a run in their order
    scan: Scan,
    values: Values,
    skill: Skill,
    suggestions: Suggestions,
    touched: Iterable[str],
    inline: "InlineFilling | None" = None,
    expansion: "Expansion | None" = None,
    elsewhere: Sequence[LogEntry] = (),
) -> ReplaceLog:
    """Return the log of a run.

    ``values`` were filled; ``touched`` are the addresses of the runs that changed. ``inline`` is what became
    of the texts inside paragraphs, where the scan found any; ``expansion`` is the expanded template where
    ``scan`` is of one. ``elsewhere`` are the entries about places outside the paragraphs of stories
    (``place_entries``).
    """
    entries = tuple(_entries(scan, values, skill, suggestions, inline))
    blocks: tuple[BlockEntry, ...] = ()
    if expansion is not None:
        entries = tuple(_placed_in_template(scan, entries, expansion))
        # Few documents have blocks, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.reports.block_entry import block_entry

        blocks = tuple(map(block_entry, expansion.blocks))
        touched = expansion.run_ids_in_template(touched)
    entries = (*entries, *elsewhere)
    statuses = [entry.status for entry in entries]
    return ReplaceLog(
        entries,
        replaced_count=statuses.count("replaced"),
        missing_count=statuses.count("missing"),
        unsupported_count=statuses.count("unsupported"),
        touched_runs=tuple(touched),
        blocks=blocks,
    )


def _placed_in_template(
    scan: Scan, entries: Sequence[LogEntry], expansion: "Expansion"
) -> Iterator[LogEntry]:
    """Yield the entries of an expanded template with their places in the template and in the result."""
    of_entries = (
        paragraph.place
        for paragraph in scan.paragraphs
        for _ in range(len(paragraph.found) + sum(len(each.found) for each in paragraph.inline))
    )
    paths = expansion.template_paths()
    for entry, place in zip(entries, of_entries, strict=True):
        origin = expansion.origins[place]
        path = origin.place.path
        copy, note = None, entry.note
        if origin.block is not None and origin.copy is not None:
            copy = origin.block, origin.copy
            # A newline was dropped at the end of the last line.
            note = note if origin.copy + 1 == len(expansion.blocks[origin.block].block.lines) else None
        yield entry._replace(
            paragraph_path=path + entry.paragraph_path[len(place.path) :],
            run_id=entry.run_id and path + entry.run_id[len(place.path) :],
            mirrored_at=tuple([_in_template(mirror, paths) for mirror in entry.mirrored_at]),
            note=note,
            copy=copy,
            result_path=entry.paragraph_path,
        )


def _in_template(address: str, paths: Mapping[str, str]) -> str:
    """Return the address in the template of a paragraph, or of a text inside it."""
    path = paths.get(address)
    if path is not None:
        return path
    around, mark, inside = address.rpartition(":")
    return paths[around] + mark + inside


def _entries(
    scan: Scan,
    values: Values,
    skill: Skill,
    suggestions: Suggestions,
    inline: "InlineFilling | None",
) -> Iterator[LogEntry]:
    fields = skill.placeholders()
    for paragraph in scan.paragraphs:
        place = paragraph.place
        text, path = place.reading.text, place.path
        mirrors = tuple([mirror.path for mirror in place.mirrors]) if place.mirrors else ()
        texts = values.texts_in(place)
        for (kind, start, end, name), piece in zip(paragraph.found, paragraph.pieces, strict=True):
            run_id = f"{path}:r{piece.shown.run_index}"
            original, before = text[start:end], text[max(0, start - MAX_CONTEXT_CHARACTERS) : start]
            after = text[end : end + MAX_CONTEXT_CHARACTERS]
            at = run_id, path, start, end, original, before, after, mirrors
            note = None if end - start == len(name) + _BRACKETS else note_of_name(original)
            if kind is not _PLACEHOLDER:
                reason, suggestion = UNSUPPORTED_REASONS[kind], suggestions.near(name)
                yield LogEntry("unsupported", *at, None, None, reason, kind.value, suggestion)
            elif name in texts:
                if name in values.shortened:
                    note = "; ".join(filter(None, (note, DROPPED_NEWLINE)))
                yield LogEntry("replaced", *at, name, texts[name], note=note)
            else:
                field = fields.get(name)
                reason = missing_reason(skill, field is not None, bool(field and field.required))
                yield LogEntry("missing", *at, name, reason=reason, note=note)
        if paragraph.inline and inline is not None:
            yield from _inline_entries(paragraph, texts, skill, suggestions, inline)


# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER
# Of a placeholder, beside its name.
_BRACKETS = 2


def note_of_name(original: str) -> str:
    """Return the note about characters that are ignored in the name of ``original``."""
    return f"characters without width in the name were ignored: {', '.join(ignored_characters(original))}"


def _inline_entries(
    paragraph: BracketedParagraph,
    values: Mapping[str, str],
    skill: Skill,
    suggestions: Suggestions,
    inline: "InlineFilling",
) -> Iterator[LogEntry]:
    """Yield the entries of the texts inside a paragraph: field codes, ruby, equations."""
    fields = skill.placeholders()
    for text, found_in_text, code, mirrors in paragraph.inline:
        characters = text.reading.text
        mirrored = tuple(mirror.address for mirror in mirrors)
        for found, of_template in found_in_text:
            kind, start, end, name = found
            original = characters[start:end]
            entry = LogEntry(
                "unsupported",
                text.run_id(start),
                text.address,
                start,
                end,
                original,
                characters[max(0, start - MAX_CONTEXT_CHARACTERS) : start],
                characters[end : end + MAX_CONTEXT_CHARACTERS],
                mirrored,
            )
            refusal = inline.refused.get((text, start), of_template)
            if kind is not _PLACEHOLDER:
                reason, suggestion = UNSUPPORTED_REASONS[kind], suggestions.near(name)
                yield entry._replace(reason=reason, kind=kind.value, suggestion=suggestion)
                continue
            notes = [] if end - start == len(name) + _BRACKETS else [note_of_name(original)]
            if refusal is not None:
                yield entry._replace(reason=refusal.reason, kind=refusal.kind.value)
            elif name in values:
                new = inline.shown(text, values[name])
                if new != values[name]:
                    notes.append("the value's line ends and tabs became spaces: there are no lines here")
                if code is not None and code.shows_old_result:
                    notes.append("Word shows the field's old result until the field is updated (F9)")
                note = "; ".join(notes) or None
                yield entry._replace(status="replaced", field_name=name, new_text=new, note=note)
            else:
                field = fields.get(name)
                missing = missing_reason(skill, field is not None, bool(field and field.required))
                note = "; ".join(notes) or None
                yield entry._replace(status="missing", field_name=name, reason=missing, note=note)


def _unaccounted_entry(name: UnaccountedName, suggestions: Suggestions) -> LogEntry:
    path = f"{name.part}#{name.place}"
    near = suggestions.near(name.text[1:-1])
    return LogEntry(
        "unsupported",
        run_id=None,
        paragraph_path=path,
        start=0,
        end=len(name.text),
        original_text=name.text,
        before=name.before,
        after=name.after,
        mirrored_at=(),
        reason=UNACCOUNTED_REASON,
        kind=UNACCOUNTED,
        suggestion=None if near == name.text[1:-1] else near,
        part=name.part,
        place=name.place,
    )


def missing_reason(skill: Skill, known: bool, required: bool) -> str:
    """Return why a field has no value; ``known`` and ``required`` say what ``skill`` knows of it."""
    if not known:
        return f"the skill {skill.name} has no field for it"
    return f"the task gives no value for this {'required' if required else 'optional'} field"
