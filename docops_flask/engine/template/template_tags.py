"""The tags of a template with blocks, by the bytes at which they begin: what their copies are led back to."""

from collections.abc import Iterator, Mapping, Sequence

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.inline_scan import BracketedInline
from docops_flask.engine.template.scan import BracketedParagraph
from docops_flask.engine.template.tag_bytes import byte_of, offset_in
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tag_meaning import Detail, TagMeanings, name_in_log
from docops_flask.engine.template.tags import read_tag


class TemplateTag:
    """A tag of the template that is filled or told of, with its place there.

    ``tag`` is ``None`` where the text cannot be read as one; ``name`` is its path as the replace log has it.
    ``key`` is its name where it asks for a member of an item, as it is, ``None`` for any other.
    It stands in the paragraph ``place`` or in a text inside it, at ``path``; ``mirrored_at`` are the same
    texts in other branches of an mc:AlternateContent. ``text`` is all of the text around it.
    """

    __slots__ = (
        "detail", "found", "key", "mirrored_at", "name", "path", "place", "run_id", "run_index", "tag",
        "text",
    )  # fmt: skip

    def __init__(  # noqa: PLR0917, all of it is told of a tag
        self,
        found: Found,
        place: ParagraphPlace,
        path: str,
        text: str,
        run_id: str | None,
        mirrored_at: tuple[str, ...],
    ) -> None:
        tag = read_tag(found.name)
        self.found = found
        self.tag = tag if isinstance(tag, Tag) else None
        self.name = name_in_log(found.name)
        self.key = None if self.tag is None else _plain_key(self.tag)
        self.place = place
        self.path = path
        self.text = text
        self.run_id = run_id
        self.run_index = -1
        self.mirrored_at = mirrored_at
        self.detail: Detail | None = None

    @property
    def original(self) -> str:
        """The tag as it is written."""
        return self.text[self.found.start : self.found.end]


def _plain_key(tag: Tag) -> str | None:
    path = tag.path
    if tag.kind is not TagKind.FIELD or tag.formats or path is None or path.up or path.is_root:
        return None
    return path.names[0] if len(path.names) == 1 else None


def tags_by_byte(meanings: TagMeanings) -> dict[str, dict[int, TemplateTag]]:
    """Return the tags of the paragraphs of a template by name of the part and first byte."""
    found: dict[str, dict[int, TemplateTag]] = {}
    for paragraph in meanings.scan.paragraphs:
        tags = found.setdefault(paragraph.place.part.name, {})
        for at, tag in _own(paragraph, paragraph.place):
            tag.detail = meanings.details.get((tag.place, tag.found.start))
            tags[at] = tag
        # In the result they may be paragraphs of their own.
        for mirror in paragraph.place.mirrors:
            tags.update(_own(paragraph, mirror))
        for text in paragraph.inline:
            tags.update(_inside(paragraph.place, text))
    return found


def faulty_tags(
    meanings: TagMeanings, by_byte: Mapping[str, Mapping[int, TemplateTag]]
) -> Sequence[TemplateTag]:
    """Return the tags in paragraphs that are not filled, in the order of the template.

    ``by_byte`` has all of them. Mirrors in other branches of mc:AlternateContent are left out.
    """
    found: list[TemplateTag] = []
    for paragraph in meanings.scan.paragraphs:
        tags = by_byte[paragraph.place.part.name]
        found += (
            tags[paragraph.place.position(offset)]
            for each, offset in zip(paragraph.found, offsets_of(paragraph), strict=True)
            if each.kind is not Kind.PLACEHOLDER
        )
        found += (
            tags[byte_of(text.text, each.found.start)]
            for text in paragraph.inline
            for each in text.found
            if each.found.kind is not Kind.PLACEHOLDER
        )
    return found


def _own(paragraph: BracketedParagraph, place: ParagraphPlace) -> Iterator[tuple[int, TemplateTag]]:
    """Yield the tags of a paragraph's own text as they stand in ``place``: it, or a mirror of it."""
    reading, mirrors = place.reading, tuple([mirror.path for mirror in place.mirrors])
    for found in paragraph.found:
        index = reading.piece_at(found.start).shown.run_index
        tag = TemplateTag(found, place, place.path, reading.text, f"{place.path}:r{index}", mirrors)
        tag.run_index = index
        yield place.position(offset_in(reading, found.start)), tag


def _inside(place: ParagraphPlace, bracketed: BracketedInline) -> Iterator[tuple[int, TemplateTag]]:
    text = bracketed.text
    mirrors = tuple([mirror.address for mirror in bracketed.mirrors])
    for found, _ in bracketed.found:
        run_id = text.run_id(found.start)
        yield (
            byte_of(text, found.start),
            TemplateTag(found, place, text.address, text.reading.text, run_id, mirrors),
        )


def offsets_of(paragraph: BracketedParagraph) -> Sequence[int]:
    """Return where the tags of a paragraph's own text begin in its own bytes."""
    reading = paragraph.place.reading
    return [offset_in(reading, found.start) for found in paragraph.found]
