"""The replace log of a template with blocks: entries with their places in the template and their copies."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.reports.log_entry import (
    MAX_CONTEXT_CHARACTERS,
    LogEntry,
    missing_reason,
    note_of_name,
)
from docops_flask.engine.reports.open_fields import explained
from docops_flask.engine.reports.replace_log import ReplaceLog, inline_entries
from docops_flask.engine.reports.tag_faults import fault_of
from docops_flask.engine.reports.written_blocks import added_parts, missing_blocks, written_blocks
from docops_flask.engine.template.block_run import BlockRun
from docops_flask.engine.template.blocks.frames import Frame
from docops_flask.engine.template.blocks.scopes import Scope
from docops_flask.engine.template.copied_values import resolved
from docops_flask.engine.template.drawn_tags import is_told_in_copies
from docops_flask.engine.template.grammar import Kind, Suggestions, ignored_characters
from docops_flask.engine.template.open_task import OpenTask, with_key
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tag_meaning import name_in_log
from docops_flask.engine.template.tags import read_tag
from docops_flask.engine.template.template_tags import TemplateTag
from docops_flask.engine.template.values import DROPPED_NEWLINE

if TYPE_CHECKING:
    from docops_flask.engine.template.folded_copies import FoldedCopies
    from docops_flask.engine.template.inline_fill import InlineFilling
    from docops_flask.engine.template.pictures.filling import ShownPicture

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER
_Copies = Sequence[Sequence[int]]


def block_log(  # noqa: PLR0917, the steps of a run in their order
    run: BlockRun,
    task: OpenTask,
    suggestions: Suggestions,
    touched: Iterable[str],
    inline: "InlineFilling | None",
    elsewhere: Sequence[LogEntry],
    pictures: "Mapping[tuple[str, int], ShownPicture] | None" = None,
    folds: "FoldedCopies | None" = None,
) -> ReplaceLog:
    """Return the log of a run; ``touched`` are the addresses in the result of the runs that changed.

    ``inline`` is what became of the texts inside paragraphs, ``elsewhere`` are the entries about places
    outside paragraphs, with their addresses in the result. ``pictures`` are those put into paragraphs, by
    address and first character of their tags in the result. ``folds`` are copies that were not read.
    """
    of_paragraphs = _Entries(run, task, suggestions, inline)
    entries = (
        *of_paragraphs.entries(pictures),
        *(_elsewhere(each, run, task) for each in elsewhere),
    )
    nowhere = tuple(of_paragraphs.nowhere())
    statuses = [entry.status for entry in entries]
    blocks = tuple(written_blocks(run))
    folded = None
    if folds is not None:
        # Few lists are long, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.reports.folded_entries import FoldedEntries

        folded = FoldedEntries(folds, run, entries, task.keys)
    return ReplaceLog(
        entries if blocks else tuple([each._replace(result_path=None) for each in entries]),
        replaced_count=statuses.count("replaced") + (0 if folded is None else folded.count),
        missing_count=statuses.count("missing"),
        unsupported_count=statuses.count("unsupported") + len(nowhere),
        touched_runs=tuple(run.run_ids_in_template(touched)),
        blocks=blocks,
        missing_blocks=tuple(missing_blocks(run)),
        added=added_parts(run),
        nowhere=nowhere,
        folded=folded,
    )


def given_outside(tag: Tag | None, scope: Scope) -> str | None:
    """Return how to write the path of a field without a value if a scope further out has one for it."""
    path = None if tag is None else tag.path
    if path is None or not path.names or path.up or path.is_root:
        return None
    up = 0
    while scope.outer is not None:
        scope, up = scope.outer, up + 1
        if scope.resolve(path).value is not None:
            return str(path._replace(is_root=True) if scope.outer is None else path._replace(up=up))
    return None


class _Entries:
    """Makes the entries about the paragraphs of the result."""

    def __init__(
        self, run: BlockRun, task: OpenTask, suggestions: Suggestions, inline: "InlineFilling | None"
    ) -> None:
        self._run = run
        self._task = task
        self._suggestions = suggestions
        self._inline = inline
        self._fields = task.skill.placeholders()
        # Parts of entries that are the same in all copies of a tag.
        self._starts: dict[TemplateTag, LogEntry] = {}
        self._copies: dict[Frame, _Copies | None] = {}
        self._has_lines = bool(run.lines)
        self._has_folds = bool(run.expanded.folds)
        self._has_shortened = run.has_shortened

    def entries(self, pictures: "Mapping[tuple[str, int], ShownPicture] | None" = None) -> Iterator[LogEntry]:
        """Yield them in the order of the result; ``pictures`` are as in ``block_log``."""
        run = self._run
        for paragraph in run.scan.paragraphs:
            place = paragraph.place
            texts = run.values.texts_in(place)
            of, frames, names = run.tags[place]
            count = len(paragraph.found)
            for number in range(count):
                entry = self._entry(of[number], frames[number], names[number], place, texts)
                if pictures is not None:
                    entry = entry.with_picture(pictures.get((place.path, paragraph.found[number].start)))
                yield entry
            if paragraph.inline and self._inline is not None:
                skill = self._task.skill
                inside = inline_entries(paragraph, texts, skill, self._suggestions, self._inline)
                for tag, frame, entry in zip(of[count:], frames[count:], inside, strict=True):
                    shown = self._run.result_path(place, entry.paragraph_path)
                    yield self._entry_inside(tag, frame, entry)._replace(result_path=shown)

    def nowhere(self) -> Iterator[LogEntry]:
        """Yield the tags with a fault that are not in the result."""
        shown = {tag for of, _, _ in self._run.tags.values() for tag in of}
        for tag in self._run.template_faults:
            if tag not in shown:
                yield self._start(tag)

    def _entry(
        self, of: TemplateTag, frame: Frame, name: str, place: ParagraphPlace, texts: Mapping[str, str]
    ) -> LogEntry:
        start = self._starts.get(of)
        if start is None:
            start = self._starts[of] = self._start(of)
        if frame not in self._copies:
            self._copies[frame] = None if frame.found is None else frame.copies
        copies = self._copies[frame]
        status, reason, suggestion, note = start.status, start.reason, start.suggestion, start.note
        path = text = None
        if of.found.kind is _PLACEHOLDER:
            path = self._payload_path(of, frame)
            text = texts.get(name)
            if text is not None:
                status, reason = "replaced", None
                if self._has_shortened and self._run.was_shortened(place, name):
                    note = f"{note}; {DROPPED_NEWLINE}" if note else DROPPED_NEWLINE
            else:
                suggestion = given_outside(of.tag, frame.scope)
                if suggestion is not None:
                    reason = f"{reason}; {of.name} is given outside of the list: write 【{suggestion}】"
        if self._has_lines:
            copies = self._with_line(copies, place)
        mirrors = start.mirrored_at
        if len(mirrors) != len(place.mirrors):
            mirrors = tuple([self._run.origin(each)[0].path for each in place.mirrors])
        shown = self._run.result_path(place, place.path) if self._has_folds else place.path
        return LogEntry(
            status, start.run_id, start.paragraph_path, start.start, start.end, start.original_text,
            start.before, start.after, mirrors, start.field_name, text, reason, start.kind,
            suggestion, None, None, note, None, copies, shown, path, start.related_place,
        )  # fmt: skip

    def _with_line(self, copies: _Copies | None, place: ParagraphPlace) -> _Copies | None:
        """Return ``copies`` with that of the line of a value that a paragraph is."""
        _, number, line = self._run.origin(place)
        return copies if number is None else (*(copies or ()), (number, line))

    def _start(self, of: TemplateTag) -> LogEntry:
        """Return the entry of a tag without a value."""
        kind, start, end, name = of.found
        before, after = of.text[max(0, start - MAX_CONTEXT_CHARACTERS) : start], of.text[end:]
        entry = LogEntry(
            "missing", of.run_id, of.path, start, end, of.original,
            before, after[:MAX_CONTEXT_CHARACTERS], of.mirrored_at,
        )  # fmt: skip
        if kind is not _PLACEHOLDER:
            near = self._suggestions.near(name)
            reason, suggestion = fault_of(kind, of.original, near, of.detail)
            return entry._replace(
                status="unsupported",
                reason=reason,
                kind=kind.value,
                suggestion=suggestion,
                related_place=None if of.detail is None else of.detail.related_place,
            )
        note = note_of_name(of.original) if ignored_characters(of.original) else None
        return entry._replace(field_name=of.name, reason=self._missing(name), note=note)

    def _missing(self, name: str) -> str:
        field = self._fields.get(name)
        return missing_reason(self._task.skill, field is not None, bool(field and field.required))

    def _entry_inside(self, of: TemplateTag, frame: Frame, entry: LogEntry) -> LogEntry:
        """Return the entry about a tag in a text inside a paragraph; ``entry`` has its place there."""
        placed = entry._replace(
            run_id=of.run_id,
            paragraph_path=of.path,
            start=of.found.start,
            end=of.found.end,
            mirrored_at=of.mirrored_at,
            copy=None if frame.found is None else frame.copies,
            result_path=entry.paragraph_path,
        )
        if entry.field_name is None:
            return placed
        reason = self._missing(of.found.name) if entry.status == "missing" else entry.reason
        return placed._replace(field_name=of.name, reason=reason, payload_path=self._payload_path(of, frame))

    def _payload_path(self, of: TemplateTag, frame: Frame) -> str:
        assert of.tag is not None, "what is filled was read as a tag"
        scope = frame.scope
        path = resolved(of.tag, scope).path if of.key is None else f"{scope.path}.{of.key}"
        return with_key(path, self._task.keys, "$.") if self._task.keys else path


def _elsewhere(entry: LogEntry, run: BlockRun, task: OpenTask) -> LogEntry:
    """Return an entry about a place outside paragraphs with its address in the template, and its copy."""
    path, frame = run.place_copies.get(entry.paragraph_path, (entry.paragraph_path, None))
    copies = None if frame is None or frame.found is None else frame.copies
    placed = entry._replace(paragraph_path=path, copy=copies, result_path=entry.paragraph_path)
    if entry.field_name is None:
        return explained(placed)
    # In copies something may stand behind what is in the brackets.
    name = entry.field_name.partition("\0")[0]
    field = task.skill.placeholders().get(name)
    key = name if field is None else field.key
    tag = read_tag(name)
    payload_path = f"$.{key}"
    if frame is not None and isinstance(tag, Tag) and is_told_in_copies(tag, path):
        payload_path = resolved(tag, frame.scope).path
        payload_path = with_key(payload_path, task.keys, "$.") if task.keys else payload_path
    return placed._replace(field_name=name_in_log(name), payload_path=payload_path)
