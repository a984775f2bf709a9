"""Warnings about values that cannot be seen as they should, under every baseline.

What is looked at are paragraphs that filling changed. Nothing is laid out here: heights and widths are lower
bounds, so that a warning is about text that is certainly cut off.
"""

import re
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from lxml.etree import _Element

from docops_flask.engine.checks.observation import Observation
from docops_flask.engine.document.document import Document, ParagraphPlace, StoryKind, TablePlace
from docops_flask.engine.formatting.paragraph_values import ParagraphValues
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.opc.xml_part import holds
from docops_flask.engine.oxml.names import is_wordprocessingml, namespace_of, vocabulary

if TYPE_CHECKING:
    from docops_flask.engine.checks.issue import Issue

CODES = ("VALUE_NOT_VISIBLE", "JUSTIFIED_LINE_BREAK")
# A line of at least this part of the text's size can be read, though not all of it is seen.
_READABLE = 0.75
_DEFAULT_HALF_POINTS = 20
# Patterns are strings, so re compiles them at first use.
# A pattern that begins with letters is looked for several times faster than one with a choice.
_EXACT_ROW = rb"trHeight\b[^<>]*exact"
_NARROW_CELL = rb"tcW\b[^<>]*\bw=[\"'][0-9]{1,3}[\"']"


def layout_warnings(document: Document, filled: Observation) -> "list[Issue]":
    """Return warnings about the paragraphs of the runs that ``filled`` observes, after filling."""
    paragraphs = list(dict.fromkeys(run.paragraph for run in filled.places))
    return [
        *_below_exact_lines(filled),
        *_broken_justified_lines(document, paragraphs, filled),
        *_cut_off(document, paragraphs, filled),
    ]


def _warning(code: str, message: str, place: ParagraphPlace) -> "Issue":
    # A spawned renderer loads this anew for each job, and warnings are rare.
    from docops_flask.engine.checks.issue import Finding, Issue
    from docops_flask.engine.checks.reasons import LAYOUT

    return Issue(Finding(code=code, severity="warn", message=message, reason=LAYOUT), place.path)


def _cut_off(document: Document, paragraphs: Sequence[ParagraphPlace], filled: Observation) -> "list[Issue]":
    """Return warnings about cells, frames and text boxes; most documents have none that cut text off."""
    suspicious, framed, in_boxes = _cutting(document, paragraphs)
    if not (suspicious or framed or in_boxes):
        return []
    from docops_flask.engine.checks.cut_off import CutOff

    cut_off = CutOff(document, paragraphs, filled.cascade)
    found = [
        *(cut_off.cells(suspicious) if suspicious else ()),
        *(cut_off.frames() if framed else ()),
        *cut_off.text_boxes(),
    ]
    return [_warning("VALUE_NOT_VISIBLE", message, place) for place, message in found]


def may_be_cut_off(document: Document, paragraphs: Sequence[ParagraphPlace]) -> bool:
    """Say whether one of ``paragraphs`` is in a text box, maybe in a frame or a cell that cuts text off."""
    return any(_cutting(document, paragraphs))


def _cutting(document: Document, paragraphs: Sequence[ParagraphPlace]) -> tuple[set[TablePlace], bool, bool]:
    """Return the tables that may cut off text, whether there may be frames, whether there are text boxes."""
    tables = {place.cell.table for place in paragraphs if place.cell is not None}
    suspicious = {table for table in tables if table.depth or is_suspicious(table)}
    framed = _may_have_frames(document, paragraphs)
    return suspicious, framed, StoryKind.TEXTBOX in [place.story for place in paragraphs]


def is_suspicious(table: TablePlace) -> bool:
    """Say whether a table may have rows of exact height or narrow cells; its tree tells then."""
    part = table.part
    return any(
        re.search(pattern, part.between)
        and re.compile(pattern).search(part.text.content, table.start, table.end)
        for pattern in (_NARROW_CELL, _EXACT_ROW)
    )


def styles_have_frames(document: Document) -> bool:
    """Say whether a style puts paragraphs into frames."""
    styles = document.styles
    return styles is not None and next(styles.iter("{*}framePr"), None) is not None


def _may_have_frames(document: Document, paragraphs: Sequence[ParagraphPlace]) -> bool:
    """Say whether a paragraph may lie in a frame (w:framePr), by its own properties or those of a style."""
    if styles_have_frames(document):
        return True
    return any(holds(part.distinct, b"framePr") for part in {place.part for place in paragraphs})


def _below_exact_lines(filled: Observation) -> "Iterator[Issue]":
    # There are few different values, and hardly any are of an exact line height.
    if not any(values.line_rule.value == "exact" for values in set(filled.paragraphs.values())):
        return
    known: dict[tuple[RunValues, ParagraphValues], str | None] = {}
    told: set[ParagraphPlace] = set()
    for run in filled.places:
        key = filled.runs[run.run_id], filled.paragraphs[run.paragraph.path]
        if key not in known:
            known[key] = below_exact_line(*key)
        message = known[key]
        if message is not None and run.paragraph not in told and run.paragraph.now.text.strip():
            told.add(run.paragraph)
            yield _warning("VALUE_NOT_VISIBLE", message, run.paragraph)


def below_exact_line(run: RunValues, paragraph: ParagraphValues) -> str | None:
    """Return the warning that an exact line height cuts off text with these values; ``None`` if not."""
    line, half_points = paragraph.line.value, run.size_half_points.value
    if paragraph.line_rule.value != "exact" or line is None:
        return None
    half_points = half_points or _DEFAULT_HALF_POINTS
    if line >= half_points * 10 * _READABLE:
        return None
    return (
        f"The line height is exactly {line / 20:g} pt and the text {half_points / 2:g} pt: its upper part "
        "is cut off. Set the line height to at least the size of the text."
    )


def _broken_justified_lines(
    document: Document, paragraphs: Sequence[ParagraphPlace], filled: Observation
) -> "Iterator[Issue]":
    breaking = {each for each in document.distinct_fillings() if each.adds_breaks}
    if not breaking:
        return
    with_breaks = {place for place, each in document.fillings() if each in breaking}
    broken = [
        place
        for place in paragraphs
        if place in with_breaks and filled.paragraphs[place.path].alignment.value == "both"
    ]
    if not broken or _keeps_broken_lines(document.related.root("settings")):
        return
    for place in broken:
        message = (
            "The value has several lines in a justified paragraph: Word stretches each line that ends in a "
            "break across the page. Align the paragraph left, or set \"Don't expand character spaces on a "
            'line that ends with SHIFT+RETURN" in the layout options of the template.'
        )
        yield _warning("JUSTIFIED_LINE_BREAK", message, place)


def _keeps_broken_lines(settings: _Element | None) -> bool:
    """Say whether w:doNotExpandShiftReturn is on (17.15.3.20)."""
    if settings is None or not is_wordprocessingml(settings.tag):
        return False
    namespace = namespace_of(settings.tag)
    found = settings.find(f"{{{namespace}}}compat/{{{namespace}}}doNotExpandShiftReturn")
    return found is not None and found.get(vocabulary(namespace).val) not in ("0", "false", "off")
