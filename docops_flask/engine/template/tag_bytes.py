"""Which byte of a part a character of a paragraph, or of a text inside one, begins at."""

from docops_flask.engine.document.document import ParagraphPlace
from docops_flask.engine.document.inline_texts import InlineText
from docops_flask.engine.document.shape import Paragraph
from docops_flask.engine.oxml.markup import byte_offsets


def offset_in(reading: Paragraph, start: int) -> int:
    """Return where the character ``start``, which stands in a w:t, begins in the bytes of ``reading``."""
    piece = reading.piece_at(start)
    number = piece.shown.number
    text = reading.text[piece.start : piece.end]
    [offset] = byte_offsets(
        reading.raw(number), text, (start - piece.start,), is_cdata=reading.is_cdata(number)
    )
    return reading.offsets[3 * number + 2] + offset


def byte_of(spot: ParagraphPlace | InlineText, start: int) -> int:
    """Return where the character ``start`` of the text of ``spot`` begins in its part."""
    if isinstance(spot, ParagraphPlace):
        return spot.position(offset_in(spot.reading, start))
    return spot.place.position(spot.offset + offset_in(spot.reading, start))
