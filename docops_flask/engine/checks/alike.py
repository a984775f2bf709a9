"""Whether copies of a row or paragraph look alike wherever they stand, and none of them can be cut off."""

from collections.abc import Iterable

from docops_flask.engine.checks.layout_warnings import is_suspicious, styles_have_frames
from docops_flask.engine.document.document import Document, ParagraphPlace, StoryKind, TablePlace
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.table_styles import TableStyles
from docops_flask.engine.template.template_tags import TemplateTag

_STORIES = (StoryKind.BODY, StoryKind.HEADER, StoryKind.FOOTER)


class Alike:
    """Says it of the tags of a template, whose copies are checked as one then."""

    def __init__(self, document: Document, cascade: Cascade, *, only_in_tables: bool = False) -> None:
        """With ``only_in_tables`` copies outside tables are not alike: a policy looks at the text of each."""
        self._only_in_tables = only_in_tables
        self._document = document
        self._cascade = cascade
        self._framed: bool | None = None
        self._tables: dict[TablePlace, bool] = {}

    def __call__(self, tag: TemplateTag) -> bool:
        """Say whether the copies of ``tag`` look alike: bands of a table style would make them differ.

        So would the style of a first or last row; whether a copy is one is seen in the result
        (``are_amid``). A cell or frame of a stated size may cut some of them off.
        """
        place = tag.place
        if self._framed is None:
            self._framed = styles_have_frames(self._document)
        if self._framed or place.story not in _STORIES:
            return False
        if place.cell is None:
            return not self._only_in_tables
        table = place.cell.table
        styles = self._cascade.tables
        if table not in self._tables:
            self._tables[table] = not (table.depth or is_suspicious(table) or styles.has_bands(table))
        return self._tables[table] and styles.is_amid(place.cell)

    def are_amid(self, places: Iterable[ParagraphPlace]) -> bool:
        """Say whether rows that are read for all copies are neither first nor last ones of their tables.

        ``places`` are paragraphs of these rows in the expanded template. The other copies stand right behind.
        """
        styles = TableStyles(self._cascade.styles)
        return all(place.cell is None or styles.is_amid(place.cell) for place in places)
