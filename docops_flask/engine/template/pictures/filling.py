"""Puts pictures where their tags stand: in paragraphs, and in the boxes of pictures of the template."""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import NamedTuple

from docops_flask.engine.artefacts import OutputBudget
from docops_flask.engine.document.document import Document, ParagraphPlace
from docops_flask.engine.document.edits import Edit, ReplaceText
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.opc.additions import Additions, PartChanges
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.formats.table import CODES, code_format
from docops_flask.engine.template.grammar import Found, Kind
from docops_flask.engine.template.pictures.boxes import Span, edits_of
from docops_flask.engine.template.pictures.columns import EMU_PER_TWIP, ColumnWidths
from docops_flask.engine.template.pictures.drawing import (
    STRICT,
    inline_drawing,
    is_strict_part,
    nameless_properties,
    numbered,
)
from docops_flask.engine.template.pictures.given import GivenPicture, GivenPictures
from docops_flask.engine.template.pictures.media_parts import MediaPart, MediaParts
from docops_flask.engine.template.pictures.sizes import Extent, fitted, natural_size, size_of_tag
from docops_flask.engine.template.pictures.tags_of_boxes import tags_of_boxes
from docops_flask.engine.template.places.found import PlaceScan
from docops_flask.engine.template.tag_kinds import Tag, TagKind
from docops_flask.engine.template.tags import read_tag
from docops_flask.engine.template.text_splices import Value, drawn_value


class CodeShape(NamedTuple):
    """The shape of a code: qr or code128, its width and height in modules, its outlines as text."""

    kind: str
    columns: int
    rows: int
    outlines: str


class ShownPicture(NamedTuple):
    """A picture as it is put somewhere: its part, its size, its alternative text, what to know of it.

    A code has no part, but a shape.
    """

    part: str
    extent: Extent
    alt: str
    note: str | None = None
    code: CodeShape | None = None


class PictureFilling:
    """The pictures of one rendering, put into ``document``.

    ``shown`` are those put somewhere, by the address of the text and the first character of the tag there.
    """

    def __init__(
        self,
        package: Package,
        document: Document,
        limits: Limits,
        given: GivenPictures,
        keys: Mapping[str, str],
    ) -> None:
        """``keys`` are the paths of values by what stands in the tags, without copies."""
        self.shown: dict[tuple[str, int], ShownPicture] = {}
        self._given = given
        self._keys = keys
        self._media = MediaParts(package, limits)
        self._widths = ColumnWidths(document)
        self._cascade = Cascade(document.styles, document.related)
        # What the markup of codes takes.
        self._budget = OutputBudget(limits.output_bytes)

    @property
    def media(self) -> Sequence[MediaPart]:
        """The parts that were added, in the order of their first use."""
        return list(self._media.added.values())

    @property
    def additions(self) -> Additions:
        """What takes the parts that are added."""
        return self._media.additions

    def values_in(
        self, place: ParagraphPlace, found: Sequence[Found], texts: Mapping[str, str]
    ) -> dict[str, Value]:
        """Return what is drawn in a paragraph, by the names of its tags: pictures, and ``texts`` as codes."""
        values: dict[str, Value] = {}
        for each in found:
            known = self._picture(place, each)
            if known is None:
                drawn = self._code(place, each, texts)
                if drawn is not None:
                    values[each.name] = drawn
                continue
            picture, path = known
            part = self._media.part_of(picture.media, path)
            extent = self._extent(place, picture, each.name)
            is_strict = place.part.text.namespace == STRICT
            relationship = self._media.relationship(place.part.name, part, is_strict=is_strict)
            note = self._note(place, extent)
            self.shown[place.path, each.start] = ShownPicture(part.name, extent, picture.alt, note)
            values[each.name] = _drawn(extent, relationship, picture.alt, is_strict)
        return values

    def _code(self, place: ParagraphPlace, found: Found, texts: Mapping[str, str]) -> Value | None:
        """Return the code that a tag's text is drawn as, ``None`` for other tags and without a text.

        Raises ``TemplateLimitExceeded`` (``output_bytes``).
        """
        tag, text = _tag(found.name), texts.get(found.name)
        written = None if tag is None else code_format(tag.formats)
        is_drawn = found.kind is Kind.PLACEHOLDER and text is not None and text.strip()
        if tag is None or written is None or text is None or not is_drawn:
            return None
        # Imported here: few templates have codes.
        from docops_flask.engine.template.codes.code_drawing import code_drawing, written_outlines
        from docops_flask.engine.template.codes.coding import code_of
        from docops_flask.engine.template.codes.outlines import outlines

        kind = CODES[written.name]
        code = code_of(kind, written.argument, text)
        width, height = (None, None) if tag.size is None else tag.size
        column = self._widths.of(place) if width is None else None
        extent = Extent(*code.extent(width, height, column))
        corners, box = outlines(code.symbol), (code.symbol.columns, len(code.symbol.rows))
        notes = filter(None, (code.note(extent.width), self._note(place, extent)))
        shape = CodeShape(kind, *box, written_outlines(corners))
        shown = ShownPicture("", extent, text, "; ".join(notes) or None, shape)
        self.shown[place.path, found.start] = shown
        is_strict = place.part.text.namespace == STRICT
        properties = nameless_properties(text)

        def drawing(prefix: bytes) -> bytes:
            return code_drawing(prefix, extent, box, corners, properties, is_strict=is_strict)

        self._budget.spend(len(drawing(b"w:")))
        return drawn_value(drawing)

    def _picture(self, place: ParagraphPlace | str, found: Found) -> tuple[GivenPicture, str] | None:
        """Return the picture that is put where ``found`` is, and the JSON path of its value."""
        if found.kind is not Kind.PLACEHOLDER:
            return None
        copied = self._given.of_copies.get((place, found.name))
        picture = self._given.given.get(found.name)
        return copied if picture is None else (picture, f"$.{self._keys[found.name]}")

    def _extent(self, place: ParagraphPlace, picture: GivenPicture, name: str) -> Extent:
        tag = _tag(name)
        size = None if tag is None else tag.size
        column = self._widths.of(place) if size is None else None
        return size_of_tag(picture.media.header, size, column)

    def _note(self, place: ParagraphPlace, extent: Extent) -> str | None:
        """Say so where lines of an exact height cut a picture off (17.3.1.33)."""
        values = self._cascade.of_paragraph(place)
        line = values.line.value
        if values.line_rule.value != "exact" or line is None or line * EMU_PER_TWIP >= extent.height:
            return None
        return (
            f"the lines of its paragraph are exactly {line / 20:g} pt high, so Word cuts the picture off; "
            "set the paragraph's line spacing to single or at least"
        )

    def alternative_texts(self, places: PlaceScan) -> dict[str, str]:
        """Return the alternative texts of the pictures whose tags stand in ``places``, by their names.

        That of one that is not given and need not be is empty. Check boxes in copies come with them.
        """
        texts = dict(self._given.boxes)
        for place, found in places.all_found():
            known = self._picture(place.path, found)
            if known is not None:
                texts[found.name] = known[0].alt
            elif _is_optional(found.name):
                texts[found.name] = ""
        return texts

    def fill_boxes(self, places: PlaceScan, names: Mapping[str, str], edits: Sequence[Edit]) -> list[Edit]:
        """Return ``edits`` of ``places`` and those that put pictures into the boxes whose tags these are.

        A box whose tag is one of ``names``, those that are filled, and has no picture goes.
        """
        more: list[Edit] = []
        gone: dict[str, list[Span]] = {}
        for place, found, boxes, box in tags_of_boxes(places):
            known = self._picture(place.path, found)
            if known is not None:
                picture, path = known
                is_strict = is_strict_part(place.part.content)
                part = self._media.part_of(picture.media, path)
                relationship = self._media.relationship(place.part.name, part, is_strict=is_strict)
                natural = natural_size(picture.media.header)
                why = ReplaceText(place.path, found.start)
                more += edits_of(box, boxes.part, relationship, natural, why)
                shown = ShownPicture(part.name, fitted(natural, box.extent), picture.alt)
                self.shown[place.path, found.start] = shown
            elif found.name in names:
                more.append(Edit(place.part, *box.holder, b"", ReplaceText(place.path, found.start)))
                gone.setdefault(place.part.name, []).append(box.holder)
        for spans in gone.values():
            spans.sort()
        return [*(each for each in edits if not _is_gone(each, gone.get(each.part.name, ()))), *more]

    def finish(self, edits: Sequence[Edit]) -> list[Edit]:
        """Return ``edits`` with the ids of all drawings that they put in."""
        return numbered(edits)

    def parts(self, changed: Mapping[str, bytes]) -> PartChanges:
        """Return the parts that change, ``changed`` among them, and those that are added."""
        return self._media.additions.finish(changed)


def _drawn(extent: Extent, relationship: str, alt: str, is_strict: bool) -> Value:
    return drawn_value(lambda prefix: inline_drawing(prefix, extent, relationship, alt, is_strict=is_strict))


def _is_gone(edit: Edit, gone: Sequence[Span]) -> bool:
    """Say whether an edit lies in one of the spans ``gone``, which are in order."""
    number = bisect_right(gone, edit.start, key=attrgetter("start")) - 1
    return number >= 0 and edit.start < gone[number].end


def _tag(name: str) -> Tag | None:
    """Return the tag that goes by ``name``; in copies something may stand behind what is in its brackets."""
    tag = read_tag(name.partition("\0")[0])
    return tag if isinstance(tag, Tag) else None


def _is_optional(name: str) -> bool:
    tag = _tag(name)
    return tag is not None and tag.kind is TagKind.PICTURE and tag.is_optional
