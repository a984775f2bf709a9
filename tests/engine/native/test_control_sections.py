"""Repeating sections are lists, groups are conditions, and so is any control with such a tag."""

import re
from pathlib import Path

import pytest

from tests.engine.native.filled_controls import OLD, PNG, body_of, filled, texts
from tests.engine.native.word_controls import GROUP, PICTURE, RICH, box, control, date, empty, section
from tests.factories import p, r, tbl, tc, tr
from tests.pictures import placeholder_picture


def test_a_repeating_section_is_a_list(tmp_path: Path) -> None:
    body = section("R", p("x ", empty("A")), p("further"))
    run = filled(tmp_path, body, {"R": [{"A": "1"}, {"A": "2"}]})
    assert run.paragraphs() == ["x 1", "x 2"]
    assert body_of(run).count("<w15:repeatingSectionItem/>") == 2
    assert len(re.findall("<w:id ", body_of(run))) == 3, "of the section, its first item, the control in it"
    assert "further" not in body_of(run)


def test_rows_are_repeated_each_in_an_item(tmp_path: Path) -> None:
    row = tr(tc(p(empty("A"))), tc(p(control("Day", OLD, date()))))
    run = filled(
        tmp_path,
        tbl(tr(tc("head"), tc("day")), section("R", row)),
        {"R": [{"A": "1", "Day": "2026-05-06"}, {"A": "2", "Day": "2026-05-07"}]},
    )
    assert run.paragraphs() == ["head", "day", "1", "2026年5月6日", "2", "2026年5月7日"]
    assert re.findall('fullDate="([^T]*)T', body_of(run)) == ["2026-05-06", "2026-05-07"]
    assert len(re.findall("<w15:repeatingSectionItem/></w:sdtPr><w:sdtContent><w:tr>", body_of(run))) == 2


def test_sections_in_sections_have_the_scope_of_the_item(tmp_path: Path) -> None:
    body = section("R", p(empty("A")) + section("S", p("- ", empty("A"))))
    run = filled(tmp_path, body, {"R": [{"A": "1", "S": [{"A": "2"}, {"A": "3"}]}, {"A": "4", "S": []}]})
    assert [each for each in run.paragraphs() if each] == ["1", "- 2", "- 3", "4"]
    assert run.result.exit_code == 0


@pytest.mark.parametrize("outer", ["UP.A", "上级.A", "DOC.A", "【上级.A】"])
def test_names_of_what_is_around_a_section(tmp_path: Path, outer: str) -> None:
    picture = placeholder_picture("x", kind="inline")
    inside = control(outer, OLD), control(outer.replace("A", "K"), r("☐"), box())
    more = empty(outer.replace("A", "S"), picture, PICTURE), control(outer.replace("A", "G"), r("g"), GROUP)
    body = section("R", p(control("A", OLD), *inside, *more))
    run = filled(tmp_path, body, {"A": "root", "K": True, "S": PNG, "G": False, "R": [{"A": "1"}]})
    assert texts(run) == ["1", "root", "☒", ""]
    assert run.result.exit_code == 0


def test_in_an_item_without_a_value_a_control_stays_as_it_was(tmp_path: Path) -> None:
    picture = placeholder_picture("a seal", kind="inline")
    body = section("R", p(empty("A"), empty("S", picture, PICTURE), control("K", r("☐"), box())))
    run = filled(tmp_path, body, {"R": [{"A": "1", "S": PNG, "K": True}, {}]})
    assert run.json("out.missing_fields.json")["missing_required"] == ["R[1].A", "R[1].K", "R[1].S"]
    assert texts(run) == ["1", "", "☒", "Click here to enter text.", "", "☐"]
    assert re.findall('descr="([^"]*)"', body_of(run)) == ["", "a seal"]
    assert body_of(run).count("<w:showingPlcHdr/>") == 2


def test_a_section_without_a_list_stays_exactly_as_it_was(tmp_path: Path) -> None:
    body = section("R", p("x ", empty("A")), p("further"))
    run = filled(tmp_path, body, {})
    assert body_of(run) == body
    assert run.json("out.missing_fields.json")["missing_required"] == ["R"]


@pytest.mark.parametrize(("given", "left"), [(True, ["a", "in 1"]), (False, ["a"]), (None, ["a"])])
def test_a_group_goes_with_its_content_where_it_is_not_given(
    tmp_path: Path, given: bool | None, left: list[str]
) -> None:
    body = p("a") + control("G", p("in ", empty("A")), GROUP)
    run = filled(tmp_path, body, {"G": given, "A": "1"})
    assert run.paragraphs() == left
    assert ("<w:group/>" in body_of(run)) == bool(given)


def test_any_control_may_be_a_condition_or_a_list(tmp_path: Path) -> None:
    body = p("a", control("【?A=1】", r("b"), RICH), control("【?A=2】", r("c"), RICH)) + control(
        "【#R】", p("d", control("【.】", OLD)), RICH
    )
    run = filled(tmp_path, body, {"A": 1, "R": ["e", "f"]})
    assert run.paragraphs() == ["ab", "de", "df"]
    assert run.result.exit_code == 0


_ITEM = "<w15:repeatingSectionItem/>"


@pytest.mark.parametrize(
    ("content", "told"),
    [(p("old"), ["Name"]), (p(control("Name", r("old"))), []), (p("【Name】"), [])],
)
def test_an_item_with_the_name_of_a_field_is_told_unless_it_holds_one(
    tmp_path: Path, content: str, told: list[str]
) -> None:
    body = control("Items", control("Name", content, _ITEM), "<w15:repeatingSection/>")
    run = filled(tmp_path, body + p("e"), {"Items": [{"Name": "v"}, {"Name": "w"}]})
    assert run.kinds() == [(each, "UNSUPPORTED_CONTROL") for each in told]
    assert run.result.exit_code == (3 if told else 0)
