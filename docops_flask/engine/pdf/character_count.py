"""Counts the characters of a document in its PDF: LibreOffice says "done" with all Chinese missing.

That happens where memory runs out while a font is loaded. Letters, digits and ideographs are counted, in their
compatibility form and without regard to case, because fonts and effects show some as others (ligatures,
capitals, full-width forms).
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping
from typing import NamedTuple

# So many characters of those wanted may lack in a PDF: text that is cut off by a frame or a row of a fixed
# height, or white on white, is not lost by LibreOffice. docs/analysis/pdf.md has what a corpus lacks.
_FEW = 3
_SMALL_PART = 0.02


class CharacterCount(NamedTuple):
    """Characters of the document, and how many of them its PDF has."""

    wanted: int
    found: int

    @property
    def is_complete(self) -> bool:
        """Whether no more lack than a page layout accounts for."""
        return self.wanted - self.found <= max(_FEW, self.wanted * _SMALL_PART)


def counted(characters: Mapping[str, int]) -> Counter[str]:
    """Return how often each letter, digit and ideograph of ``characters`` counts, in compared form."""
    found: Counter[str] = Counter()
    for character, times in characters.items():
        for each in unicodedata.normalize("NFKC", character).casefold():
            if each.isalnum():
                found[each] += times
    return found


def count(wanted: Mapping[str, int], shown: Mapping[str, int]) -> CharacterCount:
    """Return how many characters a document wants to be ``shown``, and how many of them are."""
    asked, there = counted(wanted), counted(shown)
    return CharacterCount(asked.total(), (asked & there).total())
