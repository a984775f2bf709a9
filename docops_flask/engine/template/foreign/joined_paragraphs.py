"""Blocks over several paragraphs whose ends another tool treats otherwise than ours."""

from docops_flask.engine.template.foreign.pairs import Block, Placed
from docops_flask.engine.template.foreign.tag import Meant
from docops_flask.engine.template.foreign.tools import DOCXTEMPLATER, DOCXTPL, POI_TL, Tool


def note_paragraphs(block: Block, end: Placed, tool: Tool) -> None:
    """Note what is to be checked of the text beside the tags of a block."""
    start = block.start
    if start.place is end.place or start.place.cell != end.place.cell:
        return
    doubt = _doubt(block, end, tool)
    if doubt == "stands_once" or not start.doubt:
        start.doubt = doubt or start.doubt


def _doubt(block: Block, end: Placed, tool: Tool) -> str:
    start = block.start
    is_list = block.meant is Meant.EACH
    begins, ends = bool(start.text_behind.strip()), bool(end.text_before.strip())
    if is_list and tool.name == POI_TL and (begins or ends):
        return "stands_once"
    if is_list and begins and ends:
        return "runs_on"
    has_else = any(each.tag.meant is Meant.ELSE for each in block.dividers)
    is_between = bool(start.text_before.strip()) and bool(end.text_behind.strip())
    joins = tool.name in (DOCXTPL, DOCXTEMPLATER) and not has_else and is_between
    return "joins_around" if joins else ""
