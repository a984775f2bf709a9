"""Rewrites the tags of another tool in a document: which bytes give way to which, and what is left."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import NamedTuple

from docops_flask.engine.document.document import Document, ParagraphPlace
from docops_flask.engine.document.edits import Edit, ReplaceText, edits_at, written_parts
from docops_flask.engine.document.language import language_of
from docops_flask.engine.opc.package import Package
from docops_flask.engine.template.foreign.brackets import bracketed_tags
from docops_flask.engine.template.foreign.columns import MovedCells, find_columns, moved_cells
from docops_flask.engine.template.foreign.elsewhere import TagElsewhere, tags_elsewhere
from docops_flask.engine.template.foreign.jinja_names import names_set
from docops_flask.engine.template.foreign.merge_fields import merge_fields
from docops_flask.engine.template.foreign.pairs import Found, Paired, Placed, paired
from docops_flask.engine.template.foreign.rewriting import Rewriting
from docops_flask.engine.template.foreign.scopes import WORDS
from docops_flask.engine.template.foreign.tag import Meant
from docops_flask.engine.template.foreign.tools import DOCXTPL, MAILMERGE, Tool, tags_of
from docops_flask.engine.template.grammar import Found as FoundText
from docops_flask.engine.template.grammar import Kind
from docops_flask.engine.template.text_splices import fill_paragraph, value_of

# Tags, by address and first character, that must be left, each with what is wrong with it.
Refused = Mapping[tuple[str, int], str]


class ConvertedTag(NamedTuple):
    """A foreign tag: where it stood, what it was, what it became (``None`` for one that is left).

    ``reason`` is a key of ``REASONS``, "" for one that was rewritten, ``name`` the name or fault in it;
    ``doubt`` is a key of ``DOUBTS`` or "".
    """

    paragraph_path: str
    start: int
    text: str
    new: str | None
    reason: str
    name: str
    doubt: str


class BracketedText(NamedTuple):
    """A text in brackets: the address of its paragraph and the text."""

    paragraph_path: str
    text: str


class Rewritten(NamedTuple):
    """A rewritten document: its parts that changed, its tags, the names that differ by the foreign ones.

    ``texts`` are what the paragraphs that changed read now, by address; ``brackets`` are texts of the
    template that are no tags of the other tool and are tags of ours, ``dropped`` the paragraphs that are
    there no more, ``added`` the tags that stand for none of the other tool.
    """

    parts: Mapping[str, bytes]
    texts: Mapping[str, str]
    tags: Sequence[ConvertedTag]
    renamed: Mapping[str, str]
    brackets: Sequence[BracketedText]
    dropped: Set[str]
    added: Sequence[ConvertedTag]


def rewrite_document(document: Document, package: Package, tool: Tool, refused: Refused) -> Rewritten:
    """Rewrite the tags of ``tool`` in ``document``; those in ``refused`` are left."""
    places = document.walk.paragraphs
    found = tags_of(tool, places)
    tags = paired(found)
    columns = find_columns(tags, places) if tool.name == DOCXTPL else []
    rewriting = Rewriting(
        tags,
        WORDS[language_of(document)],
        tool,
        places=places,
        refused=refused,
        local_names=_local_names(tool, found),
    )
    rewriting.rewrite()
    moved = moved_cells(columns)
    edits, texts = _edits_of_paragraphs(tags, tool, moved)
    told = [_told(placed) for placed in tags.tags]
    has_lists = any(block.meant is Meant.EACH for block in tags.blocks)
    elsewhere = list(tags_elsewhere(document, package, tool, has_lists=has_lists))
    edits += [*moved.edits, *(each.edit for each in elsewhere if each.edit is not None)]
    converted = [*(tag for tag in told if tag.text), *map(_told_elsewhere, elsewhere)]
    written = [tag.new for tag in converted if tag.new is not None]
    return Rewritten(
        written_parts(edits),
        texts,
        converted,
        rewriting.renaming.renamed,
        [BracketedText(place.path, text) for place, text in bracketed_tags(places, written)],
        moved.dropped,
        [tag for tag in told if not tag.text],
    )


def _local_names(tool: Tool, found: Sequence[Found]) -> frozenset[str]:
    """Return the names that statements of the template give values of their own."""
    if tool.name != DOCXTPL:
        return frozenset()
    return frozenset().union(*(names_set(each.place.reading.text) for each in found))


def _edits_of_paragraphs(tags: Paired, tool: Tool, moved: MovedCells) -> tuple[list[Edit], dict[str, str]]:
    """Return the edits of paragraphs, and what those that change read then."""
    by_place: dict[ParagraphPlace, list[Placed]] = {}
    for placed in tags.tags:
        by_place.setdefault(placed.place, []).append(placed)
    edits: list[Edit] = []
    texts: dict[str, str] = {}
    for place, of_place in by_place.items():
        replaced = _replaced(of_place)
        if place.path in moved.moved:
            texts[place.path] = "".join(placed.new or "" for placed in of_place)
        elif replaced and place.path not in moved.dropped:
            texts[place.path] = _text_with(place.reading.text, replaced)
            edits += _edits(place, of_place, replaced, tool)
    return edits, texts


class _Replaced(NamedTuple):
    """Characters ``start``:``end`` of a paragraph's text give way to ``new``."""

    start: int
    end: int
    new: str


def _replaced(of_place: Sequence[Placed]) -> list[_Replaced]:
    """Return what changes in a paragraph; what is added beside a tag is one with it."""
    found: list[_Replaced] = []
    pending = ""
    for placed in of_place:
        start, end, new = placed.tag.start, placed.tag.end, placed.new
        if start < end:
            found.append(_Replaced(start, end, pending + (placed.written if new is None else new)))
            pending = ""
        elif new is not None and found and found[-1].end == start:
            found[-1] = found[-1]._replace(new=found[-1].new + new)
        elif new is not None:
            # The tag that it is added to follows.
            pending += new
    text = of_place[0].place.reading.text
    return [each for each in found if each.new != text[each.start : each.end]]


def _text_with(text: str, replaced: Sequence[_Replaced]) -> str:
    pieces: list[str] = []
    at = 0
    for start, end, new in replaced:
        pieces += (text[at:start], new)
        at = end
    return "".join((*pieces, text[at:]))


def _edits(
    place: ParagraphPlace, of_place: Sequence[Placed], replaced: Sequence[_Replaced], tool: Tool
) -> Iterator[Edit]:
    taken = {placed.tag.cuts for placed in of_place if placed.new is not None and placed.tag.cuts}
    numbers = (
        [number for number, field in enumerate(merge_fields(place)) if field.cuts in taken] if taken else []
    )
    for each in (place, *place.mirrors):
        reading = each.reading
        wanted = [
            (FoundText(Kind.PLACEHOLDER, start, end, str(number)), reading.piece_at(start))
            for number, (start, end, _) in enumerate(replaced)
        ]
        values = {str(number): value_of(new) for number, (_, _, new) in enumerate(replaced)}
        for start, splices in fill_paragraph(reading, wanted, values).by_placeholder:
            yield from edits_at(each, splices, ReplaceText(each.path, start))
        if numbers and tool.name == MAILMERGE:
            fields = merge_fields(each)
            for number in numbers:
                if number < len(fields):
                    at = fields[number].start
                    yield from edits_at(each, fields[number].cuts, ReplaceText(each.path, at))


def _told(placed: Placed) -> ConvertedTag:
    tag, new = placed.tag, placed.new
    doubt = placed.doubt if new is not None else ""
    reason = "" if new is not None else placed.why
    text = placed.written or tag.text
    return ConvertedTag(placed.place.path, tag.start, text, new, reason, placed.proposed, doubt)


def _told_elsewhere(tag: TagElsewhere) -> ConvertedTag:
    return ConvertedTag(tag.place, 0, tag.text, tag.new, "place" if tag.new is None else "", "", "")
