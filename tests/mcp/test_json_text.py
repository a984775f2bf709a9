"""JSON of messages: limits, and numbers that stay as they are written."""

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from docops_flask.intake.task import parse_task
from docops_flask.mcp.json_text import answer_text, read_json, written


@pytest.mark.parametrize("number", ["1.50", "0.10", "1e5", "-2.5E-3", "12345678901234567890.123456789", "7"])
def test_numbers_of_a_task_stay_as_they_are_written(number: str) -> None:
    given_task = f'{{"payload": {{"金额": {number}}}}}'
    task = parse_task(written(read_json(given_task.encode(), 1000)).encode())
    assert task["payload"]["金额"] == (int(number) if number.isdigit() else Decimal(number))


@settings(deadline=None)
@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=20,
    )
)
def test_what_was_read_is_written_as_the_same_value(value: Any) -> None:
    content = json.dumps(value).encode()
    assert json.loads(written(read_json(content, 10_000))) == value
    assert json.loads(answer_text(value)) == value


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"[1, 2", "at line 1, column"),
        (b"\xe4\xb8", "not UTF-8 at byte 0"),
        (b'{"a": 1, "a": 2}', "the same key twice"),
        (b"[NaN]", "not JSON"),
        (b"[-Infinity]", "not JSON"),
        (b"9" * 501, "too long"),
        (b"[" * 73 + b"]" * 73, "deeper than 72 levels"),
        (b"[" + b"0," * 600 + b"0]", "more than 1000 bytes beside its texts"),
        (b"[" + b'"",' * 400 + b"0]", "more than 1000 bytes beside its texts"),
    ],
)
def test_what_is_not_read_is_said_without_quoting_it(content: bytes, problem: str) -> None:
    with pytest.raises(ValueError, match=problem):
        read_json(content, 1000)


def test_long_texts_count_as_texts_alone() -> None:
    assert read_json(b'["' + b"x" * 5000 + b'"]', 1000) == ["x" * 5000]
    assert read_json(b'["' + b'\\"[{' * 1000 + b'"]', 1000) == ['"[{' * 1000]
