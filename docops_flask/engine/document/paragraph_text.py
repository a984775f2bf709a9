"""The text of a paragraph as one string, and a mapping from each character to its w:t element.

docs/analysis/placeholders-across-runs.md describes what counts as text and why.
"""

from bisect import bisect_right
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.oxml.names import (
    MC_ALTERNATE_CONTENT,
    MC_CHOICE,
    MC_FALLBACK,
    WP_ANCHORS,
    Vocabulary,
)

OBJECT = "\ufffc"


class TextPiece(NamedTuple):
    """One w:t element; its characters are ``text[start:end]`` of the paragraph.

    ``run`` is the w:r around it and ``run_index`` the index of that run in its paragraph (from 0).
    ``in_field_result`` says whether it lies in the result of a field (17.16), which Word may recompute.
    """

    start: int
    end: int
    node: _Element
    run: _Element
    run_index: int
    in_field_result: bool


class ParagraphText:
    r"""A paragraph's visible text and its w:t elements.

    Tabs and breaks are ``\t`` and ``\n``. Other content that takes up space in the line, such as an inline
    picture, is one U+FFFC. Deleted text (w:del, w:moveFrom) and zero-width marks (proofing errors,
    bookmarks, comment ranges, anchored drawings) are left out.
    """

    __slots__ = ("pieces", "text")

    def __init__(self, paragraph: _Element, w: Vocabulary) -> None:
        only = _only_text(paragraph, w)
        if only is not None:
            run, node = only
            self.text = text_of(node)
            self.pieces = [TextPiece(0, len(self.text), node, run, 0, False)]
            return
        reader = _Reader(w)
        reader.read_children(paragraph)
        self.text = "".join(reader.texts)
        self.pieces = reader.pieces

    def pieces_between(self, start: int, end: int) -> list[TextPiece]:
        """Return the pieces that hold characters of ``text[start:end]``, in order."""
        if len(self.pieces) == 1:
            return self.pieces if self.pieces[0].start < end and start < self.pieces[0].end else []
        index = max(0, bisect_right(self.pieces, start, key=_start) - 1)
        found = []
        while index < len(self.pieces) and self.pieces[index].start < end:
            piece = self.pieces[index]
            if piece.end > start:
                found.append(piece)
            index += 1
        return found


def text_of(node: _Element) -> str:
    """Return the characters of a w:t; comments and processing instructions in it count for nothing."""
    text = node.text or ""
    for child in node:
        # A comment's tag is a function, which the stubs do not say.
        tag: object = child.tag
        if isinstance(tag, str):
            break
        text += child.tail or ""
    return text


def _start(piece: TextPiece) -> int:
    return piece.start


def _only_text(paragraph: _Element, w: Vocabulary) -> tuple[_Element, _Element] | None:
    """Return the run and the w:t of a paragraph that holds just these and properties; else ``None``.

    Most paragraphs in table cells are like this.
    """
    run = _only_beside(paragraph, w.pPr)
    if run is None or run.tag != w.r:
        return None
    node = _only_beside(run, w.rPr)
    return None if node is None or node.tag != w.t else (run, node)


def _only_beside(parent: _Element, properties: str) -> _Element | None:
    """Return the only child of ``parent``, ignoring a leading ``properties`` element; else ``None``."""
    count = len(parent)
    if count == 1 or (count == 2 and parent[0].tag == properties):
        return parent[-1]
    return None


def runs_of(paragraph: _Element, w: Vocabulary) -> Iterator[_Element]:
    """Yield the w:r elements of a paragraph in document order, without those inside text boxes."""
    for child in paragraph:
        if child.tag == w.r:
            yield child
        elif child.tag == w.sdt:
            content = child.find(w.sdtContent)
            if content is not None:
                yield from runs_of(content, w)
        elif child.tag == MC_ALTERNATE_CONTENT:
            for branch in child.iterchildren(MC_CHOICE, MC_FALLBACK):
                yield from runs_of(branch, w)
        elif child.tag in _containers(w):
            yield from runs_of(child, w)


@lru_cache(maxsize=2)
def _containers(w: Vocabulary) -> frozenset[str]:
    return frozenset((
        w.hyperlink, w.ins, w.moveTo, w.del_, w.moveFrom, w.smartTag, w.customXml, w.fldSimple, w.dir, w.bdo,
    ))  # fmt: skip


class _Reader:
    """Collects the texts and pieces of a paragraph; visits each element once."""

    def __init__(self, w: Vocabulary) -> None:
        self._w = w
        self._without_width = _without_width(w)
        self._containers = _containers(w)
        self.texts: list[str] = []
        self.pieces: list[TextPiece] = []
        self._position = 0
        self._run_index = -1
        # One entry for each open complex field: whether its result has begun (17.16.18).
        self._fields: list[bool] = []
        self._fields_before_result = 0
        self._simple_fields = 0
        # Cached by mc:AlternateContent: nested ones would otherwise be examined once for each level.
        self._floating: dict[_Element, bool] = {}

    def read_children(self, parent: _Element, deleted: bool = False) -> None:
        w = self._w
        for child in parent:
            tag = child.tag
            if tag == w.r:
                self._run_index += 1
                if not deleted:
                    self._read_run(child, child)
            elif tag in self._without_width:
                # Mostly w:pPr, which nearly every paragraph has.
                continue
            elif tag == w.sdt:
                content = child.find(w.sdtContent)
                if content is not None:
                    self.read_children(content, deleted)
            elif tag == w.fldSimple:
                self._simple_fields += 1
                self.read_children(child, deleted)
                self._simple_fields -= 1
            elif tag in (w.del_, w.moveFrom):
                self.read_children(child, True)
            elif tag in self._containers:
                self.read_children(child, deleted)
            elif tag == MC_ALTERNATE_CONTENT:
                for branch in child.iterchildren(MC_CHOICE, MC_FALLBACK):
                    self.read_children(branch, deleted)
                    self._add(OBJECT)
            elif not deleted and isinstance(tag, str):
                self._add(OBJECT)

    def _read_run(self, content: _Element, run: _Element) -> None:
        """Read ``content``: the run itself, or a branch of an mc:AlternateContent inside the run."""
        w = self._w
        for child in content:
            tag = child.tag
            if tag == w.t:
                self._add_text(child, run)
            elif tag in self._without_width:
                continue
            elif tag in (w.tab, w.ptab):
                self._add("\t")
            elif tag in (w.br, w.cr):
                self._add("\n")
            elif tag == w.noBreakHyphen:
                self._add("\u2011")
            elif tag == w.softHyphen:
                self._add("\u00ad")
            elif tag == w.fldChar:
                self._field_mark(child.get(w.fldCharType))
            elif tag in (w.drawing, w.pict, w.object, MC_ALTERNATE_CONTENT):
                self._read_drawing(child, run)
            elif isinstance(tag, str):
                self._add(OBJECT)

    def _read_drawing(self, drawing: _Element, run: _Element) -> None:
        """Read an inline drawing; of an mc:AlternateContent, the text of every branch."""
        if self._floats(drawing):
            return
        for branch in drawing.iterchildren(MC_CHOICE, MC_FALLBACK):
            self._read_run(branch, run)
        self._add(OBJECT)

    def _add_text(self, node: _Element, run: _Element) -> None:
        text = text_of(node)
        start = self._position
        self._add(text)
        in_result = bool(self._simple_fields or (self._fields and not self._fields_before_result))
        self.pieces.append(TextPiece(start, self._position, node, run, self._run_index, in_result))

    def _add(self, text: str) -> None:
        self.texts.append(text)
        self._position += len(text)

    def _field_mark(self, kind: str | None) -> None:
        if kind == "begin":
            self._fields.append(False)
            self._fields_before_result += 1
        elif kind == "separate" and self._fields:
            self._fields_before_result -= not self._fields[-1]
            self._fields[-1] = True
        elif kind == "end" and self._fields:
            self._fields_before_result -= not self._fields.pop()

    def _floats(self, element: _Element) -> bool:
        """Return whether a drawing is anchored (floating) rather than inline."""
        if element.tag == self._w.drawing:
            return any(child.tag in WP_ANCHORS for child in element)
        if element.tag != MC_ALTERNATE_CONTENT:
            return any("position:absolute" in (shape.get("style") or "") for shape in element)
        known = self._floating.get(element)
        if known is None:
            choice = element.find(MC_CHOICE)
            known = choice is not None and any(self._floats(child) for child in choice)
            self._floating[element] = known
        return known


@lru_cache(maxsize=2)
def _without_width(w: Vocabulary) -> frozenset[str]:
    return frozenset((
        w.rPr, w.pPr, w.proofErr, w.bookmarkStart, w.bookmarkEnd, w.commentRangeStart, w.commentRangeEnd,
        w.commentReference, w.lastRenderedPageBreak, w.delText, w.instrText, w.delInstrText, w.permStart,
        w.permEnd, w.moveFromRangeStart, w.moveFromRangeEnd, w.moveToRangeStart, w.moveToRangeEnd,
        w.customXmlInsRangeStart, w.customXmlInsRangeEnd, w.customXmlDelRangeStart, w.customXmlDelRangeEnd,
        w.annotationRef, w.smartTagPr, w.customXmlPr,
    ))  # fmt: skip
