"""Which tags of documents stand alone in their paragraphs, beside tags that vanish."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.inline_texts import InlineText
from docops_flask.engine.template.grammar import Found
from docops_flask.engine.template.subdocument.places import DocumentPlaces
from docops_flask.engine.template.tag_kinds import Tag, TagKind

# What was found, its address, the paragraph or the text inside one in which it stands.
_FoundTag = tuple[Found, str, ParagraphPlace | InlineText | None]
_BLANKS = " \t\r\n\u3000\u00a0"


def stand_alone(found: Sequence[_FoundTag], own: Collection[int], vanishing: Mapping[int, Tag]) -> set[int]:
    """Return those of the tags ``own``, numbers in ``found``, in whose place a document can be put.

    ``vanishing`` are the tags of which nothing is left, by number; that of a list would have a document stand
    several times in one paragraph.
    """
    spots = {number: found[number][2] for number in own}
    places = [spot for spot in spots.values() if isinstance(spot, ParagraphPlace)]
    fit, counts = DocumentPlaces(places), Counter(places)
    spans: dict[ParagraphPlace, list[tuple[int, int]]] = {place: [] for place in places}
    repeated: set[ParagraphPlace] = set()
    for number, (each, _, spot) in enumerate(found):
        if not isinstance(spot, ParagraphPlace) or spot not in spans:
            continue
        if number in spots or number in vanishing:
            spans[spot].append((each.start, each.end))
        if number in vanishing and vanishing[number].kind is TagKind.EACH:
            repeated.add(spot)
    return {
        number
        for number, spot in spots.items()
        if isinstance(spot, ParagraphPlace)
        and spot not in repeated
        and counts[spot] == 1
        and fit.may_be_at(spot)
        and not _left_of(spot.reading.text, spans[spot]).strip(_BLANKS)
    }


def _left_of(text: str, spans: Sequence[tuple[int, int]]) -> str:
    """Return ``text`` without the characters of ``spans``, which are in order."""
    left, at = [], 0
    for start, end in spans:
        left.append(text[at:start])
        at = end
    return "".join((*left, text[at:]))
