"""Which pages of a document are wanted as pictures, and how wide."""

import re
from collections.abc import Mapping
from typing import NamedTuple, NoReturn

from docops_flask.engine.errors import InvalidArgument, echo

MOST_PAGES = 10
LEAST_WIDTH, MOST_WIDTH = 16, 1600
FIELDS = ("pages", "width")
# Numbers of a length that every document stays below.
_PAGES = re.compile(r"([0-9]{1,6})(?:-([0-9]{1,6}))?")
_WIDTH = re.compile(r"[0-9]{1,6}")


class PictureOrder(NamedTuple):
    """The pages ``first`` to ``last`` (from 1), as far as the document has them, ``width`` pixels wide.

    A4 is 794 pixels wide at 96 dots per inch.
    """

    first: int = 1
    last: int = MOST_PAGES
    width: int = 800


def picture_order(fields: Mapping[str, str]) -> PictureOrder:
    """Return what the form fields ``pages`` (``3``, ``1-5``) and ``width`` ask for; others are passed over.

    Raises ``InvalidArgument``.
    """
    order = PictureOrder()
    if "pages" in fields:
        first, last = _pages(fields["pages"])
        order = order._replace(first=first, last=last)
    if "width" in fields:
        order = order._replace(width=_width(fields["width"]))
    return order


def _pages(value: str) -> tuple[int, int]:
    found = _PAGES.fullmatch(value)
    if found is None:
        _refuse("pages", value, "use the number of a page or a range such as 1-5")
    first = int(found[1])
    last = int(found[2] or first)
    if not 1 <= first <= last:
        _refuse("pages", value, "pages count from 1, and a range goes from a lower to a higher number")
    if last - first >= MOST_PAGES:
        _refuse("pages", value, f"at most {MOST_PAGES} pages at a time")
    return first, last


def _width(value: str) -> int:
    if _WIDTH.fullmatch(value) is None or not LEAST_WIDTH <= int(value) <= MOST_WIDTH:
        _refuse("width", value, f"use a whole number of pixels from {LEAST_WIDTH} to {MOST_WIDTH}")
    return int(value)


def _refuse(field: str, value: str, advice: str) -> NoReturn:
    allowed = [f"{LEAST_WIDTH}-{MOST_WIDTH}"] if field == "width" else ["N", "N-M"]
    raise InvalidArgument(f"{field}: {advice}.", field=field, value=echo(value), allowed=allowed)
