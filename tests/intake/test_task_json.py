"""A task's JSON is read strictly, and an error names the place without repeating the content."""

from typing import Any

import pytest

from docops_flask.engine.errors import InvalidJson
from docops_flask.intake.task import MAX_DEPTH, parse_task


@pytest.mark.parametrize(
    ("content", "document"),
    [
        (b"{}", {}),
        (b' {"a": [1, 2.5, null, true]} \n', {"a": [1, 2.5, None, True]}),
        ("\ufeff{\"键\": \"值\"}".encode(), {"键": "值"}),
        (b'{"a": {"b": 1}, "c": {"b": 2}}', {"a": {"b": 1}, "c": {"b": 2}}),
    ],
)  # fmt: skip
def test_good_json(content: bytes, document: dict[str, Any]) -> None:
    assert parse_task(content) == document


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "line 1, column 1"),
        (b'{\n  "a": SECRET\n}', "line 2, column 8"),
        (b'{"a": "SECRET}', "line 1, column 7"),
        (b'{"a": "\\SECRET"}', "line 1"),
        (b'{"SECRET": 1, "SECRET": 2}', "same key twice"),
        (b'{"a": {"SECRET": 1, "SECRET": 1}}', "same key twice"),
        (b'{"a": NaN}', "NaN"),
        (b'{"a": -Infinity}', "Infinity"),
        (b'{"a": ' + b"9" * 10_000 + b"}", "too long"),
        (b'{"a": ' + b"[" * 100_000, "nested too deeply"),
        (b'{"a": "\xffSECRET"}', "byte 7"),
        ('{"a": 1}'.encode("utf-16"), "the text is in UTF-16, and JSON has to be in UTF-8"),
        (b"\xff\xfe\x00" + b"\xff" * 8, "UTF-16"),
        (b'["SECRET"]', "object"),
        (b'"SECRET"', "object"),
        (b"{} SECRET", "line 1, column 4"),
    ],
)
def test_an_error_in_json_is_reported_with_its_place(content: bytes, says: str) -> None:
    with pytest.raises(InvalidJson) as caught:
        parse_task(content)
    assert says in caught.value.message
    assert caught.value.detail["field"] == "task"
    assert "SECRET" not in str(caught.value.detail) + caught.value.message


def test_line_and_column_are_in_the_error_detail() -> None:
    with pytest.raises(InvalidJson) as caught:
        parse_task(b'{\n  "a": x\n}')
    assert (caught.value.detail["line"], caught.value.detail["column"]) == (2, 8)


def nested(depth: int) -> bytes:
    return b'{"a": ' + b"[" * (depth - 1) + b"]" * (depth - 1) + b"}"


def test_nesting_is_allowed_up_to_a_depth() -> None:
    assert parse_task(nested(MAX_DEPTH))
    with pytest.raises(InvalidJson, match="nested too deeply"):
        parse_task(nested(MAX_DEPTH + 1))


@pytest.mark.parametrize(
    "flat",
    [
        b"[" + b"{}," * MAX_DEPTH + b"[]]",
        b'["' + b"[{" * MAX_DEPTH + b'"]',
        b'["' + b'\\"[' * (MAX_DEPTH + 1) + b'"]',
    ],
)
def test_adjacent_brackets_and_brackets_in_strings_do_not_count_as_depth(flat: bytes) -> None:
    assert parse_task(b'{"a": ' + flat + b"}")
