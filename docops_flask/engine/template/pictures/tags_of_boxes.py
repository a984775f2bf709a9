"""Which tags stand for a picture of the template, and which stand where no picture can be put."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from docops_flask.engine.document.document import StoryKind
from docops_flask.engine.document.edits import EditedPart
from docops_flask.engine.template.drawn_tags import is_check, is_code, is_picture
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.pictures.boxes import Box, Boxes, main_description
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.scan import BracketedParagraph, Scan

if TYPE_CHECKING:
    from docops_flask.engine.template.places.reading import Place


class BoxTag(NamedTuple):
    """A tag that is the alternative text of a picture: where it stands, the drawings there, its own."""

    place: "Place"
    found: Found
    boxes: Boxes
    box: Box


class _Described(NamedTuple):
    """A whole alternative text that is a picture's tag, and the names of its element and attribute."""

    place: "Place"
    found: Found
    attribute: tuple[str, str]


def tags_of_boxes(places: PlaceScan) -> Iterator[BoxTag]:
    """Yield the tags that stand for a picture, one for each box."""
    for boxes, box, described in _by_box(places):
        main = main_description([each.attribute for each in described])
        place, found, _ = next(each for each in described if each.attribute == main)
        yield BoxTag(place, found, boxes, box)


def without_unfillable(scan: Scan, places: PlaceScan) -> tuple[Scan, PlaceScan]:
    """Return what was found with the kind ``UNSUPPORTED_PICTURE`` for tags where no picture can be put."""
    paragraphs = map(_without_unfillable, scan.paragraphs)
    return scan._replace(paragraphs=list(paragraphs)), places_without_unfillable(places)


def _without_unfillable(paragraph: BracketedParagraph) -> BracketedParagraph:
    # A code is a shape, and Word has no shapes in text boxes.
    if paragraph.place.story is StoryKind.TEXTBOX and any(map(_is_code, paragraph.found)):
        refused = [_refused(each) if _is_code(each) else each for each in paragraph.found]
        paragraph = paragraph._replace(found=refused)
    if not paragraph.inline:
        return paragraph
    return paragraph._replace(
        inline=[
            text._replace(found=[inside._replace(found=_refused(inside.found)) for inside in text.found])
            for text in paragraph.inline
        ]
    )


def places_without_unfillable(places: PlaceScan) -> PlaceScan:
    """Return ``places`` where tags of pictures and check boxes that cannot be put there are of other kinds.

    ``UNSUPPORTED_PICTURE`` is that of a picture's, ``UNSUPPORTED_TAG`` that of a check box in the name of a
    content control that is none.
    """
    if not any(_is_picture(found) or _is_check(found) or _is_code(found) for _, found in places.all_found()):
        return places
    fitting = {
        (each.place.path, each.found.start) for _, _, described in _by_box(places) for each in described
    }
    bracketed = []
    for each in places.places:
        decided = [
            _decided(each.place, found)
            if _is_check(found)
            else found
            if (each.place.path, found.start) in fitting
            else _refused(found)
            for found in each.found
        ]
        bracketed.append(each._replace(found=decided))
    return places._replace(places=bracketed)


def _decided(place: "Place", found: Found) -> Found:
    """Return the tag of a check box, of another kind in the name of a control, which is none it could set.

    Those that it sets were read before (docs/analysis/content-controls.md).
    """
    is_name = place.address.partition("[")[0] in ("tag", "alias")
    return found._replace(kind=Kind.UNSUPPORTED_TAG) if is_name else found


def _is_check(found: Found) -> bool:
    return found.kind is Kind.PLACEHOLDER and is_check(found.name.partition("\0")[0])


def _refused(found: Found) -> Found:
    is_drawn = _is_picture(found) or _is_code(found)
    return found._replace(kind=Kind.UNSUPPORTED_PICTURE) if is_drawn else found


def _is_code(found: Found) -> bool:
    return found.kind is Kind.PLACEHOLDER and is_code(found.name.partition("\0")[0])


def _is_picture(found: Found) -> bool:
    return found.kind is Kind.PLACEHOLDER and is_picture(found.name.partition("\0")[0])


def _by_box(places: PlaceScan) -> Iterator[tuple[Boxes, Box, list[_Described]]]:
    """Yield the boxes with a picture whose alternative texts are tags of one and the same name."""
    parts: dict[EditedPart, Boxes] = {}
    described: dict[Box, tuple[Boxes, list[_Described]]] = {}
    for place, found in places.all_found():
        if not _is_picture(found) or (found.start, found.end) != (0, len(place.text)):
            continue
        boxes = parts.get(place.part) or parts.setdefault(place.part, Boxes(place.part))
        known = boxes.of(place.address)
        if known is not None and known[0].is_picture:
            box, attribute = known
            described.setdefault(box, (boxes, []))[1].append(_Described(place, found, attribute))
    for box, (boxes, texts) in described.items():
        if len({found.name for _, found, _ in texts}) == 1:
            yield boxes, box, texts
