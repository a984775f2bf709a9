"""Merge fields of Word are fields of the template: filled, unlinked, told in the log, proved."""

import re
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from tests.engine.native.word_fields import character, code, complex_field, merge_field, simple
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, r, tbl, tc, textbox, tr


def _body(run: OpenRun, part: str = "word/document.xml") -> str:
    return run.part(part).decode()


def _filled(folder: Path, body: str, payload: dict[str, Any], **parts: Any) -> OpenRun:
    return run_open(folder, docx(body, **parts), payload)


@pytest.mark.parametrize(
    "field",
    [
        simple("MERGEFIELD Name", r("«Name»", "<w:b/>")),
        simple('mergefield "Name" \\* MERGEFORMAT', r("«Na", "<w:b/>"), r("me»", "<w:i/>")),
        complex_field(" MERGEFIELD Name ", r("«Name»", "<w:b/>")),
        complex_field((" MERGE", "FIELD ", "Na", "me \\* MERGE", "FORMAT "), r("«Name»", "<w:b/>")),
        complex_field(" MERGEFIELD Name ", r("«", "<w:b/>"), r("Name", "<w:i/>"), r("»")),
        f'<w:proofErr w:type="spellStart"/>{merge_field("Name")}<w:proofErr w:type="spellEnd"/>',
        '<w:r><w:rPr><w:b/></w:rPr><w:fldChar w:fldCharType="begin"/>'
        '<w:instrText>MERGEFIELD Name</w:instrText><w:fldChar w:fldCharType="separate"/>'
        '<w:t>«Name»</w:t><w:fldChar w:fldCharType="end"/></w:r>',
    ],
)
def test_a_merge_field_gives_way_to_its_value_in_the_look_of_its_result(tmp_path: Path, field: str) -> None:
    run = _filled(tmp_path, p("Dear ", field, "!"), {"Name": "Ann & Bo"})
    assert run.paragraphs() == ["Dear Ann &amp; Bo!"]
    assert '<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">Ann &amp; Bo</w:t></w:r>' in _body(run)
    assert not re.search("fld|instr|docops", _body(run))
    assert run.entries() == [("replaced", "Name", "【Name】", "Ann & Bo")]
    assert run.result.exit_code == 0


@pytest.mark.parametrize("change", ["del", "moveFrom"])
def test_a_deletion_in_a_field_is_told(tmp_path: Path, change: str) -> None:
    deleted = f'<w:{change} w:id="1" w:author="a"><w:r><w:delText>old</w:delText></w:r></w:{change}>'
    body = p(
        character("begin"), code(" MERGEFIELD A "), character("separate"), deleted, r("x"), character("end")
    )
    run = _filled(tmp_path, body, {})
    assert body in _body(run)
    assert run.kinds() == [("MERGEFIELD A", "UNSUPPORTED_FIELD")]


@pytest.mark.parametrize("change", ["del", "moveFrom"])
@pytest.mark.parametrize("field", [merge_field("A"), simple("MERGEFIELD A", r("«A»"))])
def test_a_deleted_field_before_one_of_its_name_is_none(tmp_path: Path, change: str, field: str) -> None:
    deleted = f'<w:{change} w:id="1" w:author="a">{field}</w:{change}>'
    run = _filled(tmp_path, p(deleted, field), {"A": "v"})
    assert deleted in _body(run)
    assert run.entries() == [("replaced", "A", "【A】", "v")]


def test_a_field_without_a_result_is_filled(tmp_path: Path) -> None:
    body = p(complex_field(" MERGEFIELD A ")) + p(simple("MERGEFIELD B"))
    assert _filled(tmp_path, body, {"A": "1", "B": "2"}).paragraphs() == ["1", "2"]


def test_the_log_tells_which_mark_became_which_tag(tmp_path: Path) -> None:
    run = _filled(tmp_path, p("x") + p(merge_field("Name", "\\* MERGEFORMAT")), {"Name": "Ann"})
    assert run.json("out.replace_log.json")["native"] == [
        {
            "kind": "merge_field",
            "name": "Name",
            "part": "word/document.xml",
            "paragraph_path": "p1",
            "original_text": "MERGEFIELD Name \\* MERGEFORMAT",
            "tag": "【Name】",
        }
    ]


def test_a_field_without_a_value_stays_as_it_is_and_is_missing(tmp_path: Path) -> None:
    bookmark = '<w:bookmarkStart w:id="1" w:name="b"/>'
    field = complex_field(" MERGEFIELD A ", bookmark + r("«A»", "<w:b/>")) + '<w:bookmarkEnd w:id="1"/>'
    body = p(field, merge_field("B")) + p(simple("MERGEFIELD A", r("«A»")))
    run = _filled(tmp_path, body, {"B": "2"})
    assert p(field, r("2", "<w:b/>")) + p(simple("MERGEFIELD A", r("«A»"))) in _body(run)
    assert run.result.exit_code == 2
    assert run.result.missing.required == ("A",)
    assert [each[0] for each in run.entries()] == ["missing", "replaced", "missing"]


def test_nothing_filled_leaves_the_part_as_it_was(tmp_path: Path) -> None:
    run = _filled(tmp_path, p(merge_field("A")), {})
    integrity = run.json("out.integrity.json")
    assert not any(part["changed"] for part in integrity["parts"])


def test_fields_stand_in_all_stories(tmp_path: Path) -> None:
    box = textbox(p(merge_field("A")), fallback=[p(simple("MERGEFIELD A", r("«A»")))])
    note = f'<w:footnote w:id="2">{p(merge_field("A"))}</w:footnote>'
    body = p(box) + tbl(tr(tc(p(merge_field("A"))))) + p('<w:r><w:footnoteReference w:id="2"/></w:r>')
    stories = {"header1": p(merge_field("A")), "footer1": p(merge_field("A")), "footnotes": note}
    run = _filled(tmp_path, body, {"A": "7"}, stories=stories)
    assert "MERGEFIELD" not in "".join(_body(run, name) for name in run.parts() if name.startswith("word/"))
    assert _body(run).count(">7<") == 3
    assert all(">7<" in _body(run, f"word/{stem}.xml") for stem in stories)


def test_rows_between_table_start_and_table_end_are_repeated(tmp_path: Path) -> None:
    row = tr(
        tc(p(merge_field("TableStart:Items"), merge_field("Name"))),
        tc(p(merge_field("Price", '\\# "#,##0.00"'), merge_field("TableEnd:Items"))),
    )
    payload = {"Items": [{"Name": "pen", "Price": "1234.50"}, {"Name": "ink", "Price": 3}]}
    run = _filled(tmp_path, tbl(tr(tc("name"), tc("price")), row) + p("end"), payload)
    assert run.paragraphs() == ["name", "price", "pen", "1,234.50", "ink", "3.00", "end", ""][:7]
    run = _filled(tmp_path / "missing", tbl(tr(tc("name"), tc("price")), row) + p("end"), {})
    assert row in _body(run)
    assert run.result.exit_code == 2


def test_a_list_of_many_rows_is_filled(tmp_path: Path) -> None:
    row = tr(
        tc(p(merge_field("TableStart:Items"), merge_field("A"))),
        tc(p(merge_field("B"), merge_field("TableEnd:Items"))),
    )
    items = [{"A": str(number), "B": "x"} for number in range(300)]
    run = _filled(tmp_path, tbl(row) + p(""), {"Items": items})
    assert run.paragraphs()[:4] == ["0", "x", "1", "x"]
    assert "docops" not in _body(run)
    del items[7]["B"]
    run = _filled(tmp_path / "missing", tbl(row) + p(""), {"Items": items})
    assert _body(run).count("MERGEFIELD") == 1
    assert "【" not in _body(run)
    assert run.result.missing.required == ("Items[7].B",)


_IF = character("begin") + code(" IF ") + merge_field("A") + code(' = "x" "y" ') + character("separate")


@pytest.mark.parametrize(
    ("body", "shown"),
    [
        (_IF + r("z") + character("end"), "MERGEFIELD A"),
        (character("begin") + code(" MERGEFIELD ") + merge_field("A") + character("end"), "MERGEFIELD A"),
        (complex_field(" MERGEFIELD A B ", r("x")), "MERGEFIELD A B"),
        (complex_field(" MERGEFIELD Ａ ", r("x")), "MERGEFIELD Ａ"),
        (
            complex_field(" MERGEFIELD A ", f'<w:hyperlink w:anchor="b">{r("x")}</w:hyperlink>'),
            "MERGEFIELD A",
        ),
        (complex_field(" MERGEFIELD A ", '<w:r><w:endnoteReference w:id="1"/></w:r>'), "MERGEFIELD A"),
        (simple("= 1 + 2", simple("MERGEFIELD A", r("x"))), "MERGEFIELD A"),
        (complex_field(" NEXT "), "NEXT"),
        (simple("MERGEREC \\* MERGEFORMAT", r("1")), "MERGEREC \\* MERGEFORMAT"),
    ],
)
def test_a_field_that_cannot_be_one_is_left_alone_and_told(tmp_path: Path, body: str, shown: str) -> None:
    run = _filled(tmp_path, p(body) + p(merge_field("C")), {"C": "3"})
    assert p(body) + p(r("3", "<w:b/>")) in _body(run)
    assert (shown, "UNSUPPORTED_FIELD") in run.kinds()
    assert run.result.exit_code == 3


def test_a_value_that_reads_like_the_tag_of_a_mark_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument) as caught:
        _filled(tmp_path, p(merge_field("A"), merge_field("B")), {"A": "x\n【A】", "B": "【C】"})
    assert [each["path"] for each in caught.value.detail["errors"]] == ["$.payload.A"]


@pytest.mark.parametrize(
    ("switches", "value", "shown"),
    [
        ("\\* Upper", "ann", "ANN"),
        ("\\* Lower \\* MERGEFORMAT", "ANN", "ann"),
        ("\\*FirstCap", "ann lee", "Ann lee"),
        ("\\* caps \\* CHARFORMAT", "ann lee", "Ann Lee"),
        ('\\b "Dear " \\f ",  "', "Ann", "Dear Ann,  "),
        ('\\b "Dear " \\f ", "', "", ""),
        ('\\b "Nr. " \\# "#,##0.00"', "1234.5", "Nr. 1,234.50"),
        ("\\# 0%", "50", "50%"),
        ('\\# "0.0 %"', "12.34", "12.3 %"),
        ("\\# 0% \\f !", "5", "5%!"),
        ('\\@ "yyyy年M月d日"', "2026-05-06", "2026年5月6日"),
        ("\\@ \"yyyy'年'MM'月'\"", "2026-05-06", "2026年05月"),
        ("\\@ yyyy-MM-dd", "2026-05-06", "2026-05-06"),
        ("\\m", "x", "x"),
    ],
)
def test_switches_are_honoured(tmp_path: Path, switches: str, value: str, shown: str) -> None:
    run = _filled(tmp_path, p("[", merge_field("A", switches), "|"), {"A": value})
    assert run.paragraphs() == [f"[{shown}|"]


@pytest.mark.parametrize(
    "switches", ['\\@ "d MMMM yyyy"', '\\# "$#,##0.00"', "\\* CardText", "\\v", '\\b "a|b"', "\\z"]
)
def test_switches_without_a_format_like_them_are_told(tmp_path: Path, switches: str) -> None:
    body = p(merge_field("A", switches))
    run = _filled(tmp_path, body, {})
    assert run.kinds() == [(f"MERGEFIELD A {switches}", "UNKNOWN_FORMAT")]
    assert body in _body(run)


@pytest.mark.parametrize("sign", ["br", "cr"])
def test_a_line_break_in_a_switch_is_told(tmp_path: Path, sign: str) -> None:
    """The usual way to leave out the lines of absent values: no format has a line break."""
    broken = code(' MERGEFIELD A \\f "') + f"<w:r><w:{sign}/></w:r>" + code('" ')
    body = p(character("begin"), broken, character("separate"), r("«A»"), character("end"), r("next"))
    run = _filled(tmp_path, body, {})
    assert body in _body(run)
    assert [kind for _, kind in run.kinds()] == ["UNKNOWN_FORMAT"]


def test_a_tab_in_an_instruction_is_white_space(tmp_path: Path) -> None:
    body = p(character("begin"), code(" MERGEFIELD"), "<w:r><w:tab/></w:r>", code("A "), character("end"))
    assert _filled(tmp_path, body, {"A": "v"}).paragraphs() == ["v"]


def test_an_instruction_in_a_tracked_insertion_is_told(tmp_path: Path) -> None:
    inserted = f'<w:ins w:id="1" w:author="a">{code(" MERGEFIELD A ")}</w:ins>'
    body = p(character("begin"), inserted, character("separate"), r("«A»"), character("end"))
    run = _filled(tmp_path, body, {})
    assert body in _body(run)
    assert run.kinds() == [("MERGEFIELD A", "UNSUPPORTED_FIELD")]


@pytest.mark.parametrize(
    ("name", "key"),
    [('"First Name"', "First_Name"), ("First_Name", "First_Name"), ("姓名", "姓名"), ("straße", "straße")],
)
def test_names_of_a_data_source_are_names_of_fields(tmp_path: Path, name: str, key: str) -> None:
    run = _filled(tmp_path, p(merge_field(name)), {key: "Ann"})
    assert run.paragraphs() == ["Ann"]
    assert run.entries()[0][1] == key


def test_a_value_of_several_lines_becomes_paragraphs_where_the_field_stands_alone(tmp_path: Path) -> None:
    run = _filled(tmp_path, p(merge_field("A")) + p("x", merge_field("A")), {"A": "1\n2"})
    assert run.paragraphs() == ["1", "2", "x12"]


def test_native_marks_and_brackets_are_mixed(tmp_path: Path) -> None:
    body = p("【?A】", merge_field("A"), "【否则】none【/】 【B】") + p(
        "【#L】", merge_field("C"), "、【/L】"
    )
    payload = {"A": "1", "B": "2", "L": [{"C": "x"}, {"C": "y"}]}
    assert _filled(tmp_path, body, payload).paragraphs() == ["1 2", "x、y、"]


def test_a_field_that_is_left_is_told_for_each_copy_in_the_document(tmp_path: Path) -> None:
    body = p("【#L】") + p(_IF + character("end")) + p("【/L】") + p(merge_field("B"))
    run = _filled(tmp_path, body, {"L": [{}, {}], "B": "1\n2"})
    entries = [
        each for each in run.json("out.replace_log.json")["entries"] if each["status"] == "unsupported"
    ]
    assert [(each["paragraph_path"], each["result_path"]) for each in entries] == [("p1", "p0"), ("p1", "p1")]
    assert len(run.json("out.missing_fields.json")["left"]) == 2
    run = _filled(tmp_path / "none", body, {"L": [], "B": "1\n2"})
    (entry,) = [
        each for each in run.json("out.replace_log.json")["entries"] if each["status"] == "unsupported"
    ]
    assert "result_path" not in entry
    assert run.json("out.missing_fields.json")["left"] == []
    assert run.result.exit_code == 3


@pytest.mark.parametrize("place", ["rt", "rubyBase"])
@pytest.mark.parametrize("field", [merge_field("A"), simple("MERGEFIELD A", r("x"))])
def test_one_in_a_phonetic_guide_is_told(tmp_path: Path, place: str, field: str) -> None:
    texts = {"rt": r("x"), "rubyBase": r("y"), place: field}
    inner = "".join(f"<w:{name}>{text}</w:{name}>" for name, text in texts.items())
    body = p(f"<w:r><w:ruby><w:rubyPr/>{inner}</w:ruby></w:r>", merge_field("B"))
    run = run_open(tmp_path, docx(body), {"A": "v", "B": "w"})
    [told] = run.result.log.unsupported
    assert (told.kind, told.reason) == (
        "UNSUPPORTED_FIELD", "it lies in a phonetic guide; take the guide away",
    )  # fmt: skip
    assert field in run.part("word/document.xml").decode()
    assert (run.json("out.integrity.json")["verdict"], run.result.exit_code) == ("intact", 3)


def test_one_in_the_runs_of_an_equation_is_told(tmp_path: Path) -> None:
    field = merge_field("A").replace("<w:r>", "<m:r>").replace("</w:r>", "</m:r>")
    namespace = "http://schemas.openxmlformats.org/officeDocument/2006/math"
    body = p(f'<m:oMath xmlns:m="{namespace}">{field}</m:oMath>', merge_field("B"))
    run = run_open(tmp_path, docx(body), {"A": "v", "B": "w"})
    assert run.kinds() == [("MERGEFIELD A", "UNSUPPORTED_FIELD")]
    assert field in run.part("word/document.xml").decode()
    assert (run.json("out.integrity.json")["verdict"], run.result.exit_code) == ("intact", 3)
