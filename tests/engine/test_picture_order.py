"""Which pages are wanted as pictures, and how wide: what the form fields take and refuse."""

import pytest

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.picture_order import PictureOrder, picture_order


@pytest.mark.parametrize(
    ("fields", "order"),
    [
        ({}, PictureOrder(1, 10, 800)),
        ({"pages": "3"}, PictureOrder(3, 3)),
        ({"pages": "1-5"}, PictureOrder(1, 5)),
        ({"pages": "991-1000"}, PictureOrder(991, 1000)),
        ({"width": "1600"}, PictureOrder(width=1600)),
        ({"pages": "02-03", "width": "16", "preset": "strict"}, PictureOrder(2, 3, 16)),
    ],
)
def test_pages_and_width(fields: dict[str, str], order: PictureOrder) -> None:
    assert picture_order(fields) == order


@pytest.mark.parametrize(
    ("field", "value", "advice"),
    [
        ("pages", "", "range such as 1-5"),
        ("pages", "1,3", "range such as 1-5"),
        ("pages", "1-", "range such as 1-5"),
        ("pages", "-3", "range such as 1-5"),
        ("pages", "１", "range such as 1-5"),
        ("pages", "1\n", "range such as 1-5"),
        ("pages", "9999999", "range such as 1-5"),
        ("pages", "0", "count from 1"),
        ("pages", "0-4", "count from 1"),
        ("pages", "5-4", "from a lower to a higher"),
        ("pages", "1-11", "at most 10 pages"),
        ("width", "15", "from 16 to 1600"),
        ("width", "1601", "from 16 to 1600"),
        ("width", "800px", "from 16 to 1600"),
        ("width", "8e2", "from 16 to 1600"),
    ],
)
def test_other_values_are_refused_with_what_to_send(field: str, value: str, advice: str) -> None:
    with pytest.raises(InvalidArgument, match=advice) as refusal:
        picture_order({field: value})
    assert refusal.value.detail["field"] == field
    assert refusal.value.detail["allowed"]
