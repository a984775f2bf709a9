"""The blocks of a template as inspect shows them (docs/contract.md, member ``structure``)."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pairing import PlacedTag
from docops_flask.engine.template.blocks.pieces import Piece, PieceKind, piece_path
from docops_flask.engine.template.blocks.tag_sites import TagSite
from docops_flask.engine.template.blocks.template_structure import PartStructure, Structure
from docops_flask.engine.template.tag_kinds import TagKind


def structure_as_list(structure: Structure) -> list[dict[str, Any]]:
    """Return the blocks outside others, in document order, each with those inside it."""
    found = []
    for part in structure.parts:
        places = {place.start: place for place in part.part.paragraphs}
        rows: dict[int, list[FoundBlock]] = {}
        for block in part.blocks:
            if block.crosses and block.original is not None and not block.original.is_mirror:
                # Of repeated columns those in rows that have a list for them; else what lies in them.
                own = [block] if block.has_own_list else block.children
                rows.setdefault(id(block.parent), []).extend(own)
        found += [_block(block, places, rows) for block in part.blocks if _is_outermost(block)]
    return found


def blocks_in_one_cell(structure: Structure) -> list[FoundBlock]:
    """Return the blocks in one cell of a table whose extent is not written: it may be meant to be the row."""
    return [
        block
        for part in structure.parts
        for block in part.blocks
        if block.start.tag.extent is None
        and not block.is_picture
        and block.extent in ("inline", "paragraphs")
        and _cell(part, block.start) is not None
        and _cell(part, block.start) is _cell(part, block.end)
    ]


def _cell(part: PartStructure, site: TagSite) -> Piece | None:
    return part.pieces.paragraphs[site.place.start].around(PieceKind.CELL)


def _is_outermost(block: FoundBlock) -> bool:
    is_in_part = block.parent is not None and block.parent.story.part is block.story.part
    return not is_in_part and not block.is_mirror and not block.is_picture


def _block(
    block: FoundBlock, places: Mapping[int, ParagraphPlace], rows: Mapping[int, Sequence[FoundBlock]]
) -> dict[str, Any]:
    """Return what inspect says of a block; ``rows`` are columns in a block of rows, by its identity."""
    inside = [*block.children, *rows.get(id(block), ())]
    inside += (each for one in block.slices if not one.crosses for each in one.children)
    first = last = block.start.place.path
    if block.pieces:
        first = piece_path(block.pieces[0], places) or first
        last = piece_path(block.pieces[-1], places) or first
    return {
        "kind": block.kind,
        "name": block.name,
        "extent": block.extent,
        "place": run_of(block.start),
        "end_place": run_of(block.end),
        "from": first,
        "to": last,
        "fields": _fields((*block.block.main, *block.block.gap, *block.block.other)),
        "inside": [
            _block(each, places, rows)
            for each in sorted(inside, key=lambda child: child.start.first)
            if not each.is_mirror or each.is_slice
        ],
    }


def run_of(site: TagSite) -> str:
    """Return the address of the run that a tag begins in."""
    return site.place.run(site.place.reading.piece_at(site.start).shown.run_index).run_id


def _fields(nodes: Iterable[object]) -> list[str]:
    """Return the paths of the fields among ``nodes``, each once."""
    paths = (
        str(node.tag.path)
        for node in nodes
        if isinstance(node, PlacedTag) and node.tag.kind is TagKind.FIELD and node.tag.path is not None
    )
    return list(dict.fromkeys(paths))
