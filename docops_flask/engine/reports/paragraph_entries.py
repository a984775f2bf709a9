"""The entries of the replace log about paragraphs' own texts, for each paragraph or once for many.

Entries that differ in address and in the text beside the placeholder alone are made once (``AlikeEntries``).
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, overload

from docops_flask.engine.artefacts import quoted
from docops_flask.engine.reports.log_entry import (
    MAX_CONTEXT_CHARACTERS,
    UNSUPPORTED_REASONS,
    LogEntry,
    missing_reason,
    note_of_name,
)
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.alike import AlikeParagraphs
from docops_flask.engine.template.grammar import Kind, Suggestions
from docops_flask.engine.template.scan import BracketedParagraph
from docops_flask.engine.template.values import DROPPED_NEWLINE, Values

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER
# Of a placeholder, beside its name.
BRACKETS = 2
# Stands for the address in the entries of a kind; no text of a document can hold it.
ADDRESS = "\0"
_ADDRESS_IN_JSON = "\\u0000"
# The same for the texts beside a placeholder.
_CONTEXT = "\0"
_CONTEXT_IN_JSON = '"\\u0000"'
# The text before and the text behind a placeholder.
_Context = tuple[str, str]
_STAND_INS: _Context = _CONTEXT, _CONTEXT


class EntryWriter:
    """Makes the entries of paragraphs in one run."""

    def __init__(self, values: Values, skill: Skill, suggestions: Suggestions) -> None:
        self._values = values
        self._skill = skill
        self._fields = skill.placeholders()
        self._suggestions = suggestions

    def of(
        self, paragraph: BracketedParagraph, path: str, context: _Context | None = None
    ) -> Iterator[LogEntry]:
        """Yield the entries of a paragraph's own text, with the address ``path``.

        ``context`` stands in them for the texts beside the placeholder.
        """
        values, skill = self._values, self._skill
        place = paragraph.place
        text = place.reading.text
        mirrors = tuple([mirror.path for mirror in place.mirrors]) if place.mirrors else ()
        texts = values.texts_in(place)
        for (kind, start, end, name), piece in zip(paragraph.found, paragraph.pieces, strict=True):
            run_id = f"{path}:r{piece.shown.run_index}"
            original = text[start:end]
            before, after = _context(text, start, end) if context is None else context
            at = run_id, path, start, end, original, before, after, mirrors
            note = None if end - start == len(name) + BRACKETS else note_of_name(original)
            if kind is not _PLACEHOLDER:
                reason, suggestion = UNSUPPORTED_REASONS[kind], self._suggestions.near(name)
                yield LogEntry("unsupported", *at, None, None, reason, kind.value, suggestion)
            elif name in texts:
                if name in values.shortened:
                    note = "; ".join(filter(None, (note, DROPPED_NEWLINE)))
                # By position: with a name it would take longer.
                yield LogEntry("replaced", *at, name, texts[name], None, None, None, None, None, note)
            else:
                field = self._fields.get(name)
                reason = missing_reason(skill, field is not None, bool(field and field.required))
                yield LogEntry("missing", *at, name, reason=reason, note=note)

    def of_alike(self, alike: AlikeParagraphs, others: Sequence[LogEntry]) -> "AlikeEntries":
        """Return the entries of ``alike``, and ``others`` behind them."""
        values = self._values
        told: dict[tuple[int, int, str, bool], int] = {}
        entries: list[Sequence[LogEntry]] = []
        numbers: list[int] = []
        contexts: list[_Context | None] = []
        for kind in alike.kinds:
            place, found, pieces, _ = kind
            texts = values.texts_in(place) if values.in_chinese else values
            context = None
            if len(found) == 1 and found[0].kind is _PLACEHOLDER and found[0].name in texts:
                _, start, end, _ = found[0]
                text = place.reading.text
                context = _context(text, start, end)
                key = pieces[0].shown.run_index, start, text[start:end], texts is values
                number = told.setdefault(key, len(entries))
            else:
                number = len(entries)
            if number == len(entries):
                entries.append(tuple(self.of(kind, ADDRESS, None if context is None else _STAND_INS)))
            numbers.append(number)
            contexts.append(context)
        return AlikeEntries(entries, numbers, contexts, alike, tuple(others))


class AlikeEntries(Sequence[LogEntry]):
    """The entries of a log: first those of paragraphs, in document order, then ``others``.

    ``entries`` are those of one paragraph each, with ``ADDRESS`` for its address. ``numbers`` say which of
    these each kind of ``alike`` has, ``contexts`` are the texts beside the placeholder of a kind, where its
    entry has stand-ins. An entry is made an object when it is asked for.
    """

    def __init__(
        self,
        entries: Sequence[Sequence[LogEntry]],
        numbers: Sequence[int],
        contexts: Sequence[_Context | None],
        alike: AlikeParagraphs,
        others: tuple[LogEntry, ...] = (),
    ) -> None:
        self._entries = entries
        self._of_kinds = numbers
        self._contexts = contexts
        self._alike = alike
        self.others = others
        # Of each paragraph.
        self._numbers = list(map(numbers.__getitem__, alike.numbers))
        # How many paragraphs have each.
        self._times = Counter(self._numbers)
        self._length = len(others) + sum(len(entries[number]) * n for number, n in self._times.items())

    def __len__(self) -> int:
        return self._length

    def __iter__(self) -> Iterator[LogEntry]:
        alike = self._alike
        for number, kind, path in zip(self._numbers, alike.numbers, alike.paths, strict=True):
            context = self._contexts[kind]
            for entry in self._entries[number]:
                placed = entry._replace(run_id=f"{path}{_behind_address(entry.run_id)}", paragraph_path=path)
                yield placed if context is None else placed._replace(before=context[0], after=context[1])
        yield from self.others

    @overload
    def __getitem__(self, index: int) -> LogEntry: ...

    @overload
    def __getitem__(self, index: slice) -> Sequence[LogEntry]: ...

    def __getitem__(self, index: int | slice) -> LogEntry | Sequence[LogEntry]:
        return tuple(self)[index]

    def with_others(self, added: Sequence[LogEntry]) -> "AlikeEntries":
        """Return these entries with others behind them."""
        others = (*self.others, *added)
        return AlikeEntries(self._entries, self._of_kinds, self._contexts, self._alike, others)

    def counts(self) -> Counter[str]:
        """Return how many entries have each status."""
        counts: Counter[str] = Counter(entry.status for entry in self.others)
        for number, times in self._times.items():
            for entry in self._entries[number]:
                counts[entry.status] += times
        return counts

    def as_json(self) -> Iterator[str]:
        """Yield each entry as the log has it."""
        alike = self._alike
        joined = "".join(alike.paths)
        # Hardly any address has a character that JSON escapes: the id of a note may.
        is_plain = len(quoted(joined)) == len(joined) + 2
        paths = alike.paths if is_plain else [quoted(path)[1:-1] for path in alike.paths]
        kinds = self._written()
        if len(alike.kinds) < len(paths):
            of_kinds = list(kinds)
            kinds = map(of_kinds.__getitem__, alike.numbers)
        for parted, path in zip(kinds, paths, strict=True):
            for before, between, behind in parted:
                yield f"{before}{path}{between}{path}{behind}"
        yield from map(LogEntry.as_json, self.others)

    def _written(self) -> Iterator[Sequence[Sequence[str]]]:
        """Yield the JSON of the entries of each kind, parted at the addresses: of the run and its own."""
        written = [[entry.as_json().split(_ADDRESS_IN_JSON, 2) for entry in each] for each in self._entries]
        ends: dict[int, Sequence[str]] = {}
        for number, context in zip(self._of_kinds, self._contexts, strict=True):
            parted = written[number]
            if context is None:
                yield parted
                continue
            [(before, between, behind)] = parted
            if number not in ends:
                ends[number] = behind.rsplit(_CONTEXT_IN_JSON, 2)
            first, second, third = ends[number]
            left, right = context
            yield ((before, between, f"{first}{quoted(left)}{second}{quoted(right)}{third}"),)

    def claims(self) -> dict[str, Any]:
        """Return what of these entries, without ``others``, says what was changed in the document."""
        claims = [entry.claim() for entries in self._entries for entry in entries]
        for claim in claims:
            if "run_id" in claim:
                claim["paragraph_path"] = ""
                claim["run_id"] = _behind_address(claim["run_id"])
        return {
            "entries": claims,
            "sizes": list(map(len, self._entries)),
            "numbers": self._numbers,
            "paths": self._alike.paths,
        }


def _context(text: str, start: int, end: int) -> _Context:
    begin = start - MAX_CONTEXT_CHARACTERS if start > MAX_CONTEXT_CHARACTERS else 0
    return text[begin:start], text[end : end + MAX_CONTEXT_CHARACTERS]


def _behind_address(run_id: str | None) -> str:
    """Return what follows the address of a paragraph in that of its run."""
    return "" if run_id is None else run_id[len(ADDRESS) :]
