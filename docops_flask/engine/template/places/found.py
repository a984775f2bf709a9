"""What stands outside the paragraphs of stories, as it was found."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.opc.xml_part import Encoding
from docops_flask.engine.template.grammar import Found, Kind

if TYPE_CHECKING:
    # Most templates have no such places, and a renderer starts the faster for what it does not load.
    from docops_flask.engine.template.places.reading import Place

_PLACEHOLDER = Kind.PLACEHOLDER
# The ``kind`` of a well-formed placeholder that stands where no value can be put.
UNFILLABLE = "unfillable"


class OtherPart:
    """An XML part that is no story: its bytes in the package, as UTF-8 once it was recoded.

    No two parts are the same.
    """

    __slots__ = ("content", "encoding", "name")

    def __init__(self, name: str, content: bytes, encoding: Encoding | None = None) -> None:
        self.name = name
        self.content = content
        self.encoding = encoding


class Finds(NamedTuple):
    """Parts that may hold placeholders outside paragraphs.

    ``parts`` hold a bracket there; ``others`` are names of files inside the package, ``chunks`` of files that
    Word takes into the document (w:altChunk); ``bound`` are stories with controls that show data.
    """

    parts: Sequence[EditedPart]
    others: Sequence[str]
    chunks: Sequence[str]
    bound: Sequence[StoryPart]


class BracketedPlace(NamedTuple):
    """A place that holds placeholders, well-formed or not, in text order.

    ``note`` is told with each that is filled.
    """

    place: Place
    found: Sequence[Found]
    note: str | None = None


class Unfillable(NamedTuple):
    """A placeholder that cannot be filled where it stands.

    ``part`` is the part's name, ``address`` where it stands in it, ``place`` what that is, ``text`` the text
    around the placeholder at ``start``:``end`` of it. ``reason`` says why and what to do.
    """

    part: str
    address: str
    place: str
    text: str
    start: int
    end: int
    reason: str

    @property
    def path(self) -> str:
        """Its whole address."""
        return f"{self.part}#{self.address}"

    @property
    def told(self) -> str:
        """Where it stands, why it is not filled, what to do."""
        return f"{self.place}: {self.reason}"

    @property
    def shown(self) -> str:
        """The placeholder as it is written."""
        return self.text[self.start : self.end]


class BoundNode(NamedTuple):
    """A node of data that a content control shows and that lacks the control's placeholders (17.5.2.6).

    It is at ``address`` of ``part`` and holds ``text``; once the control is filled, it holds the control's
    text. ``control`` is the control's whole address (``word/document.xml#sdt[0]``), ``control_text`` its text
    in the template; it begins at the byte ``control_start`` of ``story``. The bytes ``first``:``last`` give
    way to ``before``, the text, ``after``. ``found`` are the placeholders in its text; ``control_markup`` is
    the control itself where it was read as a field: its kind says how the data is written.
    """

    part: EditedPart
    address: str
    text: str
    control: str
    control_text: str
    story: StoryPart
    control_start: int
    first: int
    last: int
    before: bytes
    after: bytes
    is_attribute: bool
    found: Sequence[Found] = ()
    control_markup: bytes | None = None


class PlaceScan(NamedTuple):
    """What stands outside the paragraphs of stories: what can be filled, what only can be reported.

    ``shown_data`` are the content controls whose data is filled too, by part name and first byte;
    ``undeclared`` are the bracketed words that have the form of a name in another script, each once.
    """

    places: Sequence[BracketedPlace] = ()
    unfillable: Sequence[Unfillable] = ()
    bound: Sequence[BoundNode] = ()
    shown_data: frozenset[tuple[str, int]] = frozenset()
    undeclared: Sequence[str] = ()

    def field_counts(self) -> dict[str, int]:
        """Return how often each placeholder name occurs where it can be filled, by first occurrence."""
        counts: dict[str, int] = {}
        for _, found in self.all_found():
            if found.kind is _PLACEHOLDER:
                counts[found.name] = counts.get(found.name, 0) + 1
        return counts

    def all_found(self) -> Iterator[tuple[Place, Found]]:
        """Yield each placeholder of ``places``, well-formed or not, with its place."""
        for bracketed in self.places:
            for found in bracketed.found:
                yield bracketed.place, found

    def with_kinds_of(self, template: PlaceScan, source_of: Callable[[Place], tuple[str, int]]) -> PlaceScan:
        """Return the placeholders of an expanded template with the kinds that they have in ``template``.

        ``source_of`` gives part and first byte in the template of a place. Those whose name ``template`` does
        not have are left out. Two of one name may be of different kinds: in a list it is that of an item.
        """
        by_name: dict[str, Kind] = {}
        by_place: dict[tuple[str, int, int], Kind] = {}
        for place, found in template.all_found():
            by_name[found.name] = found.kind
            by_place[place.part.name, place.segments[0].first, found.start] = found.kind
        bracketed = []
        for each in self.places:
            source = source_of(each.place)
            kept = [
                found._replace(kind=by_place.get((*source, found.start), by_name[found.name]))
                for found in each.found
                if found.name in by_name
            ]
            if kept:
                bracketed.append(each._replace(found=kept))
        return self._replace(places=bracketed)

    def names(self) -> Iterator[tuple[str, str]]:
        """Yield part and text of all that holds placeholders."""
        for place, found in self.all_found():
            yield place.part.name, place.text[found.start : found.end]
        for unfillable in self.unfillable:
            yield unfillable.part, unfillable.shown
        for node in self.bound:
            yield node.part.name, node.text


NO_PLACES = PlaceScan()
