"""Paragraphs that are filled alike: those with the same bytes, once for all and apart from their addresses.

In a table of thousands of cells there are few different paragraphs. What filling makes of one, and what the
log tells of it, holds for all with the same bytes; only address and position differ.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace, RunPlace, StoryPart
from docops_flask.engine.document.edits import RemoveRun, edits_at
from docops_flask.engine.template.filling import EmptiedRun, Filling
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.text_splices import (
    Filled,
    Value,
    fill_one,
    fill_paragraph,
    value_of,
)
from docops_flask.engine.template.values import Values

# An enumeration's member takes a while to look up.
_PLACEHOLDER = Kind.PLACEHOLDER


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
    made = list(_made(alike.kinds, values))
    changed = [
        (place, filled)
        for place, number in zip(alike.places, alike.numbers, strict=True)
        if (filled := made[number]) is not None
    ]
    filling = Filling([], dict.fromkeys(_touched(alike, made)), [], [])
    by_part: dict[StoryPart, list[tuple[ParagraphPlace, Filled]]] = {}
    if changed and changed[0][0].part is changed[-1][0].part:
        # Parts come one after the other.
        by_part[changed[0][0].part] = changed
    else:
        for each in changed:
            by_part.setdefault(each[0].part, []).append(each)
    for part, of_part in by_part.items():
        part.rendering.filled.update(of_part)
        texts = [
            (place.content + start, place.content + end, new)
            for place, filled in of_part
            for start, end, new in filled.splices
        ]
        filling.texts.append((part, texts))
    if any(filled is not None and filled.emptied_runs() for filled in made):
        filling.emptied.extend(_emptied(changed))
    return filling


def _made(kinds: Sequence[BracketedParagraph], values: Values) -> Iterator[Filled | None]:
    """Yield what becomes of each kind; ``None`` for those that stay as they are."""
    written: dict[int, dict[str, Value]] = {}
    for place, found, pieces, _ in kinds:
        texts = values.texts_in(place) if values.in_chinese else values
        of_texts = written.get(id(texts))
        if of_texts is None:
            of_texts = written[id(texts)] = {name: value_of(value) for name, value in texts.items()}
        filled = None
        if len(found) == 1 and found[0].kind is _PLACEHOLDER and found[0].name in of_texts:
            filled = fill_one(place.reading, found[0], pieces[0], of_texts[found[0].name])
        if filled is None:
            wanted = [
                (each, piece)
                for each, piece in zip(found, pieces, strict=True)
                if each.kind is _PLACEHOLDER and each.name in of_texts
            ]
            filled = fill_paragraph(place.reading, wanted, of_texts) if wanted else None
        yield filled if filled is not None and filled.splices else None


def _touched(alike: AlikeParagraphs, made: Sequence[Filled | None]) -> Iterator[str]:
    """Yield the addresses of the runs that change."""
    runs = [() if filled is None else tuple(dict.fromkeys(filled.runs)) for filled in made]
    return (
        f"{path}:r{index}"
        for path, number in zip(alike.paths, alike.numbers, strict=True)
        for index in runs[number]
    )


def _emptied(changed: Sequence[tuple[ParagraphPlace, Filled]]) -> Iterator[EmptiedRun]:
    for place, filled in changed:
        for index, splices in filled.emptied_runs():
            edits = edits_at(place, splices, RemoveRun(f"{place.path}:r{index}"))
            yield EmptiedRun(place, index, edits)
