"""Legacy form fields stay form fields: text, the state of a check box, the entry of a list."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.pipeline import inspect, precheck
from tests.engine.native.word_fields import character, code, complex_field
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, r, tbl, tc


def _data(name: str, inside: str) -> str:
    return f'<w:ffData><w:name w:val="{name}"/><w:enabled/><w:calcOnExit w:val="0"/>{inside}</w:ffData>'


def _text(name: str, *result: str, given: str = "<w:textInput/>") -> str:
    return complex_field(" FORMTEXT ", *result, data=_data(name, given))


def _box(name: str, inside: str = '<w:sizeAuto/><w:default w:val="0"/>') -> str:
    return complex_field(" FORMCHECKBOX ", data=_data(name, f"<w:checkBox>{inside}</w:checkBox>"))


def _list(name: str, *entries: str, before: str = "") -> str:
    listed = "".join(f'<w:listEntry w:val="{each}"/>' for each in entries)
    return complex_field(" FORMDROPDOWN ", data=_data(name, f"<w:ddList>{before}{listed}</w:ddList>"))


def _filled(folder: Path, body: str, payload: dict[str, Any]) -> OpenRun:
    return run_open(folder, docx(body), payload)


def _body(run: OpenRun) -> str:
    return run.part("word/document.xml").decode()


def test_the_result_of_a_text_field_becomes_the_value(tmp_path: Path) -> None:
    body = p("Name: ", _text("Text1", r("   ", "<w:b/>"), r("  ")), ".") + p(_text("Text2", r("\u2002")))
    run = _filled(tmp_path, body, {"Text1": "Ann", "Text2": "a\nb"})
    lines = r("a")[: -len("</w:r>")] + "<w:br/><w:t>b</w:t></w:r>"
    assert p("Name: ", _text("Text1", r("Ann", "<w:b/>")), ".") + p(_text("Text2", lines)) in _body(run)
    assert [each["kind"] for each in run.json("out.replace_log.json")["native"]] == ["form_field"] * 2


def test_a_text_field_without_a_name_in_its_data_has_that_of_its_bookmark(tmp_path: Path) -> None:
    data = "<w:ffData><w:enabled/><w:textInput/></w:ffData>"
    field = complex_field(" FORMTEXT ", r("x"), data=data)
    marked = field.replace("<w:r><w:instr", '<w:bookmarkStart w:id="0" w:name="City"/><w:r><w:instr')
    body = p(marked, '<w:bookmarkEnd w:id="0"/>') + p(field)
    run = _filled(tmp_path, body, {"City": "Bonn"})
    assert body.replace(">x<", ">Bonn<", 1) in _body(run)
    assert run.result.exit_code == 0


@pytest.mark.parametrize(
    ("written", "value", "shown"),
    [("UPPERCASE", "ann", "ANN"), ("Title case", "ann lee", "Ann Lee"), ("", "ann", "ann")],
)
def test_a_text_field_has_a_format(tmp_path: Path, written: str, value: str, shown: str) -> None:
    given = f'<w:textInput><w:format w:val="{written}"/></w:textInput>'
    body = p(_text("A", r("x"), given=given))
    assert body.replace(">x<", f">{shown}<") in _body(_filled(tmp_path, body, {"A": value}))


@pytest.mark.parametrize(("written", "shown"), [("0.00", "5.00"), ("0%", "5%"), ("#,##0.0%", "5.0%")])
def test_a_number_has_its_picture_and_a_percent_sign_is_shown(
    tmp_path: Path, written: str, shown: str
) -> None:
    given = f'<w:textInput><w:type w:val="number"/><w:format w:val="{written}"/></w:textInput>'
    body = p(_text("A", r("x"), given=given))
    assert body.replace(">x<", f">{shown}<") in _body(_filled(tmp_path, body, {"A": "5"}))


@pytest.mark.parametrize("value", [True, False])
@pytest.mark.parametrize(
    "before", ["<w:sizeAuto/>", '<w:sizeAuto/><w:checked w:val="0"/>', "<w:sizeAuto/><w:checked></w:checked>"]
)
def test_a_check_box_is_checked_or_not(tmp_path: Path, before: str, value: bool) -> None:
    run = _filled(tmp_path, p(_box("Check1", before), r(" yes")), {"Check1": value})
    after = f'<w:sizeAuto/><w:checked w:val="{int(value)}"/>'
    assert p(_box("Check1", after), r(" yes")) in _body(run)
    assert not {"☑", "☐"} & {*_body(run)}
    assert run.entries() == [("replaced", "Check1", "【□Check1】", "☑" if value else "☐")]


def test_an_entry_of_a_list_is_chosen(tmp_path: Path) -> None:
    run = _filled(tmp_path, p(_list("City", "Bonn", "Köln &amp; Umland")), {"City": "Köln & Umland"})
    assert p(_list("City", "Bonn", "Köln &amp; Umland", before='<w:result w:val="1"/>')) in _body(run)
    chosen = _list("City", "Bonn", "Kiel", before='<w:result w:val="1"/>')
    run = _filled(tmp_path / "again", p(chosen), {"City": "Bonn"})
    assert p(chosen.replace('"1"', '"0"')) in _body(run)


@pytest.mark.parametrize("value", ["bonn", ""])
@pytest.mark.parametrize("in_list", [False, True])
def test_a_value_that_is_no_entry_is_refused(tmp_path: Path, value: str, in_list: bool) -> None:
    field = p(_list("City", "Bonn", "Kiel"))
    body = p("【#L】") + field + p("【/L】") if in_list else field
    payload: dict[str, Any] = {"L": [{"City": "Bonn"}, {"City": value}]} if in_list else {"City": value}
    with pytest.raises(InvalidArgument) as caught:
        _filled(tmp_path, body, payload)
    (error,) = caught.value.detail["errors"]
    assert error["path"] == ("$.payload.L[1].City" if in_list else "$.payload.City")
    assert error["suggestion"] == ("Did you mean Bonn?" if value else "The entries are: Bonn, Kiel.")


def test_the_schema_has_the_entries_of_a_list(tmp_path: Path) -> None:
    file = tmp_path / "template.docx"
    file.write_bytes(docx(p(_list("City", "Bonn", "Kiel"))))
    found = inspect(Job(JobKind.INSPECT, ()), file).as_dict()
    assert found["schema"]["properties"]["City"]["enum"] == ["Bonn", "Kiel", None]
    assert found["sample_task"]["payload"] == {"City": "Bonn"}


def test_form_fields_without_a_value_stay_as_they_are(tmp_path: Path) -> None:
    body = p(_text("A", r("x")), _box("B"), _list("C", "1", "2"), r("!"))
    run = _filled(tmp_path, body + p("【D】"), {"D": "4"})
    assert body + p("4") in _body(run)
    assert run.result.missing.required == ("A", "B", "C")


def test_form_fields_stand_in_rows_that_are_repeated(tmp_path: Path) -> None:
    row = "<w:tr>" + tc(p("【#L】", _text("A", r("x")))) + tc(p(_box("B"), r("【/L】"))) + "</w:tr>"
    run = _filled(
        tmp_path, tbl(row) + p(""), {"L": [{"A": "1", "B": True}, {"A": "2", "B": False}, {"A": "3"}]}
    )
    assert [_body(run).count(f'<w:checked w:val="{each}"/>') for each in (0, 1)] == [1, 1]
    assert run.result.missing.required == ("L[2].B",)
    assert all(_text("A", r(each)) in _body(run) for each in "123")
    assert _body(run).count(_box("B")) == 1


def test_a_calculated_field_is_left_alone_and_told(tmp_path: Path) -> None:
    given = '<w:textInput><w:type w:val="calculated"/><w:default w:val="=1+1"/></w:textInput>'
    run = _filled(tmp_path, p(_text("Sum", r("2"), given=given)), {})
    assert run.kinds() == [("FORMTEXT", "UNKNOWN_FORMAT")]
    assert run.result.exit_code == 3


_BEGUN = character("begin", _data("A", "<w:textInput/>")) + code(" FORMTEXT ") + character("separate")
_CUT = "it begins and ends in different paragraphs, links, controls or changes"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (p(_BEGUN, r("one")) + p(r("two"), character("end")), _CUT),
        (p(_BEGUN, f'<w:hyperlink w:anchor="x">{r("two")}{character("end")}</w:hyperlink>'), _CUT),
        (p(_BEGUN, r("never ended")), _CUT),
        (
            p(
                '<w:r><w:fldChar w:fldCharType="begin"><w:ffData><w:name w:val="A"/><w:textInput/></w:ffData>'
                '</w:fldChar><w:instrText> FORMTEXT </w:instrText><w:fldChar w:fldCharType="separate"/>'
                '<w:t>old</w:t><w:fldChar w:fldCharType="end"/></w:r>'
            ),
            "its result and its field characters share a run; fill it in once in Word and save",
        ),
    ],
)
@pytest.mark.parametrize("payload", [{}, {"A": "v"}])
def test_a_named_field_that_cannot_be_filled_is_told(
    tmp_path: Path, body: str, reason: str, payload: dict[str, Any]
) -> None:
    run = _filled(tmp_path, body, payload)
    assert body in _body(run)
    assert [(each.original_text, each.reason) for each in run.result.log.unsupported] == [
        ("FORMTEXT", reason)
    ]
    assert run.result.exit_code == 3


def test_a_field_without_a_name_over_paragraphs_is_for_people(tmp_path: Path) -> None:
    body = (p(_BEGUN, r("one")) + p(r("two"), character("end"))).replace('w:val="A"', 'w:val=""')
    assert _filled(tmp_path, body + p("【B】"), {"B": "v"}).result.exit_code == 0


def _limited(name: str, most: int) -> str:
    return _text(name, r("x"), given=f'<w:textInput><w:maxLength w:val="{most}"/></w:textInput>')


def _warned(run: OpenRun) -> list[tuple[Any, ...]]:
    told = run.json("out.replace_log.json").get("warnings", [])
    assert told == run.json("out.format_report.json").get("warnings", [])
    return [(each["code"], each["place"], each["field"], each["length"], each["limit"]) for each in told]


def test_a_value_longer_than_its_field_takes_is_filled_whole_and_told(tmp_path: Path) -> None:
    body = p("x") + p(_limited("A", 3)) + p(_limited("A", 4), _limited("A", 2), _text("A", r("x")))
    run = _filled(tmp_path, body, {"A": "abcd"})
    assert run.paragraphs() == ["x", "abcd", "abcdabcdabcd"]
    code = "FORM_FIELD_LENGTH"
    assert _warned(run) == [(code, "p1", "A", 4, 3), (code, "p2", "A", 4, 2)]
    [warning, _] = run.result.log.warnings
    assert "p1: A has 4 characters of at most 3" in warning.message
    assert "p1：A 有 4 个字符，最多 3 个" in warning.in_both_languages()
    assert run.json("out.integrity.json")["verdict"] == "intact"
    assert run.result.exit_code == 0


@pytest.mark.parametrize(("limit", "value"), [("3", "abc"), ("0", "abcd"), ("", "abcd"), ("-1", "abcd")])
def test_a_value_that_fits_is_not_told(tmp_path: Path, limit: str, value: str) -> None:
    given = f'<w:textInput><w:maxLength w:val="{limit}"/></w:textInput>'
    assert _warned(_filled(tmp_path, p(_text("A", r("x"), given=given)), {"A": value})) == []


def test_the_length_is_that_of_what_is_shown(tmp_path: Path) -> None:
    number = '<w:type w:val="number"/>', '<w:format w:val="0.00"/>'
    given = f'<w:textInput>{number[0]}<w:maxLength w:val="3"/>{number[1]}</w:textInput>'
    run = _filled(tmp_path, p(_text("A", r("x"), given=given)), {"A": 5})
    assert [each[3:] for each in _warned(run)] == [(4, 3)]


@pytest.mark.parametrize("count", [3, 300])
def test_each_copy_is_told(tmp_path: Path, count: int) -> None:
    body = p("【#R】") + p(_limited("A", 3)) + p("【/R】")
    items = [{"A": "abcd" if number % 2 else "abc"} for number in range(count)]
    told = _warned(_filled(tmp_path, body, {"R": items}))
    assert [each[1] for each in told] == [f"p{number}" for number in range(1, count, 2)]


def test_precheck_and_inspect_know_the_length(tmp_path: Path) -> None:
    file = tmp_path / "template.docx"
    file.write_bytes(docx(p(_limited("A", 3), _limited("A", 2), _text("B", r("x")), _limited("甲", 5))))
    task = Job(JobKind.PRECHECK, (), None, {"A": "abc", "B": "b", "甲": "v"})
    [warning] = precheck(task, file).as_dict()["warnings"]
    assert (warning["code"], warning["field"], warning["limit"]) == ("FORM_FIELD_LENGTH", "A", 2)
    properties = inspect(Job(JobKind.INSPECT, ()), file).as_dict()["schema"]["properties"]
    lengths = {name: each.get("x-docops-max-length") for name, each in properties.items()}
    assert lengths == {"A": 2, "B": None, "甲": 5}
