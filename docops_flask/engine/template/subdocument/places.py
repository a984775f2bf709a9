"""Where the tag of a document may stand: alone in a paragraph of the body or of a table cell."""

from collections.abc import Iterable, Mapping

from docops_flask.engine.document.document import ParagraphPlace, StoryKind, StoryPart
from docops_flask.engine.oxml.markup import TOKEN
from docops_flask.engine.template.blocks.byte_ranges import Ranges
from docops_flask.engine.template.lines import single_paragraph_controls
from docops_flask.engine.template.subdocument.paragraph import TagParagraph

_AROUND = frozenset(b"document body tbl tr tc sdt sdtContent customXml".split())


class DocumentPlaces:
    """Tells of paragraphs whether a document may take their place, whatever text they hold."""

    def __init__(self, places: Iterable[ParagraphPlace]) -> None:
        """``places`` are the paragraphs that will be asked about."""
        self._fit: set[ParagraphPlace] = set()
        by_part: dict[StoryPart, list[ParagraphPlace]] = {}
        for place in places:
            if place.story is StoryKind.BODY and not place.boxes and not place.mirrors:
                by_part.setdefault(place.part, []).append(place)
        for part, of_part in by_part.items():
            around = _around(part, {place.start for place in of_part})
            single = Ranges(single_paragraph_controls(part))
            self._fit |= {
                place
                for place in of_part
                if around[place.start] <= _AROUND and not single.contain(place.start) and _is_fit(place)
            }

    def may_be_at(self, place: ParagraphPlace) -> bool:
        """Say whether a document may take the place of a paragraph."""
        return place in self._fit


def _is_fit(place: ParagraphPlace) -> bool:
    return TagParagraph(place).is_fit()


def _around(part: StoryPart, starts: set[int]) -> Mapping[int, frozenset[bytes]]:
    """Return the local names of the elements around those that begin at ``starts``."""
    found: dict[int, frozenset[bytes]] = {}
    opened: list[bytes] = []
    for token in TOKEN.finditer(part.text.content, part.text.root_start):
        slash, name, attributes = token.groups()
        if slash:
            opened.pop()
        elif name is not None:
            if token.start() in starts:
                found[token.start()] = frozenset(opened)
                if len(found) == len(starts):
                    break
            if not attributes.endswith(b"/"):
                opened.append(name.rpartition(b":")[2])
    return found
