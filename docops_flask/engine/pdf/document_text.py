"""The text that a written document shows, as a PDF of it must, and the fonts that it asks for.

Left out is what a page may not show or show otherwise: results of fields, which LibreOffice computes again,
hidden text, comments, text boxes (LibreOffice draws some of them as pictures, and long ones in part), and
what no page shows (``visibility``). What a fixed height may cut off is kept apart, and so are headers and
footers, by their parts: which of them a page has is told elsewhere (``margin_parts``).
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from lxml.etree import _Element

from docops_flask.engine.document.document import Document, ParagraphPlace, StoryKind
from docops_flask.engine.formatting.cascade import Cascade
from docops_flask.engine.formatting.run_values import RunValues
from docops_flask.engine.formatting.script_slots import FontSlot, font_in_slot, font_slots
from docops_flask.engine.oxml.names import Vocabulary
from docops_flask.engine.pdf.visibility import Visibilities, Visibility

_COUNTED = frozenset((StoryKind.BODY, StoryKind.FOOTNOTES, StoryKind.ENDNOTES))
_IN_MARGINS = frozenset((StoryKind.HEADER, StoryKind.FOOTER))
# Snippets of text in a font, by which the PDF's font for it is looked up, and their characters.
_MOST_SNIPPETS, _SNIPPET_CHARACTERS = 40, 12
# The characters of a text among which those in a font are looked for.
_LOOKED_AT = 100
_OFF = ("0", "false", "off")


class DocumentText(NamedTuple):
    """``counted`` are the characters that the PDF must show, ``snippets`` texts by the fonts asked for.

    Of ``cut_off`` it may show a part. ``margins`` are those of headers and footers, by the names of their
    parts.
    """

    counted: Counter[str]
    cut_off: Counter[str]
    margins: Mapping[str, Counter[str]]
    snippets: dict[str, list[str]]


def document_text(document: Document) -> DocumentText:
    """Return the text of ``document``, just opened."""
    cascade = Cascade(document.styles, document.related)
    hidden = _hidden_styles(document)
    visibilities = Visibilities(document, cascade)
    counted: Counter[str] = Counter()
    cut_off: Counter[str] = Counter()
    margins: dict[str, Counter[str]] = defaultdict(Counter)
    snippets: dict[str, list[str]] = {}
    for place in document.walk.paragraphs:
        visibility = visibilities.of(place)
        for text, values, shows in _texts(place, cascade, hidden):
            is_shown = shows and visibility is not Visibility.NONE
            if is_shown and place.story in _COUNTED:
                (counted if visibility is Visibility.WHOLE else cut_off).update(text)
            elif is_shown and place.story in _IN_MARGINS and visibility is Visibility.WHOLE:
                margins[place.part.name].update(text)
            for slot in font_slots(text, values):
                face = font_in_slot(values, slot).value
                if face is not None and face.name:
                    known = snippets.setdefault(face.name, [])
                    if is_shown and len(known) < _MOST_SNIPPETS:
                        known.append(_in_slot(text[:_LOOKED_AT], slot, values)[:_SNIPPET_CHARACTERS])
    found = {name: [*filter(None, known)] for name, known in snippets.items()}
    return DocumentText(counted, cut_off, margins, found)


def _texts(
    place: ParagraphPlace, cascade: Cascade, hidden: frozenset[str]
) -> Iterator[tuple[str, RunValues, bool]]:
    """Yield the texts of a paragraph but blanks, the values of their runs, whether a page shows them."""
    w, values = place.part.w, cascade.of_paragraph(place)
    paragraph_hidden = values.style_id in hidden
    for piece in place.reading.pieces:
        text = place.reading.text[piece.start : piece.end]
        if not text.strip():
            continue
        run = place.run(piece.shown.run_index)
        of_run = cascade.of_run(run, values)
        is_hidden = _is_hidden(run.element, w, paragraph_hidden or of_run.character_style_id in hidden)
        yield text, of_run, not (is_hidden or piece.shown.in_field_result)


def _in_slot(text: str, slot: FontSlot, values: RunValues) -> str:
    return "".join(each for each in text if not each.isspace() and slot in font_slots(each, values))


def _is_hidden(run: _Element, w: Vocabulary, by_style: bool) -> bool:
    mark = run.find(f"{w.rPr}/{_vanish(w)}")
    return by_style if mark is None else mark.get(w.val) not in _OFF


def _vanish(w: Vocabulary) -> str:
    return f"{{{w.namespace}}}vanish"


def _hidden_styles(document: Document) -> frozenset[str]:
    """Return the ids of the styles whose text is hidden (w:vanish, 17.3.2.41); their bases count."""
    if document.styles is None:
        return frozenset()
    w = document.parts[0].w
    bases: dict[str, str | None] = {}
    stated: dict[str, bool] = {}
    for style in document.styles.iterchildren(w.style):
        style_id = style.get(w.styleId) or ""
        based_on = style.find(w.basedOn)
        bases[style_id] = None if based_on is None else based_on.get(w.val)
        mark = style.find(f"{w.rPr}/{_vanish(w)}")
        if mark is not None:
            stated[style_id] = mark.get(w.val) not in _OFF
    if not any(stated.values()):
        return frozenset()
    return frozenset(each for each in bases if _inherits(each, bases, stated))


def _inherits(style_id: str | None, bases: dict[str, str | None], stated: dict[str, bool]) -> bool:
    seen: set[str] = set()
    while style_id is not None and style_id not in seen:
        if style_id in stated:
            return stated[style_id]
        seen.add(style_id)
        style_id = bases.get(style_id)
    return False
