"""The tools whose templates can be rewritten, and how the tags of each are read."""

from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.foreign.carbone import read_carbone
from docops_flask.engine.template.foreign.jinja import joins_texts, read_jinja
from docops_flask.engine.template.foreign.lists import with_array_tags, with_row_fields, without_raw
from docops_flask.engine.template.foreign.merge_fields import field_tag, merge_fields, shown_tags
from docops_flask.engine.template.foreign.pairs import Found
from docops_flask.engine.template.foreign.sections import (
    BRACES,
    DOUBLE_BRACES,
    read_docxtemplater,
    read_poi_tl,
    reader_of,
)
from docops_flask.engine.template.foreign.tag import ForeignTag, Reader

DOCXTPL, DOCXTEMPLATER, POI_TL = "docxtpl", "docxtemplater", "poi-tl"
CARBONE, MAILMERGE = "carbone", "mailmerge"
TOOLS = (DOCXTPL, DOCXTEMPLATER, POI_TL, CARBONE, MAILMERGE)
# Those whose delimiters can be chosen, with the usual ones.
DELIMITERS = {DOCXTEMPLATER: BRACES, POI_TL: DOUBLE_BRACES}


class Tool(NamedTuple):
    """A tool: its name, and what its tags stand between where that can be chosen."""

    name: str
    delimiters: tuple[str, str] | None = None

    @property
    def is_explicit(self) -> bool:
        """Whether the item of a list has a name of its own in the template."""
        return self.name in (DOCXTPL, CARBONE)

    @property
    def sign(self) -> str:
        """A character that stands in each of its tags."""
        between = self.delimiters or DELIMITERS.get(self.name)
        return between[0][0] if between is not None else "{"

    def reader(self) -> Reader:
        """Return what reads the tags in a text."""
        if self.name == DOCXTPL:
            return read_jinja
        if self.name == CARBONE:
            return read_carbone
        if self.name == MAILMERGE:
            return shown_tags
        read = read_docxtemplater if self.name == DOCXTEMPLATER else read_poi_tl
        return reader_of(read, self.delimiters or DELIMITERS[self.name])


def tags_of(tool: Tool, places: Sequence[ParagraphPlace]) -> list[Found]:
    """Return the tags of ``tool`` in paragraphs; those without any are left out."""
    if tool.name == MAILMERGE:
        return _merge_field_tags(places)
    read, sign = tool.reader(), tool.sign.encode()
    found = []
    for place in places:
        content = place.own_bytes
        tags = read(place.reading.text) if sign in content or b"&#" in content else []
        if tags:
            found.append(Found(place, [_whole(place, tag) for tag in tags]))
    if tool.name == DOCXTPL:
        return without_raw(
            [Found(place, [_checked_for_blanks(place, tag) for tag in tags]) for place, tags in found]
        )
    if tool.name == CARBONE:
        return with_array_tags(found, places)
    return with_row_fields(found, places) if tool.name == POI_TL else found


def _checked_for_blanks(place: ParagraphPlace, tag: ForeignTag) -> ForeignTag:
    """Return ``tag`` of docxtpl; it is left where its signs of white space take more than blanks."""
    return tag._replace(why="joins") if not tag.why and joins_texts(place, tag) else tag


def _whole(place: ParagraphPlace, tag: ForeignTag) -> ForeignTag:
    """Return ``tag``; it is left where a tab or a break in it would stay when its characters give way."""
    pieces = place.reading.pieces_between(tag.start, tag.end)
    count = sum(min(each.end, tag.end) - max(each.start, tag.start) for each in pieces)
    return tag if count == tag.end - tag.start else tag._replace(why=tag.why or "marks_inside")


def _merge_field_tags(places: Sequence[ParagraphPlace]) -> list[Found]:
    """Return the merge fields; in a document without any the names in « » that were typed.

    Beside merge fields « » are quotation marks.
    """
    fields = [
        Found(place, sorted((_whole(place, tag) for tag in tags), key=_start))
        for place in places
        if (tags := [tag for tag in map(field_tag, merge_fields(place)) if tag is not None])
    ]
    if fields:
        return fields
    shown = ((place, shown_tags(place.reading.text)) for place in places if "«".encode() in place.own_bytes)
    return [Found(place, [_whole(place, tag) for tag in tags]) for place, tags in shown if tags]


def _start(tag: ForeignTag) -> int:
    return tag.start
