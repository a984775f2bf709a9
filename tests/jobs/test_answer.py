"""The result file of a renderer: read as what it is, text of a process not trusted."""

import json
import os
from collections.abc import Callable
from enum import IntEnum
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pytest

from docops_flask.engine.errors import DocopsError, InvalidTemplate
from docops_flask.engine.worker.worker import RESULT_FILE, RESULT_LIMIT_BYTES
from docops_flask.jobs.answer import read_answer, read_as
from docops_flask.jobs.errors import InsufficientStorage, RendererCrashed
from tests.conftest import require

ERROR = {"code": "INVALID_TEMPLATE", "message": "damaged", "detail": {"reason": "zip"}, "inner": None}


def refused(folder: Path, content: bytes) -> str:
    (folder / RESULT_FILE).write_bytes(content)
    with pytest.raises(RendererCrashed) as caught:
        read_answer(folder)
    assert caught.value.inner
    return caught.value.inner


def test_a_result_is_read_as_it_was_written(tmp_path: Path) -> None:
    result = {"text": "会议 🙂 \n", "escaped": "\\ud800", "count": 3, "none": None}
    for as_ascii in (True, False):
        content = json.dumps({"result": result}, ensure_ascii=as_ascii)
        (tmp_path / RESULT_FILE).write_text(content, "utf-8")
        assert read_answer(tmp_path) == result


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b'{"result": {"a": NaN}}',
        b'{"result": {"a": -Infinity}}',
        b'{"result": {"a": 1e999}}',
        b'{"result": {"a": 5e-1}}',
        b'{"result": {"a": ' + b"9" * 100_000 + b"}}",
        b'{"result": {"a": "\\ud800"}}',
        b'{"result": {"\\uDC00": 1}}',
        b'{"result": {"a": "\xed\xa0\x80"}}',
        b'{"result": {"a": "\xff"}}',
        b'\xef\xbb\xbf{"result": {}}',
        '{"result": {}}'.encode("utf-16"),
        b'{"result": ' + b"[" * 1_000_000,
    ],
    ids=lambda content: repr(content[:30]),
)
def test_what_is_no_json_for_everybody_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content).startswith("result.json is not valid JSON: ")


@pytest.mark.parametrize(
    "content", [b"[]", b"null", b"{}", b'{"result": []}', b'{"result": null}', b'{"bug": 1}']
)
def test_what_has_none_of_the_members_is_refused(tmp_path: Path, content: bytes) -> None:
    assert refused(tmp_path, content) == "result.json has none of the expected members"


@pytest.mark.parametrize(
    "changed",
    [
        {"code": 1},
        {"message": None},
        {"message": ["x"]},
        {"detail": None},
        {"detail": "x"},
        {"detail": {"self": 1}},
        {"detail": {"message": "x"}},
        {"inner": 3},
        {"more": 1},
    ],
)
def test_a_malformed_error_is_refused(tmp_path: Path, changed: dict[str, object]) -> None:
    content = json.dumps({"error": {**ERROR, **changed}}).encode()
    assert refused(tmp_path, content) == "result.json holds a malformed error"


def test_an_error_is_raised_as_the_one_it_is(tmp_path: Path) -> None:
    (tmp_path / RESULT_FILE).write_text(json.dumps({"error": ERROR}))
    with pytest.raises(InvalidTemplate) as caught:
        read_answer(tmp_path)
    assert (caught.value.message, caught.value.detail) == ("damaged", {"reason": "zip"})


@pytest.mark.parametrize("code", ["REQUEST_TIMEOUT", "UNAUTHORIZED", "x" * 1000, ""])
def test_a_renderer_cannot_speak_for_its_server(tmp_path: Path, code: str) -> None:
    (tmp_path / RESULT_FILE).write_text(json.dumps({"error": {**ERROR, "code": code}}))
    with pytest.raises(DocopsError) as caught:
        read_answer(tmp_path)
    assert (type(caught.value), caught.value.code) == (DocopsError, "INTERNAL_ERROR")


def test_no_more_than_four_mebibytes_are_read(tmp_path: Path) -> None:
    assert RESULT_LIMIT_BYTES == 4 * 2**20
    frame = b'{"result": {"a": ""}}'
    whole = frame.replace(b'""', b'"' + b"x" * (RESULT_LIMIT_BYTES - len(frame)) + b'"')
    (tmp_path / RESULT_FILE).write_bytes(whole)
    assert len(read_answer(tmp_path)["a"]) == RESULT_LIMIT_BYTES - len(frame)
    assert refused(tmp_path, whole + b" ") == f"result.json has more than {RESULT_LIMIT_BYTES} bytes"
    with (tmp_path / RESULT_FILE).open("wb") as file:
        file.truncate(2**40)
    with pytest.raises(RendererCrashed):
        read_answer(tmp_path)


def test_only_a_regular_file_of_its_own_is_read(tmp_path: Path) -> None:
    good, result = tmp_path / "good", tmp_path / RESULT_FILE
    good.write_text('{"result": {}}')
    ways: list[Callable[[], None]] = [
        lambda: result.symlink_to(good),
        lambda: result.hardlink_to(good),
        lambda: os.mkfifo(result),
    ]
    for put in ways:
        put()
        with pytest.raises(RendererCrashed):
            read_answer(tmp_path)
        result.unlink()


def test_a_file_of_another_user_is_not_read(tmp_path: Path) -> None:
    require(os.geteuid() == 0, "only root can make a file of another user")
    (tmp_path / RESULT_FILE).write_text('{"result": {}}')
    os.chown(tmp_path / RESULT_FILE, 12345, 12345)
    with pytest.raises(RendererCrashed):
        read_answer(tmp_path)


def test_a_folder_that_is_gone_is_one_of_storage(tmp_path: Path) -> None:
    with pytest.raises(InsufficientStorage):
        read_answer(tmp_path / "gone")


class Colour(IntEnum):
    """A code of which not every number is one."""

    RED = 0
    BLUE = 2


class Line(NamedTuple):
    """A result as a kind of job may have it."""

    text: str
    lengths: tuple[int, ...]


class Page(NamedTuple):
    """A result with results in it."""

    colour: Colour
    lines: tuple[Line, ...]


def holding(hint: Any) -> Any:
    """A class of results with one member, ``value``, of that type."""
    return NamedTuple("Holding", [("value", hint)])


@pytest.mark.parametrize(
    ("hint", "values", "others"),
    [
        (str, ["", "x"], [None, 1, [], {}]),
        (int, [0, 2**53 - 1], [-1, 2**53, True, 1.0, "1", None]),
        (bool, [True, False], [0, 1, "true", None]),
        (str | None, ["", None], [0, [], False]),
        (int | bool, [0, True], [-1, "x", None]),
        (Literal["intact", "violated"], ["intact"], ["", "Intact", 0, None, ["intact"]]),
        (Colour, [0, 2], [1, True, False, "0", [0], {}, None, 0.0]),
        (dict[str, int], [{}, {"a": 1}], [{"a": "1"}, [], None]),
        (dict[str, Any], [{}, {"a": []}], [[], None, "x"]),
    ],
)
def test_a_member_is_taken_when_it_is_of_the_type_agreed_and_refused_otherwise(
    hint: object, values: list[Any], others: list[object]
) -> None:
    wanted = holding(hint)
    taken = [read_as(wanted, {"value": value}).value for value in values]
    assert taken == values
    for other in others:
        with pytest.raises(ValueError, match=r"^(a value|not|none|of none)"):
            read_as(wanted, {"value": other})


def test_objects_become_typed_results_however_deep_they_lie() -> None:
    line = {"lengths": [1, 2], "text": "a"}
    page = read_as(Page, {"lines": [line], "colour": 2})
    assert page == Page(Colour.BLUE, (Line("a", (1, 2)),))
    assert (type(page.colour), type(page.lines[0])) == (Colour, Line)
    assert read_as(Page, {"lines": [], "colour": 0}) == Page(Colour.RED, ())


@pytest.mark.parametrize(
    "value",
    [
        {"text": "a"},
        {"text": "a", "lengths": [], "more": 1},
        {"text": "a", "lengths": {}},
        {"text": "a", "lengths": "12"},
        {"text": "a", "lengths": [1, "2"]},
        {"text": 1, "lengths": []},
        {"lengths": [], "other": "a"},
        ["a", []],
        [],
        "a",
        None,
    ],
)
def test_an_object_has_exactly_the_members_agreed(value: object) -> None:
    with pytest.raises(ValueError, match=r"^(a value|not|none|of none)"):
        read_as(Line, value)
