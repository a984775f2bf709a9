"""Where the paragraphs of stories begin in their bytes, by address."""

from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import names_of
from docops_flask.engine.integrity.byte_stories import Stories, StoryBytes
from docops_flask.engine.integrity.byte_tags import read_tree
from docops_flask.engine.integrity.byte_text import ByteParagraph, Text, bytes_at, plain_text
from docops_flask.engine.integrity.differences import paragraph_paths

_STEP = 512


class Placed(NamedTuple):
    """A paragraph with its address: its start tag begins at ``start``, its content is ``begin``:``end``.

    ``element`` is its w:p where trees had to tell.
    """

    start: int
    begin: int
    end: int
    path: str
    element: _Element | None = None


class ReadText:
    """A paragraph's text; ``offset`` is added to the byte numbers of its reading to count in the part."""

    def __init__(self, reading: ByteParagraph, offset: int) -> None:
        self._reading = reading
        self._offset = offset
        self._firsts: list[int] | None = None
        # By where texts begin, the bytes of some of their characters, and where they end.
        self._marks: dict[int, list[int]] = {}
        # The text, the byte and the character number in it that were asked for last.
        self._last = -1, 0, 0

    @property
    def text(self) -> str:
        """Its characters."""
        return self._reading.text

    def bytes_of(self, start: int, end: int) -> tuple[tuple[int, int], ...]:
        """Return the bytes of the part that hold the characters ``start``:``end``."""
        reading = self._reading
        found = []
        for text in reading.spans_between(start, end):
            places = max(start, text.start) - text.start, min(end, text.end) - text.start
            first, last = (self._offset + self._byte_of(text, place) for place in places)
            found.append((first, last))
        return tuple(found)

    def _byte_of(self, text: Text, place: int) -> int:
        """Return the byte of the reading at which the character ``place`` of a text begins, or it ends.

        A text may hold thousands of tags: of every ``_STEP`` characters the first is looked for once.
        """
        content, characters = self._reading.content, text.characters
        if len(characters) <= _STEP:
            raw = content[text.first : text.last]
            return text.first + bytes_at(raw, characters, (place,), is_cdata=text.is_cdata)[0]
        marks = self._marks.get(text.first)
        if marks is None:
            raw = content[text.first : text.last]
            steps = range(0, len(characters), _STEP)
            found = bytes_at(raw, characters, steps, is_cdata=text.is_cdata)
            marks = self._marks[text.first] = [*(text.first + at for at in found), text.last]
        step = min(place // _STEP, len(marks) - 2)
        begin = step * _STEP
        raw, part = content[marks[step] : marks[step + 1]], characters[begin : begin + _STEP]
        return marks[step] + bytes_at(raw, part, (place - begin,), is_cdata=text.is_cdata)[0]

    def run_at(self, character: int) -> int | None:
        """Return the number of the run that holds a character; ``None`` for none."""
        texts = self._reading.spans_between(character, character + 1)
        return texts[0].run if texts else None

    def character_at(self, at: int) -> tuple[int, int] | None:
        """Return which character begins at a byte of the part, and the number of its run."""
        reading, place = self._reading, at - self._offset
        if self._firsts is None:
            self._firsts = [text.first for text in reading.texts]
        number = bisect_right(self._firsts, place) - 1
        text = reading.texts[number] if number >= 0 else None
        if text is None or place >= text.last:
            return None
        # A text may hold thousands of tags: it is read on from the one before.
        begin, before = text.first, 0
        if self._last[0] == number and self._last[1] <= place:
            _, begin, before = self._last
        raw = reading.content[begin:place]
        before += len(raw.decode() if text.is_cdata else plain_text(raw))
        self._last = number, place, before
        return text.start + before, text.run


class StoryAddresses:
    """The addresses of all paragraphs in stories."""

    def __init__(self, stories: Stories) -> None:
        self.stories = stories

    def read(self, story: StoryBytes, placed: Placed) -> ReadText:
        """Read a paragraph of a story."""
        if placed.element is not None:
            names = names_of(placed.element.tag[1:].partition("}")[0])
            tags = self.stories.map_of(story)
            return ReadText(read_tree(placed.element, story.content, tags, names), 0)
        assert story.reader is not None
        return ReadText(story.reader.read([story.content[placed.begin : placed.end]])[0], placed.begin)

    def of(self, story: StoryBytes) -> list[Placed]:
        """Return the paragraphs of a story in the order of their bytes."""
        plain = self._plain(story)
        return sorted(self._on_trees(story)) if plain is None else plain

    def _plain(self, story: StoryBytes) -> list[Placed] | None:
        content = story.content
        if story.plain is None or b"txbxContent" in content:
            # Text boxes are numbered across stories.
            return None
        ranges = story.all_ranges()
        if ranges is None:
            return None
        rindex = content.rindex
        placed = [Placed(rindex(b"<", 0, begin), begin, end, path) for path, begin, end in ranges]
        # No two begin at the same byte.
        placed.sort()
        return placed

    def _on_trees(self, story: StoryBytes) -> Iterator[Placed]:
        tags = self.stories.map_of(story)
        root = self.stories.parts.root(story.story.part)
        for element, path in self._by_root.get(root, ()):
            start, begin = tags[element]
            yield Placed(start, begin, begin, path, element)

    @cached_property
    def _by_root(self) -> Mapping[_Element | None, list[tuple[_Element, str]]]:
        found: dict[_Element | None, list[tuple[_Element, str]]] = {}
        for element, path in paragraph_paths(self.stories.parts).items():
            found.setdefault(element.getroottree().getroot(), []).append((element, path))
        return found
