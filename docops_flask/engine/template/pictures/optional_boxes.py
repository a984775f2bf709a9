"""Which pictures of a template give way to such as may be absent: blocks that go with their paragraph."""

from docops_flask.engine.document.document import StoryPart
from docops_flask.engine.template.blocks.optional_pictures import OptionalBox
from docops_flask.engine.template.blocks.tag_sites import is_optional_picture
from docops_flask.engine.template.pictures.tags_of_boxes import tags_of_boxes
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.tag_kinds import Tag
from docops_flask.engine.template.tags import read_tag


def optional_boxes(places: PlaceScan) -> list[OptionalBox]:
    """Return the pictures of the stories that give way to optional ones."""
    boxes = []
    for place, found, _, box in tags_of_boxes(places):
        tag = read_tag(found.name)
        if isinstance(tag, Tag) and is_optional_picture(tag) and isinstance(place.part, StoryPart):
            first, last = place.segments[0].first, place.segments[-1].last
            boxes.append(OptionalBox(place.part, place.path, tag, place.text, first, last, *box.holder))
    return boxes
