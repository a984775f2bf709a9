"""Which byte of a part a character of a paragraph, or of a text inside one, begins at."""

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.inline_texts import InlineText
from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.oxml.markup import byte_offsets

# In a text of more characters it is worked out once where the first of each so many begins: a template may
# have all its tags in one text.
_STEP = 512


def offset_in(reading: Paragraph, start: int) -> int:
    """Return where the character ``start``, which stands in a w:t, begins in the bytes of ``reading``."""
    piece = reading.piece_at(start)
    number, first, at = piece.shown.number, piece.start, 0
    raw, is_cdata = reading.raw(number), reading.is_cdata(number)
    if start - first > _STEP:
        if reading.marks is None:
            reading.marks = {}
        marks = reading.marks.get(number)
        if marks is None:
            text = reading.text[first : piece.end]
            places = range(0, len(text), _STEP)
            marks = reading.marks[number] = byte_offsets(raw, text, places, is_cdata=is_cdata)
        step = (start - first) // _STEP
        first, at = first + step * _STEP, marks[step]
        raw = raw[at : marks[step + 1]] if step + 1 < len(marks) else raw[at:]
    text = reading.text[first : start + 1]
    [offset] = byte_offsets(raw, text, (start - first,), is_cdata=is_cdata)
    return reading.offsets[3 * number + 2] + at + offset


def byte_of(spot: ParagraphPlace | InlineText, start: int) -> int:
    """Return where the character ``start`` of the text of ``spot`` begins in its part."""
    if isinstance(spot, ParagraphPlace):
        return spot.position(offset_in(spot.reading, start))
    return spot.place.position(spot.offset + offset_in(spot.reading, start))
