"""QR codes: the modules are those of another encoder, and the proof's reader reads them back."""

from itertools import product
from typing import Any

import pytest
import segno
import segno.encoder
from hypothesis import given, settings
from hypothesis import strategies as st

from docops_flask.engine.integrity.qr_reading import read_qr
from docops_flask.engine.template.codes.outlines import outlines
from docops_flask.engine.template.codes.qr import check_qr, qr_symbol
from docops_flask.engine.template.codes.qr_tables import LEVELS, blocks_of, codewords_of
from docops_flask.engine.template.codes.symbol import CodeError

_SAMPLES = ("0123456789", "QL-2026/018 $%*+.:", "https://example.org/a?b=c", "青岚市档案馆😀")


@pytest.fixture(autouse=True)
def _padding_of_the_standard(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have segno 1.6 pad as 7.4.10 says: it adds a whole byte where the data end with a byte."""

    def padded(buff: Any, version: Any, length: int) -> None:
        buff.extend([0] * (-length % 8))

    monkeypatch.setattr(segno.encoder, "write_padding_bits", padded)


def _theirs(text: str, level: str, version: int) -> list[list[bytes]]:
    """Return what segno makes of a text, with each mask."""
    encoding = {} if text.isascii() else {"encoding": "utf-8", "eci": True}
    made = (
        segno.make(text, error=level, version=version, mask=mask, boost_error=False, micro=False, **encoding)  # type: ignore[arg-type]
        for mask in range(8)
    )
    return [[bytes(row) for row in each.matrix] for each in made]


@pytest.mark.parametrize(("text", "level"), [*product(_SAMPLES, LEVELS)])
def test_the_modules_are_those_of_another_encoder(text: str, level: str) -> None:
    rows = [bytes(row[4:-4]) for row in qr_symbol(text, level).rows[4:-4]]
    assert rows in _theirs(text, level, (len(rows) - 17) // 4)


@pytest.mark.parametrize("version", range(1, 41))
def test_every_version_is_that_of_another_encoder_and_is_read_back(version: int) -> None:
    level = LEVELS[version % 4]
    blocks, correction = blocks_of(version, level)
    text = "x" * (codewords_of(version) - blocks * correction - 3)
    symbol = qr_symbol(text, level)
    rows = [bytes(row[4:-4]) for row in symbol.rows[4:-4]]
    assert len(rows) == 17 + 4 * version
    assert read_qr(symbol.rows) == (text, level)
    if version < 12:
        assert rows in _theirs(text, level, version)


@given(st.text(min_size=1, max_size=80), st.sampled_from(LEVELS))
@settings(max_examples=40)
def test_any_text_is_read_back(text: str, level: str) -> None:
    assert read_qr(qr_symbol(text, level).rows) == (text, level)


@pytest.mark.parametrize(
    ("character", "level", "most"),
    [("x", "L", 2953), ("x", "H", 1273), ("1", "L", 7089), ("A", "L", 4296), ("中", "L", 984)],
)
def test_what_is_too_long_is_refused(character: str, level: str, most: int) -> None:
    check_qr(character * most, level)
    with pytest.raises(CodeError, match="at most"):
        check_qr(character * (most + 1), level)


def test_outlines_are_closed_and_turn_at_every_corner() -> None:
    for corners in outlines(qr_symbol("QL-2026-018", "Q")):
        turns = [*corners, *corners[:2]]
        for one, two, three in zip(turns, turns[1:], turns[2:], strict=False):
            assert (one[0] == two[0]) != (two[0] == three[0])


@pytest.mark.parametrize(
    ("row", "column"), [(4, 4), (10, 12), (12, 10), (12, 20), (18, 18), (24, 12), (5, 30)]
)
def test_no_module_may_be_another(row: int, column: int) -> None:
    rows = [bytearray(each) for each in qr_symbol("QL-2026", "M").rows]
    row, column = min(row, len(rows) - 1), min(column, len(rows) - 1)
    rows[row][column] ^= 1
    with pytest.raises(ValueError, match=r".+"):
        read_qr(rows)
