"""The parts of a block: what is repeated, what stands between copies, what stands where there is none."""

from collections.abc import Iterator, Sequence

from docops_flask.engine.document.document import ParagraphPlace, StoryPart
from docops_flask.engine.template.blocks.control_pieces import ControlPieces
from docops_flask.engine.template.blocks.copied_notes import References
from docops_flask.engine.template.blocks.extents import Range
from docops_flask.engine.template.blocks.found_blocks import Fault, FoundBlock, Part
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind, Pieces
from docops_flask.engine.template.blocks.run_cuts import Cut, RunCuts, is_field_balanced, unrepeatable_object

_ELEMENTS = {b"hyperlink": "a link", b"ins": "a tracked change", b"sdtContent": "a content control"}


def fault_of_range(
    block: FoundBlock,
    covered: Range,
    part: StoryPart,
    references: References,
    known: dict[ParagraphPlace, RunCuts],
) -> Fault | None:
    """Return what is wrong with what a block covers; ``known`` are as in ``cut_inline``."""
    start, end, content = block.start, block.end, part.text.content
    if covered.kind == "inline":
        fault = cut_inline(block, known)
        first, last = start.last, end.first
    else:
        first, last = covered.first.start, covered.last.end
        is_whole = is_field_balanced(content, first, last)
        fault = None if is_whole else Fault.of_site("BLOCK_CUTS_FIELD", start, end, "it cuts a field")
    if fault is None and block.block.opens_scope:
        named = unrepeatable_object(content, first, last)
        if named is None and references.has_unsound(part, first, last):
            named = "a note that something else refers to as well"
        if named is not None:
            fault = Fault.of_site("UNREPEATABLE_OBJECT", start, end, f"it holds {named}")
    return fault


def cut_inline(block: FoundBlock, known: dict[ParagraphPlace, RunCuts]) -> Fault | None:
    """Find where an inline block is cut out of its paragraph; ``known`` are cuts of paragraphs so far."""
    place = block.start.place
    cuts = known.get(place)
    if cuts is None:
        cuts = known[place] = RunCuts(place)
    found: list[Cut] = []
    for site in sorted(block.sites, key=lambda each: each.start):
        for cut in (cuts.before(site), cuts.behind(site)):
            if cut is None:
                return Fault.of_site("BLOCK_CUTS_ELEMENT", site, block.start, "it stands in no plain run")
            found.append(cut)
    first = found[0]
    for cut in found:
        is_moved = cut.parent != first.parent
        if cut.field != first.field or (is_moved and b"fldSimple" in (cut.name, first.name)):
            return Fault.of_site("BLOCK_CUTS_FIELD", block.start, block.end, "it cuts a field")
        if is_moved:
            named = _ELEMENTS.get(cut.name) or _ELEMENTS.get(first.name) or "an element"
            return Fault.of_site("BLOCK_CUTS_ELEMENT", block.start, block.end, f"it cuts {named}")
    block.before, block.behind = found[0], found[-1]
    block.first, block.last = found[0].at, found[-1].at
    parts = [
        Part(before.at, behind.at, before, behind)
        for before, behind in zip(found[1:-1:2], found[2:-1:2], strict=True)
    ]
    _give_parts(block, parts)
    return None


def spaces_of(block: FoundBlock) -> Iterator[int]:
    """Yield the bytes at which a text that an inline block cuts has to say that its blanks count."""
    parts = (each for each in (block.main, block.gap, block.other) if each is not None)
    for cut in (block.before, *(part.behind for part in parts)):
        if cut is not None and cut.space >= 0:
            yield cut.space


def divide(block: FoundBlock, all_pieces: Pieces, control: ControlPieces) -> Fault | None:
    """Find the parts of a block that covers elements."""
    if block.is_inline:
        return None
    pieces = [] if block.range is None else block.range.pieces
    first, last = 0, len(pieces)
    while first < last and control.goes(pieces[first]):
        first += 1
    while first < last and control.goes(pieces[last - 1]):
        last -= 1
    numbers = {id(piece): number for number, piece in enumerate(pieces)}
    bounds = [first]
    for site in block.dividers:
        piece: Piece | None = all_pieces.paragraphs[site.place.start]
        while piece is not None and id(piece) not in numbers:
            piece = piece.parent
        is_row = block.range is not None and block.range.kind == "rows"
        kind = PieceKind.ROW if is_row else PieceKind.PARAGRAPH
        if block.is_columns:
            return Fault.of_site("DIVIDER_NOT_ALONE", site, block.start, "columns have no other part")
        if piece is None or piece.kind is not kind or not control.is_divider(piece):
            return Fault.of_site(
                "DIVIDER_NOT_ALONE",
                site,
                block.start,
                f"it needs a {'row' if is_row else 'line'} of its own",
            )
        at = min(max(numbers[id(piece)], bounds[-1]), last)
        bounds += [at, max(min(numbers[id(piece)] + 1, last), at)]
    bounds.append(last)
    parts = []
    for begin, end in zip(bounds[::2], bounds[1::2], strict=True):
        if begin < end:
            parts.append(Part(pieces[begin].start, pieces[end - 1].end))
        else:
            at = pieces[begin - 1].end if begin > 0 else block.start.place.start
            parts.append(Part(at, at))
    block.pieces = pieces[first:last]
    block.leading, block.trailing = pieces[:first], pieces[last:]
    if block.pieces:
        block.first, block.last = block.pieces[0].start, block.pieces[-1].end
    else:
        piece = all_pieces.paragraphs[block.start.place.start]
        block.first = block.last = piece.end
        parts = [Part(piece.end, piece.end) for _ in parts]
    _give_parts(block, parts)
    return None


def _give_parts(block: FoundBlock, parts: Sequence[Part]) -> None:
    block.main = parts[0]
    following = iter(parts[1:])
    for site in block.dividers:
        if site is block.gap_tag:
            block.gap = next(following)
        else:
            block.other = next(following)
