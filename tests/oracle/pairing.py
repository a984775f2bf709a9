"""Finds the paragraphs and runs that the engine and LibreOffice both read, by their text alone."""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from docops_flask.engine.document.document import StoryKind
from tests.oracle.engine_reading import EngineParagraph, EngineRun

# Objects, soft hyphens and the like are counted by one side and not by the other; blanks are not compared.
_UNCOUNTED = re.compile("[\\s\u00ad\u200b-\u200f\u2011\u2060\ufeff\ufffc-]")

LibreParagraph = Mapping[str, Any]


def pairs(
    ours: Sequence[EngineParagraph], theirs: Sequence[LibreParagraph]
) -> Iterator[tuple[EngineParagraph, LibreParagraph]]:
    """Yield the paragraphs with equal text that stand in the same order in both readings.

    A text that one side has more often, or that stands in text boxes and elsewhere (LibreOffice gives these
    last), could pair with the wrong paragraph and is left out.
    """
    our_texts = [_compared(each.text) for each in ours]
    their_texts = [_compared(each["text"]) for each in theirs]
    often, theirs_often = Counter(our_texts), Counter(their_texts)
    boxed = {
        text
        for text, each in zip(our_texts, ours, strict=True)
        if each.place.story is StoryKind.TEXTBOX and often[text] > 1
    }
    matcher = SequenceMatcher(None, our_texts, their_texts, autojunk=False)
    for block in matcher.get_matching_blocks():
        for offset in range(block.size):
            text = our_texts[block.a + offset]
            if text and text not in boxed and often[text] == theirs_often[text]:
                yield ours[block.a + offset], theirs[block.b + offset]


def run_pairs(ours: EngineParagraph, theirs: LibreParagraph) -> Iterator[tuple[EngineRun, Mapping[str, Any]]]:
    """Yield each run that shows something with LibreOffice's properties at its first character."""
    starts, position = [], 0
    for text, properties in theirs["portions"]:
        starts.append((position, properties))
        position += len(_compared(text))
    for run in ours.runs:
        if not _compared(run.text):
            continue
        at = len(_compared(ours.text[: run.start]))
        yield run, next(properties for start, properties in reversed(starts) if start <= at)


def _compared(text: str) -> str:
    return _UNCOUNTED.sub("", text)
