"""The stories of a template for the proof by bytes: where their paragraphs lie, what is edited in them."""

from collections.abc import Callable, Container, Iterable, Mapping, Sequence
from functools import cached_property
from operator import itemgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from docops_flask.engine.integrity.blocks import Flow, names_of
from docops_flask.engine.integrity.byte_text import ByteParagraph
from docops_flask.engine.integrity.byte_walk import Range, find_all_paragraphs, find_paragraphs
from docops_flask.engine.integrity.gate import holds_ids, may_have_defects, untyped_parts
from docops_flask.engine.integrity.plain_part import PlainPart, plain_part
from docops_flask.engine.integrity.plain_reader import PlainReader
from docops_flask.engine.integrity.plan import PlannedParagraph
from docops_flask.engine.integrity.template_parts import Story, Template, TemplateParts
from docops_flask.engine.integrity.verdict import Defect
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import Encoding, encoded, encoding_of, recoded


class Misfit(Exception):
    """A claim does not fit the template."""


class Where(NamedTuple):
    """The part that a paragraph lies in, and what is added to its byte numbers to count in the part."""

    part: "StoryBytes"
    offset: int


# Address, start of the content, paragraph.
Found = tuple[str, int, ByteParagraph]


if TYPE_CHECKING:
    from docops_flask.engine.integrity.addresses import Addresses
    from docops_flask.engine.integrity.byte_tags import TagMap

# So much of a part is looked at to tell whether most stretches of it are alike.
_SAMPLED_BYTES = 1 << 16


class StorySource:
    """A story of the template as it is: its bytes as UTF-8, and what was found in them last."""

    def __init__(self, story: Story, content: bytes) -> None:
        self.story = story
        self.encoding: Encoding | None = encoding_of(content, story.part)
        self.content = recoded(content, self.encoding)
        self.plain: PlainPart | None = plain_part(self.content)
        self.reader = None if self.plain is None else PlainReader(self.plain, names_of(self.plain.namespace))
        self._last: tuple[frozenset[str], list[Found] | None] | None = None
        self._all: list[Range] | None = None
        self._is_first = True
        self._shows_no_defects: bool | None = None
        self._empty: list[Range] = []

    def shows_no_defects(self, relationship_ids: Callable[[str], Container[str]]) -> bool:
        """Say whether the bytes of a plain part show that it has no defects (``gate``).

        ``False`` also where it would take as long as to search the result, the first time it is asked.
        """
        if self._shows_no_defects is None:
            searched = self._distinct() if self._is_first else self.content
            self._is_first = False
            if searched is None:
                return False
            self._shows_no_defects = not may_have_defects(self.story.part, searched, relationship_ids)
        return self._shows_no_defects

    def _distinct(self) -> bytes | None:
        """Return each stretch of the bytes between two ends of paragraphs once; ``None`` where most differ.

        What is wrong with a stretch is wrong with the first like it, but for ids, which are counted in all.
        """
        assert self.plain is not None
        end = b"</" + self.plain.prefix + b"p>"
        # From the end, as ``holds``.
        first = self.content[:_SAMPLED_BYTES].rsplit(end)
        if 2 * len(set(first)) > len(first):
            return None
        distinct = end.join(dict.fromkeys(self.content.rsplit(end)))
        return self.content if holds_ids(distinct) else distinct

    def all_ranges(self) -> list[Range] | None:
        """Find all paragraphs of a plain part; ``None`` where trees have to tell.

        Those with no end tag come last; they begin and end behind their tags.
        """
        assert self.plain is not None
        if self._all is None:
            found = find_all_paragraphs(self.plain, self.story.kind, self.story.prefix)
            if found is None:
                return None
            self._all, self._empty = found
        return [*self._all, *self._empty]

    def find(self, paths: Iterable[str]) -> list[Found] | None:
        """Find and read the paragraphs of a plain part at ``paths``; ``None`` where trees have to tell."""
        assert self.plain is not None
        assert self.reader is not None
        wanted = frozenset(paths)
        # A template that is rendered many times is mostly filled in the same places.
        if self._last is None or self._last[0] != wanted:
            if self._all is None:
                ranges = find_paragraphs(self.plain, self.story.kind, self.story.prefix, wanted)
            else:
                ranges = [each for each in self._all if each[0] in wanted]
            found = None
            if ranges is not None:
                content = self.content
                readings = self.reader.read([content[start:end] for _, start, end in ranges])
                found = [
                    (path, start, reading) for (path, start, _), reading in zip(ranges, readings, strict=True)
                ]
            self._last = wanted, found
        return self._last[1]


class StoryBytes:
    """A story in one proof: the paragraphs found in it, what is edited in it."""

    def __init__(self, source: StorySource) -> None:
        self._source = source
        self.story = source.story
        self.encoding = source.encoding
        self.content = source.content
        self.plain = source.plain
        self.edits: list[tuple[int, int, bytes]] = []
        self.found: list[Found] = []
        self.replacements = 0
        self.fixes = 0

    @property
    def reader(self) -> PlainReader | None:
        """What reads the paragraphs of a plain part."""
        return self._source.reader

    def all_ranges(self) -> list[Range] | None:
        """Find all paragraphs of a plain part, as ``StorySource`` does."""
        return self._source.all_ranges()

    def find(self, paths: Iterable[str]) -> None:
        """Find and read the paragraphs of a plain part at ``paths``; it may turn out not to be plain."""
        found = self._source.find(paths)
        if found is None:
            self.plain = None
        else:
            self.found = found

    @cached_property
    def by_path(self) -> Mapping[str, Sequence[tuple[int, ByteParagraph]]]:
        """What was found, by address."""
        by_path: dict[str, list[tuple[int, ByteParagraph]]] = {}
        for path, start, reading in self.found:
            by_path.setdefault(path, []).append((start, reading))
        return by_path

    def only(self, path: str) -> tuple[int, ByteParagraph] | None:
        """Return where the only paragraph at ``path`` begins, and it; ``None`` for none or several."""
        found = self.by_path.get(path, ())
        return found[0] if len(found) == 1 else None

    def paragraphs(self, path: str) -> list[PlannedParagraph[ByteParagraph]]:
        """Return the paragraphs that ``path`` leads to in a plain part."""
        return [
            PlannedParagraph(Where(self, start), reading) for start, reading in self.by_path.get(path, ())
        ]

    def add(self, offset: int, edits: Sequence[tuple[int, int, bytes]]) -> None:
        """Have ``edits`` made; ``offset`` is added to their byte numbers."""
        for start, end, new in edits:
            self.edits.append((start + offset, end + offset, new))

    def shows_no_defects(self, relationship_ids: Callable[[str], Container[str]]) -> bool:
        """Say whether the template has no defects and all its markup is left: then the part has none."""
        if self.plain is None or not self._source.shows_no_defects(relationship_ids):
            return False
        content = self.content
        news = b"".join([new for _, _, new in self.edits])
        return b"<" not in news and b"<" not in b"".join([content[start:end] for start, end, _ in self.edits])

    def written(self) -> bytes:
        """Return the part with the edits in; raises ``ValueError`` where two edit the same bytes."""
        pieces: list[bytes] = []
        at = 0
        for start, end, new in sorted(self.edits, key=_bounds):
            if start < at:
                raise ValueError("two edits of the same bytes")
            pieces += (self.content[at:start], new)
            at = end
        pieces.append(self.content[at:])
        return encoded(b"".join(pieces), self.encoding)

    def comes_to(self, written: bytes) -> bool:
        """Say whether the part with the edits in is ``written``, without making it: it may be large.

        Raises ``ValueError`` as ``written``.
        """
        if self.encoding is not None:
            return self.written() == written
        content = self.content
        at = to = 0
        for start, end, new in sorted(self.edits, key=_bounds):
            if start < at:
                raise ValueError("two edits of the same bytes")
            to_new = to + start - at
            if written[to:to_new] != content[at:start] or not written.startswith(new, to_new):
                return False
            at, to = end, to_new + len(new)
        return written[to:] == content[at:]


_bounds = itemgetter(0, 1)


class TemplateEvidence:
    """A template as proofs read it, kept from one proof to the next: stories, digests of members."""

    def __init__(self, package: Template) -> None:
        self.package = package
        self.digests: dict[str, str] = {}
        self._sources: dict[str, StorySource] = {}
        self._untyped: Sequence[Defect] | None = None
        # What was made of its native marks last, and how parts that hold such are finished.
        self.rewritten: tuple[object, Any] | None = None
        self.settle: Mapping[str, Callable[[bytes], bytes]] = {}

    def with_parts_of(self, known: "TemplateEvidence", changed: Container[str]) -> "TemplateEvidence":
        """Return this evidence with what is ``known`` of the same stories, but for parts that ``changed``."""
        self.listed = known.listed
        self.settle = known.settle
        self._sources |= {name: each for name, each in known._sources.items() if name not in changed}
        return self

    def choices(self) -> Mapping[str, Mapping[str, str]]:
        """Return the texts that lists of controls show for values, by the tags of those that were proved."""
        return {} if self.rewritten is None else self.rewritten[1].choices

    @cached_property
    def listed(self) -> Sequence[Story]:
        """The stories, including comments."""
        return TemplateParts(self.package).stories()

    def untyped(self, template: Package) -> Sequence[Defect]:
        """Return the defects of the template's parts without a content type, looked for once."""
        if self._untyped is None:
            self._untyped = tuple(untyped_parts(template))
        return self._untyped

    def source(self, story: Story) -> StorySource:
        """Return a story."""
        if story.part not in self._sources:
            self._sources[story.part] = StorySource(story, self.package.read(story.part))
        return self._sources[story.part]


class Stories:
    """The stories of the template by what addresses in them begin with; trees where bytes do not tell."""

    def __init__(self, evidence: TemplateEvidence) -> None:
        self._evidence = evidence
        self.parts = TemplateParts(evidence.package)
        self._listed = evidence.listed
        self._by_prefix = {story.prefix: story for story in self._listed if story.kind != "comments"}
        self._bytes: dict[str, StoryBytes] = {}
        self._plain: dict[str, StoryBytes | None] = {}
        self._maps: dict[str, TagMap] = {}

    def touched(self) -> dict[str, StoryBytes]:
        """Return the stories that were looked at, by part name."""
        return self._bytes

    def of(self, path: str) -> StoryBytes | None:
        """Return the story that ``path`` leads into if it is plain; ``None`` where trees have to tell."""
        prefix = path[: path.find("/") + 1]
        if prefix not in self._plain:
            story = self._by_prefix.get(prefix)
            self._plain[prefix] = None if story is None else self._of_part(story)
        found = self._plain[prefix]
        return None if found is None or found.plain is None else found

    @property
    def package(self) -> Template:
        """The template that the stories are of."""
        return self._evidence.package

    def part_of(self, path: str) -> str | None:
        """Return the name of the part that an address leads into, ``None`` where it leads nowhere."""
        story = self._by_prefix.get(path[: path.find("/") + 1])
        if story is not None:
            return story.part
        # A text box: the first flow that has the address.
        return next((flow.part for _, flow in self.addresses.paragraphs(path)), None)

    def all(self) -> "list[StoryBytes]":
        """Return all stories in document order."""
        return [self._of_part(story) for story in self._listed]

    def named(self, name: str) -> StoryBytes | None:
        """Return the story in the part ``name``, ``None`` where that part is no story."""
        story = next((each for each in self._listed if each.part.lower() == name.lower()), None)
        return None if story is None else self._of_part(story)

    def _of_part(self, story: Story) -> StoryBytes:
        if story.part not in self._bytes:
            self._bytes[story.part] = StoryBytes(self._evidence.source(story))
        return self._bytes[story.part]

    @cached_property
    def addresses(self) -> "Addresses":
        """Follows addresses on trees."""
        # Few addresses lead into text boxes, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.integrity.addresses import Addresses

        return Addresses(self._listed, self.parts.flow_of)

    def on_trees(self, path: str) -> list[PlannedParagraph[ByteParagraph]]:
        """Return the paragraphs that ``path`` leads to, found on trees and read from the bytes."""
        # As above.
        from docops_flask.engine.integrity.byte_tags import read_tree

        found = []
        for element, flow in self.addresses.paragraphs(path):
            part = self.holding(flow)
            paragraph = read_tree(element, part.content, self.map_of(part), flow.names)
            found.append(PlannedParagraph(Where(part, 0), paragraph))
        return found

    def holding(self, flow: Flow) -> StoryBytes:
        """Return the story that ``flow`` is in."""
        return self.part(flow.part)

    def part(self, name: str) -> StoryBytes:
        """Return the story in the part ``name``."""
        return self._of_part(next(each for each in self._listed if each.part == name))

    def map_of(self, part: StoryBytes) -> "TagMap":
        """Return where the start tags of a part's elements lie."""
        # As above.
        from docops_flask.engine.integrity.byte_tags import TagMap

        name = part.story.part
        if name not in self._maps:
            root = self.parts.root(name)
            assert root is not None
            self._maps[name] = TagMap(root, part.content)
        return self._maps[name]
