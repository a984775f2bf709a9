"""Foreign tags outside the paragraphs of a document: in alternative texts, properties and other places.

A picture whose alternative text is a tag and fields in the core properties are rewritten, as the other tools
fill them; tags at other places are told.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote

from docops_flask.engine.document.document import Document
from docops_flask.engine.document.edits import Edit, EditedPart, ReplaceText
from docops_flask.engine.document.inline_texts import inline_texts
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.xml_part import Encoding
from docops_flask.engine.oxml.markup import TOKEN, attribute_spans, decoded, escaped
from docops_flask.engine.template.foreign.tag import ForeignTag, Meant, Reader
from docops_flask.engine.template.foreign.tools import CARBONE, DOCXTEMPLATER, MAILMERGE, POI_TL, Tool
from docops_flask.engine.template.foreign.written_tags import written_field, written_tag

_TEXTS = re.compile(rb">([^<>]+)<")
# Attributes that people write texts into.
_WRITTEN = re.compile(rb"(?:.*:)?(?:descr|title|alt|Target)\Z")
# Word escapes braces in the addresses of links.
_IN_ADDRESS = re.compile(b"%7b", re.IGNORECASE)
_PICTURES = b'/picture"'
_GUID = re.compile(r"\{[0-9A-Fa-f]{8}-[0-9A-Fa-f-]{27}\}")
_CORE = "docprops/core.xml"
# Word writes it anew whenever it saves; no tool reads tags there.
_APPLICATION = "docprops/app.xml"


class TagElsewhere(NamedTuple):
    """A tag outside paragraphs: its text, the address of its place, the edit that it asks for or ``None``.

    ``new`` is what it becomes.
    """

    text: str
    place: str
    edit: Edit | None = None
    new: str | None = None


class _Part(NamedTuple):
    """A part that is no story."""

    name: str
    content: bytes
    encoding: Encoding | None = None


def tags_elsewhere(
    document: Document, package: Package, tool: Tool, *, has_lists: bool
) -> Iterator[TagElsewhere]:
    """Yield the tags of ``tool`` outside paragraphs.

    Where the template ``has_lists`` alternative texts are only told: what they are looked up in depends on
    where they stand. Takes time linear in the bytes of the package's XML parts.
    """
    read = tool.reader()
    sign = tool.sign.encode()
    for place in document.walk.paragraphs:
        if sign in place.own_bytes:
            for text in inline_texts(place):
                for tag in read(text.reading.text):
                    yield TagElsewhere(_written(text.reading.text, tag), text.address)
    for place in document.walk.comments:
        for tag in read(place.reading.text):
            yield TagElsewhere(_written(place.reading.text, tag), place.path)
    if tool.name == MAILMERGE:
        return
    stories = {part.name.lower(): part for part in document.parts}
    for entry in package.archive.entries:
        name = entry.name.lower()
        if not package.is_xml(entry.name) or name == _APPLICATION:
            continue
        story = stories.get(name)
        content = package.archive.read(entry) if story is None else story.content
        if sign not in content and not _IN_ADDRESS.search(content):
            continue
        if story is None:
            yield from _in_texts(_Part(entry.name, content), read, tool)
        part: EditedPart = story or _Part(entry.name, content)
        yield from _in_attributes(part, read, tool, may_be_picture=story is not None and not has_lists)


def _in_texts(part: EditedPart, read: Reader, tool: Tool) -> Iterator[TagElsewhere]:
    sign = tool.sign.encode()
    for match in _TEXTS.finditer(part.content):
        if sign not in match[1]:
            continue
        text = decoded(match[1])
        tags = [tag for tag in read(text) if not _is_chance(text, tag, tool)]
        new = _filled(text, tags) if part.name.lower() == _CORE else None
        edit = None
        if new is not None:
            edit = Edit(part, *match.span(1), escaped(new), ReplaceText(part.name, match.start(1)))
        for number, tag in enumerate(tags):
            yield TagElsewhere(_written(text, tag), part.name, None if number else edit, new)


def _filled(text: str, tags: list[ForeignTag]) -> str | None:
    """Return ``text`` with tags of ours where all of ``tags`` are plain fields; else ``None``."""
    pieces: list[str] = []
    at = 0
    for tag in tags:
        if tag.meant is not Meant.FIELD or not tag.path or tag.formats or tag.choice:
            return None
        field = written_field(".".join(tag.path))
        if field is None:
            return None
        pieces += (text[at : tag.start], field)
        at = tag.end
    return "".join((*pieces, text[at:])) if tags else None


def _in_attributes(
    part: EditedPart, read: Reader, tool: Tool, *, may_be_picture: bool
) -> Iterator[TagElsewhere]:
    sign = tool.sign.encode()
    content = part.content
    for token in TOKEN.finditer(content):
        attributes = token[3]
        if not attributes or (sign not in attributes and not _IN_ADDRESS.search(attributes)):
            continue
        for name, first, last in attribute_spans(attributes):
            if not _WRITTEN.match(name):
                continue
            text = decoded(attributes[first:last])
            if name.endswith(b"Target"):
                text = unquote(text)
            tags = [tag for tag in read(text) if not _is_chance(text, tag, tool)]
            at = token.start(3)
            picture = None
            if may_be_picture and tool.name == POI_TL and token[2].endswith(b":docPr") and len(tags) == 1:
                picture = _picture(text, tags[0]) if _is_picture(content, token.end()) else None
            edit = None
            if picture is not None:
                why = ReplaceText(part.name, at + first)
                edit = Edit(part, at + first, at + last, escaped(picture), why)
            for tag in tags:
                yield TagElsewhere(_written(text, tag), part.name, edit, picture)


def _picture(text: str, tag: ForeignTag) -> str | None:
    """Return the tag of a picture where the whole of ``text`` is the name of one."""
    is_name = tag.meant in (Meant.FIELD, Meant.PICTURE) and bool(tag.path) and not tag.formats
    if not is_name or text.strip() != _written(text, tag):
        return None
    return written_tag(f"@{'.'.join(tag.path)}")


def _is_picture(content: bytes, at: int) -> bool:
    """Say whether the drawing whose properties end at ``at`` shows a picture."""
    data = content.find(b"graphicData", at)
    return data >= 0 and _PICTURES in content[data : content.find(b">", data)]


def _is_chance(text: str, tag: ForeignTag, tool: Tool) -> bool:
    """Say whether single braces are probably no tag: a number of Windows', a text of a program."""
    if tool.name not in (DOCXTEMPLATER, CARBONE):
        return False
    return tag.meant is Meant.LEFT or bool(_GUID.match(_written(text, tag)))


def _written(text: str, tag: ForeignTag) -> str:
    return text[tag.start : tag.end]
