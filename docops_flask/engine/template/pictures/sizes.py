"""How large a picture is shown: by its tag, by its own pixels, or by the box that it is fitted into.

Lengths are in EMU (1/914,400 inch, ECMA-376 part 1, 20.1.10.16), whole numbers, halves rounded up.
"""

from typing import NamedTuple

from docops_flask.engine.opc.picture_header import PictureHeader
from docops_flask.engine.template.tag_kinds import MOST_MILLIMETRES, Size

_PER_MILLIMETRE = 36_000
_MOST = int(MOST_MILLIMETRES * _PER_MILLIMETRE)


class Extent(NamedTuple):
    """Width and height."""

    width: int
    height: int


def natural_size(header: PictureHeader) -> Extent:
    """Return the size that the pixels of a picture and their density come to."""
    across, down = header.across, header.down
    return Extent(_part(header.width, *across), _part(header.height, *down))


def size_of_tag(header: PictureHeader, size: Size | None, column: int | None) -> Extent:
    """Return the size for a tag with ``size``; ``column`` is the width that there is for it, if known.

    Without a size a picture has its natural one, and is made smaller where ``column`` asks for it.
    """
    natural = natural_size(header)
    if size is None:
        is_wider = column is not None and natural.width > column > 0
        wanted = _of_width(natural, column) if is_wider and column is not None else natural
    elif size.height is None:
        wanted = _of_width(natural, _millimetres(size.width))
    else:
        wanted = fitted(natural, Extent(_millimetres(size.width), _millimetres(size.height)))
    # What Word takes at most.
    if max(wanted) > _MOST:
        wanted = fitted(natural, Extent(_MOST, _MOST))
    return wanted


def fitted(natural: Extent, box: Extent) -> Extent:
    """Return the largest size with the ratio of ``natural`` that has room in ``box``."""
    if box.width * natural.height <= box.height * natural.width:
        return _of_width(natural, box.width)
    return Extent(max(1, _part(box.height, natural.width, natural.height)), box.height)


def _of_width(natural: Extent, width: int) -> Extent:
    return Extent(width, max(1, _part(width, natural.height, natural.width)))


def _millimetres(length: float) -> int:
    return max(1, int(length * _PER_MILLIMETRE + 0.5))


def _part(length: int, numerator: int, denominator: int) -> int:
    return (2 * length * numerator + denominator) // (2 * denominator)
