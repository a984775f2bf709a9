"""Where the paragraphs of stories begin in their bytes, by address, for the template and what blocks make of it."""

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.integrity.byte_stories import Stories, StoryBytes
from docops_flask.engine.integrity.byte_walk import find_paragraphs
from docops_flask.engine.integrity.differences import paragraph_paths

_EMPTY_PARAGRAPH = re.compile(rb"<(?:[^\s<>/:!?]+:)?p(?:\s[^<>]*)?/>")


class _Everything:
    """Contains whatever is asked for."""

    def __contains__(self, item: object) -> bool:
        return True


class Placed(NamedTuple):
    """A paragraph with its address: its start tag begins at ``start``, its content is ``begin``:``end``.

    ``element`` is its w:p where trees had to tell.
    """

    start: int
    begin: int
    end: int
    path: str
    element: _Element | None = None


class StoryAddresses:
    """The addresses of all paragraphs in stories."""

    def __init__(self, stories: Stories) -> None:
        self.stories = stories

    def of(self, story: StoryBytes) -> list[Placed]:
        """Return the paragraphs of a story in the order of their bytes."""
        plain = self._plain(story)
        return sorted(self._on_trees(story)) if plain is None else plain

    def _plain(self, story: StoryBytes) -> list[Placed] | None:
        content = story.content
        if story.plain is None or b"txbxContent" in content or _EMPTY_PARAGRAPH.search(content):
            # Text boxes are numbered across stories; of paragraphs without an end tag the bytes tell no place.
            return None
        ranges = find_paragraphs(story.plain, story.story.kind, story.story.prefix, _Everything())
        if ranges is None:
            return None
        rindex = content.rindex
        return [Placed(rindex(b"<", 0, begin), begin, end, path) for path, begin, end in ranges]

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
