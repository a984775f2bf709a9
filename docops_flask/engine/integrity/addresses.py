"""From an address (``p3``, ``header1/t0.r1.c2.p0``) to the paragraphs it names, in the template's stories.

The code that fills walks all stories and gives addresses out; here an address is followed down, step by step.
"""

import re
from collections.abc import Callable, Sequence
from functools import cache

from lxml.etree import _Element

from docops_flask.engine.integrity.blocks import cells_of, children_of
from docops_flask.engine.integrity.flow import Flow, Paragraph
from docops_flask.engine.integrity.stories import Story
from docops_flask.engine.integrity.text_boxes import find_text_boxes, notes_in

# Without leading zeros: every place has one address.
_NUMBER = "(0|[1-9][0-9]{0,8})"
_PARAGRAPH = re.compile(rf"(.*[./]|)p{_NUMBER}", re.DOTALL)
_CELL = re.compile(rf"(.*)\.c{_NUMBER}\.", re.DOTALL)
_ROW = re.compile(rf"(.*)\.r{_NUMBER}", re.DOTALL)
_TABLE = re.compile(rf"(.*[./]|)t{_NUMBER}", re.DOTALL)
# libxml2 reads 256 levels of elements; a table in a table takes three.
_MOST_NESTED = 85
_NOTE = re.compile(r"([^/]*/)n(.*)\.", re.DOTALL)
_NOTE_KINDS = ("footnotes", "endnotes")
_TEXT_BOX = "textbox"

StoryFlow = Callable[[Story], Flow | None]


class Addresses:
    """Follows addresses; ``flow_of`` gives the flow of a story's root, ``None`` where it holds no story.

    It is asked once for a story that an address leads into, for all when one leads to a text box.
    """

    def __init__(self, stories: Sequence[Story], flow_of: StoryFlow) -> None:
        self._stories = {story.prefix: story for story in stories if story.kind != "comments"}
        self._flow_of = flow_of
        # Thousands of addresses share their first steps.
        self._flows = cache(self._find_flows)
        self._rows = cache(self._find_rows)
        self._cells = cache(self._find_cells)
        self._text_boxes = cache(self._find_text_boxes)

    def paragraphs(self, path: str) -> list[Paragraph]:
        """Return the paragraphs that ``path`` names, in document order; none when it leads nowhere."""
        step = _PARAGRAPH.fullmatch(path)
        if step is None or path.count(".c") > _MOST_NESTED:
            return []
        number = int(step[2])
        return [
            Paragraph(flow.part, flow.paragraphs[number], flow.names)
            for flow in self._flows(step[1])
            if number < len(flow.paragraphs)
        ]

    def _find_flows(self, prefix: str) -> list[Flow]:
        """Return the flows whose paragraphs' addresses begin with ``prefix``."""
        if prefix in self._stories:
            story = self._stories[prefix]
            flow = self._flow_of(story)
            return [] if flow is None or story.kind in _NOTE_KINDS else [flow]
        if prefix.startswith(_TEXT_BOX) and prefix.endswith("/"):
            return self._text_boxes().get(prefix, [])
        found = []
        cell = _CELL.fullmatch(prefix)
        if cell is not None:
            column = int(cell[2])
            found = [flow.inner(cells[column]) for flow, cells in self._cells(cell[1]) if column in cells]
        return [*found, *self._notes(prefix)]

    def _notes(self, prefix: str) -> list[Flow]:
        note = _NOTE.fullmatch(prefix)
        story = self._stories.get(note[1]) if note is not None else None
        if note is None or story is None or story.kind not in _NOTE_KINDS:
            return []
        flow = self._flow_of(story)
        if flow is None:
            return []
        id_name = flow.names("id")
        return [each for each in notes_in(flow) if each.element.get(id_name, "") == note[2]]

    def _find_cells(self, row_path: str) -> list[tuple[Flow, dict[int, _Element]]]:
        step = _ROW.fullmatch(row_path)
        if step is None:
            return []
        number = int(step[2])
        return [
            (flow, cells_of(rows[number], flow.names))
            for flow, rows in self._rows(step[1])
            if number < len(rows)
        ]

    def _find_rows(self, table_path: str) -> list[tuple[Flow, list[_Element]]]:
        step = _TABLE.fullmatch(table_path)
        if step is None:
            return []
        number = int(step[2])
        return [
            (flow, children_of(flow.tables[number], flow.names.tr, flow.names))
            for flow in self._flows(step[1])
            if number < len(flow.tables)
        ]

    def _find_text_boxes(self) -> dict[str, list[Flow]]:
        flows = [self._flow_of(story) for story in self._stories.values()]
        return find_text_boxes([flow for flow in flows if flow is not None])
