"""An open task: a template's own names, filled, told and proved (docs/contract.md, section 8)."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import ExitCode, InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import precheck
from tests.engine.open_jobs import run_open
from tests.factories import docx, p, r, tbl, tc, textbox, tr


def test_names_in_any_script_are_filled_and_the_result_is_proved(tmp_path: Path) -> None:
    done = run_open(
        tmp_path,
        "关于【申请单位】采购的请示\n【title】 of 【Ñandú】\n【签发日期|日期】",
        {"申请单位": "办公室", "title": "T", "Ñandú": 3, "签发日期": "2026-05-06"},
    )
    assert done.result.exit_code is ExitCode.OK
    assert done.paragraphs() == ["关于办公室采购的请示", "T of 3", "2026年5月6日"]
    assert done.json("out.integrity.json")["verdict"] == "intact"


def test_what_nobody_declares_is_text_and_told(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【注意】【甲方】与【乙方】", {"甲方": "A"})
    assert done.result.exit_code is ExitCode.OK
    assert done.paragraphs() == ["【注意】A与【乙方】"]
    assert done.json("out.missing_fields.json")["undeclared"] == ["【注意】", "【乙方】"]


def test_a_text_with_an_unknown_format_that_nobody_declares_is_told(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【金额|#.##】【是|否】", {})
    assert done.result.exit_code is ExitCode.OK
    assert done.json("out.missing_fields.json")["undeclared"] == ["【金额|#.##】", "【是|否】"]


@pytest.mark.parametrize(
    "tag",
    ["【=甲方】", "【甲方|可空】", "【合同.甲方|日期】", "【?甲方】x【/】", "【字段：甲方】"],
)
def test_a_tag_declares_its_name_for_the_whole_template(tmp_path: Path, tag: str) -> None:
    done = run_open(tmp_path, f"【甲方】{tag}", {})
    assert ("missing", "甲方", "【甲方】", None) in done.entries()


def test_a_key_deep_in_the_payload_declares_too(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【合同.编号】【编号】", {"合同": {"编号": "7"}})
    assert done.entries() == [
        ("replaced", "合同.编号", "【合同.编号】", "7"),
        ("missing", "编号", "【编号】", None),
    ]


def test_ascii_names_are_fields_and_a_field_without_a_value_stays(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【title】【TITLE】【X|缺省:无】", {"title": ""})
    assert done.result.exit_code is ExitCode.MISSING_REQUIRED
    assert done.paragraphs() == ["【TITLE】无"]
    missing = done.json("out.missing_fields.json")
    assert missing["missing_required"] == ["TITLE"]
    assert missing["missing"] == [{"field": "TITLE", "place": "p0", "suggestion": None}]
    assert missing["left"] == [
        {"text": "【TITLE】", "part": "word/document.xml", "place": "p0", "reason": "missing"}
    ]


def test_one_name_with_two_formats(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【合计】元，【合计|大写】", {"合计": "23.50"})
    assert done.paragraphs() == ["23.50元，贰拾叁元伍角"]
    entry = done.json("out.replace_log.json")["entries"][1]
    assert (entry["field_name"], entry["payload_path"]) == ("合计", "$.合计")


def test_a_tag_across_runs_and_in_a_text_box_and_a_table(tmp_path: Path) -> None:
    body = p(r("【甲"), r("方|缺"), r("省:无】")) + p(textbox(p("【甲方】"))) + tbl(tr(tc("【甲方】")))
    done = run_open(tmp_path, docx(body), {"甲方": "A"})
    assert [status for status, *_ in done.entries()] == ["replaced"] * 3
    assert done.json("out.integrity.json")["verdict"] == "intact"


def test_headers_and_alternative_texts(tmp_path: Path) -> None:
    header = {"header1": p("【甲方】")}
    done = run_open(tmp_path, docx(p("x"), stories=header), {"甲方": "A"})
    assert done.paragraphs("word/header1.xml") == ["A"]


def test_only_fields_are_told_where_nothing_can_be_filled(tmp_path: Path) -> None:
    core = (
        "<cp:coreProperties xmlns:cp="
        '"http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
        "<dc:title>【注意】【甲方】</dc:title><dcterms:created>【注意】【甲方】</dcterms:created>"
        "</cp:coreProperties>"
    )
    template = docx(p("【甲方】"), extra={"docProps/core.xml": core.encode()})
    done = run_open(tmp_path, template, {"甲方": "A"})
    assert [(status, text) for status, _, text, _ in done.entries()] == [
        ("replaced", "【甲方】"),
        ("replaced", "【甲方】"),
        ("unsupported", "【甲方】"),
    ]
    assert done.json("out.integrity.json")["verdict"] == "intact"


def test_a_field_at_a_place_that_nothing_fills_is_told(tmp_path: Path) -> None:
    inner = docx(p("【甲方】【注意】"))
    extra = {"word/unknown.xml": "<x>【甲方】【注意】</x>".encode(), "word/embeddings/a.docx": inner}
    done = run_open(tmp_path, docx(p("【甲方】"), extra=extra), {"甲方": "A"})
    assert done.kinds() == [("【甲方】", "unaccounted"), ("【甲方】", "unaccounted")]
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    assert {each.part for each in done.result.log.unsupported} == set(extra)


def test_lines_of_a_field_alone_are_paragraphs_and_breaks_elsewhere(tmp_path: Path) -> None:
    done = run_open(tmp_path, "　　【正文】\n见【正文】\n【正文|换行】", {"正文": "一\n二"})
    assert done.paragraphs() == ["　　一", "　　二", "见一二", "一二"]
    block = done.json("out.replace_log.json")["blocks"][0]
    assert (block["name"], block["start"]["text"], block["copies"]) == ("正文", "【正文】", 2)
    assert done.json("out.integrity.json")["verdict"] == "intact"


@pytest.mark.parametrize(
    ("text", "kinds"),
    [
        ("【#A】", [("【#A】", "BLOCK_UNCLOSED")]),
        ("【/A】", [("【/A】", "BLOCK_UNOPENED")]),
        ("【#A】【/B】", [("【#A】", "BLOCK_MISMATCH"), ("【/B】", "BLOCK_MISMATCH")]),
        ("【否则】", [("【否则】", "DIVIDER_OUTSIDE")]),
        (
            "【#】【.】【上级.A】",
            [
                ("【#】", "SCOPE_OUTSIDE"),
                ("【.】", "SCOPE_OUTSIDE"),
                ("【上级.A】", "SCOPE_OUTSIDE"),
            ],
        ),
        ("【A|dat】", [("【A|dat】", "UNKNOWN_FORMAT")]),
        ("【A|日期】【A|大写】", [("【A|日期】", "TYPE_CONFLICT"), ("【A|大写】", "TYPE_CONFLICT")]),
        ("【#ITEMS ROWS】", [("【#ITEMS ROWS】", "BAD_TAG")]),
        ("【字段：甲 文字】", [("【字段：甲 文字】", "BAD_TAG")]),
        ("【@A】【□A】", [("【@A】", "TYPE_CONFLICT"), ("【□A】", "TYPE_CONFLICT")]),
        ("【meeting-title】【#ITEMS", [("【meeting-title】", "malformed"), ("【#ITEMS", "unclosed")]),
    ],
)
def test_what_is_not_filled_is_told(tmp_path: Path, text: str, kinds: list[tuple[str, str]]) -> None:
    done = run_open(tmp_path, text, {}, Options(format_report="both"))
    assert done.kinds() == kinds
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS
    assert done.paragraphs() == [text]
    assert kinds[0][0].encode() in done.files["out.format_report.html"]


def test_a_block_with_a_conflict_stays_in_both_branches_of_a_text_box(tmp_path: Path) -> None:
    box = p(textbox(p("【?乙≤2026-01-01】x【/】【=丙】")))
    done = run_open(tmp_path, docx(box + p("【=乙|大写】")), {"丙": "y", "乙": "2026-05-06"})
    assert [kind for _, kind in done.kinds()] == ["TYPE_CONFLICT"] * 2
    assert done.part("word/document.xml").decode().count("【?乙≤2026-01-01】x【/】") == 2
    assert done.json("out.integrity.json")["verdict"] == "intact"


def test_one_declaration_may_exclude_several_names(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【字段：甲 日期、乙 日期】【甲.名】【乙.名】", {})
    assert done.kinds() == [("【甲.名】", "TYPE_CONFLICT"), ("【乙.名】", "TYPE_CONFLICT")]
    assert done.paragraphs() == ["【甲.名】【乙.名】"]


@pytest.mark.parametrize("text", ["【/】", "【完】", "【？】", "【#1】", "【甲方|未知】", "【注\u200f意】"])
def test_what_is_text_has_no_exit_code(tmp_path: Path, text: str) -> None:
    done = run_open(tmp_path, text, {})
    assert (done.result.exit_code, done.entries()) == (ExitCode.OK, [])


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("【?A='x'】y【/A】", "x"),
        ("【?A=‘x’】y【/A】", "x"),
        ("【?A=“x”】y【/A】", "x"),
        ("【?A=True】y【/A】", True),
        ("【?A≠FALSE】y【/A】", True),
        ("【□A='x'】", "x"),
    ],
)
def test_literals_in_any_quotes_and_truth_in_any_case(tmp_path: Path, text: str, value: object) -> None:
    done = run_open(tmp_path, f"x{text}", {"A": value})
    assert done.paragraphs() in (["xy"], ["x☑"])
    assert done.json("out.integrity.json")["verdict"] == "intact"


@pytest.mark.parametrize(
    ("pattern", "suggestion"),
    [("d MMMM yyyy", None), ("yyyy-mm-dd", "yyyy-MM-dd"), ("dd.mm.yyyy", "dd.MM.yyyy"), ("YYYY-MM-DD", None)],
)
def test_a_pattern_of_a_date_that_other_programs_have_is_told(
    tmp_path: Path, pattern: str, suggestion: str | None
) -> None:
    done = run_open(tmp_path, f"【A|{pattern}】", {"A": "2026-05-06"})
    [entry] = done.json("out.replace_log.json")["entries"]
    assert (entry["kind"], entry["suggestion"]) == ("UNKNOWN_FORMAT", suggestion)
    assert "MM is the month" in entry["reason"]


@pytest.mark.parametrize(
    ("text", "payload", "kind"),
    [
        ("【L|分割:、】", {"L": ["a", "b"]}, "UNKNOWN_FORMAT"),
        ("【L|合计】", {"L": [{"V": 1}]}, "UNKNOWN_FORMAT"),
        ("【A|日期|富文本】", {"A": "**a**"}, "BAD_FORMATS"),
        ("【A|日期|大写】【A】", {"A": "x"}, "BAD_FORMATS"),
        ("【?X】y【/】【L|分割:、】", {"X": 1, "L": ["a"]}, "UNKNOWN_FORMAT"),
        ("【@Seal 40cm】", {"Seal": {"file": "x.png"}}, "BAD_TAG"),
        ("【@公章 40cm】", {"公章": {"png": "x"}}, "BAD_TAG"),
        ("【?X】y【/】【@A.Seal 40cm】", {"X": 1, "A": {"Seal": {"png": "x"}}}, "BAD_TAG"),
        ("【上级.A】", {"A": 1}, "SCOPE_OUTSIDE"),
        ("【?X】y【/】【上级.A】", {"X": 1, "A": 1}, "SCOPE_OUTSIDE"),
    ],
)
def test_the_value_of_a_faulty_tag_does_not_hide_the_fault(
    tmp_path: Path, text: str, payload: dict[str, Any], kind: str
) -> None:
    done = run_open(tmp_path, text, payload)
    assert [each for _, each in done.kinds()] == [kind]
    assert done.result.exit_code is ExitCode.UNSUPPORTED_PLACEHOLDERS


def test_a_key_in_what_is_nearly_a_tag_is_refused_with_what_would_be_read(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, "【图片：公章 40cm】", {"公章": {"png": "x"}})
    [error] = refused.value.detail["errors"]
    assert error["path"] == "$.payload.公章"
    assert "【图片：公章 40cm】" in error["suggestion"]
    assert "40mm" in error["suggestion"]


def test_a_near_format_is_suggested_and_a_bad_tag_says_what_is_accepted(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【A|日期大】【#ITEMS ROWS】", {})
    first, second = done.json("out.replace_log.json")["entries"]
    assert (first["suggestion"], "日期大" in first["reason"]) == ("日期大写", True)
    assert "【#NAME】" in second["reason"]


@pytest.mark.parametrize(
    ("payload", "path", "suggestion"),
    [
        ({"甲方": ["x"]}, "$.payload.甲方", None),
        ({"甲方": True}, "$.payload.甲方", "Write 【?甲方】是【否则】否【/】 in the template."),
        ({"日期": "soon-secret"}, "$.payload.日期", None),
        ({"Titel": "x"}, "$.payload.Titel", "Did you mean title?"),
        (
            {"合同 编号": "1"},
            "$.payload['合同 编号']",
            "A name begins with a letter or _ and has only letters, digits and _, at most 64 in all.",
        ),
        ({"title": "\x01"}, "$.payload.title", "Take it out."),
    ],
)
def test_a_payload_that_does_not_fit_is_refused(
    tmp_path: Path, payload: dict[str, Any], path: str, suggestion: str | None
) -> None:
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, "【=甲方】【日期|日期】【title】", payload)
    [error] = refused.value.detail["errors"]
    assert (error["path"], error["suggestion"]) == (path, suggestion)
    assert refused.value.detail["field"] == "task"
    assert "secret" not in str(refused.value.message)


def test_all_faults_of_a_payload_are_told_at_once(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, "【title】", {f"x{number}": 1 for number in range(200)} | {"title": []})
    assert len(refused.value.detail["errors"]) == 100


def test_unused_keys_are_listed_where_that_is_allowed(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【title】", {"Title": "x"}, Options(unused="allow"))
    missing = done.json("out.missing_fields.json")
    assert missing["unused"] == [{"key": "Title", "suggestion": "title"}]
    assert missing["missing"] == [{"field": "title", "place": "p0", "suggestion": "Title"}]


def test_brackets_in_a_value_stay_text(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【甲方】【乙方】", {"甲方": "【乙方】", "乙方": "【#甲方】"})
    assert done.paragraphs() == ["【乙方】【#甲方】"]
    assert done.result.exit_code is ExitCode.OK


def test_precheck_says_what_a_run_comes_to(tmp_path: Path) -> None:
    done = run_open(tmp_path, "【甲方】【X】【#A】【/A】【注意】", {"甲方": "A"})
    job = Job(JobKind.PRECHECK, (), None, {"甲方": "A"})
    report = precheck(job, tmp_path / "template.docx")
    assert report.expected_exit_code is done.result.exit_code
    assert (report.template_fields, report.missing_required) == (("X", "甲方"), ("A", "X"))
    assert report.undeclared == ("【注意】",)


def test_the_work_grows_with_the_template(tmp_path: Path) -> None:
    text = "\n".join(f"【#A{number}】【B】【/A{number}】" for number in range(3_000))
    done = run_open(tmp_path, text, {})
    assert done.kinds() == []
    assert len(done.json("out.missing_fields.json")["left"]) == 1_000
    assert done.result.log.left_count == 3_000


@pytest.mark.parametrize("template", ["【A|合计:.】", "【A|分隔:、】", "【#A】【.】【/A】"])
def test_no_condition_is_suggested_for_an_item_of_a_list(tmp_path: Path, template: str) -> None:
    with pytest.raises(InvalidArgument) as refused:
        run_open(tmp_path, template, {"A": [True]})
    [error] = refused.value.detail["errors"]
    assert (error["path"], error.get("suggestion")) == ("$.payload.A[0]", None)


@pytest.mark.parametrize(
    ("tag", "names", "text"),
    [
        ("【A|分隔:/|大写字母】", ["x", "y"], "X/Y"),
        ("【A|前:(|后:)|分隔:/|后:!】", ["x", "y"], "(x)/(y)!"),
        ("【字段：A 列表】【A|大写字母】", ["x", "y"], "X、Y"),
        ("与【字段：A 列表】【A|词首大写】", ["x y", "y"], "与X Y、Y"),
        ("【A|分隔:/|缺省:none】", [], "none"),
        ("【A|富文本|缺省:none】", [], "none"),
        ("【#A】【.|分隔:/|大写字母】【/A】", [["x", "y"], ["z"]], "X/YZ"),
    ],
)
def test_each_format_of_a_list_works_and_is_proved(
    tmp_path: Path, tag: str, names: list[Any], text: str
) -> None:
    run = run_open(tmp_path, tag, {"A": names})
    assert run.paragraphs() == [text]
    proof = run.json("out.integrity.json")
    assert (proof["verdict"], proof["exactness"], run.result.exit_code) == ("intact", "bytes", 0)


@pytest.mark.parametrize(
    "tag", ["【A|缺省:x|缺省:y】", "【A|段|换行】", "【A|富文本|大写字母】", "【A|富文本|二维码】"]
)
def test_formats_without_effect_are_told(tmp_path: Path, tag: str) -> None:
    run = run_open(tmp_path, tag, {"A": "v"})
    assert run.kinds() == [(tag, "BAD_FORMATS")]
    assert run.result.exit_code == 3
