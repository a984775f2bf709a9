"""Data behind content controls, and controls that cannot be filled."""

from pathlib import Path
from typing import Any

import pytest

from tests.engine.native.filled_controls import OLD, PNG, SIZES, body_of, filled
from tests.engine.native.word_controls import (
    EMPTY,
    GROUP,
    PICTURE,
    RICH,
    TEXT,
    bound,
    box,
    control,
    date,
    empty,
    section,
)
from tests.engine.open_jobs import run_open
from tests.engine.template.places.packages import custom_data
from tests.factories import p, r, tbl, tc, tr
from tests.pictures import placeholder_picture

_DATA = '<n:root xmlns:n="urn:x"><n:name>old</n:name></n:root>'


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (TEXT, "v & w", "v &amp; w"), (date(), "2026-05-06", "2026-05-06T00:00:00"),
        (date(stored="date"), "2026-05-06", "2026-05-06"),
        (date(stored="text"), "2026-05-06", "2026年5月6日"),
        ('<w:date><w:dateFormat w:val="yyyy年M月d日"/></w:date>', "2026-05-06", "2026年5月6日"),
        (SIZES, "Big", "b"), (box(), True, "true"), (box(), False, "false"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("name", ["A", "甲方"])
def test_the_data_behind_a_control_is_filled_too(
    tmp_path: Path, kind: str, value: object, stored: str, name: str
) -> None:
    template = custom_data(p(control(name, r("☐"), kind, more=bound())), _DATA)
    run = run_open(tmp_path, template, {name: value})
    assert f"<n:name>{stored}</n:name>" in run.part("customXml/item1.xml").decode()
    assert run.json("out.integrity.json")["exactness"] == "bytes"
    assert run.result.exit_code == 0


def test_data_is_filled_beside_blocks_and_pictures(tmp_path: Path) -> None:
    picture = p(empty("S", placeholder_picture("x", kind="inline"), PICTURE))
    body = p("【#R】【.】【/R】") + picture + p(control("A", OLD, more=bound()))
    run = run_open(tmp_path, custom_data(body, _DATA), {"A": "v", "R": ["1"], "S": PNG})
    assert b"<n:name>v</n:name>" in run.part("customXml/item1.xml")
    assert run.result.exit_code == 0


@pytest.mark.parametrize(
    ("items", "stored", "code"),
    [([{"A": "v"}, {"A": "v"}], "v", 0), ([{"A": "v"}, {"A": "w"}], "old", 3), ([{"A": "v"}, {}], "old", 3)],
)
def test_data_that_copies_share_says_what_all_of_them_show_or_is_told(
    tmp_path: Path, items: list[dict[str, str]], stored: str, code: int
) -> None:
    body = p("【#R】") + p(control("A", OLD, more=bound())) + p("【/R】")
    run = run_open(tmp_path, custom_data(body, _DATA), {"R": items})
    assert f"<n:name>{stored}</n:name>".encode() in run.part("customXml/item1.xml")
    assert run.result.exit_code == code
    assert [text for text, _ in run.kinds()] == (["【A】"] if code else [])


@pytest.mark.parametrize(
    ("first", "second", "payload", "stored", "code"),
    [
        (control("A", OLD, more=bound()), control("B", OLD, more=bound()), {"A": "v", "B": "v"}, "v", 0),
        (control("A", OLD, more=bound()), control("B", OLD, more=bound()), {"A": "v", "B": "w"}, "old", 3),
        (control("A", OLD, more=bound()), control("B", OLD, more=bound()), {"A": "v"}, "old", 3),
        (control("A", OLD, more=bound()), control("", OLD, more=bound()), {"A": "v"}, "v", 0),
        (
            control("A", OLD, date("yyyy年M月d日"), more=bound()),
            control("A", OLD, date("yyyy-MM-dd"), more=bound()),
            {"A": "2026-05-06"}, "2026-05-06T00:00:00", 0,
        ),
        (
            control("A", OLD, date("yyyy年M月d日", "text"), more=bound()),
            control("A", OLD, date("yyyy-MM-dd", "text"), more=bound()),
            {"A": "2026-05-06"}, "old", 3,
        ),
    ],
)  # fmt: skip
def test_data_that_several_fields_show_says_what_all_of_them_store_or_is_told(
    tmp_path: Path, first: str, second: str, payload: dict[str, str], stored: str, code: int
) -> None:
    run = run_open(tmp_path, custom_data(p(first) + p(second), _DATA), payload)
    assert f"<n:name>{stored}</n:name>".encode() in run.part("customXml/item1.xml")
    assert run.json("out.integrity.json")["exactness"] == "bytes"
    assert run.result.exit_code == code
    assert [kind for _, kind in run.kinds()] == (["unfillable"] if code else [])


@pytest.mark.parametrize(
    ("data", "stored", "code"),
    [
        ("【A】", "v", 0),
        (" 【A】 ", " v ", 0),
        ("【B】", "w", 3),
        ("to 【A】", "to v", 3),
        ("【A】【B】", "vw", 3),
    ],
)
def test_data_with_tags_of_its_own_says_what_its_control_shows_or_is_told(
    tmp_path: Path, data: str, stored: str, code: int
) -> None:
    body = p(control("A", OLD, more=bound())) + p("【B】")
    run = run_open(tmp_path, custom_data(body, _DATA.replace("old", data)), {"A": "v", "B": "w"})
    assert f"<n:name>{stored}</n:name>".encode() in run.part("customXml/item1.xml")
    assert run.result.exit_code == code
    assert [text for text, _ in run.kinds()] == (["【A】"] if code else [])


def test_data_without_a_value_stays(tmp_path: Path) -> None:
    run = run_open(tmp_path, custom_data(p(control("A", OLD, more=bound())), _DATA), {})
    assert "<n:name>old</n:name>" in run.part("customXml/item1.xml").decode()
    assert run.result.exit_code == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (p(control("A", OLD, more=bound("//n:name"))), "BOUND_CONTROL"),
        (p(control("A", OLD, RICH, more=bound(tag="w15:dataBinding"))), "BOUND_CONTROL"),
        (section("A", p("x"), more=bound(tag="w15:dataBinding")), "BOUND_CONTROL"),
        (section("B", p(control("A", OLD, more=bound()))), "BOUND_CONTROL"),
        (p(control("A", placeholder_picture("x"), PICTURE, more=bound())), "BOUND_CONTROL"),
        (p(control("A", OLD, date("dddd, MMMM d, yyyy"))), "UNKNOWN_FORMAT"),
        (p(control("A", r("x") + placeholder_picture("x"), RICH)), "UNSUPPORTED_CONTROL"),
        (p(control("A", r("no picture"), PICTURE)), "UNSUPPORTED_CONTROL"),
        (tbl(control("A", tr(tc("1"), tc("2")), RICH)), "UNSUPPORTED_CONTROL"),
        (tbl(tr(control("A", tc("1"), GROUP), tc("2"))), "UNSUPPORTED_CONTROL"),
        (p(control("A", OLD, date("d MMMM yyyy"))), "UNKNOWN_FORMAT"),
    ],
)
def test_what_cannot_be_filled_stays_and_is_told(tmp_path: Path, body: str, code: str) -> None:
    payload: dict[str, Any] = {"B": [{}]} if 'w:val="B"' in body else {"A": "v"}
    run = run_open(tmp_path, custom_data(body, _DATA), payload)
    assert [kind for _, kind in run.kinds()] == [code]
    assert body in run.part("word/document.xml").decode()
    assert "<n:name>old</n:name>" in run.part("customXml/item1.xml").decode()
    assert run.result.exit_code == 3
    assert all(each.reason for each in run.result.log.unsupported)


@pytest.mark.parametrize(
    "body",
    [
        p(control("【A】", OLD, more=bound("//n:name"))),
        p(control("【A】", OLD, RICH, more=bound(tag="w15:dataBinding"))),
        section("【#B】", p(control("【A】", OLD, more=bound()))),
        p(control("【□A】", OLD, box(), more=bound("//n:name"))),
        p(control("【@A】", placeholder_picture("x"), PICTURE, more=bound())),
        p(control("【A】", r("☐"), box()).replace('<w14:checked w14:val="0"/>', "")),
    ],
)
def test_one_that_is_left_keeps_its_tag_in_brackets(tmp_path: Path, body: str) -> None:
    run = run_open(tmp_path, custom_data(body, _DATA), {"B": [{}]} if "【#B】" in body else {})
    assert body in run.part("word/document.xml").decode()
    assert len(run.result.log.unsupported) == 1
    assert run.result.exit_code == 3


def test_controls_and_other_marks_are_mixed(tmp_path: Path) -> None:
    field = '<w:fldSimple w:instr="MERGEFIELD B"><w:r><w:t>«B»</w:t></w:r></w:fldSimple>'
    run = filled(tmp_path, p("【A】", field, control("C", OLD)), {"A": "1", "B": "2", "C": "3"})
    assert run.paragraphs() == ["123"]
    assert EMPTY not in body_of(run)
