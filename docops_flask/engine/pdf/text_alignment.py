"""Which text of a PDF is which paragraph of the document that it was made from.

A text that stands once in the document and once in the PDF is the same paragraph. Texts that stand several
times are told apart by their order, where the PDF has them as often as the document: in all of it, or between
two paragraphs that are known. A paragraph may be parted by the end of a page. What has more than one solution
has none: nothing is guessed. The work is linear in the number of paragraphs, but for what is compared between
two known ones, which has a limit.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from docops_flask.engine.pdf.page_texts import TextUnit

# Between two known paragraphs no more texts, and pairs of a paragraph and a text, than that are compared.
_MOST_TEXTS, _MOST_PAIRS = 500, 10_000
_MOST_PAGES = 50


class Span(NamedTuple):
    """Characters of a paragraph in the PDF: ``unit.text[first:]``, from its character ``start`` on."""

    unit: TextUnit
    first: int
    start: int


class WantedText(NamedTuple):
    """A paragraph to be found: its ``significant_text``, and whether it stands in the flow of the body."""

    text: str
    in_body: bool


def align(paragraphs: Sequence[WantedText], units: Sequence[TextUnit]) -> list[tuple[Span, ...]]:
    """Return for each of ``paragraphs`` where it stands, one span for each page; none where that is unknown.

    ``paragraphs`` are all of the document whose text has its place in ``units``, in the order of the
    document, ``units`` those of the PDF in its order.
    """
    alignment = _Alignment(paragraphs, units)
    alignment.by_counts(range(len(paragraphs)), range(len(units)))
    for window in alignment.windows():
        alignment.by_counts(*window)
    for window in alignment.windows():
        alignment.by_pages(*window)
    return alignment.found


class _Alignment:
    def __init__(self, paragraphs: Sequence[WantedText], units: Sequence[TextUnit]) -> None:
        self._paragraphs = paragraphs
        wanted = {each.text for each in paragraphs if each.text}
        read = [_as_wanted(each, wanted) for each in units]
        self._units = [unit for unit, _ in read]
        # Of each unit where the text of a paragraph begins in it, and that text.
        self._offsets = [offset for _, offset in read]
        self._texts = [unit.text[offset:] for unit, offset in read]
        self._unit_of: dict[int, int] = {}
        self._used: set[int] = set()
        self.found: list[tuple[Span, ...]] = [()] * len(paragraphs)

    def by_counts(self, paragraphs: Sequence[int], units: Sequence[int]) -> None:
        """Match the texts that stand in ``units`` as often as in ``paragraphs``, in their order."""
        places: dict[str, list[int]] = defaultdict(list)
        for number in units:
            if number not in self._used:
                places[self._texts[number]].append(number)
        wanted: dict[str, list[int]] = defaultdict(list)
        for number in paragraphs:
            text = self._paragraphs[number].text
            if text and not self.found[number]:
                wanted[text].append(number)
        for text, numbers in wanted.items():
            found = places.get(text, ())
            # Where the text of a box or a note comes in the PDF is not known.
            if len(found) == len(numbers) and (
                len(numbers) == 1 or all(self._paragraphs[number].in_body for number in numbers)
            ):
                for number, unit in zip(numbers, found, strict=True):
                    self._match(number, unit)

    def windows(self) -> Iterator[tuple[list[int], list[int]]]:
        """Yield the paragraphs of the body and the units that are not matched, between two that are."""
        last_paragraph = last_unit = -1
        ends = [(number, self._unit_of[number]) for number in sorted(self._unit_of) if self._in_body(number)]
        for paragraph, unit in [*_rising(ends), (len(self._paragraphs), len(self._units))]:
            between = range(last_paragraph + 1, paragraph)
            open_paragraphs = [each for each in between if self._is_open(each)]
            if open_paragraphs:
                yield (
                    open_paragraphs,
                    [each for each in range(last_unit + 1, unit) if each not in self._used],
                )
            last_paragraph, last_unit = paragraph, unit

    def by_pages(self, paragraphs: Sequence[int], units: Sequence[int]) -> None:
        """Match paragraphs that ends of pages part: a beginning, and the rest on the pages that follow."""
        if len(units) > _MOST_TEXTS or len(paragraphs) * len(units) > _MOST_PAIRS:
            return
        on_page: dict[int, list[int]] = defaultdict(list)
        for number in units:
            on_page[self._units[number].page].append(number)
        solutions = {number: list(self._parted(number, on_page)) for number in paragraphs}
        claims = Counter(unit for found in solutions.values() for spans in found for unit, _ in spans)
        for number, found in solutions.items():
            if len(found) == 1 and all(claims[unit] == 1 for unit, _ in found[0]):
                self._take(number, found[0])

    def _parted(
        self, number: int, on_page: Mapping[int, Sequence[int]]
    ) -> Iterator[tuple[tuple[int, int], ...]]:
        """Yield the units that a paragraph may be parted into, each with where its text begins in it."""
        text = self._paragraphs[number].text
        for page, units in on_page.items():
            for unit in units:
                whole = self._units[unit]
                for offset in (0, *whole.labels):
                    beginning = whole.text[offset:]
                    if beginning and len(beginning) < len(text) and text.startswith(beginning):
                        for rest in self._rest(text, len(beginning), page + 1, on_page):
                            yield ((unit, offset), *rest)

    def _rest(
        self, text: str, at: int, page: int, on_page: Mapping[int, Sequence[int]]
    ) -> Iterator[tuple[tuple[int, int], ...]]:
        """Yield the units on ``page`` and those behind that ``text[at:]`` may be parted into."""
        chain: list[tuple[int, int]] = []
        while len(chain) < _MOST_PAGES:
            following = on_page.get(page, ())
            rest = text[at:]
            last = [unit for unit in following if self._units[unit].text == rest]
            if last:
                yield from ((*chain, (unit, 0)) for unit in last)
                return
            whole = [unit for unit in following if text.startswith(self._units[unit].text, at)]
            if len(whole) != 1:
                return
            chain.append((whole[0], 0))
            at += len(self._units[whole[0]].text)
            page += 1

    def _in_body(self, number: int) -> bool:
        return self._paragraphs[number].in_body

    def _is_open(self, number: int) -> bool:
        return bool(self._paragraphs[number].text) and self._in_body(number) and not self.found[number]

    def _match(self, number: int, unit: int) -> None:
        self._unit_of[number] = unit
        self._take(number, ((unit, self._offsets[unit]),))

    def _take(self, number: int, parts: Sequence[tuple[int, int]]) -> None:
        spans, start = [], 0
        for unit, first in parts:
            spans.append(Span(self._units[unit], first, start))
            start += len(self._units[unit].text) - first
            self._used.add(unit)
        self.found[number] = tuple(spans)


def _as_wanted(unit: TextUnit, wanted: Set[str]) -> tuple[TextUnit, int]:
    """Return ``unit``, without marks of notes if need be, and where the text of a paragraph begins in it.

    That is behind the label of a list where it is one of ``wanted`` only so.
    """
    for each in (unit, unit.unmarked):
        if each is not None:
            for offset in (0, *each.labels):
                if each.text[offset:] in wanted:
                    return each, offset
    return unit.unmarked or unit, 0


def _rising(pairs: Sequence[tuple[int, int]]) -> list[tuple[int, int]]:
    """Return the pairs, which are in the order of their first numbers, without those that break the second's.

    The order of a PDF is that of the document nearly everywhere: a pair goes that no neighbour agrees with.
    """
    kept: list[tuple[int, int]] = []
    for index, pair in enumerate(pairs):
        following = pairs[index + 1][1] if index + 1 < len(pairs) else pair[1] + 1
        if pair[1] < following and (not kept or kept[-1][1] < pair[1]):
            kept.append(pair)
    return kept
