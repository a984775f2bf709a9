"""Replays log entries about texts inside paragraphs on the bytes of their parts."""

import re
from collections.abc import Mapping, Sequence

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import Names, names_of
from docops_flask.engine.integrity.byte_replay import ByteEdit, as_data, checked, replay_entries
from docops_flask.engine.integrity.byte_stories import Misfit, Stories, StoryBytes
from docops_flask.engine.integrity.byte_tags import TagMap, parse_paragraph, read_reading
from docops_flask.engine.integrity.byte_text import bytes_at, plain_text
from docops_flask.engine.integrity.claims import InlineReplacement
from docops_flask.engine.integrity.inline_reading import read_inline
from docops_flask.engine.integrity.inline_replay import InlinePlace, InlinePlan, PlannedInline


class _Where:
    """Where a paragraph lies: its story, the bytes that its tags are counted in, what to add for the part."""

    __slots__ = ("content", "names", "offset", "story", "tags")

    def __init__(self, story: StoryBytes, content: bytes, tags: TagMap, names: Names, offset: int) -> None:
        self.story = story
        self.content = content
        self.tags = tags
        self.names = names
        self.offset = offset


def replay_inline(stories: Stories, entries: Sequence[InlineReplacement]) -> None:
    """Have the stories edited as ``entries`` say; raises ``Misfit`` where one does not fit the template."""

    def texts_at(path: str) -> list[InlinePlace]:
        return [
            InlinePlace(where, text)
            for where, paragraph in _paragraphs_at(stories, path)
            for text in read_inline(paragraph, where.names)
        ]

    plan = InlinePlan(texts_at)
    for entry in entries:
        if plan.take(entry) is not None:
            raise Misfit
    for planned in plan.planned():
        where: _Where = planned.where
        where.story.add(where.offset, _edits(planned, where))
        where.story.replacements += len(planned.entries)


def _paragraphs_at(stories: Stories, path: str) -> list[tuple[_Where, _Element]]:
    story = stories.of(path)
    found: list[tuple[_Where, _Element]] = []
    if story is not None:
        assert story.plain is not None
        names = names_of(story.plain.namespace)
        for start, reading in story.by_path.get(path, ()):
            paragraph, tags = parse_paragraph(reading.content, story.plain)
            found.append((_Where(story, reading.content, tags, names, start), paragraph))
        return found
    for paragraph, flow in stories.addresses.paragraphs(path):
        part = stories.holding(flow)
        found.append((_Where(part, part.content, stories.map_of(part), flow.names, 0), paragraph))
    return found


def _edits(planned: PlannedInline, where: _Where) -> Sequence[tuple[int, int, bytes]]:
    text = planned.text
    entries = planned.written()
    if not text.is_attribute:
        return replay_entries(read_reading(text.reading, where.content, where.tags, 0), entries)
    first, last, quote = _value_of(text.reading.spans[0].node, where)
    raw = where.content[first:last]
    places = bytes_at(raw, plain_text(raw), [at for entry in entries for at in (entry.start, entry.end)])
    return [
        ByteEdit(first + start, first + end, _as_value(checked(entry.new_text), quote))
        for entry, start, end in zip(entries, places[::2], places[1::2], strict=True)
    ]


def _as_value(text: str, quote: bytes) -> bytes:
    return as_data(text).replace(quote, b"&quot;" if quote == b'"' else b"&apos;")


def _value_of(element: _Element, where: _Where) -> tuple[int, int, bytes]:
    """Return where the value of w:instr lies in an element's start tag, and its quotation mark."""
    start, end = where.tags[element]
    prefixes: Mapping[str | None, str] = element.nsmap
    # Attribute by attribute: the value of one may look like another.
    for match in re.finditer(rb"\s([^\s=\"']+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", where.content[start:end]):
        prefix, _, local = match[1].partition(b":")
        if local == b"instr" and prefixes.get(prefix.decode()) == where.names.namespace:
            number = 2 if match[2] is not None else 3
            first, last = match.span(number)
            return start + first, start + last, b'"' if number == 2 else b"'"
    raise ValueError("a w:fldSimple without a code")
