"""Whether copies of a row or paragraph look alike wherever they stand, and none of them can be cut off."""

from docops_flask.engine.checks.layout_warnings import is_suspicious, styles_have_frames
from docops_flask.engine.document.document import Document, StoryKind, TablePlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.template.template_tags import TemplateTag

_STORIES = (StoryKind.BODY, StoryKind.HEADER, StoryKind.FOOTER)


class Alike:
    """Says it of the tags of a template, whose copies are checked as one then."""

    def __init__(self, document: Document, cascade: Cascade) -> None:
        self._document = document
        self._cascade = cascade
        self._framed: bool | None = None
        self._tables: dict[TablePlace, bool] = {}

    def __call__(self, tag: TemplateTag) -> bool:
        """Say whether the copies of ``tag`` look alike: bands of a table style would make them differ.

        A cell or frame of a stated size may cut some of them off.
        """
        place = tag.place
        if self._framed is None:
            self._framed = styles_have_frames(self._document)
        if self._framed or place.story not in _STORIES:
            return False
        if place.cell is None:
            return True
        table = place.cell.table
        if table not in self._tables:
            self._tables[table] = not (table.depth or is_suspicious(table) or self._has_parts(table))
        return self._tables[table]

    def _has_parts(self, table: TablePlace) -> bool:
        """Say whether the style of a table has properties for parts of it, such as bands of rows."""
        w, properties = table.part.w, table.properties
        style = None if properties is None else properties.find(w.tblStyle)
        style_id = None if style is None else style.get(w.val)
        return bool(self._cascade.styles.table_style(style_id).conditional)
