"""The tools whose templates can be rewritten, and how the tags of each are read."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import NamedTuple

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.foreign.carbone import read_carbone
from docops_flask.engine.template.foreign.jinja import read_jinja
from docops_flask.engine.template.foreign.lists import with_array_tags, with_row_fields
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
    read, sign = tool.reader(), tool.sign.encode()
    found = []
    for place in places:
        if tool.name == MAILMERGE:
            tags = _merge_field_tags(place)
        else:
            content = place.own_bytes
            tags = read(place.reading.text) if sign in content or b"&#" in content else []
        if tags:
            found.append(Found(place, [_whole(place, tag) for tag in tags]))
    if tool.name == CARBONE:
        return with_array_tags(found, places)
    return with_row_fields(found, places) if tool.name == POI_TL else found


def _whole(place: ParagraphPlace, tag: ForeignTag) -> ForeignTag:
    """Return ``tag``; it is left where a tab or a break in it would stay when its characters give way."""
    pieces = place.reading.pieces_between(tag.start, tag.end)
    count = sum(min(each.end, tag.end) - max(each.start, tag.start) for each in pieces)
    return tag if count == tag.end - tag.start else tag._replace(why=tag.why or "marks_inside")


def _merge_field_tags(place: ParagraphPlace) -> list[ForeignTag]:
    content = place.own_bytes
    has_shown = "«".encode() in content or b"&#" in content
    fields = merge_fields(place)
    if not fields and not has_shown:
        return []
    tags = [tag for tag in map(field_tag, fields) if tag is not None]
    tags.sort(key=_start)
    shown = [tag for tag in (shown_tags(place.reading.text) if has_shown else ()) if not _lies_in(tag, tags)]
    return sorted((*tags, *shown), key=_start)


def _lies_in(tag: ForeignTag, tags: Sequence[ForeignTag]) -> bool:
    """Say whether ``tag`` lies in one of ``tags``, which are in order."""
    before = bisect_right(tags, tag.start, key=_start) - 1
    return before >= 0 and tag.start < tags[before].end


def _start(tag: ForeignTag) -> int:
    return tag.start
