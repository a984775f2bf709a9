"""The order in which a document's places are asked for a property (ECMA-376 part 1, 17.7.2)."""

from lxml.etree import _Element

from docops_flask.engine.formatting.effective import DIRECT, ParagraphValues, RunValues
from docops_flask.engine.formatting.signature import Signature, paragraph_signature, run_signature
from docops_flask.engine.formatting.stated import (
    paragraph_values,
    read_paragraph_properties,
    read_run_properties,
    run_values,
)
from docops_flask.engine.formatting.style_sheet import StyleSheet
from docops_flask.engine.oxml.names import Vocabulary


class Cascade:
    """Effective values of runs and paragraphs; what is written alike shares one result.

    ``styles`` is the root of the styles part, ``None`` where there is none. The cascade reads the
    styles part once: it is for a document whose styles do not change.
    """

    def __init__(self, styles: _Element | None) -> None:
        self._styles = StyleSheet(styles)
        self._runs: dict[tuple[Signature, str | None], RunValues] = {}
        self._paragraphs: dict[Signature, ParagraphValues] = {}

    def run(self, run: _Element, paragraph_style_id: str | None, w: Vocabulary) -> RunValues:
        """Return the effective values of a w:r in a paragraph whose w:pStyle is ``paragraph_style_id``."""
        key = (run_signature(run, w), paragraph_style_id)
        values = self._runs.get(key)
        if values is None:
            values = self._runs[key] = self._resolve_run(run, paragraph_style_id, w)
        return values

    def paragraph(self, paragraph: _Element, w: Vocabulary) -> ParagraphValues:
        """Return the effective values of a w:p."""
        key = paragraph_signature(paragraph, w)
        values = self._paragraphs.get(key)
        if values is None:
            values = self._paragraphs[key] = self._resolve_paragraph(paragraph, w)
        return values

    def _resolve_run(self, run: _Element, paragraph_style_id: str | None, w: Vocabulary) -> RunValues:
        # Nearest first. A table style's run properties come between the paragraph style and the
        # defaults; theme references are replaced in the result.
        stated = read_run_properties(run.find(w.rPr), w)
        return (
            run_values(stated, DIRECT)
            .over(self._styles.character_style(stated.style_id).run)
            .over(self._styles.paragraph_style(paragraph_style_id).run)
            .over(self._styles.defaults.run)
        )

    def _resolve_paragraph(self, paragraph: _Element, w: Vocabulary) -> ParagraphValues:
        # Nearest first. A numbering level's indent comes between the direct properties and the
        # paragraph style, a table style's properties between the paragraph style and the defaults.
        stated = read_paragraph_properties(paragraph.find(w.pPr), w)
        return (
            paragraph_values(stated, DIRECT)
            .over(self._styles.paragraph_style(stated.style_id).paragraph)
            .over(self._styles.defaults.paragraph)
        )
