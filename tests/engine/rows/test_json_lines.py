"""Each line of a JSON lines file is a payload; a fault of one is told with its line."""

from decimal import Decimal

import pytest

from docops_flask.engine.errors import RowsInvalid
from docops_flask.engine.rows.json_lines import read_json_lines


def test_each_line_is_a_payload() -> None:
    lines = list(read_json_lines('{"甲": "a"}\n\n{"乙": 1.50}\r\n'.encode()))
    assert [(each.number, each.payload) for each in lines] == [(1, {"甲": "a"}), (3, {"乙": Decimal("1.50")})]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("[1]", "has to be a JSON object"),
        ('{"a": 1, "a": 2}', "same key twice"),
        ('{"a": NaN}', "NaN"),
        ('{"a": ', "column"),
        ("[" * 100 + "]" * 100, "deeply"),
        ('{"a": 1e999999999999999999999}', "too long"),
        ('{"a": ' + "9" * 5000 + "}", "too long"),
    ],
)
def test_a_faulty_line_does_not_stop_the_others(line: str, told: str) -> None:
    first, second = read_json_lines(f'{line}\n{{"b": 1}}'.encode())
    assert first.payload is None
    assert first.fault is not None
    assert told in first.fault.message
    assert second.payload == {"b": 1}


def test_another_encoding_is_named() -> None:
    with pytest.raises(RowsInvalid, match="GB"):
        read_json_lines('{"甲": "乙"}'.encode("gb18030"))
