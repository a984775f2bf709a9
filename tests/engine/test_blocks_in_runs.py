"""Lists and conditions in runs: what comes out, what is told, what the log says (docs/contract.md, 8)."""

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.bilingual import Bilingual
from docops_flask.engine.errors import ExitCode, InvalidArgument, TemplateLimitExceeded
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.opc.limits import Limits
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import inspect, precheck, run_to_folder
from docops_flask.engine.skills.skill import Field, Skill
from tests.engine.inline_markup import field
from tests.engine.open_jobs import OpenRun, run_open
from tests.factories import docx, p, r, tbl, tc, textbox, tr

_ROWS = docx(
    p("致【甲方】：")
    + tbl(
        tr(tc(p("号")), tc(p("名"))),
        tr(tc(p("【#采购项】【#】")), tc(p("【=品名】【金额|#,##0.00】【/采购项】"))),
    )
)


def _log(done: OpenRun) -> dict[str, Any]:
    found: dict[str, Any] = done.json("out.replace_log.json")
    return found


def _intact(done: OpenRun) -> bool:
    return bool(done.json("out.integrity.json")["verdict"] == "intact")


def test_a_list_of_rows_is_filled_and_each_entry_says_its_copy(tmp_path: Path) -> None:
    items = [{"品名": "纸", "金额": Decimal("20.5")}, {"品名": "笔", "金额": 3}]
    done = run_open(tmp_path, _ROWS, {"甲方": "A", "采购项": items})
    assert done.result.exit_code is ExitCode.OK
    assert done.paragraphs() == ["致A：", "号", "名", "1", "纸20.50", "2", "笔3.00"]
    log = _log(done)
    [block] = log["blocks"]
    assert (block["kind"], block["extent"], block["copies"]) == ("each", "rows", 2)
    assert (block["result_from"], block["result_to"]) == ("t0.r1", "t0.r2")
    first, *_, last = log["entries"]
    assert ("copy" in first, first["result_path"]) == (False, "p0")
    assert last["copy"] == [[0, 1]]
    assert (last["paragraph_path"], last["run_id"]) == ("t0.r1.c1.p0", "t0.r1.c1.p0:r0")
    assert (last["start"], last["end"], last["original_text"]) == (5, 18, "【金额|#,##0.00】")
    assert (last["result_path"], last["payload_path"]) == ("t0.r2.c1.p0", "$.采购项[1].金额")
    assert [each["field_name"] for each in log["entries"][1:4]] == ["#", "品名", "金额"]
    assert log["entries"][1]["payload_path"] == "$.采购项[0]"
    assert (log["summary"]["block_count"], log["summary"]["copy_count"]) == (1, 2)
    assert log["touched_runs"] == ["p0:r0", "t0.r1.c0.p0:r0", "t0.r1.c1.p0:r0"]
    assert _intact(done)


def test_a_name_is_looked_up_in_its_scope_alone(tmp_path: Path) -> None:
    done = run_open(
        tmp_path,
        "【#A】\n【N】 【全文.T】\n【#B】【上级.N】-【.】-【上级.#】【#】【间隔】, 【/B】\n【/A】",
        {"T": "t", "A": [{"N": "1", "B": ["x", "y"]}, {"N": "2", "B": ["z"]}]},
    )
    assert done.paragraphs() == ["1 t", "1-x-11, 1-y-12", "2 t", "2-z-21"]
    entries = _log(done)["entries"]
    assert [each["field_name"] for each in entries[1:5]] == ["全文.T", "上级.N", ".", "上级.#"]
    assert [each["payload_path"] for each in entries[1:6]] == [
        "$.T",
        "$.A[0].N",
        "$.A[0].B[0]",
        "$.A[0]",
        "$.A[0].B[0]",
    ]
    assert entries[2]["copy"] == [[0, 0], [1, 0]]
    assert _intact(done)


def test_the_same_tag_twice_in_a_paragraph_has_each_its_own_text(tmp_path: Path) -> None:
    done = run_open(
        tmp_path, "【N】: 【#A】【N】【间隔】+【/A】=【N】", {"N": "n", "A": [{"N": 1}, {"N": 2}]}
    )
    assert done.paragraphs() == ["n: 1+2=n"]
    assert _intact(done)


def test_conditions_and_their_other_part(tmp_path: Path) -> None:
    text = "【?A】a【A】【否则】none【/A】\n【?B=x|y】\n【B】\n【否则】\nother\n【/B】\n【^C】no【/】"
    assert run_open(tmp_path / "1", text, {"A": "1", "B": "y"}).paragraphs() == ["a1", "y", "no"]
    done = run_open(tmp_path / "2", text, {"B": "z", "C": True})
    assert done.paragraphs() == ["none", "other"]
    assert done.result.exit_code is ExitCode.OK
    assert [each["branch"] for each in _log(done)["blocks"]] == ["other", "other", None]
    assert _log(done)["blocks"][2]["dropped"] == [{"path": "p6", "reason": "V3"}]


def test_a_comparison_with_an_absent_value_is_false_and_missing(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【?A=1】yes【否则】no【/】", {})
    assert done.paragraphs() == ["no"]
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    missing = done.json("out.missing_fields.json")
    assert (missing["missing_required"], missing["left"]) == (["A"], [])
    assert missing["missing"] == [{"field": "A", "place": "p0", "suggestion": None}]
    assert run_open(tmp_path / "2", "【?A=1|可空】yes【否则】no【/】", {}).result.exit_code is ExitCode.OK


def test_a_list_that_is_not_given_stays_and_is_missing(tmp_path: Path) -> None:
    done = run_open(tmp_path, _ROWS, {"甲方": "A"})
    assert done.paragraphs()[3:] == ["【#采购项】【#】", "【=品名】【金额|#,##0.00】【/采购项】"]
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    missing = done.json("out.missing_fields.json")
    assert missing["missing_required"] == ["采购项"]
    assert missing["missing"] == [{"field": "采购项", "place": "t0.r1.c0.p0", "suggestion": None}]
    assert [each["text"] for each in missing["left"]] == ["【#采购项】"]
    assert missing["left"][0]["reason"] == "missing"
    assert [each["status"] for each in _log(done)["entries"]] == ["replaced"]
    assert _log(done)["blocks"][0]["status"] == "missing"
    assert done.result.log.left_count == 1
    assert _intact(done)


def test_missing_names_have_their_copies_and_outer_values_are_pointed_at(tmp_path: Path) -> None:
    items = [{"品名": "纸", "金额": 1}, {"品名": "笔"}]
    done = run_open(tmp_path, _ROWS, {"甲方": "A", "采购项": items, "金额": 5})
    missing = done.json("out.missing_fields.json")
    assert missing["missing_required"] == ["采购项[1].金额"]
    assert missing["missing"][0]["suggestion"] == "全文.金额"
    assert "【全文.金额】" in _log(done)["entries"][-1]["reason"]
    assert missing["left"][0]["place"] == "t0.r2.c1.p0"
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED


def test_of_many_missing_names_a_thousand_have_their_copies(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【#A】\n【B】\n【/A】", {"A": [{}] * 1_500})
    names = done.json("out.missing_fields.json")["missing_required"]
    assert len(names) == 1_001
    assert ("A[0].B" in names, "A[…].B" in names, "A[1200].B" in names) == (True, True, False)


@pytest.mark.parametrize(
    ("payload", "path"),
    [
        ({"A": [{"日期": "2026-01-02"}, {"日期": "soon"}]}, "$.payload.A[1].日期"),
        ({"A": [{"数": "many"}, {"数": "3"}]}, "$.payload.A[0].数"),
        ({"A": [{"typo": 1}]}, "$.payload.A[0].typo"),
        ({"A": "x"}, "$.payload.A"),
        ({"A": {"日期": "2026-01-02"}}, "$.payload.A"),
    ],
)
def test_a_value_of_any_copy_that_does_not_fit_is_refused(
    tmp_path: Path, payload: Mapping[str, Any], path: str
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, "【#A】【日期|日期|可空】【数|大写|可空】【/A】", payload)
    assert refused.value.detail["errors"][0]["path"] == path


def test_defaults_inside_copies(tmp_path: Path) -> None:
    done = run_open(
        tmp_path, "【#A】【B|缺省:无】【C|可空】；【/A】", {"A": [{"B": " "}, {"B": "x", "C": "y"}]}
    )
    assert done.paragraphs() == ["无；xy；"]
    assert done.result.exit_code is ExitCode.OK


def test_lines_are_paragraphs_in_copies_too(tmp_path: Path) -> None:
    text = "【#A】\n【正文】\n【/A】\n【?X】【正文】【/X】\n【正文】"
    payload = {"A": [{"正文": "一\n二"}, {"正文": "三"}], "X": True, "正文": "p\nq"}
    done = run_open(tmp_path, text, payload)
    assert done.paragraphs() == ["一", "二", "三", "pq", "p", "q"]
    lines = [each for each in _log(done)["blocks"] if each["kind"] == "lines"]
    assert [(each["id"], each["inside"], each["copies"]) for each in lines] == [(2, [[0, 0]], 2), (3, [], 2)]
    assert [(each["result_from"], each["result_to"]) for each in lines] == [("p0", "p1"), ("p4", "p5")]
    copies = [each.get("copy") for each in _log(done)["entries"]]
    assert copies == [[[0, 0], [2, 0]], [[0, 0], [2, 1]], [[0, 1]], [[1, 0]], [[3, 0]], [[3, 1]]]
    assert _intact(done)


def test_remarks_and_declarations_vanish_and_are_told(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【--note】【字段：甲方】\n【甲方】【——x】", {"甲方": "A"})
    assert done.paragraphs() == ["A"]
    told = [(each["kind"], each["copies"], each["dropped"]) for each in _log(done)["blocks"]]
    assert told == [
        ("remark", 0, [{"path": "p0", "reason": "V1"}]),
        ("declare", 0, []),
        ("remark", 0, []),
    ]
    assert _log(done)["entries"][0]["result_path"] == "p0"
    assert _intact(done)


def test_a_remark_in_copies_is_told_for_each(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【#A】\n【.】【--x】\n【否则】\n-【--y】\n【/A】", {"A": ["1", "2"]})
    assert done.paragraphs() == ["1", "2"]
    remarks = [each for each in _log(done)["blocks"] if each["kind"] == "remark"]
    assert [each["inside"] for each in remarks] == [[[0, 0]], [[0, 1]]]
    assert _intact(done)


def test_a_faulty_block_stays_and_the_rest_is_filled(tmp_path: Path) -> None:
    done = run_open(
        tmp_path, "【#A】x\ny【B】\n【/A】\n【C】【#D】【.】【/D】", {"C": 1, "D": ["d"], "A": [{"B": 2}]}
    )
    assert done.paragraphs() == ["x", "y2", "1d"]
    done = run_open(tmp_path / "2", "v【#A】x\ny【B】\n【/A】\n【C】【#D】【.】【/D】", {"C": 1, "D": ["d"]})
    assert done.paragraphs() == ["v【#A】x", "y【B】", "【/A】", "1d"]
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    [entry] = [each for each in _log(done)["entries"] if each["status"] == "unsupported"]
    assert (entry["original_text"], entry["kind"]) == ("【#A】", "BLOCK_CUTS_PARAGRAPH")
    assert entry["related_place"] == "p2:r0"
    assert _intact(done)


def test_values_of_names_in_faulty_tags_are_no_slips(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【#A】【B】", {"A": [{"B": 1}], "B": 2})
    assert done.kinds() == [("【#A】", "BLOCK_UNCLOSED")]
    assert done.paragraphs() == ["【#A】2"]


def test_names_of_blocks_for_values_of_different_kinds(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【#A】x【/A】\n【?A=1】y【/】\n【A】【B】", {"A": "1", "B": "b"})
    kinds = dict(done.kinds())
    assert (kinds["【#A】"], kinds["【?A=1】"]) == ("TYPE_CONFLICT", "TYPE_CONFLICT")
    assert done.paragraphs()[:2] == ["【#A】x【/A】", "【?A=1】y【/】"]
    assert done.paragraphs()[2].endswith("b")


def test_texts_inside_paragraphs_of_copies(tmp_path: Path) -> None:
    code = p(field('HYPERLINK "【url】"') + r("【N】"))
    done = run_open(
        tmp_path,
        docx(p("【#A】") + code + p("【/A】")),
        {"A": [{"url": "https://a.example/", "N": 1}, {"url": "https://b.example/", "N": 2}]},
    )
    assert done.paragraphs() == ["1", "2"]
    inside = [each for each in _log(done)["entries"] if each["field_name"] == "url"]
    assert [each["paragraph_path"] for each in inside] == ["p1:field0", "p1:field0"]
    assert [each["result_path"] for each in inside] == ["p0:field0", "p1:field0"]
    assert [each["new_text"] for each in inside] == ["https://a.example/", "https://b.example/"]
    assert _intact(done)


def test_text_boxes_headers_and_placeholders_outside_paragraphs(tmp_path: Path) -> None:
    core = (
        "<cp:coreProperties xmlns:cp="
        '"http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>【甲方】【/】</dc:title></cp:coreProperties>'
    )
    template = docx(
        p("【#A】") + p(r("x"), textbox(p("【.】"))) + p("【/A】") + p("【甲方】"),
        stories={"header1": p("【#A】【.】【间隔】,【/A】")},
        extra={"docProps/core.xml": core.encode()},
    )
    done = run_open(tmp_path, template, {"甲方": "A", "A": ["1", "2"]})
    assert done.paragraphs("word/header1.xml") == ["1,2"]
    assert {each["field_name"] for each in _log(done)["entries"]} == {".", "甲方"}
    assert b"<dc:title>A" in _part(done, "docProps/core.xml")
    assert done.result.exit_code is ExitCode.OK
    assert _intact(done)


def _part(done: OpenRun, name: str) -> bytes:
    import io
    import zipfile

    with zipfile.ZipFile(io.BytesIO(done.files["out.docx"])) as archive:
        return archive.read(name)


def test_a_document_type_of_language_2_has_keys_for_lists(tmp_path: Path) -> None:
    label = Bilingual(en="Items", zh="采购项")
    fields = (
        Field("items", label, "text", True, "采购项", "", label),
        Field("party", label, "text", False, "甲方", "", label),
    )
    skill = Skill("contract", label, label, fields, grammar=2)
    done = run_open(tmp_path, _ROWS, {"items": [{"品名": "纸", "金额": 1}, {"品名": "x"}]}, skill=skill)
    assert [each["payload_path"] for each in _log(done)["entries"]][-1] == "$.items[1].金额"
    missing = done.json("out.missing_fields.json")
    assert (missing["missing_required"], missing["missing_optional"]) == (["采购项[1].金额"], ["甲方"])
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path / "2", _ROWS, {"items": [{"金额": "x"}]}, skill=skill)
    assert refused.value.detail["errors"][0]["path"] == "$.payload.items[0].金额"


def test_a_job_that_asks_for_too_much_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "template.docx"
    file.write_bytes(_ROWS)

    def refused(payload: Mapping[str, Any], limits: Limits) -> tuple[str, int]:
        with pytest.raises(TemplateLimitExceeded) as error:
            run_to_folder(Job(JobKind.RUN, (), None, payload, limits=limits), file, tmp_path)
        return error.value.detail["limit"], error.value.status

    items = {"甲方": "A", "采购项": [{"品名": "x", "金额": 1}] * 50}
    assert refused(items, Limits(block_copies=49)) == ("block_copies", 413)
    assert refused(items, Limits(output_bytes=10_000)) == ("output_bytes", 413)
    assert refused(items, Limits(table_cells=60)) == ("table_cells", 413)
    deep = "".join(f"【?A{number}】" for number in range(9)) + "【/】" * 9
    file.write_bytes(docx(p(deep)))
    assert refused({}, Limits()) == ("block_depth", 413)
    file.write_bytes(docx("".join(p("【?A】x【/】" * 100) for _ in range(101))))
    assert refused({}, Limits()) == ("blocks", 413)


def test_the_format_of_a_copy_is_compared_with_its_template_paragraph(tmp_path: Path) -> None:
    text = docx(
        p("【#A】") + p("<w:pPr><w:jc w:val='center'/></w:pPr>" + r("【.】")) + p("【/A】") + p("【甲方】")
    )
    done = run_open(tmp_path, text, {"A": ["1", "2"], "甲方": "A"}, Options(format_mode="strict"))
    assert done.result.exit_code is ExitCode.OK
    policy = Options(format_baseline="policy", format_fix_mode="none")
    issues = run_open(tmp_path / "2", text, {"A": ["1", "2"], "甲方": "A"}, policy).json(
        "out.format_report.json"
    )
    paths = {(each["paragraph_path"], each["template_path"]) for each in issues["issues"]}
    assert ("p1", "p1") in paths
    assert ("p2", "p3") in paths


def test_precheck_expands_in_memory(tmp_path: Path) -> None:
    payload = {"甲方": "A", "采购项": [{"品名": "纸"}, {"品名": "笔", "金额": 1}]}
    done = run_open(tmp_path, _ROWS, payload)
    told = precheck(Job(JobKind.PRECHECK, (), None, payload), tmp_path / "template.docx").as_dict()
    assert told["expected_exit_code"] == done.result.exit_code == 2
    assert (told["summary"]["copies"], told["missing_required"]) == (2, ["采购项[0].金额"])
    assert told["template_fields"] == ["品名", "甲方", "金额"]


def test_inspect_shows_the_structure_and_its_faults(tmp_path: Path) -> None:
    file = tmp_path / "template.docx"
    body = (
        tbl(tr(tc(p("【#甲】【.】【/甲】")), tc(p("【注意】"))))
        + p("【?乙】a")
        + p("【/丙】")
        + p("【A|dat】【#】")
    )
    file.write_bytes(docx(body))
    told = json.loads(json.dumps(inspect(Job(JobKind.INSPECT, ()), file).as_dict()))
    [block] = told["structure"]
    assert (block["kind"], block["name"], block["extent"], block["place"]) == (
        "each",
        "甲",
        "inline",
        "t0.r0.c0.p0:r0",
    )
    kinds = {each["text"]: each["kind"] for each in told["unsupported"]}
    assert kinds == {
        "【?乙】": "BLOCK_MISMATCH",
        "【/丙】": "BLOCK_MISMATCH",
        "【A|dat】": "UNKNOWN_FORMAT",
        "【#】": "SCOPE_OUTSIDE",
    }
    assert told["unsupported"][0]["related_place"] == "p1:r0"
    codes = [each["code"] for each in told["problems"]]
    assert {"BLOCK_IN_ONE_CELL", "UNDECLARED_NAME", "BLOCK_MISMATCH", "NEEDS_LANGUAGE_2"} <= {*codes}
    [hint] = [each for each in told["problems"] if each["code"] == "UNDECLARED_NAME"]
    assert (hint["text"], hint["place"]) == ("【注意】", "t0.r0.c1.p0:r0")
    assert told["sample_task"]["payload"]["甲"] == ["甲 1", "甲 2"]


def test_a_paragraph_like_one_in_a_block_that_stays_is_filled(tmp_path: Path) -> None:
    text = "【N】\nv【#A】\n【N】\nx【/A】w\n【N】"
    done = run_open(tmp_path, text, {"N": "1"})
    assert done.paragraphs() == ["1", "v【#A】", "【N】", "x【/A】w", "1"]
    assert _intact(done)


def test_names_in_field_codes_of_a_block_that_stays_are_told_by_the_block(tmp_path: Path) -> None:
    body = p("【#A】") + p(r("x"), field("QUOTE 【N】")) + p("【/A】")
    done = run_open(tmp_path, docx(body), {}, Options(format_report="both"))
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    assert [each["text"] for each in done.json("out.missing_fields.json")["left"]] == ["【#A】"]
    assert "【#A】".encode() in done.files["out.format_report.html"]


def test_what_stands_between_tags_that_do_not_match_stays_and_the_rest_is_filled(tmp_path: Path) -> None:
    body = p("【#货物】") + p("【甲方】") + p("【/商品】") + p("【甲方】")
    done = run_open(tmp_path, docx(body), {"甲方": "A"})
    assert done.paragraphs() == ["【#货物】", "【甲方】", "【/商品】", "A"]
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    kinds = [each["kind"] for each in _log(done)["entries"] if each["status"] == "unsupported"]
    assert kinds == ["BLOCK_MISMATCH", "BLOCK_MISMATCH"]
    assert _intact(done)


_TAGS = (
    "【#A】x【.】【/A】", "【?A】x【否则】y【/A】", "【#A】x【间隔】y【/】", "【--r】z", "【字段：甲 日期】z",
    "【?A=1】x【/】", "【循环 A】x【完 A】", "【#A 段】x【/A】", "【□A=1】", "【□：A=1】",
    "【?A】【#A】【#】【/A】【/A】", "【A|缺省:x】",
)  # fmt: skip
# Blanks, characters without width, marks of direction, variation selectors, a dash, a full-width colon.
_ODD = ("\u00a0", "\u200b", "\ufe0f", "\u200e", "\u2009", "\u2013", "：")


@pytest.mark.parametrize("odd", _ODD, ids=ascii)
@pytest.mark.parametrize("tags", _TAGS)
def test_odd_characters_in_tags_are_ignored_or_told_and_the_result_is_proved(
    tmp_path: Path, tags: str, odd: str
) -> None:
    for number, at in enumerate(range(1, len(tags))):
        for value in (["1", "2"], "1"):
            folder = tmp_path / f"{number}{type(value).__name__}"
            try:
                done = run_open(folder, docx(p(tags[:at] + odd + tags[at:])), {"A": value})
            except InvalidArgument:
                # A tag asks for another kind of value.
                continue
            assert _intact(done)


@pytest.mark.parametrize("ignored", ["\u200b", "\ufe0f"], ids=ascii)
def test_characters_without_width_in_tags_of_blocks_are_ignored(tmp_path: Path, ignored: str) -> None:
    body = p(f"【#{ignored}A】【{ignored}.】【间{ignored}隔】,【/A{ignored}】") + p(
        f"【?A】y【否{ignored}则】n【/】"
    )
    done = run_open(tmp_path, docx(body), {"A": ["1", "2"]})
    assert (done.paragraphs(), done.result.exit_code) == (["1,2", "y"], ExitCode.OK)
    assert _intact(done)


def test_ends_of_ranges_in_an_emptied_control_paragraph_are_those_of_the_first_copy(tmp_path: Path) -> None:
    begin = '<w:permStart w:id="1" w:edGrp="everyone"/>'
    end = f'<w:p><w:permEnd w:id="1"/>{r("【/A】")}</w:p>'
    done = run_open(tmp_path, docx(tbl(tr(tc(p("【#A 行】x")), begin + tc(end)))), {"A": [{}, {}]})
    document = _part(done, "word/document.xml")
    assert (document.count(b"<w:permStart "), document.count(b"<w:permEnd ")) == (1, 1)
    assert _intact(done)


_EQUATION = (
    '<m:oMath xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math">'
    "<m:r><m:t>x</m:t></m:r></m:oMath>"
)


@pytest.mark.parametrize("what", [field("FORMTEXT", ""), _EQUATION], ids=["a form field", "an equation"])
def test_a_paragraph_with_a_field_or_an_equation_behind_the_tag_is_repeated_with_it(
    tmp_path: Path, what: str
) -> None:
    done = run_open(tmp_path, docx(p("【#A】", what) + p("x") + p("【/A】")), {"A": [{}, {}]})
    assert done.paragraphs() == ["", "x", "", "x"]
    assert _part(done, "word/document.xml").count(b"FORMTEXT" if "FORMTEXT" in what else b"<m:oMath ") == 2
    assert _intact(done)
