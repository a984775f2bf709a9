"""Code 128: sets B and C, read back by the proof's reader."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from docops_flask.engine.integrity.code128_reading import read_code128
from docops_flask.engine.template.codes.code128 import code128_symbol
from docops_flask.engine.template.codes.symbol import CodeError

# Start, four pairs of digits, checksum, stop; a symbol has eleven modules and the stop two more.
_PAIRS = 11 * 7 + 2


@given(
    st.text(
        st.characters(min_codepoint=32, max_codepoint=126) | st.sampled_from("0123456789"),
        min_size=1,
        max_size=80,
    )
)
def test_any_text_of_printable_ascii_is_read_back(text: str) -> None:
    assert read_code128(code128_symbol(text).rows[0]) == text


@pytest.mark.parametrize(
    ("text", "symbols"),
    [("12345678", 7), ("1234567", 8), ("AB", 5), ("A1234", 7), ("A123456B", 10), ("A1234B", 9), ("12", 4)],
)
def test_digits_go_in_pairs_where_that_is_shorter(text: str, symbols: int) -> None:
    assert len(code128_symbol(text).rows[0]) == 2 * 10 + 11 * symbols + 2


@pytest.mark.parametrize("text", ["编号", "a\tb", "é", "x" * 81])
def test_other_characters_and_long_texts_are_refused(text: str) -> None:
    with pytest.raises(CodeError):
        code128_symbol(text)


@pytest.mark.parametrize("place", [3, 12, 30, 60, 100, -12, -3])
def test_no_module_may_be_another(place: int) -> None:
    row = bytearray(code128_symbol("QL-2026").rows[0])
    row[place] ^= 1
    with pytest.raises(ValueError, match=r".+"):
        read_code128(row)
