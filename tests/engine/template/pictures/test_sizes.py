"""How large a picture is shown: by its tag, its pixels, the column it stands in."""

import pytest

from docops_flask.engine.opc.picture_header import PictureHeader
from docops_flask.engine.template.pictures.sizes import Extent, fitted, natural_size, size_of_tag
from docops_flask.engine.template.tag_kinds import Size

SQUARE = PictureHeader("png", 100, 100)
WIDE = PictureHeader("png", 200, 100)
TALL = PictureHeader("png", 1, 10_000)
FINE = PictureHeader("jpeg", 600, 300, (914_400, 300), (914_400, 300))


@pytest.mark.parametrize(
    ("header", "size", "column", "extent"),
    [
        (SQUARE, None, None, (952_500, 952_500)),
        (FINE, None, None, (1_828_800, 914_400)),
        (WIDE, None, 952_500, (952_500, 476_250)),
        (WIDE, None, 5_000_000, (1_905_000, 952_500)),
        (WIDE, None, 0, (1_905_000, 952_500)),
        (WIDE, Size(40.0), 100, (1_440_000, 720_000)),
        (WIDE, Size(40.5), None, (1_458_000, 729_000)),
        (WIDE, Size(40.0, 10.0), None, (720_000, 360_000)),
        (WIDE, Size(40.0, 40.0), None, (1_440_000, 720_000)),
        (TALL, Size(40.0), None, (2_012, 20_116_800)),
        (WIDE, Size(0.00001), None, (1, 1)),
    ],
)
def test_sizes(header: PictureHeader, size: Size | None, column: int | None, extent: tuple[int, int]) -> None:
    assert size_of_tag(header, size, column) == extent


def test_a_box_is_filled_in_one_direction() -> None:
    assert fitted(natural_size(WIDE), Extent(100, 100)) == (100, 50)
    assert fitted(natural_size(TALL), Extent(100, 100)) == (1, 100)
