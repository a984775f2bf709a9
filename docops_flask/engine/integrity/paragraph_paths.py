"""From the paragraphs of a part to their addresses: for a report of what is wrong, never for a verdict."""

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import cells_of, children_of, note_number
from docops_flask.engine.integrity.flow import Flow
from docops_flask.engine.integrity.template_parts import TemplateParts
from docops_flask.engine.integrity.text_boxes import find_text_boxes, notes_in


def paragraph_paths(parts: TemplateParts) -> dict[_Element, str]:
    """Return the addresses of the paragraphs of all stories, those in text boxes too."""
    paths: dict[_Element, str] = {}
    flows = {story.prefix: parts.flow_of(story) for story in parts.stories()}
    for prefix, flow in flows.items():
        if flow is None:
            continue
        notes = notes_in(flow)
        for note in notes:
            _add_paths(note, f"{prefix}n{note_number(note.element, note.names)}.", paths)
        if not notes:
            _add_paths(flow, prefix, paths)
    boxes = find_text_boxes([flow for flow in flows.values() if flow is not None])
    for prefix, found in boxes.items():
        for box in found:
            _add_paths(box, prefix, paths)
    return paths


def _add_paths(flow: Flow, prefix: str, paths: dict[_Element, str]) -> None:
    for number, paragraph in enumerate(flow.paragraphs()):
        paths[paragraph] = f"{prefix}p{number}"
    names = flow.names
    for table_number, table in enumerate(flow.tables()):
        for row_number, row in enumerate(children_of(table, names.tr, names)):
            for column, cell in cells_of(row, names).items():
                place = f"{prefix}t{table_number}.r{row_number}.c{column}."
                _add_paths(flow.inner(cell), place, paths)
