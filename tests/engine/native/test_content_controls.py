"""Content controls called by w:tag or w:alias are fields around their content, one kind after the other."""

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from tests.engine.native.filled_controls import OLD, PNG, SIZES, body_of, filled, inside, texts
from tests.engine.native.word_controls import (
    LINES,
    PICTURE,
    PROMPT,
    RICH,
    TEXT,
    box,
    control,
    date,
    empty,
    entries,
)
from tests.engine.native.word_fields import complex_field, merge_field, simple
from tests.factories import p, r, tbl, tc, textbox, tr
from tests.pictures import placeholder_picture


def test_a_control_is_a_field_around_its_content(tmp_path: Path) -> None:
    run = filled(tmp_path, p("To ", control("Name", OLD), "!"), {"Name": "Ann & Bo"})
    assert inside(run) == ['<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Ann &amp; Bo</w:t></w:r>']
    assert run.paragraphs() == ["To Ann &amp; Bo!"]
    assert run.entries() == [("replaced", "Name", "【Name】", "Ann & Bo")]
    assert '<w:tag w:val="Name"/>' in body_of(run)


def test_the_log_tells_which_control_became_which_tag(tmp_path: Path) -> None:
    run = filled(tmp_path, p("x") + p(control("Day", OLD, date())), {"Day": "2026-05-06"})
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
    run = filled(tmp_path, body, {"A": "1", "B": "2", "C": "3"})
    assert inside(run) == [
        '<w:r><w:t xml:space="preserve">1</w:t></w:r>',
        '<w:r><w:rPr><w:color w:val="FF0000"/></w:rPr><w:t xml:space="preserve">2</w:t></w:r>',
        '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">3</w:t></w:r>',
    ]
    assert "showingPlcHdr" not in body_of(run)


@pytest.mark.parametrize(
    "control_",
    [
        empty("A"), empty("A", kind=date()), empty("A", kind=SIZES), control("A", r("☐"), box()),
        empty("A", placeholder_picture("a logo", kind="inline"), PICTURE), control("【A】", OLD),
    ],
)  # fmt: skip
def test_one_without_a_value_stays_exactly_as_it_was(tmp_path: Path, control_: str) -> None:
    body = p("x ", control_)
    run = filled(tmp_path, body, {})
    assert body_of(run) == body
    assert run.json("out.missing_fields.json")["missing_required"] == ["A"]
    assert run.result.exit_code == 2


def test_an_empty_value_is_one(tmp_path: Path) -> None:
    run = filled(tmp_path, p("x", empty("A")), {"A": ""})
    assert texts(run) == [""]
    assert run.result.exit_code == 0


@pytest.mark.parametrize(
    ("body", "payload", "shown"),
    [
        (p(control("甲方", OLD)), {"甲方": "一"}, ["一"]),
        (p(control("【金额|#,##0.00】", OLD)), {"金额": Decimal("1234.5")}, ["1,234.50"]),
        (p(control("【=甲方】", OLD)), {"甲方": "一"}, ["一"]),
        (p(control("A.B", OLD)), {"A": {"B": "in"}}, ["in"]),
        (p(control("A", OLD, by="alias")), {"A": "by title"}, ["by title"]),
        (p(control("goog_rdk_7", OLD).replace("<w:id", '<w:alias w:val="A"/><w:id')), {"A": "v"}, ["v"]),
        (p(control("【□A】", OLD)), {"A": True}, ["☑"]),
        (p(control("【A】", OLD)), {"A": "x" * 100}, ["x" * 100]),
    ],
)
def test_names_are_those_of_tags(
    tmp_path: Path, body: str, payload: dict[str, Any], shown: list[str]
) -> None:
    run = filled(tmp_path, body, payload)
    assert texts(run) == shown
    assert run.result.exit_code == 0
    assert re.findall('w:(?:tag|alias) w:val="[^"]*"', body_of(run)) == re.findall(
        'w:(?:tag|alias) w:val="[^"]*"', body
    )


@pytest.mark.parametrize(
    "control_",
    [
        control("goog_rdk_0", OLD), control("Click here!", OLD), control("", OLD),
        control("甲方", OLD), control("12", OLD),
        control("Contents", p("1"), '<w:docPartObj><w:docPartGallery w:val="Contents"/></w:docPartObj>'),
    ],
)  # fmt: skip
def test_other_names_are_none_of_fields(tmp_path: Path, control_: str) -> None:
    body = p(control_) if "docPartObj" not in control_ else control_
    run = filled(tmp_path, body, {})
    assert body_of(run) == body
    assert run.result.exit_code == 0


def test_a_control_whose_content_has_tags_is_none(tmp_path: Path) -> None:
    body = control("Address", p("To 【A】, ", control("B", OLD)), RICH)
    assert filled(tmp_path, body, {"A": "1", "B": "2"}).paragraphs() == ["To 1, 2"]


_LINK = f'<w:hyperlink w:anchor="x">{OLD}</w:hyperlink>'
_PAGE = complex_field(" PAGE ", r("1"))
_M = "http://schemas.openxmlformats.org/officeDocument/2006/math"
_MATH = f'<m:oMath xmlns:m="{_M}"><m:r><m:t>x</m:t></m:r></m:oMath>'


@pytest.mark.parametrize(
    ("control_", "told"),
    [
        (control("A", _LINK, RICH), "a link"), (control("A", r("see ") + _LINK, RICH), "a link"),
        (control("A", _PAGE, RICH), "a Word field"),
        (control("A", simple('HYPERLINK "http://x"', OLD), RICH), "a Word field"),
        (control("A", control("", OLD), RICH), "another control"), (control("A", _MATH, RICH), "equations"),
        (control("【A】", _LINK, RICH), "a link"), (control("【=甲】", _LINK, RICH), "a link"),
        (control("A", r("☐") + _LINK, box()), "more than its sign"),
        (control("A", _LINK.replace("old", "☐"), box()), "more than its sign"),
    ],
)  # fmt: skip
def test_one_whose_content_a_value_would_take_away_is_told(tmp_path: Path, control_: str, told: str) -> None:
    run = filled(tmp_path, p("x ", control_), {})
    assert body_of(run) == p("x ", control_)
    [entry] = run.result.log.unsupported
    assert entry.kind == "UNSUPPORTED_CONTROL"
    assert told in (entry.reason or "")
    assert run.result.exit_code == 3


def test_one_around_a_table_keeps_it(tmp_path: Path) -> None:
    body = control("A", tbl(tr(tc("1"), tc("2"))) + p("x"), RICH)
    run = filled(tmp_path, body + p("y"), {"A": "v"})
    assert body in body_of(run)
    assert run.kinds() == [("A", "UNSUPPORTED_CONTROL")]


def test_a_name_of_another_script_around_a_link_is_none_of_a_field(tmp_path: Path) -> None:
    body = p(control("页脚", _PAGE, RICH))
    run = filled(tmp_path, body + p("【B】"), {"B": "v"})
    assert body in body_of(run)
    assert run.result.exit_code == 0


@pytest.mark.parametrize("content", [_LINK, _PAGE, control("", OLD), simple("PAGE", OLD)])
@pytest.mark.parametrize("by", ["tag", "alias"])
@pytest.mark.parametrize(
    ("declared", "payload"),
    [
        (p("【字段：甲】"), {}), (p("【字段：甲】"), {"甲": "v"}), (p("【=甲】"), {"甲": "v"}),
        (p("x"), {"甲": "v"}), (p(control("【甲|大写】", OLD)), {"甲": 1}),
        (p(control("【字段：甲】", OLD)), {"甲": "v"}),
    ],
)  # fmt: skip
def test_a_declared_name_around_a_link_is_told(
    tmp_path: Path, content: str, by: str, declared: str, payload: dict[str, Any]
) -> None:
    body = p(control("甲", content, RICH, by=by))
    run = filled(tmp_path, body + declared, payload)
    assert body in body_of(run)
    assert ("甲", "UNSUPPORTED_CONTROL") in run.kinds()
    assert run.result.exit_code == 3


def test_a_name_that_a_note_declares_is_told_in_each_copy(tmp_path: Path) -> None:
    note, mark = '<w:footnote w:id="2">{}</w:footnote>', '<w:r><w:footnoteReference w:id="2"/></w:r>'
    body = p("【#Items】") + p(control("甲", _LINK, RICH)) + p("【/Items】") + p(mark)
    stories = {"footnotes": note.format(p("【字段：甲】"))}
    run = filled(tmp_path, body, {"Items": [{}, {}]}, stories=stories)
    assert run.kinds() == [("甲", "UNSUPPORTED_CONTROL")] * 2


@pytest.mark.parametrize("name", ["A", "甲", "甲.乙"])
def test_a_date_around_a_link_is_told_in_any_script(tmp_path: Path, name: str) -> None:
    body = p("x ", control(name, _LINK, date()))
    run = filled(tmp_path, body, {})
    assert body_of(run) == body
    assert run.kinds() == [(name, "UNSUPPORTED_CONTROL")]
    assert run.result.exit_code == 3


def test_fields_of_the_template_in_a_control_are_filled_by_themselves(tmp_path: Path) -> None:
    run = filled(tmp_path, p(control("A", r("Dear ") + merge_field("B"), RICH)), {"B": "v"})
    assert run.paragraphs() == ["Dear v"]
    assert run.result.exit_code == 0


_STARTS = '<w:bookmarkStart w:id="7" w:name="bm"/><w:commentRangeStart w:id="3"/>'
_ENDS = '<w:commentRangeEnd w:id="3"/><w:bookmarkEnd w:id="7"/>'


@pytest.mark.parametrize(
    ("before", "content", "behind"),
    [
        ("", _STARTS + OLD + _ENDS, ""),
        ("", OLD + _STARTS, r("x") + _ENDS),
        (_STARTS, OLD + _ENDS + OLD, ""),
    ],
)
def test_bookmarks_and_ranges_of_comments_stay(
    tmp_path: Path, before: str, content: str, behind: str
) -> None:
    body = p(r("to "), before, control("A", content), behind) if before else p(control("A", content), behind)
    run = filled(tmp_path / "filled", body, {"A": "v"})
    for each in (*re.findall("<[^>]*>", _STARTS), *re.findall("<[^>]*>", _ENDS)):
        assert body_of(run).count(each) == 1
    assert texts(run) == ["v"]
    assert body_of(filled(tmp_path / "left", body, {})) == body


def test_ranges_stay_in_the_first_copy(tmp_path: Path) -> None:
    body = p("【#L】") + p(control("A", _STARTS + OLD + _ENDS)) + p("【/L】")
    run = filled(tmp_path, body, {"L": [{"A": "1"}, {}, {"A": "3"}]})
    assert texts(run) == ["1", "old", "3"]
    assert body_of(run).count("bookmarkStart") == body_of(run).count("commentRangeEnd") == 1
    first = filled(tmp_path / "first", body, {"L": [{}, {}]})
    assert texts(first) == ["old", "old"]
    assert body_of(first).count("bookmarkStart") == body_of(first).count("commentRangeEnd") == 1


# Levels.


def test_controls_around_paragraphs_cells_and_rows(tmp_path: Path) -> None:
    centred = p(PROMPT, properties='<w:jc w:val="center"/>')
    cell = tc(centred, properties='<w:tcW w:w="5" w:type="dxa"/>')
    table = tbl(tr(empty("B", cell, RICH), tc("x")), empty("C", tr(tc(p(PROMPT))), RICH), tr(tc("y")))
    run = filled(tmp_path, empty("A", centred, RICH) + table, {"A": "1\n2", "B": "3", "C": "4"})
    assert texts(run) == ["12", "3", "4"]
    assert body_of(run).count('<w:jc w:val="center"/>') == 3
    assert '<w:tc><w:tcPr><w:tcW w:w="5" w:type="dxa"/></w:tcPr><w:p>' in body_of(run)


@pytest.mark.parametrize("kind", [TEXT, LINES, RICH])
def test_lines_inside_a_paragraph_are_breaks(tmp_path: Path, kind: str) -> None:
    run = filled(tmp_path, p(empty("A", kind=kind)), {"A": "1\n2"})
    assert inside(run) == ['<w:r><w:t xml:space="preserve">1</w:t><w:br/><w:t>2</w:t></w:r>']


def test_plain_text_around_a_paragraph_keeps_its_lines_in_it(tmp_path: Path) -> None:
    run = filled(tmp_path, empty("A", p(PROMPT), LINES), {"A": "1\n2"})
    assert body_of(run).count("<w:p>") == 1
    assert "<w:br/>" in body_of(run)


def test_headers_notes_and_text_boxes(tmp_path: Path) -> None:
    run = filled(
        tmp_path, p(textbox(p(control("A", OLD)))), {"A": "v"}, stories={"header1": p(control("A", OLD))}
    )
    assert texts(run) == ["v", "v"]
    assert b">v</w:t>" in run.part("word/header1.xml")
    assert run.result.exit_code == 0


def test_strict_documents(tmp_path: Path) -> None:
    assert texts(filled(tmp_path, p(empty("A")), {"A": "v"}, strict=True)) == ["v"]


def test_locked_controls_are_filled_and_stay_locked(tmp_path: Path) -> None:
    run = filled(tmp_path, p(control("A", OLD, more='<w:lock w:val="sdtContentLocked"/>')), {"A": "v"})
    assert texts(run) == ["v"]
    assert '<w:lock w:val="sdtContentLocked"/>' in body_of(run)


def test_a_temporary_control_goes_once_it_isfilled(tmp_path: Path) -> None:
    body = p("x ", empty("A", more="<w:temporary/>"), " y")
    run = filled(tmp_path / "filled", body, {"A": "v"})
    assert run.paragraphs() == ["x v y"]
    assert "sdt" not in body_of(run)
    assert body_of(filled(tmp_path / "left", body, {})) == body


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
    body = p(control("D", OLD, date(picture, full="2001-01-01T00:00:00Z")))
    run = filled(tmp_path, body, {"D": value})
    assert texts(run) == [shown]
    assert re.findall('w:fullDate="([^"]*)"', body_of(run)) == ([] if stated is None else [stated])


def test_a_date_without_a_statement_gets_one(tmp_path: Path) -> None:
    run = filled(tmp_path, p(empty("D", kind=date())), {"D": "2026-05-06"})
    assert '<w:date w:fullDate="2026-05-06T00:00:00Z">' in body_of(run)


def test_the_format_of_a_tag_comes_before_the_picture(tmp_path: Path) -> None:
    run = filled(tmp_path, p(control("【D|日期大写】", OLD, date())), {"D": "2026-05-06"})
    assert texts(run) == ["二〇二六年五月六日"]
    assert 'w:fullDate="2026-05-06T00:00:00Z"' in body_of(run)


@pytest.mark.parametrize("calendar", ["hijri", "taiwan", "japan"])
def test_another_calendar_is_told_unless_the_tag_has_a_format(tmp_path: Path, calendar: str) -> None:
    kind = date().replace("gregorian", calendar)
    body = p(control("D", OLD, kind))
    run = filled(tmp_path / "left", body, {})
    assert body_of(run) == body
    assert run.kinds() == [("D", "UNKNOWN_FORMAT")]
    run = filled(tmp_path / "filled", p(control("【D|yyyy-MM-dd】", OLD, kind)), {"D": "2026-05-06"})
    assert texts(run) == ["2026-05-06"]


def test_a_value_that_is_no_date_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument):
        filled(tmp_path, p(control("D", OLD, date())), {"D": "soon"})


# Lists.


@pytest.mark.parametrize("value", ["b", "Big"])
@pytest.mark.parametrize("kind", ["dropDownList", "comboBox"])
def test_a_list_shows_the_entry_that_the_value_is(tmp_path: Path, kind: str, value: str) -> None:
    of_list = entries(("s", "Small"), ("b", "Big"), kind=kind, last="s")
    run = filled(tmp_path, p(control("A", OLD, of_list)), {"A": value})
    assert texts(run) == ["Big"]
    assert f'<w:{kind} w:lastValue="b">' in body_of(run)
    assert run.entries() == [("replaced", "A", "【A】", "Big")]


@pytest.mark.parametrize("value", ["Huge", "Choose an item.", 3])
def test_a_drop_down_takes_nothing_else(tmp_path: Path, value: object) -> None:
    with pytest.raises(InvalidArgument) as caught:
        filled(tmp_path, p(control("A", OLD, SIZES)), {"A": value})
    [error] = caught.value.detail["errors"]
    assert error["path"] == "$.payload.A"
    assert "Small, Big" in error["suggestion"]


def test_a_combo_box_takes_any_text(tmp_path: Path) -> None:
    of_list = entries(("s", "Small"), kind="comboBox")
    assert texts(filled(tmp_path, p(control("A", OLD, of_list)), {"A": "Huge"})) == ["Huge"]


@pytest.mark.parametrize("name", ["【A|大写字母】", "【A|前:x】"])
def test_a_drop_down_has_no_format(tmp_path: Path, name: str) -> None:
    body = p(control(name, OLD, SIZES))
    run = filled(tmp_path, body, {})
    assert body_of(run) == body
    assert [kind for _, kind in run.kinds()] == ["UNSUPPORTED_CONTROL"]


@pytest.mark.parametrize(
    ("payload", "shown"),
    [({}, ["Big", ""]), ({"A": "s"}, ["Small", ""]), ({"B": "b"}, ["Big", "Big"])],
)
def test_a_drop_down_may_have_a_default_or_be_absent(
    tmp_path: Path, payload: dict[str, Any], shown: list[str]
) -> None:
    body = p(control("【A|缺省:b】", OLD, SIZES), control("【B|可空】", OLD, SIZES))
    assert texts(filled(tmp_path, body, payload)) == shown


@pytest.mark.parametrize(
    ("second", "value", "shown"),
    [
        ((("b", "Big"), ("h", "Huge")), "b", "Big"),
        ((("b", "Large"), ("h", "Huge")), "b", None),
        ((("Big", "Big"),), "Big", "Big"),
        ((("b", "Big"), ("h", "Huge")), "h", None),
        ((("b", "Big"), ("h", "Huge")), "s", None),
    ],
)
def test_a_value_of_two_lists_is_an_entry_of_both_that_shows_the_same(
    tmp_path: Path, second: tuple[tuple[str, str], ...], value: str, shown: str | None
) -> None:
    body = p(control("A", OLD, SIZES), control("A", OLD, entries(*second)))
    if shown is None:
        with pytest.raises(InvalidArgument):
            filled(tmp_path, body, {"A": value})
    else:
        assert texts(filled(tmp_path, body, {"A": value})) == [shown, shown]


def test_a_condition_compares_with_the_value_as_it_is_given(tmp_path: Path) -> None:
    body = p("【?A=b】yes【/】", control("A", OLD, SIZES))
    assert filled(tmp_path, body, {"A": "b"}).paragraphs() == ["yesBig"]


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
    run = filled(tmp_path, p(control(name, r("☐", look), box(checked))), {"A": value})
    assert inside(run) == [f"<w:r><w:rPr>{look}</w:rPr>{content}</w:r>"]
    assert f'<w14:checked w14:val="{state}"/>' in body_of(run)


def test_a_temporary_picture_that_is_not_given_stays_in_every_copy(tmp_path: Path) -> None:
    picture = empty("P", placeholder_picture("x", kind="inline"), PICTURE, more="<w:temporary/>")
    run = filled(tmp_path, p("【#L】") + p(picture) + p("【/L】"), {"L": [{}, {"P": PNG}, {}]})
    assert body_of(run).count("<w:temporary/>") == 2
    assert body_of(run).count('descr="x"') == 2
    assert run.json("out.missing_fields.json")["missing_required"] == ["L[0].P", "L[2].P"]


def test_one_that_may_be_absent_is_cleared(tmp_path: Path) -> None:
    picture = empty("【P|可空】", placeholder_picture("x", kind="inline"), PICTURE)
    run = filled(tmp_path, p(control("【A|可空】", r("☒"), box()), picture), {})
    assert inside(run)[0] == '<w:r><w:t xml:space="preserve">☐</w:t></w:r>'
    assert run.result.exit_code == 0


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("A", TEXT), ("A", RICH), ("A", "<w15:repeatingSection/>"),
        ("甲", "<w15:repeatingSection/>"), ("甲", date()), ("甲", box()),
    ],
)  # fmt: skip
def test_a_control_without_a_paragraph_is_told(tmp_path: Path, name: str, kind: str) -> None:
    body = control(name, "", kind) + p("x")
    run = filled(tmp_path, body, {})
    assert body_of(run) == body
    assert run.kinds() == [(name, "UNSUPPORTED_CONTROL")]


@pytest.mark.parametrize(("declaration", "told"), [("【字段：甲】", 1), ("x", 0)])
def test_one_without_a_paragraph_is_told_if_its_name_is_declared(
    tmp_path: Path, declaration: str, told: int
) -> None:
    run = filled(tmp_path, control("甲", "", TEXT) + p(declaration), {})
    assert run.kinds() == [("甲", "UNSUPPORTED_CONTROL")] * told


def test_a_picture_control_takes_a_picture(tmp_path: Path) -> None:
    body = p(empty("S", placeholder_picture("a seal", kind="inline"), PICTURE))
    run = filled(tmp_path, body, {"S": {**PNG, "alt": "the seal"}})
    assert 'descr="the seal"' in body_of(run)
    assert 'r:embed="rId1"' in body_of(run)
    assert "showingPlcHdr" not in body_of(run)
    assert "word/media/docops1.png" in run.parts()


@pytest.mark.parametrize("kind", [TEXT, SIZES])
@pytest.mark.parametrize("before", [[], [p("x")]])
def test_a_control_behind_a_text_box_in_its_paragraph(tmp_path: Path, kind: str, before: list[str]) -> None:
    box = textbox(p("【B】"), p(textbox(p("in a box"))))
    body = "".join([*before, p(box, control("A", OLD, kind), r("x")), p("end")])
    run = filled(tmp_path, body, {"A": "s", "B": "b"})
    assert run.json("out.integrity.json")["verdict"] == "intact"
    [entry] = [each for each in run.json("out.replace_log.json")["entries"] if each["field_name"] == "A"]
    assert entry["paragraph_path"] == f"p{len(before)}"
