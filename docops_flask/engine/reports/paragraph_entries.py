"""The entries of the replace log about a paragraph's own text."""

from collections.abc import Iterator

from docops_flask.engine.reports.log_entry import (
    MAX_CONTEXT_CHARACTERS,
    UNSUPPORTED_REASONS,
    LogEntry,
    missing_reason,
    note_of_name,
)
from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.template.grammar import Kind, Suggestions
from docops_flask.engine.template.scan import BracketedParagraph
from docops_flask.engine.template.values import DROPPED_NEWLINE, Values

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER
# Of a placeholder, beside its name.
BRACKETS = 2


class EntryWriter:
    """Makes the entries of paragraphs in one run."""

    def __init__(self, values: Values, skill: Skill, suggestions: Suggestions) -> None:
        self._values = values
        self._skill = skill
        self._fields = skill.placeholders()
        self._suggestions = suggestions

    def of(self, paragraph: BracketedParagraph, path: str) -> Iterator[LogEntry]:
        """Yield the entries of a paragraph's own text, with the address ``path``."""
        values, skill = self._values, self._skill
        place = paragraph.place
        text = place.reading.text
        mirrors = tuple([mirror.path for mirror in place.mirrors]) if place.mirrors else ()
        texts = values.texts_in(place)
        for (kind, start, end, name), piece in zip(paragraph.found, paragraph.pieces, strict=True):
            run_id = f"{path}:r{piece.shown.run_index}"
            original = text[start:end]
            before = text[start - MAX_CONTEXT_CHARACTERS if start > MAX_CONTEXT_CHARACTERS else 0 : start]
            after = text[end : end + MAX_CONTEXT_CHARACTERS]
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
