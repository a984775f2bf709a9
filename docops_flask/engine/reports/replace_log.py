"""out.replace_log.json: what became of every placeholder of the template.

The log lists every placeholder of the template with its place and what became of it (contract section 2).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from docops_flask.engine.artefacts import WrittenItems, json_text, quoted
from docops_flask.engine.reports.log_entry import (
    MAX_CONTEXT_CHARACTERS,
    UNACCOUNTED,
    UNACCOUNTED_REASON,
    UNSUPPORTED_REASONS,
    LogEntry,
    missing_reason,
    note_of_name,
)
from docops_flask.engine.reports.paragraph_entries import BRACKETS, AlikeEntries, EntryWriter
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.alike import AlikeParagraphs
from docops_flask.engine.template.grammar import Kind, Suggestions
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.unaccounted import UnaccountedName
from docops_flask.engine.template.values import Values

if TYPE_CHECKING:
    from docops_flask.engine.reports.folded_entries import FoldedEntries
    from docops_flask.engine.run_warnings import RunWarning
    from docops_flask.engine.template.expansion import Expansion
    from docops_flask.engine.template.inline_fill import InlineFilling
    from docops_flask.engine.template.pictures.filling import ShownPicture
    from docops_flask.engine.template.pictures.media_parts import MediaPart
    from docops_flask.engine.template.removal import Removed


class LoggedBlock(Protocol):
    """A block of the template as the log tells of it."""

    @property
    def copies(self) -> int:
        """How often it stands in the result."""

    def as_dict(self, number: int) -> dict[str, Any]:
        """Return it as the log has it, where it is the block with that number in the log."""


class MissingBlock(NamedTuple):
    """A block whose value is not given: its start tag, the path of the value, its place in the result.

    ``is_kept`` says that it stays as it is, ``False`` that it was decided without the value.
    """

    text: str
    name: str
    place: str
    is_kept: bool


class ReplaceLog(NamedTuple):
    """The log of a run: its entries in document order, how many have each status, the runs that changed.

    ``blocks`` are those of the template that were repeated, in document order; ``missing_blocks`` are
    those without a value; ``added`` is what copies and pictures brought into other parts.
    ``removed`` is what the job left out of the result beside the text. ``folded`` are entries about copies
    of blocks, all replaced, that are not in ``entries`` but among them in the JSON. ``nowhere`` are
    unsupported tags of the template that are not in the result: in a branch not taken, in a list without
    items. ``native`` are Word's own marks of fields that were read as tags.
    """

    entries: Sequence[LogEntry]
    replaced_count: int
    missing_count: int
    unsupported_count: int
    touched_runs: tuple[str, ...]
    blocks: tuple[LoggedBlock, ...] = ()
    removed: "tuple[Removed, ...]" = ()
    warnings: "tuple[RunWarning, ...]" = ()
    missing_blocks: tuple[MissingBlock, ...] = ()
    added: Mapping[str, Any] = {}
    folded: "FoldedEntries | None" = None
    nowhere: tuple[LogEntry, ...] = ()
    native: Sequence[Mapping[str, str]] = ()

    @property
    def entry_count(self) -> int:
        """How many entries there are in all."""
        return len(self.entries) + (0 if self.folded is None else self.folded.count)

    @property
    def left_count(self) -> int:
        """How many placeholders, and blocks without a value, are still in the document."""
        kept = sum(block.is_kept for block in self.missing_blocks)
        return self.entry_count - self.replaced_count + kept

    @property
    def copy_count(self) -> int:
        """How many copies the blocks have in all."""
        return sum(block.copies for block in self.blocks)

    @property
    def left(self) -> list[LogEntry]:
        """The entries of what is still in the document."""
        if self.replaced_count == self.entry_count:
            return []
        return [entry for entry in self.entries if entry.status != "replaced"]

    @property
    def unsupported(self) -> list[LogEntry]:
        """The entries that cannot be filled, whatever the values."""
        return [*(entry for entry in self.left if entry.status == "unsupported"), *self.nowhere]

    def elsewhere(self) -> Iterator[tuple[str, str]]:
        """Yield part and text of each placeholder outside the paragraphs that have addresses.

        One that several mc:AlternateContent branches hold is yielded for each.
        """
        entries = self.entries
        # Those of paragraphs that are filled alike have addresses in stories.
        for entry in entries.others if isinstance(entries, AlikeEntries) else entries:
            if "#" in entry.paragraph_path:
                for path in (entry.paragraph_path, *entry.mirrored_at):
                    yield path.partition("#")[0], entry.original_text

    def with_unaccounted(self, names: Sequence[UnaccountedName], suggestions: Suggestions) -> "ReplaceLog":
        """Return the log with an entry for each of ``names``, behind the others."""
        if not names:
            return self
        entries, added = self.entries, [_unaccounted_entry(each, suggestions) for each in names]
        return self._replace(
            entries=entries.with_others(added) if isinstance(entries, AlikeEntries) else (*entries, *added),
            unsupported_count=self.unsupported_count + len(names),
        )

    def with_media(self, media: "Sequence[MediaPart]") -> "ReplaceLog":
        """Return the log with the parts that pictures added."""
        if not media:
            return self
        ids = {"ids": "rule 1"}
        return self._replace(added={**self.added, "media": [each.as_dict() for each in media], **ids})

    def summary(self) -> dict[str, int]:
        """Return the ``summary`` member of the log's JSON."""
        counts = {
            "total_placeholders": self.entry_count + len(self.nowhere),
            "replaced_count": self.replaced_count,
            "missing_count": self.missing_count,
            "unsupported_count": self.unsupported_count,
            "had_unsupported": self.unsupported_count > 0,
        }
        if self.blocks:
            counts["block_count"] = len(self.blocks)
            counts["copy_count"] = self.copy_count
        return counts

    def as_json(self) -> bytes:
        """Return the content of ``out.replace_log.json``."""
        folded = self.folded
        entries = self.entries
        if isinstance(entries, AlikeEntries):
            written = entries.as_json()
        else:
            written = map(LogEntry.as_json, chain(entries, self.nowhere))
        # Stands for entries that are bytes already; no JSON text holds it.
        content = json_text(
            {
                "entries": WrittenItems(written if folded is None else ("\0",)),
                **self._blocks(),
                "summary": self.summary(),
                "touched_runs": WrittenItems(map(quoted, self.touched_runs)),
                **({"removed": self._removed()} if self.removed else {}),
                **({"warnings": [each.as_dict() for each in self.warnings]} if self.warnings else {}),
            }
        )
        if folded is None:
            return content
        head, _, behind = content.partition(b"\0")
        return folded.as_json(self.entries, head, behind)

    def claims(self) -> dict[str, Any]:
        """Return the part of the log's JSON that says what was changed in the document.

        The proof gets it before the log is written: values repeated in thousands of entries are one object
        here and text for each entry there. Entries of paragraphs that are filled alike are told once, in the
        member ``alike`` (``integrity.alike_entries``), those about many copies together, in ``groups``.
        """
        removed = {"removed": self._removed()} if self.removed else {}
        entries = self.entries
        if not isinstance(entries, AlikeEntries):
            folded = self.folded
            groups = {} if folded is None else {"groups": folded.claims()}
            return {"entries": [entry.claim() for entry in entries], **groups, **self._blocks(), **removed}
        others = [entry.claim() for entry in entries.others]
        return {"entries": others, "alike": entries.claims(), **self._blocks(), **removed}

    def _blocks(self) -> dict[str, Any]:
        """Return the members ``blocks``, ``added`` and ``native``; nothing of what is empty."""
        members: dict[str, Any] = {}
        if self.blocks:
            members["blocks"] = [block.as_dict(number) for number, block in enumerate(self.blocks)]
        if self.added:
            members["added"] = dict(self.added)
        if self.native:
            members["native"] = self.native
        return members

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
    pictures: "Mapping[tuple[str, int], ShownPicture] | None" = None,
    alike: AlikeParagraphs | None = None,
) -> ReplaceLog:
    """Return the log of a run.

    ``values`` were filled; ``touched`` are the addresses of the runs that changed. ``inline`` is what became
    of the texts inside paragraphs, where the scan found any; ``expansion`` is the expanded template where
    ``scan`` is of one. ``elsewhere`` are the entries about places outside the paragraphs of stories
    (``place_entries``). ``pictures`` are those put into paragraphs, by address and first character of tags.
    ``alike`` are the paragraphs of ``scan`` by kinds where each kind is filled once.
    """
    if alike is not None:
        return _log_of_alike(alike, EntryWriter(values, skill, suggestions), touched, elsewhere)
    entries = tuple(_entries(scan, values, skill, suggestions, inline))
    if pictures:
        entries = tuple(
            [each.with_picture(pictures.get((each.paragraph_path, each.start))) for each in entries]
        )
    blocks: tuple[LoggedBlock, ...] = ()
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


def _log_of_alike(
    alike: AlikeParagraphs, writer: EntryWriter, touched: Iterable[str], elsewhere: Sequence[LogEntry]
) -> ReplaceLog:
    entries = writer.of_alike(alike, elsewhere)
    counts = entries.counts()
    return ReplaceLog(
        entries,
        replaced_count=counts["replaced"],
        missing_count=counts["missing"],
        unsupported_count=counts["unsupported"],
        touched_runs=tuple(touched),
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
            copy = ((origin.block, origin.copy),)
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
    writer = EntryWriter(values, skill, suggestions)
    for paragraph in scan.paragraphs:
        yield from writer.of(paragraph, paragraph.place.path)
        if paragraph.inline and inline is not None:
            texts = values.texts_in(paragraph.place)
            yield from inline_entries(paragraph, texts, skill, suggestions, inline)


# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER


def inline_entries(
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
            notes = [] if end - start == len(name) + BRACKETS else [note_of_name(original)]
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
