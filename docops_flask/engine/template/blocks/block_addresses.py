"""Addresses in the template of what a block covers, and of control paragraphs and rows that go with it."""

from bisect import bisect_left
from collections.abc import Mapping

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.template.blocks.found_blocks import FoundBlock
from docops_flask.engine.template.blocks.pieces import piece_path
from docops_flask.engine.template.blocks.template_structure import PartStructure


def covered_by(found: FoundBlock, places: Mapping[int, ParagraphPlace]) -> tuple[str, str]:
    """Return the addresses of the first and the last piece of a block in the template."""
    first = last = found.start.place.path
    if found.pieces:
        first = piece_path(found.pieces[0], places) or first
        last = piece_path(found.pieces[-1], places) or first
    return first, last


def vanished_of(
    structure: PartStructure, places: Mapping[int, ParagraphPlace]
) -> dict[int, list[tuple[str, str]]]:
    """Return the control paragraphs and rows by the number of the first block with a tag in them."""
    owners = {id(site): block.number for block in structure.blocks for site in block.sites}
    firsts = [site.first for site in structure.cuts]
    found: dict[int, list[tuple[str, str]]] = {}
    for piece, reason, is_emptied in structure.vanished:
        sites = structure.cuts[bisect_left(firsts, piece.start) : bisect_left(firsts, piece.end)]
        numbers = [owners[id(site)] for site in sites if id(site) in owners]
        path = piece_path(piece, places)
        if numbers and path is not None and not is_emptied:
            found.setdefault(min(numbers), []).append((path, reason))
    return found
