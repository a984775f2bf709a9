"""The proof by bytes: each changed part is its template's bytes with the logged changes in, and nothing else.

The paragraphs that the log speaks of are found in the template by address, its entries and fixes replayed on
their bytes, and the outcome compared with what was written. It sees what a canonical form does not tell: white
space between attributes, their order, prefixes, how a character is written.
"""

from collections.abc import Mapping, Sequence
from functools import cached_property
from operator import attrgetter, itemgetter
from typing import Any, NamedTuple

from docops_flask.engine.integrity.addresses import Addresses
from docops_flask.engine.integrity.blocks import names_of
from docops_flask.engine.integrity.byte_replay import ByteEdit, replay_entries
from docops_flask.engine.integrity.byte_text import (
    ByteParagraph,
    PlainReader,
    TagSpan,
    map_elements,
    parse_paragraph,
    read_tree,
)
from docops_flask.engine.integrity.byte_walk import PlainPart, Range, find_paragraphs, plain_part
from docops_flask.engine.integrity.claims import Claims, Fix, Replacement
from docops_flask.engine.integrity.gate import defects_of, may_have_defects, untyped_parts
from docops_flask.engine.integrity.members import Members
from docops_flask.engine.integrity.plan import Plan, PlannedParagraph, is_placeholder
from docops_flask.engine.integrity.template_parts import Story, TemplateParts
from docops_flask.engine.integrity.verdict import Defect, Findings, Proof
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import Encoding, encoded, encoding_of, parse_part, recoded


class _Misfit(Exception):
    """A claim does not fit the template."""


class _Where(NamedTuple):
    """The part that a paragraph lies in, and what is added to its byte numbers to count in the part."""

    part: "_StoryBytes"
    offset: int


class _StoryBytes:
    """A story of the template: its bytes as UTF-8, how it finds and reads paragraphs, what is edited in it."""

    def __init__(self, story: Story, content: bytes) -> None:
        self.story = story
        self.encoding: Encoding | None = encoding_of(content, story.part)
        self.content = recoded(content, self.encoding)
        self.plain: PlainPart | None = plain_part(self.content)
        self.reader = None if self.plain is None else PlainReader(self.plain, names_of(self.plain.namespace))
        self.edits: list[tuple[int, int, bytes]] = []
        self.ranges: Mapping[str, list[Range]] = {}
        self.replacements = 0
        self.fixes = 0

    def find(self, paths: Sequence[str]) -> None:
        """Find and read the paragraphs of a plain part at ``paths``."""
        assert self.plain is not None and self.reader is not None
        self.ranges = find_paragraphs(self.plain, self.story.kind, self.story.prefix, frozenset(paths))
        content = self.content
        self.reader.read(content[start:end] for found in self.ranges.values() for start, end in found)

    def read(self, start: int, end: int) -> ByteParagraph:
        """Return the paragraph of a plain part whose content is ``start``:``end``."""
        assert self.reader is not None
        return self.reader.paragraph(self.content[start:end])

    def paragraphs(self, path: str) -> list[PlannedParagraph[ByteParagraph]]:
        """Return the paragraphs that ``path`` leads to in a plain part."""
        return [
            PlannedParagraph(_Where(self, start), self.read(start, end))
            for start, end in self.ranges.get(path, ())
        ]

    def written(self) -> bytes:
        """Return the part with the edits in; raises ``ValueError`` where two edit the same bytes."""
        pieces, at = [], 0
        for start, end, new in sorted(self.edits, key=_bounds):
            if start < at:
                raise ValueError("two edits of the same bytes")
            pieces += (self.content[at:start], new)
            at = end
        pieces.append(self.content[at:])
        return encoded(b"".join(pieces), self.encoding)


_bounds = itemgetter(0, 1)


class _Stories:
    """The stories of the template by what addresses in them begin with; trees where bytes alone do not tell."""

    def __init__(self, template: Package) -> None:
        self._template = template
        self.parts = TemplateParts(template)
        self._listed = self.parts.stories()
        self._by_prefix = {story.prefix: story for story in self._listed if story.kind != "comments"}
        self._bytes: dict[str, _StoryBytes] = {}
        self._plain: dict[str, _StoryBytes | None] = {}
        self._maps: dict[str, dict[object, TagSpan]] = {}

    def touched(self) -> dict[str, _StoryBytes]:
        """Return the stories that were looked at, by part name."""
        return self._bytes

    def of(self, path: str) -> _StoryBytes | None:
        """Return the story that ``path`` leads into if it is plain; ``None`` where trees have to tell."""
        prefix = path[: path.find("/") + 1]
        if prefix not in self._plain:
            story = self._by_prefix.get(prefix)
            found = None if story is None else self._of_part(story)
            self._plain[prefix] = None if found is None or found.plain is None else found
        return self._plain[prefix]

    def _of_part(self, story: Story) -> _StoryBytes:
        if story.part not in self._bytes:
            self._bytes[story.part] = _StoryBytes(story, self._template.read(story.part))
        return self._bytes[story.part]

    @cached_property
    def addresses(self) -> Addresses:
        """Follows addresses on trees."""
        return Addresses(self._listed, self.parts.flow_of)

    def on_trees(self, path: str) -> list[PlannedParagraph[ByteParagraph]]:
        """Return the paragraphs that ``path`` leads to, found on trees and read from the bytes."""
        found = []
        for element, flow in self.addresses.paragraphs(path):
            story = next(each for each in self._listed if each.part == flow.part)
            part = self._of_part(story)
            paragraph = read_tree(element, part.content, self.map_of(part), flow.names)
            found.append(PlannedParagraph(_Where(part, 0), paragraph))
        return found

    def map_of(self, part: _StoryBytes) -> dict[object, TagSpan]:
        """Return where the start tags of a part's elements lie."""
        name = part.story.part
        if name not in self._maps:
            root = self.parts.root(name)
            assert root is not None
            self._maps[name] = dict(map_elements(root, part.content))
        return self._maps[name]


def prove_bytes(template: Package, members: Members, claims: Claims) -> Proof | None:
    """Return the proof that every byte is accounted for; ``None`` where one is not, for whatever reason."""
    if members.unaccounted:
        return None
    stories = _Stories(template)
    try:
        _replay(stories, claims)
        expected = {name: part.written() for name, part in stories.touched().items()}
    except (_Misfit, ValueError):
        return None
    touched = stories.touched()
    changed = {member.record.name: member.after for member in members.changed}
    for record in members.records:
        part = touched.get(record.name)
        after = changed.get(record.name)
        if part is None:
            if record.changed:
                return None
            continue
        wanted = expected[record.name]
        if wanted != (template.read(record.name) if after is None else after):
            return None
        record.replacements, record.fixes = part.replacements, part.fixes
    defects, own = _defects(template, stories, changed)
    return Proof(
        parts=tuple(members.records),
        findings=Findings(),
        exactness="bytes",
        defects=tuple(defects),
        template_defects=(*untyped_parts(template), *own),
    )


def _replay(stories: _Stories, claims: Claims) -> None:
    by_path: dict[str, list[Replacement]] = {}
    others: list[Replacement] = []
    for entry in claims.replacements:
        if entry.mirrored_at:
            others.append(entry)
        elif entry.paragraph_path in by_path:
            by_path[entry.paragraph_path].append(entry)
        else:
            by_path[entry.paragraph_path] = [entry]
    paths: dict[_StoryBytes, list[str]] = {}
    for path in dict.fromkeys([*by_path, *(claim.paragraph_path for claim in (*others, *claims.fixes))]):
        story = stories.of(path)
        if story is not None:
            paths.setdefault(story, []).append(path)
    for story, of_story in paths.items():
        story.find(of_story)
    replay = _EntryReplay()
    for path, entries in by_path.items():
        story = stories.of(path)
        found = () if story is None else story.ranges.get(path, ())
        if story is None or len(found) != 1:
            others += entries
            continue
        start, end = found[0]
        replay.alone(_Where(story, start), story.read(start, end), path, entries)

    def paragraphs_at(path: str) -> list[PlannedParagraph[ByteParagraph]]:
        story = stories.of(path)
        return stories.on_trees(path) if story is None else story.paragraphs(path)

    plan = Plan(paragraphs_at)
    for entry in sorted(others, key=_place):
        if plan.take(entry) is not None:
            raise _Misfit
    for planned in plan.planned():
        replay.make(planned.where, planned.reading, planned.entries)
    if claims.fixes:
        _replay_fixes(stories, claims.fixes)


_place = attrgetter("place")


class _EntryReplay:
    """Replays entries; paragraphs with the same bytes and the same values are replayed once."""

    def __init__(self) -> None:
        self._single: dict[tuple[int, int, int, str, str, str, str], list[ByteEdit]] = {}

    def alone(
        self, where: _Where, reading: ByteParagraph, path: str, entries: Sequence[Replacement]
    ) -> None:
        """Replay ``entries`` in the only paragraph that ``path`` leads to.

        Raises ``_Misfit`` where one does not fit.
        """
        part, offset = where
        if len(entries) == 1:
            [(_, _, run_id, start, end, name, original, value, _)] = entries
            key = id(reading), start, end, name, original, run_id[len(path) :], value
            edits = self._single.get(key)
            if edits is None:
                self._check(reading, path, entries)
                edits = self._single[key] = replay_entries(reading, entries)
            if not run_id.startswith(path):
                raise _Misfit
            part.replacements += 1
        else:
            self._check(reading, path, entries)
            edits = replay_entries(reading, entries)
            part.replacements += len(entries)
        part.edits += [(start + offset, end + offset, new) for start, end, new in edits]

    def _check(self, reading: ByteParagraph, path: str, entries: Sequence[Replacement]) -> None:
        done = 0
        for _, _, run_id, start, end, name, original, _, _ in entries:
            if not is_placeholder(original, name) or end - start != len(original) or start < done:
                raise _Misfit
            first = reading.spans_between(start, start + 1) if reading.text.startswith(original, start) else ()
            if not first or run_id != f"{path}:r{first[0].run}":
                raise _Misfit
            done = end

    def make(self, where: _Where, reading: ByteParagraph, entries: Sequence[Replacement]) -> None:
        """Replay ``entries``, which fit."""
        part, offset = where
        part.replacements += len(entries)
        part.edits += [
            (start + offset, end + offset, new) for start, end, new in replay_entries(reading, entries)
        ]


def _replay_fixes(stories: _Stories, fixes: Sequence[Fix]) -> None:
    # Most jobs repair nothing, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.integrity.byte_fixes import FixedParagraph, ParagraphFixes

    by_path: dict[str, list[Fix]] = {}
    for fix in fixes:
        by_path.setdefault(fix.paragraph_path, []).append(fix)
    for path, of_path in by_path.items():
        story = stories.of(path)
        places = stories.on_trees(path) if story is None else story.paragraphs(path)
        if len(places) != 1:
            raise _Misfit
        part, offset = places[0].where
        fixed = _fixed_in_tree(stories, path) if story is None else _fixed_in_plain(part, places[0].reading)
        replay = ParagraphFixes(FixedParagraph(*fixed), path)
        for fix in of_path:
            if replay.take(fix) is not None:
                raise _Misfit
            part.fixes += 1
        part.edits += [(start + offset, end + offset, new) for start, end, new in replay.edits()]


def _defects(
    template: Package, stories: _Stories, changed: Mapping[str, bytes]
) -> tuple[list[Defect], list[Defect]]:
    """Return the new defects of changed parts, and those that the template has as well."""
    new, own = [], []
    for name, after in changed.items():
        part = stories.touched().get(name)
        if part is None:
            continue
        content = recoded(after, part.encoding)
        ids = stories.parts.relationship_ids
        if part.plain is not None and not may_have_defects(name, content, ids):
            continue
        written = parse_part(after, name)
        before = stories.parts.fresh_root(name)
        known = set() if before is None else set(defects_of(name, before, part.content, ids))
        found = list(defects_of(name, written, content, ids))
        new += [defect for defect in found if defect not in known]
        own += [defect for defect in found if defect in known]
    return new, own


def _fixed_in_plain(part: _StoryBytes, reading: ByteParagraph) -> tuple[Any, ...]:
    assert part.plain is not None
    plain = part.plain
    names = names_of(plain.namespace)
    paragraph, tags = parse_paragraph(reading.content, plain)
    return reading.content, paragraph, tags, 0, names


def _fixed_in_tree(stories: _Stories, path: str) -> tuple[Any, ...]:
    element, flow = stories.addresses.paragraphs(path)[0]
    story = next(each for each in stories._listed if each.part == flow.part)
    part = stories._of_part(story)
    tags = stories.map_of(part)
    return part.content, element, tags, tags[element].end, flow.names
