"""Decides which bracketed texts of a template are tags and which are text (docs/templates.md, *Names*).

A name of another script is a field if its first or last name is declared: by a declaration, by a tag that
cannot be text, by the document type, or by a key of the payload. That holds for the whole template, so that
a bracketed word never means two things in one document.
"""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.inline_texts import InlineText
from docops_flask.engine.template.blocks.pairing import PlacedTag
from docops_flask.engine.template.conditions import ORDERS, is_ordered
from docops_flask.engine.template.formats.chains import misfit_of
from docops_flask.engine.template.formats.table import is_rich, rule_of
from docops_flask.engine.template.grammar import CLOSE, OPEN, Found, Kind
from docops_flask.engine.template.inline_scan import BracketedInline
from docops_flask.engine.template.near_tags import near_tag
from docops_flask.engine.template.payload_schema import Choices, PayloadShape
from docops_flask.engine.template.places.found import BracketedPlace, PlaceScan
from docops_flask.engine.template.scan import BracketedParagraph, Scan
from docops_flask.engine.template.tag_kinds import Path, Tag, TagKind
from docops_flask.engine.template.tag_scan import find_tags, read_written
from docops_flask.engine.template.tags import read_tag

if TYPE_CHECKING:
    from docops_flask.engine.template.blocks.template_structure import Structure
    from docops_flask.engine.template.places.reading import Place


# A letter or _, then letters, digits and _.
_NAME_LIKE = re.compile(r"[^\W\d]\w*")


class Candidate(NamedTuple):
    """A text that would be a field if somebody declared its name, and the addresses of its places.

    ``accepted`` says of one that is nearly a tag what would be read in its place.
    """

    text: str
    places: Sequence[str]
    accepted: str | None = None

    @property
    def name(self) -> str:
        """The path that it would be, as an author writes it."""
        return path_of(self.text[1:-1])


class Detail(NamedTuple):
    """What is told of a tag that is not filled, beside its kind: a reason, the place of another tag."""

    reason: str | None
    related_place: str | None


class TagMeanings(NamedTuple):
    """A template read in language 2.

    In ``scan`` and ``places`` text is left out; what is to be filled is of kind ``PLACEHOLDER``, other tags
    are of the kind that says why they are not. ``shape`` is what a payload has to hold; ``needing`` are the
    tags that language 1 does not know, each with its address; ``declared`` are the names of fields.

    ``structure`` are the blocks of the template; ``None`` where it has no tags but fields, numbers and items.
    ``comparisons`` are the tags that ask what is more or less than a word, each with its address.
    ``details`` tell of tags by paragraph and first character; ``faulty`` are the names in tags that are not
    filled; ``conflicting`` are the places of start tags whose name other tags use for another kind of value.
    ``choices`` are the lists of controls, by what stands in their tags.
    """

    scan: Scan
    places: PlaceScan
    shape: PayloadShape
    candidates: Sequence[Candidate]
    needing: Sequence[tuple[str, str]]
    declared: Collection[str]
    structure: "Structure | None" = None
    details: Mapping[tuple[ParagraphPlace, int], Detail] = {}
    faulty: frozenset[str] = frozenset()
    conflicting: frozenset[tuple[ParagraphPlace | str, int]] = frozenset()
    comparisons: Sequence[tuple[str, str]] = ()
    choices: Mapping[str, Choices] = {}

    @property
    def needs_language_2(self) -> bool:
        """Whether the template has tags that language 1 does not know, well-formed or not."""
        return bool(self.needing) or any(
            _begins_with_a_sign(found) for paragraph in self.scan.paragraphs for found in paragraph.found
        )

    def decided(self, places: PlaceScan, source_of: "Callable[[Place], tuple[str, int]]") -> PlaceScan:
        """Return what was found outside the paragraphs of the expanded template as it was decided of here.

        ``source_of`` gives part and first byte in the template of a place.
        """
        unfillable = [each for each in places.unfillable if _is_told(each.shown, self.declared)]
        return places.with_kinds_of(self.places, source_of)._replace(unfillable=unfillable)

    def closed_tags(self, text: str) -> Iterator[tuple[int, int]]:
        """Yield start and end of the tags in ``text`` that have both brackets, well-formed or not."""
        for found in find_tags(text):
            shown = text[found.start : found.end]
            if shown.startswith(OPEN) and shown.endswith(CLOSE) and _is_told(shown, self.declared):
                yield found.start, found.end


def words_in(text: str) -> list[str]:
    """Return the words in the text of a tag that may be names."""
    return _NAME_LIKE.findall(text)


def path_of(name: str) -> str:
    """Return the path of names of a tag that is written ``name``, "" of one that has none."""
    tag = read_tag(name)
    return ".".join(tag.path.names) if isinstance(tag, Tag) and tag.path is not None else ""


def name_in_log(name: str) -> str:
    """Return the path of a field as it is written, without formats; ``.`` of an item, ``#`` of a number."""
    tag = read_tag(name)
    if not isinstance(tag, Tag):
        return name
    if tag.kind is TagKind.ITEM:
        return "."
    if tag.kind is TagKind.NUMBER:
        return "上级." * (0 if tag.path is None else tag.path.up) + "#"
    return "" if tag.path is None else str(tag.path)


def holds_structure(scan: Scan) -> bool:
    """Say whether a template has tags in its paragraphs beside fields, numbers and items."""
    return any(each.kind is Kind.UNSUPPORTED_TAG for paragraph in scan.paragraphs for each in paragraph.found)


class Outcomes:
    """What was found in a template, in one order, and what becomes of each by its number there.

    ``kinds`` has no number of what is text. ``tags`` are those that are read as tags, by number;
    ``candidates`` the addresses of texts that nobody declared, ``near`` of those that are nearly tags.
    """

    def __init__(self, scan: Scan, places: PlaceScan, known: Collection[str]) -> None:
        self.scan, self.places = scan, places
        self.found = list(_all_found(scan, places))
        self.declared = {*known, *_declared_names(self.found)}
        self.kinds: dict[int, Kind] = {}
        self.tags: dict[int, PlacedTag] = {}
        self.candidates: dict[str, list[str]] = {}
        self.near: dict[str, list[str]] = {}
        for number, (each, address, spot) in enumerate(self.found):
            tag = read_tag(each.name)
            if each.kind is Kind.NEAR_TAG:
                self.near.setdefault(f"{OPEN}{each.name}{CLOSE}", []).append(address)
                continue
            if isinstance(tag, Tag) and tag in _OF_LISTS and not isinstance(spot, ParagraphPlace):
                # There are no blocks that it could be about.
                continue
            if not isinstance(tag, Tag) or is_field(tag, self.declared):
                self.kinds[number] = each.kind
                if isinstance(tag, Tag) and is_rich(tag.formats) and not isinstance(spot, ParagraphPlace):
                    self.mark(number, Kind.UNSUPPORTED_TAG)
                if isinstance(tag, Tag) and each.kind in _READ:
                    self.tags[number] = PlacedTag(tag, f"{OPEN}{each.name}{CLOSE}", number)
            elif each.kind is Kind.PLACEHOLDER:
                self.candidates.setdefault(f"{OPEN}{each.name}{CLOSE}", []).append(address)
        for number, placed in self.tags.items():
            if any(rule_of(each) is None for each in placed.tag.formats):
                self.mark(number, Kind.UNKNOWN_FORMAT)
            elif misfit_of(placed.tag.formats, of_number=placed.tag.kind is TagKind.NUMBER) is not None:
                self.mark(number, Kind.BAD_FORMATS)

    def mark(self, number: int, kind: Kind) -> None:
        """Note why a tag is not filled, unless something else was noted of it."""
        if self.kinds.get(number) in _READ:
            self.kinds[number] = kind

    def _mark_documents(self) -> None:
        """Note the tags of documents that stand where none can be put."""
        own = [
            number
            for number, placed in self.tags.items()
            if placed.tag.kind is TagKind.DOCUMENT and self.kinds.get(number) is Kind.PLACEHOLDER
        ]
        if own:
            # Few templates have documents put in.
            from docops_flask.engine.template.subdocument.standing import stand_alone

            vanishing = {
                number: placed.tag for number, placed in self.tags.items() if number not in self.kinds
            }
            for number in set(own) - stand_alone(self.found, own, vanishing):
                self.mark(number, Kind.SUBDOCUMENT_PLACE)

    def _faulty_names(self) -> Iterator[str]:
        """Yield the names in tags that cannot be read, or ask for a scope that there is not.

        What cannot be read is no path: all words in it may be names.
        """
        for number, kind in self.kinds.items():
            if kind is Kind.BAD_TAG:
                yield from words_in(self.found[number].found.name)
            elif kind is Kind.SCOPE_OUTSIDE and number in self.tags:
                path = self.tags[number].tag.path
                yield from () if path is None else (*path.names[:1], *path.names[-1:])

    def meanings(self, shape: PayloadShape) -> TagMeanings:
        """Return what the tags mean."""
        self._mark_documents()
        decided, filled = _without_text(self.scan, self.places, self.kinds)
        unfillable = [each for each in self.places.unfillable if _is_told(each.shown, self.declared)]
        return TagMeanings(
            decided,
            filled._replace(unfillable=unfillable),
            shape,
            [
                *(Candidate(text, addresses) for text, addresses in self.candidates.items()),
                *(Candidate(text, addresses, near_tag(text[1:-1])) for text, addresses in self.near.items()),
            ],
            [
                (each.name, address)
                for number, (each, address, _) in enumerate(self.found)
                if _needs_language_2(each) or self.kinds.get(number) is Kind.UNKNOWN_FORMAT
            ],
            self.declared,
            faulty=frozenset(self._faulty_names()),
            comparisons=[
                (self.found[number].found.name, self.found[number].address)
                for number, placed in self.tags.items()
                if placed.tag.operator in ORDERS and not all(map(is_ordered, placed.tag.literals))
            ],
        )


def decide_tags(scan: Scan, places: PlaceScan, known: Collection[str] = ()) -> TagMeanings:
    """Return what the tags that ``tag_scan`` found mean; ``known`` are names that are declared elsewhere.

    That is of a template without blocks (``holds_structure``); ``structured_tags`` has the others.
    """
    outcomes = Outcomes(scan, places, known)
    shape = PayloadShape()
    shape.use(use_elsewhere(outcomes.tags.values()))
    for fault in shape.faults:
        outcomes.mark(fault.tag.number, Kind.SCOPE_OUTSIDE)
    for conflict in shape.conflicts():
        outcomes.mark(conflict.first.number, Kind.TYPE_CONFLICT)
    return outcomes.meanings(shape)


# What is text where there is no block that it could be about.
_OF_LISTS = (Tag(TagKind.END), Tag(TagKind.MERGE))
_OF_BLOCKS = frozenset(
    (
        TagKind.EACH,
        TagKind.IF,
        TagKind.UNLESS,
        TagKind.END,
        TagKind.ELSE,
        TagKind.BETWEEN,
        TagKind.REMARK,
        TagKind.MERGE,
    )
)


def use_elsewhere(tags: Iterable[PlacedTag]) -> list[PlacedTag]:
    """Return those of ``tags`` that ask for a value where there are no blocks: outside paragraphs."""
    return [each for each in tags if each.tag.kind not in _OF_BLOCKS]


_READ = (Kind.PLACEHOLDER, Kind.UNSUPPORTED_TAG)


class FoundTag(NamedTuple):
    """What was found, its address, and the paragraph in whose own text or the text inside one it stands."""

    found: Found
    address: str
    spot: ParagraphPlace | InlineText | None


def _all_found(scan: Scan, places: PlaceScan) -> Iterator[FoundTag]:
    """Yield all that was found, always in one order."""
    for paragraph in scan.paragraphs:
        place = paragraph.place
        for found, piece in zip(paragraph.found, paragraph.pieces, strict=True):
            yield FoundTag(found, f"{place.path}:r{piece.shown.run_index}", place)
        for text in paragraph.inline:
            for inside in text.found:
                yield FoundTag(inside.found, text.text.address, text.text)
    for bracketed in places.places:
        for found in bracketed.found:
            yield FoundTag(found, bracketed.place.path, None)


def _declared_names(found: Sequence[FoundTag]) -> Iterator[str]:
    """Yield the names that the template declares itself: first and last names of tags that cannot be text."""
    for each, _, _ in found:
        tag = read_tag(each.name)
        if isinstance(tag, Tag) and each.kind in _READ:
            yield from names_declared_by(tag)


def names_declared_by(tag: Tag) -> Iterator[str]:
    """Yield the names that a tag declares, the first and the last of each path; none where it may be text."""
    paths: list[Path] = [declared.path for declared in tag.declared]
    if tag.path is not None and tag.path.names and (tag.kind is not TagKind.FIELD or tag.is_explicit):
        paths.append(tag.path)
    for path in paths:
        yield from (path.names[0], path.names[-1])


def is_field(tag: Tag, declared: Collection[str]) -> bool:
    """Say whether a tag is one; of a field that depends on its name."""
    if tag.kind is not TagKind.FIELD or tag.is_explicit or tag.path is None:
        return True
    names = tag.path.names
    return all(map(str.isascii, names)) or names[0] in declared or names[-1] in declared


def _is_told(text: str, declared: Collection[str]) -> bool:
    """Say whether a bracketed text at a place that takes no value is told: a field is, text is not."""
    _, tag, _ = read_written(text[1:-1])
    if tag is None and near_tag(text[1:-1]) is not None:
        return False
    return not isinstance(tag, Tag) or (tag not in _OF_LISTS and is_field(tag, declared))


def _needs_language_2(found: Found) -> bool:
    """Say whether language 1 does not know a tag that cannot be text."""
    tag = read_tag(found.name)
    if not isinstance(tag, Tag):
        return found.kind is Kind.BAD_TAG
    if tag.kind is TagKind.MERGE:
        # Alone it is a word.
        return False
    if tag.kind is not TagKind.FIELD or tag.is_explicit:
        return True
    written = found.name.strip()
    return written.isascii() and not (written.isupper() and written.replace("_", "").isalnum())


def _begins_with_a_sign(found: Found) -> bool:
    """Say whether a sign stands before a name whose closing bracket is missing."""
    return found.kind is Kind.UNCLOSED and found.end - found.start > len(found.name) + 1


def _without_text(scan: Scan, places: PlaceScan, outcomes: Mapping[int, Kind]) -> tuple[Scan, PlaceScan]:
    """Return what was found with its outcomes; the numbers of ``outcomes`` are those of ``_all_found``."""
    number = 0

    def decided(found: Found) -> Found | None:
        nonlocal number
        kind = outcomes.get(number)
        number += 1
        return None if kind is None else found._replace(kind=kind)

    # Paragraphs alike share what was found in them.
    known: dict[tuple[int, tuple[Kind | None, ...]], list[Found]] = {}
    paragraphs = [
        each for each in (_decided_paragraph(each, decided, known) for each in scan.paragraphs) if each
    ]
    bracketed = [
        BracketedPlace(place, found, note)
        for place, all_found, note in places.places
        if (found := [each for each in map(decided, all_found) if each is not None])
    ]
    return scan._replace(paragraphs=paragraphs, undeclared=()), places._replace(places=bracketed)


def _decided_paragraph(
    paragraph: BracketedParagraph,
    decided: Callable[[Found], Found | None],
    known: dict[tuple[int, tuple[Kind | None, ...]], list[Found]],
) -> BracketedParagraph | None:
    place, found, pieces, inline = paragraph
    outcomes = [decided(each) for each in found]
    key = id(found), tuple([None if each is None else each.kind for each in outcomes])
    own = known.setdefault(key, [each for each in outcomes if each is not None])
    kept = [piece for each, piece in zip(outcomes, pieces, strict=True) if each is not None]
    texts: list[BracketedInline] = []
    for text in inline:
        inside = [each._replace(found=new) for each in text.found if (new := decided(each.found)) is not None]
        if inside:
            texts.append(text._replace(found=inside))
    if not own and not texts:
        return None
    return BracketedParagraph(place, own, kept, texts)
