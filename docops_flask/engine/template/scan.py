"""Finds the placeholders of a document, well-formed or not, with their places."""

from collections.abc import Callable, Container, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.document.document import (
    Document,
    ParagraphPlace,
    RunPlace,
    StoryPart,
    read_together,
)
from docops_flask.engine.document.shape import INLINE_ELEMENTS, Paragraph, TextPiece
from docops_flask.engine.template.grammar import (
    CLOSE,
    OPEN,
    Found,
    Kind,
    find_placeholders,
    undeclared_names,
)

if TYPE_CHECKING:
    from docops_flask.engine.template.inline_scan import BracketedInline

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER
# Finds the placeholders of a text: those of language 1 (``grammar``) or of language 2 (``tag_scan``).
Finder = Callable[[str], list[Found]]


class BracketedParagraph(NamedTuple):
    """A paragraph that holds at least one placeholder or broken one.

    ``found`` is in text order; ``pieces`` are the w:t that hold the first character of each. ``inline`` are
    the texts inside the paragraph that hold some: field codes, ruby, equations.
    """

    place: ParagraphPlace
    found: Sequence[Found]
    pieces: Sequence[TextPiece]
    inline: "Sequence[BracketedInline]" = ()

    @property
    def text(self) -> str:
        """Its text in the template."""
        return self.place.reading.text

    def run_of(self, found: Found) -> RunPlace:
        """Return the run that holds the first character of ``found``."""
        return self.place.run(self._first_piece(found).shown.run_index)

    def in_field_result(self, found: Found) -> bool:
        """Say whether Word may compute the text anew (a field's result, 17.16)."""
        return self._first_piece(found).shown.in_field_result

    def _first_piece(self, found: Found) -> TextPiece:
        return self.place.reading.piece_at(found.start)


class Scan(NamedTuple):
    """The bracketed paragraphs of a document, in document order.

    Those in comments are kept separately and are never filled. ``open_brackets`` counts the opening brackets
    in the texts of all paragraphs of a part, those of ordinary text too; ``undeclared`` are the bracketed
    words that have the form of a name in another script (【甲方】), each once.
    """

    paragraphs: list[BracketedParagraph]
    comments: list[BracketedParagraph]
    open_brackets: Mapping[StoryPart, int] = {}
    undeclared: Sequence[str] = ()

    def field_counts(self) -> dict[str, int]:
        """Return how often each placeholder name occurs, in order of first occurrence."""
        counts: dict[str, int] = {}
        for paragraph in self.paragraphs:
            for found in paragraph.found:
                if found.kind is _PLACEHOLDER:
                    counts[found.name] = counts.get(found.name, 0) + 1
            for text in paragraph.inline:
                for name in text.names():
                    counts[name] = counts.get(name, 0) + 1
        return counts

    def inline_names(self) -> Iterator[tuple[str, str]]:
        """Yield part and text of each placeholder in a text inside a paragraph, for each branch with it."""
        for paragraph in self.paragraphs:
            for bracketed in paragraph.inline:
                for each in bracketed.found:
                    text = bracketed.written(each.found)
                    yield paragraph.place.part.name, text
                    for mirror in bracketed.mirrors:
                        yield mirror.place.part.name, text

    def unsupported_count(self) -> int:
        """Return the number of malformed placeholders, and of those in places where none can be filled."""
        return sum(
            sum(found.kind is not Kind.PLACEHOLDER for found in paragraph.found)
            + sum(each.refusal is not None for text in paragraph.inline for each in text.found)
            for paragraph in self.paragraphs
        )

    def placeholder_runs(self) -> list[RunPlace]:
        """Return the runs that hold the first character of a placeholder, without duplicates."""
        return self._first_runs(None)

    def runs_to_fill(
        self, names: Container[str], of_copies: Mapping[ParagraphPlace, Container[str]] | None = None
    ) -> list[RunPlace]:
        """Return the runs that get a value if the placeholders ``names`` are filled, without duplicates.

        ``of_copies`` are the names that are filled in paragraphs of copies.
        """
        return self._first_runs(names, of_copies)

    def _first_runs(
        self,
        all_names: Container[str] | None,
        of_copies: Mapping[ParagraphPlace, Container[str]] | None = None,
    ) -> list[RunPlace]:
        runs: dict[str, RunPlace] = {}
        names = all_names
        for place, found, pieces, _ in self.paragraphs:
            path = place.path
            if of_copies:
                names = of_copies.get(place, all_names)
            for (kind, _, _, name), piece in zip(found, pieces, strict=True):
                if kind is _PLACEHOLDER and (names is None or name in names):
                    index = piece.shown.run_index
                    run_id = f"{path}:r{index}"
                    if run_id not in runs:
                        runs[run_id] = RunPlace(index, run_id, place)
        return list(runs.values())


def scan_document(document: Document, find: Finder = find_placeholders) -> Scan:
    """Return the placeholders of ``document``, as ``find`` finds them in a text."""
    open_brackets: dict[StoryPart, int] = {}
    undeclared: dict[str, None] = {}
    paragraphs = _bracketed(document.walk.paragraphs, open_brackets, undeclared, find)
    comments = _bracketed(document.walk.comments, {}, {}, find, with_inline=False)
    return Scan(paragraphs, comments, open_brackets, list(undeclared))


_OPEN, _CLOSE = OPEN.encode(), CLOSE.encode()


class _Held(NamedTuple):
    """What a text holds: placeholders, the w:t that each begins in, how many opening brackets in all.

    ``may_hold_inline`` says that there may be field codes, ruby or equations in it, ``all_told`` that each
    bracket belongs to a placeholder with two.
    """

    found: Sequence[Found]
    pieces: Sequence[TextPiece]
    open_brackets: int
    may_hold_inline: bool
    all_told: bool


def _bracketed(
    places: Iterable[ParagraphPlace],
    open_brackets: dict[StoryPart, int],
    undeclared: dict[str, None],
    find: Finder,
    *,
    with_inline: bool = True,
) -> list[BracketedParagraph]:
    """Return those of ``places`` that hold placeholders, also, ``with_inline``, in texts inside them.

    What ``Scan`` counts and lists beside them is added to ``open_brackets`` and ``undeclared``.
    """
    wanted = list(_with_bracket(places))
    read_together(wanted)
    known: dict[Paragraph, _Held] = {}
    # Most paragraphs share a form, and few forms have texts inside them.
    forms: dict[bytes, bool] = {}
    paragraphs = []
    for place in wanted:
        reading = place.reading
        held = known.get(reading)
        if held is None:
            held = known[reading] = _held_by(reading, find, with_inline and _holds_inline(reading, forms))
            if not held.all_told:
                undeclared.update(dict.fromkeys(undeclared_names(reading.text)))
        found, pieces, opened, may_hold_inline, _ = held
        if opened:
            open_brackets[place.part] = open_brackets.get(place.part, 0) + opened
            for each in place.mirrors:
                open_brackets[each.part] = open_brackets.get(each.part, 0) + opened
        if may_hold_inline or (
            with_inline
            and place.mirrors
            and any(_holds_inline(each.reading, forms) for each in place.mirrors)
        ):
            # Few templates have such texts, and a renderer starts the faster for what it does not load.
            from docops_flask.engine.template.inline_scan import scan_inline

            own, others, across = scan_inline(place, find, undeclared)
            if across:
                found = sorted((*found, *across), key=_start)
                pieces = [reading.piece_at(each.start) for each in found]
            if found or own:
                paragraphs.append(BracketedParagraph(place, found, pieces, own))
            paragraphs += [BracketedParagraph(mirror, (), (), inline) for mirror, inline in others]
        elif found:
            # As ``BracketedParagraph()``, without a call of a function in Python: thousands are made.
            paragraphs.append(tuple.__new__(BracketedParagraph, (place, found, pieces, ())))
    return paragraphs


_start = attrgetter("start")


def _held_by(reading: Paragraph, find: Finder, may_hold_inline: bool) -> _Held:
    text = reading.text
    found = find(text)
    if len(found) == 1:
        # Most texts that hold any hold one.
        pieces = [reading.piece_at(found[0].start)]
    else:
        pieces = [reading.piece_at(each.start) for each in found]
    opened = text.count(OPEN)
    all_told = opened == text.count(CLOSE) == len(found)
    # As above.
    return tuple.__new__(_Held, (found, pieces, opened, may_hold_inline, all_told))


def _holds_inline(reading: Paragraph, forms: dict[bytes, bool]) -> bool:
    """Say whether field codes, ruby or equations may lie in a paragraph; ``forms`` are those known."""
    form = reading.form
    known = forms.get(form)
    if known is None:
        known = forms[form] = any(name in form for name in INLINE_ELEMENTS)
    return known


def _with_bracket(places: Iterable[ParagraphPlace]) -> Iterator[ParagraphPlace]:
    """Yield the places that ``may_hold_bracket`` names, and those with such a mirror."""
    part: StoryPart | None = None
    may_have_numbers = False
    for place in places:
        if place.part is not part:
            part = place.part
            find = part.text.content.find
            # A single byte is looked for a hundred times faster than two.
            may_have_numbers = find(b"&") >= 0
        start, end = place.content, place.end
        if (
            find(_OPEN, start, end) >= 0
            or find(_CLOSE, start, end) >= 0
            or (may_have_numbers and find(b"&#", start, end) >= 0)
            or (place.mirrors and any(map(may_hold_bracket, place.mirrors)))
        ):
            yield place


def may_hold_bracket(place: ParagraphPlace) -> bool:
    """Say whether a paragraph has a bracket in its bytes, as a character or, maybe, by its number."""
    find, start, end = place.part.text.content.find, place.content, place.end
    return find(_OPEN, start, end) >= 0 or find(_CLOSE, start, end) >= 0 or find(b"&#", start, end) >= 0
