"""Finds the placeholders of a package that no entry of the replace log tells of: nothing is left in silence.

The result of a run is the template with the logged changes and nothing else, which the proof shows for every
byte. So a name that stands in the result, and in no value, stands in the template at a place that is not
logged as filled. That is what is looked for, in every part: in those that hold the paragraphs, beside the
texts of these; in all others everywhere. Comments (word/comments*.xml) are notes and left out.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.document.document import Document, ParagraphPlace, StoryKind, StoryPart
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.zip_entry import ZipEntry
from docops_flask.engine.opc.zip_reader import ZipReader
from docops_flask.engine.oxml.markup import spliced
from docops_flask.engine.template.grammar import closed_names
from docops_flask.engine.template.part_search import (
    UNWRITTEN_PLACES,
    Closed,
    PlacedName,
    count_open_in,
    has_percent_open,
    may_hold_name,
    may_hold_unwritten,
    names_in_bytes,
    names_in_part,
    names_in_xml,
    seen,
)
from docops_flask.engine.template.scan import Scan, may_hold_bracket

if TYPE_CHECKING:
    from docops_flask.engine.template.nested_files import Budget

# More are not looked for: the first of them already say that the template is to be corrected.
MAX_UNACCOUNTED = 1000


class UnaccountedName(NamedTuple):
    """A bracketed name, ``text``, of which nothing else tells.

    ``part`` is the part's name in the package, ``place`` as in ``PlacedName``; in a package inside the
    package it begins with the part's name there. ``before`` and ``after`` are the text on both sides.
    """

    part: str
    place: str
    text: str
    before: str
    after: str


class Unaccounted(NamedTuple):
    """What a search of a package comes to: the names of which nothing else tells, in the package's order.

    ``unread`` are the files that were not searched: a code of ``run_warnings`` and where the file is, the
    part's name and that of a file inside it.
    """

    names: Sequence[UnaccountedName]
    unread: Sequence[tuple[str, str]] = ()


class NamesBeside(NamedTuple):
    """The names of a package beside the scanned paragraphs, with their parts, and the files not searched."""

    names: Sequence[tuple[str, PlacedName]]
    unread: Sequence[tuple[str, str]]


def few_names_beside(package: Package, document: Document, scan: Scan) -> NamesBeside | None:
    """Return what ``find_unaccounted`` finds before it asks what is logged; ``None`` for very many names."""
    search = _Search(package, closed_names)
    names = list(islice(_names(package, document, scan, search, closed_names), MAX_UNACCOUNTED + 1))
    return None if len(names) > MAX_UNACCOUNTED else NamesBeside(names, search.unread)


def find_unaccounted(  # noqa: PLR0917
    package: Package,
    document: Document,
    scan: Scan,
    logged: Iterable[tuple[str, str]],
    closed: Closed = closed_names,
    beside: NamesBeside | None = None,
) -> Unaccounted:
    """Return the names in ``package`` that neither the scanned paragraphs nor ``logged`` hold.

    ``logged`` are the part and the text of each name outside the scanned paragraphs that has an entry of its
    own, once for each time it stands there; a text may hold several names. ``closed`` finds the names of a
    text. At most ``MAX_UNACCOUNTED`` are returned of each kind. ``beside`` is what was found before in the
    same package with the same scan.
    """
    accounted = Counter((part.lower(), name) for part, text in logged for name in _names_in(text))
    if beside is None:
        search = _Search(package, closed)
        found, unread = _names(package, document, scan, search, closed), search.unread
    else:
        found, unread = iter(beside.names), list(beside.unread)
    names = list(islice(_left(found, accounted), MAX_UNACCOUNTED))
    return Unaccounted(names, list(dict.fromkeys(unread))[:MAX_UNACCOUNTED])


def _names_in(text: str) -> list[str]:
    if "%" in text:
        # Imported here: few templates have names in the targets of links.
        from urllib.parse import unquote

        text = unquote(text)
    return re.findall("【[^【】]*】", seen(text))


def _left(
    names: Iterable[tuple[str, PlacedName]], accounted: Counter[tuple[str, str]]
) -> Iterator[UnaccountedName]:
    for part, name in names:
        key = part.lower(), name.text
        if accounted[key] > 0:
            accounted[key] -= 1
        else:
            yield UnaccountedName(part, *name)


def _names(
    package: Package, document: Document, scan: Scan, search: "_Search", closed: Closed
) -> Iterator[tuple[str, PlacedName]]:
    stories = {part.name.lower(): part for part in document.parts}
    paragraphs = _BracketedPlaces(document)
    for entry in package.archive.entries:
        story = stories.get(entry.name.lower())
        if story is not None:
            names = _beside_paragraphs(story, paragraphs, scan, closed)
        elif entry.name.endswith("/") or _is_of_comments(entry.name):
            continue
        else:
            names = search.names(entry)
        for name in names:
            yield entry.name, name


def _is_of_comments(name: str) -> bool:
    """Say whether a part, of the package or of one inside it, holds comments on a document."""
    return "/word/comments" in f"/{name.lower()}"


class _BracketedPlaces:
    """The paragraphs that were scanned and may hold a bracket, by part; made when a part asks for them."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._by_part: dict[StoryPart, list[ParagraphPlace]] | None = None

    def of(self, part: StoryPart) -> list[ParagraphPlace]:
        """Return those of ``part``, those of other mc:AlternateContent branches among them."""
        if self._by_part is None:
            self._by_part = {}
            for place in self._document.walk.paragraphs:
                for each in (place, *place.mirrors):
                    if may_hold_bracket(each):
                        self._by_part.setdefault(each.part, []).append(each)
        return self._by_part.get(part, [])


def _beside_paragraphs(
    part: StoryPart, paragraphs: _BracketedPlaces, scan: Scan, closed: Closed
) -> Iterator[PlacedName]:
    """Yield the names in a part that holds paragraphs, those in the texts of its paragraphs left out."""
    if part.kind is StoryKind.COMMENTS:
        return
    content = part.text.content
    if may_hold_unwritten(part.distinct):
        yield from (each for each in names_in_xml(content) if each.place.endswith(UNWRITTEN_PLACES))
    if count_open_in(part) == scan.open_brackets.get(part, 0) and not has_percent_open(content):
        return
    # No name goes on across a text that is left out: none holds a NUL.
    # A paragraph of another branch may be one of its own and a mirror of others.
    covered = sorted({each for place in paragraphs.of(part) for each in _texts_of(place)})
    beside = spliced(content, covered)
    if may_hold_name(beside, closed):
        yield from names_in_xml(beside, closed)


def _texts_of(place: ParagraphPlace) -> Iterator[tuple[int, int, bytes]]:
    reading = place.reading
    for shown in reading.shape.shown:
        number = 3 * shown.number + 2
        start = place.position(reading.offsets[number])
        yield start, start + len(reading.parts[number]), b"\0"


# Pictures of dots, fonts, sound and film hold no text that anyone reads: by their content type or, since
# the picture of a macro or an object may be declared as anything, by how they begin.
_NO_TEXT_TYPES = (
    "image/png", "image/jp", "image/gif", "image/tiff", "image/bmp", "font/",
    "application/x-font", "application/vnd.openxmlformats-officedocument.obfuscatedfont", "audio/", "video/",
)  # fmt: skip
_NO_TEXT = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"II*\0", b"MM\0*", b"\0\1\0\0")
_HEAD_BYTES = 2000
# Bytes that are no XML are searched in pieces of this size; each begins with the end of the one before, for
# names that lie across both.
_PIECE_BYTES = 1024 * 1024
_OVERLAP_BYTES = 1024


class _Search:
    """Searches members of a package; what files inside it unfold to is bounded as for the package.

    ``unread`` are the files that could not be searched, as in ``Unaccounted``.
    """

    def __init__(self, package: Package, closed: Closed) -> None:
        self._closed = closed
        self._package = package
        self._archive = package.archive
        self._budget: Budget | None = None
        self.unread: list[tuple[str, str]] = []

    def names(self, entry: ZipEntry) -> Iterator[PlacedName]:
        """Yield the names in a member that is no story part."""
        if self._package.is_xml(entry.name):
            content = _whole(self._archive, entry)
            yield from names_in_part(content, entry.name, is_xml=True, closed=self._closed)
            return
        content_type = self._package.content_types.of(entry.name).lower()
        head = self._archive.head(entry, _HEAD_BYTES)
        if content_type.startswith(_NO_TEXT_TYPES) or head.startswith(_NO_TEXT):
            return
        # Few templates have such members, and a renderer starts the faster for what it does not load.
        from docops_flask.engine.template.nested_files import may_hold_files

        if may_hold_files(head):
            yield from self._names_inside(entry)
        else:
            yield from _in_pieces(self._pieces(entry), self._closed)

    def _pieces(self, entry: ZipEntry) -> Iterator[bytes]:
        from docops_flask.engine.run_warnings import UNREADABLE

        size = 0
        for piece in self._archive.contents(entry, _PIECE_BYTES):
            size += len(piece)
            yield piece
        if size < entry.size:
            self.unread.append((UNREADABLE, entry.name))

    def _names_inside(self, entry: ZipEntry) -> Iterator[PlacedName]:
        """Yield the names in the files that a member holds: a workbook, a document."""
        from docops_flask.engine.template.nested_files import Budget, files_in

        if self._budget is None:
            self._budget = Budget(self._package.limits)
        for name, content, unread in files_in(b"".join(self._pieces(entry)), self._budget):
            if unread:
                self.unread.append((unread, f"{entry.name}/{name}" if name else entry.name))
            if _is_of_comments(name) or content.startswith(_NO_TEXT):
                continue
            for found in self._names_of_file(name, content):
                yield found._replace(place=f"{name} {found.place}".lstrip())

    def _names_of_file(self, name: str, content: bytes) -> Iterator[PlacedName]:
        is_xml = name.lower().endswith((".xml", ".rels"))
        if is_xml and len(content) <= self._package.limits.xml_part_bytes:
            return names_in_part(content, name, is_xml=True, closed=self._closed)
        pieces = (content[at : at + _PIECE_BYTES] for at in range(0, len(content), _PIECE_BYTES))
        return _in_pieces(pieces, self._closed)


def _whole(archive: ZipReader, entry: ZipEntry) -> bytes:
    return b"".join(archive.contents(entry, max(1, entry.size)))


def _in_pieces(pieces: Iterable[bytes], closed: Closed) -> Iterator[PlacedName]:
    kept = b""
    # What was found in the end of a piece is found again in the beginning of the next.
    again: Counter[str] = Counter()
    for piece in pieces:
        repeated = again
        again = Counter(name.text for name in names_in_bytes(piece[-_OVERLAP_BYTES:], closed))
        for name in names_in_bytes(kept + piece, closed):
            if repeated[name.text] > 0:
                repeated[name.text] -= 1
            else:
                yield name
        kept = piece[-_OVERLAP_BYTES:]
