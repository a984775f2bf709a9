"""The pattern of a file's name: what it may hold, and what it comes to."""

from pathlib import Path
from typing import Any

import pytest

from docops_flask.engine.errors import InvalidArgument
from docops_flask.engine.job import Job, JobKind
from docops_flask.engine.options import Options
from docops_flask.engine.pipeline import precheck, run_to_folder
from docops_flask.engine.template.name_pattern import MAX_PATTERN, read_name_pattern
from docops_flask.intake.catalogue.skill_file import parse_spec
from docops_flask.intake.catalogue.skills import load_skills
from tests.factories import docx, p

TEMPLATE = docx(
    p("【合同编号】：【甲方】与【乙方.名称】，【签订日期|日期】，共【=份数】份，【附件|分隔:；】。")
    + p("【#项】【品名】【/项】")
)
PAYLOAD: dict[str, Any] = {
    "合同编号": "HT-1",
    "甲方": "某某公司",
    "乙方": {"名称": "乙"},
    "签订日期": "2026-05-06",
    "份数": 2,
    "附件": ["一", "二"],
    "项": [{"品名": "纸"}],
}
SKILL = load_skills().get("meeting_notice")


def name_of(
    tmp_path: Path,
    pattern: str,
    payload: dict[str, Any] = PAYLOAD,
    template: bytes = TEMPLATE,
    **job: Any,
) -> str | None:
    file = tmp_path / "t.docx"
    file.write_bytes(template)
    options = Options(name=pattern, unused="allow")
    made = run_to_folder(Job(JobKind.RUN, (), payload=payload, options=options, **job), file, tmp_path)
    return made.file_name


def refused(pattern: str) -> str:
    with pytest.raises(InvalidArgument) as caught:
        read_name_pattern(pattern)
    assert caught.value.detail["field"] == "name"
    assert caught.value.message.startswith("name: ")
    return caught.value.message


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("plain", "plain"),
        ("【合同编号】-【甲方】", "HT-1-某某公司"),
        ("【=甲方】", "某某公司"),
        ("【签订日期|yyyy】年【签订日期|日期大写】", "2026年二〇二六年五月六日"),
        ("【乙方.名称】【全文.甲方】", "乙某某公司"),
        ("【份数|0.00】", "2.00"),
        ("【附件】", "一、二"),
        ("【附件|分隔:+】", "一+二"),
        ("【签订日期|缺省:无】", "2026-05-06"),
    ],
)
def test_a_pattern_is_filled_with_the_values_of_the_task(tmp_path: Path, pattern: str, name: str) -> None:
    assert name_of(tmp_path, pattern) == name


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("x-【甲方】", None),
        ("x-【甲方|缺省:无】", "x-无"),
        ("x-【甲方|可空】", "x-"),
        ("【乙方.名称】", None),
    ],
)
def test_a_value_that_is_missing_leaves_no_name_unless_its_format_says_what_stands_for_it(
    tmp_path: Path, pattern: str, name: str | None
) -> None:
    payload = {**PAYLOAD, "甲方": None}
    del payload["乙方"]
    assert name_of(tmp_path, pattern, payload) == name


def test_a_name_that_the_template_has_and_nobody_declared_is_missing_and_not_unknown(tmp_path: Path) -> None:
    assert name_of(tmp_path, "【甲方】", {}, docx(p("【甲方】"))) is None


def test_a_value_is_not_read_again(tmp_path: Path) -> None:
    assert name_of(tmp_path, "【甲方】", {**PAYLOAD, "甲方": "【合同编号】"}) == "【合同编号】"


def test_a_key_that_the_template_does_not_use_may_stand_in_a_name(tmp_path: Path) -> None:
    assert name_of(tmp_path, "【经办人】", {**PAYLOAD, "经办人": "张三"}) == "张三"


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("【甲】", "unknown name"),
        ("【甲方.名】", "unknown name"),
        ("【乙方.名】", "unknown name"),
        ("【項】", "unknown name"),
        ("【甲方|日期】", "must be a date"),
        ("【甲方|#,##0】", "must be a number"),
        ("【乙方】", "no text and no number"),
        ("【项】", "no text and no number"),
    ],
)
def test_a_name_nobody_knows_and_a_value_that_cannot_stand_in_a_name_are_refused(
    tmp_path: Path, pattern: str, said: str
) -> None:
    with pytest.raises(InvalidArgument, match=said) as caught:
        name_of(tmp_path, pattern)
    assert caught.value.detail == {"field": "name", "value": pattern}


def test_a_near_name_is_suggested(tmp_path: Path) -> None:
    with pytest.raises(InvalidArgument, match="Did you mean 合同编号"):
        name_of(tmp_path, "【合同编吗】")


def test_a_precheck_refuses_what_a_run_refuses(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(TEMPLATE)
    job = Job(JobKind.PRECHECK, (), payload=PAYLOAD, options=Options(name="【甲】"))
    with pytest.raises(InvalidArgument, match="unknown name"):
        precheck(job, file)
    assert precheck(job._replace(options=Options(name="【甲方】")), file).ok


@pytest.mark.parametrize(
    "tag",
    [
        "#项",
        "/项",
        "/",
        "?甲方",
        "^甲方",
        "否则",
        "间隔",
        "@公章",
        "@公章 40mm",
        "□甲方",
        "□甲方=男",
        "#",
        ".",
        "--注",
        "字段：甲方",
        "#甲方 x",
        "上级.甲方",
        "上级.#",
    ],
)
def test_a_tag_that_is_no_field_is_refused(tag: str) -> None:
    assert f"【{tag}】 is no field" in refused(f"x【{tag}】")


@pytest.mark.parametrize("pattern", ["【", "】", "a【b", "【【甲方】】", "甲方】", "【甲】【"])
def test_a_bracket_without_its_partner_is_refused(pattern: str) -> None:
    assert "bracket" in refused(pattern)


@pytest.mark.parametrize("pattern", ["【meeting title】", "【1】", "【】", "【a-b】", "【甲方|】"])
def test_what_cannot_be_read_is_refused(pattern: str) -> None:
    assert "is no field" in refused(pattern)


@pytest.mark.parametrize("pattern", ["【甲方|日】", "【甲方|缺省】", "【甲方|日期|乙】"])
def test_an_unknown_format_is_refused(pattern: str) -> None:
    assert "unknown format" in refused(pattern)


def test_a_pattern_has_a_greatest_length() -> None:
    assert f"more than {MAX_PATTERN} characters" in refused("x" * (MAX_PATTERN + 1))
    assert read_name_pattern("x" * MAX_PATTERN).pieces == ("x" * MAX_PATTERN,)


@pytest.mark.parametrize(
    ("pattern", "name"),
    [
        ("【MEETING_TITLE】", "周例会"),
        ("【meeting_title】-【MEETING_DATE】", "周例会-2026-05-06"),
        ("【MEETING_DATE|日期】", "2026年5月6日"),
        ("【ATTENDEES】", "张三、李四"),
        ("【ATTENDEES|分隔:+】", "张三+李四"),
        ("【ORGANIZER】", None),
        ("【ORGANIZER|缺省:办公室】", "办公室"),
    ],
)
def test_the_names_of_a_document_type_are_its_placeholders_and_its_keys(
    tmp_path: Path, pattern: str, name: str | None
) -> None:
    payload = {
        "meeting_title": "周例会",
        "meeting_date": "2026-05-06",
        "attendees": ["张三", "李四"],
        "organizer": " ",
    }
    assert name_of(tmp_path, pattern, payload, docx(p("【MEETING_TITLE】")), skill=SKILL) == name


OWN_TYPE = """\
name = "contract"
title = { en = "Contract", zh = "合同" }
description = { en = "A contract.", zh = "合同。" }
grammar = 2
file_name = "【编号】-【甲方】"
[[fields]]
key = "number"
placeholder = "编号"
label = { en = "Number", zh = "编号" }
example = "1"
[[fields]]
key = "party"
placeholder = "甲方"
label = { en = "Party", zh = "甲方" }
example = "A"
"""


@pytest.mark.parametrize(
    ("pattern", "name"), [(None, "7-某某"), ("【party】", "某某"), ("【甲方】", "某某"), ("x", "x")]
)
def test_a_document_type_has_a_pattern_of_its_own(tmp_path: Path, pattern: str | None, name: str) -> None:
    skill = parse_spec("contract.toml", OWN_TYPE.encode())
    file = tmp_path / "t.docx"
    file.write_bytes(docx(p("【编号】【甲方】")))
    payload = {"number": "7", "party": "某某"}
    job = Job(JobKind.RUN, (), skill=skill, payload=payload, options=Options(name=pattern))
    assert run_to_folder(job, file, tmp_path).file_name == name


def test_no_pattern_no_name(tmp_path: Path) -> None:
    file = tmp_path / "t.docx"
    file.write_bytes(TEMPLATE)
    made = run_to_folder(Job(JobKind.RUN, (), payload=PAYLOAD), file, tmp_path)
    assert made.file_name is None
    assert "file_name" not in made.as_dict()
