"""The parts that pictures add to a package, for the proof: what the entries of a log ask for, and no more."""

import posixpath
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Any, NamedTuple

from lxml import etree

from docops_flask.engine.integrity.byte_stories import Misfit, Stories
from docops_flask.engine.integrity.claims import Claims, Replacement
from docops_flask.engine.integrity.code_tags import CodeTag, code_tag
from docops_flask.engine.integrity.drawings import drawing, is_size_of, natural, numbered, within
from docops_flask.engine.integrity.members import AddedMember, Members
from docops_flask.engine.integrity.picture_boxes import BoxReader, PictureBox, without
from docops_flask.engine.integrity.picture_claims import Picture
from docops_flask.engine.integrity.picture_tags import picture_tag
from docops_flask.engine.integrity.place_claims import PlaceReplacement
from docops_flask.engine.integrity.places import PlacedPart
from docops_flask.engine.integrity.plan import without_ignored
from docops_flask.engine.integrity.verdict import Unaccounted
from docops_flask.engine.opc.digest import sha256
from docops_flask.engine.opc.package import Package
from docops_flask.engine.opc.picture_header import BadPicture, PictureHeader, read_picture_header
from docops_flask.engine.opc.relationships import (
    CONTENT_TYPES_PART,
    DEFAULT,
    OVERRIDE,
    REL_STRICT,
    REL_TRANSITIONAL,
    RELATIONSHIP,
    RELATIONSHIPS_NAMESPACE,
    relationships_part,
)
from docops_flask.engine.opc.xml_part import encoding_of, parse_part, recoded, serialize_part

_NAME = r"word/media/docops[1-9][0-9]{0,8}\.(png|jpeg)"
_TYPES = {"png": "image/png", "jpeg": "image/jpeg"}
_RELATIONSHIPS_TYPE = "application/vnd.openxmlformats-package.relationships+xml"
_EMPTY = f'<Relationships xmlns="{RELATIONSHIPS_NAMESPACE}"/>'.encode()

_Entry = Replacement | PlaceReplacement
_Element = tuple[str, dict[str, str]]
Edit = tuple[int, int, bytes]


class ExtendedPart(NamedTuple):
    """A list of relationships or content types with elements behind the others."""

    name: str
    before: PlacedPart | bytes
    elements: Sequence[_Element]
    replacements: int = 0

    def written(self) -> bytes:
        """Return its bytes."""
        content = self.before if isinstance(self.before, bytes) else self.before.written()
        root = parse_part(content, self.name)
        for tag, attributes in self.elements:
            etree.SubElement(root, tag, attributes)
        return serialize_part(root)

    def comes_to(self, written: bytes) -> bool:
        """Say whether its bytes are ``written``."""
        return self.written() == written


class AddedPictures:
    """What the pictures of ``claims`` add to ``template``, computed anew.

    Raises ``Misfit`` where the log or the added members say something else.
    """

    def __init__(self, template: Package, stories: Stories, members: Members, claims: Claims) -> None:
        self._template = template
        self._stories = stories
        self._headers = _headers(claims, members.added)
        self._elements: dict[str, list[_Element]] = {}
        self._relationships: dict[tuple[str, str], str] = {}
        self._ids: dict[str, set[str]] = {}
        self._declared: dict[str, str] = {}
        self._extensions = {_extension(entry.name) for entry in template.archive.entries}
        self._names = {entry.name.lower(): entry.name for entry in template.archive.entries}
        self._new: list[str] = []
        used: dict[str, None] = {}
        for entry, picture in _pictures(claims):
            if picture.part not in self._headers:
                raise Misfit
            if picture.part not in used:
                used[picture.part] = None
                self._declare(picture.part, _TYPES[self._headers[picture.part].kind])
            self._relate(self._source(entry), picture.part)
        # The log lists the parts in the order of their first use, and they are written so.
        if [*used] != [each.part for each in claims.media]:
            raise Misfit
        own = [*used, *self._new]
        # What rich values and sub-documents add is looked at where they are.
        added = [each.record.name for each in members.added]
        if ([name for name in added if name in own] if claims.puts_in else added) != own:
            raise Misfit
        if not all(each.is_as_written for each in members.added):
            raise Misfit

    def ids_of(self, part: str) -> Collection[str]:
        """Return the ids of all relationships of a part that has new ones."""
        return self._ids.get(part, ())

    def drawn(self, claims: Claims) -> Claims:
        """Return ``claims`` with the markup of the pictures and codes in paragraphs."""
        if any(each.replacement.code is not None for each in claims.inline):
            raise Misfit
        return claims._replace(replacements=tuple(map(self._drawn, claims.replacements)))

    def _drawn(self, entry: Replacement) -> Replacement:
        code = code_tag(_inner(entry.original_text))
        if code is not None or entry.code is not None:
            return self._coded(entry, code)
        tag = picture_tag(_inner(entry.original_text))
        if tag is None or entry.picture is None:
            if entry.picture is not None or (
                tag is not None and not (tag.is_optional and not entry.new_text)
            ):
                raise Misfit
            return entry
        header, size = self._headers[entry.picture.part], (entry.picture.width, entry.picture.height)
        if entry.new_text or not is_size_of(tag, header, size):
            raise Misfit
        source = self._source(entry)
        relationship = self._relationships[source, entry.picture.part]
        is_strict = self._is_strict(source)
        return entry._replace(drawing=drawing(size, relationship, entry.picture.alt, is_strict=is_strict))

    def _coded(self, entry: Replacement, tag: CodeTag | None) -> Replacement:
        """Return an entry with the markup of its code, which a value that is not blank has."""
        if tag is None or entry.picture is not None or (entry.code is None) == bool(entry.new_text.strip()):
            raise Misfit
        if entry.code is None:
            return entry
        # Imported here: few documents have codes.
        from docops_flask.engine.integrity.code_shapes import is_code_of, markup

        if not is_code_of(entry.code, tag, entry.new_text):
            raise Misfit
        is_strict = self._is_strict(self._source(entry))
        return entry._replace(drawing=markup(entry.code, entry.new_text, is_strict=is_strict))

    def fill_boxes(self, claims: Claims, others: dict[str, PlacedPart]) -> None:
        """Have the pictures put into the drawings of the template, in stories and in ``others``.

        A drawing whose tag was replaced and that got no picture is taken away.
        """
        readers: dict[str, BoxReader] = {}
        boxes: dict[Any, tuple[str, PictureBox, list[PlaceReplacement]]] = {}
        for entry in claims.places:
            if picture_tag(_inner(entry.original_text)) is None:
                if entry.picture is not None:
                    raise Misfit
                continue
            if entry.part not in readers:
                readers[entry.part] = self._reader(entry.part)
            box = readers[entry.part].box(entry.address)
            if box is None:
                raise Misfit
            boxes.setdefault(box.fill, (entry.part, box, []))[2].append(entry)
        edits: dict[str, list[Edit]] = {}
        gone: dict[str, list[Edit]] = {}
        for part, box, entries in boxes.values():
            if any(entry.picture is not None for entry in entries):
                edits.setdefault(part, []).extend(self._filled(part, box, entries, readers[part]))
            else:
                _refuse_given(entries)
                gone.setdefault(part, []).append(readers[part].removal(box))
        for part in edits.keys() | gone.keys():
            self._add(part, edits.get(part, []), gone.get(part, []), others)

    def _filled(
        self, part: str, box: PictureBox, entries: Sequence[PlaceReplacement], reader: BoxReader
    ) -> list[Edit]:
        """Return the edits that put the one picture of ``entries`` into a box."""
        pictures = [entry.picture for entry in entries if entry.picture is not None]
        picture = pictures[0]
        header = self._headers[picture.part]
        size = within(natural(header), box.size)
        is_told = all(entry.new_text == picture.alt for entry in entries)
        if len(pictures) > 1 or size != (picture.width, picture.height) or not is_told:
            raise Misfit
        relationship = self._relationships[self._actual(part), picture.part]
        return reader.edits(box, header, relationship)

    def finish(self, others: Mapping[str, PlacedPart]) -> dict[str, ExtendedPart]:
        """Give ids to the new drawings, and return the lists of relationships and content types.

        ``others`` are what is edited in these.
        """
        for story in self._stories.touched().values():
            story.edits = numbered(story.content, story.edits)
        extended = {}
        for name, elements in self._elements.items():
            known = others.get(name)
            before: PlacedPart | bytes = _EMPTY
            if known is not None:
                before = known
            elif self._template.has(name):
                before = self._template.read(name)
            extended[name] = ExtendedPart(name, before, elements, 0 if known is None else known.replacements)
        return extended

    def is_media(self, name: str) -> bool:
        """Say whether a member is one of the new pictures."""
        return name in self._headers

    @staticmethod
    def others(unaccounted: Sequence[Unaccounted]) -> list[Unaccounted]:
        """Return ``unaccounted`` without the members that were added, all of which are accounted for."""
        return [each for each in unaccounted if each.what != "member_added"]

    def _add(
        self, part: str, edits: Sequence[Edit], gone: Sequence[Edit], others: dict[str, PlacedPart]
    ) -> None:
        """Have ``edits`` made in a part, and nothing in what is ``gone``."""
        story = self._stories.named(part)
        known = others[part].edits if story is None else story.edits
        made = [*without(known, gone), *edits, *gone]
        if story is None:
            others[part] = others[part]._replace(edits=made)
        else:
            story.edits = made

    def _reader(self, part: str) -> BoxReader:
        content = self._stories.package.read(part)
        return BoxReader(parse_part(content, part), recoded(content, encoding_of(content, part)))

    def _source(self, entry: _Entry) -> str:
        if isinstance(entry, PlaceReplacement):
            return self._actual(entry.part)
        part = self._stories.part_of(entry.paragraph_path)
        if part is None:
            raise Misfit
        return self._actual(part)

    def _actual(self, name: str) -> str:
        """Return the name of a part of the template as it is stored."""
        known = self._names.get(name.lower())
        if known is None:
            raise Misfit
        return known

    def _is_strict(self, part: str) -> bool:
        root = self._stories.parts.root(part)
        return root is not None and str(root.tag).startswith("{" + _STRICT_WORDS)

    def _declare(self, name: str, content_type: str) -> None:
        """Have a content type stated for a new part: for its extension if no other part has that."""
        extension = _extension(name)
        is_first = extension not in self._extensions
        self._extensions.add(extension)
        known = self._declared.get(extension) or self._template.content_types.of(name)
        if known.lower() == content_type.lower():
            return
        stated: _Element = (OVERRIDE, {"PartName": f"/{name}", "ContentType": content_type})
        if is_first and not known:
            stated = DEFAULT, {"Extension": extension, "ContentType": content_type}
            self._declared[extension] = content_type
        self._elements.setdefault(self._actual(CONTENT_TYPES_PART), []).append(stated)

    def _relate(self, source: str, target: str) -> None:
        """Have a relationship from ``source`` to ``target``, once."""
        if (source, target) in self._relationships:
            return
        name = relationships_part(source)
        if name.lower() in self._names:
            name = self._names[name.lower()]
        elif name not in self._new:
            self._declare(name, _RELATIONSHIPS_TYPE)
            self._new.append(name)
        if source not in self._ids:
            self._ids[source] = {each.id for each in self._template.relationships(source)}
        ids = self._ids[source]
        number = len(ids) + 1
        while f"rId{number}" in ids:
            number += 1
        ids.add(f"rId{number}")
        self._relationships[source, target] = f"rId{number}"
        kind = (REL_STRICT if self._is_strict(source) else REL_TRANSITIONAL) + "/image"
        path = posixpath.relpath(f"/{target}", posixpath.dirname(f"/{source}"))
        attributes = {"Id": f"rId{number}", "Type": kind, "Target": path}
        self._elements.setdefault(name, []).append((RELATIONSHIP, attributes))


_STRICT_WORDS = "http://purl.oclc.org/ooxml/wordprocessingml/main"


def _headers(claims: Claims, added: Sequence[AddedMember]) -> dict[str, PictureHeader]:
    """Return the headers of the pictures that were added; each has the logged digest, no two the same."""
    contents = {each.record.name: each for each in added}
    headers: dict[str, PictureHeader] = {}
    for name, digest in claims.media:
        match = re.fullmatch(_NAME, name)
        member = contents.get(name)
        if match is None or member is None or not member.is_as_written or sha256(member.content) != digest:
            raise Misfit
        try:
            headers[name] = read_picture_header(member.content)
        except BadPicture:
            raise Misfit from None
        if headers[name].kind != match[1]:
            raise Misfit
    if len({digest for _, digest in claims.media}) != len(claims.media):
        raise Misfit
    return headers


def _pictures(claims: Claims) -> Iterator[tuple[_Entry, Picture]]:
    """Yield the entries that put pictures somewhere, in the order of the log."""
    entries: list[_Entry] = [*claims.replacements, *claims.places]
    for entry in sorted(entries, key=_place):
        if entry.picture is not None:
            yield entry, entry.picture


_place = attrgetter("place")


def _refuse_given(entries: Sequence[PlaceReplacement]) -> None:
    """Raise ``Misfit`` unless the tags of a box need no value, and none is claimed."""
    tags = [picture_tag(_inner(entry.original_text)) for entry in entries]
    if any(tag is None or not tag.is_optional for tag in tags) or any(each.new_text for each in entries):
        raise Misfit


def _inner(original: str) -> str:
    """Return what stands in the brackets of a placeholder, without characters that are ignored there."""
    return without_ignored(original[1:-1])


def _extension(name: str) -> str:
    return name.lower().rpartition(".")[2]
