"""Paragraphs that are filled alike: those with the same bytes, once for all and apart from their addresses.

In a table of thousands of cells there are few different paragraphs. What filling makes of one, and what the
log tells of it, holds for all with the same bytes; only address and position differ.
"""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.edits import Edit, RemoveRun, edits_at
from docops_flask.engine.document.shape import CDATA_TAG, Paragraph, TextPiece
from docops_flask.engine.oxml.markup import Splice
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.text_splices import Filled, Value, fill_paragraph, value_of
from docops_flask.engine.template.values import Values

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER


class EmptiedRun(NamedTuple):
    """Run number ``index`` of ``place``, which holds nothing any more; ``edits`` take away its rest."""

    place: ParagraphPlace
    # The method of tuples that the field hides is not used.
    index: int  # type: ignore[assignment]
    edits: list[Edit]


class Filling(NamedTuple):
    """What filling comes to: the edits of each part, the ids of all runs whose text changes, in order.

    ``emptied`` are the runs that hold nothing any more. ``texts`` are edits too: the bytes of a part that
    give way to values, where these were filled together (``alike``); each is for an entry of the log.
    """

    edits: list[Edit]
    touched: dict[str, None]
    emptied: list[EmptiedRun]
    texts: list[tuple[StoryPart, list[tuple[int, int, bytes]]]]

    def edits_of_emptied(self, repaired: Collection[tuple[ParagraphPlace, int]]) -> list[Edit]:
        """Return the edits that take the emptied runs out, the last step of writing.

        Runs that were ``repaired`` (paragraph and number) stay.
        """
        return [edit for run in self.emptied if run[:2] not in repaired for edit in run.edits]


class AlikeParagraphs(NamedTuple):
    """The scanned paragraphs of a document in its order: the place of each and the number of its kind.

    ``kinds`` are the first paragraph of each kind, ``paths`` the addresses, each once.
    """

    kinds: Sequence[BracketedParagraph]
    numbers: Sequence[int]
    places: Sequence[ParagraphPlace]
    paths: Sequence[str]


def alike_paragraphs(scan: Scan) -> AlikeParagraphs | None:
    """Return the paragraphs of ``scan`` by kinds.

    ``None`` where bytes alone do not tell what becomes of one: it has mirrors, text boxes or texts inside it,
    or two have the same address.
    """
    paragraphs = scan.paragraphs
    places = [paragraph.place for paragraph in paragraphs]
    paths = [place.path for place in places]
    if (
        any(paragraph.inline for paragraph in paragraphs)
        or any(place.mirrors or place.boxes for place in places)
        or len(set(paths)) < len(paths)
    ):
        return None
    # Paragraphs with the same bytes share what was found in them.
    keys = [id(paragraph.found) for paragraph in paragraphs]
    first = dict(zip(reversed(keys), reversed(paragraphs), strict=True))
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    return AlikeParagraphs([first[key] for key in numbers], [numbers[key] for key in keys], places, paths)


def field_counts(alike: AlikeParagraphs) -> dict[str, int]:
    """Return how often each placeholder name occurs, as ``Scan.field_counts`` does."""
    counts: dict[str, int] = {}
    times = Counter(alike.numbers)
    for number, kind in enumerate(alike.kinds):
        for found in kind.found:
            if found.kind is _PLACEHOLDER:
                counts[found.name] = counts.get(found.name, 0) + times[number]
    return counts


def runs_of_kinds(alike: AlikeParagraphs, values: Values) -> list[Sequence[int]]:
    """Return the numbers of the runs of each kind that get one of ``values``."""
    of_kinds: list[Sequence[int]] = []
    for kind in alike.kinds:
        if len(kind.found) == 1:
            # Most are such.
            [found] = kind.found
            is_wanted = found.kind is _PLACEHOLDER and found.name in values
            of_kinds.append((kind.pieces[0].shown.run_index,) if is_wanted else ())
            continue
        wanted = [
            piece.shown.run_index
            for found, piece in zip(kind.found, kind.pieces, strict=True)
            if found.kind is _PLACEHOLDER and found.name in values
        ]
        of_kinds.append(tuple(dict.fromkeys(wanted)))
    return of_kinds


def runs_to_fill(alike: AlikeParagraphs, values: Values) -> list[RunPlace]:
    """Return the runs that get a value if ``values`` are filled, as ``Scan.runs_to_fill`` does."""
    of_kinds = runs_of_kinds(alike, values)
    return [
        RunPlace(index, f"{path}:r{index}", place)
        for number, path, place in zip(alike.numbers, alike.paths, alike.places, strict=True)
        for index in of_kinds[number]
    ]


def fill_alike(alike: AlikeParagraphs, values: Values) -> Filling:
    """Fill ``values`` into the paragraphs, as ``fill`` does, each kind once."""
    kinds = _FilledKinds(alike.kinds, values)
    touched: list[str] = []
    # Those that change, and the numbers of their kinds.
    changed: dict[StoryPart, list[tuple[ParagraphPlace, int]]] = {}
    by_part: dict[StoryPart, list[tuple[int, int, bytes]]] = {}
    part: StoryPart | None = None
    for place, path, number in zip(alike.places, alike.paths, alike.numbers, strict=True):
        splices = kinds.splices[number]
        if not splices:
            continue
        if place.part is not part:
            part = place.part
            of_part = changed.setdefault(part, [])
            texts = by_part.setdefault(part, [])
        of_part.append((place, number))
        at = place.content
        for start, end, new in splices:
            texts.append((at + start, at + end, new))
        touched += [f"{path}:r{index}" for index in kinds.runs[number]]
    filling = Filling([], dict.fromkeys(touched), [], list(by_part.items()))
    for part, of_part in changed.items():
        part.rendering.fill_together(kinds.fillings(of_part), keeps_looks=kinds.keep_looks)
    if kinds.empty_runs:
        filling.emptied.extend(_emptied(kinds, changed))
    return filling


def _emptied(
    kinds: "_FilledKinds", changed: Mapping[StoryPart, Sequence[tuple[ParagraphPlace, int]]]
) -> Iterator[EmptiedRun]:
    for of_part in changed.values():
        for place, number in of_part:
            for index, splices in kinds.filled(number).emptied_runs():
                edits = edits_at(place, splices, RemoveRun(f"{place.path}:r{index}"))
                yield EmptiedRun(place, index, edits)


class _FilledKinds:
    """What becomes of each kind: the bytes of its content that give way, the numbers of the runs that change.

    ``keep_looks`` says that nothing changes but texts, ``empty_runs`` that a run may hold nothing any more.
    """

    __slots__ = ("_filled", "_kinds", "_of_texts", "_values", "empty_runs", "keep_looks", "runs", "splices")

    def __init__(self, kinds: Sequence[BracketedParagraph], values: Values) -> None:
        self._kinds = kinds
        self._values = values
        self._of_texts: dict[int, dict[str, Value]] = {}
        # Those of kinds that are filled at a known place of their form are made when they are asked for.
        self._filled: dict[int, Filled] = {}
        self.splices: list[Sequence[tuple[int, int, bytes]]] = []
        self.runs: list[Sequence[int]] = []
        known: dict[tuple[bytes, int], _TextOfForm | None] = {}
        of_texts: Mapping[str, Value] = {}
        for number, (place, found, pieces, _) in enumerate(kinds):
            if values.in_chinese or not number:
                of_texts = self._values_in(place)
            if len(found) == 1:
                # Most are such.
                [(kind, start, end, name)], [piece] = found, pieces
                value = of_texts.get(name)
                if value is None or kind is not _PLACEHOLDER:
                    self._leave()
                    continue
                reading = place.reading
                key = reading.form, piece.shown.number
                if key not in known:
                    known[key] = _text_of_form(reading, piece)
                text = known[key]
                if text is not None and value.is_one_line and reading.is_direct and end <= piece.end:
                    characters = reading.text
                    at = text.markup + len(characters[:start].encode())
                    to = at + len(characters[start:end].encode())
                    self.splices.append(((at, to, value.first),))
                    self.runs.append(text.run)
                    continue
            self._fill(number)
        filled = self._filled.values()
        self.keep_looks = all(each.keeps_look and not each.adds_breaks for each in filled)
        self.empty_runs = any(each.emptied_runs() for each in filled)

    def _leave(self) -> None:
        self.splices.append(())
        self.runs.append(())

    def _fill(self, number: int) -> None:
        filled = self._made(number)
        if filled is None or not filled.splices:
            self._leave()
        else:
            self._filled[number] = filled
            self.splices.append(filled.splices)
            self.runs.append(tuple(dict.fromkeys(filled.runs)))

    def _made(self, number: int) -> Filled | None:
        place, found, pieces, _ = self._kinds[number]
        of_texts = self._values_in(place)
        wanted = [
            (each, piece)
            for each, piece in zip(found, pieces, strict=True)
            if each.kind is _PLACEHOLDER and each.name in of_texts
        ]
        return fill_paragraph(place.reading, wanted, of_texts) if wanted else None

    def _values_in(self, place: ParagraphPlace) -> Mapping[str, Value]:
        texts = self._values.texts_in(place)
        known = self._of_texts.get(id(texts))
        if known is None:
            known = self._of_texts[id(texts)] = {name: value_of(value) for name, value in texts.items()}
        return known

    def filled(self, number: int) -> Filled:
        """Return what becomes of a kind that changes."""
        filled = self._filled.get(number)
        if filled is None:
            place, [(_, start, _, _)], [piece], _ = self._kinds[number]
            [(at, to, new)] = self.splices[number]
            splices = ((start, (Splice(at, to, new),)),)
            filled = Filled(place.reading, splices, self.runs[number], (piece.shown.number,))
            self._filled[number] = filled
        return filled

    def fillings(
        self, changed: Sequence[tuple[ParagraphPlace, int]]
    ) -> Iterator[tuple[ParagraphPlace, Filled]]:
        """Yield paragraphs, given with the numbers of their kinds, with what becomes of them."""
        return ((place, self.filled(number)) for place, number in changed)


class _TextOfForm(NamedTuple):
    """A text in paragraphs of one form: how many bytes of markup come before it, the number of its run."""

    markup: int
    run: Sequence[int]


def _text_of_form(reading: Paragraph, piece: TextPiece) -> _TextOfForm | None:
    """Return the text of ``piece`` as all paragraphs of the form of ``reading`` have it.

    ``None`` where each is filled by itself: white space may be dropped, or the form does not tell all.
    """
    number, run, _, preserves, _ = piece.shown
    parts, shape = reading.parts[: 3 * number + 2], reading.shape
    if not (preserves and shape.is_plain and shape.is_parted_by_node) or parts[-1] == CDATA_TAG:
        return None
    return _TextOfForm(sum(map(len, parts)) - sum(map(len, parts[2::3])), (run,))
