"""Decides which bracketed texts of a template are tags and which are text (docs/templates.md, *Names*).

A name of another script is a field if its first or last name is declared: by a declaration, by a tag that
cannot be text, by the document type, or by a key of the payload. That holds for the whole template, so that
a bracketed word never means two things in one document.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from docops_flask.engine.template.blocks.pairing import Block, PlacedTag, pair_tags
from docops_flask.engine.template.conditions import Value
from docops_flask.engine.template.formats.table import rule_of
from docops_flask.engine.template.grammar import CLOSE, OPEN, Found, Kind, plain_name
from docops_flask.engine.template.inline_scan import BracketedInline
from docops_flask.engine.template.payload_schema import PayloadShape
from docops_flask.engine.template.places.found import BracketedPlace, PlaceScan
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.tag_scan import find_tags
from docops_flask.engine.template.tags import Path, Tag, TagKind, read_tag


class Candidate(NamedTuple):
    """A text that would be a field if somebody declared its name, and the addresses of its places."""

    text: str
    places: Sequence[str]

    @property
    def name(self) -> str:
        """The path that it would be, as an author writes it."""
        return path_of(self.text[1:-1])


class TagMeanings(NamedTuple):
    """A template read in language 2.

    In ``scan`` and ``places`` text is left out; what is to be filled is of kind ``PLACEHOLDER``, other tags
    are of the kind that says why they are not. ``shape`` is what a payload has to hold; ``needing`` are the
    tags that language 1 does not know, each with its address; ``declared`` are the names of fields.
    """

    scan: Scan
    places: PlaceScan
    shape: PayloadShape
    candidates: Sequence[Candidate]
    needing: Sequence[tuple[str, str]]
    declared: Collection[str]

    @property
    def needs_language_2(self) -> bool:
        """Whether the template has tags that language 1 does not know."""
        return bool(self.needing)

    def closed_tags(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of the tags in ``text`` that have both brackets, well-formed or not."""
        for found in find_tags(text):
            shown = text[found.start : found.end]
            if shown.startswith(OPEN) and shown.endswith(CLOSE) and _is_told(shown, self.declared):
                yield found.start, found.end


def keys_of(payload: Value) -> set[str]:
    """Return the keys of a payload, at any depth."""
    keys: set[str] = set()
    pending = [payload]
    while pending:
        value = pending.pop()
        if isinstance(value, Mapping):
            keys.update(value)
            pending += value.values()
        elif isinstance(value, Sequence) and not isinstance(value, str):
            pending += value
    return keys


def path_of(name: str) -> str:
    """Return the path of names of a tag that is written ``name``, "" of one that has none."""
    tag = read_tag(name)
    return ".".join(tag.path.names) if isinstance(tag, Tag) and tag.path is not None else ""


def decide_tags(scan: Scan, places: PlaceScan, known: Collection[str] = ()) -> TagMeanings:
    """Return what the tags that ``tag_scan`` found mean; ``known`` are names that are declared elsewhere."""
    found = list(_all_found(scan, places))
    declared = {*known, *_declared_names(found)}
    outcomes: dict[int, Kind] = {}
    shape = PayloadShape()
    candidates: dict[str, list[str]] = {}
    stories: dict[str, list[PlacedTag]] = {}
    for number, (story, address, each) in enumerate(found):
        tag = read_tag(each.name)
        if not isinstance(tag, Tag) or _is_field(tag, declared):
            outcomes[number] = each.kind
        elif each.kind is Kind.PLACEHOLDER and not tag.formats:
            candidates.setdefault(f"{OPEN}{each.name}{CLOSE}", []).append(address)
        if number in outcomes and isinstance(tag, Tag) and each.kind in _READ:
            stories.setdefault(story, []).append(PlacedTag(tag, f"{OPEN}{each.name}{CLOSE}", number))
    for tags in stories.values():
        _read_story(tags, shape, outcomes)
    for fault in shape.faults:
        _mark(outcomes, fault.tag, Kind.SCOPE_OUTSIDE)
    for conflict in shape.conflicts():
        _mark(outcomes, conflict.first, Kind.TYPE_CONFLICT)
        _mark(outcomes, conflict.second, Kind.TYPE_CONFLICT)
    decided, filled = _without_text(scan, places, outcomes)
    unfillable = [each for each in places.unfillable if _is_told(each.shown, declared)]
    return TagMeanings(
        decided,
        filled._replace(unfillable=unfillable),
        shape,
        [Candidate(text, addresses) for text, addresses in candidates.items()],
        [(each.name, address) for _, address, each in found if _needs_language_2(each)],
        declared,
    )


_READ = (Kind.PLACEHOLDER, Kind.UNSUPPORTED_TAG)


def _all_found(scan: Scan, places: PlaceScan) -> Iterator[tuple[str, str, Found]]:
    """Yield all that was found, with the story that it stands in and its address, always in one order."""
    for paragraph in scan.paragraphs:
        place = paragraph.place
        story = f"{place.part.name}#{place.path.rpartition('/')[0]}"
        for found, piece in zip(paragraph.found, paragraph.pieces, strict=True):
            yield story, f"{place.path}:r{piece.shown.run_index}", found
        for text in paragraph.inline:
            for inside in text.found:
                yield story, text.text.address, inside.found
    for bracketed in places.places:
        for found in bracketed.found:
            yield bracketed.place.path, bracketed.place.path, found


def _declared_names(found: Sequence[tuple[str, str, Found]]) -> Iterator[str]:
    """Yield the names that the template declares itself: first and last names of tags that cannot be text."""
    for _, _, each in found:
        tag = read_tag(each.name)
        if not isinstance(tag, Tag) or each.kind not in _READ:
            continue
        paths: list[Path] = [declared.path for declared in tag.declared]
        if tag.path is not None and tag.path.names and (tag.kind is not TagKind.FIELD or tag.is_explicit):
            paths.append(tag.path)
        for path in paths:
            yield from (path.names[0], path.names[-1])


def _is_field(tag: Tag, declared: Collection[str]) -> bool:
    """Say whether a tag is one; of a field that depends on its name."""
    if tag.kind is not TagKind.FIELD or tag.is_explicit or tag.path is None:
        return True
    names = tag.path.names
    return all(map(str.isascii, names)) or names[0] in declared or names[-1] in declared


def _is_told(text: str, declared: Collection[str]) -> bool:
    """Say whether a bracketed text at a place that takes no value is told: a field is, text is not."""
    tag = read_tag(plain_name(text[1:-1])[0])
    return not isinstance(tag, Tag) or _is_field(tag, declared)


def _needs_language_2(found: Found) -> bool:
    """Say whether language 1 does not know a tag that cannot be text."""
    tag = read_tag(found.name)
    if not isinstance(tag, Tag):
        return found.kind is Kind.BAD_TAG
    if tag.kind is not TagKind.FIELD or tag.is_explicit:
        return True
    written = found.name.strip()
    return written.isascii() and not (written.isupper() and written.replace("_", "").isalnum())


def _read_story(tags: Sequence[PlacedTag], shape: PayloadShape, outcomes: dict[int, Kind]) -> None:
    """Take the tags of a story into ``shape``, and note in ``outcomes`` which of them are not filled."""
    paired = pair_tags(tags)
    for fault in paired.faults:
        outcomes[fault.tag.number] = Kind(fault.code)
        if fault.code == "BLOCK_MISMATCH" and fault.related is not None:
            outcomes[fault.related.number] = Kind.BLOCK_MISMATCH
    for text in paired.text:
        del outcomes[text.number]
    shape.use(paired.nodes)
    for node in paired.nodes:
        if isinstance(node, Block):
            _leave_block(node, tags, outcomes)
        elif any(rule_of(each) is None for each in node.tag.formats):
            outcomes[node.number] = Kind.UNKNOWN_FORMAT


def _leave_block(block: Block, tags: Sequence[PlacedTag], outcomes: dict[int, Kind]) -> None:
    """Note that a block is not filled yet: it stays as it is, with all the tags in it."""
    first = bisect_left(tags, block.start.number, key=_number)
    last = bisect_right(tags, block.end.number, lo=first, key=_number)
    for tag in tags[first:last]:
        if outcomes.get(tag.number) in _READ:
            outcomes[tag.number] = Kind.UNSUPPORTED_BLOCK


_number = attrgetter("number")


def _mark(outcomes: dict[int, Kind], tag: PlacedTag, kind: Kind) -> None:
    if outcomes.get(tag.number) in _READ:
        outcomes[tag.number] = kind


def _without_text(scan: Scan, places: PlaceScan, outcomes: Mapping[int, Kind]) -> tuple[Scan, PlaceScan]:
    """Return what was found with its outcomes; the numbers of ``outcomes`` are those of ``_all_found``."""
    number = 0

    def decided(found: Found) -> Found | None:
        nonlocal number
        kind = outcomes.get(number)
        number += 1
        return None if kind is None else found._replace(kind=kind)

    paragraphs = [each for each in (_decided_paragraph(each, decided) for each in scan.paragraphs) if each]
    bracketed = [
        BracketedPlace(place, found, note)
        for place, all_found, note in places.places
        if (found := [each for each in map(decided, all_found) if each is not None])
    ]
    return scan._replace(paragraphs=paragraphs, undeclared=()), places._replace(places=bracketed)


def _decided_paragraph(
    paragraph: BracketedParagraph, decided: Callable[[Found], Found | None]
) -> BracketedParagraph | None:
    place, found, pieces, inline = paragraph
    kept = [(new, piece) for new, piece in zip(map(decided, found), pieces, strict=True) if new is not None]
    texts: list[BracketedInline] = []
    for text in inline:
        inside = [each._replace(found=new) for each in text.found if (new := decided(each.found)) is not None]
        if inside:
            texts.append(text._replace(found=inside))
    if not kept and not texts:
        return None
    return BracketedParagraph(place, [each for each, _ in kept], [piece for _, piece in kept], texts)
