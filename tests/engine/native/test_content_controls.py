"""Content controls called by w:tag or w:alias are fields around their content, one kind after the other."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from tests.engine.native.word_controls import (
    EMPTY,
    GROUP,
    LINES,
    PICTURE,
    PROMPT,
    RICH,
    TEXT,
    bound,
    box,
    control,
    date,
    empty,
    entries,
    section,
)
from tests.engine.open_jobs import OpenRun, run_open
from tests.engine.template.places.packages import custom_data
from tests.factories import docx, p, r, tbl, tc, textbox, tr
from tests.pictures import in_base64, placeholder_picture, png

_BOLD = r("old", "<w:b/>")
_SIZES = entries(("s", "Small"), ("b", "Big"))
_PNG = {"png": in_base64(png())}


def _filled(folder: Path, body: str, payload: dict[str, Any], **parts: Any) -> OpenRun:
    run = run_open(folder, docx(body, **parts), payload)
    proof = run.json("out.integrity.json")
    assert (proof["verdict"], proof["exactness"]) == ("intact", "bytes")
    assert b"docops-mark" not in run.part("word/document.xml")
    return run


def _body(run: OpenRun) -> str:
    content = run.part("word/document.xml").decode()
    return content[content.index("<w:body>") + 8 : content.index("<w:sectPr/></w:body>")]


def _inside(run: OpenRun) -> list[str]:
    """The content of each control that holds no other."""
    return re.findall(r"<w:sdtContent>((?:(?!<w:sdt[ >]).)*?)</w:sdtContent>", _body(run), re.DOTALL)


def _texts(run: OpenRun) -> list[str]:
    return [re.sub("<[^>]*>", "", each) for each in _inside(run)]


def test_a_control_is_a_field_around_its_content(tmp_path: Path) -> None:
    run = _filled(tmp_path, p("To ", control("Name", _BOLD), "!"), {"Name": "Ann & Bo"})
    assert _inside(run) == ['<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Ann &amp; Bo</w:t></w:r>']
    assert run.paragraphs() == ["To Ann &amp; Bo!"]
    assert run.entries() == [("replaced", "Name", "【Name】", "Ann & Bo")]
    assert '<w:tag w:val="Name"/>' in _body(run)


def test_the_log_tells_which_control_became_which_tag(tmp_path: Path) -> None:
    run = _filled(tmp_path, p("x") + p(control("Day", _BOLD, date())), {"Day": "2026-05-06"})
    assert run.json("out.replace_log.json")["native"] == [
        {
            "kind": "control",
            "name": "Day",
            "part": "word/document.xml",
            "paragraph_path": "p1",
            "original_text": "Day",
            "tag": "【Day|yyyy年M月d日】",
        }
    ]


def test_a_placeholder_goes_with_its_style(tmp_path: Path) -> None:
    own = '<w:rPr><w:color w:val="FF0000"/></w:rPr>'
    body = p(empty("A")) + p(empty("B", more=own)) + p(empty("C", r("x", '<w:rStyle w:val="X"/><w:b/>')))
    run = _filled(tmp_path, body, {"A": "1", "B": "2", "C": "3"})
    assert _inside(run) == [
        '<w:r><w:t xml:space="preserve">1</w:t></w:r>',
        '<w:r><w:rPr><w:color w:val="FF0000"/></w:rPr><w:t xml:space="preserve">2</w:t></w:r>',
        '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">3</w:t></w:r>',
    ]
    assert "showingPlcHdr" not in _body(run)


@pytest.mark.parametrize(
    "control_",
    [
        empty("A"), empty("A", kind=date()), empty("A", kind=_SIZES), control("A", r("☐"), box()),
        empty("A", placeholder_picture("a logo", kind="inline"), PICTURE), control("【A】", _BOLD),
    ],
)  # fmt: skip
def test_one_without_a_value_stays_exactly_as_it_was(tmp_path: Path, control_: str) -> None:
    body = p("x ", control_)
    run = _filled(tmp_path, body, {})
    assert _body(run) == body
    assert run.json("out.missing_fields.json")["missing_required"] == ["A"]
    assert run.result.exit_code == 2


def test_an_empty_value_is_one(tmp_path: Path) -> None:
    run = _filled(tmp_path, p("x", empty("A")), {"A": ""})
    assert _texts(run) == [""]
    assert run.result.exit_code == 0


@pytest.mark.parametrize(
    ("body", "payload", "shown"),
    [
        (p(control("甲方", _BOLD)), {"甲方": "一"}, ["一"]),
        (p(control("【金额|#,##0.00】", _BOLD)), {"金额": Decimal("1234.5")}, ["1,234.50"]),
        (p(control("【=甲方】", _BOLD)), {"甲方": "一"}, ["一"]),
        (p(control("A.B", _BOLD)), {"A": {"B": "in"}}, ["in"]),
        (p(control("A", _BOLD, by="alias")), {"A": "by title"}, ["by title"]),
        (p(control("goog_rdk_7", _BOLD).replace("<w:id", '<w:alias w:val="A"/><w:id')), {"A": "v"}, ["v"]),
        (p(control("【□A】", _BOLD)), {"A": True}, ["☑"]),
        (p(control("【A】", _BOLD)), {"A": "x" * 100}, ["x" * 100]),
    ],
)
def test_names_are_those_of_tags(
    tmp_path: Path, body: str, payload: dict[str, Any], shown: list[str]
) -> None:
    run = _filled(tmp_path, body, payload)
    assert _texts(run) == shown
    assert run.result.exit_code == 0
    assert re.findall('w:(?:tag|alias) w:val="[^"]*"', _body(run)) == re.findall(
        'w:(?:tag|alias) w:val="[^"]*"', body
    )


@pytest.mark.parametrize(
    "control_",
    [
        control("goog_rdk_0", _BOLD), control("Click here!", _BOLD), control("", _BOLD),
        control("甲方", _BOLD), control("12", _BOLD),
        control("Contents", p("1"), '<w:docPartObj><w:docPartGallery w:val="Contents"/></w:docPartObj>'),
    ],
)  # fmt: skip
def test_other_names_are_none_of_fields(tmp_path: Path, control_: str) -> None:
    body = p(control_) if "docPartObj" not in control_ else control_
    run = _filled(tmp_path, body, {})
    assert _body(run) == body
    assert run.result.exit_code == 0


def test_a_control_whose_content_has_tags_is_none(tmp_path: Path) -> None:
    body = control("Address", p("To 【A】, ", control("B", _BOLD)), RICH)
    assert _filled(tmp_path, body, {"A": "1", "B": "2"}).paragraphs() == ["To 1, 2"]


# Levels.


def test_controls_around_paragraphs_cells_and_rows(tmp_path: Path) -> None:
    centred = p(PROMPT, properties='<w:jc w:val="center"/>')
    cell = tc(centred, properties='<w:tcW w:w="5" w:type="dxa"/>')
    table = tbl(tr(empty("B", cell, RICH), tc("x")), empty("C", tr(tc(p(PROMPT))), RICH), tr(tc("y")))
    run = _filled(tmp_path, empty("A", centred, RICH) + table, {"A": "1\n2", "B": "3", "C": "4"})
    assert _texts(run) == ["12", "3", "4"]
    assert _body(run).count('<w:jc w:val="center"/>') == 3
    assert '<w:tc><w:tcPr><w:tcW w:w="5" w:type="dxa"/></w:tcPr><w:p>' in _body(run)


@pytest.mark.parametrize("kind", [TEXT, LINES, RICH])
def test_lines_inside_a_paragraph_are_breaks(tmp_path: Path, kind: str) -> None:
    run = _filled(tmp_path, p(empty("A", kind=kind)), {"A": "1\n2"})
    assert _inside(run) == ['<w:r><w:t xml:space="preserve">1</w:t><w:br/><w:t>2</w:t></w:r>']


def test_plain_text_around_a_paragraph_keeps_its_lines_in_it(tmp_path: Path) -> None:
    run = _filled(tmp_path, empty("A", p(PROMPT), LINES), {"A": "1\n2"})
    assert _body(run).count("<w:p>") == 1
    assert "<w:br/>" in _body(run)


def test_headers_notes_and_text_boxes(tmp_path: Path) -> None:
    run = _filled(
        tmp_path, p(textbox(p(control("A", _BOLD)))), {"A": "v"}, stories={"header1": p(control("A", _BOLD))}
    )
    assert _texts(run) == ["v", "v"]
    assert b">v</w:t>" in run.part("word/header1.xml")
    assert run.result.exit_code == 0


def test_strict_documents(tmp_path: Path) -> None:
    assert _texts(_filled(tmp_path, p(empty("A")), {"A": "v"}, strict=True)) == ["v"]


def test_locked_controls_are_filled_and_stay_locked(tmp_path: Path) -> None:
    run = _filled(tmp_path, p(control("A", _BOLD, more='<w:lock w:val="sdtContentLocked"/>')), {"A": "v"})
    assert _texts(run) == ["v"]
    assert '<w:lock w:val="sdtContentLocked"/>' in _body(run)


def test_a_temporary_control_goes_once_it_is_filled(tmp_path: Path) -> None:
    body = p("x ", empty("A", more="<w:temporary/>"), " y")
    run = _filled(tmp_path / "filled", body, {"A": "v"})
    assert run.paragraphs() == ["x v y"]
    assert "sdt" not in _body(run)
    assert _body(_filled(tmp_path / "left", body, {})) == body


# Dates.


@pytest.mark.parametrize(
    ("picture", "value", "shown", "stated"),
    [
        ("yyyy年M月d日", "2026-05-06", "2026年5月6日", "2026-05-06T00:00:00Z"),
        ("yyyy'年'M'月'd'日'", "2026-05-06", "2026年5月6日", "2026-05-06T00:00:00Z"),
        ("EEEE年O月A日", "2026-05-16", "二〇二六年五月十六日", "2026-05-16T00:00:00Z"),
        ("yyyy-MM-dd HH:mm", "2026-05-06T14:30", "2026-05-06 14:30", "2026-05-06T14:30:00Z"),
        ("M/d/yyyy", "2026-05-06", "5/6/2026", "2026-05-06T00:00:00Z"),
        (None, "2026-05-06", "2026-05-06", "2026-05-06T00:00:00Z"),
        ("yyyy年M月", "2026-05-06", "2026年5月", None),
        ("yy-MM-dd", "2026-05-06", "26-05-06", None),
    ],
)
def test_a_date_is_shown_by_its_picture_and_stated(
    tmp_path: Path, picture: str | None, value: str, shown: str, stated: str | None
) -> None:
    body = p(control("D", _BOLD, date(picture, full="2001-01-01T00:00:00Z")))
    run = _filled(tmp_path, body, {"D": value})
    assert _texts(run) == [shown]
    assert re.findall('w:fullDate="([^"]*)"', _body(run)) == ([] if stated is None else [stated])


def test_a_date_without_a_statement_gets_one(tmp_path: Path) -> None:
    run = _filled(tmp_path, p(empty("D", kind=date())), {"D": "2026-05-06"})
    assert '<w:date w:fullDate="2026-05-06T00:00:00Z">' in _body(run)


def test_the_format_of_a_tag_comes_before_the_picture(tmp_path: Path) -> None:
    run = _filled(tmp_path, p(control("【D|日期大写】", _BOLD, date())), {"D": "2026-05-06"})
    assert _texts(run) == ["二〇二六年五月六日"]
    assert 'w:fullDate="2026-05-06T00:00:00Z"' in _body(run)


def test_a_value_that_is_no_date_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument):
        _filled(tmp_path, p(control("D", _BOLD, date())), {"D": "soon"})


# Lists.


@pytest.mark.parametrize("value", ["b", "Big"])
@pytest.mark.parametrize("kind", ["dropDownList", "comboBox"])
def test_a_list_shows_the_entry_that_the_value_is(tmp_path: Path, kind: str, value: str) -> None:
    of_list = entries(("s", "Small"), ("b", "Big"), kind=kind, last="s")
    run = _filled(tmp_path, p(control("A", _BOLD, of_list)), {"A": value})
    assert _texts(run) == ["Big"]
    assert f'<w:{kind} w:lastValue="b">' in _body(run)
    assert run.entries() == [("replaced", "A", "【A】", "Big")]


@pytest.mark.parametrize("value", ["Huge", "Choose an item.", 3])
def test_a_drop_down_takes_nothing_else(tmp_path: Path, value: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        _filled(tmp_path, p(control("A", _BOLD, _SIZES)), {"A": value})
    [error] = caught.value.detail["errors"]
    assert error["path"] == "$.payload.A"
    assert "Small, Big" in error["suggestion"]


def test_a_combo_box_takes_any_text(tmp_path: Path) -> None:
    of_list = entries(("s", "Small"), kind="comboBox")
    assert _texts(_filled(tmp_path, p(control("A", _BOLD, of_list)), {"A": "Huge"})) == ["Huge"]


def test_a_condition_compares_with_the_value_as_it_is_given(tmp_path: Path) -> None:
    body = p("【?A=b】yes【/】", control("A", _BOLD, _SIZES))
    assert _filled(tmp_path, body, {"A": "b"}).paragraphs() == ["yesBig"]


# Check boxes and pictures.


@pytest.mark.parametrize(
    ("checked", "value", "content", "state"),
    [
        (("2612", "MS Gothic"), True, '<w:t xml:space="preserve">☒</w:t>', "1"),
        (("2612", "MS Gothic"), False, '<w:t xml:space="preserve">☐</w:t>', "0"),
        (("00FE", "Wingdings"), True, '<w:sym w:font="Wingdings" w:char="F0FE"/>', "1"),
    ],
)
@pytest.mark.parametrize("name", ["A", "【A】"])
def test_a_check_box_has_state_and_character(
    tmp_path: Path, checked: tuple[str, str], value: bool, content: str, state: str, name: str
) -> None:
    look = '<w:rFonts w:hint="eastAsia" w:ascii="MS Gothic"/>'
    run = _filled(tmp_path, p(control(name, r("☐", look), box(checked))), {"A": value})
    assert _inside(run) == [f"<w:r><w:rPr>{look}</w:rPr>{content}</w:r>"]
    assert f'<w14:checked w14:val="{state}"/>' in _body(run)


def test_a_picture_control_takes_a_picture(tmp_path: Path) -> None:
    body = p(empty("S", placeholder_picture("a seal", kind="inline"), PICTURE))
    run = _filled(tmp_path, body, {"S": {**_PNG, "alt": "the seal"}})
    assert 'descr="the seal"' in _body(run)
    assert 'r:embed="rId1"' in _body(run)
    assert "showingPlcHdr" not in _body(run)
    assert "word/media/docops1.png" in run.parts()


# Sections and groups.


def test_a_repeating_section_is_a_list(tmp_path: Path) -> None:
    body = section("R", p("x ", empty("A")), p("further"))
    run = _filled(tmp_path, body, {"R": [{"A": "1"}, {"A": "2"}]})
    assert run.paragraphs() == ["x 1", "x 2"]
    assert _body(run).count("<w15:repeatingSectionItem/>") == 2
    assert len(re.findall("<w:id ", _body(run))) == 3, "of the section, its first item, the control in it"
    assert "further" not in _body(run)


def test_rows_are_repeated_each_in_an_item(tmp_path: Path) -> None:
    row = tr(tc(p(empty("A"))), tc(p(control("Day", _BOLD, date()))))
    run = _filled(
        tmp_path,
        tbl(tr(tc("head"), tc("day")), section("R", row)),
        {"R": [{"A": "1", "Day": "2026-05-06"}, {"A": "2", "Day": "2026-05-07"}]},
    )
    assert run.paragraphs() == ["head", "day", "1", "2026年5月6日", "2", "2026年5月7日"]
    assert re.findall('fullDate="([^T]*)T', _body(run)) == ["2026-05-06", "2026-05-07"]
    assert len(re.findall("<w15:repeatingSectionItem/></w:sdtPr><w:sdtContent><w:tr>", _body(run))) == 2


def test_sections_in_sections_have_the_scope_of_the_item(tmp_path: Path) -> None:
    body = section("R", p(empty("A")) + section("S", p("- ", empty("A"))))
    run = _filled(tmp_path, body, {"R": [{"A": "1", "S": [{"A": "2"}, {"A": "3"}]}, {"A": "4", "S": []}]})
    assert [each for each in run.paragraphs() if each] == ["1", "- 2", "- 3", "4"]
    assert run.result.exit_code == 0


@pytest.mark.parametrize("outer", ["UP.A", "上级.A", "DOC.A", "【上级.A】"])
def test_names_of_what_is_around_a_section(tmp_path: Path, outer: str) -> None:
    picture = placeholder_picture("x", kind="inline")
    inside = control(outer, _BOLD), control(outer.replace("A", "K"), r("☐"), box())
    more = empty(outer.replace("A", "S"), picture, PICTURE), control(outer.replace("A", "G"), r("g"), GROUP)
    body = section("R", p(control("A", _BOLD), *inside, *more))
    run = _filled(tmp_path, body, {"A": "root", "K": True, "S": _PNG, "G": False, "R": [{"A": "1"}]})
    assert _texts(run) == ["1", "root", "☒", ""]
    assert run.result.exit_code == 0


def test_in_an_item_without_a_value_a_control_stays_as_it_was(tmp_path: Path) -> None:
    picture = placeholder_picture("a seal", kind="inline")
    body = section("R", p(empty("A"), empty("S", picture, PICTURE), control("K", r("☐"), box())))
    run = _filled(tmp_path, body, {"R": [{"A": "1", "S": _PNG, "K": True}, {}]})
    assert run.json("out.missing_fields.json")["missing_required"] == ["R[1].A", "R[1].K", "R[1].S"]
    assert _texts(run) == ["1", "", "☒", "Click here to enter text.", "", "☐"]
    assert re.findall('descr="([^"]*)"', _body(run)) == ["", "a seal"]
    assert _body(run).count("<w:showingPlcHdr/>") == 2


def test_a_section_without_a_list_stays_exactly_as_it_was(tmp_path: Path) -> None:
    body = section("R", p("x ", empty("A")), p("further"))
    run = _filled(tmp_path, body, {})
    assert _body(run) == body
    assert run.json("out.missing_fields.json")["missing_required"] == ["R"]


@pytest.mark.parametrize(("given", "left"), [(True, ["a", "in 1"]), (False, ["a"]), (None, ["a"])])
def test_a_group_goes_with_its_content_where_it_is_not_given(
    tmp_path: Path, given: bool | None, left: list[str]
) -> None:
    body = p("a") + control("G", p("in ", empty("A")), GROUP)
    run = _filled(tmp_path, body, {"G": given, "A": "1"})
    assert run.paragraphs() == left
    assert ("<w:group/>" in _body(run)) == bool(given)


def test_any_control_may_be_a_condition_or_a_list(tmp_path: Path) -> None:
    body = p("a", control("【?A=1】", r("b"), RICH), control("【?A=2】", r("c"), RICH)) + control(
        "【#R】", p("d", control("【.】", _BOLD)), RICH
    )
    run = _filled(tmp_path, body, {"A": 1, "R": ["e", "f"]})
    assert run.paragraphs() == ["ab", "de", "df"]
    assert run.result.exit_code == 0


# Data.

_DATA = '<n:root xmlns:n="urn:x"><n:name>old</n:name></n:root>'


@pytest.mark.parametrize(
    ("kind", "value", "stored"),
    [
        (TEXT, "v & w", "v &amp; w"), (date(), "2026-05-06", "2026-05-06T00:00:00"),
        (date(stored="date"), "2026-05-06", "2026-05-06"),
        (date(stored="text"), "2026-05-06", "2026年5月6日"),
        (_SIZES, "Big", "b"), (box(), True, "true"), (box(), False, "false"),
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
    body = p("【#R】【.】【/R】") + picture + p(control("A", _BOLD, more=bound()))
    run = run_open(tmp_path, custom_data(body, _DATA), {"A": "v", "R": ["1"], "S": _PNG})
    assert b"<n:name>v</n:name>" in run.part("customXml/item1.xml")
    assert run.result.exit_code == 0


@pytest.mark.parametrize(
    ("items", "stored", "code"),
    [([{"A": "v"}, {"A": "v"}], "v", 0), ([{"A": "v"}, {"A": "w"}], "old", 3), ([{"A": "v"}, {}], "old", 3)],
)
def test_data_that_copies_share_says_what_all_of_them_show_or_is_told(
    tmp_path: Path, items: list[dict[str, str]], stored: str, code: int
) -> None:
    body = p("【#R】") + p(control("A", _BOLD, more=bound())) + p("【/R】")
    run = run_open(tmp_path, custom_data(body, _DATA), {"R": items})
    assert f"<n:name>{stored}</n:name>".encode() in run.part("customXml/item1.xml")
    assert run.result.exit_code == code
    assert [text for text, _ in run.kinds()] == (["【A】"] if code else [])


def test_data_without_a_value_stays(tmp_path: Path) -> None:
    run = run_open(tmp_path, custom_data(p(control("A", _BOLD, more=bound())), _DATA), {})
    assert "<n:name>old</n:name>" in run.part("customXml/item1.xml").decode()
    assert run.result.exit_code == 2


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (p(control("A", _BOLD, more=bound("//n:name"))), "BOUND_CONTROL"),
        (p(control("A", _BOLD, RICH, more=bound(tag="w15:dataBinding"))), "BOUND_CONTROL"),
        (section("A", p("x"), more=bound(tag="w15:dataBinding")), "BOUND_CONTROL"),
        (section("B", p(control("A", _BOLD, more=bound()))), "BOUND_CONTROL"),
        (p(control("A", placeholder_picture("x"), PICTURE, more=bound())), "BOUND_CONTROL"),
        (p(control("A", _BOLD, date("dddd, MMMM d, yyyy"))), "UNKNOWN_FORMAT"),
        (p(control("A", r("x") + placeholder_picture("x"), RICH)), "UNSUPPORTED_CONTROL"),
        (p(control("A", r("no picture"), PICTURE)), "UNSUPPORTED_CONTROL"),
        (tbl(control("A", tr(tc("1"), tc("2")), RICH)), "UNSUPPORTED_CONTROL"),
        (tbl(tr(control("A", tc("1"), GROUP), tc("2"))), "UNSUPPORTED_CONTROL"),
        (p(control("A", _BOLD, date("d MMMM yyyy"))), "UNKNOWN_FORMAT"),
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


def test_controls_and_other_marks_are_mixed(tmp_path: Path) -> None:
    field = '<w:fldSimple w:instr="MERGEFIELD B"><w:r><w:t>«B»</w:t></w:r></w:fldSimple>'
    run = _filled(tmp_path, p("【A】", field, control("C", _BOLD)), {"A": "1", "B": "2", "C": "3"})
    assert run.paragraphs() == ["123"]
    assert EMPTY not in _body(run)
