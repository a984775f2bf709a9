"""Counts the characters of a document in its PDF: LibreOffice says "done" with all Chinese missing.

That happens where memory runs out while a font is loaded. Letters, digits and ideographs are counted, in
their compatibility form and without regard to case, because fonts and effects show some as others (ligatures,
capitals, full-width forms).
"""

import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import NamedTuple

# So many of those wanted may lack: text that a row or frame of a fixed height cuts off is not drawn. Of fewer
# than twice as many characters, half may. docs/analysis/pdf.md has what the documents of a corpus lack.
_FEW = 3
_SMALL_PART = 0.02
# Of so many characters that a fixed height may cut off a page shows one at least.
_SOME = 8
_FIRST_EAST_ASIAN = "\u2e80"


class CharacterCount(NamedTuple):
    """Characters of the document, and how many of them its PDF has."""

    wanted: int
    found: int

    @property
    def is_complete(self) -> bool:
        """Whether no more lack than the layout of a page accounts for."""
        few = min(_FEW, self.wanted // 2)
        return self.wanted - self.found <= max(few, self.wanted * _SMALL_PART)

    @property
    def is_begun(self) -> bool:
        """Whether not all of it lacks."""
        return self.found > 0 or self.wanted < _SOME


class ScriptCounts(NamedTuple):
    """The counts of East Asian characters and of all others: fonts are lost one by one."""

    east_asian: CharacterCount
    others: CharacterCount

    @property
    def is_complete(self) -> bool:
        """Whether neither lacks more than the layout of a page accounts for."""
        return self.east_asian.is_complete and self.others.is_complete

    @property
    def is_begun(self) -> bool:
        """Whether neither lacks as a whole."""
        return self.east_asian.is_begun and self.others.is_begun


class PdfCounts(NamedTuple):
    """The counts of the ``text``, of headers and footers (``margins``), and of what may be ``cut_off``."""

    text: ScriptCounts
    margins: ScriptCounts
    cut_off: ScriptCounts

    @property
    def is_complete(self) -> bool:
        """Whether no more lack than the layout of a page accounts for."""
        return self.text.is_complete and self.margins.is_complete and self.cut_off.is_begun

    @property
    def total(self) -> CharacterCount:
        """All together."""
        every = [each for counts in self for each in counts]
        return CharacterCount(sum(each.wanted for each in every), sum(each.found for each in every))


_Characters = Mapping[str, int]
_NOTHING: _Characters = {}


def count(
    wanted: _Characters,
    shown: _Characters,
    *,
    margins: _Characters = _NOTHING,
    cut_off: _Characters = _NOTHING,
) -> PdfCounts:
    """Return how many characters a document wants to be ``shown``, and how many of them are.

    All map characters to how often they stand there; ``margins`` have the text of each header and footer
    once, however many pages show it. A character that is shown counts for one of the three.
    """
    there = _compared(shown)
    counts = []
    for asked in map(_compared, (wanted, margins, cut_off)):
        found = asked & there
        there -= found
        east_asian = CharacterCount(_east_asian(asked), _east_asian(found))
        others = CharacterCount(asked.total() - east_asian.wanted, found.total() - east_asian.found)
        counts.append(ScriptCounts(east_asian, others))
    return PdfCounts(*counts)


def _east_asian(counter: Counter[str]) -> int:
    return sum(times for each, times in counter.items() if each >= _FIRST_EAST_ASIAN)


def _compared(characters: Mapping[str, int]) -> Counter[str]:
    found: Counter[str] = Counter()
    for character, times in characters.items():
        for each in _forms(character):
            found[each] += times
    return found


def _forms(character: str) -> Iterator[str]:
    """Yield the letters, digits and ideographs that a character counts as."""
    for each in unicodedata.normalize("NFKC", character).casefold():
        if each.isalnum():
            yield each
